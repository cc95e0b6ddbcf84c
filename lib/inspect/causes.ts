/**
 * The reason for which a group or a product waits, found in what stands beside it. Pure functions.
 */
import type { Model } from '../rules/association.js'
import type { Resolution, WaitingGroup, WaitingProduct, WaitReason } from '../rules/resolve.js'
import type { Row } from '../rules/row.js'
import {
  type Difference,
  formatDifferences,
  hasTargetOf,
  type Neighbour,
  observationsOf,
  positionDifference,
  targetDifference,
} from './nearest.js'
import type { Reason } from './reasons.js'
import {
  isWaiting,
  type KnownGroup,
  type KnownProduct,
  leaderOf,
  productsOf,
  type Surroundings,
} from './surroundings.js'
import { counted } from './text.js'

/** Why something waits. */
export interface Cause {
  readonly reason: Reason
  /** What the reason is about, in short: names, keywords that differ. */
  readonly detail: string
  /** The keywords that differ from the nearest counterpart, where that is the reason. */
  readonly differs: readonly string[]
}

/** Where something waits. */
export interface Scene {
  readonly resolution: Resolution
  readonly around: Surroundings
}

type GroupRule = (group: WaitingGroup, scene: Scene) => Cause
type ProductRule = (product: WaitingProduct, scene: Scene) => Cause

/** How many names a detail tells. */
const TOLD = 3

const GROUP_RULES: Readonly<Record<WaitReason, GroupRule>> = {
  'no product': withoutProduct,
  'product without size': ({ product }) => because('product-without-size', product?.dname ?? ''),
  'product of unknown exposures': ({ product }) => because('product-taken-over', product?.dname ?? ''),
  'members missing': ({ missing }) => because('members-missing', listed(missing)),
  'no coordinates': ({ exposures, model, product }) => {
    const blank = `${coordinatesOf(model)} blank in ${counted(exposures.length, 'exposure')}`
    return because('no-coordinates', product === undefined ? blank : `${blank} of ${product.dname}`)
  },
}

const PRODUCT_RULES: Readonly<Record<WaitingProduct['reason'], ProductRule>> = {
  'no exposures': withoutExposures,
  'multiple match': lostMatch,
  'no size': ({ product }, { resolution }) => {
    const waiting = exposuresFor(product, resolution)
    return because(
      'product-without-size',
      waiting === 0 ? 'no exposures either' : `${counted(waiting, 'exposure')} wait for it`,
    )
  },
  'members missing': ({ missing }) => because('members-missing', listed(missing)),
  'no coordinates': ({ product }, { resolution }) => {
    const models = resolution.groups.filter((group) => group.product === product).map(({ model }) => model)
    const columns = [...new Set(models.map(coordinatesOf))].join(' and ')
    return because(
      'no-coordinates',
      `${columns} blank in ${counted(exposuresFor(product, resolution), 'exposure')} of it`,
    )
  },
}

/** Why a group waits. */
export function causeOfGroup(group: WaitingGroup, scene: Scene): Cause {
  return GROUP_RULES[group.reason](group, scene)
}

/** Why a product waits. */
export function causeOfProduct(product: WaitingProduct, scene: Scene): Cause {
  return PRODUCT_RULES[product.reason](product, scene)
}

/** Why a c-candidate product is in no association. */
export function causeOfMosaic(mosaic: Row, around: Surroundings): Cause {
  const groups = around.groupsFor(mosaic)
  if (groups.length === 0) return because('across-observations', 'no exposures with its keywords')
  const observations = [...new Set(groups.flatMap((group) => observationsOf(leaderOf(group))))].sort()
  const where = `observation${observations.length === 1 ? '' : 's'} ${listed(observations)}`
  const targeted = groups.filter((group) => hasTargetOf(leaderOf(group), mosaic))
  const target = `${exposuresOf(targeted)} of its target`
  return because(
    'across-observations',
    `${counted(exposuresOf(groups), 'exposure')} with its keywords in ${where}, ${target}`,
  )
}

function exposuresOf(groups: readonly KnownGroup[]): number {
  return groups.reduce((sum, { exposures }) => sum + exposures.length, 0)
}

