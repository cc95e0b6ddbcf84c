/**
 * Bytes to records, the header line taken off (specification, section 2).
 */
import { BlockCursor, type CsvError, type RecordBlock } from '../csv/block.js'
import { CsvReader, type CsvRecord } from '../csv/read.js'
import type { InputPlace } from '../store/readings.js'
import type { Reject } from '../store/tables.js'
import { HEADER, rejectText, wrongRow } from '../workers/row-scrubber.js'
import type { HeadedInput, InputChunk } from './read.js'
import type { Tally } from './summary.js'

/** Rows of one input, and what could not be read. */
export interface RecordBatch {
  readonly input: HeadedInput
  /** Records that are not split yet. */
  readonly blocks: readonly RecordBlock[]
  /** Records that csv-parse had to look at. */
  readonly records: readonly CsvRecord[]
  /** Whether the input ends with them: then the last line of them has no line end. */
  readonly isLast: boolean
  readonly rejects: readonly Reject[]
}

/** Decodes the chunks of the inputs, one input after the other. */
export class Decoder {
  /** Counts what is decoded from now on. */
  tally: Tally
  #input: HeadedInput | undefined
  #reader = new CsvReader({ blocks: true })
  #headerSeen = false
  #hasRows = false

  constructor(tally: Tally) {
    this.tally = tally
  }

  /** Up to where whole records are decoded; undefined before the first. */
  get position(): InputPlace | undefined {
    return this.#input && { source: this.#input.name, lines: this.#reader.line - 1 }
  }

  decode({ input, bytes }: InputChunk): RecordBatch {
    if (input !== this.#input) {
      this.#input = input
      this.tally.beginInput(input.name)
      this.#reader = new CsvReader({ blocks: true })
      this.#headerSeen = false
      this.#hasRows = false
    }
    const atEnd = bytes === undefined
    const { blocks, records, errors } = atEnd ? this.#reader.end() : this.#reader.push(bytes)
    if (!this.#headerSeen) this.#takeHeader(blocks, records)
    const rejects = errors.map((error) => toReject(input, error, error.message))
    this.#hasRows ||= rejects.length > 0 || records.some(isRow(input)) || blocks.some((block) => hasRow(block, input))
    if (atEnd && !this.#hasRows) this.tally.emptyInput(input.name)
    // Behind the last line end: a number that was cut is one still.
    if (atEnd && records.some((record) => wrongRow(record, input) === undefined)) this.tally.unendedInput(input.name)
    return { input, blocks, records, isLast: atEnd, rejects }
  }

  /** Takes the first record off. */
  #takeHeader(blocks: RecordBlock[], records: CsvRecord[]): void {
    while (!this.#headerSeen && blocks.length + records.length > 0) {
      const [block] = blocks
      const [record] = records
      if (block === undefined || (record !== undefined && record.line < block.line)) {
        records.shift()
        this.#headerSeen = true
        continue
      }
      const [header, rest] = block.splitFirst()
      this.#headerSeen = header !== undefined
      blocks.splice(0, 1, ...(header === undefined || rest.bytes.length === 0 ? [] : [rest]))
    }
  }
}

function isRow(input: HeadedInput): (record: CsvRecord) => boolean {
  return (record) => wrongRow(record, input) !== HEADER
}

function hasRow(block: RecordBlock, input: HeadedInput): boolean {
  const cursor = new BlockCursor(block)
  while (cursor.next()) if (isRow(input)(cursor.record)) return true
  return false
}

/** A row of an input that cannot be used. */
export function toReject({ name }: HeadedInput, { line, text }: CsvRecord | CsvError, reason: string): Reject {
  return { source: name, line, reason, text: rejectText(text) }
}
