/**
 * What a database holds and what waits in it, counted from the tables as they stand: each of those that are needed is
 * read once, and nothing is resolved anew.
 */

import { closeFiles, firstItem, itemsIn, type OpenFile, openFiles } from '../check/files.js'
import { CsvRow } from '../csv/row.js'
import { mustBeDatabase } from '../database/database.js'
import type { Table } from '../database/table.js'
import { REJECTS_FILE, TABLES, tableColumns } from '../database/tables.js'
import { cellReader, missingColumns } from '../database/takeover.js'
import { groupIdentity, MODELS, type Model, modelOf, ungroupedReason } from '../rules/association.js'
import { kindOf } from '../rules/dataset.js'
import { createLayout, inputColumns, type Layout } from '../rules/layout.js'
import { Row } from '../rules/row.js'
import { toNumber } from '../rules/values.js'
import { SizeSample, type Sizes } from './quantiles.js'

/** What the database holds of a model. */
export interface ModelStatus {
  /** Matched products, each with its row in `train-*`. */
  readonly trained: number
  readonly waiting: {
    readonly groups: number
    /** Exposures of these groups. */
    readonly exposures: number
    /** Products, by the model that their own keywords tell. */
    readonly products: number
  }
  /** The earliest day of anything that waits, YYYY-MM-DD; null where nothing does. */
  readonly oldestWaiting: string | null
  /** The latest day of anything, matched or not. */
  readonly lastDate: string | null
  /** Sizes of the matched products in GB; null without any. */
  readonly sizes: Sizes | null
}

/** What a database holds; the JSON of `status --json`. */
export interface StatusReport {
  readonly database: string
  readonly models: Readonly<Record<Model, ModelStatus>>
  /** Exposures that are in no group. */
  readonly ungrouped: number
  /** Products across observations, which are not matched. */
  readonly mosaics: number
  /** Input rows that could not be used. */
  readonly rejects: number
  /** Lines that cannot be read, and so are not counted. */
  readonly damaged: number
  /** The latest day of anything. */
  readonly lastDate: string | null
}

/**
 * Counts what a database holds, which may be in use: it is seen as it was at one moment. Memory grows with the groups
 * that wait, and with 8 bytes for each matched product.
 *
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function statusOf(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<StatusReport> {
  await mustBeDatabase(folder)
  const { files } = await openFiles(folder, async () => undefined)
  try {
    const count = new Count(signal)
    for (const model of MODELS) await count.trained(model, files.get(`train-${model.toLowerCase()}.csv`))
    await count.waiting(files.get('ingest.csv'))
    await count.mosaics(files.get('mosaics.csv'))
    await count.rejects(files.get(REJECTS_FILE))
    return count.report(folder)
  } finally {
    await closeFiles(files)
  }
}

/** The days of some rows, as far as they are told. */
class Days {
  first: string | undefined
  last: string | undefined

  add(day: string): void {
    if (day === '') return
    if (this.first === undefined || day < this.first) this.first = day
    if (this.last === undefined || day > this.last) this.last = day
  }
}

class ModelCount {
  trained = 0
  exposures = 0
  products = 0
  readonly sizes = new SizeSample()
  readonly groups = new Set<string>()
  readonly matchedDays = new Days()
  readonly waitingDays = new Days()

  get status(): ModelStatus {
    return {
      trained: this.trained,
      waiting: { groups: this.groups.size, exposures: this.exposures, products: this.products },
      oldestWaiting: this.waitingDays.first ?? null,
      lastDate: latest([this.matchedDays.last, this.waitingDays.last]),
      sizes: this.sizes.sizes ?? null,
    }
  }
}

