/**
 * What is measured on the sky of a group (specification, section 6), as text.
 */
import type { ByteWriter } from '../csv/bytes.js'
import { MOST_FLOAT_BYTES, writeFloat } from '../csv/float.js'
import type { Pointing } from './features.js'

/** The measures by column name, in the order of `raw-*`; NaN where a group does not have it. */
const MEASURES: Readonly<Record<string, (pointing: Pointing) => number | undefined>> = {
  fx_ra: ({ fiducial }) => fiducial.ra,
  fy_dec: ({ fiducial }) => fiducial.dec,
  scale: ({ scale }) => scale,
  offset: ({ offset }) => offset,
  targ_offset: ({ targOffset }) => targOffset,
  max_offset: ({ offsets }) => offsets.max,
  mean_offset: ({ offsets }) => offsets.mean,
  sigma_offset: ({ offsets }) => offsets.sigma,
  err_offset: ({ offsets }) => offsets.err,
  sigma1_mean: ({ offsets }) => offsets.sigma1Mean,
  frac: ({ offsets }) => offsets.frac,
  targ_max_offset: ({ targOffsets }) => targOffsets?.max,
  targ_mean_offset: ({ targOffsets }) => targOffsets?.mean,
  targ_sigma_offset: ({ targOffsets }) => targOffsets?.sigma,
  targ_err_offset: ({ targOffsets }) => targOffsets?.err,
  targ_sigma1_mean: ({ targOffsets }) => targOffsets?.sigma1Mean,
  targ_frac: ({ targOffsets }) => targOffsets?.frac,
  t_offset: ({ tOffset }) => tOffset,
  gs_offset: ({ gsOffset }) => gsOffset,
}
const NAMES = Object.keys(MEASURES)
const LIST = Object.values(MEASURES)
const COMMA = 44
/** Bytes that the measures of a group take at most. */
const MOST_BYTES = LIST.length * (MOST_FLOAT_BYTES + 1)
/** The measures of some groups stand in one block: memory outside of the heap is dear to make. */
const BLOCK_BYTES = 1 << 15
let block = new Uint8Array(BLOCK_BYTES)
let used = 0

/** The number of a column that is measured; -1 for another one. */
export function measureNumber(column: string): number {
  return NAMES.indexOf(column)
}

/** The measures of one group with commas between them: to write floats is dear, so they are written once, in one go. */
export class Measures {
  readonly #bytes: Uint8Array
  /** Where the first begins. */
  readonly #start: number
  /** Where each of them ends. */
  readonly #ends: readonly number[]

  /** @param pointing absent for a group that has none: all of them are blanks */
  constructor(pointing: Pointing | undefined) {
    if (used + MOST_BYTES > BLOCK_BYTES) {
      block = new Uint8Array(BLOCK_BYTES)
      used = 0
    }
    const bytes = block
    this.#bytes = bytes
    this.#start = used
    const ends: number[] = []
    let end = used
    for (const measure of LIST) {
      if (pointing !== undefined) end = writeFloat(measure(pointing) ?? Number.NaN, bytes, end)
      ends.push(end)
      bytes[end++] = COMMA
    }
    this.#ends = ends
    used = end
  }

  /** One of them, by its number. */
  text(number: number): string {
    return String.fromCharCode(...this.#bytes.subarray(this.#startOf(number), this.#ends[number]))
  }

  /** Writes neighbouring ones, by their numbers, with the commas between them. */
  write(first: number, last: number, out: ByteWriter): void {
    out.copy(this.#bytes, this.#startOf(first), this.#ends[last] ?? 0)
  }

  isBlank(number: number): boolean {
    return this.#startOf(number) === this.#ends[number]
  }

  #startOf(number: number): number {
    return number === 0 ? this.#start : (this.#ends[number - 1] ?? 0) + 1
  }
}
