/**
 * Writes tables of a database as Parquet files, JSON lines or CSV, with the types of their columns. The database is seen as
 * of one moment, without a lock, and nothing in it is changed.
 */
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { IngestError } from '../errors.js'
import { Meter, type ProgressListener } from '../process/progress.js'
import { decide } from '../process/supervisor.js'
import { attempt, makeFolders } from '../store/commit-files.js'
import { mustBeDatabase, readEncodings } from '../store/database.js'
import { MARK_TEXT, refuseDatabase } from '../store/guard.js'
import { closeFiles, type OpenFile, openFiles } from '../store/read/files.js'
import { EXPORT_MARK, TABLES } from '../store/tables.js'
import { visibleName } from '../text/visible.js'
import { counted } from '../text/words.js'
import { CARD_NAMES, cardFiles } from './card.js'
import type { Misfit } from './cells.js'
import { choosable, chooseTables } from './choice.js'
import { FileOutput, type Output, ReaderGone, refuseExisting, StreamOutput } from './output.js'
import { checkSelection, type FilePart, filePartsOf, type SelectionOptions } from './selection.js'
import type { Format } from './sink.js'
import type { SeededSplit, SplitPart } from './split.js'
import { type TableWriting, type WrittenPart, writeTable } from './write-table.js'

/** What is exported, and how. */
export interface ExportOptions extends SelectionOptions {
  /** `parquet` by default. */
  readonly format?: Format | undefined
  /** The folder for the files, which is made if it is not there, and is no database; or a stream, for one table. */
  readonly out: string | Writable
  /** Names of tables, with or without `.csv`, with `*` and `?`; by default all but `rejects`. */
  readonly tables?: readonly string[] | undefined
  /** With the format `csv`: whether cells that are formulas to a spreadsheet become text, by an apostrophe before them. */
  readonly safeForSheets?: boolean | undefined
  /** Whether a data card goes with the files: `datapackage.json` for programs, `data-card.md` for people. */
  readonly card?: boolean | undefined
  /** Whether files that are there are replaced. */
  readonly force?: boolean | undefined
  /** Takes what the user should know; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /** Ends the export; then no file is made or replaced. */
  readonly signal?: AbortSignal | undefined
  /** Takes how far it has come. */
  readonly progress?: ProgressListener | undefined
}

/** A file that was written. */
export interface ExportedTable {
  readonly table: string
  /** With a split, which of its parts this is. */
  readonly part?: SplitPart
  /** Where it is; absent where it went to a stream. */
  readonly path?: string
  readonly rows: number
  readonly bytes: number
  /** Cells that do not hold what their column should: they are null. */
  readonly misfits: readonly Misfit[]
}

/** What an export did; the JSON of `export --json`. */
export interface ExportReport {
  readonly database: string
  readonly format: Format
  /** The first day of the rows, where one was asked for. */
  readonly since?: string
  /** How products were shared out, where that was asked for. */
  readonly split?: SeededSplit
  /** A table, or with a split each of its two parts. */
  readonly tables: readonly ExportedTable[]
  /** The files of the data card, where one was asked for. */
  readonly card?: readonly string[]
  readonly seconds: number
}

/**
 * Exports tables of a database, which may be in use.
 *
 * @param folder the database
 * @throws IngestError USAGE for a name that is no table's, a database as `out`, several files or a card for one stream,
 *   `safeForSheets` without CSV, or a day, share or seed that is none; DATABASE_UNUSABLE where there is no database;
 *   TABLE_INVALID for a table that is missing or cannot be read; OUTPUT_EXISTS; WRITE_FAILED. No file is then made or
 *   replaced.
 */
