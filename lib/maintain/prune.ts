/**
 * Takes out of a database what has waited too long: rows of ingest.csv go to expired.csv, and what came of them goes out
 * of `rem-*`. All in one committed step, as a rebuild does it: every table then holds what resolving the rows gives that
 * are left.
 */
import { join } from 'node:path'
import { CanonicalLine } from '../csv/row.js'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { Meter, type ProgressListener } from '../process/progress.js'
import { modelOf } from '../rules/association.js'
import { parseDay } from '../rules/day.js'
import { MODELS, type Model } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import type { Row } from '../rules/row.js'
import { type CensusByProgram, countProgram, type Totals, totalOf, totalsOf, type Waiting } from '../settle/census.js'
import { formatWaiting } from '../settle/counts.js'
import { staleUnits, type Unit } from '../settle/expiry.js'
import type { WaitingProduct } from '../settle/resolve.js'
import type { Settled } from '../settle/settled.js'
import { Database, mustBeDatabase } from '../store/database.js'
import { waitingFor } from '../store/lock.js'
import { settleAnew } from '../store/read/settle.js'
import type { TableLine } from '../store/read/survey.js'
import { expiredLine, TABLE_NUMBERS, TABLES } from '../store/tables.js'
import { visibleName } from '../text/visible.js'
import { counted } from '../text/words.js'
import { Renewer } from '../workers/renewer.js'
import { Survey } from '../workers/survey.js'
import { Damage } from './damage.js'
import { refuseLoss } from './loss.js'
import { type Renewal, renewTables } from './rebuild.js'

/** What is pruned, and how. */
export interface PruneOptions {
  /** What has waited longer goes: a number of days, weeks or years, as `180d`, `26w`, `1y`. */
  readonly olderThan: string
  /** The day from which ages count back, YYYY-MM-DD; by default today (UTC). */
  readonly asOf?: string | undefined
  /** Whether to tell only what would go. */
  readonly dryRun?: boolean | undefined
  /** Seconds to wait for another run on the same database. */
  readonly wait?: number | undefined
  /** Takes what the user should know while it goes on; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /** Ends it, with the database untouched. */
  readonly signal?: AbortSignal | undefined
  /** Takes how far it has come. */
  readonly progress?: ProgressListener | undefined
}

/** Options of {@link pruneDatabase}. */
interface DatabasePruneOptions extends PruneOptions {
  /** The database folder. */
  readonly out: string
}

/** What expired of one model. */
export interface PrunedModel {
  groups: number
  /** Exposures of these groups. */
  exposures: number
  products: number
}

/** What a prune did, or would do; the JSON of `prune --json`. */
export interface PruneReport {
  readonly database: string
  readonly dryRun: boolean
  readonly asOf: string
  /** Rows of days before this one are old. */
  readonly cutoff: string
  readonly models: Readonly<Record<Model, Readonly<PrunedModel>>>
  /** Exposures that are in no group. */
  readonly ungrouped: number
  /** All rows that went. */
  readonly rows: number
  /** What waits still. */
  readonly waiting: Waiting
  /** What is matched and waits still. */
  readonly totals: Totals
  readonly seconds: number
}

/**
 * Sets aside what has waited too long.
 *
 * @throws IngestError USAGE for an age or a day that is none; DATABASE_UNUSABLE where there is no database, TABLE_INVALID
 * where an unencoded table is missing or cannot be read, DATABASE_LOCKED, WRITE_FAILED; the database is then as it was
 */
export async function pruneDatabase(options: DatabasePruneOptions): Promise<PruneReport> {
  const start = performance.now()
  const { out, olderThan, asOf = today(), dryRun = false } = options
  const cutoff = cutoffOf(olderThan, parseDay(asOf, '--as-of').date)
  await mustBeDatabase(out)
  const pruning = new Pruning(cutoff, asOf)
  if (dryRun) await look(options, pruning)
  else await prune(options, pruning)
  const seconds = Math.round(performance.now() - start) / 1000
  return { database: out, dryRun, asOf, cutoff, ...pruning.counts, seconds }
}

function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** A day before every row's, for ages that reach further back than dates do. */
const BEFORE_ALL = '0000-01-01'

/**
 * The day so long before another one. A year goes back to the same day of the year before, from 29 February to the 28th.
 *
 * @throws IngestError USAGE
 */
export function cutoffOf(age: string, day: string): string {
  const [, digits, unit] = /^(\d{1,6})([dwy])$/.exec(age) ?? []
  if (digits === undefined)
    throw new IngestError(
      'USAGE',
      `${JSON.stringify(age)} is no age; expected days, weeks or years, as 180d, 26w or 1y`,
    )
  const count = Number(digits)
  const date = new Date(`${day}T00:00:00Z`)
  if (unit === 'y') {
    const month = date.getUTCMonth()
    date.setUTCFullYear(date.getUTCFullYear() - count)
    if (date.getUTCMonth() !== month) date.setUTCDate(0)
  } else date.setUTCDate(date.getUTCDate() - count * (unit === 'w' ? 7 : 1))
  return date.getUTCFullYear() >= 0 ? date.toISOString().slice(0, 10) : BEFORE_ALL
}

/** Only looks: no lock, no change. */
async function look(
  { out: folder, signal, progress, warn = () => {} }: DatabasePruneOptions,
  pruning: Pruning,
): Promise<void> {
  const damage = new Damage(folder)
  const meter = new Meter(progress)
  const survey = await Survey.of(folder, async () => ({ listener: damage, meter }), signal)
  try {
    await refuseLoss(folder, survey, damage, { accepts: 'nothing', warn, signal, meter })
    const breathe = breather(signal)
    for (const pid of survey.inTurn('pruning')) {
      await breathe()
      pruning.settle(pid, survey.linesOf(pid), survey.layout)
    }
  } finally {
    await survey.close()
  }
}