/** Counts the rows of the tables. */
class Count {
  readonly #models = new Map<Model, ModelCount>(MODELS.map((model) => [model, new ModelCount()]))
  readonly #otherDays = new Days()
  readonly #signal: AbortSignal | undefined
  #ungrouped = 0
  #mosaics = 0
  #rejects = 0
  #damaged = 0

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal
  }

  async trained(model: Model, file: OpenFile | undefined): Promise<void> {
    const count = this.#of(model)
    for await (const { header, rows } of this.#batches(file)) {
      const date = header.indexOf('date')
      const size = header.indexOf('imgsize_gb')
      for (const row of rows) {
        count.trained++
        count.matchedDays.add(row.field(date).slice(0, 10))
        count.sizes.add(toNumber(row.field(size)))
      }
    }
  }

  async waiting(file: OpenFile | undefined): Promise<void> {
    let read: RowReader | undefined
    for await (const { header, rows } of this.#batches(file)) {
      read ??= rowReader('ingest.csv', header)
      for (const its of rows) {
        const row = read(its)
        if (row === undefined) this.#damaged++
        else this.#wait(row)
      }
    }
  }

  #wait(row: Row): void {
    // In a folder that another program wrote, rows may wait here that no run of this program keeps.
    if (row.kind === 'dropped') return
    if (row.kind === 'mosaic') {
      this.#mosaics++
      this.#otherDays.add(row.date)
      return
    }
    if (row.kind === 'exposure' && ungroupedReason(row) !== undefined) {
      this.#ungrouped++
      this.#otherDays.add(row.date)
      return
    }
    const told = MODELS.find((model) => model === row.stored?.expmode)
    const count = this.#of(told ?? modelOf(row))
    count.waitingDays.add(row.date)
    if (row.kind === 'product') {
      count.products++
      return
    }
    count.exposures++
    count.groups.add(groupIdentity(row))
  }

  async mosaics(file: OpenFile | undefined): Promise<void> {
    for await (const { header, rows } of this.#batches(file)) {
      const date = header.indexOf('date')
      this.#mosaics += rows.length
      for (const row of rows) this.#otherDays.add(row.field(date).slice(0, 10))
    }
  }

  async rejects(file: OpenFile | undefined): Promise<void> {
    for await (const { rows } of this.#batches(file)) this.#rejects += rows.length
  }

  #of(model: Model): ModelCount {
    return this.#models.get(model) as ModelCount
  }

  /** The rows of a table, in batches; none of one that is not there. */
  async *#batches(file: OpenFile | undefined): AsyncGenerator<{ header: readonly string[]; rows: CsvRow[] }> {
    if (file === undefined) return
    const header = (await firstItem(file)).record?.fields ?? []
    let isHeader = true
    for await (const items of itemsIn(file)) {
      this.#signal?.throwIfAborted()
      const rows: CsvRow[] = []
      for (const { record } of items) {
        if (isHeader) isHeader = false
        else if (record?.width === header.length) rows.push(record)
        else this.#damaged++
      }
      yield { header, rows }
    }
  }

  report(database: string): StatusReport {
    const models = Object.fromEntries([...this.#models].map(([model, count]) => [model, count.status]))
    const reported = models as Record<Model, ModelStatus>
    return {
      database,
      models: reported,
      ungrouped: this.#ungrouped,
      mosaics: this.#mosaics,
      rejects: this.#rejects,
      damaged: this.#damaged,
      lastDate: latest([this.#otherDays.last, ...MODELS.map((model) => reported[model].lastDate ?? undefined)]),
    }
  }
}

function latest(days: readonly (string | undefined)[]): string | null {
  const known = days.filter((day) => day !== undefined).sort()
  return known.at(-1) ?? null
}

/** A row of a table of rows; undefined where it cannot be read. */
type RowReader = (record: CsvRow) => Row | undefined

/** Reads rows of a table, which this program or another one wrote. */
function rowReader(file: string, header: readonly string[]): RowReader {
  const table = TABLES.find((its) => its.file === file) as Table
  const layout = createLayout(inputColumns(header))
  if (missingColumns(table, header).length > 0) return () => undefined
  if (tableColumns(table, layout).join() === header.join()) return (record) => rowOf(record, table, layout)
  const read = cellReader(table, layout, header)
  return (record) => {
    const found = read(record.fields)
    return typeof found === 'string' ? undefined : rowOf(new CsvRow('', found.cells), table, layout)
  }
}

function rowOf(cells: CsvRow, table: Table, layout: Layout): Row {
  const expmode = cells.field(layout.columns.length + table.tail.indexOf('expmode'))
  const place = { table: table.number, line: '', expmode, pname: '' }
  const kind = kindOf(cells, layout.at, cells.field(layout.at.dname))
  return new Row(layout, { cells, text: '', kind, stored: place })
}
