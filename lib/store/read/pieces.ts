/** Small pieces of a file, read again one after the other. */
import { readSync } from 'node:fs'

/** So many bytes are read at a time where pieces stand close to each other. */
const WINDOW_BYTES = 1 << 16

/**
 * Reads pieces of a file. The pieces of most programs in most tables are some hundred bytes, and stand in the order in
 * which they are asked for: one read gives many of them. Reading is synchronous, as the system has the file in its cache.
 */
export class PieceReader {
  readonly #fd: number
  readonly #size: number
  /** The same memory for all pieces: what is made anew for each would wait long to be collected. */
  #memory = Buffer.allocUnsafeSlow(0)
  /** What it holds of the file: from which byte on, and how many. */
  #start = 0
  #held = 0
  /** Where the piece that was read last ends. */
  #end = 0

  /** @param size bytes of the file that may be read */
  constructor(fd: number, size: number) {
    this.#fd = fd
    this.#size = size
  }

  /** The bytes of a piece, until the next one is read; fewer where the file ends before. */
  read(offset: number, length: number): Buffer {
    const isClose = offset >= this.#end && offset - this.#end < WINDOW_BYTES
    this.#end = offset + length
    const isHeld = offset >= this.#start && offset + length <= this.#start + this.#held
    if (!isHeld) this.#fill(offset, isClose ? Math.max(length, WINDOW_BYTES) : length)
    const at = offset - this.#start
    return this.#memory.subarray(at, Math.min(at + length, this.#held))
  }

  #fill(offset: number, most: number): void {
    const length = Math.max(0, Math.min(most, this.#size - offset))
    if (length > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(length)
    this.#held = readSync(this.#fd, this.#memory, 0, length, offset)
    this.#start = offset
  }
}
