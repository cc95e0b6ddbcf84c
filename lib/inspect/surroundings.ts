/**
 * What stands beside a waiting group or product in its program: products, those of other candidates, too, groups and
 * exposures that come near it, whether keywords or association files tell of them.
 */
import type { Settled } from '../rules/program.js'
import type { Resolution } from '../rules/resolve.js'
import type { Row } from '../rules/row.js'
import { instrumentOfDropped } from './dropped.js'
import {
  exposuresIn,
  groupsOf,
  type KnownExposure,
  type KnownGroup,
  type KnownProduct,
  leaderOf,
  productsOf,
} from './known.js'
import { Memberships } from './membership.js'
import {
  byNearness,
  hasTargetOf,
  keyAcrossObservations,
  keyDifferences,
  type Neighbour,
  observationIn,
  observationsOf,
  shareInstrument,
  targetDifference,
} from './nearest.js'

/** A program's products, groups and exposures by observation and by keywords. */
export class Surroundings {
  readonly #settled: Settled
  readonly #products = new Map<string, KnownProduct[]>()
  readonly #groups = new Map<string, KnownGroup[]>()
  /** Products of other candidates that no file names, by their keywords. */
  readonly #mosaics = new Map<string, Row[]>()
  #exposures: readonly KnownExposure[] | undefined
  #members: Memberships | undefined

  constructor(settled: Settled) {
    const { resolutions, mosaics } = settled
    this.#settled = settled
    const named = new Set<Row>()
    for (const resolution of resolutions) {
      for (const { product } of resolution.products) named.add(product)
      this.#add(resolution)
    }
    for (const row of mosaics) if (!named.has(row)) append(this.#mosaics, keyAcrossObservations(row), row)
  }

  #add(resolution: Resolution): void {
    // A product is of every observation that it has members of.
    const members = resolution.list?.members ?? []
    const theirs = members.flatMap(({ name }) => observationIn(name) ?? [])
    for (const product of productsOf(resolution)) {
      for (const observation of new Set([...observationsOf(product.row), ...theirs]))
        append(this.#products, observation, product)
    }
    for (const group of groupsOf(resolution)) {
      for (const observation of observationsOf(leaderOf(group))) append(this.#groups, observation, group)
    }
  }

  /** What association files say of the program. */
  get members(): Memberships {
    this.#members ??= new Memberships(this.#settled)
    return this.#members
  }

  /** Products of a group's observation and instrument other than those of its own association, nearest first. */
  productsNear(exposures: readonly Row[], own: Resolution): Neighbour<KnownProduct>[] {
    const exposure = leaderOf({ exposures })
    const near = found(this.#products, observationsOf(exposure)).filter(
      ({ row, resolution }) => resolution !== own && shareInstrument(exposure, row),
    )
    const neighbours = near.map((product) => ({
      of: product,
      keywords: keyDifferences(exposure, product.row),
      target: targetDifference([exposures], product.row),
    }))
    return byNearness(neighbours, ({ row }) => row.dname)
  }

  /** Groups of a product's observation and instrument other than those of its own association, nearest first. */
  groupsNear(product: Row, own: Resolution): Neighbour<KnownGroup>[] {
    const near = found(this.#groups, observationsOf(product)).filter(
      (group) => group.resolution !== own && shareInstrument(leaderOf(group), product),
    )
    const neighbours = near.map((group) => ({
      of: group,
      keywords: keyDifferences(leaderOf(group), product),
      target: targetDifference([group.exposures], product),
    }))
    return byNearness(neighbours, ({ name }) => name)
  }

  /** All exposures of a product's observation and instrument that take part, each once. */
  exposuresAt(product: Row): readonly KnownExposure[] {
    const isNear = isOfObservation(product)
    return this.#allExposures().filter(({ row }) => isNear(row) && shareInstrument(row, product))
  }

  /** All exposures that have a candidate product's keywords, but for the observation. */
  exposuresFor(mosaic: Row): readonly Row[] {
    const key = keyAcrossObservations(mosaic)
    return this.#allExposures().flatMap(({ row }) => (keyAcrossObservations(row) === key ? row : []))
  }

  /** All exposures of an association, whatever an association file makes of them. */
  exposuresWith(params: string): readonly Row[] {
    return this.#allExposures().flatMap(({ row }) => (row.params === params ? row : []))
  }

  #allExposures(): readonly KnownExposure[] {
    this.#exposures ??= exposuresIn(this.#settled.resolutions)
    return this.#exposures
  }

  /** Exposures, or products, of a row's observation and instrument that were dropped (sections 3.6 and 3.8). */
  droppedNear(row: Row, of: 'exposures' | 'products'): readonly Row[] {
    const isNear = isOfObservation(row)
    return this.#settled.hidden.filter((its) => {
      if (isProductName(its.dname) !== (of === 'products') || !isNear(its)) return false
      return shareInstrument(row, { INSTRUME: instrumentOfDropped(its) })
    })
  }

  /** Where a product of this name, in whatever letter case, is. */
  productCalled(name: string): {
    readonly known?: KnownProduct | undefined
    readonly dropped?: Row | undefined
    readonly expired?: Row | undefined
  } {
    const isCalled = ({ dname }: Row) => dname.toLowerCase() === name.toLowerCase()
    const { resolutions, hidden, expired } = this.#settled
    return {
      known: resolutions.flatMap(productsOf).find(({ row }) => isCalled(row)),
      dropped: hidden.find(isCalled),
      expired: expired.find(isCalled),
    }
  }

  /** Exposures, or products, of a row's observation and instrument that were pruned. */
  expiredNear(row: Row, of: 'exposures' | 'products'): readonly Row[] {
    const isNear = isOfObservation(row)
    return this.#settled.expired.filter((its) => {
      return (its.kind === 'exposure') === (of === 'exposures') && isNear(its) && shareInstrument(row, its)
    })
  }

  /** Products of other candidates that no file names, of an exposure's instrument and, by OBSERVTN, its observation. */
  mosaicsNear(exposure: Row): readonly Row[] {
    const isNear = isOfObservation(exposure)
    return [...this.#mosaics.values()].flat().filter((row) => isNear(row) && shareInstrument(exposure, row))
  }

  /**
   * The products of other candidates that no file names and that have an exposure's keywords, but for the observation:
   * those of its target first.
   */
  mosaicsFor(exposure: Row): readonly Row[] {
    const mosaics = this.#mosaics.get(keyAcrossObservations(exposure)) ?? []
    const isOther = (mosaic: Row) => Number(!hasTargetOf(exposure, mosaic))
    return mosaics.toSorted((a, b) => isOther(a) - isOther(b))
  }

  /** The groups that have a candidate product's keywords, but for the observation. */
  groupsFor(mosaic: Row): readonly KnownGroup[] {
    const key = keyAcrossObservations(mosaic)
    return this.#settled.resolutions.flatMap((resolution) => {
      return groupsOf(resolution).filter((group) => keyAcrossObservations(leaderOf(group)) === key)
    })
  }
}

/** Whether a name begins as those of products do: the program, then the candidate. */
function isProductName(dname: string): boolean {
  return /^jw\d{5}-/i.test(dname)
}

/** Whether rows share an observation with this one. */
function isOfObservation(row: Row): (other: Row) => boolean {
  const own = new Set(observationsOf(row))
  return (other) => observationsOf(other).some((observation) => own.has(observation))
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
