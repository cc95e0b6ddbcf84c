/**
 * What stands beside a waiting group or product in its program: products, those of other candidates, too, groups and
 * exposures that come near it, whether keywords or association files tell of them.
 */
import type { MemberList } from '../rules/member-list.js'
import type { Row } from '../rules/row.js'
import type { Resolution } from '../settle/resolve.js'
import type { Settled } from '../settle/settled.js'
import { instrumentOfDropped } from './dropped.js'
import { Gathered } from './gathered.js'
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
  isOneInstrument,
  keyAcrossObservations,
  keyDifferences,
  type Neighbour,
  observationInName,
  observationsOf,
  shareInstrument,
  targetDifference,
} from './nearest.js'

/** A program's products, groups and exposures by observation and by keywords. */
export class Surroundings {
  readonly #settled: Settled
  readonly #products: Gathered<KnownProduct>
  readonly #productsCalled: Gathered<KnownProduct>
  readonly #groups: Gathered<KnownGroup>
  readonly #groupsAcross: Gathered<KnownGroup>
  readonly #exposures: Gathered<KnownExposure>
  readonly #exposuresAcross: Gathered<Row>
  readonly #exposuresWith: Gathered<Row>
  /** Products of other candidates that no file names. */
  readonly #mosaics: readonly Row[]
  readonly #mosaicsAcross: Gathered<Row>
  readonly #mosaicsAt: Gathered<Row>
  readonly #dropped: Gathered<Row>
  readonly #droppedCalled: Gathered<Row>
  readonly #expired: Gathered<Row>
  readonly #expiredCalled: Gathered<Row>
  #members: Memberships | undefined

