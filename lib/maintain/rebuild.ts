/**
 * Makes the tables of a database anew from its unencoded ones: `train-*`, `raw-*` and `rem-*` become what resolving the
 * rows of training.csv, level1.csv and ingest.csv gives (specification, sections 4-8). Tables that hold that already
 * stay as they are, byte for byte; the others are replaced in one committed step.
 */
import { stat } from 'node:fs/promises'
import { Meter, type ProgressListener } from '../process/progress.js'
import { Encoder, type Encodings, type NewCategory } from '../rules/category-codes.js'
import { type CensusByProgram, type Totals, totalOf, totalsOf } from '../settle/census.js'
import { Database, mustBeDatabase } from '../store/database.js'
import { lookAtDatabase } from '../store/dry-run.js'
import { DryUpdate } from '../store/dry-update.js'
import type { TableText } from '../store/format.js'
import { type DatabaseIndex, isSameIndex, type TableIndex } from '../store/index-file.js'
import { waitingFor } from '../store/lock.js'
import { GroupLedger } from '../store/read/settle.js'
import type { SurveyedTable } from '../store/read/survey.js'
import { StoredCensus } from '../store/stored-census.js'
import type { Table } from '../store/table.js'
import type { TableChange } from '../store/table-change.js'
import type { TableChanges } from '../store/table-update.js'
import { ENCODINGS_FILE, REJECTS_FILE, TABLES } from '../store/tables.js'
import { type Committed, type TablesUpdate, Update } from '../store/update.js'
import type { RenewedPrograms } from '../workers/renewer.js'
import { Survey } from '../workers/survey.js'
import { tellCodes } from './codes.js'
import { Damage } from './damage.js'
import { type LossOptions, refuseLoss } from './loss.js'

/** How a database is rebuilt. */
export interface RebuildOptions {
  /** Seconds to wait for another run on the same database. */
  readonly wait?: number | undefined
  /** Whether rows that are lost, or cannot be read, are given up. */
  readonly acceptLoss?: boolean | undefined
  /** Whether to tell only what would change: the database is then looked at, without a lock. */
  readonly dryRun?: boolean | undefined
  /** Takes what the user should know while the rebuild goes on; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /** Ends the rebuild, with the database untouched. */
  readonly signal?: AbortSignal | undefined
  /** Takes how far it has come. */
  readonly progress?: ProgressListener | undefined
}

/** Options of {@link rebuildDatabase}. */
interface DatabaseRebuildOptions extends RebuildOptions {
  /** The database folder. */
  readonly out: string
}

/** What became of a table. */
export interface RebuiltTable {
  readonly file: string
  readonly state: 'unchanged' | 'changed' | 'made'
  /** Lines that it has now. */
  readonly lines: number
  /** Lines that were taken out, put in or replaced; none where only header, quotes or line ends changed. */
  readonly changed: number
}

/** What a rebuild did, or would do; the JSON of `rebuild --json`. */
export interface RebuildReport {
  readonly database: string
  readonly dryRun: boolean
  /** In a dry run, what would become of each table; these are as they were. */
  readonly changes?: readonly TableChange[]
  readonly tables: readonly RebuiltTable[]
  readonly newCategories: readonly NewCategory[]
  /** What is matched and waits. */
  readonly totals: Totals
  readonly seconds: number
}

/**
 * Makes the derived tables of a database anew.
 *
 * @throws IngestError DATABASE_UNUSABLE where there is no database, TABLE_INVALID where a table has lost rows that cannot be
 * made anew, or cannot be read, DATABASE_LOCKED, WRITE_FAILED; the database is then as it was
 */
