/**
 * Read access to a database for programs: its tables as they are at one moment, whatever runs do meanwhile.
 */
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import { columnsOf, RowReader, type Value } from '../export/cells.js'
import type { Encodings } from '../rules/category-codes.js'
import { mustBeDatabase, readEncodings } from '../store/database.js'
import { closeFiles, firstItem, itemsIn, type OpenFile, openFiles } from '../store/read/files.js'
import { REJECTS_FILE, TABLES } from '../store/tables.js'
import { checkFolder } from './options.js'
import { type Cells, toCells } from './rows.js'
import type { RowOf, TypedRow } from './table-rows.js'

/** A table of an open database. */
export interface OpenTable {
  /** Its file's name without `.csv`: `training`, `train-image`, … */
  readonly name: string
  readonly columns: readonly string[]
  /** Size of the file in bytes. */
  readonly bytes: number
}

/** A database as it was when it was opened. */
export interface OpenDatabase extends AsyncDisposable {
  readonly folder: string
  /** The tables that are there, in the order in which the documentation has them. */
  readonly tables: readonly OpenTable[]
  /** For each category its values and their codes (specification, section 7). */
  readonly encodings: Encodings
  /**
   * The rows of a table in the order of the file, one at a time, each an object of its values by column: numbers,
   * booleans, dates as YYYY-MM-DD, text, null for a blank and for what does not fit its column, as `export` gives them
   * (docs/tables.md has meanings and units). With `typed: false` each is the text that stands there, blank where there is
   * none. Stop whenever you like, and ask as often as you like, also while other rows are read.
   *
   * @throws IngestError USAGE for a name that is no table's, or after {@link close}; TABLE_INVALID for a table that is
   *   not there, or at a line that cannot be read
   */
  rows(table: string, options: { readonly typed: false }): AsyncGenerator<Cells>
  rows<Name extends string>(table: Name, options?: { readonly typed?: true }): AsyncGenerator<RowOf<Name>>
  /** Closes the files; a second time does nothing. */
  close(): Promise<void>
}

interface OpenedTable extends OpenTable {
  readonly opened: OpenFile
}

const SUFFIX = '.csv'
/** Without the files that are there for the program alone. */
const PUBLIC_FILES = [...TABLES.map(({ file }) => file).filter((file) => !file.includes('/')), REJECTS_FILE]
const NAMES = PUBLIC_FILES.map((file) => file.slice(0, -SUFFIX.length))

/**
 * Opens a database for reading, at a moment at which no run is putting its tables in place. It takes no lock and keeps
 * no run from going on; what a later run does is not seen.
 *
 * @param folder a database; also one that spacekit wrote
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read; TABLE_INVALID for
 *   unreadable encodings
 */
export async function openDatabase(folder: string): Promise<OpenDatabase> {
  checkFolder(folder)
  await mustBeDatabase(folder)
  const { files, others: encodings } = await openFiles(folder, () => readEncodings(folder))
  try {
    const tables = new Map<string, OpenedTable>()
    for (const name of NAMES) {
      const opened = files.get(name + SUFFIX)
      if (opened === undefined) continue
      const { record } = await firstItem(opened)
      tables.set(name, { name, columns: record?.fields ?? [], bytes: opened.bytes, opened })
    }
    return new Reader(folder, tables, encodings, () => closeFiles(files))
  } catch (error) {
    await closeFiles(files)
    throw error
  }
}

class Reader implements OpenDatabase {
  readonly folder: string
  readonly tables: readonly OpenTable[]
  readonly encodings: Encodings
  readonly #tables: ReadonlyMap<string, OpenedTable>
  readonly #close: () => Promise<void>
  #closed: Promise<void> | undefined

  constructor(
    folder: string,
    tables: ReadonlyMap<string, OpenedTable>,
    encodings: Encodings,
    close: () => Promise<void>,
  ) {
    this.folder = folder
    this.tables = [...tables.values()].map(({ name, columns, bytes }) => ({ name, columns, bytes }))
    this.encodings = encodings
    this.#tables = tables
    this.#close = close
  }

  rows(name: string, options: { readonly typed: false }): AsyncGenerator<Cells>
  rows<Name extends string>(name: Name, options?: { readonly typed?: true }): AsyncGenerator<RowOf<Name>>
  rows(name: string, { typed = true }: { readonly typed?: boolean } = {}): AsyncGenerator<Cells | TypedRow> {
    this.#mustBeOpen()
    const table = this.#table(name)
    if (!typed) return this.#rowsOf(table, (fields) => toCells(table.columns, fields))
    const columns = columnsOf(
      TABLES.find(({ file }) => file === table.opened.file),
      table.columns,
    )
    const reader = new RowReader(columns)
    return this.#rowsOf(table, (fields, line) => toRow(table.columns, reader.read(fields, line)))
  }

  async *#rowsOf<Row>(
    { opened, columns }: OpenedTable,
    toObject: (fields: readonly string[], line: number) => Row,
  ): AsyncGenerator<Row> {
    const source = join(this.folder, opened.file)
    let isHeader = true
    for await (const items of this.#itemsOf(opened)) {
      for (const { record, error, line } of items) {
        if (isHeader) {
          isHeader = false
          continue
        }
        const fields = record?.fields ?? []
        const wrong = error ?? wrongWidth(fields, columns)
        if (wrong !== undefined) throw new IngestError('TABLE_INVALID', wrong, { source, line })
        yield toObject(fields, line)
        this.#mustBeOpen()
      }
    }
  }

  async *#itemsOf(opened: OpenFile): ReturnType<typeof itemsIn> {
    try {
      yield* itemsIn(opened)
    } catch (error) {
      // What the system says of a file closed under a read is no news to the one who closed it.
      this.#mustBeOpen()
      throw error
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #table(name: string): OpenedTable {
    const table = this.#tables.get(name)
    if (table !== undefined) return table
    if (!NAMES.includes(name))
      throw new IngestError('USAGE', `no table ${JSON.stringify(name)}; the tables are ${NAMES.join(', ')}`)
    const message = 'the table is not there; the next run or `jwst-ingest rebuild` makes it'
    throw new IngestError('TABLE_INVALID', message, { source: join(this.folder, name + SUFFIX) })
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new IngestError('USAGE', 'the database is closed', { source: this.folder })
  }
}

/** Columns and values as an object; a column may have any name. */
function toRow(columns: readonly string[], values: readonly Value[]): TypedRow {
  return Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null]))
}

function wrongWidth(fields: readonly string[], columns: readonly string[]): string | undefined {
  return fields.length === columns.length ? undefined : `expected ${columns.length} fields, got ${fields.length}`
}
