/**
 * The database folder between runs: what is in it, and where (specification, sections 8 and 9).
 *
 * The tables are plain CSV for everyone to read. Besides them, a private folder holds the index of where each program's
 * lines stand. The index is only ever trusted for tables that are just as the last run left them, or that have the same
 * bytes; any other folder, be it spacekit's or one edited by hand, is read whole and written anew.
 */
import type { Stats } from 'node:fs'
import { access, constants, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatRow } from '../csv/write.js'
import { hasCode, IngestError } from '../errors.js'
import type { Watch } from '../process/progress.js'
import { CATEGORIES, type Encodings } from '../rules/category-codes.js'
import { createLayout, type Layout } from '../rules/layout.js'
import { checksum } from './checksum.js'
import { type OpenFolder, type OpenOptions, openFolder } from './commit.js'
import { attempt, isThere, unless } from './commit-files.js'
import { type DatabaseIndex, INDEX_FILE, isRecord, parseJson, readStoredIndex } from './index-file.js'
import type { StoredPlaces } from './read/stored-lines.js'
import type { Reading } from './readings.js'
import { lookAtTables, readSeen, rememberTables, sameLook } from './seen.js'
import type { Table } from './table.js'
import { ENCODINGS_FILE, REJECTS_FILE, TABLE_NUMBERS, TABLES, tableColumns } from './tables.js'

/** Tables that every version of the program has written. */
export const FIRST_TABLES: readonly string[] = ['training.csv', 'level1.csv', 'ingest.csv', 'mosaics.csv']

/** The database folder, opened for a run; no other run can change it until it is closed. */
export class Database {
  readonly folder: OpenFolder
  /** Ends the run, as long as it is not committed. */
  readonly signal: AbortSignal | undefined
  /** The index of the tables; undefined where the folder is new, or not as a run left it. */
  readonly index: DatabaseIndex | undefined
  /** Runs that commit while they read, by the last index, whatever became of the tables. */
  readonly readings: readonly Reading[]
  readonly #codes: Codes
  /** The index that was committed since. */
  #committed: DatabaseIndex | undefined

  private constructor(
    folder: OpenFolder,
    signal: AbortSignal | undefined,
    { index, readings }: FoundIndex,
    codes: Codes,
  ) {
    this.folder = folder
    this.signal = signal
    this.index = index
    this.readings = readings
    this.#codes = codes
  }

  /**
   * Opens a folder, which is made if it is not there.
   *
   * @throws IngestError DATABASE_LOCKED, DATABASE_UNUSABLE, TABLE_INVALID for another program's files, WRITE_FAILED
   */
  static async open(path: string, options: OpenOptions & Watch): Promise<Database> {
    await refuseForeign(path)
    const folder = await openFolder(path, options)
    try {
      // Only a commit that this process finished has put the tables in place just now; what was removed says nothing.
      const justPlaced = folder.recovered?.startsWith('finished') ?? false
      return await Database.look(folder, options, { justPlaced })
    } catch (error) {
      await folder.close()
      throw error
    }
  }