function because(reason: Reason, detail: string, differs: readonly Difference[] = []): Cause {
  return { reason, detail, differs: differs.map(({ keyword }) => keyword) }
}

/** A group that took no product: all of its association are of other targets, or there is none. */
function withoutProduct(group: WaitingGroup, { resolution, around }: Scene): Cause {
  const first = leaderOf(group)
  const own = productsOf(resolution)
  if (own.length > 0) return otherTargets(own, first)
  const mosaics = around.mosaicsFor(first)
  if (mosaics.length > 0) return because('candidate-only', listed(mosaics.map(({ dname }) => dname)))
  const near = around.productsNear(first)
  const waiting = near.find(({ of }) => of.state === 'waits')
  if (waiting !== undefined) return keywordsDiffer(waiting.of.row.dname, waiting)
  const dropped = around.droppedNear(first)
  if (dropped.length > 0) return because('product-dropped', listed(dropped))
  return because('no-product', noneNear(near[0], first))
}

function otherTargets(products: readonly KnownProduct[], first: Row): Cause {
  const differences = products.map(({ row }) => targetDifference([first], row) ?? positionDifference(first, row))
  const [target] = differences
  const names = listed(products.map(({ row }) => row.dname))
  return because('target-differs', nearest(names, { keywords: [], target }), target === undefined ? [] : [target])
}

function keywordsDiffer(name: string, neighbour: Neighbour<unknown>): Cause {
  return because('keywords-differ', nearest(name, neighbour), neighbour.keywords)
}

function nearest(names: string, differences: Omit<Neighbour<unknown>, 'of'>): string {
  return `nearest ${names}; ${formatDifferences(differences)}`
}

function noneNear(near: Neighbour<KnownProduct> | undefined, first: Row): string {
  if (near === undefined) return `none of ${first.INSTRUME} in observation ${observationsOf(first).join(' or ')}`
  return nearest(`${near.of.row.dname} (matched)`, near)
}

/** A product that no group took: all groups of its association took others, or there is none. */
function withoutExposures({ product }: WaitingProduct, { resolution, around }: Scene): Cause {
  const own: readonly KnownGroup[] = [...resolution.groups, ...resolution.matches]
  if (own.length > 0) return otherGroups(product, own)
  const [ungrouped] = resolution.ungrouped
  if (ungrouped !== undefined) {
    const exposures = counted(resolution.ungrouped.length, 'exposure')
    return because('exposures-ungrouped', `${exposures}: ${ungrouped.reason}`)
  }
  const near = around.groupsNear(product)
  const waiting = near.find(({ of }) => isWaiting(of))
  if (waiting !== undefined) return keywordsDiffer(waiting.of.name, waiting)
  const matched = exposuresOf(near.map(({ of }) => of))
  const where = `of ${product.INSTRUME} in observation ${observationsOf(product).join(' or ') || 'unknown'}`
  return because('no-exposures', matched === 0 ? `none ${where}` : `all ${matched} ${where} are matched`)
}

function otherGroups(product: Row, groups: readonly KnownGroup[]): Cause {
  const leaders = groups.map(leaderOf)
  const target = targetDifference(leaders, product) ?? positionDifference(leaders[0] as Row, product)
  const names = groups.map((group) => (isWaiting(group) ? group.name : `${group.product.dname} (matched)`))
  const cause = nearest(listed(names), { keywords: [], target })
  return because('target-differs', cause, target === undefined ? [] : [target])
}

/** A product that agrees with a group as well as the one that the group took. */
function lostMatch({ taken }: WaitingProduct, { resolution }: Scene): Cause {
  const losers = resolution.products.filter((other) => other.taken === taken).map(({ product }) => product.dname)
  return because('ambiguous', `taken is ${taken?.dname ?? ''}, the first by name; candidates left: ${listed(losers)}`)
}

/** The columns of a model's reference point (section 6). */
function coordinatesOf(model: Model): string {
  return model === 'IMAGE' ? 'CRVAL1 or CRVAL2' : 'RA_REF or DEC_REF'
}

/** How many exposures wait with a product that they took. */
function exposuresFor(product: Row, { groups }: Resolution): number {
  return exposuresOf(groups.filter((group) => group.product === product))
}

function listed(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : ''
  return `${names.slice(0, TOLD).join(', ')}${more}`
}
