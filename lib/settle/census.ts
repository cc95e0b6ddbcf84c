/**
 * What there is in a program, in numbers: products that are matched, and what waits. The one count of a run's summary, of
 * `status`, `explain`, `report` and `prune`.
 *
 * - A _group_ waits for each product that is not made while an exposure expects it (section 4), or an association file
 *   names it and one of its exposures is there (section 9); whether members are missing or not.
 * - An _exposure_ waits that no product has. It counts once, however many files name it: for the model of the group in
 *   which it waits, or for none.
 * - A _product_ waits that is not made. One of another candidate than an observation is a _mosaic_, and no product.
 */
import { modelOf } from '../rules/association.js'
import { expectedName, rankTargets } from '../rules/expected-name.js'
import { MODELS, type Model } from '../rules/keywords.js'
import type { Row } from '../rules/row.js'
import { rowsByAssociation, type Ungrouped } from './groups.js'
import type { Resolution, WaitingGroup, WaitingProduct } from './resolve.js'
import type { Settled } from './settled.js'

/** How much waits of a model. */
export interface ModelWaiting {
  groups: number
  exposures: number
  /** Products of an observation. */
  products: number
  /** Products of another candidate. */
  mosaics: number
}

/** How much waits in all. */
export interface Waiting extends Readonly<ModelWaiting> {
  /** Those of the exposures that are in no group. */
  readonly ungrouped: number
}

/** What there is in a database, in the same words for every command that changes it or counts it. */
export interface Totals {
  /** Matched products of each model: rows of `train-*`. */
  readonly matched: Readonly<Record<Model, number>>
  readonly waiting: Waiting
}

/** What there is of a model. */
export interface ModelCensus extends ModelWaiting {
  /** Matched products: rows of `training.csv`. */
  matched: number
  /** First and last day of what waits, as a number such as 20240221; 0 where nothing does. */
  first: number
  last: number
}

/** The models, and what is of none: exposures in no group. */
export const CENSUS_MODELS = [...MODELS, 'none'] as const

/** What there is of each model. */
export type Census = Readonly<Record<(typeof CENSUS_MODELS)[number], ModelCensus>>

/** Something that waits. */
interface PendingBase {
  /** Of a product the model that its own keywords tell; none for an exposure in no group. */
  readonly model: Model | undefined
  /** How many exposures wait in it. */
  readonly exposures: number
  /** The rows by whose days it is old; the first one says what it is. */
  readonly rows: readonly Row[]
}

/** Something that waits, with what resolving said of it: nothing of a mosaic that no association file names. */
export type Pending = PendingBase &
  (
    | { readonly kind: 'group'; readonly of: WaitingGroup; readonly resolution: Resolution }
    | { readonly kind: 'product' | 'mosaic'; readonly of: WaitingProduct; readonly resolution: Resolution }
    | { readonly kind: 'exposure'; readonly of: Ungrouped; readonly resolution: Resolution }
    | { readonly kind: 'mosaic'; readonly of?: undefined; readonly resolution?: undefined }
  )

/** What waits in the associations of a program that were resolved, one after the other, then its other new mosaics. */
export function* pendingIn({ resolutions, mosaics }: Settled): Generator<Pending> {
  const named = new Set<Row>()
  for (const resolution of resolutions) {
    const { groups, products, ungrouped } = resolution
    for (const group of groups) {
      const { model, waiting, exposures: rows } = group
      yield { kind: 'group', of: group, model, exposures: waiting.length, rows, resolution }
    }
    for (const product of products) {
      const { product: row, model = modelOf(row) } = product
      named.add(row)
      yield { kind: kindOfProduct(row), of: product, model, exposures: 0, rows: [row], resolution }
    }
    for (const one of ungrouped) {
      yield { kind: 'exposure', of: one, model: undefined, exposures: 1, rows: [one.exposure], resolution }
    }
  }
  for (const row of mosaics) {
    if (named.has(row)) continue
    yield { kind: 'mosaic', model: modelOf(row), exposures: 0, rows: [row] }
  }
}

function kindOfProduct({ kind }: Row): 'product' | 'mosaic' {
  return kind === 'mosaic' ? 'mosaic' : 'product'
}

/** Nothing of any model. */
export function noCensus(): Census {
  return { IMAGE: nothing(), SPEC: nothing(), TAC: nothing(), FGS: nothing(), none: nothing() }
}

function nothing(): ModelCensus {
  return { matched: 0, groups: 0, exposures: 0, products: 0, mosaics: 0, first: 0, last: 0 }
}

/** Counts something that waits, of some days. */
export function countPending(
  census: Census,
  { kind, model, exposures }: Pick<Pending, 'kind' | 'model' | 'exposures'>,
  days: readonly string[],
): void {
  const count = census[model ?? 'none']
  if (kind !== 'exposure') count[`${kind}s`]++
  count.exposures += exposures
  for (const day of days) {
    const number = numberOfDay(day)
    addDays(count, number, number)
  }
}

function addDays(count: ModelCensus, first: number, last: number): void {
  if (first > 0 && (count.first === 0 || first < count.first)) count.first = first
  if (last > count.last) count.last = last
}

/** A day as a number; 0 for a text that is none, as a table of another program may have it. */
function numberOfDay(day: string): number {
  return /^\d{4}-\d\d-\d\d$/.test(day) ? Number(day.slice(0, 4) + day.slice(5, 7) + day.slice(8)) : 0
}

/** The day of a number, YYYY-MM-DD; undefined for 0. */
export function dayOfNumber(number: number): string | undefined {
  return number === 0 ? undefined : String(number).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
}

