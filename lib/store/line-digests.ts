/** The lines of a table as numbers: which of them come and go between two versions, in 8 bytes for each. */
import { BYTE } from '../csv/split.js'

/** Factors of two hashes whose bits together are one number of 53 bits. */
const FACTORS = [0x9e_37_79_b1, 0x5f_35_64_95] as const

/** Digests of lines in any order. Two lines have the same one if they are the same, and else hardly ever. */
export class LineDigests {
  #digests = new Float64Array(256)
  #count = 0
  #bytes = 0
  readonly #skip: number
  readonly #counts: boolean
  /** Of the line that has begun. */
  #first = 0
  #second = 0
  #isQuoted = false
  #isBegun = false

  /**
   * @param skip lines at the beginning that do not count, as a header
   * @param counts whether to count only: then they take no memory, and are compared with none
   */
  constructor({ skip = 0, counts = false }: { readonly skip?: number; readonly counts?: boolean } = {}) {
    this.#skip = skip
    this.#counts = counts
  }

  /** How many lines there are, the last one too if it has no end. */
  get count(): number {
    return Math.max(0, this.#count + Number(this.#isBegun) - this.#skip)
  }

  /** How many bytes were taken, those of skipped lines too. */
  get bytes(): number {
    return this.#bytes
  }

  /** Takes the next bytes; a line may go on in those after them. A line end within quotes is none. */
  add(bytes: Uint8Array): void {
    const { length } = bytes
    let [first, second, isQuoted] = [this.#first, this.#second, this.#isQuoted]
    let start = 0
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] ?? 0
      first = Math.imul(first ^ byte, FACTORS[0])
      second = Math.imul(second ^ byte, FACTORS[1])
      if (byte === BYTE.quote) isQuoted = !isQuoted
      if (byte !== BYTE.lineFeed || isQuoted) continue
      this.#put(first, second)
      first = 0
      second = 0
      start = at + 1
    }
    this.#isBegun = start < length || (length === 0 && this.#isBegun)
    this.#first = first
    this.#second = second
    this.#isQuoted = isQuoted
    this.#bytes += length
  }

  #put(first: number, second: number): void {
    if (this.#counts) {
      this.#count++
      return
    }
    if (this.#count === this.#digests.length) {
      const larger = new Float64Array(2 * this.#count)
      larger.set(this.#digests)
      this.#digests = larger
    }
    this.#digests[this.#count++] =
      2 ** 32 * ((second ^ (second >>> 15)) & 0x1f_ff_ff) + ((first ^ (first >>> 16)) >>> 0)
  }

  /** All of them, ascending. */
  get #sorted(): Float64Array {
    if (this.#isBegun) this.#put(this.#first, this.#second)
    this.#isBegun = false
    return this.#digests.slice(this.#skip, this.#count).sort()
  }

  /** How many lines are not here but there, and here but not there. */
  changesTo(after: LineDigests): { readonly added: number; readonly removed: number } {
    const [old, fresh] = [this.#sorted, after.#sorted]
    let same = 0
    for (let at = 0, other = 0; at < old.length && other < fresh.length; ) {
      const [a = 0, b = 0] = [old[at], fresh[other]]
      if (a === b) same++
      if (a <= b) at++
      if (b <= a) other++
    }
    return { added: fresh.length - same, removed: old.length - same }
  }
}
