import type { Encoder, Encodings } from '../rules/category-codes.js'
import type { Layout } from '../rules/layout.js'
import type { Census, CensusByProgram } from '../settle/census.js'
import { checksum } from './checksum.js'
import { allEnded } from './commit-files.js'
import type { Database } from './database.js'
import { type DatabaseIndex, formatIndex, INDEX_FILE, type TableIndex } from './index-file.js'
import type { Reading } from './readings.js'
import { MOST_REJECTS, RejectsUpdate } from './rejects-update.js'
import type { Written } from './staged-file.js'
import { StoredCensus } from './stored-census.js'
import type { Table, TableContext } from './table.js'
import type { TableChange } from './table-change.js'
import { type TableChanges, TableUpdate } from './table-update.js'
import { ENCODINGS_FILE, REJECTS_FILE, type Reject, TABLES } from './tables.js'
import type { Transaction } from './transaction.js'

function formatEncodings(encodings: Encodings): string {
  return `${JSON.stringify(encodings, undefined, 1)}\n`
}

/** The index of each table that has one, by file. */
function byFile(made: readonly (TableIndex | undefined)[]): ReadonlyMap<string, TableIndex> {
  const named = made.map((table, number) => [TABLES[number]?.file ?? '', table] as const)
  return new Map(named.filter((entry): entry is [string, TableIndex] => entry[1] !== undefined))
}

/** What came of a commit. */
export interface Committed {
  /** Whether anything in the database changed; in a dry run, whether it would. */
  readonly changed: boolean
  /** What there is now in the database. */
  readonly total: Census
  /** What that took. */
  readonly written: Written
  /** Rows that could not be used and are counted only, as the table of rejects is full. */
  readonly rejectsLeftOut: number
  /** In a dry run, what would become of each table. */
  readonly changes?: readonly TableChange[]
}

/** Takes everything that a run changes in the database. */
export interface TablesUpdate {
  /** Runs that go on reading, this one among them if it does, or were broken off. */
  readings: readonly Reading[]
  /** Takes what settled programs add to each of {@link TABLES}, and take out of it. */
  readonly tables: readonly TableChanges[]
  /** A path for a file that is gone when the run ends. */
  scratchPath(name: string): string
  /** Takes input rows that could not be used. */
  reject(rejects: readonly Reject[]): void
  /**
   * Makes all of it one committed step, or none where nothing changes; {@link Encoder.assignCodes} comes first.
   *
   * @param census what there is now in each program that changed
   * @param same for a rebuild: the index of each table that stays as it is, by file; all others are written anew
   */
  commit(newCodes: boolean, census: CensusByProgram, same?: ReadonlyMap<string, TableIndex>): Promise<Committed>
  /** Gives it all up. */
  abort(reason: unknown): Promise<void>
}

/** Everything that a run changes in the database, in one transaction. */
export class Update implements TablesUpdate {
  readonly #database: Database
  readonly #transaction: Transaction
  readonly #layout: Layout
  readonly #encoder: Encoder
  readonly #rejects: RejectsUpdate
  readonly #anew: boolean
  readings: readonly Reading[]
  readonly tables: readonly TableUpdate[]

  private constructor(
    database: Database,
    transaction: Transaction,
    context: TableContext,
    tables: readonly TableUpdate[],
    anew: boolean,
    maxRejects: number,
  ) {
    this.#database = database
    this.readings = database.readings
    this.#anew = anew
    this.#transaction = transaction
    this.#layout = context.layout
    this.#encoder = context.encoder
    this.#rejects = new RejectsUpdate(transaction.stagingPath('rejects'), maxRejects)
    this.tables = tables
  }

  /**
   * @param anew whether every table is written anew, or lines are added to and taken out of those that are there
   * @param maxRejects rows that the table of rejects may have
   */
  static async begin(
    database: Database,
    context: TableContext,
    anew: boolean,
    maxRejects = MOST_REJECTS,
  ): Promise<Update> {
    const transaction = await database.folder.begin()
    const begin = async (table: Table) => {
      const direct = anew ? await transaction.replace(table.file) : undefined
      return new TableUpdate(table, context, direct, transaction.stagingPath(`lines-${table.number}`))
    }
    // All at once, as most of the time is spent waiting for one file after the other.
    return new Update(database, transaction, context, await allEnded(TABLES.map(begin)), anew, maxRejects)
  }

  scratchPath(name: string): string {
    return this.#transaction.stagingPath(name)
  }

  reject(rejects: readonly Reject[]): void {
    this.#rejects.add(rejects)
  }

  async commit(newCodes: boolean, census: CensusByProgram, same?: ReadonlyMap<string, TableIndex>): Promise<Committed> {
    const finish = (table: TableUpdate, number: number) =>
      same === undefined
        ? table.finish(this.#database, this.#transaction)
        : table.finishRebuilt(same.get(TABLES[number]?.file ?? ''), this.#database, this.#transaction)
    const newRejects = await this.#rejects.commit(this.#database.path(REJECTS_FILE), this.#transaction)
    const made = await allEnded(this.tables.map(finish))
    const old = this.#database.index
    const tables = byFile(made)
    const isWhole = this.#anew || same !== undefined || old === undefined
    const all = (isWhole ? new StoredCensus() : old.census).with(census)
    const changed = isWhole || newCodes || newRejects || [...tables].some(([file, its]) => its !== old.tables.get(file))
    const isKept = changed || this.readings.length > 0 || this.#database.readings.length > 0
    const written = await (isKept ? this.#seal(tables, all, newCodes) : this.#leave())
    return { changed, written, total: all.total, rejectsLeftOut: this.#rejects.leftOut }
  }

  /** Puts the index and new codes with the tables, and makes all of it count. */
  async #seal(tables: ReadonlyMap<string, TableIndex>, census: StoredCensus, newCodes: boolean): Promise<Written> {
    const others = this.#layout.columns.slice(2, this.#layout.at.date)
    const codes = newCodes ? formatEncodings(this.#encoder.encodings) : undefined
    const encodings = codes === undefined ? this.#database.encodingsSum : checksum(codes)
    const index: DatabaseIndex = { others, tables, encodings, census, readings: this.readings }
    await this.#write(INDEX_FILE, formatIndex(index))
    if (codes !== undefined) await this.#write(ENCODINGS_FILE, [codes])
    const written = await this.#transaction.commit()
    await this.#database.remember(index)
    return written
  }

  /** Leaves everything as it is. */
  async #leave(): Promise<Written> {
    await this.#transaction.abort()
    await this.#database.remember()
    return { bytes: 0, cloned: 0 }
  }

  async #write(file: string, parts: readonly (string | Uint8Array)[]): Promise<void> {
    const writer = await this.#transaction.replace(file)
    for (const part of parts) writer.write(part)
    writer.close()
  }

  async abort(reason: unknown): Promise<void> {
    this.#rejects.close()
    for (const table of this.tables) table.close()
    await this.#transaction.abort(reason)
  }
}
