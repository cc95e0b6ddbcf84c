/**
 * Memory for what goes to another thread and comes back. New memory for each piece would lie about until the garbage of
 * a thread is collected, which happens seldom where little of it are objects.
 */

import type { Allocate } from '../csv/bytes.js'

/** Memory is made in multiples of this, so that what one piece had is of use to the next. */
const STEP_BYTES = 1 << 16
/** What is larger is rare, and not kept, where nothing else is said. */
const MOST_BYTES = 1 << 20
/** Pieces that are kept: some more than are on their way at a time. */
const MOST_KEPT = 16

/** Memory that is used again and again. */
export class Memory {
  readonly #free: ArrayBuffer[] = []
  readonly #most: number

  /** @param most bytes of the largest pieces that are kept */
  constructor(most = MOST_BYTES) {
    this.#most = most
  }

  /** Memory for so many bytes, with what it last held in it; no one else has it until it is given back. */
  readonly take: Allocate = (length) => {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= length)
    const [kept] = index === -1 ? [] : this.#free.splice(index, 1)
    return Buffer.from(kept ?? new ArrayBuffer(Math.ceil(length / STEP_BYTES) * STEP_BYTES), 0, length)
  }

  /** Some memory that is not in use, for another thread; undefined where there is none. */
  spare(): ArrayBuffer | undefined {
    return this.#free.pop()
  }

  /** Takes memory back: all of what the bytes are part of, which no one may look at any more. */
  give({ buffer }: Pick<Uint8Array, 'buffer'>): void {
    const { byteLength } = buffer
    const isOfUse = byteLength >= STEP_BYTES && byteLength <= this.#most
    if (isOfUse && this.#free.length < MOST_KEPT) this.#free.push(buffer as ArrayBuffer)
  }
}