/** What there is in each of some programs, by their number. */
export type CensusByProgram = Map<number, Census>

/** What there is in a program; nothing, to be added to, where it is not known. */
export function censusOf(programs: CensusByProgram, pid: number): Census {
  let census = programs.get(pid)
  if (census === undefined) {
    census = noCensus()
    programs.set(pid, census)
  }
  return census
}

/** Counts what there is in a settled program, or in a part of one; not where settling changed nothing. */
export function countProgram(settled: Settled, programs: CensusByProgram): void {
  const { pid, resolutions, mosaics, standing } = settled
  if (standing === undefined) return
  const census = censusOf(programs, pid)
  let waits = mosaics.length
  for (const { matches, takenOver, groups, products, ungrouped } of resolutions) {
    for (const { model } of matches) census[model].matched++
    for (const { expmode } of takenOver) census[modelCalled(expmode) ?? 'none'].matched++
    waits += groups.length + products.length + ungrouped.length
  }
  // In most of them nothing does.
  if (waits > 0) for (const pending of pendingIn(settled)) countPending(census, pending, datesOf(pending.rows))
  if (standing.length > 0) countStored(standing, census)
}

/** What there is in all of some programs. */
export function totalOf(programs: Iterable<Census>): Census {
  const total = noCensus()
  for (const census of programs) addCensus(total, census)
  return total
}

function datesOf(rows: readonly Row[]): string[] {
  return rows.map(({ date }) => date)
}

export function modelCalled(text: string): Model | undefined {
  return MODELS.find((model) => model === text)
}

/** Counts rows as they are stored: no association file tells of their program, so keywords alone do. */
export function countStored(rows: readonly Row[], census: Census): void {
  for (const row of rows) if (row.kind === 'product' || row.kind === 'mosaic') countProduct(row, row.kind, census)
  const exposures = rows.filter(({ kind }) => kind === 'exposure')
  for (const association of rowsByAssociation(exposures).values()) countExposures(association.exposures, census)
}

function countProduct(row: Row, kind: 'product' | 'mosaic', census: Census): void {
  const { expmode = '', pname = '' } = row.stored ?? {}
  const told = modelCalled(expmode)
  if (pname !== '') census[told ?? 'none'].matched++
  else countPending(census, { kind, model: told ?? modelOf(row), exposures: 0 }, [row.date])
}

/** Counts those exposures of an association that wait, with their groups. */
function countExposures(exposures: readonly Row[], census: Census): void {
  const waiting = exposures.filter(({ stored }) => stored?.pname === '')
  if (waiting.length === 0) return
  const ranks = rankTargets(exposures)
  const groups = new Map<string, { readonly model: Model; readonly rows: Row[] }>()
  for (const exposure of waiting) {
    const model = modelCalled(exposure.stored?.expmode ?? '')
    if (model === undefined) {
      countPending(census, { kind: 'exposure', model, exposures: 1 }, [exposure.date])
      continue
    }
    const name = expectedName(exposure, ranks)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, { model, rows: [exposure] })
    else group.rows.push(exposure)
  }
  for (const { model, rows } of groups.values()) {
    countPending(census, { kind: 'group', model, exposures: rows.length }, datesOf(rows))
  }
}

/** Something that waits and stays as it is stored. */
export interface StoredWait {
  readonly model: Model | undefined
  /** Day, YYYY-MM-DD. */
  readonly date: string
}

/**
 * Adds what there is in the rest of a program to what there is in a part of it.
 *
 * @param before what there was in the program
 * @param part the rows of that part as they were stored
 * @param waits what waits in the rest
 */
export function addRest(census: Census, before: Census, part: readonly Row[], waits: Iterable<StoredWait>): void {
  const gone = noCensus()
  countStored(part, gone)
  for (const model of CENSUS_MODELS)
    for (const count of COUNTS) census[model][count] += before[model][count] - gone[model][count]
  for (const { model, date } of waits) {
    const day = numberOfDay(date)
    addDays(census[model ?? 'none'], day, day)
  }
}

const COUNTS = ['matched', 'groups', 'exposures', 'products', 'mosaics'] as const

/** Adds what there is elsewhere. */
function addCensus(to: Census, from: Census): void {
  for (const model of CENSUS_MODELS) addModel(to[model], from[model])
}

/** Adds what there is of a model elsewhere. */
export function addModel(to: ModelCensus, from: ModelCensus): void {
  to.matched += from.matched
  to.groups += from.groups
  to.exposures += from.exposures
  to.products += from.products
  to.mosaics += from.mosaics
  addDays(to, from.first, from.last)
}

/** How much waits of a model. */
export function waitingOf({ groups, exposures, products, mosaics }: ModelCensus): ModelWaiting {
  return { groups, exposures, products, mosaics }
}

/** How much waits of all models, and of none. */
export function waitingIn(census: Census): Waiting {
  const all = CENSUS_MODELS.map((model) => census[model])
  const sum = (of: keyof ModelWaiting) => all.reduce((total, count) => total + count[of], 0)
  return {
    groups: sum('groups'),
    exposures: sum('exposures'),
    ungrouped: census.none.exposures,
    products: sum('products'),
    mosaics: sum('mosaics'),
  }
}

/** How much is matched and waits in all. */
export function totalsOf(census: Census): Totals {
  const matched = Object.fromEntries(MODELS.map((model) => [model, census[model].matched])) as Totals['matched']
  return { matched, waiting: waitingIn(census) }
}
