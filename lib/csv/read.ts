/** Bytes of a CSV file -> records, in batches, without streams. csv-parse decides what a record with quotes means. */

import { type CsvBatch, type CsvError, countLineFeeds, RecordBlock } from './block.js'
import { beginning, ownBytes } from './bytes.js'
import { addRecord, RecordScanner } from './quoted.js'
import { CsvRecord } from './row.js'
import { BYTE, RecordCells } from './split.js'

export { CsvRecord } from './row.js'

/** What a reader can be told. */
export interface CsvOptions {
  /** The longest record that is read, in bytes without its line end; 1 MiB by default. */
  readonly maxRecordBytes?: number
  /** Whether what is plainly well formed is given in blocks, each with memory of its own, for others to split. */
  readonly blocks?: boolean
}

const MAX_RECORD_BYTES = 1_048_576
/** Input is copied in pieces of this size: the memory for it stays small and in the cache, whatever the chunks are. */
const SLICE_BYTES = 262_144
/** Longer records with quotes are followed by {@link RecordScanner}, which can stop and go on anywhere. */
const MOST_SPLIT_BYTES = 16_384
/** How much of a line that is too long its error shows, in bytes. */
const EXCERPT_BYTES = 1_024

/**
 * Reads CSV (UTF-8, comma, `"`, LF or CRLF) from chunks of bytes, cut anywhere (specification, section 2). It reads
 * what csv-parse reads with `{ bom: true, record_delimiter: ['\r\n', '\n'], relax_column_count: true,
 * skip_empty_lines: true, skip_records_with_error: true }`: a byte-order mark at the very start and empty lines are
 * skipped, a lone CR is data, invalid UTF-8 becomes U+FFFD, records may have any number of fields. What is plainly well
 * formed is split here, which is some ten times as fast; any other record with quotes goes through csv-parse.
 *
 * It is better than csv-parse in one place, and differs by intention in three:
 * - After a quote that is never closed csv-parse loses the rest of the file. Here, the line on which that record
 *   starts is an error, and reading goes on at the line after it. The same holds for a record of more than
 *   `maxRecordBytes` bytes, so a stray quote costs no memory either.
 * - Lines are counted by their line feeds, as editors do. csv-parse also counts a lone CR, and a quoted CRLF twice.
 * - One error is reported for a record, not one for each quote in it.
 * - csv-parse switches to UTF-16 at the byte-order mark FF FE. Here these are two invalid bytes.
 *
 * The time is linear in the input, whatever it contains. Records keep only their own text alive.
 */
export class CsvReader {
  readonly #maxBytes: number
  readonly #givesBlocks: boolean
  /** Room for the bytes not read yet, at #start..#end. #view is this memory up to #end. */
  #memory = Buffer.alloc(0)
  #view = this.#memory
  #start = 0
  #end = 0
  /** The line at #start. */
  #line = 1
  /** The first quote at or after #start; #end or more if there is none yet. */
  #quote = 0
  /** There is no line feed between #start and this index. */
  #searched = 0
  #atFileStart = true
  /** Whether a record with quotes begins at #start, which #scanner follows. */
  #inQuotedRecord = false
  /** Whether the bytes up to the next line feed belong to a line given up. */
  #skipping = false
  readonly #scanner = new RecordScanner()
  readonly #cells = new RecordCells()

  /** @throws RangeError if `maxRecordBytes` is not a positive whole number */
  constructor(options: CsvOptions = {}) {
    const { maxRecordBytes = MAX_RECORD_BYTES, blocks = false } = options
    this.#maxBytes = maxRecordBytes
    this.#givesBlocks = blocks
    if (!Number.isSafeInteger(this.#maxBytes) || this.#maxBytes < 1) {
      throw new RangeError(`maxRecordBytes: expected a positive whole number, got ${this.#maxBytes}`)
    }
  }

  /** The number of bytes gone over in search of the ends of records with quotes: at most twice the input. */
  get scannedBytes(): number {
    return this.#scanner.scannedBytes
  }

  /** The line after those that are read. */
  get line(): number {
    return this.#line
  }

  /** Reads the records that are complete with this chunk. The chunk is copied, never kept. */
  push(chunk: Uint8Array): CsvBatch {
    const batch: CsvBatch = { records: [], errors: [], blocks: [] }
    for (let offset = 0; offset < chunk.length; offset += SLICE_BYTES) {
      this.#append(chunk.subarray(offset, offset + SLICE_BYTES))
      this.#read(batch, false)
    }
    return batch
  }

  /** Reads what is left at the end of the input, and gives the memory free. The reader is then done. */
  end(): CsvBatch {
    const batch: CsvBatch = { records: [], errors: [], blocks: [] }
    this.#read(batch, true)
    this.#memory = this.#view = Buffer.alloc(0)
    this.#start = this.#end = 0
    return batch
  }

  #append(slice: Uint8Array): void {
    const bytes = this.#skipping ? this.#skipLine(slice) : slice
    this.#makeRoom(bytes.length)
    const end = this.#end
    this.#memory.set(bytes, end)
    this.#end += bytes.length
    this.#view = this.#memory.subarray(0, this.#end)
    if (this.#quote >= end) this.#findQuote(end)
  }

  #skipLine(slice: Uint8Array): Uint8Array {
    const lineFeed = slice.indexOf(BYTE.lineFeed)
    if (lineFeed === -1) return slice.subarray(slice.length)
    this.#skipping = false
    this.#line++
    return slice.subarray(lineFeed + 1)
  }

