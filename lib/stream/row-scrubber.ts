/**
 * Rows of an input to records for the buffer: regular ones as their lines came, others as text.
 */
import { noRows, type RowCounts } from '../counts.js'
import type { Allocate } from '../csv/bytes.js'
import type { LineCursor } from '../csv/lines.js'
import type { CsvRecord } from '../csv/row.js'
import type { Judged, Scrubber } from '../rules/scrub.js'
import { unitOf } from '../rules/units.js'
import { rejectText, wrongRow } from './decode.js'
import { FRESH, RecordWriter } from './records.js'

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

interface RowNumbers {
  /** Fields of a row. */
  readonly width: number
  /** The input. */
  readonly input: number
  /** What stands for it where rows are scrubbed to lines of regular ones; absent where they shall be text. */
  readonly scrubbed: number | undefined
}

/** Scrubs rows of one input and gathers what becomes of them. */
export class RowScrubber {
  readonly #scrubber: Scrubber
  readonly #width: number
  readonly #input: number
  readonly #scrubbedInput: number | undefined
  readonly #records = new RecordWriter()
  #rejects: RejectedRow[] = []
  #counts = noRows()

  constructor(scrubber: Scrubber, { width, input, scrubbed }: RowNumbers) {
    this.#scrubber = scrubber
    this.#width = width
    this.#input = input
    this.#scrubbedInput = scrubbed
  }

  /** Scrubs whole lines without quotes. */
  lines(cursor: LineCursor): void {
    while (cursor.next()) {
      const { row } = cursor
      const scrubbed = row?.width === this.#width ? this.#scrubber.judge(row) : undefined
      if (scrubbed === undefined) this.record(cursor.record)
      else if (scrubbed.outcome === 'rejected') this.#reject(cursor.record, scrubbed.message)
      else if (this.#isKept(scrubbed)) {
        const { pid, observation, kind } = scrubbed
        this.#records.addRegular(unitOf(pid, observation), kind, this.#input, cursor)
      }
    }
  }

  /** Scrubs a row. */
  record(record: CsvRecord): void {
    const reason = wrongRow(record, this.#width)
    if (reason !== undefined) {
      this.#reject(record, reason)
      return
    }
    const scrubbed = this.#scrubber.scrub(record)
    if (scrubbed.outcome === 'rejected') this.#reject(record, scrubbed.message)
    else if (this.#isKept(scrubbed)) {
      const { pid, observation, kind, text, line } = scrubbed
      const unit = unitOf(pid, observation)
      if (line === undefined || this.#scrubbedInput === undefined) this.#records.add(unit, FRESH, text)
      else this.#records.addRegularText(unit, kind, this.#scrubbedInput, line)
    }
  }

  /** Counts a row; tells whether it is kept or hides others. */
  #isKept<T extends Exclude<Judged, { outcome: 'rejected' }>>(judged: T): judged is Exclude<T, { outcome: 'dropped' }> {
    this.#counts.levels[judged.level]++
    if (judged.outcome !== 'kept') this.#counts.dropped[judged.reason]++
    return judged.outcome !== 'dropped'
  }

  #reject({ line, text }: CsvRecord, reason: string): void {
    this.#rejects.push({ line, reason, text: rejectText(text) })
  }

  /** What was gathered, the records in memory of their own; it goes on with nothing. */
  take(allocate: Allocate): ScrubbedRows {
    const rows = { records: this.#records.take(allocate), rejects: this.#rejects, counts: this.#counts }
    this.#rejects = []
    this.#counts = noRows()
    return rows
  }
}
