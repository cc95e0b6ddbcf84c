/**
 * Which exposures of an association made which of its products (specification, sections 4 and 5).
 *
 * One pure function takes all rows of an association and returns its matches and what waits. First run or thousandth,
 * buffered or spilled: every association is resolved here, from all of its rows.
 */
import { comparedColumn, hasOwnTarget } from '../rules/association.js'
import { isSameTargra } from '../rules/expected-name.js'
import type { Model } from '../rules/keywords.js'
import type { MemberList } from '../rules/member-list.js'
import { numberIn, type Row } from '../rules/row.js'
import { compareText } from '../rules/values.js'
import { type Features, groupFeatures } from './features.js'
import { formGroups, type Group, type Grouped, mergeGroups, type Ungrouped, type Withheld } from './groups.js'

/** A product and the exposures that it was made of. */
export interface Match {
  readonly product: Row
  readonly model: Model
  /** The expected product's name. */
  readonly name: string
  /** In their order within the group; by an association file, its science members. */
  readonly exposures: readonly Row[]
  /** Members in other roles, which only an association file can tell, in text order of their names. */
  readonly others: readonly OtherMember[]
  readonly features: Features
  /** Of a match by keywords: exposures of the same group that an association file withholds from it. */
  readonly withheld: readonly Withheld[]
}

/** An exposure that has another role in a product than science, such as `psf` or `background`. */
export interface OtherMember {
  readonly exposure: Row
  readonly role: string
}

/** Why a group waits. */
export type WaitReason =
  | 'no product'
  | 'product without size'
  | 'no coordinates'
  | 'product of unknown exposures'
  | 'members missing'

/** Exposures whose product is not known yet, or not complete. */
export interface WaitingGroup {
  readonly model: Model
  readonly name: string
  readonly exposures: readonly Row[]
  readonly reason: WaitReason
  /** The product that it took, and that waits as well or is of unknown exposures. */
  readonly product: Row | undefined
  /** Absent where no exposure has coordinates, or members are missing. */
  readonly features: Features | undefined
  /** The exposures that wait in this group: those that no product has, each of them in one group only. */
  readonly waiting: readonly Row[]
  /** Names of the science members that its association file names and that are not there, in text order. */
  readonly missing: readonly string[]
}

/** A product whose exposures are not all known yet, or that lost a multiple match; then with the group's model. */
export interface WaitingProduct {
  readonly product: Row
  readonly reason: 'no exposures' | 'multiple match' | 'no size' | 'no coordinates' | 'members missing'
  readonly model: Model | undefined
  /** The product that the group of a multiple match took instead. */
  readonly taken: Row | undefined
  /** Names of the science members that its association file names and that are not there, in text order. */
  readonly missing: readonly string[]
}

/**
 * A product that was matched before, by exposures that the database does not have (section 9, take-over of a folder
 * without `level1.csv`): it keeps its features, and no exposure that comes late can be added to it.
 */
export interface TakenOverMatch {
  readonly product: Row
  readonly expmode: string
  /** Cells of its rows in the tables of features, by the table's number. */
  readonly features: ReadonlyMap<number, readonly string[]>
}

/**
 * What became of an association's rows: each of them is in exactly one place.
 *
 * Where an association file names products, there is a resolution for each name in it, besides those of the keywords:
 * an exposure may then be in several matches, but it waits only if it is in none, and in one place.
 */
export interface Resolution {
  /** What an association file says of the products; absent where they were found by keywords. */
  readonly list: MemberList | undefined
  readonly takenOver: readonly TakenOverMatch[]
  readonly matches: readonly Match[]
  readonly groups: readonly WaitingGroup[]
  readonly products: readonly WaitingProduct[]
  readonly ungrouped: readonly Ungrouped[]
}

/** Products that agreed with a group as well as the one it took, and that group; of several the first by name. */
type Losers = ReadonlyMap<Row, Group>

/** What no keyword can tell. */
const NONE: readonly never[] = []
const NO_LOSERS: Losers = new Map()
const NONE_TAKEN_OVER: ReadonlyMap<string, TakenOverMatch> = new Map()
/** Exposures that association files give to products, where there are no such files. */
const NOT_GIVEN: ReadonlyMap<Row, MemberList> = new Map()

/**
 * Resolves one association by keywords.
 *
 * @param exposures all its Level 1 exposures, one row a dataset, in any order
 * @param products all its Level 3 products, one row a dataset, in any order; but for those that an association file names
 * @param takenOver those of them that keep the features they have, by name
 * @param given exposures that an association file gives to a product of their observation: they are in no group here
 */
export function resolveAssociation(
  exposures: readonly Row[],
  products: readonly Row[],
  takenOver: ReadonlyMap<string, TakenOverMatch> = NONE_TAKEN_OVER,
  given: ReadonlyMap<Row, MemberList> = NOT_GIVEN,
): Resolution {
  const { groups, ungrouped, withheld } = formGroups(exposures, given)
  const candidates = products.length < 2 ? products : products.toSorted((a, b) => compareText(a.dname, b.dname))
  const losers = chooseProducts(groups, candidates, takenOver)
  const matches: Match[] = []
  const waiting: WaitingGroup[] = []
  const pending: WaitingProduct[] = []
  for (const group of groups) if (group.product === undefined) waiting.push(wait(group, 'no product', undefined))
  for (const product of candidates) {
    const takers = groups.filter((group) => group.product === product)
    const made = takers.length === 0 ? undefined : complete(product, takers, takenOver, withheld)
    if (typeof made === 'object') {
      matches.push(made)
      continue
    }
    if (made !== undefined) waiting.push(...takers.map((group) => wait(group, made, product)))
    if (!takenOver.has(product.dname)) pending.push(pendingProduct(product, made, losers))
  }
  return {
    list: undefined,
    takenOver: takenOverAmong(candidates, takenOver),
    matches,
    groups: waiting.length < 2 ? waiting : waiting.sort((a, b) => compareText(a.name, b.name)),
    products: pending,
    ungrouped,
  }
}

