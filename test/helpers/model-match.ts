/** Section 5 of the specification, naively: which product each group of one association made. */
import { type Group, inExposureOrder, type ModelName } from './model-groups.js'
import { type Cells, cell, compareText, has, numberIn } from './model-values.js'

/** A product and the exposures of all groups that took it. */
export interface Match {
  readonly product: Cells
  readonly group: Group
  /** The groups before they were merged. */
  readonly parts: readonly Group[]
}

/** What became of the groups and products of one association. */
export interface Matching {
  readonly matches: readonly Match[]
  readonly waiting: readonly Group[]
  /** Products that no group took. */
  readonly pending: readonly Cells[]
  /** The model of the group that preferred another of several equal products, by the product's name. */
  readonly lost: ReadonlyMap<string, ModelName>
}

interface ExactChoice {
  readonly taken: Cells | undefined
  readonly others: readonly Cells[]
}

/** Matches the groups of one association with its products (all have the same `params`). */
export function matchGroups(groups: readonly Group[], products: readonly Cells[]): Matching {
  const candidates = [...products].sort((a, b) => compareText(cell(a, 'dname'), cell(b, 'dname')))
  const exact = new Map(groups.map((group) => [group, chooseExactly(group, candidates)]))
  const matchedExactly = new Set([...exact.values()].map(({ taken }) => taken))
  const lost = new Map<string, ModelName>()
  for (const [group, { others }] of exact) {
    for (const product of others) {
      const name = cell(product, 'dname')
      if (!matchedExactly.has(product) && !lost.has(name)) lost.set(name, group.model)
    }
  }
  // A product that lost agrees with a group's own target: it stays pending and is nobody's fallback.
  const free = candidates.filter((one) => !matchedExactly.has(one) && !lost.has(cell(one, 'dname')))
  const matched = candidates.filter((one) => matchedExactly.has(one))
  const choice = new Map(
    groups.map((group) => [
      group,
      exact.get(group)?.taken ?? free[0] ?? (group.withoutTarget ? matched[0] : undefined),
    ]),
  )
  const matches = candidates.flatMap((product) => {
    const parts = groups.filter((group) => choice.get(group) === product)
    return parts.length === 0 ? [] : [{ product, group: merge(parts), parts }]
  })
  return {
    matches,
    waiting: groups.filter((group) => choice.get(group) === undefined),
    pending: candidates.filter((product) => !matches.some((match) => match.product === product)),
    lost,
  }
}

/** Section 5.1: the first by name of the products that agree with the group, and those it was preferred to. */
function chooseExactly(group: Group, candidates: readonly Cells[]): ExactChoice {
  const [first = {}] = group.exposures
  const fixed = cell(first, 'VISITYPE') === 'PRIME_TARGETED_FIXED'
  const agrees = (column: string, product: Cells): boolean =>
    column === 'targra'
      ? group.exposures.some((row) => samePosition(cell(row, column), cell(product, column)))
      : sameValue(column, cell(first, column), cell(product, column))
  let column = 'GS_MAG'
  if (has(cell(first, 'TARGNAME'))) column = 'TARGNAME'
  else if (fixed) column = 'targra'

  let several = candidates.filter((product) => agrees(column, product))
  if (several.length > 1 && column === 'TARGNAME' && fixed) {
    const closer = several.filter((product) => agrees('targra', product))
    if (closer.length > 0) several = closer
  }
  const [taken, ...others] = several
  return { taken, others }
}

/** Two `targra` agree within 1.5e-6 degrees. */
function samePosition(a: string, b: string): boolean {
  const [one, other] = [numberIn(a), numberIn(b)]
  return one !== undefined && other !== undefined && Math.abs(one - other) <= 1.5e-6
}

/** Numbers agree as numbers, names as text; a blank agrees with nothing. */
function sameValue(column: string, a: string, b: string): boolean {
  if (!has(a) || !has(b)) return false
  return column === 'TARGNAME' ? a === b : numberIn(a) === numberIn(b)
}

/** Section 5.3: one group of all exposures, called and modelled as the group of its first exposure. */
function merge(parts: readonly Group[]): Group {
  const exposures = inExposureOrder(parts.flatMap((group) => group.exposures))
  const [first] = exposures
  const leading = parts.find((group) => group.exposures.some((row) => row === first))
  return {
    name: leading?.name ?? '',
    model: leading?.model ?? 'IMAGE',
    exposures,
    withoutTarget: parts.every((group) => group.withoutTarget),
  }
}
