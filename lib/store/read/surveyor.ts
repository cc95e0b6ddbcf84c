/**
 * Looks at lines of a table, so that it is known which can be read, where each program's lines stand, and whether they
 * are as this program would write them. What comes out is plain data, which can go from thread to thread.
 */
import { isUtf8 } from 'node:buffer'
import { BlockCursor, type RecordBlock } from '../../csv/block.js'
import type { ByteWriter } from '../../csv/bytes.js'
import { CanonicalLine, type CsvRecord } from '../../csv/row.js'
import { RecordCells } from '../../csv/split.js'
import type { Layout } from '../../rules/layout.js'
import { partitionOf } from '../../rules/partition.js'
import { RecordWriter } from '../../sort/records.js'
import { checksum } from '../checksum.js'
import type { Table } from '../table.js'
import { TableReader } from './table-reader.js'

/** A line that cannot be read. */
export interface DamagedLine {
  readonly line: number
  readonly what: string
}

/** Where a line stands in its file: from which byte up to which, and its 1-based number. */
export interface LinePlace {
  readonly offset: number
  readonly end: number
  readonly line: number
}

/** What was found in a piece of a table. */
export interface SurveyedPart {
  /** Program, offset, length, checksum and first line of each run of lines of one program, in turn. */
  readonly runs: readonly number[]
  /** Lines that can be read. */
  readonly lines: number
  /** Whether the piece is, byte for byte, what this program would write for its lines. */
  readonly asWritten: boolean
  /** Lines that cannot be read: the first ones, and how many there are. */
  readonly damaged: readonly DamagedLine[]
  readonly damagedLines: number
  /** The lines as records for the buffer, where that was asked for. */
  readonly records: Uint8Array
  /** Waiting products among the matched ones. */
  readonly misplaced: number
}

/** Numbers kept for a run of lines. */
export const RUN_NUMBERS = 5
/** So many damaged lines of a piece are named. */
const NAMED = 20

/** Takes each line that can be read: its fields as they stand, and its cells as this program writes them. */
export type LineListener = (line: number, fields: readonly string[], cells: readonly string[]) => void

/** What is done with lines beside looking at them. */
export interface SurveyOptions {
  /** Whether they are kept as records for the buffer. */
  readonly keeps?: boolean
  /** Takes lines that are not as this program would write them, or are encoded. */
  readonly listener?: LineListener | undefined
}

/** Looks at one piece of a table after the other. */
export class Surveyor {
  readonly #table: Table
  readonly #options: SurveyOptions
  readonly #reader: TableReader
  readonly #cells = new RecordCells()
  readonly #records = new RecordWriter()
  #runs: number[] = []
  #lines = 0
  #asWritten = true
  #damaged: DamagedLine[] = []
  #damagedLines = 0
  #misplaced = 0
  /** Where the last line of the last run ends. */
  #end = -1

  constructor(table: Table, layout: Layout, header: readonly string[], options: SurveyOptions = {}) {
    this.#table = table
    this.#options = options
    this.#reader = new TableReader(table, layout, header)
  }

