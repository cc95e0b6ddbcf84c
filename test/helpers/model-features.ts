/** Section 6 of the specification, naively: the features of a group, with their names in `raw-*.csv`. */
import type { Group } from './model-groups.js'
import { nircamChannel } from './model-rows.js'
import { type Cells, cell, distinct, floatText, has, numberIn } from './model-values.js'

/** A point on the sky, in degrees. */
interface Point {
  readonly ra: number
  readonly dec: number
}

/** An exposure that has a reference point, with its distances in pixels. */
interface Placed {
  readonly row: Cells
  readonly point: Point
  readonly scale: number
}

/** Two offsets closer than this count as equal (pixels). */
const EQUAL = 1e-6
const RADIAN = Math.PI / 180
/** A band of two dichroics. */
const TWO_BANDS = /^(SHORT|MEDIUM|LONG)-(SHORT|MEDIUM|LONG)$/

/** The features of a group as text by header name, or undefined when none of its exposures has a reference point. */
export function featuresOf(group: Group): Cells | undefined {
  const [first = {}] = group.exposures
  if (group.model === 'FGS') return { ...first, NEXPOSUR: String(group.exposures.length) }
  const placed = group.exposures.flatMap((row) => placeOf(row, group))
  return placed.length === 0 ? undefined : pointedFeatures(placed)
}

/** Exposures without a reference point are left out of everything. */
function pointedFeatures(placed: readonly Placed[]): Cells {
  const exposures = placed.map(({ row }) => row)
  const fiducial = fiducialOf(placed)
  const target = pointIn(exposures[0] ?? {}, 'TARG_RA', 'TARG_DEC')
  const offsets = placed.map(({ point, scale }) => pixels(point, fiducial, scale))
  const targetOffsets =
    target === undefined ? undefined : placed.map(({ point, scale }) => pixels(point, target, scale))
  const smallest = Math.min(...offsets)
  const index = offsets.findIndex((offset) => offset <= smallest + EQUAL)
  const reference = placed[index]
  if (reference === undefined) throw new Error('no exposure has the smallest offset')
  const values = (column: string): string[] =>
    distinct(
      exposures
        .map((row) => cell(row, column))
        .filter(has)
        .map((text) => text.toUpperCase())
        .flatMap((text) => (column === 'BAND' && TWO_BANDS.test(text) ? text.split('-') : [text])),
    )
  const distanceTo = (raColumn: string, decColumn: string): string => {
    const to = pointIn(reference.row, raColumn, decColumn)
    return to === undefined ? '' : floatText(pixels(fiducial, to, reference.scale))
  }
  return {
    ...reference.row,
    NEXPOSUR: String(exposures.length),
    fx_ra: floatText(fiducial.ra),
    fy_dec: floatText(fiducial.dec),
    scale: floatText(reference.scale),
    offset: floatText(offsets[index] ?? 0),
    targ_offset: targetOffsets === undefined ? '' : floatText(targetOffsets[index] ?? 0),
    DETECTOR: values('DETECTOR').join('|') || 'NONE',
    BAND: values('BAND').reverse().join('|') || 'NONE',
    ...statistics(offsets, ''),
    ...(targetOffsets === undefined ? {} : statistics(targetOffsets, 'targ_')),
    // The product's own target and guide star are those of the reference exposure, like all its header values.
    t_offset: distanceTo('TARG_RA', 'TARG_DEC'),
    gs_offset: distanceTo('GS_RA', 'GS_DEC'),
  }
}

/** Section 6.4. */
function statistics(offsets: readonly number[], prefix: string): Cells {
  const n = offsets.length
  const mean = sum(offsets) / n
  const sigma = Math.sqrt(sum(offsets.map((offset) => (offset - mean) ** 2)) / n)
  const beyond = offsets.filter((offset) => offset > mean + sigma + EQUAL)
  return {
    [`${prefix}max_offset`]: floatText(Math.max(...offsets)),
    [`${prefix}mean_offset`]: floatText(mean),
    [`${prefix}sigma_offset`]: floatText(sigma),
    [`${prefix}err_offset`]: floatText(sigma / Math.sqrt(n)),
    [`${prefix}sigma1_mean`]: floatText(beyond.length === 0 ? 0 : sum(beyond) / beyond.length),
    [`${prefix}frac`]: floatText(beyond.length / n),
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** The exposure with its reference point; an empty list when it has none. */
function placeOf(row: Cells, group: Group): Placed[] {
  const point = group.model === 'IMAGE' ? pointIn(row, 'CRVAL1', 'CRVAL2') : pointIn(row, 'RA_REF', 'DEC_REF')
  return point === undefined ? [] : [{ row, point, scale: pixelScale(row) }]
}

function pointIn(row: Cells, raColumn: string, decColumn: string): Point | undefined {
  const [ra, dec] = [numberIn(cell(row, raColumn)), numberIn(cell(row, decColumn))]
  return ra === undefined || dec === undefined ? undefined : { ra, dec }
}

/** Arcsec per pixel. */
function pixelScale(row: Cells): number {
  switch (cell(row, 'INSTRUME')) {
    case 'NIRCAM':
      return nircamChannel(row) === 'LONG' ? 0.06 : 0.03
    case 'MIRI':
      return cell(row, 'EXP_TYPE') === 'MIR_MRS' ? 0.196 : 0.11
    case 'NIRISS':
      return 0.06
    case 'NIRSPEC':
      return 0.12
    default:
      return 0.069
  }
}

/** Sections 6.1 and 6.2: the middle of all footprint corners. */
function fiducialOf(placed: readonly Placed[]): Point {
  const vectors = placed.flatMap(corners).map(({ ra, dec }) => ({
    x: Math.cos(dec * RADIAN) * Math.cos(ra * RADIAN),
    y: Math.cos(dec * RADIAN) * Math.sin(ra * RADIAN),
    z: Math.sin(dec * RADIAN),
  }))
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2
  const x = middle(vectors.map((vector) => vector.x))
  const y = middle(vectors.map((vector) => vector.y))
  const z = middle(vectors.map((vector) => vector.z))
  const ra = Math.atan2(y, x) / RADIAN
  return { ra: ra < 0 ? ra + 360 : ra, dec: Math.atan2(z, Math.hypot(x, y)) / RADIAN }
}

function corners({ row, point, scale }: Placed): Point[] {
  const [width, height] = cell(row, 'INSTRUME') === 'MIRI' ? [1032, 1024] : [2048, 2048]
  const [halfRa, halfDec] = [(width * scale) / 2 / 3600, (height * scale) / 2 / 3600]
  return [-1, 1].flatMap((a) => [-1, 1].map((b) => ({ ra: point.ra + a * halfRa, dec: point.dec + b * halfDec })))
}

/** Great-circle distance by Vincenty's formula, in pixels of a scale. */
function pixels(from: Point, to: Point, scale: number): number {
  const [dec1, dec2, dRa] = [from.dec * RADIAN, to.dec * RADIAN, (to.ra - from.ra) * RADIAN]
  const across = Math.cos(dec2) * Math.sin(dRa)
  const along = Math.cos(dec1) * Math.sin(dec2) - Math.sin(dec1) * Math.cos(dec2) * Math.cos(dRa)
  const towards = Math.sin(dec1) * Math.sin(dec2) + Math.cos(dec1) * Math.cos(dec2) * Math.cos(dRa)
  return ((Math.atan2(Math.hypot(across, along), towards) / RADIAN) * 3600) / scale
}
