/** Words for people. */

/** A number of things. */
export function counted(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`
}

/** A title with some examples of many below it. */
export function withExamples(title: string, examples: readonly string[], total: number): string {
  const more = total - examples.length
  return [title, ...examples, ...(more > 0 ? [`and ${more} more`] : [])].join('\n  ')
}

/** `A, B and C`. */
export function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** `A, B, C, …`: the first few of many. */
export function few(words: readonly string[], most = 3): string {
  return [...words.slice(0, most), ...(words.length > most ? ['…'] : [])].join(', ')
}

/** A word as a shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w./+:@%=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