  /** Each byte is moved a bounded number of times, however small the chunks: memory doubles, or is half empty. */
  #makeRoom(count: number): void {
    if (this.#end + count <= this.#memory.length) return
    const held = this.#end - this.#start
    const grows = held > this.#memory.length / 2 || held + count > this.#memory.length
    const target = grows ? Buffer.allocUnsafeSlow(2 * (held + count)) : this.#memory
    this.#memory.copy(target, 0, this.#start, this.#end)
    this.#memory = target
    this.#scanner.shift(this.#start)
    this.#quote -= this.#start
    this.#searched -= this.#start
    this.#start = 0
    this.#end = held
  }

  #findQuote(from: number): void {
    const quote = this.#view.indexOf(BYTE.quote, from)
    this.#quote = quote === -1 ? this.#end : quote
  }

  #read(batch: CsvBatch, final: boolean): void {
    if (this.#atFileStart) {
      if (this.#end < 3 && !final) return
      this.#atFileStart = false
      if (this.#view[0] === 0xef && this.#view[1] === 0xbb && this.#view[2] === 0xbf) this.#start = 3
    }
    let more = true
    while (more) {
      if (!this.#inQuotedRecord) while (this.#readPlainRecords(batch));
      more = this.#quote < this.#end ? this.#readOddRecord(batch, final) : this.#readLastLine(batch, final)
    }
  }

  /** Takes records up to one that is not plainly well formed, or not complete. Returns whether there were any. */
  #readPlainRecords(batch: CsvBatch): boolean {
    const start = this.#start
    const from = Math.max(start, this.#searched)
    const lineFeed = this.#view.subarray(from, this.#quote).lastIndexOf(BYTE.lineFeed)
    const plain = lineFeed === -1 ? start : from + lineFeed + 1
    if (plain - start > this.#maxBytes) this.#readLongLines(batch, plain)
    else this.#takeRecords(batch, start, plain)
    const end = this.#quote < this.#end ? this.#wellFormedTo(plain) : plain
    this.#takeRecords(batch, plain, end)
    this.#start = end
    this.#searched = this.#quote < this.#end ? end : this.#end
    if (this.#quote < end) this.#findQuote(end)
    return end > start
  }

  /** The end of the records from `start` on that are plainly well formed. */
  #wellFormedTo(start: number): number {
    this.#cells.load(this.#view)
    for (let at = start; ; ) {
      const lineFeed = this.#cells.split(at, Math.min(at + MOST_SPLIT_BYTES, this.#end))
      if (lineFeed < 0 || this.#cells.end - at > this.#maxBytes) return at
      at = lineFeed + 1
    }
  }

  /** Takes lines some of which may be too long. */
  #readLongLines(batch: CsvBatch, end: number): void {
    const view = this.#view
    let first = this.#start
    for (let start = first; start < end; ) {
      const lineFeed = view.indexOf(BYTE.lineFeed, start)
      const lineEnd = this.#lineEnd(start, lineFeed)
      if (lineEnd - start > this.#maxBytes) {
        this.#takeRecords(batch, first, start)
        batch.errors.push(this.#tooLong(start, lineEnd, this.#line++))
        first = lineFeed + 1
      }
      start = lineFeed + 1
    }
    this.#takeRecords(batch, first, end)
  }

  /** Takes whole records from `first`, which is on the current line, up to `end`. */
  #takeRecords({ records, blocks }: CsvBatch, first: number, end: number): void {
    if (first === end) return
    const bytes = this.#view.subarray(first, end)
    if (this.#givesBlocks) blocks.push(new RecordBlock(ownBytes(bytes), this.#line))
    else for (const record of new RecordBlock(bytes, this.#line).records) records.push(record)
    this.#line += countLineFeeds(bytes)
  }

  /** Handles a line without a quote and without an end. Returns false: there is nothing more to read. */
  #readLastLine(batch: CsvBatch, final: boolean): false {
    const length = this.#end - this.#start
    // Up to here it may still be a record of the greatest length and the CR of its line end.
    if (length > this.#maxBytes + 1 || (final && length > this.#maxBytes)) {
      this.#giveUp(batch, this.#tooLong(this.#start, this.#end, this.#line))
    } else if (final && length > 0) {
      const text = this.#view.toString('utf8', this.#start, this.#end)
      batch.records.push(new CsvRecord(this.#line, text))
      this.#start = this.#end
    }
    return false
  }

  /** Reads the next record if it has quotes. Returns false if it is not complete. */
  #readOddRecord(batch: CsvBatch, final: boolean): boolean {
    return !this.#isQuoteInLine() || this.#readQuotedRecord(batch, final)
  }

  #isQuoteInLine(): boolean {
    if (this.#inQuotedRecord) return true
    if (this.#quote >= this.#end) return false
    const lineFeed = this.#view.indexOf(BYTE.lineFeed, this.#start)
    return lineFeed === -1 || this.#quote < lineFeed
  }

  #readQuotedRecord(batch: CsvBatch, final: boolean): boolean {
    if (!this.#inQuotedRecord) this.#scanner.begin(this.#view, this.#start)
    this.#inQuotedRecord = true
    const limit = this.#start + this.#maxBytes + 2
    const end = this.#scanner.scan(this.#view, Math.min(limit, this.#end), final)
    if (end === -1 && this.#end < limit && !final) return false
    // A record that is not closed here goes on to #end at least.
    const crlf = end !== -1 && end < this.#end && this.#view[end - 1] === BYTE.carriageReturn
    const extent = { start: this.#start, end: (end === -1 ? this.#end : end) - (crlf ? 1 : 0), line: this.#line }
    const tooLong = extent.end - extent.start > this.#maxBytes
    if (tooLong || end === -1) {
      this.#giveUp(batch, tooLong ? this.#tooLong(extent.start, this.#firstLineEnd(), extent.line) : this.#unclosed())
    } else {
      addRecord(batch, this.#view, extent)
      this.#line += countLineFeeds(this.#view.subarray(extent.start, end)) + 1
      this.#moveTo(Math.min(end + 1, this.#end))
    }
    return true
  }

  #unclosed(): CsvError {
    const text = this.#view.toString('utf8', this.#start, this.#firstLineEnd())
    return { line: this.#line, message: 'a quote is not closed', text }
  }

  /** The end of the line at #start, without its line feed and a CR before it. */
  #firstLineEnd(): number {
    const lineFeed = this.#view.indexOf(BYTE.lineFeed, this.#start)
    return lineFeed === -1 ? this.#end : this.#lineEnd(this.#start, lineFeed)
  }

  /** The end of a line, without its line feed and a CR before it. */
  #lineEnd(start: number, lineFeed: number): number {
    return lineFeed > start && this.#view[lineFeed - 1] === BYTE.carriageReturn ? lineFeed - 1 : lineFeed
  }

  /** Gives up the record at #start: reading goes on at the line after its first one. */
  #giveUp({ errors }: CsvBatch, error: CsvError): void {
    errors.push(error)
    this.#scanner.giveUp()
    const lineFeed = this.#view.indexOf(BYTE.lineFeed, this.#start)
    this.#skipping = lineFeed === -1
    if (!this.#skipping) this.#line++
    this.#moveTo(this.#skipping ? this.#end : lineFeed + 1)
  }

  #moveTo(position: number): void {
    this.#start = position
    this.#inQuotedRecord = false
    if (this.#quote < position) this.#findQuote(position)
  }

  #tooLong(start: number, end: number, line: number): CsvError {
    const message = `record longer than ${this.#maxBytes} bytes`
    const most = end - start <= this.#maxBytes ? end - start : Math.min(EXCERPT_BYTES, this.#maxBytes)
    return { line, message, text: beginning(this.#view.subarray(start, end), most) }
  }
}
