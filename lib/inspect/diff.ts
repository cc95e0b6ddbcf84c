/**
 * What is different in the matched products of two databases, or in one since a day. Both are read without a lock, as of
 * one moment each, and program by program: the products of one program are in memory at a time.
 */

import { Columns } from '../audit/lines.js'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { type LookOptions, Meter, type Watch } from '../process/progress.js'
import { parseDay } from '../rules/day.js'
import { compareText, toNumber } from '../rules/values.js'
import { featureType } from '../settle/column-types.js'
import type { TableLine } from '../store/read/survey.js'
import type { Table } from '../store/table.js'
import { TABLES } from '../store/tables.js'
import type { Survey } from '../workers/survey.js'
import { surveyOf } from './reader.js'

/** A feature that is not the same: a column of `raw-*`, or `expmode` for the model. */
export interface FeatureChange {
  readonly feature: string
  /** As the tables have it; blank for no value. */
  readonly before: string
  readonly after: string
}

/** A product that is not the same. */
export interface ProductChange {
  /** `came` is in the later database alone, `went` in the earlier one alone. */
  readonly change: 'came' | 'went' | 'changed'
  readonly product: string
  readonly model: string
  /** Program. */
  readonly pid: number
  /** Features of a product in both databases, in the order of its table. */
  readonly features: readonly FeatureChange[]
  /** Exposures that a product in both databases gained and lost. */
  readonly exposures: { readonly came: readonly string[]; readonly went: readonly string[] }
}

/** What to compare a database with: one of these. */
export interface DiffOptions extends LookOptions {
  /** A later database. */
  readonly other?: string | undefined
  /**
   * A day, YYYY-MM-DD. A product that is dated on it or later came, be it new or processed anew: a database keeps the last
   * version alone. An earlier one with exposures of that day or later has changed; its features before are not known.
   */
  readonly since?: string | undefined
  /** Takes the message that lines cannot be read, and so are left out. */
  readonly warn?: ((message: string) => void) | undefined
}

/**
 * Compares the matched products of a database with those of a later one, or tells what came since a day: programs
 * ascending, the products of each by name.
 *
 * @param folder the earlier database
 * @throws IngestError USAGE without `other` and `since`, with both, or for a day that is none; DATABASE_UNUSABLE where there
 *   is no database, or none that can be read
 */
export async function* diffDatabase(folder: string, options: DiffOptions): AsyncGenerator<ProductChange> {
  const { other, since } = options
  if ((other === undefined) === (since === undefined))
    throw new IngestError('USAGE', 'diff: give either a second database or the day since when (--since)')
  if (since !== undefined) parseDay(since, '--since')
  const meter = new Meter(options.progress)
  const readers = await openAll(other === undefined ? [folder] : [folder, other], { ...options, meter })
  const breathe = breather(options.signal)
  try {
    const [before, after] = readers
    const pids = [...new Set(readers.flatMap(({ programs }) => programs))].sort((a, b) => a - b)
    const bytesOf = (pid: number) => readers.reduce((sum, reader) => sum + reader.bytesOf(pid), 0)
    meter.begin(
      'comparing',
      pids.reduce((sum, pid) => sum + bytesOf(pid), 0),
    )
    for (const pid of pids) {
      await breathe()
      if (before === undefined) return
      if (since !== undefined) yield* changesSince(pid, before.products(pid), since)
      else if (after !== undefined) yield* changesBetween(pid, before.products(pid), after.products(pid))
      meter.add(bytesOf(pid))
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.close()))
  }
}

async function openAll(folders: readonly string[], options: DiffOptions & Watch): Promise<ProductReader[]> {
  const readers: ProductReader[] = []
  try {
    for (const folder of folders) readers.push(await ProductReader.open(folder, options))
    return readers
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()))
    throw error
  }
}

/** A matched product, as the tables have it. */
interface StoredProduct {
  readonly model: string
  readonly date: string
  /** By column of `raw-*`. */
  readonly features: Map<string, string>
  /** Days by name. */
  readonly exposures: Map<string, string>
}

type Products = ReadonlyMap<string, StoredProduct>

const isRaw = ({ holds, encoded }: Table) => holds === 'products' && !encoded
const isRead = (table: Table) => isRaw(table) || table.file === 'training.csv' || table.file === 'level1.csv'

/** Columns of `raw-*` that name the product. */
const NAMES: ReadonlySet<string> = new Set(['pname', 'Dataset'])

