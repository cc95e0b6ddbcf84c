/**
 * The rows of each association, and the groups of exposures that are expected to make one product each (specification,
 * sections 3.7, 4 and 5.3).
 */
import { modelOf, shareTarget, targetKey, ungroupedReason } from '../rules/association.js'
import { expectedName, rankTargets } from '../rules/expected-name.js'
import type { Model } from '../rules/keywords.js'
import type { MemberList } from '../rules/member-list.js'
import { compareRows, type Row } from '../rules/row.js'

/** The associations that an exposure or product belongs to by its keywords (section 3.7). */
export function associationsOf(row: Row): readonly string[] {
  return isAssociated(row) ? [row.params] : []
}

function isAssociated({ kind }: Row): boolean {
  return kind === 'exposure' || kind === 'product'
}

/** The rows of one association. */
export interface AssociationRows {
  readonly exposures: Row[]
  readonly products: Row[]
}

/** The rows of each association, by its key. */
export function rowsByAssociation(rows: readonly Row[]): Map<string, AssociationRows> {
  const associations = new Map<string, AssociationRows>()
  let last: AssociationRows = { exposures: [], products: [] }
  let lastKey: string | undefined
  for (const row of rows) {
    if (!isAssociated(row)) continue
    const { params } = row
    if (params !== lastKey) {
      last = associations.get(params) ?? { exposures: [], products: [] }
      lastKey = params
      associations.set(params, last)
    }
    if (row.kind === 'exposure') last.exposures.push(row)
    else last.products.push(row)
  }
  return associations
}

/** Exposures that are expected to make one product. */
export interface Group {
  readonly name: string
  readonly model: Model
  readonly first: Row
  readonly exposures: Row[]
  /** The product that it takes. */
  product: Row | undefined
}

/** An exposure that can be in no group. */
export interface Ungrouped {
  readonly exposure: Row
  readonly reason: string
}

/** An exposure of a group that an association file withholds from it, and the file's name. */
export interface Withheld {
  readonly exposure: Row
  readonly source: string
}

/** The exposures of an association. */
export interface Grouped {
  readonly groups: Group[]
  readonly ungrouped: Ungrouped[]
  /** By the name of the group. */
  readonly withheld: ReadonlyMap<string, readonly Withheld[]>
}

/**
 * Section 4: exposures with one expected name are a group; its model is that of its first exposure. Targets are ranked
 * over all exposures, so that no association file changes the name of another group.
 *
 * @param given exposures that are in no group here, as an association file gives them to a product
 */
export function formGroups(exposures: readonly Row[], given: ReadonlyMap<Row, MemberList>): Grouped {
  const ranks = rankTargets(exposures)
  const groups: Group[] = []
  const byName = new Map<string, Group>()
  const ungrouped: Ungrouped[] = []
  const withheld = new Map<string, Withheld[]>()
  let last: Group | undefined
  for (const exposure of exposures.length < 2 ? exposures : exposures.toSorted(compareRows)) {
    const list = given.get(exposure)
    if (list !== undefined) {
      withhold({ exposure, source: list.source }, expectedName(exposure, ranks), withheld)
      continue
    }
    if (last !== undefined && isAlike(exposure, last.first)) {
      last.exposures.push(exposure)
      continue
    }
    const reason = ungroupedReason(exposure)
    if (reason !== undefined) {
      ungrouped.push({ exposure, reason })
      continue
    }
    const name = expectedName(exposure, ranks)
    last = byName.get(name)
    if (last === undefined) {
      last = { name, model: modelOf(exposure), first: exposure, exposures: [], product: undefined }
      byName.set(name, last)
      groups.push(last)
    }
    last.exposures.push(exposure)
  }
  return { groups, ungrouped, withheld }
}

function withhold(one: Withheld, name: string, withheld: Map<string, Withheld[]>): void {
  const its = withheld.get(name)
  if (its === undefined) withheld.set(name, [one])
  else its.push(one)
}

/** Whether two exposures surely expect one product: their names need not be made. */
function isAlike(a: Row, b: Row): boolean {
  return shareTarget(a, b) || (a.keywords.shared === b.keywords.shared && targetKey(a) === targetKey(b))
}

/** Section 5.3: groups that take one product become one, in the order of its exposures. */
export function mergeGroups(a: Group, b: Group): Group {
  const exposures = [...a.exposures, ...b.exposures].sort(compareRows)
  const { name, model, first, product } = exposures[0] === a.first ? a : b
  return { name, model, first, exposures, product }
}
