/**
 * Records of a CSV file with the bytes that they take in it.
 */

import type { CsvBatch, RecordBlock } from '../../csv/block.js'
import { type CsvOptions, CsvReader, type CsvRecord } from '../../csv/read.js'

/**
 * How a table is read: a row gains columns and quotes on its way into it, and a line of features has the detectors of
 * all its exposures, so lines there are longer than those of the input may be.
 */
export const TABLE_OPTIONS: CsvOptions = { maxRecordBytes: 16 * 1_048_576 }

/** A record of a file, or what cannot be read as one, and where it stands. */
export interface Item {
  /** The 1-based line on which it starts. */
  readonly line: number
  /** Byte offset of that line. */
  readonly offset: number
  /** Where the next item begins, or the file ends. */
  readonly end: number
  /** Absent where it cannot be read. */
  readonly record?: CsvRecord
  /** Many records that are not split yet, in place of one; only where the reader was told to leave them so. */
  readonly block?: RecordBlock
  /** Why it cannot be read. */
  readonly error?: string
}

type OpenItem = Omit<Item, 'end'>

const LINE_FEED = 10

/** Reads a file from chunks of bytes; each item is given when the next one begins. */
export class ItemReader {
  readonly #reader: CsvReader
  readonly #offsets = new LineOffsets()
  #last: OpenItem | undefined

  /** @param blocks whether records that are plainly well formed are given in blocks */
  constructor(blocks = false) {
    this.#reader = new CsvReader({ ...TABLE_OPTIONS, blocks })
  }

  push(chunk: Uint8Array): Item[] {
    this.#offsets.push(chunk)
    return this.#take(this.#reader.push(chunk))
  }

  end(): Item[] {
    const items = this.#take(this.#reader.end())
    if (this.#last !== undefined) items.push({ ...this.#last, end: this.#offsets.bytes })
    return items
  }

  #take({ records, errors, blocks }: CsvBatch): Item[] {
    const found: Omit<OpenItem, 'offset'>[] = records.map((record) => ({ line: record.line, record }))
    if (errors.length > 0 || blocks.length > 0) {
      found.push(...errors.map(({ line, message }) => ({ line, error: message })))
      found.push(...blocks.map((block) => ({ line: block.line, block })))
      found.sort((a, b) => a.line - b.line)
    }
    const items: Item[] = []
    for (const next of found) {
      const offset = this.#offsets.take(next.line)
      if (this.#last !== undefined) items.push({ ...this.#last, end: offset })
      this.#last = { ...next, offset }
    }
    this.#offsets.forget()
    return items
  }
}

/** Byte offsets of lines, kept until they are asked for. */
class LineOffsets {
  /** Offset of each line from #first on. */
  #starts = [0]
  #first = 1
  #asked = 1
  bytes = 0

  push(chunk: Uint8Array): void {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
      this.#starts.push(this.bytes + at + 1)
    }
    this.bytes += chunk.length
  }

  /** The offset of a line; lines are asked for in ascending order. */
  take(line: number): number {
    this.#asked = line
    return this.#starts[line - this.#first] ?? this.bytes
  }

  /** Gives up the lines before the one asked for last. */
  forget(): void {
    this.#starts = this.#starts.slice(this.#asked - this.#first)
    this.#first = this.#asked
  }
}
