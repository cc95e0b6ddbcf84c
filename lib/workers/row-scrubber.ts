/**
 * Rows of an input to canonical lines for the buffer; those that are none are rejected: wrong in their fields, whatever these
 * say, or header lines inside an input (specification, sections 2 and 9).
 */
import { isUtf8 } from 'node:buffer'
import { BlockCursor, type RecordBlock } from '../csv/block.js'
import type { CsvRecord } from '../csv/row.js'
import { RecordCells } from '../csv/split.js'
import { IngestError } from '../errors.js'
import type { Day } from '../rules/day.js'
import { type Layout, REQUIRED_COLUMNS } from '../rules/layout.js'
import { partitionOf } from '../rules/partition.js'
import { type Judged, Scrubber } from '../rules/scrub.js'
import { noRows, type RowCounts } from '../settle/counts.js'
import { originOf, RecordWriter } from '../sort/records.js'

/** What rows are checked for. */
interface RowForm {
  /** The input's name. */
  readonly name: string
  readonly header: readonly string[]
}

/** A column's name that no row has in any field. */
const NAME_OF_COLUMN = 'DagNodeName'

/**
 * What is wrong with a record of an input; `header` for its header once more, undefined for a row.
 *
 * @param isUnended whether the input ends within its line
 * @throws IngestError HEADER_CHANGED for another header line
 */
export function wrongRow(record: CsvRecord, form: RowForm, isUnended = false): string | undefined {
  const { text, width } = record
  const names = text.includes(NAME_OF_COLUMN) ? columnNames(record, form.header) : 'none'
  if (names === 'other header') throw changedHeader(record, form)
  if (names !== 'none') return names
  if (width !== form.header.length) return wrongWidth(record, form.header.length, isUnended)
  if (text.includes('\0')) return 'a NUL byte: is the file damaged?'
  // The bytes are gone, and different names could have become one.
  return text.includes('\uFFFD') ? 'bytes that are no UTF-8, or U+FFFD in place of them' : undefined
}

function wrongWidth({ text, width }: CsvRecord, expected: number, isUnended: boolean): string {
  const counts = `${width}, expected ${expected}`
  if (width > expected && text.includes('\r')) return `too many fields: ${counts}; ${RETURNS}`
  const cut = isUnended ? '; the last line has no line end: is the file cut short?' : ''
  return `too ${width < expected ? 'few' : 'many'} fields: ${counts}${cut}`
}

/** {@link wrongRow} of a header line: nothing is wrong with it. */
export const HEADER = 'header'

const JOINED = 'a row and a header in one line: does an input before this header lack its last line end?'

const RETURNS = 'a carriage return within: do lines end in it alone?'

/**
 * What a line with the names of columns in place of values is: no row has even two of them. A row can have a header
 * joined to it where files are put together and one of them lacks its last line end.
 */
function columnNames(
  record: CsvRecord,
  header: readonly string[],
): 'none' | typeof HEADER | 'other header' | typeof JOINED {
  const fields = record.fields.with(0, record.field(0).replace(/^\uFEFF/, ''))
  const width = header.length
  if (sameFields(fields, header)) return HEADER
  const endsInHeader = fields[width - 1]?.endsWith(header[0] ?? '') && sameFields(fields.slice(width), header.slice(1))
  if (endsInHeader) return JOINED
  return REQUIRED_COLUMNS.filter((name) => fields.includes(name)).length > 1 ? 'other header' : 'none'
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, index) => field === b[index])
}

function changedHeader(record: CsvRecord, { name, header }: RowForm): IngestError {
  const message = `another header line inside the input; put files with different columns in as files of their own
  first header: ${header.join(',')}
  this header:  ${record.fields.join(',')}`
  return new IngestError('HEADER_CHANGED', message, { source: name, line: record.line })
}

/** A row's text as the table of rejects shows it: a NUL would keep other programs from reading the table. */
export function rejectText(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}

/** What an input's rows have in common. */
export interface InputForm extends RowForm {
  readonly day: Day
}

/** A row that cannot be used. */
export interface RejectedRow {
  readonly line: number
  readonly reason: string
  readonly text: string
}

/** Scrubbed rows. */
export interface ScrubbedRows {
  /** Records for the buffer. */
  readonly records: Uint8Array
  readonly rejects: readonly RejectedRow[]
  readonly counts: RowCounts
}

/** What nothing is kept of. */
type Out = Extract<Judged, { readonly outcome: 'dropped' | 'rejected' }>

function isOut(judged: Judged): judged is Out {
  return judged.outcome === 'dropped' || judged.outcome === 'rejected'
}

/** Scrubs rows of one input and gathers what becomes of them. */
export class RowScrubber {
  readonly #scrubber: Scrubber
  readonly #input: InputForm
  readonly #records = new RecordWriter()
  readonly #cells = new RecordCells()
  #rejects: RejectedRow[] = []
  #counts = noRows()

  constructor(layout: Layout, input: InputForm) {
    this.#scrubber = new Scrubber(layout, input.header, input.day)
    this.#input = input
  }

  /** Scrubs the rows of a block. */
  block(block: Pick<RecordBlock, 'bytes' | 'line'>): void {
    const cursor = new BlockCursor(block, this.#cells)
    const isText = this.#cells.isAscii || (isUtf8(block.bytes) && !block.bytes.includes('\uFFFD'))
    while (cursor.next()) {
      const isPlain = isText && !cursor.isOdd && cursor.cells.width === this.#input.header.length
      if (isPlain) this.#scrub(cursor.cells, cursor)
      else this.record(cursor.record)
    }
  }

  /**
   * Scrubs a row.
   *
   * @param isUnended whether the input ends within its line
   */
  record(record: CsvRecord, isUnended = false): void {
    const wrong = wrongRow(record, this.#input, isUnended)
    if (wrong === HEADER) this.#counts.headers++
    else if (wrong !== undefined) this.#reject(record, wrong)
    else {
      const scrubbed = this.#scrubber.scrub(record.fields)
      if (scrubbed.outcome === 'rejected') this.#reject(record, scrubbed.message)
      if (scrubbed.outcome === 'rejected' || !this.#count(scrubbed)) return
      const { pid, observation, kind, text } = scrubbed
      this.#records.add(partitionOf(pid, observation), originOf(kind), text)
    }
  }

  #scrub(cells: RecordCells, cursor: BlockCursor): void {
    const judged = this.#scrubber.judge(cells)
    // A header line is no row of any level, or has no program in its name.
    if (isOut(judged) && cells.text.includes(NAME_OF_COLUMN)) this.record(cursor.record)
    else if (judged.outcome === 'rejected') this.#reject(cursor.record, judged.message)
    else if (this.#count(judged)) {
      this.#scrubber.write(this.#records.begin())
      this.#records.end(partitionOf(judged.pid, judged.observation), originOf(judged.kind))
    }
  }

  /** Counts a row; tells whether it is kept or hides others. */
  #count<T extends Exclude<Judged, { outcome: 'rejected' }>>(judged: T): judged is Exclude<T, Out> {
    this.#counts.levels[judged.level]++
    if (judged.outcome !== 'kept') this.#counts.dropped[judged.reason]++
    return judged.outcome !== 'dropped'
  }

  #reject({ line, text }: CsvRecord, reason: string): void {
    this.#rejects.push({ line, reason, text: rejectText(text) })
  }

  /** What was gathered, the records in memory of their own; it goes on with nothing. */
  take(): ScrubbedRows {
    const rows = { records: this.#records.take(), rejects: this.#rejects, counts: this.#counts }
    this.#rejects = []
    this.#counts = noRows()
    return rows
  }
}
