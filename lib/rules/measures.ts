/**
 * What is measured on the sky of a group (specification, section 6), as text.
 */
import { type ByteWriter, Copier } from '../csv/bytes.js'
import { floatTexts, MOST_FLOAT_BYTES } from '../csv/float.js'
import type { Pointing } from './features.js'
import type { OffsetStatistics } from './offsets.js'

/** The columns of measures, in the order of `raw-*`. */
const NAMES = [
  'fx_ra',
  'fy_dec',
  'scale',
  'offset',
  'targ_offset',
  'max_offset',
  'mean_offset',
  'sigma_offset',
  'err_offset',
  'sigma1_mean',
  'frac',
  'targ_max_offset',
  'targ_mean_offset',
  'targ_sigma_offset',
  'targ_err_offset',
  'targ_sigma1_mean',
  'targ_frac',
  't_offset',
  'gs_offset',
] as const
const COUNT = NAMES.length

type NumberForEach<Names extends readonly string[]> = { readonly [Name in keyof Names]: number }

/**
 * The measures of a group in the order of their names; NaN where it does not have one. All in one: a function for each of
 * them would be as many for V8 to compile, and to call.
 */
function measure({
  fiducial,
  scale,
  offset,
  targOffset,
  offsets,
  targOffsets,
  tOffset,
  gsOffset,
}: Pointing): NumberForEach<typeof NAMES> {
  const target = targOffsets ?? UNKNOWN
  return [
    fiducial.ra,
    fiducial.dec,
    scale,
    offset,
    targOffset,
    offsets.max,
    offsets.mean,
    offsets.sigma,
    offsets.err,
    offsets.sigma1Mean,
    offsets.frac,
    target.max,
    target.mean,
    target.sigma,
    target.err,
    target.sigma1Mean,
    target.frac,
    tOffset,
    gsOffset,
  ]
}

const UNKNOWN: OffsetStatistics = {
  max: Number.NaN,
  mean: Number.NaN,
  sigma: Number.NaN,
  err: Number.NaN,
  sigma1Mean: Number.NaN,
  frac: Number.NaN,
}

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
  return (NAMES as readonly string[]).indexOf(column)
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
    if (pointing === undefined) values.fill(Number.NaN)
    else {
      const measured = measure(pointing)
      for (let number = 0; number < COUNT; number++) values[number] = measured[number] as number
    }
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
