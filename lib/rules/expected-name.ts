/**
 * The name of the product that an exposure's group is expected to make, with the number of its target in it
 * (specification, sections 4 and 5.1).
 */
import { isSourceBased, shareTarget, targetKey, traitsOf } from './association.js'
import type { Row } from './row.js'

/**
 * The name of the product that an exposure's group is expected to make (section 4), lower case.
 *
 * @param ranks those of its association's targets
 */
export function expectedName(exposure: Row, ranks: TargetRanks): string {
  const { nameStart, nameEnd } = traitsOf(exposure)
  return nameStart + targetId(exposure, ranks) + nameEnd
}

/** The target part of an expected name: `s000000001`, `t0` or `tN` (section 4). */
function targetId(exposure: Row, ranks: TargetRanks): string {
  if (!isSourceBased(exposure)) return `t${ranks.of(exposure)}`
  return exposure.keywords.VISITYPE === 'PARALLEL_PURE' ? 't0' : 's000000001'
}

/** How far apart two `targra` keys of one target may be, in degrees: a step of their last decimal, and some noise. */
const SAME_TARGRA = 1.5e-6

/** Whether two `targra` keys are of one target (sections 4 and 5.1); NaN is of none. */
export function isSameTargra(a: number, b: number): boolean {
  return Math.abs(a - b) <= SAME_TARGRA
}

/** The target ids of an association (section 4). */
export class TargetRanks {
  /** The key of each target by any of its `targra` keys. */
  readonly #targra: ReadonlyMap<number, number>
  readonly #ranks: ReadonlyMap<string | number, number>

  constructor(targra: ReadonlyMap<number, number>, ranks: ReadonlyMap<string | number, number>) {
    this.#targra = targra
    this.#ranks = ranks
  }

  /** The rank of an exposure's target among those of its association, from 1; 0 for an exposure without one. */
  of(exposure: Row): number {
    const key = targetKey(exposure)
    if (key === undefined) return 0
    return this.#ranks.get(keyOfTarget(exposure, key, this.#targra)) ?? 0
  }
}

function keyOfTarget(exposure: Row, key: string | number, targra: ReadonlyMap<number, number>): string | number {
  return typeof key === 'number' && isKeyedByTargra(exposure) ? (targra.get(key) ?? key) : key
}

function isKeyedByTargra({ keywords }: Row): boolean {
  return keywords.VISITYPE === 'PRIME_TARGETED_FIXED'
}

/**
 * Ranks the distinct target keys of an association: names first in text order, then numbers ascending; from 1.
 *
 * @param exposures every exposure of the association
 */
export function rankTargets(exposures: readonly Row[]): TargetRanks {
  const keyed: { readonly exposure: Row; readonly key: string | number }[] = []
  let last: Row | undefined
  for (const exposure of exposures) {
    if (last !== undefined && shareTarget(exposure, last)) continue
    last = exposure
    const key = isSourceBased(exposure) ? undefined : targetKey(exposure)
    if (key !== undefined) keyed.push({ exposure, key })
  }
  const targra = joinTargra(keyed.flatMap(({ exposure, key }) => (isKeyedByTargra(exposure) ? [Number(key)] : [])))
  const keys = new Set(keyed.map(({ exposure, key }) => keyOfTarget(exposure, key, targra)))
  const ordered = keys.size < 2 ? [...keys] : [...keys].sort(compareTargets)
  return new TargetRanks(targra, new Map(ordered.map((key, index) => [key, index + 1])))
}

const NONE_JOINED: ReadonlyMap<number, number> = new Map()

/** `targra` keys -> the key of their target: each that follows its predecessor closely joins it; the smallest counts. */
function joinTargra(values: readonly number[]): ReadonlyMap<number, number> {
  const distinct = new Set(values)
  if (distinct.size < 2) return NONE_JOINED
  const joined = new Map<number, number>()
  let smallest = Number.NaN
  let before = Number.NaN
  for (const value of [...distinct].sort((a, b) => a - b)) {
    if (!isSameTargra(value, before)) smallest = value
    joined.set(value, smallest)
    before = value
  }
  return joined
}

function compareTargets(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1
  return a < b ? -1 : 1
}
