/** Database folders for tests: fed through the library, read back, and compared. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { stringify } from 'csv-stringify/sync'
import { ingest } from '../../lib/run/ingest.js'
import type { IngestOptions } from '../../lib/run/options.js'
import type { Summary } from '../../lib/run/summary.js'
import { cellsOf } from './csv.js'
import type { DayFile, TableRow } from './model.js'

/** A table as it stands in its file. */
export interface StoredTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Codes by value, by category. */
type Encodings = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The tables that hold datasets, without `.csv`. */
export const TABLE_NAMES: readonly string[] = [
  ...['training', 'level1', 'ingest', 'mosaics', 'associations', 'expired'],
  ...['train', 'raw', 'rem'].flatMap((kind) => ['image', 'spec', 'tac', 'fgs'].map((model) => `${kind}-${model}`)),
]

/** A temporary folder that goes with the test. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  return folder
}

/** Gives each call of `work` a temporary folder of its own, which is gone afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Writes daily files, each into a folder of its own, since two of them may have one name; returns their paths. */
export function writeDayFiles(folder: string, files: readonly DayFile[]): string[] {
  return files.map(({ name, text }, index) => {
    const path = join(folder, String(index), name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  })
}

/** One run over files into a database folder. */
export function run(out: string, inputs: readonly string[], options: Partial<IngestOptions> = {}): Promise<Summary> {
  return ingest({ ...options, inputs, out })
}

/** One run over standard input, which arrives in chunks of a size, into a database folder. */
export function runStdin(
  out: string,
  { text, date }: DayFile,
  chunkBytes: number,
  options: Partial<IngestOptions> = {},
): Promise<Summary> {
  return run(out, ['-'], { ...options, date, stdin: chunks(Buffer.from(text), chunkBytes) })
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

/** Every table's bytes by name, `rejects` left out. */
export function tableTexts(folder: string): Record<string, string> {
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, readFileSync(join(folder, `${name}.csv`), 'utf8')]))
}

/** Every table's header and its lines in text order, by name, `rejects` left out. No generated cell has a line end. */
export function tableLines(folder: string): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(tableTexts(folder)).map(([name, text]) => {
      const [header = '', ...lines] = text.split('\n')
      return [name, [header, ...lines.sort()]]
    }),
  )
}

/** Every file below a folder with its bytes, by path; for a folder that must not change. */
export function fileBytes(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort()
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path, 'base64')]))
}

/** Reads a table of a database. */
export function readTable(folder: string, name: string): StoredTable {
  const [columns = [], ...rows] = cellsOf(readFileSync(join(folder, `${name}.csv`), 'utf8'))
  return { columns, rows }
}

/** Replaces a table, as another program might write it. */
export function writeTable(folder: string, name: string, { columns, rows }: StoredTable): void {
  writeFileSync(join(folder, `${name}.csv`), stringify([columns, ...rows]))
}

/** Replaces a table by what becomes of its rows by column; the columns stay. */
export function editTable(
  folder: string,
  name: string,
  edit: (rows: readonly TableRow[]) => readonly TableRow[],
): void {
  const { columns } = readTable(folder, name)
  const rows = edit(readRows(folder, name)).map((row) => columns.map((column) => row[column] ?? ''))
  writeTable(folder, name, { columns, rows })
}

/** The rows of a table by column. */
export function readRows(folder: string, name: string): Record<string, string>[] {
  const { columns, rows } = readTable(folder, name)
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])))
}

/** The rows of a table whose cell in a column is this, by column. */
export function rowsWith(folder: string, name: string, column: string, value: string): Record<string, string>[] {
  return readRows(folder, name).filter((row) => row[column] === value)
}

/** The cells of a column, in text order. */
export function valuesIn(folder: string, name: string, column: string): string[] {
  return readRows(folder, name)
    .map((row) => row[column] ?? '')
    .sort()
}

/**
 * Every table as a set of rows: columns in the order of their names, since another order of files may unite them in
 * another order, and codes as the values that the database's encodings.json gives them.
 */
export function tableSets(folder: string): Record<string, readonly string[]> {
  const encodings = JSON.parse(readFileSync(join(folder, 'encodings.json'), 'utf8')) as Encodings
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, rowSet(name, readTable(folder, name), encodings)]))
}

function rowSet(name: string, { columns, rows }: StoredTable, encodings: Encodings): string[] {
  const isEncoded = name.startsWith('train-') || name.startsWith('rem-')
  const shown = columns.map((column) => {
    const codes = isEncoded ? encodings[column] : undefined
    return codes === undefined ? (text: string) => text : valuesBehind(codes)
  })
  const order = [...columns.keys()].sort((a, b) => ((columns[a] ?? '') < (columns[b] ?? '') ? -1 : 1))
  const lines = rows.map((row) => order.map((at) => `${columns[at]}=${shown[at]?.(row[at] ?? '') ?? ''}`).join(' | '))
  return [order.map((at) => columns[at]).join(' | '), ...lines.sort()]
}

/** The values that have a code: known ones may share it, a new one has its own. */
function valuesBehind(codes: Readonly<Record<string, number>>): (code: string) => string {
  const values = new Map<string, string[]>()
  for (const [value, code] of Object.entries(codes)) {
    values.set(String(code), [...(values.get(String(code)) ?? []), value].sort())
  }
  return (code) => values.get(code)?.join('/') ?? `no value for ${code}`
}
