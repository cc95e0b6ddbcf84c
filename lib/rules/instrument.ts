/**
 * What the rules need to know of the instruments: pixel scales and detector shapes (specification, section 6).
 */

import type { Row } from './row.js'

/** Detector shape in pixels: along right ascension, along declination. */
export interface Shape {
  readonly width: number
  readonly height: number
}

/** The instruments, as INSTRUME has them. */
export const INSTRUMENTS = ['FGS', 'MIRI', 'NIRCAM', 'NIRISS', 'NIRSPEC'] as const
export type Instrument = (typeof INSTRUMENTS)[number]

/** Pixel scale in arcsec; NIRCam and MIRI have two. */
const SCALE: ReadonlyMap<string, number> = new Map([
  ['NIRISS', 0.06],
  ['NIRSPEC', 0.12],
  ['FGS', 0.069],
])
const NIRCAM_SCALE = { SHORT: 0.03, LONG: 0.06 } as const
const MIRI_SCALE = 0.11
const MIRI_MRS_SCALE = 0.196

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

/** The bands of the medium-resolution spectrometer. */
const BANDS: ReadonlySet<string> = new Set(['SHORT', 'MEDIUM', 'LONG'])
const ANY_BAND = new RegExp([...BANDS].join('|'), 'g')

/** The bands that a BAND means, in capitals: one, or those of the two dichroics of `SHORT-LONG` (section 6.5). */
export function bandsIn(band: string): readonly string[] {
  const capitals = band.toUpperCase()
  const bands = capitals.split('-')
  return bands.every((each) => BANDS.has(each)) ? bands : [capitals]
}

/** Bands joined by `|`, from a text that has one behind the other in any order, as cubes of several have it; else blank. */
export function bandsJoined(text: string): string {
  const bands = text.toUpperCase().match(ANY_BAND) ?? []
  if (bands.length === 2 && text.includes('-')) return bands.join('-')
  return bands.join('').length === text.replace(/[-|]/g, '').length ? bands.join('|') : ''
}

/** Pixel scale of a scrubbed exposure in arcsec; scrubbing has made sure that there is one. */
export function scaleOf({ keywords: { INSTRUME, EXP_TYPE, CHANNEL, DETECTOR } }: Row): number {
  return pixelScale(INSTRUME, EXP_TYPE, CHANNEL, DETECTOR) ?? Number.NaN
}

/** Detector shape of an exposure in pixels (section 6). */
export function shapeOf({ keywords }: Row): Shape {
  return keywords.INSTRUME === 'MIRI' ? MIRI_SHAPE : FULL_SHAPE
}