/** Reads the matched products of a database. */
class ProductReader {
  readonly #survey: Survey
  readonly #columns: Columns

  private constructor(survey: Survey) {
    this.#survey = survey
    this.#columns = new Columns(survey.layout)
  }

  /** @throws IngestError DATABASE_UNUSABLE */
  static async open(folder: string, options: DiffOptions & Watch): Promise<ProductReader> {
    const { survey } = await surveyOf(folder, isRead, options)
    return new ProductReader(survey)
  }

  get programs(): readonly number[] {
    return this.#survey.programs
  }

  /** How many bytes are read of a program. */
  bytesOf(pid: number): number {
    return this.#survey.bytesOf(pid)
  }

  /** The products of a program, by name. */
  products(pid: number): Products {
    const lines = this.#survey.linesOf(pid)
    const products = new Map<string, StoredProduct>()
    for (const line of lines.filter(({ table }) => TABLES[table]?.file === 'training.csv')) {
      const [model, date] = [this.#cell(line, 'expmode'), this.#cell(line, 'date')]
      products.set(this.#cell(line, 'pname'), { model, date, features: new Map(), exposures: new Map() })
    }
    for (const line of lines) {
      const product = products.get(this.#cell(line, 'pname'))
      const table = TABLES[line.table]
      if (product === undefined || table === undefined) continue
      if (table.file === 'level1.csv') product.exposures.set(this.#cell(line, 'dname'), this.#cell(line, 'date'))
      if (isRaw(table)) this.#readFeatures(line, product.features)
    }
    return products
  }

  #readFeatures({ table, cells }: TableLine, features: Map<string, string>): void {
    for (const [index, column] of this.#columns.of(table).entries())
      if (!NAMES.has(column)) features.set(column, cells.field(index))
  }

  #cell({ table, cells }: TableLine, column: string): string {
    const index = this.#columns.position(table, column)
    return index < 0 ? '' : cells.field(index)
  }

  close(): Promise<void> {
    return this.#survey.close()
  }
}

const byName = (products: Products) => [...products].sort(([a], [b]) => compareText(a, b))

function* changesBetween(pid: number, before: Products, after: Products): Generator<ProductChange> {
  for (const [product, { model }] of byName(new Map([...before, ...after]))) {
    const [old, now] = [before.get(product), after.get(product)]
    if (old === undefined || now === undefined) {
      yield { ...WHOLE, change: now === undefined ? 'went' : 'came', product, model, pid }
      continue
    }
    const features = featuresBetween(old, now)
    const exposures = {
      came: namesWithout(now.exposures, old.exposures),
      went: namesWithout(old.exposures, now.exposures),
    }
    if (features.length + exposures.came.length + exposures.went.length > 0)
      yield { change: 'changed', product, model, pid, features, exposures }
  }
}

/** What is told of a product as a whole. */
const WHOLE = { features: [], exposures: { came: [], went: [] } } as const

function* changesSince(pid: number, products: Products, since: string): Generator<ProductChange> {
  for (const [product, { model, date, exposures }] of byName(products)) {
    if (date >= since) {
      yield { ...WHOLE, change: 'came', product, model, pid }
      continue
    }
    const came = [...exposures].flatMap(([name, day]) => (day >= since ? [name] : [])).sort(compareText)
    if (came.length > 0) yield { ...WHOLE, change: 'changed', product, model, pid, exposures: { came, went: [] } }
  }
}

function featuresBetween(old: StoredProduct, now: StoredProduct): FeatureChange[] {
  const model = old.model === now.model ? [] : [{ feature: 'expmode', before: old.model, after: now.model }]
  const columns = new Set([...now.features.keys(), ...old.features.keys()])
  const features = [...columns].flatMap((feature): FeatureChange[] => {
    const [before, after] = [old.features.get(feature) ?? '', now.features.get(feature) ?? '']
    return isSame(feature, before, after) ? [] : [{ feature, before, after }]
  })
  return [...model, ...features]
}

/** Whether two cells of a feature stand for the same value: numbers can be written in several ways. */
function isSame(feature: string, before: string, after: string): boolean {
  if (before === after) return true
  const type = featureType(feature)
  return (type === 'float' || type === 'int') && toNumber(before) === toNumber(after)
}

function namesWithout(names: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string[] {
  return [...names.keys()].filter((name) => !others.has(name)).sort(compareText)
}
