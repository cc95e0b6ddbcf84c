/**
 * Splits records that are plainly well formed, quoted or not, without making text of them. What is odd in any way is left
 * to csv-parse.
 */
import { isAscii } from 'node:buffer'
import { type Fields, unquoted } from './row.js'
import { formatRow } from './write.js'

/** The bytes that have a meaning in CSV. */
export const BYTE = { nul: 0, lineFeed: 10, carriageReturn: 13, quote: 34, comma: 44 } as const

/** Not 0 for the bytes that have a meaning. */
const MEANS = Uint8Array.from({ length: 256 }, (_, byte) => ((Object.values(BYTE) as number[]).includes(byte) ? 1 : 0))

/** What {@link RecordCells.split} returns in place of an end. */
const INCOMPLETE = -1
const ODD = -2

/** Fields of a record that there is room for at first. */
const FIRST_WIDTH = 64

/**
 * Where the cells of a record stand among the bytes of a block.
 *
 * A cell is its field as csv-stringify would write it: quotes around a field that needs none are left out of its range.
 */
export class RecordCells implements Fields {
  bytes: Uint8Array = new Uint8Array()
  starts = new Int32Array(FIRST_WIDTH)
  ends = new Int32Array(FIRST_WIDTH)
  /** Number of fields. */
  width = 0
  /** Whether quotes stand between some cells and their commas, so that neighbouring cells are not one range. */
  hasGaps = false
  /** Whether some cell needs its quotes. */
  hasQuotes = false
  /** Where the last record that was split begins, and where its line end does. */
  start = 0
  end = 0
  #block: Buffer = Buffer.alloc(0)
  /** See {@link isAscii}; told when it is first asked for, as many a block is only split. */
  #isAscii: boolean | undefined

  /** Takes the block that the next records stand in. */
  load(block: Buffer): void {
    this.#block = block
    // Elements of a plain array are reached faster than those of a `Buffer`.
    this.bytes = new Uint8Array(block.buffer, block.byteOffset, block.length)
    this.#isAscii = undefined
  }

  /** Takes a record that stands by itself, by its fields; false where a NUL is in it, which no row has. */
  loadFields(fields: readonly string[]): boolean {
    const block = Buffer.from(formatRow(fields))
    this.load(block)
    return this.split(0, block.length) >= 0
  }

  /**
   * Splits the record that begins at `start`.
   *
   * @returns where its line feed is; INCOMPLETE if it does not end before `limit`, ODD if it is not plainly well formed
   */
  split(start: number, limit: number): number {
    const { bytes } = this
    this.start = start
    this.hasGaps = false
    this.hasQuotes = false
    for (let width = 0, at = start; ; width++, at++) {
      if (width === this.starts.length) this.#grow()
      at = at < limit && bytes[at] === BYTE.quote ? this.#quotedField(width, at, limit) : this.#field(width, at, limit)
      if (at < 0) return at
      if (at >= limit) return INCOMPLETE
      if (bytes[at] === BYTE.comma) continue
      this.width = width + 1
      this.end = at
      return bytes[at] === BYTE.lineFeed ? at : this.#lineFeedBehind(at, limit)
    }
  }

  /** Notes a field without quotes; returns where it ends. */
  #field(width: number, start: number, limit: number): number {
    const { bytes } = this
    let at = start
    while (at < limit && MEANS[bytes[at] as number] === 0) at++
    this.starts[width] = start
    this.ends[width] = at
    return at
  }

  /** Notes a field that begins with a quote; returns where it ends, behind its last one. */
  #quotedField(width: number, open: number, limit: number): number {
    const close = this.#closingQuote(open, limit)
    if (close < 0) return close
    const needsQuotes = this.#needsQuotes
    this.starts[width] = needsQuotes ? open : open + 1
    this.ends[width] = needsQuotes ? close + 1 : close
    if (needsQuotes) this.hasQuotes = true
    else this.hasGaps = true
    return close + 1
  }

  /** The line feed behind a carriage return. */
  #lineFeedBehind(at: number, limit: number): number {
    const { bytes } = this
    if (bytes[at] !== BYTE.carriageReturn) return ODD
    if (at + 1 >= limit) return INCOMPLETE
    return bytes[at + 1] === BYTE.lineFeed ? at + 1 : ODD
  }

  /** Whether the field that was followed last has to be quoted. */
  #needsQuotes = false

  /** Follows a field from its first quote to its last. */
  #closingQuote(open: number, limit: number): number {
    const { bytes } = this
    this.#needsQuotes = false
    for (let at = open + 1; at < limit; at++) {
      const byte = bytes[at] as number
      if (MEANS[byte] === 0) continue
      if (byte === BYTE.nul) return ODD
      if (byte === BYTE.quote) {
        if (at + 1 < limit && bytes[at + 1] !== BYTE.quote) return at
        at++
      }
      this.#needsQuotes = true
    }
    return INCOMPLETE
  }

  /** Whether the record is an empty line. */
  get isBlank(): boolean {
    return this.end === this.start
  }

  /** Whether the block is ASCII: then each byte is a character. */
  get isAscii(): boolean {
    this.#isAscii ??= isAscii(this.#block)
    return this.#isAscii
  }

  /** The canonical text of a cell; blank for a number that the record does not have. */
  cell(index: number): string {
    if (index < 0 || index >= this.width) return ''
    // Each by itself: the whole block as one text takes ten times as long, few of its cells being asked for.
    return this.#block.toString(this.isAscii ? 'latin1' : 'utf8', this.starts[index], this.ends[index])
  }

  field(index: number): string {
    const cell = this.cell(index)
    return this.hasQuotes ? unquoted(cell) : cell
  }

  get fields(): readonly string[] {
    const fields: string[] = []
    for (let index = 0; index < this.width; index++) fields.push(this.field(index))
    return fields
  }

  /** The record as it stands in the block, without its line end. */
  get text(): string {
    return this.#block.toString('utf8', this.start, this.end)
  }

  #grow(): void {
    const [starts, ends] = [this.starts, this.ends]
    this.starts = new Int32Array(2 * starts.length)
    this.ends = new Int32Array(2 * ends.length)
    this.starts.set(starts)
    this.ends.set(ends)
  }
}
