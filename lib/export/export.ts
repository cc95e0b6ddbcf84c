/**
 * Writes tables of a database as Parquet files, JSON lines or CSV, with the types of their columns. The database is seen as
 * of one moment, without a lock, and nothing in it is changed.
 */
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { IngestError } from '../errors.js'
import { decide } from '../process/supervisor.js'
import type { Encodings } from '../rules/category-codes.js'
import { attempt, makeFolders } from '../store/commit-files.js'
import { mustBeDatabase, readEncodings } from '../store/database.js'
import { closeFiles, itemsIn, type OpenFile, openFiles } from '../store/read/files.js'
import type { Item } from '../store/read/items.js'
import { damaged } from '../store/read/takeover.js'
import { TABLES } from '../store/tables.js'
import { columnsOf, type Misfit, RowReader } from './cells.js'
import { chooseTables } from './choice.js'
import { FileOutput, type Output, ReaderGone, refuseExisting, StreamOutput } from './output.js'
import type { RowSink } from './row-sink.js'
import { createSink, type Format } from './sink.js'

/** Options of {@link exportDatabase}. */
export interface ExportOptions {
  /** The database folder. */
  readonly database: string
  readonly format: Format
  /** The folder for the files, which is made if it is not there; or a stream, for one table. */
  readonly out: string | Writable
  /** Names of tables, with or without `.csv`, with `*` and `?`; by default all but `rejects`. */
  readonly tables?: readonly string[] | undefined
  /** With the format `csv`: whether cells that are formulas to a spreadsheet become text, by an apostrophe before them. */
  readonly safeForSheets?: boolean | undefined
  /** Whether files that are there are replaced. */
  readonly force?: boolean | undefined
  /** Takes what the user should know; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /** Ends the export; then no file is made or replaced. */
  readonly signal?: AbortSignal | undefined
}

/** A table that was written. */
export interface ExportedTable {
  readonly table: string
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
  readonly tables: readonly ExportedTable[]
  readonly seconds: number
}

/**
 * Exports tables of a database, which may be in use.
 *
 * @throws IngestError USAGE for a name that is no table's, several tables for one stream, or `safeForSheets` without CSV; DATABASE_UNUSABLE where
 * there is no database; TABLE_INVALID for a table that is missing or cannot be read; OUTPUT_EXISTS; WRITE_FAILED. No file
 * is then made or replaced.
 */
export async function exportDatabase(options: ExportOptions): Promise<ExportReport> {
  const start = performance.now()
  const { database, out, format } = options
  const names = chooseTables(options.tables)
  if (options.safeForSheets && format !== 'csv')
    throw new IngestError('USAGE', `--safe-for-sheets is about CSV: give --format csv, as ${format} has no formulas`)
  if (typeof out !== 'string' && names.length !== 1)
    throw new IngestError('USAGE', `standard output takes one table, not ${names.length}: give one with --table`)
  await mustBeDatabase(database)
  const { files, others: encodings } = await openFiles(database, () => readEncodings(database), options.signal)
  try {
    const sources = names.flatMap((name) => sourceOf(files, name, options))
    const run = { ...options, encodings }
    const tables = typeof out === 'string' ? await toFiles(sources, out, run) : await toStream(sources, out, run)
    tellMisfits(tables, options)
    return { database, format, tables, seconds: Math.round(performance.now() - start) / 1000 }
  } finally {
    await closeFiles(files)
  }
}

interface Run extends ExportOptions {
  readonly encodings: Encodings
}

function tableName(file: string): string {
  return file.slice(0, -'.csv'.length)
}

/** The file of a table. One that was asked for has to be there. */
function sourceOf(
  files: ReadonlyMap<string, OpenFile>,
  name: string,
  { database, tables = [], warn = () => {} }: ExportOptions,
): OpenFile[] {
  const source = files.get(`${name}.csv`)
  if (source !== undefined) return [source]
  const what = 'is missing; `jwst-ingest check` tells what else is wrong'
  if (tables.length > 0) throw new IngestError('TABLE_INVALID', what, { source: join(database, `${name}.csv`) })
  warn(`${join(database, `${name}.csv`)}: ${what}`)
  return []
}

