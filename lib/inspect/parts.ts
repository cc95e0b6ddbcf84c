/**
 * The groups of an association one by one, also those that were merged as they took the same product (specification,
 * section 5.3), and how each came by its product.
 */
import { groupBy } from '../audit/lines.js'
import { comparedColumn } from '../rules/association.js'
import { expectedName, rankTargets } from '../rules/expected-name.js'
import type { Model } from '../rules/keywords.js'
import { cell, type Row } from '../rules/row.js'
import type { Resolution, WaitingGroup } from '../settle/resolve.js'
import { agreeInTarget } from './nearest.js'

/** A group of an association. */
export interface Part {
  readonly name: string
  readonly model: Model
  /** In their order, at least one. */
  readonly exposures: readonly Row[]
  /** The product that it was matched with, or that holds it back. */
  readonly product: Row | undefined
  /** Undefined where it is matched. */
  readonly waiting: WaitingGroup | undefined
}

/**
 * The groups of an association, by name. What an association file names is made of no groups, but waits in one.
 *
 * @param exposuresWith gives all exposures with an association key: also those that association files give to products
 * count in the numbers of targets
 */
export function partsOf(resolution: Resolution, exposuresWith: (params: string) => readonly Row[]): readonly Part[] {
  const waiting = resolution.groups.map((group): Part => ({ ...group, waiting: group }))
  const [match] = resolution.matches
  if (match === undefined || resolution.list !== undefined) return waiting
  const ranks = rankTargets(exposuresWith(match.product.params))
  const matched = resolution.matches.flatMap(({ product, model, exposures }) => {
    const names = groupBy(exposures, (exposure) => expectedName(exposure, ranks))
    return [...names].map(([name, its]): Part => ({ name, model, exposures: its, product, waiting: undefined }))
  })
  return [...matched, ...waiting]
}

/** The exposure that decides what a group compares. */
export function firstOf({ exposures }: Part): Row {
  return exposures[0] as Row
}

/** What a group compares with its candidates. */
export interface Compared {
  readonly keyword: string
  /** As its cell has it; blank where there is none. */
  readonly value: string
}

export function comparedBy(part: Part): Compared {
  const keyword = comparedColumn(firstOf(part))
  return { keyword, value: cell(firstOf(part), keyword) }
}

/** How a group came by a product: by the value it compares, or as no other was left (section 5.1, 5.2). */
export function mannerOf(part: Part): 'exact' | 'fallback' | undefined {
  if (part.product === undefined) return undefined
  return agreeInTarget(part.exposures, part.product) ? 'exact' : 'fallback'
}
