/** Finds the fields of lines, looks at numbers in them, and counts lines, by a little WebAssembly (`scanner.wat`). */
import { instantiate, type WasmMemory } from './wasm.js'

interface Exports {
  readonly memory: WasmMemory
  /** See `scanner.wat`. */
  scan(at: number, end: number, out: number): number
  areDecimals(ends: number, low: number, high: number): number
  countLineFeeds(at: number, end: number): number
  mayHavePair(at: number, end: number, first: number, second: number): number
}

/** Bytes of a page of the memory, and of an integer in it. */
const PAGE_BYTES = 1 << 16
const INTEGER_BYTES = 4
/** How many bytes behind a line the scanner looks at. */
const BEHIND = 64
/** Bytes of text that there is room for at first. */
const FIRST_BYTES = (1 << 15) + BEHIND

const instance = () => instantiate<Exports>('scanner')

/**
 * Room for some text and for where fields end: of one block after the other, when the rows of the last one are of no
 * use any more.
 */
export class FieldRoom {
  /** Places in the text; where one is to be found is up to who had it put there. */
  ends: Int32Array
  /** How many texts there have been, by which each of them is told. */
  loads = 0
  readonly #exports = instance()
  #text: Uint8Array
  /** Where the places are, behind the text. */
  #endsAt = FIRST_BYTES

  constructor() {
    this.#text = new Uint8Array(this.#exports.memory.buffer)
    this.ends = new Int32Array(this.#exports.memory.buffer, this.#endsAt)
  }

  /** Takes the text that is to be scanned. */
  load(text: Uint8Array): void {
    if (text.length + BEHIND > this.#endsAt) this.#growText(text.length + BEHIND)
    this.#text.set(text)
    this.loads++
  }

  /**
   * Puts where each field of a line ends among the places, from a number on: the commas, then the line's end. That is at
   * its line feed or, where there is none before it, at `end`.
   *
   * @returns the number of the first place behind them
   */
  scan(start: number, end: number, first: number): number {
    const most = first + end - start + 1
    if (most > this.ends.length) this.#grow(INTEGER_BYTES * (most - this.ends.length))
    const out = this.#exports.scan(start, end, this.#endsAt + INTEGER_BYTES * first)
    return (out - this.#endsAt) / INTEGER_BYTES
  }

  /**
   * Whether some fields of a line of the text are blank or plain decimal numbers, as `isPlainDecimal` tells: a quick yes
   * for nearly all lines. No means nothing.
   *
   * @param first number of the place before the line
   * @param low bits of the first 32 fields: set for those that are meant
   * @param high bits of the next 32 fields
   */
  areDecimals(first: number, low: number, high: number): boolean {
    return this.#exports.areDecimals(this.#endsAt + INTEGER_BYTES * first, low, high) === 1
  }

  /** Makes room for more text; the places stay. */
  #growText(bytes: number): void {
    const endsAt = 2 * PAGE_BYTES * Math.ceil(bytes / PAGE_BYTES)
    const { length } = this.ends
    this.#grow(endsAt - this.#endsAt)
    this.#text.copyWithin(endsAt, this.#endsAt, this.#endsAt + INTEGER_BYTES * length)
    this.#endsAt = endsAt
    this.ends = new Int32Array(this.#exports.memory.buffer, endsAt)
  }

  /** What is not written to costs nothing, so there is always much more than is needed. */
  #grow(bytes: number): void {
    const { memory } = this.#exports
    memory.grow(Math.ceil(Math.max(bytes, memory.buffer.byteLength) / PAGE_BYTES))
    this.#text = new Uint8Array(memory.buffer)
    this.ends = new Int32Array(memory.buffer, this.#endsAt)
  }
}

/** Bytes that are looked at at a time. */
const PIECE_BYTES = PAGE_BYTES - BEHIND

let reader: { readonly exports: Exports; readonly text: Uint8Array } | undefined

/** The number of line feeds among some bytes. */
export function countLineFeeds(bytes: Uint8Array): number {
  let count = 0
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    const { exports, length } = readPiece(bytes, start)
    count += exports.countLineFeeds(0, length)
  }
  return count
}

/** Whether some bytes include a text of ASCII. It is meant for a text that is rare, and so are its second two letters. */
export function includesRare(bytes: Buffer, text: string): boolean {
  const [first, second] = [text.charCodeAt(2), text.charCodeAt(3)]
  // Pieces overlap, so that no pair is cut.
  for (let start = 0; start < bytes.length; start += PIECE_BYTES - 1) {
    const { exports, length } = readPiece(bytes, start)
    if (exports.mayHavePair(0, length, first, second) === 1) return bytes.includes(text)
  }
  return false
}

function readPiece(bytes: Uint8Array, start: number): { readonly exports: Exports; readonly length: number } {
  if (reader === undefined) {
    const exports = instance()
    reader = { exports, text: new Uint8Array(exports.memory.buffer) }
  }
  const piece = bytes.subarray(start, start + PIECE_BYTES)
  reader.text.set(piece)
  return { exports: reader.exports, length: piece.length }
}