/** Writes all files under temporary names before the first one gets its own. */
async function toFiles(sources: readonly OpenFile[], folder: string, run: Run): Promise<ExportedTable[]> {
  await attempt(folder, 'cannot make the folder', () => makeFolders(folder))
  const paths = sources.map(({ file }) => join(folder, `${tableName(file)}.${run.format}`))
  if (!run.force) await refuseExisting(paths)
  const outputs: FileOutput[] = []
  try {
    const tables: ExportedTable[] = []
    for (const [index, source] of sources.entries()) {
      const output = await FileOutput.create(paths[index] ?? '')
      outputs.push(output)
      const table = await writeTable(source, output, run)
      await output.end()
      tables.push({ table: tableName(source.file), path: output.path, bytes: output.bytes, ...table })
    }
    decide(run.signal)
    for (const output of outputs) await output.place()
    return tables
  } finally {
    await Promise.all(outputs.map((output) => output.discard()))
  }
}

async function toStream(sources: readonly OpenFile[], stream: Writable, run: Run): Promise<ExportedTable[]> {
  const output = new StreamOutput(stream)
  const tables: ExportedTable[] = []
  try {
    for (const source of sources) {
      const table = await writeTable(source, output, run)
      tables.push({ table: tableName(source.file), bytes: output.bytes, ...table })
    }
  } catch (error) {
    // A reader that closes early, such as `head`, has all that it wants: the stream's owner is told of it.
    if (!(error instanceof ReaderGone)) throw error
  }
  return tables
}

async function writeTable(
  source: OpenFile,
  output: Output,
  { database, format, safeForSheets, encodings }: Run,
): Promise<Pick<ExportedTable, 'rows' | 'misfits'>> {
  const path = join(database, source.file)
  const table = TABLES.find(({ file }) => file === source.file)
  let begun: { readonly sink: RowSink; readonly reader: RowReader; readonly width: number } | undefined
  let rows = 0
  for await (const items of itemsIn(source)) {
    for (const item of items) {
      const fields = fieldsOf(item, path, begun?.width)
      if (begun === undefined) {
        const columns = columnsOf(table, headerOf(fields, path))
        const codes = table?.encoded ? encodings : undefined
        const sink = await createSink(columns, output, { format, encodings: codes, safeForSheets })
        begun = { sink, reader: new RowReader(columns), width: columns.length }
        continue
      }
      const full = begun.sink.add(begun.reader.read(fields, item.line))
      if (full !== undefined) await full
      rows++
    }
  }
  if (begun === undefined) throw damaged(path, 1, 'the table is empty: not even its header is there')
  await begun.sink.end()
  return { rows, misfits: begun.reader.misfits }
}

function fieldsOf({ record, error, line }: Item, path: string, width: number | undefined): readonly string[] {
  if (record === undefined) throw damaged(path, line, error ?? 'the line cannot be read')
  const { fields } = record
  if (width !== undefined && fields.length !== width)
    throw damaged(path, line, `expected ${width} fields, got ${fields.length}`)
  return fields
}

function headerOf(fields: readonly string[], path: string): readonly string[] {
  const repeated = fields.find((name, index) => fields.indexOf(name) !== index)
  if (repeated !== undefined) throw damaged(path, 1, `the column ${JSON.stringify(repeated)} stands there twice`)
  return fields
}

function tellMisfits(tables: readonly ExportedTable[], { database, warn = () => {} }: ExportOptions): void {
  for (const { table, misfits } of tables) {
    for (const { column, type, count, example, line } of misfits) {
      const values = `${count} value${count === 1 ? '' : 's'} of ${column}`
      const place = join(database, `${table}.csv`)
      warn(`${place}:${line}: ${values} not of type ${type}, as ${JSON.stringify(example)}: null in the export`)
    }
  }
}

/** The report as lines of text. */
export function formatExport({ tables, seconds }: ExportReport): string {
  const lines = tables.map(({ table, path, rows, bytes }) => [
    table,
    `${rows} row${rows === 1 ? '' : 's'}, ${bytes} bytes${path === undefined ? '' : ` in ${path}`}`,
  ])
  lines.push(['time', `${seconds.toFixed(2)} s`])
  return lines.map(([name = '', what = '']) => `${name.padEnd(11)} ${what}\n`).join('')
}
