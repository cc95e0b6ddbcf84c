/**
 * One run: rows from the inputs into the database, in one committed step.
 */

import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { AssociationFile } from '../asn/find.js'
import { IngestError } from '../errors.js'
import { Encoder, type UnknownValues } from '../rules/category-codes.js'
import { createLayout, type Layout, NAMELESS, otherColumns, uniteColumns } from '../rules/layout.js'
import { DEFAULT_MEMORY, LineBuffer } from '../sort/buffer.js'
import { Database, hasIndex, hasTables, mustBeDatabase } from '../store/database.js'
import { waitingFor } from '../store/lock.js'
import { storedColumns, storedLines } from '../store/read/takeover.js'
import type { TableContext } from '../store/table.js'
import { temporaryPath } from '../store/temporary.js'
import { Update } from '../store/update.js'
import { counted } from '../text/words.js'
import { Threads } from '../workers/pool.js'
import type { InputForm } from '../workers/row-scrubber.js'
import { Emitter, emittedTable } from './emit.js'
import { runPipeline } from './pipeline.js'
import { type ProgressListener, ProgressMeter } from './progress.js'
import { type HeadedInput, readHeader } from './read.js'
import { mustHaveRoom, SPILL_FILE } from './room.js'
import type { GroupContext } from './settle-stage.js'
import { findInputs, type SourceOptions } from './source.js'
import { type Summary, Tally } from './summary.js'

