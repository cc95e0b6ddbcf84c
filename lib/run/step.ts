/**
 * One committed step of a run: what is sent into the database until it commits, and the database from one step to the next.
 */
import { join } from 'node:path'
import { IngestError, isOfInput } from '../errors.js'
import type { TakeOver } from '../maintain/takeover.js'
import { Meter } from '../process/progress.js'
import { undecide } from '../process/supervisor.js'
import { Encoder, type NewCategory, type UnknownValues } from '../rules/category-codes.js'
import { createLayout, type Layout, otherColumns, uniteColumns } from '../rules/layout.js'
import { DEFAULT_MEMORY, LineBuffer } from '../sort/buffer.js'
import { isThere } from '../store/commit-files.js'
import { Database, hasIndex, hasTables } from '../store/database.js'
import { INDEX_FILE } from '../store/index-file.js'
import { waitingFor } from '../store/lock.js'
import type { TableContext } from '../store/table.js'
import { type TablesUpdate, Update } from '../store/update.js'
import { WorkerPool } from '../workers/pool.js'
import type { InputForm } from '../workers/row-scrubber.js'
import { loadExtras } from '../workers/tasks.js'
import type { Emitter, EmitterStep } from './emit.js'
import type { IngestOptions } from './options.js'
import type { GroupContext } from './settle-stage.js'
import type { Outcome, Tally } from './summary.js'

/** What the stages that write into a database work on. */
export type DatabaseContext = Omit<GroupContext, 'strict' | 'progress'> & {
  readonly layout: Layout
  readonly emitter: EmitterStep | undefined
}

/** Options of a run that are about the database, not the inputs. */
export type DatabaseOptions = Pick<
  IngestOptions,
  | 'out'
  | 'asn'
  | 'replace'
  | 'dryRun'
  | 'maxRejects'
  | 'memory'
  | 'tmp'
  | 'wait'
  | 'warn'
  | 'alert'
  | 'signal'
  | 'progress'
> & {
  /** Takes the rows of a table as they come. */
  readonly emitter?: Emitter | undefined
}

/** Sends rows into the database, as long as it is not committed. */
export type StepWork = (context: DatabaseContext, update: TablesUpdate) => Promise<void>

/** What a step did. */
export interface StepResult {
  readonly outcome: Outcome
  readonly newCategories: readonly NewCategory[]
}

