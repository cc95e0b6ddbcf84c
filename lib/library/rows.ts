/**
 * Rows as programs see them that use the library: plain objects with a cell for each column.
 *
 * The stages within hold rows as text, in batches, which is faster; here is the only place that knows both.
 */
import { ByteWriter } from '../csv/bytes.js'
import { CsvRecord } from '../csv/row.js'
import { RecordCells } from '../csv/split.js'
import { formatRow } from '../csv/write.js'
import { IngestError } from '../errors.js'
import { kindBy, levelOf, observationOf, programOf } from '../rules/dataset.js'
import { parseDay } from '../rules/day.js'
import { type Layout, tableFields } from '../rules/layout.js'
import { dayCells, LineMaker } from '../rules/line-maker.js'
import { partitionOf } from '../rules/partition.js'
import type { Kind, Row } from '../rules/row.js'
import { asBuffer, freshKind, RecordCursor } from '../sort/records.js'
import { readFresh } from '../store/read/stored.js'

/** The cells of a row by column: the text that stands in the file, blank (`''`) where there is no value. */
export type Cells = Readonly<Record<string, string>>

/** A row of an input, as it stands there (specification, section 2). */
export interface InputRow {
  /** Name of the input: its path as given or found, `<stdin>` for standard input. */
  readonly source: string
  /** Line of the input on which the row starts, from 1. */
  readonly line: number
  /** By the columns of the input. */
  readonly cells: Cells
}

/** A row after the rules for single rows (specification, section 3). */
export interface ScrubbedRow {
  /**
   * What the dataset is: a Level 1 `exposure`, a Level 3 `product`, a `mosaic` (a product across observations), or
   * `dropped`: of no use itself, but older versions of its dataset do not count any more. Databases need to be told of
   * the dropped ones; everybody else can leave them alone.
   */
  readonly kind: Kind
  /** Name of the dataset, its identity. */
  readonly dname: string
  /** By the columns of `training.csv` up to `params`; see docs/tables.md for their meaning and units. */
  readonly cells: Cells
}

/**
 * Scrubbed rows on their way to the next stage: anything that gives them one after the other, as a generator or an
 * object stream does. The second type is what the types of Node say of a stream, whatever it carries.
 */
export type RowSource = AsyncIterable<ScrubbedRow> | AsyncIterable<string | Buffer>

/** Columns and fields as an object; a column may have any name. */
export function toCells(columns: readonly string[], fields: readonly string[]): Cells {
  return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']))
}

/** The record of an input with this header that has a row's cells. */
export function toRecord({ line, cells }: InputRow, header: readonly string[]): CsvRecord {
  const fields = header.map((column) => cells[column] ?? '')
  return new CsvRecord(line, formatRow(fields).slice(0, -1), fields)
}

/** The first row among scrubbed ones, if there is one. */
export function readScrubbed(records: Uint8Array, layout: Layout): ScrubbedRow | undefined {
  if (records.length === 0) return undefined
  const { origin, text } = new RecordCursor(asBuffer(records)).next()
  return toScrubbed(readFresh(layout, text, freshKind(origin) as Kind))
}

/** A row of the rules as an object. */
export function toScrubbed({ kind, dname, line, layout }: Row): ScrubbedRow {
  return { kind, dname, cells: toCells(layout.columns, line.fields) }
}

/** A scrubbed line, and the partition that it belongs to. */
export interface ScrubbedLine {
  readonly partition: number
  readonly kind: Kind
  readonly text: string
}

/** Objects back to scrubbed lines; what scrubbing derives of other cells is derived again. */
export class LineWriter {
  readonly #layout: Layout
  readonly #columns: ReadonlySet<string>
  readonly #days = new Map<string, Uint8Array>()
  readonly #lines: LineMaker
  readonly #row = new RecordCells()
  readonly #line = new ByteWriter()

  constructor(layout: Layout) {
    const { columns } = layout
    this.#layout = layout
    this.#columns = new Set(columns)
    this.#lines = new LineMaker(layout.at, tableFields(layout, columns))
  }

  /** @throws IngestError USAGE for what is no row that scrubbing can have made */
  toLine(row: ScrubbedRow | string | Buffer): ScrubbedLine {
    if (typeof row === 'string' || !('cells' in row))
      throw new IngestError('USAGE', 'expected scrubbed rows, got bytes')
    const { cells: given } = row
    const { columns, at } = this.#layout
    const unknown = Object.keys(given).find((column) => !this.#columns.has(column))
    if (unknown !== undefined) throw unusable(given, `no column ${unknown} was announced; name it in \`columns\``)
    const { dname = '', date = '' } = given
    const pid = programOf(dname)
    if (pid === undefined) throw unusable(given, 'dname has no program: expected five digits as its characters 3-7')
    if (!this.#row.loadFields(columns.map((column) => given[column] ?? ''))) throw unusable(given, 'a NUL is in it')
    const wrong = this.#lines.take(this.#row, pid)
    if (wrong?.isNoNumber) throw unusable(given, wrong.message)
    this.#lines.write(this.#day(date), { dname, field: at.dname }, this.#line)
    const level = levelOf(this.#row.field(at.dag))
    const { derived } = this.#lines
    const kind = kindBy(dname, level, derived)
    // What is dropped is in no association: only its name counts.
    const keywords = kind === 'dropped' ? undefined : { level, observation: derived.observation }
    return { text: this.#line.take().toString(), kind, partition: partitionOf(pid, observationOf(dname, keywords)) }
  }

  #day(date: string): Uint8Array {
    const day = this.#days.get(date) ?? dayCells(parseDay(date, 'date'))
    this.#days.set(date, day)
    return day
  }
}

function unusable({ dname = '' }: Cells, what: string): IngestError {
  return new IngestError('USAGE', `the row of ${JSON.stringify(dname)} cannot go into a database: ${what}`)
}