export async function exportDatabase(folder: string, options: ExportOptions): Promise<ExportReport> {
  const start = performance.now()
  const { out, format = 'parquet', since, warn = () => {} } = options
  const split = options.split && { share: options.split.share, seed: options.split.seed ?? 0 }
  checkSelection(options)
  const names = choosable(chooseTables(options.tables), options, warn)
  refuseMixture(names, options)
  await mustBeDatabase(folder)
  if (typeof out === 'string') await refuseDatabase(out, folder)
  const { files, others: encodings } = await openFiles(folder, () => readEncodings(folder), options.signal)
  try {
    const meter = new Meter(options.progress)
    const run = { ...options, database: folder, format, split, encodings, warn, meter }
    const sources = names.flatMap((name) => sourceOf(files, name, run))
    meter.begin(
      'exporting',
      sources.reduce((sum, { bytes }) => sum + bytes, 0),
    )
    const { tables, card } =
      typeof out === 'string' ? await toFiles(sources, out, run) : await toStream(sources, out, run)
    tellMisfits(tables, run)
    return {
      database: folder,
      format,
      ...(since === undefined ? {} : { since }),
      ...(split === undefined ? {} : { split }),
      tables,
      ...(card === undefined ? {} : { card }),
      seconds: Math.round(performance.now() - start) / 1000,
    }
  } finally {
    await closeFiles(files)
  }
}

/** @throws IngestError USAGE */
function refuseMixture(names: readonly string[], { out, format, safeForSheets, split, card }: ExportOptions): void {
  if (safeForSheets && format !== 'csv')
    throw new IngestError(
      'USAGE',
      `--safe-for-sheets is about CSV: give --format csv, as ${format ?? 'parquet'} has no formulas`,
    )
  if (typeof out === 'string') return
  if (names.length !== 1)
    throw new IngestError('USAGE', `standard output takes one table, not ${names.length}: give one with --table`)
  if (card) throw new IngestError('USAGE', '--card makes files beside the tables: give a folder with --out')
  if (split !== undefined)
    throw new IngestError(
      'USAGE',
      '--split makes two files of a table, and standard output takes one: give a folder with --out',
    )
}

interface Run extends TableWriting, Pick<ExportOptions, 'force' | 'signal' | 'tables' | 'card'> {
  readonly split: SeededSplit | undefined
  readonly warn: (message: string) => void
}

/** What was written. */
interface Written {
  readonly tables: readonly ExportedTable[]
  readonly card?: readonly string[]
}

function tableName(file: string): string {
  return file.slice(0, -'.csv'.length)
}

/** The file of a table. One that was asked for has to be there. */
function sourceOf(
  files: ReadonlyMap<string, OpenFile>,
  name: string,
  { database, tables = [], warn }: Run,
): OpenFile[] {
  const source = files.get(`${name}.csv`)
  if (source !== undefined) return [source]
  const what = 'is missing; `jwst-ingest check` tells what else is wrong'
  if (tables.length > 0) throw new IngestError('TABLE_INVALID', what, { source: join(database, `${name}.csv`) })
  warn(`${visibleName(join(database, `${name}.csv`))}: ${what}`)
  return []
}

/** Writes all files under temporary names before the first one gets its own. */
async function toFiles(sources: readonly OpenFile[], folder: string, run: Run): Promise<Written> {
  await attempt(folder, 'cannot make the folder', () => makeFolders(folder))
  const parts = filePartsOf(run)
  const pathOf = (source: OpenFile, part: FilePart) => join(folder, fileName(source, part, run.format))
  const cardPaths = run.card ? CARD_NAMES.map((name) => join(folder, name)) : []
  const paths = sources.flatMap((source) => parts.map((part) => pathOf(source, part)))
  if (!run.force) await refuseExisting([...paths, ...cardPaths])
  const outputs: FileOutput[] = []
  const create = async (path: string) => {
    const output = await FileOutput.create(path)
    outputs.push(output)
    return output
  }
  try {
    await writeMark(folder, create, run)
    const files: WrittenFile[] = []
    for (const source of sources) {
      const own = new Map<FilePart, FileOutput>()
      for (const part of parts) own.set(part, await create(pathOf(source, part)))
      for (const written of await writeTable(source, own, run)) {
        const output = own.get(written.part)
        if (output !== undefined) files.push({ ...written, source, output, hash: await output.end() })
      }
    }
    if (run.card) await writeCard(files, cardPaths, create, run)
    decide(run.signal)
    for (const output of outputs) await output.place()
    const tables = files.map((file) => exported(file.source, file, file.output))
    return run.card ? { tables, card: cardPaths } : { tables }
  } finally {
    await Promise.all(outputs.map((output) => output.discard()))
  }
}

