/**
 * Where exposures point: positions on the sky, dithers and tiles around a target.
 */
import type { Mode } from './generator-modes.js'
import type { Random } from './generator-random.js'

/** A direction in the sky, in degrees. */
export interface Position {
  readonly ra: number
  readonly dec: number
}

/** East and north of a position, in arcsec. */
type Offset = readonly [east: number, north: number]

const ARCSEC = 1 / 3600
/** Half-width of the dither patterns of images, in arcsec: median, how widely it spreads, and the most. */
const IMAGE_DITHER = 3.5
const IMAGE_SPREAD = 1
const IMAGE_MOST = 10
/** Radius of the dither patterns of spectra, in pixels: its median, and how widely it spreads (sigma of its logarithm). */
const SPECTRAL_RADIUS = 4
const SPECTRAL_SPREAD = 1
/** How far the points of a pattern are from where they should be, as a share of its radius: median and spread. */
const JITTER = 0.2
const JITTER_SPREAD = 1.1
/** Share of spectral patterns whose points are all equally far from their middle. */
const EXACT = 0.1
/** How far the middle of a spectral pattern is from the target, in pixels. */
const MISPOINTING = 1.5
/** Arcsec of a pixel, where dithers are small (specification, section 6). */
const SCALES: Readonly<Record<string, number>> = { NIRCAM: 0.06, MIRI: 0.11, NIRISS: 0.06, NIRSPEC: 0.12, FGS: 0.069 }
const MEDIUM_SCALE = 0.196
/** Distance of the tiles of a mosaic, in arcsec: a little less than a detector sees. */
const TILE_STEPS: Readonly<Record<string, number>> = { NIRCAM: 110, MIRI: 70, NIRISS: 120, NIRSPEC: 3, FGS: 120 }

/** Centres of the detectors, in arcsec from the pointing; the ones not named here are at the pointing. */
const DETECTOR_OFFSETS: Readonly<Record<string, Offset>> = {
  NRCA1: [-119, -32],
  NRCA2: [-119, 32],
  NRCA3: [-55, -32],
  NRCA4: [-55, 32],
  NRCALONG: [-87, 0],
  NRCB1: [119, 32],
  NRCB2: [119, -32],
  NRCB3: [55, 32],
  NRCB4: [55, -32],
  NRCBLONG: [87, 0],
  NRS2: [36, 18],
}

/** Moves a position by arcsec on the sky; over a pole and over RA 0 too. */
export function move({ ra, dec }: Position, east: number, north: number): Position {
  let newDec = dec + north * ARCSEC
  let newRa = ra + (east * ARCSEC) / Math.max(Math.cos((dec * Math.PI) / 180), 1e-6)
  if (Math.abs(newDec) > 90) {
    newDec = Math.sign(newDec) * 180 - newDec
    newRa += 180
  }
  return { ra: degrees(((newRa % 360) + 360) % 360), dec: degrees(newDec) }
}

/** Rounds to 10 decimals, as the archive writes degrees. */
export function degrees(value: number): number {
  return Math.round(value * 1e10) / 1e10
}

/** Where a detector looks while the telescope points somewhere. */
export function centreOf(detector: string, pointing: Position): Position {
  const [east, north] = DETECTOR_OFFSETS[detector] ?? [0, 0]
  return east === 0 ? pointing : move(pointing, east, north)
}

/** The pointings of a group: each tile's dithers, tile by tile. */
export function pointings(
  target: Position,
  mode: Mode,
  dithers: number,
  tiles: number,
  random: Random,
): readonly Position[] {
  const step = TILE_STEPS[mode.instrument] ?? 0
  const side = Math.ceil(Math.sqrt(tiles))
  return Array.from({ length: tiles }, (_, tile) => {
    const east = (tile % side) - (side - 1) / 2
    const north = Math.floor(tile / side) - (Math.ceil(tiles / side) - 1) / 2
    const pattern = mode.family === 'image' ? imageDithers(dithers, random) : spectralDithers(mode, dithers, random)
    return pattern.map((offset) => move(target, east * step + offset[0], north * step + offset[1]))
  }).flat()
}

function imageDithers(count: number, random: Random): Offset[] {
  const width = Math.min(random.logNormal(IMAGE_DITHER, IMAGE_SPREAD), IMAGE_MOST)
  const draw = () => random.within(-width, width)
  return Array.from({ length: count }, () => [draw(), draw()])
}

/** Points on a circle of some pixels, most of them a little off: nods and small dithers. */
function spectralDithers({ expType, instrument }: Mode, count: number, random: Random): Offset[] {
  const scale = expType === 'MIR_MRS' ? MEDIUM_SCALE : (SCALES[instrument] ?? 0.1)
  const radius = scale * random.logNormal(SPECTRAL_RADIUS, SPECTRAL_SPREAD)
  const jitter = random.chance(EXACT) ? 0 : radius * random.logNormal(JITTER, JITTER_SPREAD)
  const start = random.within(0, 2 * Math.PI)
  const middle = [scale * MISPOINTING * random.normal(), scale * MISPOINTING * random.normal()] as const
  return Array.from({ length: count }, (_, index) => {
    const angle = start + (2 * Math.PI * index) / Math.max(count, 2)
    return [
      middle[0] + radius * Math.cos(angle) + jitter * random.normal(),
      middle[1] + radius * Math.sin(angle) + jitter * random.normal(),
    ]
  })
}

/** A position of the sky; some are at RA 0 or at a pole, where coordinates wrap. */
export function anywhere(random: Random): Position {
  const special = random.integer(1, 150)
  if (special === 1) return nearZero(random)
  if (special === 2) return nearPole(random)
  return { ra: random.within(0, 360), dec: (Math.asin(random.within(-0.999, 0.999)) * 180) / Math.PI }
}

/** A position so near to RA 0 that its dithers are on both sides. */
export function nearZero(random: Random): Position {
  return { ra: (360 + random.within(-0.0004, 0.0004)) % 360, dec: random.within(-60, 60) }
}

/** A position a few arcsec from one of the poles. */
export function nearPole(random: Random): Position {
  return { ra: random.within(0, 360), dec: random.pick([1, -1]) * random.within(89.998, 89.9999) }
}
