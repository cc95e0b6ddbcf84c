/**
 * A scrubbed row: one dataset as the database knows it (specification, section 3).
 */
import type { CsvRow, Fields } from '../csv/row.js'
import type { Layout, Positions } from './layout.js'

type Column = keyof Positions

/** What a dataset is: a Level 1 exposure, a Level 3 product, a product across observations, or none of these. */
export type Kind = 'exposure' | 'product' | 'mosaic' | 'dropped'

/** The columns by which rows are grouped, named and matched: asked for many times, so cut out once. */
type Keyword =
  | 'VISITYPE'
  | 'TSOVISIT'
  | 'TARGNAME'
  | 'INSTRUME'
  | 'DETECTOR'
  | 'FILTER'
  | 'PUPIL'
  | 'GRATING'
  | 'EXP_TYPE'
  | 'FXD_SLIT'
  | 'CHANNEL'
  | 'BAND'
  | 'SUBARRAY'
  | 'PROGRAM'
  | 'OBSERVTN'
  | MatchedNumber

/** The numbers that nearly every row is asked for. */
type MatchedNumber = 'targra' | 'GS_MAG' | 'CRVAL1' | 'CRVAL2' | 'RA_REF' | 'DEC_REF'

/** One scrubbed row, in the order of its layout's columns. */
export interface Row extends Readonly<Record<Keyword, string>> {
  readonly layout: Layout
  readonly kind: Kind
  /** The cells in the layout's order; a row of a table has further ones behind. */
  readonly cells: CsvRow
  /** The layout's cells as CSV, without a line end: what every unencoded table's line starts with. */
  readonly text: string
  /** Where the text stands as bytes, if it does. */
  readonly place: BytesPlace | undefined
  /** Identity of the dataset. */
  readonly dname: string
  /** Day of the file it came in, YYYY-MM-DD. */
  readonly date: string
  /** Image size in kB, NaN where blank. */
  readonly size: number
  /** Association key. */
  readonly params: string
  /** Where the row stands in the database; absent for a row of this run's input. */
  readonly stored: StoredPlace | undefined
}

/** Bytes of a block. */
export interface BytesPlace {
  readonly block: Uint8Array
  readonly start: number
  readonly end: number
}

/** The line of the database that a row was read from. */
export interface StoredPlace {
  /** Number of the table. */
  readonly table: number
  /** The line, without its end. */
  readonly line: string
  readonly expmode: string
  /** The product that the row was matched with; blank where it waits. */
  readonly pname: string
}

/** A row's cell in a known column; blank where the input has no such column. */
export function cell(row: Row, column: Column): string {
  return row.cells.field(row.layout.at[column])
}

/** A row's number in a known column, NaN where it is blank. */
export function numberIn(row: Row, column: MatchedNumber | 'TARG_RA' | 'TARG_DEC' | 'GS_RA' | 'GS_DEC'): number {
  return scrubbedNumber(column in row ? row[column as MatchedNumber] : cell(row, column))
}

/** The number in a scrubbed cell, which holds one or is blank. */
function scrubbedNumber(text: string): number {
  return text === '' ? Number.NaN : Number(text)
}

/** What a row is made of. */
export interface RowParts {
  /** The fields, good for the moment: what is asked for often is cut out at once. */
  readonly fields: Fields
  /** The same for later. */
  readonly cells: CsvRow
  readonly text: string
  readonly kind: Kind
  readonly stored?: StoredPlace
  readonly place?: BytesPlace
}

/** The row for the given cells. */
export function createRow(layout: Layout, { fields, cells, text, kind, stored, place }: RowParts): Row {
  const { at } = layout
  return {
    layout,
    kind,
    cells,
    text,
    place,
    dname: fields.field(at.dname),
    date: fields.field(at.date),
    size: scrubbedNumber(fields.field(at.imagesize)),
    params: fields.field(at.params),
    stored,
    VISITYPE: fields.field(at.VISITYPE),
    TSOVISIT: fields.field(at.TSOVISIT),
    TARGNAME: fields.field(at.TARGNAME),
    INSTRUME: fields.field(at.INSTRUME),
    DETECTOR: fields.field(at.DETECTOR),
    FILTER: fields.field(at.FILTER),
    PUPIL: fields.field(at.PUPIL),
    GRATING: fields.field(at.GRATING),
    EXP_TYPE: fields.field(at.EXP_TYPE),
    FXD_SLIT: fields.field(at.FXD_SLIT),
    CHANNEL: fields.field(at.CHANNEL),
    BAND: fields.field(at.BAND),
    SUBARRAY: fields.field(at.SUBARRAY),
    PROGRAM: fields.field(at.PROGRAM),
    OBSERVTN: fields.field(at.OBSERVTN),
    targra: fields.field(at.targra),
    GS_MAG: fields.field(at.GS_MAG),
    CRVAL1: fields.field(at.CRVAL1),
    CRVAL2: fields.field(at.CRVAL2),
    RA_REF: fields.field(at.RA_REF),
    DEC_REF: fields.field(at.DEC_REF),
  }
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
 * decides, column by column in the order of their names, so that the winner never depends on which came first.
 */
export function compareVersions(a: Row, b: Row): number {
  if (a.date !== b.date) return a.date < b.date ? -1 : 1
  const bySize = compareSize(a.size, b.size)
  if (bySize !== 0) return bySize
  if ((a.kind === 'dropped') !== (b.kind === 'dropped')) return a.kind === 'dropped' ? -1 : 1
  return a.text === b.text ? 0 : compareContent(a, b)
}

function compareContent(a: Row, b: Row): number {
  const names = [...a.layout.columns].sort()
  for (const name of names) {
    const index = a.layout.columns.indexOf(name)
    const x = a.cells.field(index)
    const y = b.cells.field(index)
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}