export async function rebuildDatabase(options: DatabaseRebuildOptions): Promise<RebuildReport> {
  const start = performance.now()
  const { out, wait, acceptLoss = false, dryRun = false, signal, warn = () => {} } = options
  const meter = new Meter(options.progress)
  await mustBeDatabase(out)
  const onWait = (owner: Parameters<typeof waitingFor>[0]) => warn(waitingFor(owner, options))
  const database = dryRun
    ? await lookAtDatabase(out, { signal, meter })
    : await Database.open(out, { create: false, wait, onWait, signal, meter })
  try {
    if (database.folder.recovered !== undefined) warn(database.folder.recovered)
    const { changes, lost, ...outcome } = await renewTables(
      database,
      (survey, encodings) => survey.each('renew', encodings, signal),
      { accepts: acceptLoss ? 'everything' : 'features', warn, signal, meter },
    )
    tell(outcome.tables, lost, { dryRun, warn })
    const seconds = Math.round(performance.now() - start) / 1000
    return { database: out, dryRun, ...outcome, ...(changes === undefined ? {} : { changes }), seconds }
  } finally {
    await database.close()
  }
}

interface Outcome extends Pick<RebuildReport, 'tables' | 'newCategories' | 'totals'> {
  readonly changes: Committed['changes']
  /** Products taken over without their exposures that have no line in `train-*`. */
  readonly lost: readonly string[]
}

/** Settles all programs of a database anew. */
export type Renewal = (
  survey: Survey,
  encodings: Encodings,
  signal: AbortSignal | undefined,
) => AsyncIterable<RenewedPrograms>

/** Replaces the tables that do not hold what `renew` makes of each program's lines, in one committed step. */
export async function renewTables(database: Database, renew: Renewal, options: LossOptions): Promise<Outcome> {
  const { folder } = database.folder
  const damage = new Damage(folder)
  const survey = await Survey.of(folder, async () => ({ listener: damage, meter: options.meter }), options.signal)
  try {
    await refuseLoss(folder, survey, damage, options)
    const encodings = await encodingsOf(database, survey, options)
    const encoder = new Encoder(encodings)
    const context = { layout: survey.layout, encoder }
    const update = database.isLookedAt
      ? await DryUpdate.begin(database, context, { whole: true })
      : await Update.begin(database, context, false)
    try {
      const census: CensusByProgram = new Map()
      const counts = TABLES.map((table) => new TableCount(table, survey, damage, database.index))
      for await (const renewed of renew(survey, encodings, options.signal)) {
        damage.lookForLoss(renewed.bare)
        encoder.learn(renewed.unknown)
        new StoredCensus(renewed.census).addTo(census)
        for (const count of counts) count.add(renewed)
        for (const [number, table] of update.tables.entries()) addTo(table, number, renewed, survey)
      }
      if (damage.loss !== undefined && options.accepts !== 'everything') throw damage.loss
      const newCategories = encoder.assignCodes()
      const changes = await commit(database, survey, update, {
        counts,
        census,
        newCodes: newCategories.length > 0 || database.lacksEncodings,
        meter: options.meter,
      })
      const totals = totalsOf(totalOf(census.values()))
      return { tables: counts.map((count) => count.outcome), changes, newCategories, totals, lost: damage.lost }
    } catch (error) {
      await update.abort(error)
      throw error
    }
  } finally {
    await survey.close()
  }
}

/** Adds what programs come to in a table; it keeps the lines that are stored so. */
function addTo(table: TableChanges, number: number, { tables, kept }: RenewedPrograms, survey: Survey): void {
  table.add(tables[number] as TableText)
  const lineRanges = survey.tables.get(number)?.lineRanges
  for (const pid of kept[number] ?? []) table.keep(lineRanges?.of(pid) ?? [])
}

/** The codes of a database; a rebuild tells them from the tables where they are lost. */
async function encodingsOf(database: Database, survey: Survey, { accepts, warn, signal }: LossOptions) {
  if (accepts === 'nothing' || !database.lacksEncodings) return database.encodings
  const { encodings, own, ambiguous } = await tellCodes(survey, signal)
  const which = own.length === 0 ? 'they are those of the program' : `not of the program: ${own.join(', ')}`
  const what = database.isLookedAt ? 'would be' : 'is'
  warn(`encodings.json ${what} made anew from the codes in the tables; ${which}`)
  for (const sign of ambiguous) warn(`encodings.json: not certain: ${sign}`)
  return encodings
}

