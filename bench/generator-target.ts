/**
 * What observations point at: names, guide stars, and how targets move.
 */
import type { Random } from './generator-random.js'
import { anywhere, degrees, move, type Position } from './generator-sky.js'

/** What an observation points at, with the guide star of its visit. */
export interface Target extends Position {
  /** Number of the target in its program, as in `t001`. */
  readonly index: number
  /** TARGNAME; `NONE` for parallel and untargeted exposures. */
  readonly name: string
  readonly guideStar: Position
  readonly guideStarMagnitude: number
  readonly crowded: boolean
  /** How far right ascension goes from one pointing to the next, in degrees: a planet's way, or a star's proper motion. */
  readonly motion: number
}

/** How far a planet and a star go between two pointings, in degrees; and how many stars do. */
const MOTION = 1e-4
const PROPER_MOTION = 4e-8
const PROPER_MOTION_SHARE = 0.05

const MOVING_NAMES = ['JUPITER', 'SATURN', 'CERES', '67P', 'CHIRON', 'TITAN', 'EUROPA', 'DIDYMOS', 'URANUS', 'MAKEMAKE']
const CATALOGUES = ['NGC-', 'HD-', 'GJ-', 'TYC-', 'ABELL-', 'WASP-', 'BD+65 ', '2MASS-J0024', 'UGC-']

/** A target of a visit; anywhere in the sky unless a position is given. */
export function drawTarget(random: Random, visitType: string, index: number, position?: Position): Target {
  const { ra, dec } = position ?? anywhere(random)
  const isProper = visitType === 'PRIME_TARGETED_FIXED' && position === undefined && random.chance(PROPER_MOTION_SHARE)
  return {
    // Where its motion moves it over a boundary of the 6 decimals that targets are compared with.
    ra: degrees(isProper ? Math.floor(ra * 1e6) / 1e6 + 0.5e-6 - PROPER_MOTION / 2 : ra),
    dec: degrees(dec),
    motion: visitType === 'PRIME_TARGETED_MOVING' ? MOTION : isProper ? PROPER_MOTION : 0,
    index,
    name: targetName(random, visitType, index),
    guideStar: move({ ra, dec }, random.within(-360, 360), random.within(-360, 360)),
    guideStarMagnitude: Math.round(random.within(12, 18) * 1e6) / 1e6,
    crowded: random.chance(0.2),
  }
}

function targetName(random: Random, visitType: string, index: number): string {
  if (visitType === 'PRIME_TARGETED_MOVING') return MOVING_NAMES[index % MOVING_NAMES.length] ?? 'CERES'
  const named = visitType.startsWith('PRIME_TARGETED') || visitType.includes('WFSC')
  if (!named) return 'NONE'
  return `${random.pick(CATALOGUES)}${random.integer(10, 999)}${index}`
}
