/** Plain rows that stand in a block of bytes, one after the other. */
import { decimalAt, isPlainDecimal } from './decimal.js'
import { BYTE } from './quoted.js'
import type { Fields } from './row.js'
import { FieldRoom } from './scanner.js'

const COMMA = ','
const POINT = 46
const ZERO = 48
/** Bytes that are made text of at a time: a longer text would be dear to keep and to collect. */
const TEXT_BYTES = 1 << 15

/** The text of some neighbouring rows of a block. Each byte is one character, so a row that is not ASCII is not its text. */
interface TextWindow {
  readonly text: string
  readonly bytes: Uint8Array
  /** Where the text starts and ends in the block. */
  readonly start: number
  readonly end: number
  /** Holds for each row the place in the text before its start, then where each of its fields ends. */
  readonly room: FieldRoom
  /** By what the room tells this text from others. */
  readonly load: number
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

  /**
   * Whether some fields are blank or plain decimal numbers: a quick yes while the row is the last one of its block. No
   * means nothing.
   *
   * @param low bits of the first 32 fields: set for those that are meant
   * @param high bits of the next 32 fields
   */
  areDecimals(low: number, high: number): boolean {
    const { room, load } = this.#window
    return room.loads === load && room.areDecimals(this.#first, low, high)
  }

  /** Whether a field ends in `.0`. */
  hasPointZero(index: number): boolean {
    const { bytes } = this.#window
    const end = this.byteEndOf(index)
    return end - this.byteOf(index) > 2 && bytes[end - 1] === ZERO && bytes[end - 2] === POINT
  }

  /** Characters of a field. */
  lengthOf(index: number): number {
    return this.byteEndOf(index) - this.byteOf(index)
  }

  /** Neighbouring fields, with the commas between them. */
  between(first: number, last: number): string {
    const { text, room } = this.#window
    const { ends } = room
    return text.slice((ends[this.#first + first] ?? 0) + 1, ends[this.#first + last + 1])
  }

  /** The block that the row stands in. */
  get bytes(): Uint8Array {
    return this.#window.bytes
  }

  /** Where a field starts in the block. */
  byteOf(index: number): number {
    const { room, start } = this.#window
    return (room.ends[this.#first + index] ?? 0) + 1 + start
  }

  /** Where a field ends in the block. */
  byteEndOf(index: number): number {
    const { room, start } = this.#window
    return (room.ends[this.#first + index + 1] ?? 0) + start
  }
}

/** Makes rows of a block of bytes; neighbours share a text. */
export class PlainBlock {
  readonly #block: Buffer
  /** The same memory: parts of a plain array cost half of those of a buffer. */
  readonly #bytes: Uint8Array
  readonly #room: FieldRoom
  #window: TextWindow
  /** How many places of the room belong to rows. */
  #used = 0
  /** How many there are with those of the line that was found last. */
  #found = 0

  /** @param room its own until its rows are of no use any more */
  constructor(block: Buffer, room = new FieldRoom()) {
    this.#block = block
    this.#bytes = new Uint8Array(block.buffer, block.byteOffset, block.length)
    this.#room = room
    this.#window = this.#open(0, 0)
  }

  /** The row that starts and ends at these bytes, without a line feed among them; rows are asked for in their order. */
  row(start: number, end: number): PlainRow {
    if (end > this.#window.end) this.#window = this.#open(start, end)
    this.#find(start, end)
    return this.#rowFound()
  }

  /** Finds the line that starts at a byte; lines are asked for in their order. Returns where its line feed is. */
  findLine(start: number): number {
    if (start >= this.#window.end) this.#window = this.#open(start, start)
    let end = this.#find(start, this.#window.end)
    if (end === this.#window.end && end < this.#block.length) {
      // It goes on behind the window.
      const lineFeed = this.#block.indexOf(BYTE.lineFeed, end)
      this.#window = this.#open(start, lineFeed === -1 ? this.#block.length : lineFeed + 1)
      end = this.#find(start, this.#window.end)
    }
    return end
  }

  /** The row of the line that was found last, up to a byte: where it ends, or where the carriage return before that is. */
  lineTo(end: number): PlainRow {
    this.#room.ends[this.#found - 1] = end - this.#window.start
    return this.#rowFound()
  }

  #rowFound(): PlainRow {
    const first = this.#used
    this.#used = this.#found
    return new PlainRow(this.#window, first, this.#found - first - 1)
  }

  /** Finds the fields of a line within the window; returns where it ends. */
  #find(start: number, end: number): number {
    const window = this.#window
    this.#found = this.#room.scan(start - window.start, end - window.start, this.#used + 1)
    const { ends } = this.#room
    ends[this.#used] = start - window.start - 1
    return (ends[this.#found - 1] ?? 0) + window.start
  }

  #open(start: number, end: number): TextWindow {
    const textEnd = Math.max(end, Math.min(start + TEXT_BYTES, this.#block.length))
    this.#room.load(this.#bytes.subarray(start, textEnd))
    const text = this.#block.toString('latin1', start, textEnd)
    return { text, bytes: this.#bytes, start, end: textEnd, room: this.#room, load: this.#room.loads }
  }
}
