/**
 * What became of everything in a program that is called as asked: datasets of every table, groups by the name that their
 * product is expected to have, and what association files name.
 */
import { isCandidateName, modelOf } from '../rules/association.js'
import { programOf } from '../rules/dataset.js'
import type { MemberList } from '../rules/member-list.js'
import type { Row } from '../rules/row.js'
import type { Settled } from '../settle/settled.js'
import { causeOfMosaic } from './causes.js'
import { whyDropped } from './dropped.js'
import { AssociationExplainer } from './explain-association.js'
import { becauseOf, type Comparison, type Explanation, NOTHING_TOLD, ofRow, type StandsFor } from './explanation.js'
import { observationInName } from './nearest.js'
import { Surroundings } from './surroundings.js'

type IsWanted = (name: string) => boolean

/**
 * Explains everything in a program that has a wanted name: each dataset once.
 *
 * @param database as remedies call it
 */
export function explanationsIn(settled: Settled, isWanted: IsWanted, database?: string): Explanation[] {
  const around = new Surroundings(settled)
  const { pid, resolutions, mosaics, hidden, expired } = settled
  const isAsked = ({ dname }: Row) => isWanted(dname)
  // What waits for members that an association file names is told with these.
  const named = new Set(resolutions.flatMap(({ products }) => products.map(({ product }) => product)))
  const told = new Set<Row>()
  const explained = resolutions.flatMap((resolution) => {
    return new AssociationExplainer(pid, resolution, around, database).explain(isWanted, told)
  })
  return [
    ...explained,
    ...mosaics.filter((row) => !named.has(row) && isAsked(row)).map((row) => ofMosaic(pid, row, around, database)),
    ...hidden.filter(isAsked).map((row) => ofDropped(pid, row, around)),
    ...expired.filter(isAsked).map((row) => ofExpired(pid, row, around)),
    ...ofLists(settled, around, isWanted, new Set(explained.map(({ name }) => name))),
  ]
}

function ofMosaic(pid: number, row: Row, around: Surroundings, database: string | undefined): Explanation {
  const compared = around.groupsFor(row).map(({ name, state, resolution }): Comparison => {
    const namedBy = resolution.list?.source ?? null
    return { kind: 'group', name, where: 'program', state, namedBy, differs: [] }
  })
  const model = modelOf(row)
  const cause = becauseOf(causeOfMosaic(row, around), model, database)
  const what = { kind: 'mosaic', outcome: 'waits', model, params: '' } as const
  return { ...NOTHING_TOLD, ...ofRow(row, pid), ...what, ...cause, compared }
}

/** Of a dropped dataset only a few cells are kept. */
function ofDropped(pid: number, row: Row, around: Surroundings): Explanation {
  const observation = isCandidateName(row.dname) ? '' : (observationInName(row.dname) ?? '')
  const what = { kind: 'dropped', outcome: 'dropped', observation, params: '', dropped: whyDropped(row) } as const
  return { ...NOTHING_TOLD, ...ofRow(row, pid), ...what, memberOf: around.members.of(row.dname) }
}

/** It takes part in nothing, so there is nothing that it was compared with. */
function ofExpired(pid: number, row: Row, around: Surroundings): Explanation {
  const kind = row.kind === 'dropped' ? 'product' : row.kind
  const what = { kind, outcome: 'expired', model: modelOf(row) } as const
  return { ...NOTHING_TOLD, ...ofRow(row, pid), ...what, memberOf: around.members.of(row.dname) }
}

/** What association files name and no row has come of: exposures, and products; and names that stand for others. */
function ofLists(settled: Settled, around: Surroundings, isWanted: IsWanted, told: ReadonlySet<string>): Explanation[] {
  const { lists } = settled
  if (lists.length === 0) return []
  const { members } = around
  const names = new Set(lists.flatMap((list) => list.members.map(({ name }) => name)))
  const missing = [...names].filter((name) => !members.hasCome(name) && isWanted(name))
  const absent = lists.filter(({ product }) => isWanted(product) && !members.hasCome(product) && !told.has(product))
  return [
    ...absent.map((list) => ofAbsentProduct(settled.pid, list, around)),
    ...missing.map((name): Explanation => {
      const place = { name, ...placeIn(name, settled.pid) }
      return { ...NOTHING_TOLD, ...place, kind: 'exposure', outcome: 'missing', memberOf: members.of(name) }
    }),
  ]
}

/** A name of a product in a file that is no dataset's. */
function ofAbsentProduct(pid: number, list: MemberList, { members }: Surroundings): Explanation {
  const { product, source } = list
  const products = members.productsOf(list)
  const standsFor = (products ?? []).map(({ row, state }): StandsFor => ({ name: row.dname, state }))
  // A file is replaced where all products that its name stands for are named by newer ones.
  const isTemplate = product.includes('{') || standsFor.length > 0 || products === undefined
  const kind = isTemplate ? 'template' : isCandidateName(product) ? 'mosaic' : 'product'
  const told = { namedBy: source, members: members.membersOf(list), standsFor }
  return { ...NOTHING_TOLD, name: product, kind, outcome: outcomeOf(products), ...placeIn(product, pid), ...told }
}

/** What became of the products that a name in a file stands for. */
function outcomeOf(products: readonly Pick<StandsFor, 'state'>[] | undefined): Explanation['outcome'] {
  if (products === undefined) return 'superseded'
  const [first] = products
  if (first === undefined) return 'missing'
  return products.some(({ state }) => state === 'waits') ? 'waits' : first.state
}

function placeIn(name: string, pid: number): Pick<Explanation, 'pid' | 'observation'> {
  return { pid: programOf(name) ?? pid, observation: observationInName(name) ?? '' }
}
