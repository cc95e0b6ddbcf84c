/** Records that stand one behind the other in a file: their bytes in one piece, for whoever splits them. */
import { CsvRecord } from './row.js'
import { BYTE, RecordCells } from './split.js'

/** A record that cannot be read. */
export interface CsvError {
  /** The 1-based line on which the record starts. */
  readonly line: number
  readonly message: string
  /** Its raw text; of a record given up only its first line, and of a line that is too long only the beginning. */
  readonly text: string
}

/** What could be read so far; records and errors are each in the order of the file. */
export interface CsvBatch {
  readonly records: CsvRecord[]
  readonly errors: CsvError[]
  /** Records that are not split yet; only where the reader was told to leave them so. */
  readonly blocks: RecordBlock[]
}

/** Whole records that are plainly well formed, each with its line end; or lines without a quote, whatever is in them. */
export class RecordBlock {
  readonly bytes: Buffer
  /** The 1-based number of the first line in its file. */
  readonly line: number

  constructor(bytes: Buffer, line: number) {
    this.bytes = bytes
    this.line = line
  }

  /** The records; empty lines are none. */
  get records(): CsvRecord[] {
    const records: CsvRecord[] = []
    const cursor = new BlockCursor(this)
    while (cursor.next()) records.push(cursor.record)
    return records
  }

  /** The first record, if there is one, and the others. */
  splitFirst(): [CsvRecord | undefined, RecordBlock] {
    const cursor = new BlockCursor(this)
    if (!cursor.next()) return [undefined, this]
    const { record, nextLine } = cursor
    return [record, new RecordBlock(this.bytes.subarray(cursor.nextStart), nextLine)]
  }
}

/** Goes over the records of a block. */
export class BlockCursor {
  /** The cells of the current record, unless that is odd. */
  readonly cells: RecordCells
  /** Whether the current record is a line that cannot be split here: with a carriage return within, or a NUL. */
  isOdd = false
  /** The line on which the current record starts, and that on which the next one does. */
  line: number
  nextLine: number
  /** Where the next record starts in the block. */
  nextStart = 0
  readonly #bytes: Buffer

  /** @param cells for the cells of one record after the other */
  constructor({ bytes, line }: Pick<RecordBlock, 'bytes' | 'line'>, cells = new RecordCells()) {
    cells.load(bytes)
    this.cells = cells
    this.#bytes = bytes
    this.line = line
    this.nextLine = line
  }

  /** Goes to the next record; false where there is none. */
  next(): boolean {
    const { cells } = this
    const { length } = this.#bytes
    while (this.nextStart < length) {
      const start = this.nextStart
      const end = cells.split(start, length)
      this.isOdd = end < 0
      const lineFeed = this.isOdd ? this.#bytes.indexOf(BYTE.lineFeed, start) : end
      if (this.isOdd) cells.end = this.#bytes[lineFeed - 1] === BYTE.carriageReturn ? lineFeed - 1 : lineFeed
      this.nextStart = lineFeed + 1
      this.line = this.nextLine
      this.nextLine += 1 + (cells.hasQuotes && !this.isOdd ? countLineFeeds(this.#bytes.subarray(start, end)) : 0)
      if (!cells.isBlank) return true
    }
    return false
  }

  /** The current record, with text of its own. */
  get record(): CsvRecord {
    const { text, hasGaps, hasQuotes } = this.cells
    const isQuoted = !this.isOdd && (hasGaps || hasQuotes)
    return new CsvRecord(this.line, text, isQuoted ? this.cells.fields : undefined)
  }
}

/** The number of line feeds among some bytes. */
export function countLineFeeds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(BYTE.lineFeed); at >= 0; at = bytes.indexOf(BYTE.lineFeed, at + 1)) count++
  return count
}
