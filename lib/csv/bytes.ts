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

/**
 * The same text in one piece, for what is written more than once: V8 keeps what is put together as its parts, and would
 * put them together each time.
 */
export function inOnePiece(text: string): string {
  // To look at a letter puts the parts together, if something is done with it.
  return text.charCodeAt(0) === 0 ? `\0${text.slice(1)}` : text
}

/** Whether this processor keeps integers with the lowest byte first. */
export const IS_LOWEST_FIRST = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Copies bytes from blocks to others. To ask a block for its memory is dear, so that of the last one is kept. */
export class Copier {
  #block: Uint8Array | undefined
  #memory: ArrayBufferLike | undefined
  #offset = 0

  /** Copies the bytes of a block from `start` up to `end` to a place in another one with room for them. */
  copy(block: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
    if (block !== this.#block) {
      this.#block = block
      this.#memory = block.buffer
      this.#offset = block.byteOffset
    }
    // `Buffer.copy` takes three times as long for a few hundred bytes, and a part of a buffer is dear to make.
    to.set(new Uint8Array(this.#memory as ArrayBufferLike, this.#offset + start, end - start), at)
  }

  /** Keeps no memory any more. */
  forget(): void {
    this.#block = undefined
    this.#memory = undefined
  }
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
  #block: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES)
  /** The same memory: parts of a plain array cost half of those of a buffer. */
  #bytes: Uint8Array = new Uint8Array(this.#block.buffer)
  #used = 0
  readonly #copier = new Copier()

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
    } else this.#copier.copy(block, start, end, this.#bytes, this.#used)
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
  take(): Buffer {
    const all = Buffer.allocUnsafeSlow(this.#used)
    this.moveTo(all, 0)
    return all
  }

  /** The same in the memory that they are in, where there is memory at hand to go on with. */
  handOver(allocate: Allocate): Buffer {
    const all = this.#block.subarray(0, this.#used)
    // What comes next needs about as much; after much more than usual, no more is kept.
    this.#goOnIn(allocate(Math.max(FIRST_BYTES, Math.min(this.#block.length, 2 * this.#used))))
    this.#used = 0
    this.#copier.forget()
    return all
  }

  /** Moves the bytes written to a place in a block with room for them; returns where they end there. */
  moveTo(block: Uint8Array, start: number): number {
    block.set(this.#bytes.subarray(0, this.#used), start)
    const end = start + this.#used
    this.#used = 0
    this.#copier.forget()
    return end
  }

  #makeRoom(count: number): void {
    const needed = this.#used + count
    if (needed <= this.#block.length) return
    const larger = Buffer.allocUnsafeSlow(2 * needed)
    larger.set(this.#bytes.subarray(0, this.#used))
    this.#goOnIn(larger)
  }

  #goOnIn(block: Buffer): void {
    this.#block = block
    this.#bytes = new Uint8Array(block.buffer, block.byteOffset, block.length)
  }
}
