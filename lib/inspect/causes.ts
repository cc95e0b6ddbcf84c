/**
 * The reason for which a group or a product waits, found in what stands beside it. Pure functions. What an association
 * file names is in `file-causes.ts`.
 */
import { modelOf } from '../rules/association.js'
import type { Model } from '../rules/keywords.js'
import type { Row } from '../rules/row.js'
import { referenceColumns } from '../settle/features.js'
import type { Ungrouped } from '../settle/groups.js'
import type { Resolution, WaitingGroup, WaitingProduct, WaitReason } from '../settle/resolve.js'
import { counted } from '../text/words.js'
import { because, type Cause, listed, type Scene } from './cause.js'
import { whyDropped } from './dropped.js'
import { formatNamed, namesAll, productNotCome, scienceThere, ungroupedByFile, withoutScience } from './file-causes.js'
import { groupsOf, type KnownGroup, type KnownProduct, leaderOf, productsOf } from './known.js'
import {
  formatDifferences,
  hasTargetOf,
  type Neighbour,
  observationsOf,
  placeOf,
  positionDifference,
  targetDifference,
} from './nearest.js'
import type { Surroundings } from './surroundings.js'

export type { Cause, Scene } from './cause.js'

type GroupRule = (group: WaitingGroup, scene: Scene) => Cause
type ProductRule = (product: WaitingProduct, scene: Scene) => Cause

const GROUP_RULES: Readonly<Record<WaitReason, GroupRule>> = {
  'no product': (group, scene) => {
    const { list } = scene.resolution
    return list === undefined ? withoutProduct(group, scene) : productNotCome(group, list, scene.around)
  },
  'product without size': ({ product }) => because('product-without-size', product?.dname ?? ''),
  'product of unknown exposures': ({ product }) => because('product-taken-over', product?.dname ?? ''),
  'members missing': ({ missing }) => because('members-missing', listed(missing)),
  'no coordinates': ({ exposures, model, product }) => {
    const blank = `${coordinatesOf(model)} blank in ${counted(exposures.length, 'exposure')}`
    return because('no-coordinates', product === undefined ? blank : `${blank} of ${product.dname}`)
  },
}

