/** Plain rows that stand in a block of bytes, one after the other. */
import { decimalAt, isPlainDecimal } from './decimal.js'
import type { Fields } from './row.js'

const COMMA = ','
/** Bytes that are made text of at a time: a longer text would be dear to keep and to collect. */
const TEXT_BYTES = 1 << 15
/** There is room at first for as many fields as a block has bytes by this. */
const BYTES_PER_FIELD = 8
const FEWEST_FIELDS = 64

/** The text of some neighbouring rows of a block. Each byte is one character, so a row that is not ASCII is not its text. */
interface TextWindow {
  readonly text: string
  readonly bytes: Uint8Array
  /** Where the text starts and ends in the block. */
  readonly start: number
  readonly end: number
  /** For each row the place in the text before its start, then where each of its fields ends. */
  ends: Int32Array
}

/** A plain row of a block: its fields are cut out of the text when they are asked for. */
export class PlainRow implements Fields {
  readonly width: number
  readonly #window: TextWindow
  /** Where its numbers begin among those of the window. */
  readonly #first: number

  constructor(window: TextWindow, first: number, width: number) {
    this.#window = window
    this.#first = first
    this.width = width
  }

  get fields(): readonly string[] {
    return this.between(0, this.width - 1).split(COMMA)
  }

  field(index: number): string {
    return index < 0 || index >= this.width ? '' : this.between(index, index)
  }

  /** The number that a field holds; NaN for one that is blank or not there. */
  number(index: number): number {
    if (index < 0 || index >= this.width) return Number.NaN
    const start = this.byteOf(index)
    const end = this.byteEndOf(index)
    if (start === end) return Number.NaN
    const number = decimalAt(this.#window.bytes, start, end)
    return Number.isNaN(number) ? Number(this.between(index, index)) : number
  }

  /** Whether a field is a plain decimal number: see {@link isPlainDecimal}. */
  isDecimal(index: number): boolean {
    return isPlainDecimal(this.#window.bytes, this.byteOf(index), this.byteEndOf(index))
  }

  /** Characters of a field. */
  lengthOf(index: number): number {
    return this.byteEndOf(index) - this.byteOf(index)
  }

  /** Neighbouring fields, with the commas between them. */
  between(first: number, last: number): string {
    const { text, ends } = this.#window
    return text.slice((ends[this.#first + first] ?? 0) + 1, ends[this.#first + last + 1])
  }

  /** The block that the row stands in. */
  get bytes(): Uint8Array {
    return this.#window.bytes
  }

  /** Where a field starts in the block. */
  byteOf(index: number): number {
    const { ends, start } = this.#window
    return (ends[this.#first + index] ?? 0) + 1 + start
  }

  /** Where a field ends in the block. */
  byteEndOf(index: number): number {
    const { ends, start } = this.#window
    return (ends[this.#first + index + 1] ?? 0) + start
  }
}

/** Room for where the fields of a block's rows end, to be used again for another block when the rows are of no use. */
export interface FieldRoom {
  ends: Int32Array
}

/** Room for a first block. */
export function fieldRoom(): FieldRoom {
  return { ends: new Int32Array(FEWEST_FIELDS) }
}

/** Makes rows of a block of bytes; neighbours share a text. */
export class PlainBlock {
  readonly #block: Buffer
  /** The same memory: parts of a plain array cost half of those of a buffer. */
  readonly #bytes: Uint8Array
  /** One for the whole block: many of them would be dear to make and to collect. */
  readonly #room: FieldRoom
  #used = 0
  #window: TextWindow

  /** @param room its own until its rows are of no use any more */
  constructor(block: Buffer, room = fieldRoom()) {
    this.#block = block
    this.#bytes = new Uint8Array(block.buffer, block.byteOffset, block.length)
    this.#room = room
    const fields = Math.ceil(block.length / BYTES_PER_FIELD)
    if (room.ends.length < fields) room.ends = new Int32Array(fields)
    this.#window = this.#decode(0, 0)
  }

  /** The row that starts and ends at these bytes; rows are asked for in their order. */
  row(start: number, end: number): PlainRow {
    if (end > this.#window.end) this.#window = this.#decode(start, end)
    const window = this.#window
    const first = this.#used
    this.#split(window, start - window.start, end - window.start)
    return new PlainRow(window, first, this.#used - first - 1)
  }

  #split(window: TextWindow, start: number, end: number): void {
    const { text } = window
    let { ends } = this.#room
    let used = this.#used
    if (used + 2 > ends.length) ends = this.#grow(window)
    ends[used++] = start - 1
    // Searched in the text, as that is some three times as fast as looking at each byte.
    for (let at = text.indexOf(COMMA, start); at >= 0 && at < end; at = text.indexOf(COMMA, at + 1)) {
      if (used + 2 > ends.length) ends = this.#grow(window)
      ends[used++] = at
    }
    ends[used++] = end
    this.#used = used
  }

  /** What earlier windows need stays where it is. */
  #grow(window: TextWindow): Int32Array {
    const { ends } = this.#room
    const larger = new Int32Array(2 * ends.length)
    larger.set(ends)
    this.#room.ends = larger
    window.ends = larger
    return larger
  }

  #decode(start: number, end: number): TextWindow {
    const textEnd = Math.max(end, Math.min(start + TEXT_BYTES, this.#block.length))
    const text = this.#block.toString('latin1', start, textEnd)
    return { text, bytes: this.#bytes, start, end: textEnd, ends: this.#room.ends }
  }
}
