/**
 * The reason for which something waits of which an association file tells what it is made of: nothing is compared then.
 */

import { type MemberList, SCIENCE } from '../rules/member-list.js'
import type { Row } from '../rules/row.js'
import type { Ungrouped } from '../settle/groups.js'
import { hasShare, shareOf } from '../settle/member-selection.js'
import type { Resolution, WaitingGroup } from '../settle/resolve.js'
import { counted } from '../text/words.js'
import { because, type Cause, listed } from './cause.js'
import { whyDropped } from './dropped.js'
import { leaderOf, toldProduct } from './known.js'
import { formatDifferences, keyDifferences } from './nearest.js'
import type { Surroundings } from './surroundings.js'

/** Why a group waits whose product has not come. */
export function productNotCome(group: WaitingGroup, list: MemberList, around: Surroundings): Cause {
  const { name } = group
  const { dropped, expired, known } = around.productCalled(name)
  if (dropped !== undefined) return because('product-dropped', `${dropped.dname} (${whyDropped(dropped).sentence})`)
  if (expired !== undefined) return because('no-product', `${expired.dname} was pruned`)
  if (known !== undefined) {
    const keywords = keyDifferences(leaderOf(group), known.row)
    return because('no-product', `nearest ${toldProduct(known)}; ${formatDifferences({ keywords, target: undefined })}`)
  }
  const isTemplate = list.product.includes('{')
  const what = isTemplate
    ? `no product that ${list.source} calls ${list.product} has come`
    : `no row of ${name} has come`
  return because('no-product', isTemplate ? what : `${what}, which ${list.source} names`)
}

/** Why a product waits none of whose science members can come. */
export function withoutScience(product: Row, list: MemberList, around: Surroundings): Cause {
  const science = around.members.membersOf(list, product).filter(({ role }) => role === SCIENCE)
  const number = (state: string) => science.filter((member) => member.state === state).length
  const parts = [
    [number('no Level 3'), 'of exposure types without Level 3'],
    [number('of another product'), 'of another detector, band or filter'],
  ] as const
  const why = parts.flatMap(([count, what]) => (count === 0 ? [] : `${count} ${what}`)).join(', ')
  return because('no-exposures', `of the science members that ${list.source} names none is of it: ${why}`)
}

/** Why an exposure waits in no group of the association that names it. */
export function ungroupedByFile({ exposure }: Ungrouped, list: MemberList, around: Surroundings): Cause {
  const members = around.members.membersOf(list, exposure)
  const missing = members.flatMap(({ name, role, state }) => (role === SCIENCE && state === 'missing' ? name : []))
  if (missing.length > 0) return because('members-missing', listed(missing))
  const role = members.find(({ name }) => name === exposure.dname)?.role ?? ''
  return because('no-group', `${list.source} names it as ${role}, and no science exposure that waits with it`)
}

/** The science members of a product that are there. */
export function scienceThere(product: Row, list: MemberList, { groups, matches }: Resolution): Row[] {
  const share = shareOf(product, list)
  const all = new Set([...groups, ...matches].flatMap(({ exposures }) => exposures))
  return [...all].filter((exposure) => hasShare(share, exposure))
}

/** How many of some exposures an association file names. */
export function formatNamed({ source, members }: MemberList, exposures: readonly Row[]): string {
  const names = new Set(members.map(({ name }) => name))
  const count = exposures.filter(({ dname }) => names.has(dname.toLowerCase())).length
  if (exposures.length === 1) return `${source} names its members, ${count === 0 ? 'not ' : ''}this exposure among them`
  const which = count === 0 ? 'none' : count === exposures.length ? 'all' : String(count)
  return `${source} names its members, ${which} of these ${counted(exposures.length, 'exposure')} among them`
}

/** Whether an association file names all of some exposures. */
export function namesAll({ members }: MemberList, exposures: readonly Row[]): boolean {
  const names = new Set(members.map(({ name }) => name))
  return exposures.every(({ dname }) => names.has(dname.toLowerCase()))
}
