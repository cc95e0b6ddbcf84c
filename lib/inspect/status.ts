/**
 * What a database holds and what waits in it, in numbers. What waits is what runs keep in the index; in a folder that no
 * run has left as it is, what resolving its rows gives. Sizes are read from `train-*`. What association files still wait
 * for is resolved where not every member that they name has come.
 */

import { modelFile } from '../audit/lines.js'
import type { CsvRecord } from '../csv/row.js'
import type { LookOptions } from '../process/progress.js'
import { levelOf } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { toNumber } from '../rules/values.js'
import {
  type Census,
  dayOfNumber,
  type ModelWaiting,
  type Totals,
  type Waiting,
  waitingIn,
  waitingOf,
} from '../settle/census.js'
import { firstItem, itemsIn, type OpenFile } from '../store/read/files.js'
import { REJECTS_FILE } from '../store/tables.js'
import { type Awaited, awaitedIn } from './awaited.js'
import { SizeSample, type Sizes } from './quantiles.js'
import { DatabaseReader } from './reader.js'

/** The table of what was pruned. */
const EXPIRED_FILE = 'expired.csv'

/** What the database holds of a model. */
export interface ModelStatus {
  /** Matched products, each with its row in `train-*`. */
  readonly trained: number
  /** What waits: products by the model that their own keywords tell, exposures by that of the group they wait in. */
  readonly waiting: Readonly<ModelWaiting>
  /** The earliest day of anything that waits, YYYY-MM-DD; null where nothing does. */
  readonly oldestWaiting: string | null
  /** The latest day of anything, matched or not. */
  readonly lastDate: string | null
  /** Sizes of the matched products in GB; null without any. */
  readonly sizes: Sizes | null
}

/** Rows of `expired.csv`. */
export interface Expired {
  readonly exposures: number
  /** Those across observations among them. */
  readonly products: number
}

/** What a database holds; the JSON of `status --json`. */
export interface StatusReport {
  readonly database: string
  readonly models: Readonly<Record<Model, ModelStatus>>
  /** What waits of all models, and of none. */
  readonly waiting: Waiting
  /** What is matched and waits. */
  readonly totals: Totals
  /** What association files still wait for. */
  readonly awaited: Awaited
  /** What waited too long, and was pruned. */
  readonly expired: Expired
  /** Input rows that could not be used. */
  readonly rejects: number
  /** Lines that cannot be read, and so are not counted. */
  readonly damaged: number
  /** The latest day of anything. */
  readonly lastDate: string | null
}

/**
 * Counts what a database holds, which may be in use: it is seen as it was at one moment. Memory grows with 8 bytes for
 * each matched product.
 *
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function statusOf(folder: string, options: LookOptions = {}): Promise<StatusReport> {
  const reader = await DatabaseReader.open(folder, options)
  try {
    const census = await reader.census()
    const tables = new Tables(reader)
    tables.begin()
    const models: (readonly [Model, ModelStatus])[] = []
    for (const model of MODELS) models.push([model, statusOfModel(census[model], await tables.trained(model))])
    const expired = await tables.expired()
    const rejects = await tables.rejects()
    const ofNone = dayOfNumber(census.none.last)
    const matched = Object.fromEntries(models.map(([model, { trained }]) => [model, trained])) as Totals['matched']
    const waiting = waitingIn(census)
    return {
      database: folder,
      models: Object.fromEntries(models) as Record<Model, ModelStatus>,
      waiting,
      totals: { matched, waiting },
      awaited: await awaitedIn(reader),
      expired,
      rejects,
      damaged: reader.damaged + tables.damaged,
      lastDate: latest([ofNone, ...models.map(([, { lastDate }]) => lastDate)]),
    }
  } finally {
    await reader.close()
  }
}

/** Matched products of a model, as they are read. */
interface Trained {
  products: number
  lastDate: string | undefined
  readonly sizes: SizeSample
}

function statusOfModel(census: Census[Model], { products, lastDate, sizes }: Trained): ModelStatus {
  return {
    trained: products,
    waiting: waitingOf(census),
    oldestWaiting: dayOfNumber(census.first) ?? null,
    lastDate: latest([lastDate, dayOfNumber(census.last)]),
    sizes: sizes.sizes ?? null,
  }
}

/** The last of some days, as far as there are any. */
function latest(days: readonly (string | null | undefined)[]): string | null {
  return (
    days
      .filter((day) => typeof day === 'string')
      .sort()
      .at(-1) ?? null
  )
}

/** Reads tables row by row. */
class Tables {
  readonly #reader: DatabaseReader
  /** Lines that cannot be read. */
  damaged = 0

  constructor(reader: DatabaseReader) {
    this.#reader = reader
  }

  /** Begins to tell how far it has come. */
  begin(): void {
    const files = [...MODELS.map((model) => modelFile('train', model)), EXPIRED_FILE, REJECTS_FILE]
    this.#reader.beginTables('counting', files)
  }

  async trained(model: Model): Promise<Trained> {
    const trained: Trained = { products: 0, lastDate: undefined, sizes: new SizeSample() }
    for await (const { header, rows } of this.#batches(this.#reader.opened(modelFile('train', model)))) {
      const date = header.indexOf('date')
      const size = header.indexOf('imgsize_gb')
      for (const row of rows) {
        const day = row.field(date).slice(0, 10)
        trained.products++
        if (day > (trained.lastDate ?? '')) trained.lastDate = day
        trained.sizes.add(toNumber(row.field(size)))
      }
    }
    return trained
  }

  async expired(): Promise<Expired> {
    let [exposures, products] = [0, 0]
    for await (const { header, rows } of this.#batches(this.#reader.opened(EXPIRED_FILE))) {
      const dag = header.indexOf('dag')
      for (const row of rows) {
        if (levelOf(row.field(dag)) === 'level3') products++
        else exposures++
      }
    }
    return { exposures, products }
  }

  async rejects(): Promise<number> {
    let count = 0
    for await (const { rows } of this.#batches(this.#reader.opened(REJECTS_FILE))) count += rows.length
    return count
  }

  /** The rows of a table, in batches; none of one that is not there. */
  async *#batches(file: OpenFile | undefined): AsyncGenerator<{ header: readonly string[]; rows: CsvRecord[] }> {
    if (file === undefined) return
    const header = (await firstItem(file)).record?.fields ?? []
    let isHeader = true
    for await (const items of itemsIn(file, { meter: this.#reader.meter })) {
      const rows: CsvRecord[] = []
      for (const { record } of items) {
        if (isHeader) isHeader = false
        else if (record?.width === header.length) rows.push(record)
        else this.damaged++
      }
      yield { header, rows }
    }
  }
}