  /** The same folder as it is after a commit: the index is known, as nobody else could write one meanwhile. */
  async again(): Promise<Database> {
    return Database.look(this.folder, { signal: this.signal }, { known: this.#committed ?? this.index })
  }

  /**
   * Looks at a folder that is open.
   *
   * @param justPlaced whether this process has just put the tables in place
   * @param known its index, where it need not be read
   * @throws IngestError DATABASE_UNUSABLE where a table cannot be read
   */
  static async look(
    folder: OpenFolder,
    watch: Watch,
    { justPlaced = false, known }: { readonly justPlaced?: boolean; readonly known?: DatabaseIndex | undefined } = {},
  ): Promise<Database> {
    const path = folder.folder
    const stored = known ?? (await readStoredIndex(path))
    return attempt(path, 'cannot read the database', async () => {
      const isTrusted = stored !== undefined && (await isAsLeft(path, stored, watch, justPlaced))
      const found = { index: isTrusted ? stored : undefined, readings: stored?.readings ?? [] }
      return new Database(folder, watch.signal, found, await readCodes(path, stored))
    })
  }

  /**
   * The codes of category values.
   *
   * @throws IngestError TABLE_INVALID where they cannot be read, or are gone though tables have some
   */
  get encodings(): Encodings {
    const { encodings } = this.#codes
    if (encodings instanceof IngestError) throw encodings
    return encodings
  }

  /** Whether there are none to be read, though there have been some. */
  get lacksEncodings(): boolean {
    return this.#codes.encodings instanceof IngestError
  }

  /** Checksum of their file. */
  get encodingsSum(): number {
    return this.#codes.sum
  }

  /** Path of a file of the database. */
  path(file: string): string {
    return join(this.folder.folder, file)
  }

  /** Where the lines of each program stand; undefined where there is no index to tell. */
  get places(): StoredPlaces | undefined {
    if (this.index === undefined) return undefined
    const lineRanges = new Map([...this.index.tables].map(([file, table]) => [file, table.lineRanges.flat] as const))
    const descriptors = new Map([...(this.folder.opened ?? [])].map(([file, { fd }]) => [file, fd] as const))
    return { folder: this.folder.folder, lineRanges, census: this.index.census.flat, descriptors }
  }

  /** Whether its index knows of what association files say. */
  get hasLists(): boolean {
    const { file } = TABLES[TABLE_NUMBERS.associations] as Table
    return this.index?.tables.get(file)?.lineRanges.words.some(({ length }) => length > 0) ?? false
  }

  /** Whether it is only looked at, for a dry run. */
  get isLookedAt(): boolean {
    return this.folder.opened !== undefined
  }

  /**
   * Remembers what the tables look like, after a commit.
   *
   * @param index the one that was committed, if any
   */
  async remember(index?: DatabaseIndex): Promise<void> {
    this.#committed = index
    await rememberTables(this.folder.folder)
  }

  /** Gives the folder free; what was not committed is gone. `reason`, the error that led here, stays the one thrown. */
  async close(reason?: unknown): Promise<void> {
    await this.folder.close(reason)
  }
}

interface FoundIndex {
  /** The index, if it is there and the tables are as it says. */
  readonly index: DatabaseIndex | undefined
  readonly readings: readonly Reading[]
}

/**
 * Whether the tables are just as the run that wrote the index left them: by size and time or, where the time is another
 * one, by all of their bytes.
 *
 * @param watch ends the comparison, and hears how far it has come
 * @param recovered whether this process has just put them in place: then no run could look at them afterwards
 */
export async function isAsLeft(path: string, index: DatabaseIndex, watch: Watch, recovered = false): Promise<boolean> {
  const seen = await readSeen(path)
  const looks = await lookAtTables(path)
  if (!TABLES.every(({ file }) => looks.get(file)?.bytes === index.tables.get(file)?.bytes)) return false
  const headers = await headerLengths(path, createLayout(index.others))
  if (headers === undefined) return false
  const isAsSeen = ({ file }: Table) => recovered || sameLook(seen?.get(file), looks.get(file))
  const total = TABLES.reduce((sum, table) => sum + (isAsSeen(table) ? 0 : (looks.get(table.file)?.bytes ?? 0)), 0)
  if (total > 0) watch.meter?.begin('reading', total)
  for (const table of TABLES) {
    const known = index.tables.get(table.file)
    if (known === undefined) return false
    if (isAsSeen(table)) continue
    // Seldom needed: the tables of a copy have other times.
    const { hasContent } = await import('./content.js')
    if (!(await hasContent(join(path, table.file), known, headers[table.number] ?? 0, watch))) return false
  }
  return true
}

/** The length of each table's header; undefined unless all have the columns that this version of the program gives them. */
async function headerLengths(path: string, layout: Layout): Promise<readonly number[] | undefined> {
  const checks = TABLES.map(async (table) => {
    const header = Buffer.from(formatRow(tableColumns(table, layout)))
    const handle = await open(join(path, table.file), 'r')
    try {
      const { buffer } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0)
      return buffer.equals(header) ? header.length : undefined
    } finally {
      await handle.close()
    }
  })
  const lengths = await Promise.all(checks)
  return lengths.every((length) => length !== undefined) ? lengths : undefined
}

/** The codes of a database, or why there are none; and the checksum of their file. */
interface Codes {
  readonly encodings: Encodings | IngestError
  readonly sum: number
}

/** The codes for a run: without its own a database must not get others. The error is for who needs them. */
async function readCodes(folder: string, index: DatabaseIndex | undefined): Promise<Codes> {
  const text = await unless('ENOENT', readFile(join(folder, ENCODINGS_FILE), 'utf8'))
  const sum = checksum(text ?? '')
  const stored = parseJson(text ?? '')
  if (isEncodings(stored) && (index === undefined || index.encodings === sum)) return { encodings: stored, sum }
  // A new database begins with those of the program.
  const { codesWithoutFile, lostCodes } = await import('./missing-codes.js')
  if (text === undefined) return { encodings: await codesWithoutFile(folder), sum }
  const what = isEncodings(stored) ? 'is not as the last run left it' : `cannot be read: ${NO_ENCODINGS}`
  return { encodings: lostCodes(folder, what), sum }
}

/** The database's own encodings, which once written are the only ones that count; else those of the program. */
export async function readEncodings(folder: string): Promise<Encodings> {
  const path = join(folder, ENCODINGS_FILE)
  const text = await unless('ENOENT', readFile(path, 'utf8'))
  if (text === undefined) return (await import('./missing-codes.js')).defaultEncodings
  const stored = parseJson(text)
  if (isEncodings(stored)) return stored
  throw new IngestError('TABLE_INVALID', NO_ENCODINGS, { source: path })
}

const NO_ENCODINGS = 'expected an object with a code for each value of each category'

function isEncodings(value: unknown): value is Encodings {
  const isCode = (code: unknown) => Number.isSafeInteger(code)
  return (
    isRecord(value) && CATEGORIES.every((name) => isRecord(value[name]) && Object.values(value[name]).every(isCode))
  )
}

/** @throws IngestError TABLE_INVALID for a folder that another program's files are in, with names of tables */
export async function refuseForeign(folder: string): Promise<void> {
  if ((await isThere(join(folder, INDEX_FILE))) || !(await isDatabase(folder))) return
  const { refuseForeignFiles } = await import('./foreign.js')
  await refuseForeignFiles(folder)
}

/** Whether a folder has any table at all. */
export function hasTables(database: Database): Promise<boolean> {
  return isDatabase(database.folder.folder)
}

/** Whether a folder has an index: then there were tables. */
export async function hasIndex({ folder: { folder } }: Database): Promise<boolean> {
  return (await readStoredIndex(folder)) !== undefined
}

/** Whether a folder is there and has any table at all. */
export async function isDatabase(folder: string): Promise<boolean> {
  const files = [...TABLES.map((table) => table.file), REJECTS_FILE]
  return (await Promise.all(files.map((file) => isThere(join(folder, file))))).some(Boolean)
}

/**
 * @throws IngestError DATABASE_UNUSABLE where a folder is not there, may not be read or has no tables
 */
export async function mustBeDatabase(folder: string): Promise<void> {
  if (await isDatabase(folder)) return
  const there = await attempt(folder, 'cannot read the database', () => lookInto(folder))
  const what = there === undefined ? 'no such folder' : there.isDirectory() ? 'no table is in it' : 'is no folder'
  throw new IngestError(
    'DATABASE_UNUSABLE',
    `${what}; give the folder of a database, or make one with \`jwst-ingest -o ${folder} FILE...\``,
    { source: folder },
  )
}

/** What is known of a folder whose files may be looked at; undefined where nothing is there. */
async function lookInto(folder: string): Promise<Stats | undefined> {
  try {
    const status = await stat(folder)
    if (status.isDirectory()) await access(folder, constants.X_OK)
    return status
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
