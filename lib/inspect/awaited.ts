/** What association files name that has not come. */
import { SCIENCE } from '../rules/member-list.js'
import type { Settled } from '../settle/settled.js'
import { Memberships } from './membership.js'
import type { DatabaseReader } from './reader.js'

/** What association files still wait for. */
export interface Awaited {
  /** Exposures that they name as science and no row has come of. */
  readonly members: number
  /** Products that lack one of these; a name that stands for products none of which has come counts as one. */
  readonly products: number
}

/** Counts what association files still wait for; a program of which every member has come needs no more than a look. */
export async function awaitedIn(reader: DatabaseReader): Promise<Awaited> {
  let [members, products] = [0, 0]
  for (const pid of reader.inTurn('counting', reader.namedPrograms)) {
    if (reader.isAllThere(pid)) continue
    const its = awaitedOf(await reader.settle(pid))
    members += its.members
    products += its.products
  }
  return { members, products }
}

/** What association files still wait for in a program. */
export function awaitedOf(settled: Settled): Awaited {
  const memberships = new Memberships(settled)
  const names = new Set<string>()
  let products = 0
  for (const list of settled.lists) {
    const its = memberships.productsOf(list)
    if (its === undefined) continue
    for (const row of its.length === 0 ? [undefined] : its.map((product) => product.row)) {
      const missing = memberships
        .membersOf(list, row)
        .filter(({ role, state }) => role === SCIENCE && state === 'missing')
      if (missing.length > 0) products++
      for (const { name } of missing) names.add(name)
    }
  }
  return { members: names.size, products }
}
