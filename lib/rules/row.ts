/**
 * A scrubbed row: one dataset as the database knows it (specification, section 3).
 */
import type { CanonicalLine } from '../csv/row.js'
import { type Keywords, keywordsOf } from './keywords.js'
import type { Layout, Positions } from './layout.js'
import { scrubbedNumber } from './values.js'

type Column = keyof Positions

/** What a dataset is: a Level 1 exposure, a Level 3 product, a product across observations, or none of these. */
export const KINDS = ['exposure', 'product', 'mosaic', 'dropped'] as const
export type Kind = (typeof KINDS)[number]

/** A line of a table. */
export interface PlacedLine {
  /** Number of the table. */
  readonly table: number
  /** Where it stands in the table, in bytes; 0 for one that is read with the whole table, which is written anew. */
  readonly offset: number
  /** The line, without its end. */
  readonly line: string
}

/** The line of the database that a row was read from. */
export interface StoredPlace extends PlacedLine {
  readonly expmode: string
  /** The product that the row was matched with; blank where it waits. */
  readonly pname: string
}

/** What a row is made of. */
export interface RowParts {
  /** Its canonical line: the cells in the layout's order; in a table there are further ones behind. */
  readonly line: CanonicalLine
  readonly kind: Kind
  readonly stored?: StoredPlace | undefined
  /** Those of the line, where other rows have them, too. */
  readonly keywords?: Keywords | undefined
}

/** One scrubbed row: what the rules ask for of its canonical line. */
export class Row {
  readonly layout: Layout
  readonly kind: Kind
  readonly line: CanonicalLine
  /** Where the row stands in the database; absent for a row of this run's input. */
  readonly stored: StoredPlace | undefined
  /** Identity of the dataset. */
  readonly dname: string
  /** Day of the file it came in, YYYY-MM-DD. */
  readonly date: string
  /** Image size in kB, NaN where blank. */
  readonly size: number
  /** Association key. */
  readonly params: string
  #keywords: Keywords | undefined

  constructor(layout: Layout, { line, kind, stored, keywords }: RowParts) {
    const { at } = layout
    this.layout = layout
    this.kind = kind
    this.line = line
    this.stored = stored
    this.dname = line.field(at.dname)
    this.date = line.field(at.date)
    this.size = scrubbedNumber(line.field(at.imagesize))
    this.params = line.field(at.params)
    this.#keywords = keywords
  }

  /** The layout's cells as CSV, without a line end: what every unencoded table's line starts with. */
  get text(): string {
    return this.line.between(0, this.layout.columns.length - 1)
  }

  /** The same row as one that stands in the database, or does not. */
  withStored(stored: StoredPlace | undefined): Row {
    const { layout, line, kind } = this
    return new Row(layout, { line, kind, stored, keywords: this.#keywords })
  }

  /** Shared with other rows, or made when they are asked for. */
  get keywords(): Keywords {
    this.#keywords ??= keywordsOf(this.line, this.layout.at)
    return this.#keywords
  }
}

/** A row's value in a known column; blank where the input has no such column. */
export function cell(row: Row, column: Column): string {
  return row.line.field(row.layout.at[column])
}

/** The name of a row's dataset, as it is written. */
export function nameCell({ line, layout }: Row): string {
  return line.cell(layout.at.dname)
}

/** A row's number in a column, by its place in the layout; NaN where it is blank. */
export function numberIn(row: Row, index: number): number {
  return scrubbedNumber(row.line.field(index))
}

/** Sizes ascending, a blank one last (sections 3.5 and 4). */
function compareSize(a: number, b: number): number {
  if (a === b) return 0
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1
  if (Number.isNaN(b)) return -1
  return a - b
}

/** The order of exposures within a group: `date`, `imagesize` (blank last), `dname` (section 4). */
export function compareRows(a: Row, b: Row): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  const bySize = compareSize(a.size, b.size)
  if (bySize !== 0) return bySize
  return a.dname < b.dname ? -1 : a.dname > b.dname ? 1 : 0
}

/**
 * The order of two versions of one dataset: the greater one wins (section 3.5).
 *
 * The specification orders by date and size. Where both are equal, a dropped version gives way, and then the content
 * decides, column by column in the order of their names, so that the winner never depends on which came first. Of
 * dropped versions only those columns count that the database keeps of them.
 */
export function compareVersions(a: Row, b: Row): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  const bySize = compareSize(a.size, b.size)
  if (bySize !== 0) return bySize
  if ((a.kind === 'dropped') !== (b.kind === 'dropped')) return a.kind === 'dropped' ? -1 : 1
  if (a.kind === 'dropped') return compareColumns(a, b, ['EXP_TYPE', 'CHANNEL', 'imagesize'])
  return a.text === b.text ? 0 : compareColumns(a, b, [...a.layout.columns].sort())
}

function compareColumns(a: Row, b: Row, names: readonly string[]): number {
  for (const name of names) {
    const index = a.layout.columns.indexOf(name)
    const x = a.line.field(index)
    const y = b.line.field(index)
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}
