/**
 * Rows of an input to canonical lines for the buffer.
 */
import { isUtf8 } from 'node:buffer'
import { BlockCursor, type RecordBlock } from '../csv/block.js'
import type { CsvRecord } from '../csv/row.js'
import { RecordCells } from '../csv/split.js'
import type { Day } from '../rules/day.js'
import type { Layout } from '../rules/layout.js'
import { partitionOf } from '../rules/partition.js'
import { type Judged, Scrubber } from '../rules/scrub.js'
import { noRows, type RowCounts } from '../settle/counts.js'
import { originOf, RecordWriter } from '../sort/records.js'
import { HEADER, NAME_OF_COLUMN, type RowForm, rejectText, wrongRow } from './row-check.js'

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
