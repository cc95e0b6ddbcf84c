/** Whole lines of a file that have no quote: the bytes of many rows in one piece, for whoever splits them. */
import { isAscii } from 'node:buffer'
import type { Allocate } from './bytes.js'
import { PlainBlock, type PlainRow } from './plain-row.js'
import { BYTE } from './quoted.js'
import { CsvRecord } from './row.js'
import type { FieldRoom } from './scanner.js'

/** Adjacent lines, each with its line end, none with a quote. */
export class PlainLines {
  readonly bytes: Buffer
  /** The 1-based number of the first line in its file. */
  readonly line: number

  constructor(bytes: Buffer, line: number) {
    this.bytes = bytes
    this.line = line
  }

  /** The same with memory of its own, that can be given to another thread. */
  static copyOf(bytes: Buffer, line: number, allocate: Allocate): PlainLines {
    const own = allocate(bytes.length)
    bytes.copy(own)
    return new PlainLines(own, line)
  }

  /** The lines as records; empty lines are none. Each keeps only its own text alive. */
  get records(): CsvRecord[] {
    const records: CsvRecord[] = []
    let { line } = this
    for (let start = 0; start < this.bytes.length; line++) {
      const lineFeed = this.bytes.indexOf(BYTE.lineFeed, start)
      const end = this.#endOf(start, lineFeed)
      if (end > start) records.push(new CsvRecord(line, this.bytes.toString('utf8', start, end)))
      start = lineFeed + 1
    }
    return records
  }

  /** Whether all lines are empty. */
  get isBlank(): boolean {
    return this.bytes.every((byte) => byte === BYTE.lineFeed || byte === BYTE.carriageReturn)
  }

  /** The first line, and the others. */
  splitFirst(): [PlainLines, PlainLines] {
    const end = this.bytes.indexOf(BYTE.lineFeed) + 1
    const rest = Buffer.allocUnsafeSlow(this.bytes.length - end)
    this.bytes.copy(rest, 0, end)
    return [new PlainLines(this.bytes.subarray(0, end), this.line), new PlainLines(rest, this.line + 1)]
  }

  #endOf(start: number, lineFeed: number): number {
    return lineFeed > start && this.bytes[lineFeed - 1] === BYTE.carriageReturn ? lineFeed - 1 : lineFeed
  }
}

/** Goes over {@link PlainLines} row by row. */
export class LineCursor {
  /** The number of the current line in its file. */
  line: number
  /** Where it starts and ends. */
  start = 0
  end = 0
  readonly bytes: Buffer
  readonly #rows: PlainBlock
  readonly #isClean: boolean
  readonly #hasReturns: boolean
  #next = 0

  /** @param room of the rows that it gives */
  constructor({ bytes, line }: Pick<PlainLines, 'bytes' | 'line'>, room?: FieldRoom) {
    this.bytes = bytes
    this.#rows = new PlainBlock(bytes, room)
    this.#isClean = isClean(bytes)
    this.#hasReturns = bytes.includes(BYTE.carriageReturn)
    this.line = line - 1
  }

  /** Goes to the next line that is not empty; false where there is none. */
  next(): boolean {
    const { bytes } = this
    while (this.#next < bytes.length) {
      const start = this.#next
      const lineFeed = this.#rows.findLine(start)
      const end = this.#hasReturns && bytes[lineFeed - 1] === BYTE.carriageReturn ? lineFeed - 1 : lineFeed
      this.#next = lineFeed + 1
      this.line++
      if (end <= start) continue
      this.start = start
      this.end = end
      return true
    }
    return false
  }

  /** The current line's fields; undefined for one that is not ASCII, or has a NUL or a carriage return within. */
  get row(): PlainRow | undefined {
    const { start, end } = this
    if (!this.#isClean && !isClean(this.bytes.subarray(start, end))) return undefined
    if (this.#hasReturns && this.bytes.subarray(start, end).includes(BYTE.carriageReturn)) return undefined
    return this.#rows.lineTo(end)
  }

  /** The current line as a record of its own. */
  get record(): CsvRecord {
    return new CsvRecord(this.line, this.bytes.toString('utf8', this.start, this.end))
  }
}

function isClean(bytes: Uint8Array): boolean {
  return isAscii(bytes) && !bytes.includes(BYTE.nul)
}

/** Whether a byte is inside a character of UTF-8. */
export function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}
