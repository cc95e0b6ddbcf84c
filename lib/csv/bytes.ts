/** Text and bytes one behind the other, in memory that grows. */

/** The most bytes that UTF-8 needs for one UTF-16 unit of a string. */
export const MAX_BYTES_PER_UNIT = 3

/**
 * The same text in memory of its own, for what is kept: a part of a text keeps all of that, and the text of a row may be
 * part of that of its neighbours.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString()
}

/** The same bytes in memory of their own, which can be given to another thread. */
export function ownBytes(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}

/** The first bytes as text, without a part of a character at their end. */
export function beginning(bytes: Buffer, most: number): string {
  let end = most
  for (let back = 0; back < 3 && isContinuation(bytes[end]); back++) end--
  return bytes.toString('utf8', 0, end)
}

/** Whether a byte is inside a character of UTF-8. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** Room at first. */
const FIRST_BYTES = 1 << 12
/** Fewer bytes than this are copied one by one: to make a part of a block takes longer. */
const FEW_BYTES = 64

/** Gathers bytes, so that the pieces of a line need not become one string. Its memory stays with it when they are taken. */
export class ByteWriter {
  #block: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** The same memory: parts of a plain array cost half of those of a buffer. */
  #bytes: Uint8Array = new Uint8Array(this.#block.buffer)
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

  /** Adds one byte. */
  byte(value: number): void {
    this.#makeRoom(1)
    this.#bytes[this.#used++] = value
  }

  /** Adds bytes of a block from `start` up to `end`. */
  copy(block: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.#makeRoom(length)
    const bytes = this.#bytes
    const used = this.#used
    if (length >= FEW_BYTES) bytes.set(block.subarray(start, end), used)
    else for (let index = 0; index < length; index++) bytes[used + index] = block[start + index] as number
    this.#used += length
  }

  /** Adds room for some bytes; returns where it begins. */
  reserve(count: number): number {
    this.#makeRoom(count)
    const start = this.#used
    this.#used += count
    return start
  }

  /** Gives up what was written from a place on. */
  cut(start: number): void {
    this.#used = start
  }

  /** Memory that holds the bytes written, at their places, until more are written. */
  get block(): Buffer {
    return this.#block
  }

  /** The bytes written, in memory of their own; the writer goes on with none. */
  take(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.#used)
    all.set(this.#bytes.subarray(0, this.#used))
    this.#used = 0
    return all
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
