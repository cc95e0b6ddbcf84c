/**
 * Products whose exposures an association file names (specification, section 9).
 *
 * Pure, like the resolving of a single association; but of a whole program at once, as a product's members may be in any
 * observation of it, and an exposure may be a member of several products.
 */
import { modelOf } from '../rules/association.js'
import type { Model } from '../rules/keywords.js'
import type { MemberList } from '../rules/member-list.js'
import { compareVersion } from '../rules/member-lists.js'
import { expectedProduct, isObservationName, ProductNames } from '../rules/product-name.js'
import type { Row } from '../rules/row.js'
import { compareText } from '../rules/values.js'
import { type Features, groupFeatures } from './features.js'
import type { Ungrouped } from './groups.js'
import {
  type Datasets,
  hasShare,
  keyOfShare,
  type Selection,
  type Share,
  select,
  shareOf,
  WHOLE,
} from './member-selection.js'
import type { Match, Resolution, TakenOverMatch, WaitingGroup, WaitingProduct, WaitReason } from './resolve.js'

/** Which of the products that are there each list names. */
export type NamedProducts = ReadonlyMap<MemberList, readonly Row[]>

/**
 * The products of each list, as far as they are there.
 *
 * Where several lists name a product, that of the newest file counts; of equal ones the one that has the product's own
 * name rather than a template, else the first by name. A list all of whose products go to others is left out.
 */
export function nameProducts(products: readonly Row[], lists: readonly MemberList[]): NamedProducts {
  const byName = new Map(lists.map((list) => [list.product, list]))
  const names = new ProductNames(byName.keys())
  const named = new Map<MemberList, Row[]>()
  const outdated = new Set<MemberList>()
  for (const product of products) {
    const candidates = names.of(product).flatMap((name) => byName.get(name) ?? [])
    if (candidates.length === 0) continue
    const newest = candidates.reduce((best, list) => (compareVersion(list, best) > 0 ? list : best))
    const its = named.get(newest)
    if (its === undefined) named.set(newest, [product])
    else its.push(product)
    for (const list of candidates) if (list !== newest) outdated.add(list)
  }
  const inForce = lists.filter((list) => named.has(list) || !outdated.has(list))
  return new Map(inForce.map((list) => [list, named.get(list) ?? []]))
}

/** The exposures that files give to products of their observation: sections 4 and 5 leave them out. Each with a file. */
export function givenExposures(lists: Iterable<MemberList>, datasets: Datasets): Map<Row, MemberList> {
  const given = new Map<Row, MemberList>()
  for (const list of lists) {
    if (!isObservationName(list.product)) continue
    for (const { name } of list.members) {
      const exposure = datasets.exposure(name)
      if (exposure !== undefined && !given.has(exposure)) given.set(exposure, list)
    }
  }
  return given
}

/** A product of a list that waits, with the members that it would be made of. */
interface Held {
  readonly product: Row
  readonly share: Share
  readonly reason: WaitReason
}

/**
 * Resolves the products that a list names.
 *
 * @param products those of them that are there, in any order
 */
export function resolveList(
  list: MemberList,
  products: readonly Row[],
  datasets: Datasets,
  takenOver: ReadonlyMap<string, TakenOverMatch>,
): Resolution {
  const matches: Match[] = []
  const held: Held[] = []
  const waiting: WaitingProduct[] = []
  const kept: TakenOverMatch[] = []
  const selectionOf = selector(list, datasets)
  for (const product of products.toSorted((a, b) => compareText(a.dname, b.dname))) {
    const share = shareOf(product, list)
    const selection = selectionOf(share)
    const made = complete(product, selection)
    if (typeof made !== 'string') {
      matches.push(made)
      continue
    }
    const old = takenOver.get(product.dname)
    if (old === undefined) waiting.push(waitingProduct(product, made, selection))
    else kept.push(old)
    held.push({ product, share, reason: old === undefined ? made : 'product of unknown exposures' })
  }
  const matched = new Set(matches.flatMap(({ exposures }) => exposures))
  const holderOf = (exposure: Row) => held.find(({ share }) => hasShare(share, exposure))
  const groups = waitingGroups(list, datasets, matched, holderOf)
  return { list, takenOver: kept, matches, groups, products: waiting, ungrouped: ungroupedMembers(list, datasets) }
}

/** Members with the model that they train and its features, where they are complete. */
interface Measured extends Selection {
  readonly model: Model | undefined
  readonly features: Features | undefined
}

