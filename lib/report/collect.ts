/**
 * Reads a database for its report: every table once, as a stream, without a lock and without a change.
 */

import { DatabaseReader } from '../inspect/reader.js'
import { waitsFrom } from '../inspect/waits.js'
import { modelFile } from '../maintain/lines.js'
import { CATEGORIES, type Encodings } from '../rules/category-codes.js'
import { levelOf } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/models.js'
import { compareText, toNumber } from '../rules/values.js'
import { readEncodings } from '../store/database.js'
import { REJECTS_FILE } from '../store/tables.js'
import { CategoryTally } from './category-tally.js'
import type { ReportData } from './data.js'
import { ModelTally } from './model-tally.js'
import { type OpenTables, readTable } from './tables.js'
import { WaitingTally } from './waiting-tally.js'

/** How a report is made. */
export interface ReportOptions {
  /** The time that it says it was made at; now by default. */
  readonly now?: Date | undefined
  readonly signal?: AbortSignal | undefined
}

type ModelTallies = ReadonlyMap<string, ModelTally>

/**
 * What there is in a database, and what waits.
 *
 * @throws IngestError TABLE_INVALID for a table without a column that is needed, or unreadable encodings;
 *   DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function reportDatabase(
  folder: string,
  { now = new Date(), signal }: ReportOptions = {},
): Promise<ReportData> {
  let encodings: Encodings = {} as Encodings
  const read = async () => {
    encodings = await readEncodings(folder)
  }
  const reader = await DatabaseReader.open(folder, { signal, read })
  const models = new Map(MODELS.map((model) => [model, new ModelTally(model)]))
  const categories = new CategoryTally()
  const waiting = new WaitingTally()
  const tables: OpenTables = { folder, reader, damaged: { rows: 0 } }
  try {
    for (const [model, tally] of models) {
      await readProducts(tables, model, tally, categories)
      await readGroups(tables, model, categories)
    }
    await readExposures(tables, models)
    const rejects = await countRows(tables, REJECTS_FILE)
    for await (const wait of waitsFrom(reader)) waiting.add(wait)
    const span = unite([...[...models.values()].map((tally) => tally.span), waiting.span])
    return {
      database: folder,
      made: now.toISOString(),
      firstDate: span?.[0],
      lastDate: span?.[1],
      models: [...models.values()].map((tally) => tally.report(span)),
      waiting: waiting.report(span?.[1]),
      encodings: categories.report(encodings),
      rejects,
      damaged: tables.damaged.rows,
    }
  } finally {
    await reader.close()
  }
}

async function readProducts(
  tables: OpenTables,
  model: Model,
  tally: ModelTally,
  categories: CategoryTally,
): Promise<void> {
  const columns = ['date', 'imgsize_gb', 'nexposur', ...CATEGORIES] as const
  await readTable(tables, modelFile('train', model), columns, (cell) => {
    tally.product(cell('date'), toNumber(cell('imgsize_gb')), toNumber(cell('nexposur')))
    categories.row('products', cell)
  })
}

async function readGroups(tables: OpenTables, model: Model, categories: CategoryTally): Promise<void> {
  await readTable(tables, modelFile('rem', model), CATEGORIES, (cell) => categories.row('waitingGroups', cell))
}

/** Exposures count for the model of their group; one of no group for none. */
async function readExposures(tables: OpenTables, models: ModelTallies): Promise<void> {
  await readTable(tables, 'level1.csv', ['date', 'expmode'], (cell) => {
    models.get(cell('expmode'))?.exposure(cell('date'), true)
  })
  await readTable(tables, 'ingest.csv', ['dag', 'date', 'expmode'], (cell) => {
    if (levelOf(cell('dag')) === 'level1') models.get(cell('expmode'))?.exposure(cell('date'), false)
  })
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
