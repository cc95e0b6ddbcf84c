/**
 * CSV records with quotes: where they end, and what csv-parse makes of them. Only their ends are found here, in one go
 * over the bytes that can stop anywhere, so that no record is ever parsed on trial; the rest is left to csv-parse.
 */
import { type Options, CsvError as ParseError, parse } from 'csv-parse/sync'
import type { CsvBatch } from './block.js'
import { CsvRecord } from './row.js'
import { BYTE } from './split.js'

/** The bytes of a record, without its line end, and its first line. */
export interface Extent {
  readonly start: number
  readonly end: number
  readonly line: number
}

/** The reader takes off the byte-order mark itself; inside the file its bytes are data. */
const PARSE_OPTIONS: Options = {
  bom: false,
  encoding: 'utf8',
  record_delimiter: ['\r\n', '\n'],
  relax_column_count: true,
  skip_empty_lines: true,
}

const REASONS: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: 'a quote in a field that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: 'a closing quote must be followed by a comma or the end of the line',
}

/** How far a record has been followed: the next byte to look at, and what that byte is a part of. */
interface ScanState {
  readonly position: number
  readonly quoting: boolean
  readonly fieldStart: boolean
}

const NO_STATE: ScanState = { position: 0, quoting: false, fieldStart: false }

/**
 * Follows one record at a time, as csv-parse does with `"` as quote and escape, `,` as delimiter, and LF or CRLF as
 * record delimiter. Positions are indexes into the bytes given to {@link scan}; {@link shift} keeps them true when
 * these bytes move.
 *
 * A record that is given up costs nothing twice: inside a record every line feed is quoted (any other ends the
 * record), so two records that both run over the same line feed are in the same state there and ever after. The next
 * record takes over what was found out about the one given up as soon as it runs over the end of its own first line.
 */
export class RecordScanner {
  #position = 0
  #quoting = false
  #fieldStart = true
  #givenUp = NO_STATE
  #scanned = 0

  /** The number of bytes gone over so far, in all records: at most twice the input, whatever that is. */
  get scannedBytes(): number {
    return this.#scanned
  }

  /** Begins a record at `position`. */
  begin(bytes: Uint8Array, position: number): void {
    this.#position = position
    this.#quoting = false
    this.#fieldStart = true
    const joint = position < this.#givenUp.position ? bytes.indexOf(BYTE.lineFeed, position) : -1
    if (joint === -1 || joint >= this.#givenUp.position) return
    this.#follow(bytes, joint, false)
    if (!this.#quoting) return
    this.#position = this.#givenUp.position
    this.#quoting = this.#givenUp.quoting
    this.#fieldStart = this.#givenUp.fieldStart
  }

  /** Gives the record up; what was found out serves the records that begin inside it. */
  giveUp(): void {
    this.#givenUp = { position: this.#position, quoting: this.#quoting, fieldStart: this.#fieldStart }
  }

  /** Says that the bytes have moved towards the front by `count`. */
  shift(count: number): void {
    this.#position -= count
    this.#givenUp = { ...this.#givenUp, position: this.#givenUp.position - count }
  }

  /**
   * Goes on with the record up to `limit`. The bytes after `limit` are looked at to understand those before it.
   *
   * @param final whether the input ends with these bytes
   * @returns the index of the line feed that ends the record, the number of bytes if the input ends it, or -1 if the
   *   record does not end before `limit`; then `scan` may be called again with more bytes
   */
  scan(bytes: Uint8Array, limit: number, final: boolean): number {
    const end = this.#follow(bytes, limit, final)
    return end === -1 && final && limit === bytes.length && !this.#quoting ? limit : end
  }

  #follow(bytes: Uint8Array, limit: number, final: boolean): number {
    const begin = this.#position
    const end = this.#advance(bytes, limit, final)
    this.#scanned += this.#position - begin
    return end
  }

  #advance(bytes: Uint8Array, limit: number, final: boolean): number {
    while (this.#position < limit) {
      if (this.#quoting) {
        if (!this.#skipQuoted(bytes, limit, final)) return -1
        continue
      }
      const byte = bytes[this.#position]
      if (byte === BYTE.lineFeed) return this.#position
      this.#quoting = byte === BYTE.quote && this.#fieldStart
      this.#fieldStart = byte === BYTE.comma
      this.#position++
    }
    return -1
  }

  /** Goes to the next quote and past it; false if the quote, or what follows it, is not there yet. */
  #skipQuoted(bytes: Uint8Array, limit: number, final: boolean): boolean {
    const quote = bytes.indexOf(BYTE.quote, this.#position)
    if (quote === -1 || quote >= limit) {
      this.#position = limit
      return false
    }
    this.#position = quote
    const needed = bytes[quote + 1] === BYTE.carriageReturn ? 3 : 2
    if (quote + needed > bytes.length && !final) return false
    if (bytes[quote + 1] === BYTE.quote) {
      this.#position = quote + 2
    } else {
      // A quote with anything else after it does not close the field: an error to csv-parse, which reads on as here.
      this.#quoting = !closesField(bytes, quote + 1)
      this.#position = quote + 1
    }
    return true
  }
}

/** Whether a quote before `position` closes its field. NUL counts as the end of input to csv-parse here. */
function closesField(bytes: Uint8Array, position: number): boolean {
  const next = bytes[position]
  if (next === undefined || next === BYTE.nul || next === BYTE.comma || next === BYTE.lineFeed) return true
  return next === BYTE.carriageReturn && bytes[position + 1] === BYTE.lineFeed
}

/** Adds to a batch what csv-parse makes of a record. */
export function addRecord(
  { records, errors }: Pick<CsvBatch, 'records' | 'errors'>,
  bytes: Buffer,
  { start, end, line }: Extent,
): void {
  const text = bytes.toString('utf8', start, end)
  const rows = tryParse(bytes.subarray(start, end))
  if (typeof rows === 'string') errors.push({ line, message: rows, text })
  else if (rows.length === 1) records.push(new CsvRecord(line, text, rows[0]))
  else errors.push({ line, message: `read as ${rows.length} records`, text })
}

/** Stops at the first error: going on would cost csv-parse the length of the record for each further quote in it. */
function tryParse(bytes: Buffer): string[][] | string {
  try {
    return parse(bytes, PARSE_OPTIONS)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return REASONS[error.code] ?? error.message
  }
}