interface WrittenFile extends WrittenPart {
  readonly source: OpenFile
  readonly output: FileOutput
  readonly hash: string
}

/** Files that are called as tables are get their names after that of the mark, so that they are never taken for tables. */
async function writeMark(
  folder: string,
  create: (path: string) => Promise<FileOutput>,
  { format, split }: Run,
): Promise<void> {
  if (format === 'csv' && split === undefined) await (await create(join(folder, EXPORT_MARK))).writeAll(MARK_TEXT)
}

async function writeCard(
  files: readonly WrittenFile[],
  paths: readonly string[],
  create: (path: string) => Promise<FileOutput>,
  { format, since, split, safeForSheets = false, encodings }: Run,
): Promise<void> {
  const described = files.map(({ source, output, part, ...file }) => ({
    ...file,
    name: tableName(source.file),
    table: TABLES.find((table) => table.file === source.file),
    part: part === 'all' ? undefined : part,
    path: output.path,
    bytes: output.bytes,
  }))
  const texts = cardFiles({ format, since, split, safeForSheets, encodings, files: described })
  for (const [index, [, text]] of texts.entries()) await (await create(paths[index] ?? '')).writeAll(text)
}

/** `train-image.parquet`, or with a split `train-image.train.parquet` and `train-image.test.parquet`. */
function fileName({ file }: OpenFile, part: FilePart, format: Format): string {
  return part === 'all' ? `${tableName(file)}.${format}` : `${tableName(file)}.${part}.${format}`
}

function exported(
  { file }: OpenFile,
  written: WrittenPart,
  output: FileOutput | StreamOutput | undefined,
): ExportedTable {
  const { part, rows, misfits } = written
  return {
    table: tableName(file),
    ...(part === 'all' ? {} : { part }),
    ...(output instanceof FileOutput ? { path: output.path } : {}),
    rows,
    bytes: output?.bytes ?? 0,
    misfits,
  }
}

async function toStream(sources: readonly OpenFile[], stream: Writable, run: Run): Promise<Written> {
  const output = new StreamOutput(stream)
  const tables: ExportedTable[] = []
  try {
    for (const source of sources) {
      const written = await writeTable(source, new Map<FilePart, Output>([['all', output]]), run)
      tables.push(...written.map((table) => exported(source, table, output)))
    }
  } catch (error) {
    // A reader that closes early, such as `head`, has all that it wants: the stream's owner is told of it.
    if (!(error instanceof ReaderGone)) throw error
  }
  return { tables }
}

function tellMisfits(tables: readonly ExportedTable[], { database, warn }: Run): void {
  for (const { table, misfits } of tables) {
    for (const { column, type, count, example, line } of misfits) {
      const values = `${counted(count, 'value')} of ${column}`
      const place = visibleName(join(database, `${table}.csv`))
      warn(`${place}:${line}: ${values} not of type ${type}, as ${JSON.stringify(example)}: null in the export`)
    }
  }
}

/** The report as lines of text. */
export function formatExport({ tables, card = [], seconds }: ExportReport): string {
  const lines = tables.map(({ table, part, path, rows, bytes }) => [
    part === undefined ? table : `${table}.${part}`,
    `${counted(rows, 'row')}, ${bytes} bytes${path === undefined ? '' : ` in ${visibleName(path)}`}`,
  ])
  if (card.length > 0) lines.push(['data card', card.map(visibleName).join(', ')])
  lines.push(['time', `${seconds.toFixed(2)} s`])
  const width = Math.max(11, ...lines.map(([name = '']) => name.length))
  return lines
    .map(
      ([name = '', what = '']) => `${name.padEnd(width)} ${what}
`,
    )
    .join('')
}