/** The database of a run, which no other run can change from one step to the next. */
export class HeldDatabase {
  readonly #options: DatabaseOptions
  #database: Database | undefined
  #steps = 0

  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  /**
   * Makes what `work` sends into the database one committed step. After an error the database is closed, but for one of an
   * input: then the run has it still.
   *
   * @param inputs header and day of each input of the step
   */
  async step(inputs: readonly InputForm[], tally: Tally, work: StepWork): Promise<StepResult> {
    try {
      // What comes now is a change of its own, which a signal can keep from happening.
      if (this.#steps > 0) undecide()
      this.#database = await (this.#database?.again() ?? openDatabase(this.#options, this.#steps === 0))
      const result = await updateDatabase(this.#database, inputs, this.#options, tally, work)
      this.#steps++
      return result
    } catch (error) {
      if (isOfInput(error)) throw error
      const isGone = this.#steps > 0 && !(await isThere(join(this.#options.out, INDEX_FILE)))
      await this.close(error)
      throw isGone ? gone(this.#options.out, error) : error
    }
  }

  /** Gives it free for others, until the next step. */
  async close(reason?: unknown): Promise<void> {
    const database = this.#database
    this.#database = undefined
    await database?.close(reason)
  }
}

function gone(folder: string, cause?: unknown): IngestError {
  const what = 'is gone since the last commit of this run, and what it held with it'
  const ways = 'see whether its disk is there still; then begin the run anew, as rows that are there change nothing'
  return new IngestError('DATABASE_UNUSABLE', `${what}: ${ways}`, { source: folder }, cause)
}

/** @param isFirst whether the run opens it for its first step */
async function openDatabase(options: DatabaseOptions, isFirst: boolean): Promise<Database> {
  const { warn = () => {}, alert = warn } = options
  // A folder that is made anew would hide that all is lost.
  if (!isFirst && !(await isThere(join(options.out, INDEX_FILE)))) throw gone(options.out)
  const { out, wait, signal, dryRun = false } = options
  const meter = new Meter(options.progress)
  const database = dryRun
    ? await (await import('../store/dry-run.js')).lookAtDatabase(out, { signal, meter })
    : await Database.open(out, { wait, signal, meter, onWait: (owner) => warn(waitingFor(owner, options)) })
  if (database.folder.recovered !== undefined) warn(database.folder.recovered)
  if (isFirst && database.readings.length > 0) {
    const { brokenOff, endedReadings } = await import('../store/readings.js')
    for (const reading of endedReadings(database.readings)) alert(brokenOff(reading))
  }
  return database
}

async function updateDatabase(
  database: Database,
  inputs: readonly InputForm[],
  options: DatabaseOptions,
  tally: Tally,
  work: StepWork,
): Promise<StepResult> {
  const fresh = uniteColumns(inputs.map(({ header }) => otherColumns(header)))
  const takeOver = await beginTakeOver(database, fresh, options)
  const others = takeOver?.others ?? uniteColumns([database.index?.others ?? [], fresh])
  try {
    return await updateTables(database, inputs, { others, takeOver }, options, tally, work)
  } finally {
    await takeOver?.close()
  }
}

/**
 * What is done with tables that cannot be read program by program, if they are such: a new column has to be in every row
 * of every table, so all of them are written anew. Most runs need no code for this.
 */
async function beginTakeOver(
  database: Database,
  fresh: readonly string[],
  { signal, progress }: DatabaseOptions,
): Promise<TakeOver | undefined> {
  const known = database.index?.others
  if (known !== undefined && fresh.every((column) => known.includes(column))) return undefined
  if (!(await hasTables(database)) && !(await hasIndex(database))) return undefined
  const { TakeOver } = await import('../maintain/takeover.js')
  return TakeOver.begin(database.folder.folder, (stored) => uniteColumns([known ?? stored, fresh]), {
    signal,
    meter: new Meter(progress),
  })
}

async function updateTables(
  database: Database,
  inputs: readonly InputForm[],
  { others, takeOver }: { readonly others: readonly string[]; readonly takeOver: TakeOver | undefined },
  options: DatabaseOptions,
  tally: Tally,
  work: StepWork,
): Promise<StepResult> {
  const known = database.index?.others
  const layout = createLayout(others)
  const anew = known === undefined || takeOver !== undefined
  const encoder = new Encoder(database.encodings)
  const update = await beginUpdate(database, { layout, encoder }, anew, options)
  if (database.readings.length > 0) {
    const { othersReadings } = await import('../store/readings.js')
    update.readings = othersReadings(database.readings)
  }
  const stored = anew ? undefined : database.places
  // Plain data alone can go to another thread.
  const forms = inputs.map(({ name, header, day }) => ({ name, header, day }))
  const { encodings } = database
  const { asn = [], replace: replaces, emitter: { emits } = {} } = options
  const hasLists = asn.length > 0 || takeOver !== undefined || database.hasLists
  const setup = { others, inputs: forms, encodings, stored, replaces, emits, hasLists }
  const pool = new WorkerPool(setup, options.signal, await loadExtras(setup))
  const buffer = new LineBuffer(options.memory ?? DEFAULT_MEMORY, await spillPaths(update, options), (section, file) =>
    pool.spill(section, file),
  )
  const emitter = options.emitter?.begin({ layout, encoder }, update.scratchPath('emitted'))
  try {
    await takeOver?.bufferLines(buffer, known !== undefined, options.warn ?? (() => {}))
    const learn = (values: UnknownValues) => encoder.learn(values)
    const { signal } = options
    await work({ layout, buffer, pool, tally, learn, wholePrograms: !anew, emitter, signal }, update)
    await pool.close()
    const newCategories = encoder.assignCodes()
    await emitter?.finish(options.signal)
    const committed = await update.commit(newCategories.length > 0 || known === undefined, tally.census)
    return { newCategories, outcome: { database: database.folder.folder, ...committed } }
  } catch (error) {
    await pool.close()
    await update.abort(error)
    throw error
  } finally {
    buffer.close()
    emitter?.close()
  }
}

async function beginUpdate(
  database: Database,
  context: TableContext,
  anew: boolean,
  { maxRejects, tmp }: DatabaseOptions,
): Promise<TablesUpdate> {
  if (!database.isLookedAt) return Update.begin(database, context, anew, maxRejects)
  const { DryUpdate } = await import('../store/dry-update.js')
  return DryUpdate.begin(database, context, { whole: anew, maxRejects, tmp })
}

/** Where spill files are made; their names are taken away at once, so they need to be unused only then. */
async function spillPaths(update: TablesUpdate, { tmp }: DatabaseOptions): Promise<(number: number) => string> {
  if (tmp === undefined) return (number) => update.scratchPath(`spill-${number}`)
  const { spillPathIn } = await import('./room.js')
  return () => spillPathIn(tmp)
}