  constructor(settled: Settled) {
    const { resolutions, mosaics, hidden, expired } = settled
    const products = once(() => resolutions.flatMap(productsOf))
    const groups = once(() => resolutions.flatMap(groupsOf))
    const exposures = once(() => exposuresIn(resolutions))
    const rows = () => exposures().map(({ row }) => row)
    const named = new Set(resolutions.flatMap((resolution) => resolution.products.map(({ product }) => product)))
    this.#settled = settled
    this.#products = new Gathered(products, placesOfProduct())
    this.#productsCalled = new Gathered(products, ({ row }) => nameOf(row))
    this.#groups = new Gathered(groups, (group) => observationsOf(leaderOf(group)))
    this.#groupsAcross = new Gathered(groups, (group) => [keyAcrossObservations(leaderOf(group))])
    this.#exposures = new Gathered(exposures, ({ row }) => observationsOf(row))
    this.#exposuresAcross = new Gathered(rows, (row) => [keyAcrossObservations(row)])
    this.#exposuresWith = new Gathered(rows, ({ params }) => [params])
    this.#mosaics = mosaics.filter((row) => !named.has(row))
    this.#mosaicsAcross = new Gathered(
      () => this.#mosaics,
      (row) => [keyAcrossObservations(row)],
    )
    this.#mosaicsAt = new Gathered(() => this.#mosaics, observationsOf)
    this.#dropped = new Gathered(() => hidden, observationsOf)
    this.#droppedCalled = new Gathered(() => hidden, nameOf)
    this.#expired = new Gathered(() => expired, observationsOf)
    this.#expiredCalled = new Gathered(() => expired, nameOf)
  }

  /** What association files say of the program. */
  get members(): Memberships {
    this.#members ??= new Memberships(this.#settled)
    return this.#members
  }

  /** Products of a group's observation and instrument other than those of its own association, nearest first. */
  productsNear(exposures: readonly Row[], own: Resolution): Neighbour<KnownProduct>[] {
    const exposure = leaderOf({ exposures })
    const near = this.#products
      .of(...observationsOf(exposure))
      .filter(({ row, resolution }) => resolution !== own && shareInstrument(exposure, row))
    const neighbours = near.map((product) => ({
      of: product,
      keywords: keyDifferences(exposure, product.row),
      target: targetDifference([exposures], product.row),
    }))
    return byNearness(neighbours, ({ row }) => row.dname)
  }

  /** Groups of a product's observation and instrument other than those of its own association, nearest first. */
  groupsNear(product: Row, own: Resolution): Neighbour<KnownGroup>[] {
    const near = this.#groups
      .of(...observationsOf(product))
      .filter((group) => group.resolution !== own && shareInstrument(leaderOf(group), product))
    const neighbours = near.map((group) => ({
      of: group,
      keywords: keyDifferences(leaderOf(group), product),
      target: targetDifference([group.exposures], product),
    }))
    return byNearness(neighbours, ({ name }) => name)
  }

  /** All exposures of a product's observation and instrument that take part, each once. */
  exposuresAt(product: Row): readonly KnownExposure[] {
    return this.#exposures.of(...observationsOf(product)).filter(({ row }) => shareInstrument(row, product))
  }

  /** All exposures that have the keywords of a product of another candidate, but for the observation. */
  exposuresFor(mosaic: Row): readonly Row[] {
    return this.#exposuresAcross.of(keyAcrossObservations(mosaic))
  }

  /** All exposures of an association, whatever an association file makes of them. */
  exposuresWith(params: string): readonly Row[] {
    return this.#exposuresWith.of(params)
  }

  /** Exposures, or products, of a row's observation and instrument that were dropped (sections 3.6 and 3.8). */
  droppedNear(row: Row, of: 'exposures' | 'products'): readonly Row[] {
    const near = this.#dropped.of(...observationsOf(row))
    const isAsked = ({ dname }: Row) => isProductName(dname) === (of === 'products')
    return near.filter((its) => isAsked(its) && isOneInstrument(row.keywords.INSTRUME, instrumentOfDropped(its)))
  }

  /** Where a product of this name, in whatever letter case, is. */
  productCalled(name: string): {
    readonly known?: KnownProduct | undefined
    readonly dropped?: Row | undefined
    readonly expired?: Row | undefined
  } {
    const [known] = this.#productsCalled.of(name.toLowerCase())
    const [dropped] = this.#droppedCalled.of(name.toLowerCase())
    const [expired] = this.#expiredCalled.of(name.toLowerCase())
    return { known, dropped, expired }
  }

  /** Exposures, or products, of a row's observation and instrument that were pruned. */
  expiredNear(row: Row, of: 'exposures' | 'products'): readonly Row[] {
    const near = this.#expired.of(...observationsOf(row))
    return near.filter((its) => (its.kind === 'exposure') === (of === 'exposures') && shareInstrument(row, its))
  }

  /** Products of other candidates that no file names, of an exposure's instrument and, by OBSERVTN, its observation. */
  mosaicsNear(exposure: Row): readonly Row[] {
    return this.#mosaicsAt.of(...observationsOf(exposure)).filter((row) => shareInstrument(exposure, row))
  }

  /**
   * The products of other candidates that no file names and that have an exposure's keywords, but for the observation:
   * those of its target first.
   */
  mosaicsFor(exposure: Row): readonly Row[] {
    if (this.#mosaics.length === 0) return []
    const isOther = (mosaic: Row) => Number(!hasTargetOf(exposure, mosaic))
    return this.#mosaicsAcross.of(keyAcrossObservations(exposure)).toSorted((a, b) => isOther(a) - isOther(b))
  }

  /** The groups that have the keywords of a product of another candidate, but for the observation. */
  groupsFor(mosaic: Row): readonly KnownGroup[] {
    return this.#groupsAcross.of(keyAcrossObservations(mosaic))
  }
}

/** The observations of products: their own, and those that an association file gives them members in. */
function placesOfProduct(): (product: KnownProduct) => readonly string[] {
  const known = new Map<MemberList, readonly string[]>()
  return ({ row, list }) => {
    if (list === undefined) return observationsOf(row)
    const theirs = known.get(list) ?? [...new Set(list.members.flatMap(({ name }) => observationInName(name) ?? []))]
    known.set(list, theirs)
    return [...new Set([...observationsOf(row), ...theirs])]
  }
}

/** By a name in whatever letter case. */
function nameOf({ dname }: Row): readonly string[] {
  return [dname.toLowerCase()]
}

/** Makes something when it is asked for the first time. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** Whether a name begins as those of products do: the program, then the candidate. */
function isProductName(dname: string): boolean {
  return /^jw\d{5}-/i.test(dname)
}