const PRODUCT_RULES: Readonly<Record<WaitingProduct['reason'], ProductRule>> = {
  'no exposures': (waiting, scene) => {
    const { list } = scene.resolution
    return list === undefined ? withoutExposures(waiting, scene) : withoutScience(waiting.product, list, scene.around)
  },
  'multiple match': lostMatch,
  'no size': ({ product }, { resolution }) => {
    const exposures = exposuresFor(product, resolution)
    const there = exposures.length === 1 ? 'is there' : 'are there'
    const detail =
      exposures.length === 0 ? 'no exposures either' : `${counted(exposures.length, 'exposure')} of it ${there}`
    return because('product-without-size', detail)
  },
  'members missing': ({ missing }) => because('members-missing', listed(missing)),
  'no coordinates': ({ product }, { resolution }) => {
    const exposures = exposuresFor(product, resolution)
    const [first] = exposures
    const groups = resolution.groups.filter((group) => group.product === product)
    const models = groups.length > 0 || first === undefined ? groups.map(({ model }) => model) : [modelOf(first)]
    const columns = [...new Set(models.map(coordinatesOf))].join(' and ')
    return because('no-coordinates', `${columns} blank in ${counted(exposures.length, 'exposure')} of it`)
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

/** Why an exposure waits in no group. */
export function causeOfUngrouped(ungrouped: Ungrouped, { resolution, around }: Scene): Cause {
  const { list } = resolution
  return list === undefined ? because('no-group', ungrouped.reason) : ungroupedByFile(ungrouped, list, around)
}

/** Why a product of another candidate is in no association. */
export function causeOfMosaic(mosaic: Row, around: Surroundings): Cause {
  const exposures = around.exposuresFor(mosaic)
  if (exposures.length === 0) return because('across-observations', 'no exposures with its keywords')
  const observations = [...new Set(exposures.flatMap(observationsOf))].sort()
  const where = `observation${observations.length === 1 ? '' : 's'} ${listed(observations)}`
  const target = `${exposures.filter((exposure) => hasTargetOf(exposure, mosaic)).length} of its target`
  const number = counted(exposures.length, 'exposure')
  return because('across-observations', `${number} with its keywords in ${where}, ${target}`)
}

/** A group by keywords that took no product: all of its association are of other targets, or there is none. */
function withoutProduct(group: WaitingGroup, { resolution, around }: Scene): Cause {
  const first = leaderOf(group)
  const own = productsOf(resolution)
  if (own.length > 0) return otherTargets(own, group.exposures)
  const mosaics = around.mosaicsFor(first)
  if (mosaics.length > 0) return because('candidate-only', listed(mosaics.map(({ dname }) => dname)))
  const near = around.productsNear(group.exposures, resolution)
  const named = near.find(({ of, keywords }) => {
    return keywords.length === 0 && of.list !== undefined && !namesAll(of.list, group.exposures)
  })
  if (named !== undefined) return because('other-members', nearProduct(named, group))
  const waiting = near.find(({ of }) => of.isFree)
  if (waiting !== undefined) return keywordsDiffer(waiting.of.row.dname, waiting)
  const dropped = around.droppedNear(first, 'products').map((row) => ({ row, ...whyDropped(row) }))
  const useless = dropped.filter(({ rule }) => rule !== 'channel')
  if (useless.length > 0) {
    return because('product-dropped', listed(useless.map(({ row, sentence }) => `${row.dname} (${sentence})`)))
  }
  const [nearest] = near
  return because('no-product', nearest === undefined ? onlyOthers(first, around) : nearProduct(nearest, group))
}

/** Any products of the observation that are of no use to exposures of it. */
function onlyOthers(first: Row, around: Surroundings): string {
  const others = [
    ...around.mosaicsNear(first).map(({ dname }) => `${dname} (across observations)`),
    ...around.expiredNear(first, 'products').map(({ dname }) => `${dname} (pruned)`),
    ...around.droppedNear(first, 'products').map((row) => `${row.dname} (${whyDropped(row).sentence})`),
  ]
  return others.length === 0 ? `none ${placeOf(first)}` : `only ${listed(others)}`
}

function nearProduct(neighbour: Neighbour<KnownProduct>, { exposures }: WaitingGroup): string {
  const { row, state, list } = neighbour.of
  const named = list === undefined ? [] : [formatNamed(list, exposures)]
  return [nearest(`${row.dname} (${state})`, neighbour), ...named].join('; ')
}

function otherTargets(products: readonly KnownProduct[], exposures: readonly Row[]): Cause {
  const differences = products.map(
    ({ row }) => targetDifference([exposures], row) ?? positionDifference(exposures, row),
  )
  const [target] = differences
  const names = listed(products.map(({ row }) => row.dname))
  return because('target-differs', nearest(names, { keywords: [], target }), target === undefined ? [] : [target])
}

function keywordsDiffer(name: string, neighbour: Neighbour<unknown>): Cause {
  return because('keywords-differ', nearest(name, neighbour), neighbour.keywords)
}

function nearest(names: string, differences: Omit<Neighbour<unknown>, 'of'>): string {
  const told = formatDifferences(differences)
  return told === '' ? `nearest ${names}` : `nearest ${names}; ${told}`
}

/** A product that no group took: all groups of its association took others, or there is none. */
function withoutExposures({ product }: WaitingProduct, { resolution, around }: Scene): Cause {
  const own = groupsOf(resolution)
  if (own.length > 0) return otherGroups(product, own)
  const [ungrouped] = resolution.ungrouped
  if (ungrouped !== undefined) {
    const exposures = counted(resolution.ungrouped.length, 'exposure')
    return because('exposures-ungrouped', `${exposures}: ${ungrouped.reason}`)
  }
  const waiting = around.groupsNear(product, resolution).find(({ of }) => of.isFree)
  if (waiting !== undefined) return keywordsDiffer(waiting.of.name, waiting)
  return because('no-exposures', exposuresAt(product, around))
}

/** What the exposures of a product's observation and instrument do, none of which can be of it. */
function exposuresAt(product: Row, around: Surroundings): string {
  const all = around.exposuresAt(product)
  const place = placeOf(product)
  if (all.length === 0) return uselessExposures(product, around) ?? `none ${place}`
  const expired = around.expiredNear(product, 'exposures').length
  const number = (wanted: string) => all.filter(({ state }) => state === wanted).length
  if (number('matched') === all.length && expired === 0)
    return all.length === 1 ? `the only one ${place} is matched` : `all ${all.length} ${place} are matched`
  const parts = [
    [number('matched'), 'matched'],
    [number('in a group'), 'in groups of other products'],
    [number('for a named product'), 'for products that association files name'],
    [number('in no group'), 'in no group'],
    [expired, 'pruned'],
  ] as const
  return `${all.length + expired} ${place}: ${parts.flatMap(([count, what]) => (count === 0 ? [] : `${count} ${what}`)).join(', ')}`
}

/** Exposures that came, but take part in nothing. */
function uselessExposures(product: Row, around: Surroundings): string | undefined {
  const dropped = around.droppedNear(product, 'exposures')
  const expired = around.expiredNear(product, 'exposures')
  const types = [...new Set(dropped.flatMap((row) => whyDropped(row).expType ?? []))].sort()
  const which = types.length === 0 ? '' : ` (${listed(types)})`
  const parts = [
    ...(dropped.length === 0 ? [] : [`${dropped.length} of exposure types without Level 3${which}`]),
    ...(expired.length === 0 ? [] : [`${expired.length} pruned`]),
  ]
  return parts.length === 0 ? undefined : `only ${parts.join(' and ')}, ${placeOf(product)}`
}

function otherGroups(product: Row, groups: readonly KnownGroup[]): Cause {
  const own = groups.map(({ exposures }) => exposures)
  const target = targetDifference(own, product) ?? positionDifference(own[0] ?? [], product)
  const names = groups.map(({ name, state, product: its }) => (state === 'waits' ? name : `${its?.dname} (matched)`))
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
  return model === 'FGS' ? '' : referenceColumns(model).join(' or ')
}

/** The exposures of a product that waits with them. */
function exposuresFor(product: Row, resolution: Resolution): readonly Row[] {
  if (resolution.list !== undefined) return scienceThere(product, resolution.list, resolution)
  return resolution.groups.filter((group) => group.product === product).flatMap(({ exposures }) => exposures)
}