/** What settling every program gave. */
interface Renewed {
  readonly counts: readonly TableCount[]
  readonly census: CensusByProgram
  readonly newCodes: boolean
  /** Takes that the tables are written, where they are. */
  readonly meter: Meter | undefined
}

/** Replaces the tables that changed; where none did, the database is not touched. In a dry run tells what would change. */
async function commit(
  database: Database,
  survey: Survey,
  update: TablesUpdate,
  { counts, census, newCodes, meter }: Renewed,
): Promise<Committed['changes']> {
  await survey.close()
  const same = new Map<string, TableIndex>()
  for (const { table, isSame, index } of counts) if (isSame && index !== undefined) same.set(table.file, index)
  const others = survey.layout.columns.slice(2, survey.layout.at.date)
  const known =
    database.index !== undefined &&
    isSameIndex(database.index, {
      others,
      tables: same,
      encodings: database.encodingsSum,
      census: new StoredCensus().with(census),
      readings: database.readings,
    })
  const noCodes = await stat(database.path(ENCODINGS_FILE)).then(
    () => false,
    () => true,
  )
  const noRejects = (survey.opened(REJECTS_FILE)?.bytes ?? 0) === 0
  const isRight = same.size === TABLES.length && known && !newCodes && !noCodes && !noRejects
  if (isRight && !database.isLookedAt) {
    await update.abort(undefined)
    return undefined
  }
  if (!database.isLookedAt) meter?.begin('writing', undefined)
  return (await update.commit(newCodes || noCodes, census, same)).changes
}

function tell(
  tables: readonly RebuiltTable[],
  lost: readonly string[],
  { dryRun, warn }: { readonly dryRun: boolean; readonly warn: (message: string) => void },
): void {
  const now = dryRun ? 'would be' : 'is now'
  for (const { file, state } of tables) {
    const isUnencoded = TABLES.some((table) => table.file === file && table.holds === 'rows')
    if (isUnencoded && state === 'changed') warn(`${file} was not what resolving its rows gives, and ${now}`)
  }
  if (lost.length === 0) return
  const [first, ...others] = lost
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  warn(`${first}${more} was taken over without its exposures and has no features: only a backup of train-* has them`)
}

/** How a table compares with what resolving gives, counted program by program. */
class TableCount {
  readonly table: Table
  readonly #surveyed: SurveyedTable | undefined
  readonly #known: TableIndex | undefined
  readonly #isDamaged: boolean
  readonly #groups = new GroupLedger()
  #lines = 0
  #changed = 0

  constructor(table: Table, survey: Survey, damage: Damage, index: DatabaseIndex | undefined) {
    this.table = table
    this.#surveyed = survey.tables.get(table.number)
    this.#known = index?.tables.get(table.file)
    this.#isDamaged = damage.files.has(table.file)
  }

  add({ lines, changed, groups: { extra, missing } }: RenewedPrograms): void {
    const { number } = this.table
    const isOwn = ({ table }: { readonly table: number }) => table === number
    this.#lines += lines[number] ?? 0
    this.#changed += changed[number] ?? 0
    this.#groups.addAll({ extra: extra.filter(isOwn), missing: missing.filter(isOwn) })
  }

  get #changes(): number {
    const { extra, missing } = this.#groups.rest
    return this.#changed + Math.max(extra.length, missing.length)
  }

  /** Whether the table stays as it is. */
  get isSame(): boolean {
    const isGood = !this.#isDamaged && this.#surveyed?.asWritten === true && this.index !== undefined
    return isGood && this.#changes === 0
  }

  /** The index of the table as it is; undefined where it is not clear which program a waiting group is of. */
  get index(): TableIndex | undefined {
    return this.#groups.strayed.size === 0 ? this.#surveyed : this.#known
  }

  get outcome(): RebuiltTable {
    const state = this.isSame ? 'unchanged' : this.#surveyed === undefined ? 'made' : 'changed'
    return { file: this.table.file, state, lines: this.#lines, changed: this.#changes }
  }
}
