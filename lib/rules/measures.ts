/**
 * What is measured on the sky of a group (specification, section 6), as text.
 */
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
const ROOM = Buffer.alloc(LIST.length * (MOST_FLOAT_BYTES + 1))

/** The number of a column that is measured; -1 for another one. */
export function measureNumber(column: string): number {
  return NAMES.indexOf(column)
}

/** The measures of one group with commas between them: to write floats is dear, so they are written once, in one go. */
export class Measures {
  readonly #text: string
  /** Where each of them ends. */
  readonly #ends: readonly number[]

  /** @param pointing absent for a group that has none: all of them are blanks */
  constructor(pointing: Pointing | undefined) {
    const ends: number[] = []
    let end = 0
    for (const measure of LIST) {
      if (pointing !== undefined) end = writeFloat(measure(pointing) ?? Number.NaN, ROOM, end)
      ends.push(end)
      ROOM[end++] = COMMA
    }
    this.#text = ROOM.toString('latin1', 0, end)
    this.#ends = ends
  }

  /** Neighbouring ones, by their numbers, with the commas between them. */
  between(first: number, last: number): string {
    return this.#text.slice(first === 0 ? 0 : (this.#ends[first - 1] ?? 0) + 1, this.#ends[last])
  }
}
