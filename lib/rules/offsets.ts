/**
 * Geometry on the sky and statistics of offsets (specification, section 6). All angles in degrees; distances in
 * arcsec or, divided by a pixel scale, in pixels.
 */
import type { Shape } from './instrument.js'

/** A point on the sky: right ascension and declination in degrees. */
export interface SkyPoint {
  readonly ra: number
  readonly dec: number
}

const RADIANS = Math.PI / 180
const ARCSEC_PER_DEGREE = 3600

/** Offsets that differ by less than this (pixels) are equal: below it, rounding noise would decide. */
export const SAME_OFFSET = 1e-6

/** Great-circle distance of two points in arcsec, by the Vincenty formula, which is exact at all distances. */
export function separation(a: SkyPoint, b: SkyPoint): number {
  const dec1 = a.dec * RADIANS
  const dec2 = b.dec * RADIANS
  const dRa = (b.ra - a.ra) * RADIANS
  const sin1 = Math.sin(dec1)
  const cos1 = Math.cos(dec1)
  const sin2 = Math.sin(dec2)
  const cos2 = Math.cos(dec2)
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
    this.#addSide((reference.dec - halfHeight) * RADIANS, west, east)
    this.#addSide((reference.dec + halfHeight) * RADIANS, west, east)
  }

  /** Adds the two corners on one declination (radians). */
  #addSide(dec: number, west: number, east: number): void {
    const cosDec = Math.cos(dec)
    const z = Math.sin(dec)
    const x1 = cosDec * Math.cos(west)
    const x2 = cosDec * Math.cos(east)
    const y1 = cosDec * Math.sin(west)
    const y2 = cosDec * Math.sin(east)
    this.#minX = Math.min(this.#minX, x1, x2)
    this.#maxX = Math.max(this.#maxX, x1, x2)
    this.#minY = Math.min(this.#minY, y1, y2)
    this.#maxY = Math.max(this.#maxY, y1, y2)
    this.#minZ = Math.min(this.#minZ, z)
    this.#maxZ = Math.max(this.#maxZ, z)
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
export interface OffsetStatistics {
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

/** Statistics of at least one offset. */
export function offsetStatistics(offsets: readonly number[]): OffsetStatistics {
  const count = offsets.length
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
