/**
 * Geometry on the sky and statistics of offsets (specification, section 6). All angles in degrees; distances in
 * arcsec or, divided by a pixel scale, in pixels.
 */
import type { Shape } from '../rules/instrument.js'

/** A point on the sky: right ascension and declination in degrees. */
export interface SkyPoint {
  readonly ra: number
  readonly dec: number
}

const RADIANS = Math.PI / 180
const ARCSEC_PER_DEGREE = 3600

/** Offsets that differ by less than this (pixels) are equal: below it, rounding noise would decide. */
export const SAME_OFFSET = 1e-6

/** A point with what every distance from it needs: several are measured from each exposure. */
export interface SpherePoint {
  /** Degrees. */
  readonly ra: number
  readonly sinDec: number
  readonly cosDec: number
}

/** A point as distances are measured from it. */
export function onSphere({ ra, dec }: SkyPoint): SpherePoint {
  const radians = dec * RADIANS
  return { ra, sinDec: Math.sin(radians), cosDec: Math.cos(radians) }
}

/** Great-circle distance of two points in arcsec, by the Vincenty formula, which is exact at all distances. */
export function separation(a: SpherePoint, b: SpherePoint): number {
  const dRa = (b.ra - a.ra) * RADIANS
  const { sinDec: sin1, cosDec: cos1 } = a
  const { sinDec: sin2, cosDec: cos2 } = b
  const cosRa = Math.cos(dRa)
  const x = cos2 * Math.sin(dRa)
  const y = cos1 * sin2 - sin1 * cos2 * cosRa
  const angle = Math.atan2(Math.sqrt(x * x + y * y), sin1 * sin2 + cos1 * cos2 * cosRa)
  return (angle / RADIANS) * ARCSEC_PER_DEGREE
}

/** The corners of footprints, kept as the range of their unit vectors on each axis. */
export class Fiducial {
  #minX = Number.POSITIVE_INFINITY
  #minY = Number.POSITIVE_INFINITY
  #minZ = Number.POSITIVE_INFINITY
  #maxX = Number.NEGATIVE_INFINITY
  #maxY = Number.NEGATIVE_INFINITY
  #maxZ = Number.NEGATIVE_INFINITY

  /**
   * Adds an exposure's footprint: half the detector's shape times the scale on each side of the reference point, in
   * degrees, without cos Dec (section 6.1).
   *
   * @param scale arcsec per pixel
   */
  add(reference: SkyPoint, shape: Shape, scale: number): void {
    const halfWidth = (shape.width * scale) / 2 / ARCSEC_PER_DEGREE
    const halfHeight = (shape.height * scale) / 2 / ARCSEC_PER_DEGREE
    const west = (reference.ra - halfWidth) * RADIANS
    const east = (reference.ra + halfWidth) * RADIANS
    const south = (reference.dec - halfHeight) * RADIANS
    const north = (reference.dec + halfHeight) * RADIANS
    const cosWest = Math.cos(west)
    const sinWest = Math.sin(west)
    const cosEast = Math.cos(east)
    const sinEast = Math.sin(east)
    const cosSouth = Math.cos(south)
    const cosNorth = Math.cos(north)
    const minX = Math.min(cosSouth * cosWest, cosSouth * cosEast, cosNorth * cosWest, cosNorth * cosEast)
    const maxX = Math.max(cosSouth * cosWest, cosSouth * cosEast, cosNorth * cosWest, cosNorth * cosEast)
    const minY = Math.min(cosSouth * sinWest, cosSouth * sinEast, cosNorth * sinWest, cosNorth * sinEast)
    const maxY = Math.max(cosSouth * sinWest, cosSouth * sinEast, cosNorth * sinWest, cosNorth * sinEast)
    const bottom = Math.sin(south)
    const top = Math.sin(north)
    if (minX < this.#minX) this.#minX = minX
    if (maxX > this.#maxX) this.#maxX = maxX
    if (minY < this.#minY) this.#minY = minY
    if (maxY > this.#maxY) this.#maxY = maxY
    this.#minZ = Math.min(this.#minZ, bottom, top)
    this.#maxZ = Math.max(this.#maxZ, bottom, top)
  }

  /** The fiducial point: per axis the middle of minimum and maximum, back on the sphere; `ra` within 0-360 (6.2). */
  get point(): SkyPoint {
    const x = (this.#minX + this.#maxX) / 2
    const y = (this.#minY + this.#maxY) / 2
    const z = (this.#minZ + this.#maxZ) / 2
    const ra = Math.atan2(y, x) / RADIANS
    return { ra: ra < 0 ? ra + 360 : ra, dec: Math.atan2(z, Math.sqrt(x * x + y * y)) / RADIANS }
  }
}

/** Statistics of a group's offsets (section 6.4), in pixels; `frac` is a share. */
interface OffsetStatistics {
  readonly max: number
  readonly mean: number
  /** Population standard deviation. */
  readonly sigma: number
  /** Sigma over the square root of the number of offsets. */
  readonly err: number
  /** Mean of the offsets that exceed mean + sigma, 0 if there are none. */
  readonly sigma1Mean: number
  /** Share of the offsets that exceed mean + sigma. */
  readonly frac: number
}

const UNKNOWN: OffsetStatistics = {
  max: Number.NaN,
  mean: Number.NaN,
  sigma: Number.NaN,
  err: Number.NaN,
  sigma1Mean: Number.NaN,
  frac: Number.NaN,
}

/** Statistics of offsets; NaN where there are none. */
export function offsetStatistics(offsets: readonly number[]): OffsetStatistics {
  const count = offsets.length
  if (count === 0) return UNKNOWN
  const mean = sum(offsets) / count
  let squares = 0
  for (const offset of offsets) squares += (offset - mean) ** 2
  const sigma = Math.sqrt(squares / count)
  const limit = mean + sigma + SAME_OFFSET
  let beyond = 0
  let beyondSum = 0
  for (const offset of offsets) {
    if (offset <= limit) continue
    beyond++
    beyondSum += offset
  }
  return {
    max: greatest(offsets),
    mean,
    sigma,
    err: sigma / Math.sqrt(count),
    sigma1Mean: beyond === 0 ? 0 : beyondSum / beyond,
    frac: beyond / count,
  }
}

/** The greatest of the values; a loop, as a group may have more exposures than a call may have arguments. */
function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
}

/** The smallest of the values. */
export function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY)
}

function sum(values: readonly number[]): number {
  let total = 0
  for (const value of values) total += value
  return total
}