/** Selects members by share; products of a template share all of them, which are measured once. */
function selector(list: MemberList, datasets: Datasets): (share: Share) => Measured {
  const known = new Map<string, Measured>()
  return (share) => {
    const key = keyOfShare(share)
    let measured = known.get(key)
    if (measured === undefined) {
      measured = measure(select(list, share, datasets))
      known.set(key, measured)
    }
    return measured
  }
}

function measure(selection: Selection): Measured {
  const { science, missing } = selection
  const [first] = science
  if (missing.length > 0 || first === undefined) return { ...selection, model: undefined, features: undefined }
  const model = modelOf(first)
  return { ...selection, model, features: groupFeatures(model, science) }
}

/** The match of a product with its members, or why both wait. */
function complete(product: Row, { science, others, model, features }: Measured): Match | WaitReason {
  if (model === undefined) return 'members missing'
  if (Number.isNaN(product.size)) return 'product without size'
  if (features === undefined) return 'no coordinates'
  return { product, name: product.dname, model, exposures: science, others, features, withheld: [] }
}

function waitingProduct(product: Row, why: WaitReason, { science, missing }: Selection): WaitingProduct {
  return {
    product,
    reason: reasonOf(why, science.length + missing.length),
    model: undefined,
    taken: undefined,
    missing,
  }
}

function reasonOf(why: WaitReason, members: number): WaitingProduct['reason'] {
  if (why === 'no coordinates') return why
  if (why === 'product without size') return 'no size'
  return members === 0 ? 'no exposures' : 'members missing'
}

/**
 * The groups of a list whose product is not there or not complete: one, or one for each share.
 *
 * A product of a single observation is the only one that its exposures are sure to go into, so they wait in its group.
 */
function waitingGroups(
  list: MemberList,
  datasets: Datasets,
  matched: ReadonlySet<Row>,
  holderOf: (exposure: Row) => Held | undefined,
): WaitingGroup[] {
  const waiting = select(list, WHOLE, datasets).science.filter((exposure) => !matched.has(exposure))
  const groups = new Map<string, WaitingGroup>()
  for (const exposure of waiting) {
    const share = shareOf(exposure, list)
    const key = keyOfShare(share)
    if (!groups.has(key))
      groups.set(key, waitingGroup(list, select(list, share, datasets), exposure, holderOf(exposure)))
  }
  return [...groups.values()]
}

function waitingGroup(
  list: MemberList,
  { science, others, missing }: Selection,
  first: Row,
  held: Held | undefined,
): WaitingGroup {
  const model = modelOf(first)
  const features = missing.length > 0 ? undefined : groupFeatures(model, science)
  const reason =
    missing.length > 0 ? 'members missing' : features === undefined ? 'no coordinates' : (held?.reason ?? 'no product')
  const waiting = isObservationName(list.product) ? [...science, ...others.map(({ exposure }) => exposure)] : []
  const name = expectedProduct(list.product, first)
  return { model, name, exposures: science, reason, product: held?.product, features, waiting, missing }
}

/** Exposures that wait for science members of their association, unless they have a place elsewhere. */
function ungroupedMembers(list: MemberList, datasets: Datasets): Ungrouped[] {
  if (!isObservationName(list.product)) return []
  const exposures = list.members.flatMap(({ name }) => datasets.exposure(name) ?? [])
  return exposures.map((exposure) => ({ exposure, reason: 'association without science exposures' }))
}

/**
 * Gives every exposure that no product has one place in which it waits.
 *
 * A group of keywords without a product all of whose exposures have one is no group that waits: nothing says that there
 * is another product.
 *
 * @param resolutions those of lists first
 */
export function placeWaiting(resolutions: readonly Resolution[]): Resolution[] {
  const placed = new Set<Row>()
  for (const { matches } of resolutions) {
    for (const { exposures, others } of matches) {
      for (const exposure of exposures) placed.add(exposure)
      for (const { exposure } of others) placed.add(exposure)
    }
  }
  const take = (row: Row) => {
    const isFree = !placed.has(row)
    placed.add(row)
    return isFree
  }
  const grouped = resolutions.map((resolution) => {
    const groups = resolution.groups.map((group) => ({ ...group, waiting: group.waiting.filter(take) }))
    const isGuess = ({ reason }: WaitingGroup) => resolution.list === undefined && reason === 'no product'
    return { ...resolution, groups: groups.filter((group) => group.waiting.length > 0 || !isGuess(group)) }
  })
  return grouped.map((resolution) => ({
    ...resolution,
    ungrouped: resolution.ungrouped.filter(({ exposure }) => take(exposure)),
  }))
}
