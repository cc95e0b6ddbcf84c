/** What follows from the keywords of an exposure, whatever else is in its row (specification, sections 3.7, 4, 6). */
import type { Model } from './models.js'

/** What tells the targets of one association apart: a name, a number, or nothing. */
export type TargetKey = string | number | undefined

/** Stands for a target key that is a number of the row. */
export const BY_GUIDE_STAR = Symbol('GS_MAG')

/** What sections 4 and 5 make of a row's keywords, whatever else is in the row. */
export interface Traits {
  /** The model that an exposure's group trains. */
  readonly model: Model
  /** Whether products are named by source, not by target. */
  readonly isSourceBased: boolean
  /** The target key, or `GS_MAG` where that number of the row is the key. */
  readonly target: TargetKey | typeof BY_GUIDE_STAR
  /** Why an exposure is in no group, or undefined where it is in one. */
  readonly ungrouped: string | undefined
  /** What the expected product's name has before and behind its target. */
  readonly nameStart: string
  readonly nameEnd: string
}

/** Detector shape in pixels: along right ascension, along declination. */
export interface Shape {
  readonly width: number
  readonly height: number
}

/** What section 6 needs to know of the detector of an exposure. */
export interface Pixels {
  /** Pixel scale in arcsec. */
  readonly scale: number
  readonly shape: Shape
}

const IFU_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['MIRIFUSHORT', '-12'],
  ['MIRIFULONG', '-34'],
])

/** What an association key of the integral field unit ends in (section 3.7); blank for any other detector. */
export function ifuSuffix(detector: string): string {
  return detector.startsWith('MIRIFU') ? (IFU_SUFFIX.get(detector) ?? '') : ''
}

/** Whether another detector may make another association or another expected name (sections 3.7 and 4). */
export function dependsOnDetector(visit: string, detector: string): boolean {
  return visit.includes('WFSC') || ifuSuffix(detector) !== ''
}
