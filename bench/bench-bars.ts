/**
 * The bars: what the program has to keep to, all in this place. Times are those of whole processes, from start to end.
 */
import type { Dialect } from './generator-dialect.js'

/** How much is measured. */
export interface Extent {
  /** The two numbers of rows that the bars for speed are for. */
  readonly sizes: readonly [number, number]
  /** The two numbers of rows that the bars for memory are for, and the databases that days come to. */
  readonly memorySizes: readonly [number, number]
  /** Runs of each program with the smaller number of rows; with more rows there are fewer, as each part says. */
  readonly rounds: number
  /** Rows of the run that does not end. */
  readonly endlessRows: number
}

/** What the bars are for. */
export const FULL: Extent = {
  sizes: [400_000, 1_600_000],
  memorySizes: [1_000_000, 4_000_000],
  rounds: 3,
  endlessRows: 10_000_000,
}
/** To see that the benchmark works: these figures say nothing. */
export const QUICK: Extent = { sizes: [10_000, 40_000], memorySizes: [20_000, 80_000], rounds: 1, endlessRows: 100_000 }

/** The time that a run may take ÷ that of csv-parse alone on the same file, at each of `sizes`. */
export const MOST_PARSE_TIME: Readonly<Record<Dialect, readonly [number, number]>> = {
  plain: [0.75, 0.55],
  unpadded: [0.75, 0.55],
  crlf: [0.75, 0.55],
  comma: [0.9, 0.7],
  quoted: [0.9, 0.7],
  pandas: [0.9, 0.7],
  mixed: [0.9, 0.7],
}
/** The same of the plain rows in a file a day, and in random order. */
export const MOST_DAYS_TIME = 1
/** The same with association files, of which there is one for every dozen rows. */
export const MOST_ASSOCIATION_TIME = 2
/** The same of a day of 5,000 rows, in which the start of Node is most of it. */
export const MOST_DAY_TIME = 1.5

/** The most memory that a run or a command may use, in bytes, and by which factor the greater size may raise it. */
export const MOST_MEMORY = 300e6
export const MOST_MEMORY_GROWTH = 1.15

/** The time that a command may take ÷ that of ingesting the rows of its database. */
export const MOST_COMMAND_TIME: Readonly<Record<string, number>> = {
  'explain --waiting': 1,
  report: 1.5,
  check: 1.5,
  rebuild: 1.5,
}
/** The same of a day of 5,000 rows onto a database: it touches nothing old, old associations, or the index is gone. */
export const MOST_DAY_ONTO = { apart: 0.05, late: 0.25, unindexed: 1.5 } as const

/** The time of a day with late rows ÷ that of a plain copy of its database. */
export const MOST_COPY_TIME = 1.4
/** The time of a day that touches nothing old ÷ that of a day into an empty folder. */
export const MOST_HISTORY_TIME = 1.3
/** The most memory of a day, in bytes, however long the history is. */
export const MOST_DAY_MEMORY = 150e6

/** The time over a plain file ÷ that over standard input or a compressed file. */
export const LEAST_SOURCE_SPEED = 0.8

/** The report of 200,000 that wait: bytes, and seconds of a browser until all of it is there, and until a filter shows. */
export const MOST_PAGE_SIZE = 6e6
export const MOST_PAGE_OPEN = 1
export const MOST_PAGE_FILTER = 0.2
