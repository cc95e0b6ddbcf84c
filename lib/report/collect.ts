/**
 * Reads a database for its report: every table once, as a stream, without a lock and without a change.
 */

import { modelFile } from '../audit/lines.js'
import { DatabaseReader } from '../inspect/reader.js'
import { type Wait, waitsFrom } from '../inspect/waits.js'
import type { LookOptions } from '../process/progress.js'
import { CATEGORIES, type Encodings } from '../rules/category-codes.js'
import { levelOf, programOf } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { compareText, toNumber } from '../rules/values.js'
import { readEncodings } from '../store/database.js'
import { REJECTS_FILE } from '../store/tables.js'
import { CategoryTally } from './category-tally.js'
import type { ReportData } from './data.js'
import { DriftTally } from './drift-tally.js'
import { InstrumentTally } from './instrument-tally.js'
import { ModelTally } from './model-tally.js'
import { dayMade, instrumentNamed, modelNamed } from './named-day.js'
import { Scope } from './scope.js'
import { type CellOf, type OpenTables, readTable } from './tables.js'
import type { WaitList } from './wait-list.js'
import { WaitingTally } from './waiting-tally.js'

/** How a report is made. */
export interface ReportOptions extends LookOptions {
  /** The time that it says it was made at; now by default. */
  readonly now?: Date | undefined
  /** What of the database it is about; all of it by default. */
  readonly scope?: Scope | undefined
  /** Takes everything that waits. */
  readonly list?: WaitList | undefined
}

/** All that is counted while the tables are read. */
interface Tallies {
  readonly scope: Scope
  readonly models: ReadonlyMap<string, ModelTally>
  readonly drift: ReadonlyMap<string, DriftTally>
  readonly instruments: InstrumentTally
  readonly categories: CategoryTally
  readonly waiting: WaitingTally
  readonly list: WaitList | undefined
}

/** All tables that are read, each once. */
const TABLES_READ = [
  ...MODELS.flatMap((model) => [modelFile('train', model), modelFile('rem', model)]),
  'level1.csv',
  'ingest.csv',
  'associations.csv',
  REJECTS_FILE,
]

/**
 * What there is in a database, and what waits.
 *
 * @throws IngestError TABLE_INVALID for a table without a column that is needed, or unreadable encodings;
 *   DATABASE_UNUSABLE where there is no database, or none that can be read; USAGE for a scope that cannot be
 */
export async function reportDatabase(
  folder: string,
  { now = new Date(), scope = new Scope(), list, signal, progress }: ReportOptions = {},
): Promise<ReportData> {
  let encodings: Encodings = {} as Encodings
  const read = async () => {
    encodings = await readEncodings(folder)
  }
  const reader = await DatabaseReader.open(folder, { signal, progress, read })
  const tallies: Tallies = {
    scope,
    models: new Map(MODELS.map((model) => [model, new ModelTally(model)])),
    drift: new Map(MODELS.map((model) => [model, new DriftTally(model)])),
    instruments: new InstrumentTally(),
    categories: new CategoryTally(),
    waiting: new WaitingTally(),
    list,
  }
  const tables: OpenTables = { folder, reader, damaged: { rows: 0 } }
  try {
    scope.mustKnow(Object.keys(encodings.instr))
    const instrumentOf = namesByCode(encodings.instr)
    reader.beginTables('reading', TABLES_READ)
    for (const model of MODELS) {
      await readProducts(tables, model, instrumentOf, tallies)
      await readGroups(tables, model, instrumentOf, tallies)
    }
    await readExposures(tables, tallies)
    await readNamed(tables, tallies)
    const rejects = await countRows(tables, REJECTS_FILE)
    for await (const wait of waitsFrom(reader)) countWait(wait, tallies)
    return {
      database: folder,
      made: now.toISOString(),
      ...reportOf(tallies, encodings),
      rejects,
      damaged: tables.damaged.rows,
    }
  } finally {
    await reader.close()
  }
}

function reportOf(
  tallies: Tallies,
  encodings: Encodings,
): Omit<ReportData, 'database' | 'made' | 'rejects' | 'damaged'> {
  const { scope, models, drift, instruments, waiting, categories } = tallies
  const span = unite([...[...models.values()].map((tally) => tally.span), waiting.span])
  const { since, until, programs } = scope
  const before = scope.daysBefore(span?.[1])
  return {
    firstDate: span?.[0],
    lastDate: span?.[1],
    scope: { since, until, programs, instruments: scope.instruments },
    before,
    models: [...models.values()].map((tally) => tally.report(span, before)),
    instruments: instruments.report,
    waiting: waiting.report(span?.[1]),
    drift: since === undefined ? [] : [...drift.values()].map((tally) => tally.report(encodings)),
    encodings: categories.report(encodings),
  }
}

