/**
 * The commands about a database, as functions: the database is the first argument, results are objects with types.
 * What a signal ends is rejected with the reason of the signal.
 */
import { IngestError } from '../errors.js'
import { type ExportOptions, type ExportReport, exportDatabase } from '../export/export.js'
import { type DiffOptions, diffDatabase, type ProductChange } from '../inspect/diff.js'
import type { Explanation } from '../inspect/explanation.js'
import { explain } from '../inspect/lookup.js'
import { DatabaseReader, type ReadOptions } from '../inspect/reader.js'
import { type StatusReport, statusOf } from '../inspect/status.js'
import { type Wait, waitsOf } from '../inspect/waits.js'
import { type CheckReport, checkDatabase } from '../maintain/check.js'
import { type PruneOptions, type PruneReport, pruneDatabase } from '../maintain/prune.js'
import { type RebuildOptions, type RebuildReport, rebuildDatabase } from '../maintain/rebuild.js'
import type { LookOptions } from '../process/progress.js'
import { programVersion } from '../process/version.js'
import { reportDatabase } from '../report/collect.js'
import type { ReportData } from '../report/data.js'
import { Scope, type ScopeOptions } from '../report/scope.js'
import { answer, answerItems, checkOptions } from './options.js'

/** Options of {@link explainNames} and {@link waits}. */
export interface ExplainOptions extends LookOptions {
  /** Takes the message that lines or tables cannot be read, and so are left out. */
  readonly warn?: ReadOptions['warn']
}

/**
 * Tells what is wrong in a database, which may be in use (specification, sections 5, 7, 8 and 9).
 *
 * @param folder the database
 * @returns what is wrong, at most 20 of a kind, and what is worth knowing: the JSON of `check --json`
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export function check(folder: string, options: LookOptions = {}): Promise<CheckReport> {
  return answer(folder, options, () => checkDatabase(folder, options))
}

/**
 * Makes `train-*`, `raw-*` and `rem-*` anew from the other tables (specification, sections 4-8).
 *
 * @param folder the database
 * @returns what became of each table: the JSON of `rebuild --json`
 * @throws IngestError DATABASE_UNUSABLE where there is no database, TABLE_INVALID where a table has lost rows that cannot be
 *   made anew, or cannot be read, DATABASE_LOCKED, WRITE_FAILED; the database is then as it was
 */
export function rebuild(folder: string, options: RebuildOptions = {}): Promise<RebuildReport> {
  return answer(folder, options, () => rebuildDatabase({ ...options, out: folder }))
}

/**
 * Sets aside what has waited too long (specification, section 9).
 *
 * @param folder the database
 * @returns what went, and what waits still: the JSON of `prune --json`
 * @throws IngestError USAGE for an age or a day that is none; DATABASE_UNUSABLE, TABLE_INVALID, DATABASE_LOCKED or
 *   WRITE_FAILED; the database is then as it was
 */
export function prune(folder: string, options: PruneOptions): Promise<PruneReport> {
  return answer(folder, options, () => pruneDatabase({ ...options, out: folder }))
}

/**
 * Counts what a database holds and what waits in it. Memory grows with 8 bytes for each matched product.
 *
 * @param folder the database
 * @returns the JSON of `status --json`: sizes in GB
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export function status(folder: string, options: LookOptions = {}): Promise<StatusReport> {
  return answer(folder, options, () => statusOf(folder, options))
}

/** Options of {@link report} and {@link reportPage}: what of the database they are about. */
export interface ReportLookOptions extends LookOptions, ScopeOptions {}

/**
 * What there is in a database, and what waits, counted as the page of the report shows it.
 *
 * @param folder the database
 * @returns the JSON of `report --json`: sizes in GB, ages in days
 * @throws IngestError TABLE_INVALID for a table without a column that is needed, or unreadable encodings;
 *   DATABASE_UNUSABLE where there is no database, or none that can be read; USAGE for a day that is none
 */
export function report(folder: string, options: ReportLookOptions = {}): Promise<ReportData> {
  const { signal, progress, ...scope } = options
  return answer(folder, options, () => reportDatabase(folder, { scope: new Scope(scope), signal, progress }))
}

/**
 * The page that shows the same, with all that waits: HTML in one file, which asks nothing of the network.
 *
 * @throws IngestError as {@link report} does
 */
export async function reportPage(folder: string, options: ReportLookOptions = {}): Promise<string> {
  const { formatPage } = await import('../report/page.js')
  const { WaitList } = await import('../report/wait-list.js')
  const list = new WaitList()
  const { signal, progress, ...scope } = options
  const data = await answer(folder, options, () =>
    reportDatabase(folder, { scope: new Scope(scope), signal, progress, list }),
  )
  return formatPage(data, programVersion(), list)
}

/**
 * Tells of exposures, products and groups why they are matched, or wait (specification, sections 4 and 5); program by
 * program, with the rows of one program in memory.
 *
 * @param folder the database
 * @param names whole names, or patterns with `*` and `?`
 * @returns the items of `explain --json`
 * @throws IngestError NAME_UNKNOWN at the end, for names that nothing has; DATABASE_UNUSABLE where there is no database, or
 *   none that can be read
 */
export function explainNames(
  folder: string,
  names: readonly string[],
  options: ExplainOptions = {},
): AsyncGenerator<Explanation> {
  return answerItems(folder, options, () => explanations(folder, names, options))
}

async function* explanations(
  folder: string,
  names: readonly string[],
  options: ExplainOptions,
): AsyncGenerator<Explanation> {
  checkOptions({ names })
  const reader = await DatabaseReader.open(folder, { ...options, expectedNames: true })
  const unknown: string[] = []
  try {
    yield* explain(reader, names, unknown)
  } finally {
    await reader.close()
  }
  if (unknown.length > 0)
    throw new IngestError('NAME_UNKNOWN', `nothing in the database is called ${unknown.join(', ')}`)
}

/**
 * Everything that waits in a database, and why (specification, section 5); program by program.
 *
 * @param folder the database
 * @returns the items of `explain --waiting --json`
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export function waits(folder: string, options: ExplainOptions = {}): AsyncGenerator<Wait> {
  return answerItems(folder, options, () => waitsOf(folder, options))
}

/**
 * Compares the matched products of a database with those of a later one (`other`), or tells what came since a day
 * (`since`); program by program.
 *
 * @param folder the earlier database
 * @returns the items of `diff --json`
 * @throws IngestError USAGE without `other` and `since`, with both, or for a day that is none; DATABASE_UNUSABLE where there
 *   is no database, or none that can be read
 */
export function diff(folder: string, options: DiffOptions): AsyncGenerator<ProductChange> {
  return answerItems(folder, options, () => diffDatabase(folder, options))
}

/**
 * Writes tables as Parquet files, JSON lines or CSV, with the types of their columns. (`export` is a word of the language.)
 *
 * @param folder the database
 * @returns the files that were written: the JSON of `export --json`
 * @throws IngestError USAGE for options that cannot be; DATABASE_UNUSABLE where there is no database; TABLE_INVALID for a
 *   table that is missing or cannot be read; OUTPUT_EXISTS; WRITE_FAILED. No file is then made or replaced.
 */
export function exportTables(folder: string, options: ExportOptions): Promise<ExportReport> {
  return answer(folder, options, () => exportDatabase(folder, options))
}
