/**
 * What is measured on the sky of a group (specification, section 6), as text.
 */
import { type ByteWriter, Copier } from '../csv/bytes.js'
import { floatTexts, MOST_FLOAT_BYTES } from '../csv/float.js'
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
const COUNT = LIST.length
/** The measures of so many groups stand in one block: memory outside of the heap is dear to make. */
const BLOCK_GROUPS = 64

/** The texts of the measures of some groups. */
class Block {
  readonly bytes = new Uint8Array(BLOCK_GROUPS * COUNT * MOST_FLOAT_BYTES)
  /** Bytes used. */
  used = 0
  /** For each group the place before its first text, then where each of them ends. */
  readonly ends = new Int32Array(BLOCK_GROUPS * (COUNT + 1))
  groups = 0
}

let last: Block | undefined
/** All texts come from one place. */
const copier = new Copier()

/** The number of a column that is measured; -1 for another one. */
export function measureNumber(column: string): number {
  return NAMES.indexOf(column)
}

/** The measures of one group with commas between them: to write floats is dear, so they are written once, in one go. */
export class Measures {
  readonly #block: Block
  /** Where its places begin among those of the block. */
  readonly #first: number
  /** What makes them places in the block's bytes. */
  readonly #shift: number

  /** @param pointing absent for a group that has none: all of them are blanks */
  constructor(pointing: Pointing | undefined) {
    const floats = floatTexts()
    const { values, ends, text } = floats
    let count = 0
    if (pointing === undefined) values.fill(Number.NaN)
    else for (const measure of LIST) values[count++] = measure(pointing) ?? Number.NaN
    floats.write(COUNT)
    const start = (ends[0] ?? 0) + 1
    const end = ends[COUNT] ?? 0
    if (last === undefined || last.groups === BLOCK_GROUPS) last = new Block()
    this.#block = last
    this.#first = last.groups * (COUNT + 1)
    this.#shift = last.used - start
    copier.copy(text, start, end, last.bytes, last.used)
    last.ends.set(ends.subarray(0, COUNT + 1), this.#first)
    last.used += end - start
    last.groups++
  }

  /** One of them, by its number. */
  text(number: number): string {
    return String.fromCharCode(...this.#block.bytes.subarray(this.#startOf(number), this.#endOf(number)))
  }

  /** Writes neighbouring ones, by their numbers, with the commas between them. */
  write(first: number, last: number, out: ByteWriter): void {
    out.copy(this.#block.bytes, this.#startOf(first), this.#endOf(last))
  }

  /** Whether any of some neighbouring ones is blank. */
  hasBlank(first: number, last: number): boolean {
    for (let number = first; number <= last; number++) if (this.#startOf(number) === this.#endOf(number)) return true
    return false
  }

  #startOf(number: number): number {
    return (this.#block.ends[this.#first + number] ?? 0) + 1 + this.#shift
  }

  #endOf(number: number): number {
    return (this.#block.ends[this.#first + number + 1] ?? 0) + this.#shift
  }
}
