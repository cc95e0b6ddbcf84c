/** How far a word is from another one. */
import { distance } from 'fastest-levenshtein'

/** Characters to insert, remove or replace to make one word of the other; two in each other's place are one mistake. */
export function mistakes(word: string, other: string): number {
  const far = distance(word, other)
  const sorted = (text: string) => [...text].sort().join('')
  return far === 2 && sorted(word) === sorted(other) ? 1 : far
}
