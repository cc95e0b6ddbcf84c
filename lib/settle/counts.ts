/**
 * What any thread counts of the rows that it scrubs and settles: plain data that is added up afterwards.
 */

import { ownText } from '../csv/bytes.js'
import type { Level } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/keywords.js'
import type { DropReason } from '../rules/scrub.js'
import type { Waiting } from './census.js'
import { countNamed, type NamedCounts, noneNamed } from './named-counts.js'
import type { Resolution } from './resolve.js'
import type { Settled } from './settled.js'

/** What was matched of one model. */
export interface ModelCounts {
  /** Products matched in this run. */
  products: number
  /** Exposures of these products. */
  exposures: number
}

/** Counts of input rows. */
export interface RowCounts {
  readonly levels: Record<Level, number>
  readonly dropped: Record<DropReason, number>
  /** Header lines inside an input. */
  headers: number
}

/** Counts of what became of rows that were settled. */
export interface SettledCounts {
  readonly models: Record<Model, ModelCounts>
  readonly multipleMatches: string[]
  /** Of products that association files name. */
  readonly named: NamedCounts
  duplicates: number
  /** Stored versions that gave way whatever their date, as the run replaces. */
  replaced: number
}

/** Counts of no rows. */
export function noRows(): RowCounts {
  return {
    levels: { level1: 0, level3: 0, other: 0 },
    dropped: { level: 0, memory: 0, expType: 0, spelling: 0, channel: 0 },
    headers: 0,
  }
}

/** Counts of nothing settled. */
export function nothingSettled(): SettledCounts {
  const models = MODELS.map((model) => [model, { products: 0, exposures: 0 }])
  return {
    models: Object.fromEntries(models) as Record<Model, ModelCounts>,
    multipleMatches: [],
    named: noneNamed(),
    duplicates: 0,
    replaced: 0,
  }
}

/** Counts what became of a program's rows. */
export function countSettled({ duplicates, replaced, resolutions }: Settled, counts: SettledCounts): void {
  counts.duplicates += duplicates
  counts.replaced += replaced
  for (const resolution of resolutions) countResolution(resolution, counts)
}

function countResolution(resolution: Resolution, counts: SettledCounts): void {
  const { matches, products } = resolution
  countNamed(resolution, counts.named)
  for (const { model, exposures } of matches) {
    counts.models[model].products++
    counts.models[model].exposures += exposures.length
  }
  for (const { product, reason } of products) {
    if (reason === 'multiple match') counts.multipleMatches.push(ownText(product.dname))
  }
}

/** Adds numbers to those of the same names. */
export function addNumbers<K extends string>(to: Record<K, number>, from: Readonly<Record<K, number>>): void {
  for (const key of Object.keys(from) as K[]) to[key] += from[key]
}

/** Adds counts of one model. */
export function addCounts(to: ModelCounts, { products, exposures }: ModelCounts): void {
  to.products += products
  to.exposures += exposures
}

/** What waits, in the words of every command that tells it. */
export function formatWaiting(waiting: Waiting, format: (number: number) => string = String): string {
  const { groups, exposures, ungrouped, products, mosaics } = waiting
  const counted = (number: number, noun: string) => `${format(number)} ${noun}${number === 1 ? '' : 's'}`
  const inNoGroup = ungrouped === 0 ? '' : ` (${format(ungrouped)} in no group)`
  const parts = [counted(groups, 'group'), counted(exposures, 'exposure') + inNoGroup]
  return [...parts, counted(products, 'product'), counted(mosaics, 'mosaic')].join(', ')
}
