/**
 * The groups of exposures that are expected to make one product each (specification, sections 4 and 5.3).
 */
import {
  expectedName,
  type Model,
  modelOf,
  rankTargets,
  shareTarget,
  targetKey,
  ungroupedReason,
} from './association.js'
import { compareRows, type Row } from './row.js'

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

/** Few groups are found by going over them: a map would take each name apart to find it. */
const MOST_LISTED = 8

/** Groups, and each by its name. */
class Groups {
  readonly all: Group[] = []
  #byName: Map<string, Group> | undefined

  find(name: string): Group | undefined {
    if (this.#byName !== undefined) return this.#byName.get(name)
    for (const group of this.all) if (group.name === name) return group
    return undefined
  }

  add(group: Group): Group {
    this.all.push(group)
    if (this.all.length > MOST_LISTED) {
      this.#byName ??= new Map(this.all.map((each) => [each.name, each]))
      this.#byName.set(group.name, group)
    }
    return group
  }
}

/**
 * Section 4: exposures with one expected name are a group; its model is that of its first exposure. Targets are ranked
 * over all exposures, so that no association file changes the name of another group.
 */
export function formGroups(
  exposures: readonly Row[],
  given: ReadonlySet<Row>,
): { groups: Group[]; ungrouped: Ungrouped[] } {
  const ranks = rankTargets(exposures)
  const groups = new Groups()
  const ungrouped: Ungrouped[] = []
  let last: Group | undefined
  for (const exposure of exposures.length < 2 ? exposures : exposures.toSorted(compareRows)) {
    if (given.has(exposure)) continue
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
    last =
      groups.find(name) ??
      groups.add({ name, model: modelOf(exposure), first: exposure, exposures: [], product: undefined })
    last.exposures.push(exposure)
  }
  return { groups: groups.all, ungrouped }
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