  /**
   * Looks at the lines of a block.
   *
   * @param offset where it begins in the file
   */
  block({ bytes, line }: Pick<RecordBlock, 'bytes' | 'line'>, offset: number): void {
    const first = this.#runs.length
    const cursor = new BlockCursor({ bytes, line }, this.#cells)
    const isText = isUtf8(bytes)
    let end = 0
    while (cursor.next()) {
      const { start } = cursor.cells
      if (start !== end) this.#asWritten = false
      end = cursor.nextStart
      const place = { offset: offset + start, end: offset + end, line: cursor.line }
      if (!isText || cursor.isOdd) this.#takeRecord(cursor.record, place)
      else this.#takeCells(cursor.cells, bytes, place, end === cursor.cells.end + 1)
    }
    if (end !== bytes.length) this.#asWritten = false
    for (let at = first; at < this.#runs.length; at += RUN_NUMBERS) {
      const from = (this.#runs[at + 1] ?? 0) - offset
      this.#runs[at + 3] = checksum(bytes.subarray(from, from + (this.#runs[at + 2] ?? 0)))
    }
    this.#end = -1
  }

  /** Looks at a line that stands by itself. */
  record(record: CsvRecord, place: LinePlace): void {
    const first = this.#runs.length
    this.#takeRecord(record, place)
    if (this.#runs.length > first) this.#runs[first + 3] = checksum(`${record.text}\n`)
    this.#end = -1
  }

  /** Notes a line that cannot be read. */
  damaged(line: number, what: string): void {
    this.#asWritten = false
    this.#damagedLines++
    if (this.#damaged.length < NAMED) this.#damaged.push({ line, what })
  }

  #takeCells(cells: RecordCells, bytes: Buffer, place: LinePlace, isEnded: boolean): void {
    const wrong = this.#reader.take(cells)
    if (wrong !== undefined) {
      this.damaged(place.line, wrong)
      return
    }
    const { start, end } = cells
    const out = this.#records.begin()
    const from = out.length
    this.#reader.write(out)
    const isSame = isEnded && out.length - from === end - start && isAt(out.block, from, out.length, bytes, start, end)
    if (!isSame || this.#table.encoded) this.#tell(place.line, cells.fields, isSame ? undefined : out, from)
    this.#add(place, isSame)
  }

  #takeRecord({ fields, text }: CsvRecord, place: LinePlace): void {
    const wrong = this.#reader.takeFields(fields)
    if (wrong !== undefined) {
      this.damaged(place.line, wrong)
      return
    }
    const out = this.#records.begin()
    const from = out.length
    this.#reader.write(out)
    const written = Buffer.from(`${text}\n`)
    const isSame =
      place.end - place.offset === written.length && isAt(out.block, from, out.length, written, 0, written.length - 1)
    if (!isSame || this.#table.encoded) this.#tell(place.line, fields, isSame ? undefined : out, from)
    this.#add(place, isSame)
  }

  /** @param out has the line from `from` on as this program writes it, where it does not stand so */
  #tell(line: number, fields: readonly string[], out: ByteWriter | undefined, from: number): void {
    const { listener } = this.#options
    if (listener === undefined) return
    const cells = out && new CanonicalLine(out.block.toString('utf8', from, out.length)).fields
    listener(line, fields, cells ?? fields)
  }

  #add({ offset, end, line }: LinePlace, isSame: boolean): void {
    const { pid, observation, isMisplaced } = this.#reader
    const runs = this.#runs
    const last = runs.length - RUN_NUMBERS
    if (this.#end === offset && runs[last] === pid) runs[last + 2] = (runs[last + 2] ?? 0) + end - offset
    else runs.push(pid, offset, end - offset, 0, line)
    this.#end = end
    this.#lines++
    this.#asWritten &&= isSame
    if (!this.#options.keeps || this.#table.holds === 'groups') this.#records.giveUp()
    else {
      this.#records.end(partitionOf(pid, observation), this.#table.number)
      if (isMisplaced) this.#misplaced++
    }
  }

  /** What was found; it goes on with nothing. */
  take(): SurveyedPart {
    const part: SurveyedPart = {
      runs: this.#runs,
      lines: this.#lines,
      asWritten: this.#asWritten,
      damaged: this.#damaged,
      damagedLines: this.#damagedLines,
      records: this.#records.take(),
      misplaced: this.#misplaced,
    }
    this.#runs = []
    this.#lines = 0
    this.#asWritten = true
    this.#damaged = []
    this.#damagedLines = 0
    this.#misplaced = 0
    return part
  }
}

/** Whether bytes that were written are the same as those of another block. */
function isAt(written: Buffer, from: number, to: number, bytes: Buffer, start: number, end: number): boolean {
  return written.compare(bytes, start, end, from, to) === 0
}