async function prune(options: DatabasePruneOptions, pruning: Pruning): Promise<void> {
  const { out, wait, signal, warn = () => {} } = options
  const onWait = (owner: Parameters<typeof waitingFor>[0]) => warn(waitingFor(owner, options))
  const meter = new Meter(options.progress)
  const database = await Database.open(out, { create: false, wait, onWait, signal, meter })
  try {
    if (database.folder.recovered !== undefined) warn(database.folder.recovered)
    await renewTables(database, renewal(pruning), { accepts: 'nothing', warn, signal, meter })
  } finally {
    await database.close()
  }
}

/** Prunes one program after the other. */
function renewal(pruning: Pruning): Renewal {
  return async function* renew(survey, encodings, signal) {
    const renewer = new Renewer(survey, encodings, (...program) => pruning.settle(...program))
    const breathe = breather(signal)
    for (const pid of survey.inTurn('pruning')) {
      await breathe()
      renewer.add(pid)
      yield renewer.take()
    }
  }
}

/** Settles programs without what is too old in them, and counts that. */
class Pruning {
  readonly #cutoff: string
  readonly #asOf: string
  readonly #models = Object.fromEntries(
    MODELS.map((model) => [model, { groups: 0, exposures: 0, products: 0 }]),
  ) as Record<Model, PrunedModel>
  readonly #census: CensusByProgram = new Map()
  #ungrouped = 0
  #rows = 0

  constructor(cutoff: string, asOf: string) {
    this.#cutoff = cutoff
    this.#asOf = asOf
  }

  get counts(): Pick<PruneReport, 'models' | 'ungrouped' | 'rows' | 'waiting' | 'totals'> {
    const totals = totalsOf(totalOf(this.#census.values()))
    return { models: this.#models, ungrouped: this.#ungrouped, rows: this.#rows, waiting: totals.waiting, totals }
  }

  /** What the lines of a program come to when those that waited too long are expired. */
  settle(pid: number, lines: readonly TableLine[], layout: Layout): Settled {
    const settled = settleAnew(pid, lines, layout)
    const expiring = staleUnits(settled, this.#cutoff).flatMap((unit) => this.#expire(unit))
    // Names of targets are numbered within an association: without some of its exposures others may be called otherwise.
    const left = expiring.length === 0 ? settled : settleAnew(pid, replaceLines(lines, expiring, layout), layout)
    countProgram(left, this.#census)
    return left
  }

  #expire({ groups, products: all, ungrouped }: Unit): Expiring[] {
    const products = all.filter(isInIngest)
    const expiring = (row: Row, expmode: string) => ({ row, line: expiredLine(row, expmode, this.#asOf) })
    for (const { model, waiting } of groups) {
      if (waiting.length > 0) this.#models[model].groups++
      this.#models[model].exposures += waiting.length
    }
    for (const { product } of products) this.#models[modelOf(product)].products++
    this.#ungrouped += ungrouped.length
    const rows = [
      ...groups.flatMap(({ waiting, model }) => waiting.map((exposure) => expiring(exposure, model))),
      ...products.map(({ product, model = '' }) => expiring(product, model)),
      ...ungrouped.map(({ exposure }) => expiring(exposure, '')),
    ]
    this.#rows += rows.length
    return rows
  }
}

/** A product across observations that waits is in mosaics.csv, and stays there. */
function isInIngest({ product }: WaitingProduct): boolean {
  return product.kind !== 'mosaic'
}

/** A row that expires, and its line in expired.csv. */
interface Expiring {
  readonly row: Row
  readonly line: string
}

/** The lines of a program with those of some datasets in expired.csv, and nowhere else. */
function replaceLines(lines: readonly TableLine[], expiring: readonly Expiring[], layout: Layout): TableLine[] {
  const names = new Set(expiring.map(({ row }) => row.dname))
  const isOut = ({ table, cells }: TableLine) => {
    const holds = TABLES[table]?.holds
    if (holds === 'rows') return names.has(cells.field(layout.at.dname))
    return holds === 'hidden' && names.has(cells.field(0))
  }
  const others = lines.filter((line) => !isOut(line))
  const { expired: table } = TABLE_NUMBERS
  const expired = expiring.map(({ line: text }) => ({ table, line: 0, text, cells: new CanonicalLine(text) }))
  return [...others, ...expired]
}

/** The report as lines of text. */
export function formatPrune({
  database,
  dryRun,
  cutoff,
  models,
  ungrouped,
  rows,
  waiting,
  seconds,
}: PruneReport): string {
  const file = visibleName(join(database, 'expired.csv'))
  const lines = [
    ['before', cutoff],
    ...MODELS.map((model) => [model, modelLine(models[model])]),
    ['no group', counted(ungrouped, 'exposure')],
    ['expired', `${counted(rows, 'row')} ${dryRun ? `would go to ${file}: nothing was changed` : `moved to ${file}`}`],
    ['waiting', formatWaiting(waiting)],
    ['time', `${seconds.toFixed(2)} s`],
  ]
  return lines.map(([name = '', what = '']) => `${name.padEnd(11)} ${what}\n`).join('')
}

function modelLine({ groups, exposures, products }: PrunedModel): string {
  return `${counted(groups, 'group')} of ${counted(exposures, 'exposure')}, ${counted(products, 'product')}`
}