function takenOverAmong(
  products: readonly Row[],
  takenOver: ReadonlyMap<string, TakenOverMatch>,
): readonly TakenOverMatch[] {
  return takenOver.size === 0 ? NONE : products.flatMap((product) => takenOver.get(product.dname) ?? [])
}

/** The match of a product with the groups that take it, at least one, or why all of them wait. */
function complete(
  product: Row,
  takers: readonly Group[],
  takenOver: ReadonlyMap<string, TakenOverMatch>,
  withheld: Grouped['withheld'],
): Match | WaitReason {
  if (takenOver.has(product.dname)) return 'product of unknown exposures'
  if (Number.isNaN(product.size)) return 'product without size'
  const { name, model, exposures } = takers.reduce(mergeGroups)
  const features = groupFeatures(model, exposures)
  if (features === undefined) return 'no coordinates'
  const kept = withheld.size === 0 ? NONE : takers.flatMap((group) => withheld.get(group.name) ?? NONE)
  return { product, name, model, exposures, others: NONE, features, withheld: kept }
}

function wait(group: Group, reason: WaitReason, product: Row | undefined): WaitingGroup {
  const features = groupFeatures(group.model, group.exposures)
  const { name, model, exposures } = group
  const why = features === undefined ? 'no coordinates' : reason
  return { name, model, exposures, features, product, reason: why, waiting: exposures, missing: NONE }
}

function pendingProduct(product: Row, heldBack: WaitReason | undefined, losers: Losers): WaitingProduct {
  const none = { model: undefined, taken: undefined, missing: NONE }
  // A group took it, so it lost nothing, whatever other group preferred another.
  if (heldBack !== undefined) {
    return { product, reason: heldBack === 'no coordinates' ? heldBack : 'no size', ...none }
  }
  const winner = losers.get(product)
  if (winner !== undefined) {
    return { product, reason: 'multiple match', model: winner.model, taken: winner.product, missing: NONE }
  }
  return { product, reason: Number.isNaN(product.size) ? 'no size' : 'no exposures', ...none }
}

/** Sections 5.1 and 5.2: tells each group the product that it takes. */
function chooseProducts(
  groups: readonly Group[],
  candidates: readonly Row[],
  takenOver: ReadonlyMap<string, TakenOverMatch>,
): Losers {
  if (candidates.length === 0) return NO_LOSERS
  const losers = chooseExactly(groups, candidates)
  const others = groups.filter(({ product }) => product === undefined)
  if (others.length === 0) return losers
  // A product that was taken over has its exposures, though the database does not know which: no other group may take it.
  const takenOverOnes = candidates.filter(({ dname }) => takenOver.has(dname))
  const exact = new Set(takenOverOnes)
  for (const { product } of groups) if (product !== undefined) exact.add(product)
  const free = candidates.find((candidate) => !exact.has(candidate) && !losers.has(candidate))
  for (const group of others) {
    // What waits beside a product that was taken over may be a late exposure of it: it waits with that reason, and takes nothing.
    const taken = hasOwnTarget(group.first) ? takenOverOnes[0] : candidates.find((candidate) => exact.has(candidate))
    group.product = free ?? taken
  }
  return losers
}

/** Section 5.1: each group takes the first of the products that agree with it; the others lost to it. */
function chooseExactly(groups: readonly Group[], candidates: readonly Row[]): Losers {
  let losers: Map<Row, Group> | undefined
  for (const group of groups) {
    const exact = exactCandidates(group, candidates)
    group.product = exact[0]
    for (let index = 1; index < exact.length; index++) {
      const other = exact[index] as Row
      losers ??= new Map()
      const first = losers.get(other)
      if (first === undefined || group.name < first.name) losers.set(other, group)
    }
  }
  return losers ?? NO_LOSERS
}

/** The candidates that agree in the value that the group's first exposure compares (section 5.1), first by name. */
function exactCandidates(group: Group, candidates: readonly Row[]): readonly Row[] {
  const { first } = group
  const column = comparedColumn(first)
  if (column === 'targra') return atPositionOf(group, candidates)
  if (column === 'GS_MAG') {
    const index = first.layout.at.GS_MAG
    const value = numberIn(first, index)
    return candidates.filter((candidate) => numberIn(candidate, index) === value)
  }
  const byName = candidates.filter(({ keywords }) => keywords.TARGNAME === first.keywords.TARGNAME)
  if (byName.length < 2 || first.keywords.VISITYPE !== 'PRIME_TARGETED_FIXED') return byName
  const byPosition = atPositionOf(group, byName)
  return byPosition.length > 0 ? byPosition : byName
}

/** The candidates whose `targra` is that of any of the group's exposures. */
function atPositionOf({ exposures, first }: Group, candidates: readonly Row[]): readonly Row[] {
  const { targra } = first.layout.at
  return candidates.filter((candidate) => {
    const value = numberIn(candidate, targra)
    return exposures.some((exposure) => isSameTargra(numberIn(exposure, targra), value))
  })
}
