/**
 * A run: rows from the inputs into the database, in one committed step, or in one after the other.
 */

import type { AssociationFile } from '../asn/find.js'
import { IngestError, isOfInput } from '../errors.js'
import { Meter } from '../process/progress.js'
import { untilAborted } from '../process/until-aborted.js'
import { NAMELESS } from '../rules/layout.js'
import { isDatabase, mustBeDatabase } from '../store/database.js'
import { counted } from '../text/words.js'
import type { InputForm } from '../workers/row-scrubber.js'
import type { Follower } from './follow.js'
import type { AssociateOptions, IngestOptions } from './options.js'
import { type HeadedInput, readHeader } from './read.js'
import { type HeldOptions, Run } from './run.js'
import { fileInputs, findInputs, type Input, refuseInputFolder, type SourceOptions } from './source.js'
import { type DatabaseOptions, HeldDatabase, type StepWork } from './step.js'
import type { Summary, Tally } from './summary.js'

/**
 * Ingests raw daily files into a database (specification, sections 1-9).
 *
 * @returns what the run did
 * @throws IngestError with a code, and the file and line where there is one; the database is then as it was, or as the
 *   last of its commits left it
 */
export async function ingest(options: IngestOptions): Promise<Summary> {
  // What is wrong with the options is reported before anything is read.
  const emitter = options.emit && (await import('./emit.js')).emitterOf(options.emit)
  mustFit(options)
  await refuseInputFolder(options.out)
  await checkRoom(options)
  const associations = await associationFiles(options)
  if (options.follow) return followInputs(associations, { ...options, emitter })
  // Nobody knows when a pipe gives its header.
  const inputs = await untilAborted(headedInputs(options), options.stop)
  return runOnce(associations, { ...options, emitter }, async (run) => {
    if (inputs === undefined) run.stopped()
    else await run.take(inputs)
  })
}

/** @throws IngestError USAGE for options that contradict each other, or mean nothing without another one */
function mustFit(options: IngestOptions): void {
  const { inputs = [], asn = [], candidates = true, replace = false, dryRun = false } = options
  const { commitEvery, follow = false, share = false } = options
  const usage = (message: string) => new IngestError('USAGE', message)
  const commitsOften = follow || commitEvery !== undefined
  const often = follow ? '--follow' : '--commit-every'
  if (dryRun && commitsOften) throw usage(`--dry-run and ${often} do not go together: it commits nothing`)
  if (follow && (inputs.length === 0 || inputs.includes('-')))
    throw usage('--follow waits for files that come into folders: name at least one, and no standard input')
  if (share && !commitsOften)
    throw usage('--share gives others their turn between commits: say with --commit-every when, or --follow a folder')
  if (!candidates && asn.length === 0)
    throw usage('--no-candidates is about association files: give some with --asn, or leave it out')
  if (replace && commitsOften) {
    const why = 'a version that one commit brought would give way to an older one that the next brings'
    throw usage(`--replace and ${often} do not go together: ${why}`)
  }
}

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
  await checkRoom(options)
  return runOnce(associations, options, (run) => run.take([]))
}

/** A run: what `work` gives it, and nothing left open. */
async function runOnce(
  associations: readonly AssociationFile[],
  options: HeldOptions,
  work: (run: Run) => Promise<void>,
): Promise<Summary> {
  const run = new Run(associations, options)
  options.onInputs?.(() => run.byInput)
  try {
    await work(run)
    return run.summary
  } catch (error) {
    // Of a database that is gone nothing can be said.
    if (await isDatabase(options.out)) run.failed()
    throw error
  } finally {
    await run.close()
  }
}

/** Looks at the places of rows that the options name. */
async function checkRoom(options: AssociateOptions): Promise<void> {
  if (options.memory === undefined && options.tmp === undefined) return
  const { mustHaveRoom } = await import('./room.js')
  await mustHaveRoom(options)
}

/** Takes files as they come. */
async function followInputs(associations: readonly AssociationFile[], options: HeldOptions): Promise<Summary> {
  const { Follower } = await import('./follow.js')
  const { inputs: names = [], prefix, stop, warn = () => {}, alert = warn } = options
  const follower = new Follower({ names, prefix, warn, alert, stop: eitherOf(stop, options.signal) })
  return runOnce(associations, options, async (run) => {
    // What is wrong with the database is known before anything comes; one that is not there gets its columns from files.
    if (await isDatabase(options.out)) await run.take([])
    for await (const paths of follower.files()) await takeFiles(paths, run, follower, options)
    options.signal?.throwIfAborted()
    warn('stopped following')
  })
}

const eitherOf = (...signals: readonly (AbortSignal | undefined)[]) =>
  AbortSignal.any(signals.filter((signal) => signal !== undefined))

/** Takes files; one that cannot be read does not keep back the others, nor those that come later. */
async function takeFiles(
  paths: readonly string[],
  run: Run,
  follower: Follower,
  options: IngestOptions,
): Promise<void> {
  const { warn = () => {}, signal, strict } = options
  try {
    await run.take(await withHeaders(await fileInputs(paths, { ...options, warn }), { signal, warn }))
  } catch (error) {
    if (!isOfInput(error) || strict) throw error
    // What is committed of the lot need not be read again.
    const left = paths.slice(Math.max(0, paths.indexOf(run.takeFirstLeft() ?? '')))
    for (const lot of lotsWithout(left, error, run, follower)) await takeFiles(lot, run, follower, options)
  }
}

/** Leaves out the file that an error is of; returns what is to be taken now: each by itself, where the error does not tell. */
function lotsWithout(paths: readonly string[], error: IngestError, run: Run, follower: Follower) {
  const bad = paths.length === 1 ? paths[0] : paths.find((path) => path === error.place.source)
  if (bad === undefined) return paths.map((path) => [path])
  run.leaveOut(bad, error.message)
  // That can change without the file: a right, or the network.
  if (error.code === 'INPUT_UNREADABLE') follower.lookAgain(bad)
  const others = paths.filter((path) => path !== bad)
  return others.length > 0 ? [others] : []
}

/** Makes what `work` sends into a database one committed step. */
export async function ingestInto(
  options: DatabaseOptions,
  inputs: readonly InputForm[],
  tally: Tally,
  work: StepWork,
): Promise<Summary> {
  await refuseInputFolder(options.out)
  const database = new HeldDatabase(options)
  try {
    const { newCategories, outcome } = await database.step(inputs, tally, work)
    return tally.summary(inputs.length, newCategories, outcome)
  } finally {
    await database.close()
  }
}

/** Most runs have no association files, and need no code for them. */
async function associationFiles({
  asn = [],
  progress,
}: Pick<IngestOptions, 'asn' | 'progress'>): Promise<readonly AssociationFile[]> {
  if (asn.length === 0) return []
  new Meter(progress).begin('searching', undefined, 'files')
  const { findAssociations } = await import('../asn/find.js')
  return findAssociations(asn)
}

/** The inputs of a run, with their headers read and checked. */
export async function headedInputs(options: Omit<IngestOptions, 'out'>): Promise<HeadedInput[]> {
  const { inputs = [], date, prefix, stdin = process.stdin, signal, warn = () => {}, alert } = options
  const source: SourceOptions = { inputs, date, prefix, stdin, warn, alert, signal }
  return withHeaders(await findInputs(source), { signal, warn })
}

/** Inputs with their headers; after an error all of them are closed. */
async function withHeaders(
  found: readonly Input[],
  { signal, warn }: Pick<SourceOptions, 'signal' | 'warn'>,
): Promise<HeadedInput[]> {
  const headed: HeadedInput[] = []
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