/** Options of {@link ingest}. */
export interface IngestOptions {
  /** Files, folders, globs, or `-` for standard input; none means standard input. */
  readonly inputs?: readonly string[] | undefined
  /** The database folder; made if it is not there. */
  readonly out: string
  /** Day of inputs whose name tells none, YYYY-MM-DD. */
  readonly date?: string | undefined
  /** Which files of a folder are read: the start of their names, with `*` and `?`. */
  readonly prefix?: string | undefined
  /** Association files, folders with such files, or globs. */
  readonly asn?: readonly string[] | undefined
  /** Whether products across observations are taken in from association files, as they are by default. */
  readonly candidates?: boolean | undefined
  /** Whether rows of this run counted before stored versions of their datasets, whatever the dates. */
  readonly replace?: boolean | undefined
  /** Whether the first row or association file that cannot be used ends the run, with nothing changed. */
  readonly strict?: boolean | undefined
  /** Rows that `rejects.csv` may have, 100,000 by default; what is beyond them is counted only. */
  readonly maxRejects?: number | undefined
  /** Bytes of rows that are held in memory; what is beyond them waits in spill files. 128 MiB by default. */
  readonly memory?: number | undefined
  /** Folder of the spill files; by default inside the database. */
  readonly tmp?: string | undefined
  /** Seconds to wait for another run on the same database. */
  readonly wait?: number | undefined
  /** Stands for standard input. */
  readonly stdin?: AsyncIterable<Buffer> | undefined
  /** Takes what the user should know while the run goes on; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /** Takes what is assumed in place of an option: the day of standard input. By default `warn` does. */
  readonly assume?: ((message: string) => void) | undefined
  /** Takes how far the run has come. */
  readonly progress?: ProgressListener | undefined
  /** A table whose rows of this run are written to a stream as CSV while the run goes on. */
  readonly emit?: { readonly table: string; readonly out: Writable } | undefined
  /** Ends the run, with the database untouched. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Ingests raw daily files into a database (specification, sections 1-9).
 *
 * @returns what the run did
 * @throws IngestError with a code, and the file and line where there is one; the database is then as it was
 */
export async function ingest(options: IngestOptions): Promise<Summary> {
  // What is wrong with the name is told before anything is read.
  if (options.emit !== undefined) emittedTable(options.emit.table)
  await mustHaveRoom(options)
  const associations = await associationFiles(options)
  return run(await headedInputs(options), associations, options)
}

/** Options of {@link associate}. */
export type AssociateOptions = Omit<
  IngestOptions,
  'inputs' | 'date' | 'prefix' | 'stdin' | 'assume' | 'replace' | 'maxRejects'
>

/**
 * Takes in association files for the rows that a database has already (section 9).
 *
 * @returns what the run did
 * @throws IngestError with a code, as {@link ingest} does; DATABASE_UNUSABLE where there is no database
 */
export async function associate(options: AssociateOptions): Promise<Summary> {
  const associations = await associationFiles(options)
  if (associations.length === 0) throw new IngestError('USAGE', 'no association files: give some with --asn')
  await mustBeDatabase(options.out)
  await mustHaveRoom(options)
  return run([], associations, options)
}

function run(
  inputs: readonly HeadedInput[],
  associations: readonly AssociationFile[],
  options: AssociateOptions & Pick<IngestOptions, 'replace' | 'maxRejects'>,
): Promise<Summary> {
  const tally = new Tally()
  const { strict = false } = options
  const progress = new ProgressMeter(options.progress)
  const watched = progress.watch(inputs)
  return ingestInto(options, watched, tally, async (context, update) => {
    await bufferAssociationsOf(associations, context.buffer, options, tally)
    await runPipeline({ ...context, inputs: watched, strict, progress }, update)
  })
}

/** Most runs have no association files, and need no code for them. */
async function associationFiles({ asn = [] }: Pick<IngestOptions, 'asn'>): Promise<readonly AssociationFile[]> {
  if (asn.length === 0) return []
  const { findAssociations } = await import('../asn/find.js')
  return findAssociations(asn)
}

async function bufferAssociationsOf(
  files: readonly AssociationFile[],
  buffer: LineBuffer,
  { candidates = true, strict = false, signal }: AssociateOptions,
  { associations }: Tally,
): Promise<void> {
  if (files.length === 0) return
  const { bufferAssociations } = await import('../asn/read.js')
  await bufferAssociations(files, { buffer, candidates, strict, signal, tally: associations })
}

/** What the stages that write into a database work on. */
export type DatabaseContext = Omit<GroupContext, 'strict' | 'progress'> & {
  readonly layout: Layout
  readonly emitter: Emitter | undefined
}

/** Options of a run that are about the database, not the inputs. */
export type DatabaseOptions = Pick<
  IngestOptions,
  'out' | 'replace' | 'maxRejects' | 'memory' | 'tmp' | 'wait' | 'warn' | 'emit' | 'signal'
>

/**
 * Opens the database and makes what `work` sends into it one committed step.
 *
 * @param inputs header and day of each input of the run
 */
export async function ingestInto(
  options: DatabaseOptions,
  inputs: readonly InputForm[],
  tally: Tally,
  work: (context: DatabaseContext, update: Update) => Promise<void>,
): Promise<Summary> {
  const warn = options.warn ?? (() => {})
  const database = await Database.open(options.out, {
    wait: options.wait,
    signal: options.signal,
    onWait: (owner) => warn(waitingFor(owner, options)),
  })
  try {
    if (database.folder.recovered !== undefined) warn(database.folder.recovered)
    const summary = await updateDatabase(database, inputs, options, tally, work)
    await database.close()
    return summary
  } catch (error) {
    await database.close(error)
    throw error
  }
}

/** The inputs of a run, with their headers read and checked. */
export async function headedInputs(options: Omit<IngestOptions, 'out'>): Promise<HeadedInput[]> {
  const { inputs = [], date, prefix, stdin = process.stdin, signal, warn = () => {}, assume } = options
  const source: SourceOptions = { inputs, date, prefix, stdin, warn, assume, signal }
  const headed: HeadedInput[] = []
  const found = await findInputs(source)
  try {
    for (const input of found) {
      signal?.throwIfAborted()
      headed.push(await readHeader(input))
    }
    warnOfNameless(headed, warn)
    return headed
  } catch (error) {
    for (const input of found) input.close?.()
    throw error
  }
}

function warnOfNameless(inputs: readonly HeadedInput[], warn: (message: string) => void): void {
  const [first, ...more] = inputs.filter(({ header }) => header.includes(NAMELESS))
  if (first === undefined) return
  const rest = more.length === 0 ? '' : `, and one of ${counted(more.length, 'more input')}`
  const column = first.header.indexOf(NAMELESS) + 1
  warn(`${first.name}: column ${column} has no name and is left out, as row numbers are${rest}; a name keeps it`)
}

async function updateDatabase(
  database: Database,
  inputs: readonly InputForm[],
  options: DatabaseOptions,
  tally: Tally,
  work: (context: DatabaseContext, update: Update) => Promise<void>,
): Promise<Summary> {
  const fresh = inputs.map(({ header }) => otherColumns(header))
  if (database.index === undefined) await refuseLoss(database, options)
  const known = database.index?.others
  const others = uniteColumns([...(known === undefined ? await storedColumns(database) : [known]), ...fresh])
  const layout = createLayout(others)
  // A new column has to be in every row of every table, so all of them are written anew.
  const anew = known === undefined || known.length < others.length
  const encoder = new Encoder(database.encodings)
  const update = await Update.begin(database, { layout, encoder }, anew, options.maxRejects)
  const stored = anew ? undefined : database.places
  // Plain data alone can go to another thread.
  const forms = inputs.map(({ name, header, day }) => ({ name, header, day }))
  const { encodings } = database
  const threads = new Threads({ others, inputs: forms, encodings, stored, replaces: options.replace }, options.signal)
  const buffer = new LineBuffer(
    options.memory ?? DEFAULT_MEMORY,
    (number) => spillPath(number, update, options),
    (section, file) => threads.spill(section, file),
  )
  const emitter = emitterOf(options, { layout, encoder }, update)
  try {
    if (anew) await bufferStored(database, layout, buffer, options)
    const learn = (values: UnknownValues) => encoder.learn(values)
    const { signal } = options
    await work({ layout, buffer, threads, tally, learn, wholePrograms: !anew, emitter, signal }, update)
    await threads.close()
    const newCategories = encoder.settle()
    await emitter?.finish(options.signal)
    const committed = await update.commit(newCategories.length > 0 || known === undefined, tally.census)
    return tally.summary(inputs.length, newCategories, { database: database.folder.folder, ...committed })
  } catch (error) {
    await threads.close()
    await update.abort(error)
    throw error
  } finally {
    buffer.close()
    emitter?.close()
  }
}

/** Most runs find the tables as the last one left them, and need no code for this. */
async function refuseLoss(database: Database, { warn = () => {}, signal }: DatabaseOptions): Promise<void> {
  if (!(await hasTables(database)) && !(await hasIndex(database))) return
  const { takeStock } = await import('../maintain/loss.js')
  await takeStock(database.folder.folder, { warn, signal })
}

function emitterOf({ emit }: DatabaseOptions, context: TableContext, update: Update): Emitter | undefined {
  if (emit === undefined) return undefined
  return new Emitter(emittedTable(emit.table), context, emit.out, update.scratchPath('emitted'))
}

/** Where a spill file is made; its name is taken away at once, so it needs to be unused only now. */
function spillPath(number: number, update: Update, { tmp }: DatabaseOptions): string {
  return tmp === undefined ? update.scratchPath(`spill-${number}`) : temporaryPath(join(tmp, SPILL_FILE))
}

/** Puts the lines of tables that cannot be read program by program with those of the input. */
async function bufferStored(
  database: Database,
  layout: Layout,
  buffer: LineBuffer,
  { warn, signal }: DatabaseOptions,
): Promise<void> {
  if (!(await hasTables(database))) return
  let misplaced = 0
  for await (const { pid, observation, table, text, isMisplaced } of storedLines(database, layout)) {
    signal?.throwIfAborted()
    if (buffer.canMerge) await buffer.merge(signal)
    buffer.add(pid, observation, table, text)
    if (isMisplaced) misplaced++
  }
  if (misplaced > 0)
    warn?.(`${counted(misplaced, 'row')} of training.csv without a pname, taken over as waiting products`)
}
