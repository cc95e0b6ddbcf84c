/** What a table of the database is. */
import type { Encoder } from '../rules/category-codes.js'
import type { Layout } from '../rules/layout.js'
import type { Row } from '../rules/row.js'
import type { Settled } from '../settle/settled.js'

/** What a table needs to make its rows. */
export interface TableContext {
  readonly layout: Layout
  readonly encoder: Encoder
}

/** Takes the lines of a table. */
export interface TableSink {
  /** Lines, each with its end. */
  text(lines: string): void
  /** The line of a scrubbed row; the rest of it are further cells as they are written, each with a comma before it. */
  row(row: Row, rest: string): void
  /** A line, by its cells as they are written. */
  line(cells: readonly string[]): void
}

/** One table of the database. */
export interface Table {
  /** Its place among all tables. */
  readonly number: number
  /** File name within the database. */
  readonly file: string
  /**
   * What its rows are: scrubbed rows with further cells behind them, names of hidden datasets, members of products by
   * association files (then the first cell is the product's name), features of products or of waiting groups (then the
   * last cell is the name).
   */
  readonly holds: 'rows' | 'hidden' | 'members' | 'products' | 'groups'
  /** Its columns behind those of a scrubbed row; all of them for a table that does not hold such rows. */
  readonly tail: readonly string[]
  /** Writes the lines, each with its line end, that a program adds to the table. */
  readonly write: (settled: Settled, context: TableContext, out: TableSink) => void
  /** Whether its category columns hold codes. */
  readonly encoded: boolean
}

/** A table as it is defined: its place gives it its number. */
export type Definition = Omit<Table, 'number'>
