/**
 * What stands beside a waiting group or product in its program: products, groups and c-candidate products that come
 * near it.
 */
import type { Settled } from '../rules/program.js'
import type { Match, Resolution, WaitingGroup } from '../rules/resolve.js'
import type { Row } from '../rules/row.js'
import {
  byNearness,
  hasTargetOf,
  isOfInstrument,
  keyAcrossObservations,
  keyDifferences,
  type Neighbour,
  observationsOf,
  targetDifference,
} from './nearest.js'

/** A product of a program, and whether it has its exposures. */
export interface KnownProduct {
  readonly row: Row
  readonly state: 'matched' | 'waits'
}

/** A group of a program: one that waits, or the one that a product was made of. */
export type KnownGroup = WaitingGroup | Match

/** A program's products and groups by observation and by keywords. */
export class Surroundings {
  readonly #products = new Map<string, KnownProduct[]>()
  readonly #groups = new Map<string, KnownGroup[]>()
  readonly #mosaics = new Map<string, Row[]>()
  readonly #groupsAcross = new Map<string, KnownGroup[]>()

  readonly #dropped = new Map<string, string[]>()

  constructor({ resolutions, mosaics, hidden }: Settled) {
    for (const resolution of resolutions) this.#add(resolution)
    for (const mosaic of mosaics) append(this.#mosaics, keyAcrossObservations(mosaic), mosaic)
    for (const { dname } of hidden) {
      const observed = droppedProduct(dname)
      if (observed !== undefined) append(this.#dropped, observed, dname)
    }
  }

  #add(resolution: Resolution): void {
    for (const product of productsOf(resolution)) {
      for (const observation of observationsOf(product.row)) append(this.#products, observation, product)
    }
    for (const group of [...resolution.groups, ...resolution.matches]) {
      const first = leaderOf(group)
      append(this.#groupsAcross, keyAcrossObservations(first), group)
      for (const observation of observationsOf(first)) append(this.#groups, observation, group)
    }
  }

  /** Products of an exposure's observation and instrument in other associations, nearest first. */
  productsNear(exposure: Row): Neighbour<KnownProduct>[] {
    const near = found(this.#products, observationsOf(exposure)).filter(
      ({ row }) => row.params !== exposure.params && isOfInstrument(exposure, row),
    )
    const neighbours = near.map((product) => ({
      of: product,
      keywords: keyDifferences(exposure, product.row),
      target: targetDifference([exposure], product.row),
    }))
    return byNearness(neighbours, ({ row }) => row.dname)
  }

  /** Groups of a product's observation and instrument in other associations, nearest first. */
  groupsNear(product: Row): Neighbour<KnownGroup>[] {
    const near = found(this.#groups, observationsOf(product)).filter((group) => {
      const first = leaderOf(group)
      return first.params !== product.params && isOfInstrument(first, product)
    })
    const neighbours = near.map((group) => ({
      of: group,
      keywords: keyDifferences(leaderOf(group), product),
      target: targetDifference([leaderOf(group)], product),
    }))
    return byNearness(neighbours, ({ name }) => name)
  }

  /** Names of products of an exposure's observation and instrument that were dropped (sections 3.6 and 3.8). */
  droppedNear(exposure: Row): readonly string[] {
    const instrument = exposure.INSTRUME.toLowerCase()
    return found(
      this.#dropped,
      observationsOf(exposure).map((observation) => `${observation} ${instrument}`),
    )
  }

  /** The c-candidate products that have an exposure's keywords, but for the observation: those of its target first. */
  mosaicsFor(exposure: Row): readonly Row[] {
    const mosaics = this.#mosaics.get(keyAcrossObservations(exposure)) ?? []
    const isOther = (mosaic: Row) => Number(!hasTargetOf(exposure, mosaic))
    return mosaics.toSorted((a, b) => isOther(a) - isOther(b))
  }

  /** The groups that have a c-candidate product's keywords, but for the observation. */
  groupsFor(mosaic: Row): readonly KnownGroup[] {
    return this.#groupsAcross.get(keyAcrossObservations(mosaic)) ?? []
  }
}

/** A product's name: program, observation, target, instrument, and with MIR_MRS the channel. */
const PRODUCT_NAME = /^jw\d{5}-o(\d{3})_[^_]+_([a-z]+)(_ch\d)?/

/**
 * Observation and instrument in the name of a dropped product, of which only the name is known; undefined for exposures,
 * and for the channels that are dropped because another one stands for them (section 3.8).
 */
function droppedProduct(dname: string): string | undefined {
  const [, observation, instrument, channel] = PRODUCT_NAME.exec(dname) ?? []
  return observation === undefined || channel !== undefined ? undefined : `${observation} ${instrument}`
}

/** The first exposure of a group, which decides what the group is and what it compares (section 5). */
export function leaderOf({ exposures }: KnownGroup): Row {
  return exposures[0] as Row
}

/** Whether a group waits. */
export function isWaiting(group: KnownGroup): group is WaitingGroup {
  return 'reason' in group
}

/** The products of an association, matched ones first. */
export function productsOf({ matches, frozen, products }: Resolution): readonly KnownProduct[] {
  const matched = [...matches, ...frozen].map(({ product }): KnownProduct => ({ row: product, state: 'matched' }))
  return [...matched, ...products.map(({ product }): KnownProduct => ({ row: product, state: 'waits' }))]
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The values of some keys, each once. */
function found<T>(map: ReadonlyMap<string, readonly T[]>, keys: readonly string[]): T[] {
  return [...new Set(keys.flatMap((key) => map.get(key) ?? []))]
}