/** Instruments by their codes, as cells have them. */
function namesByCode(codes: Readonly<Record<string, number>>): (code: string) => string {
  const names = new Map(Object.entries(codes).map(([name, code]) => [String(code), name]))
  return (code) => names.get(code) ?? code
}

async function readProducts(
  tables: OpenTables,
  model: Model,
  instrumentOf: (code: string) => string,
  { scope, models, drift, instruments, categories }: Tallies,
): Promise<void> {
  const [tally, drifts] = [models.get(model), drift.get(model)]
  const features = scope.since === undefined ? [] : (drifts?.columns ?? [])
  const columns = [...new Set(['date', 'imgsize_gb', 'nexposur', 'pname', ...CATEGORIES, ...features])]
  await readTable(tables, modelFile('train', model), columns, (cell) => {
    const instrument = instrumentOf(cell('instr'))
    if (!scope.has(programOf(cell('pname')), instrument)) return
    const day = cell('date')
    const when = scope.when(day)
    if (when === 'after') return
    if (scope.since !== undefined) drifts?.product(when, cell)
    if (when === 'before') {
      tally?.earlier(day, 'products')
      return
    }
    const gigabytes = toNumber(cell('imgsize_gb'))
    tally?.product(day, gigabytes, toNumber(cell('nexposur')))
    instruments.product(instrument, day, gigabytes)
    categories.row('products', cell)
  })
}

/** Groups that wait have no day in this table: they are counted whatever the period is. */
async function readGroups(
  tables: OpenTables,
  model: Model,
  instrumentOf: (code: string) => string,
  { scope, categories }: Tallies,
): Promise<void> {
  await readTable(tables, modelFile('rem', model), [...CATEGORIES, 'dname'], (cell) => {
    if (scope.has(programOf(cell('dname')), instrumentOf(cell('instr')))) categories.row('waitingGroups', cell)
  })
}

/** Exposures count for the model of their group; one of no group for none. */
async function readExposures(tables: OpenTables, { scope, models, instruments }: Tallies): Promise<void> {
  const count = (cell: CellOf<'date' | 'pid' | 'INSTRUME' | 'expmode'>, isMatched: boolean) => {
    const instrument = cell('INSTRUME')
    const day = cell('date')
    const when = scope.when(day)
    const tally = models.get(cell('expmode'))
    if (when === 'after' || tally === undefined || !scope.has(toNumber(cell('pid')), instrument)) return
    if (when === 'before') {
      tally.earlier(day, 'exposures', ...(isMatched ? (['matchedExposures'] as const) : []))
      return
    }
    tally.exposure(day, isMatched)
    instruments.exposure(instrument, isMatched)
  }
  const columns = ['date', 'pid', 'INSTRUME', 'expmode'] as const
  await readTable(tables, 'level1.csv', columns, (cell) => count(cell, true))
  await readTable(tables, 'ingest.csv', ['dag', ...columns], (cell) => {
    if (levelOf(cell('dag')) === 'level1') count(cell, false)
  })
}

/** A row is a member; those of a product are one behind the other. */
async function readNamed(tables: OpenTables, { scope, models }: Tallies): Promise<void> {
  let last = ''
  await readTable(tables, 'associations.csv', ['product', 'type', 'source', 'version'], (cell) => {
    const product = cell('product')
    if (product === last) return
    last = product
    const day = dayMade(cell('version'), cell('source'))
    const isAsked = scope.has(programOf(product), instrumentNamed(product)) && scope.when(day) === 'within'
    if (isAsked) models.get(modelNamed(cell('type'), product) ?? '')?.named(day)
  })
}

function countWait(wait: Wait, { scope, models, instruments, waiting, list }: Tallies): void {
  const { since, kind, model, pid, instrument } = wait
  const when = scope.when(since)
  if (when === 'after' || !scope.has(pid, instrument)) return
  const tally = kind === 'exposure' || model === undefined ? undefined : models.get(model)
  if (when === 'before') {
    tally?.earlier(since, kind === 'group' ? 'waitingGroups' : 'waitingProducts')
    return
  }
  tally?.wait(since, kind === 'group')
  instruments.wait(wait)
  waiting.add(wait)
  list?.add(wait)
}

async function countRows(tables: OpenTables, file: string): Promise<number> {
  let rows = 0
  await readTable(tables, file, [], () => {
    rows++
  })
  return rows
}

function unite(spans: readonly (readonly [string, string] | undefined)[]): readonly [string, string] | undefined {
  const days = spans.flatMap((span) => span ?? []).sort(compareText)
  const [first, ...others] = days
  return first === undefined ? undefined : [first, others.at(-1) ?? first]
}
