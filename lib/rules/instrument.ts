/**
 * What the rules need to know of the instruments: pixel scales and detector shapes (specification, section 6).
 */
import type { Row } from './row.js'

/** Pixel scale in arcsec; NIRCam and MIRI have two. */
const SCALE: ReadonlyMap<string, number> = new Map([
  ['NIRISS', 0.06],
  ['NIRSPEC', 0.12],
  ['FGS', 0.069],
])
const NIRCAM_SCALE = { SHORT: 0.03, LONG: 0.06 } as const
const MIRI_SCALE = 0.11
const MIRI_MRS_SCALE = 0.196

/** Detector shape in pixels: along right ascension, along declination. */
export interface Shape {
  readonly width: number
  readonly height: number
}
const FULL_SHAPE: Shape = { width: 2048, height: 2048 }
const MIRI_SHAPE: Shape = { width: 1032, height: 1024 }

/** NIRCam's channel, from CHANNEL or else from DETECTOR; undefined where neither tells. */
function nircamChannel(channel: string, detector: string): 'SHORT' | 'LONG' | undefined {
  if (channel === 'SHORT' || channel === 'LONG') return channel
  if (/^NRC[AB](LONG|5)$/.test(detector)) return 'LONG'
  return /^NRC[AB][1-4]$/.test(detector) ? 'SHORT' : undefined
}

/**
 * Pixel scale of an exposure in arcsec (section 6).
 *
 * @returns undefined for an instrument that has none here, or a NIRCam row whose channel cannot be told
 */
export function pixelScale(instrume: string, expType: string, channel: string, detector: string): number | undefined {
  if (instrume === 'NIRCAM') {
    const nircam = nircamChannel(channel, detector)
    return nircam && NIRCAM_SCALE[nircam]
  }
  if (instrume === 'MIRI') return expType === 'MIR_MRS' ? MIRI_MRS_SCALE : MIRI_SCALE
  return SCALE.get(instrume)
}

/** Pixel scale of a scrubbed exposure in arcsec; scrubbing has made sure that there is one. */
export function scaleOf(exposure: Row): number {
  const { INSTRUME, EXP_TYPE, CHANNEL, DETECTOR } = exposure
  return pixelScale(INSTRUME, EXP_TYPE, CHANNEL, DETECTOR) ?? Number.NaN
}

/** Detector shape of an exposure in pixels (section 6). */
export function shapeOf(exposure: Row): Shape {
  return exposure.INSTRUME === 'MIRI' ? MIRI_SHAPE : FULL_SHAPE
}
