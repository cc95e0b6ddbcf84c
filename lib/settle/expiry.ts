/**
 * What of a program has waited too long.
 *
 * What expires takes part in nothing any more, so it may leave nothing behind that waits for it, or that would match
 * otherwise without it. Rows go by _units_ that belong together: all of a unit or nothing.
 */

import type { MemberList } from '../rules/member-list.js'
import { ProductNames } from '../rules/product-name.js'
import type { Row } from '../rules/row.js'
import type { Ungrouped } from './groups.js'
import type { Resolution, WaitingGroup, WaitingProduct } from './resolve.js'
import type { Settled } from './settled.js'

/** What waits and belongs together. */
export interface Unit {
  readonly groups: readonly WaitingGroup[]
  readonly products: readonly WaitingProduct[]
  readonly ungrouped: readonly Ungrouped[]
}

/**
 * The units that have waited too long: all of their rows are of days before `cutoff` (YYYY-MM-DD), and none of those
 * that would expire is an exposure that another unit needs which has not.
 *
 * A group is a unit, and so as old as its newest exposure: one that still grows may be complete tomorrow. Groups and
 * products that wait side by side in one association wait for each other - for a size, for coordinates, for what tells
 * several products apart - and are one unit, as is all that an association file puts together; that stays as long as any
 * product of it is matched. Any other product, and an exposure that is in no group, is a unit of its own.
 */
export function staleUnits({ resolutions, lists }: Settled, cutoff: string): Unit[] {
  const names = new ProductNames(lists.map(({ product }) => product))
  // Without a product that several files name another of these would count: what they name might match otherwise.
  const isContested = ({ product }: WaitingProduct) => names.of(product).length > 1
  const isOld = (unit: Unit) => rowsOf(unit).every(({ date }) => date < cutoff) && !unit.products.some(isContested)
  const all = resolutions.flatMap((resolution) => {
    // An exposure that is gone may be missing in a product that is matched, so what its file names stays.
    const isFree = resolution.list === undefined || resolution.matches.length === 0
    return unitsOf(resolution).map((unit) => {
      return { unit, needs: neededBy(unit, resolution.list), isStale: isFree && isOld(unit) }
    })
  })
  const needed = new Set(all.flatMap(({ needs, isStale }) => (isStale ? [] : needs)))
  for (let before = -1; before !== needed.size; ) {
    before = needed.size
    for (const its of all) {
      if (!its.isStale || !exposuresLeaving(its.unit).some((row) => needed.has(nameOf(row)))) continue
      its.isStale = false
      for (const name of its.needs) needed.add(name)
    }
  }
  return all.filter(({ isStale }) => isStale).map(({ unit }) => unit)
}

function unitsOf({ list, groups, products, ungrouped }: Resolution): Unit[] {
  if (list !== undefined) return [{ groups, products, ungrouped }]
  const units =
    groups.length > 0 && products.length > 0
      ? [{ groups, products }]
      : [
          ...groups.map((group) => ({ groups: [group], products: [] })),
          ...products.map((product) => ({ groups: [], products: [product] })),
        ]
  return [
    ...units.map((unit) => ({ ...unit, ungrouped: [] })),
    ...ungrouped.map((one) => ({ groups: [], products: [], ungrouped: [one] })),
  ]
}

/** All rows by whose days a unit is old. */
function rowsOf({ groups, products, ungrouped }: Unit): Row[] {
  return [
    ...groups.flatMap(({ exposures, waiting }) => [...exposures, ...waiting]),
    ...products.map(({ product }) => product),
    ...ungrouped.map(({ exposure }) => exposure),
  ]
}

/** The exposures that a unit takes with it: those that no product has. */
function exposuresLeaving({ groups, ungrouped }: Unit): Row[] {
  return [...groups.flatMap(({ waiting }) => waiting), ...ungrouped.map(({ exposure }) => exposure)]
}

/** Names of the exposures that a unit waits with, which may wait elsewhere, too. */
function neededBy(unit: Unit, list: MemberList | undefined): string[] {
  return list === undefined
    ? unit.groups.flatMap(({ exposures }) => exposures.map(nameOf))
    : list.members.map(({ name }) => name)
}

function nameOf({ dname }: Row): string {
  return dname.toLowerCase()
}
