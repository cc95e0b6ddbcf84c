/** Counts what the tests try, for the summary at the end of `make soak` (test/helpers/soak.ts). */
import { appendFileSync } from 'node:fs'

/** What is counted, in the words of the summary, in its order. */
export const TRIED = [
  'kills',
  'full disks',
  'other errors of the file system',
  'writes cut short',
  'signals',
  'output that is full or closed',
  'lost rows',
  'flips of bytes',
  'writers at once',
  'reads beside a run',
  'hostile cells',
  'generated cases',
] as const
export type Tried = (typeof TRIED)[number]

/** Adds to a count: a line in the file SOAK_COUNTS; nothing where that is not set. */
export function tried(what: Tried, count = 1): void {
  const { SOAK_COUNTS } = process.env
  if (SOAK_COUNTS) appendFileSync(SOAK_COUNTS, `${count} ${what}\n`)
}
