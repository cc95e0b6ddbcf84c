/** Text and bytes one behind the other, in memory that grows. */

/** The most bytes that UTF-8 needs for one UTF-16 unit of a string. */
export const MAX_BYTES_PER_UNIT = 3

/** Gives memory that nothing else is in, for so many bytes. */
export type Allocate = (length: number) => Buffer

/**
 * The same text in memory of its own, for what is kept: a part of a text keeps all of that, and the text of a row may be
 * part of that of its neighbours.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString()
}

/** Whether this processor keeps integers with the lowest byte first. */
export const IS_LOWEST_FIRST = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Copies the bytes of a block from `start` up to `end` to a place in another one with room for them. */
export function copyBytes(block: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  // `Buffer.copy` takes three times as long for a few hundred bytes, and a part of a buffer is dear to make.
  to.set(new Uint8Array(block.buffer, block.byteOffset + start, end - start), at)
}

/** Room at first. */
const FIRST_BYTES = 1 << 12
/** Fewer bytes than this are copied one by one: to make a part of a block takes longer. */
const FEW_BYTES = 32

/**
 * Gathers bytes, so that the pieces of a line need not become one string. Its memory stays with it when the bytes are
 * taken: to get new memory from the system again and again takes longer than to copy what was gathered.
 */
export class ByteWriter {
  #block = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** The same memory: parts of a plain array cost half of those of a buffer. */
  #bytes = new Uint8Array(this.#block.buffer)
  #used = 0

  /** Bytes written. */
  get length(): number {
    return this.#used
  }

  /** Adds text as UTF-8. */
  text(text: string): void {
    this.#makeRoom(text.length * MAX_BYTES_PER_UNIT)
    this.#used += this.#block.write(text, this.#used)
  }

  /** Adds a short text of ASCII: the same as {@link text}, without a call for it. */
  ascii(text: string): void {
    const { length } = text
    this.#makeRoom(length)
    const bytes = this.#bytes
    const start = this.#used
    for (let index = 0; index < length; index++) bytes[start + index] = text.charCodeAt(index)
    this.#used = start + length
  }

  /** Adds one byte. */
  byte(value: number): void {
    this.#makeRoom(1)
    this.#bytes[this.#used++] = value
  }

  /** Adds bytes of a block from `start` up to `end`. */
  copy(block: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.#makeRoom(length)
    if (length < FEW_BYTES) {
      const bytes = this.#bytes
      const used = this.#used
      for (let index = 0; index < length; index++) bytes[used + index] = block[start + index] ?? 0
    } else copyBytes(block, start, end, this.#bytes, this.#used)
    this.#used += length
  }

  /** Adds room for some bytes; returns where it begins. */
  reserve(count: number): number {
    this.#makeRoom(count)
    const start = this.#used
    this.#used += count
    return start
  }

  /** Memory that holds the bytes written, at their places, until more are written. */
  get block(): Buffer {
    return this.#block
  }

  /** The bytes written, in memory of their own; the writer goes on with none. */
  take(allocate: Allocate = Buffer.allocUnsafeSlow): Buffer {
    const all = allocate(this.#used)
    this.moveTo(all, 0)
    return all
  }

  /** Moves the bytes written to a place in a block with room for them; returns where they end there. */
  moveTo(block: Uint8Array, start: number): number {
    block.set(this.#bytes.subarray(0, this.#used), start)
    const end = start + this.#used
    this.#used = 0
    return end
  }

  #makeRoom(count: number): void {
    const needed = this.#used + count
    if (needed <= this.#block.length) return
    const larger = Buffer.allocUnsafeSlow(2 * needed)
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#block = larger
    this.#bytes = new Uint8Array(larger.buffer)
  }
}
