/**
 * What is measured on the sky of a group (specification, section 6), as text.
 */
import { formatFloat } from '../csv/float.js'
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

/** The number of a column that is measured; -1 for another one. */
export function measureNumber(column: string): number {
  return (NAMES as readonly string[]).indexOf(column)
}

/**
 * The measures of a group as text, in the order of their columns.
 *
 * @param pointing absent for a group that has none: all of them are blanks
 */
export function measureTexts(pointing: Pointing | undefined): readonly string[] {
  if (pointing === undefined) return NAMES.map(() => '')
  const texts: string[] = []
  const values: readonly number[] = measure(pointing)
  // To write a float is dear, and a fourth of them are as others are: those of one exposure, or of several in one place.
  for (const value of values) texts.push(texts[values.indexOf(value)] ?? formatFloat(value))
  return texts
}
