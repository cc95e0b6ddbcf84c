/**
 * The features of a group of exposures (specification, section 6).
 */

import { bandsIn, scaleOf, shapeOf } from '../rules/instrument.js'
import type { Keywords, Model } from '../rules/keywords.js'
import { numberIn, type Row } from '../rules/row.js'
import { compareText, isNothing } from '../rules/values.js'
import {
  Fiducial,
  offsetStatistics,
  onSphere,
  SAME_OFFSET,
  type SkyPoint,
  type SpherePoint,
  separation,
  smallest,
} from './offsets.js'

/** The columns of what is measured on the sky of a group, in the order of `raw-*`. */
export const MEASURES = [
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

/** Where a group points: degrees for the fiducial, arcsec for the scale, pixels for the rest; NaN where unknown. */
export type Pointing = Readonly<Record<(typeof MEASURES)[number], number>>

/** What a product is predicted from. */
export interface Features {
  /** The exposure that lends the group its header values. */
  readonly reference: Row
  readonly detector: string
  readonly band: string
  readonly nexposur: number
  /** Absent for FGS. */
  readonly pointing: Pointing | undefined
  /** Its cells in `raw-*`, from which those of `train-*` and `rem-*` are made; once they were asked for. */
  cells: readonly string[] | undefined
}

interface Located {
  readonly exposure: Row
  readonly at: SkyPoint
  readonly scale: number
}

/**
 * The features of a group.
 *
 * An exposure without a reference point is left out of all of them, though the product is made of it, too: as when the
 * model is asked to predict.
 *
 * @param exposures the group's exposures in their order (section 4), at least one
 * @returns undefined where no exposure has a reference point (never for FGS, whose groups have no offsets)
 */
export function groupFeatures(model: Model, exposures: readonly Row[]): Features | undefined {
  if (model === 'FGS') {
    const [first] = exposures
    if (first === undefined) return undefined
    const { DETECTOR: detector, BAND: band } = first.keywords
    const nexposur = exposures.length
    return { reference: first, detector, band, nexposur, pointing: undefined, cells: undefined }
  }
  const located = locate(model, exposures)
  if (located.length === 0) return undefined
  const { reference, pointing } = point(located)
  const detector = distinct(located, 'DETECTOR', inCapitals).join('|') || 'NONE'
  const band = distinct(located, 'BAND', bandsIn).reverse().join('|') || 'NONE'
  return { reference, detector, band, nexposur: located.length, pointing, cells: undefined }
}

/** The columns of a model's reference point (degrees): right ascension, declination. FGS groups need none. */
export function referenceColumns(
  model: Exclude<Model, 'FGS'>,
): readonly ['CRVAL1', 'CRVAL2'] | readonly ['RA_REF', 'DEC_REF'] {
  return model === 'IMAGE' ? IMAGE_POINT : OTHER_POINT
}

const IMAGE_POINT = ['CRVAL1', 'CRVAL2'] as const
const OTHER_POINT = ['RA_REF', 'DEC_REF'] as const

/** The exposures that have a reference point. */
function locate(model: Exclude<Model, 'FGS'>, exposures: readonly Row[]): Located[] {
  const [ra, dec] = referenceColumns(model)
  const located: Located[] = []
  for (const exposure of exposures) {
    const { at: places } = exposure.layout
    const at = skyPoint(exposure, places[ra], places[dec])
    if (at !== undefined) located.push({ exposure, at, scale: scaleOf(exposure) })
  }
  return located
}

/** The point whose coordinates stand in these columns of the layout. */
function skyPoint(row: Row, raIndex: number, decIndex: number): SkyPoint | undefined {
  const ra = numberIn(row, raIndex)
  const dec = numberIn(row, decIndex)
  return Number.isNaN(ra) || Number.isNaN(dec) ? undefined : { ra, dec }
}

function point(located: readonly Located[]): { reference: Row; pointing: Pointing } {
  const { exposure: first } = located[0] as Located
  const footprint = new Fiducial()
  for (const { exposure, at, scale } of located) footprint.add(at, shapeOf(exposure), scale)
  const fiducial = footprint.point
  const center = onSphere(fiducial)
  const { TARG_RA, TARG_DEC, GS_RA, GS_DEC } = first.layout.at
  const target = spherePoint(first, TARG_RA, TARG_DEC)
  const offsets: number[] = []
  const targOffsets: number[] = []
  for (const { at, scale } of located) {
    const from = onSphere(at)
    offsets.push(separation(from, center) / scale)
    if (target !== undefined) targOffsets.push(separation(from, target) / scale)
  }
  const nearest = smallest(offsets) + SAME_OFFSET
  const index = offsets.findIndex((offset) => offset <= nearest)
  const { exposure: reference, scale } = located[index] as Located
  const all = offsetStatistics(offsets)
  const targ = offsetStatistics(targOffsets)
  const pointing: Pointing = {
    fx_ra: fiducial.ra,
    fy_dec: fiducial.dec,
    scale,
    offset: offsets[index] ?? Number.NaN,
    targ_offset: targOffsets[index] ?? Number.NaN,
    max_offset: all.max,
    mean_offset: all.mean,
    sigma_offset: all.sigma,
    err_offset: all.err,
    sigma1_mean: all.sigma1Mean,
    frac: all.frac,
    targ_max_offset: targ.max,
    targ_mean_offset: targ.mean,
    targ_sigma_offset: targ.sigma,
    targ_err_offset: targ.err,
    targ_sigma1_mean: targ.sigma1Mean,
    targ_frac: targ.frac,
    t_offset: pixelsTo(center, spherePoint(reference, TARG_RA, TARG_DEC), scale),
    gs_offset: pixelsTo(center, spherePoint(reference, GS_RA, GS_DEC), scale),
  }
  return { reference, pointing }
}

function spherePoint(row: Row, raIndex: number, decIndex: number): SpherePoint | undefined {
  const at = skyPoint(row, raIndex, decIndex)
  return at && onSphere(at)
}

function pixelsTo(from: SpherePoint, to: SpherePoint | undefined, scale: number): number {
  return to === undefined ? Number.NaN : separation(from, to) / scale
}

/**
 * The distinct values of a keyword that are not nothing, in text order.
 *
 * @param valuesIn what a cell means
 */
function distinct(
  located: readonly Located[],
  keyword: 'DETECTOR' | 'BAND',
  valuesIn: (cell: string) => readonly string[],
): string[] {
  const values = new Set<string>()
  let last: Keywords | undefined
  for (const { exposure } of located) {
    const { keywords } = exposure
    if (keywords === last) continue
    last = keywords
    const text = keywords[keyword]
    if (!isNothing(text)) for (const value of valuesIn(text)) values.add(value)
  }
  return [...values].sort(compareText)
}

function inCapitals(text: string): readonly string[] {
  return [text.toUpperCase()]
}
