/**
 * The database as a folder that changes in one step: what a run writes is staged in a private folder inside it, and
 * one rename, that of the commit record, makes all of it count. Knows nothing of what is in the tables.
 *
 * The order that makes it true, each step on the disk before the next begins:
 * 1. staged files and the commit record under a temporary name;
 * 2. the commit record under its own name: from here on the run is committed;
 * 3. every table in its place (replaced by a rename, appended to, removed);
 * 4. staging folder removed, then the commit record.
 *
 * A crash before 2 leaves staged files, which the next run removes; a crash after it leaves the record, and the next
 * run does steps 3 and 4 again. Readers need no lock: a replaced table changes by a rename, and an appended one only
 * grows. Specification, section 9.
 */
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { decide, leftover, noLeftover } from '../process/supervisor.js'
import { allEnded, alsoFailed, attempt, makeFolders, syncDirectory } from './commit-files.js'
import {
  isTableName,
  kept,
  layoutOf,
  type Operation,
  readRecord,
  recover,
  removeStaging,
  rollForward,
  stageRecord,
  type TransactionLayout,
  unfinished,
} from './commit-record.js'
import { acquireLock, type Lock, type LockOptions } from './lock.js'
import { findTable, Obstacles, type TablePlace } from './obstacles.js'
import { followFolder, inheritRights } from './sharing.js'
import { StagedFile, type TableWriter } from './staged-file.js'

export { PRIVATE_FOLDER } from './commit-record.js'
export type { TableWriter } from './staged-file.js'

export interface OpenOptions extends LockOptions {
  /** Whether a folder that is not there is made; true by default. */
  readonly create?: boolean | undefined
}

/** A database folder that this process alone may change, until it is closed. */
export interface OpenFolder {
  readonly folder: string
  /** What had to be done about an interrupted run, as a sentence for the user; undefined if nothing. */
  readonly recovered: string | undefined
  /** Starts a change; one at a time. Throws DATABASE_UNUSABLE, WRITE_FAILED. */
  begin(): Promise<Transaction>
  /**
   * Aborts the transaction that is still open, if any, and gives the folder free. `reason`, the error that led here,
   * becomes the cause if that fails (WRITE_FAILED), so it is not lost.
   */
  close(reason?: unknown): Promise<void>
}

/**
 * A change of several files that happens wholly or not at all. Names are relative to the database folder
 * (`training.csv`, `.jwst-ingest/index.json`), each at most once in a transaction.
 */
export interface Transaction {
  /** The path of a scratch file that the caller writes, reads and closes himself; gone after the transaction. */
  stagingPath(name: string): string
  /** The file will hold what is written here, instead of what it held. Throws DATABASE_UNUSABLE, WRITE_FAILED. */
  replace(name: string): Promise<TableWriter>
  /** What is written here will follow what the file holds; it need not exist. Throws DATABASE_UNUSABLE, WRITE_FAILED. */
  append(name: string): Promise<TableWriter>
  /** The file will be removed, if it is there. Throws DATABASE_UNUSABLE. */
  remove(name: string): Promise<void>
  /**
   * Makes the change, or throws a signal's reason where one came before the change counts. Throws WRITE_FAILED or
   * DATABASE_UNUSABLE: either nothing was changed and what was staged is removed, or the error says that the run is
   * committed, and the next {@link openFolder} finishes it.
   */
  commit(): Promise<void>
  /**
   * Gives the change up: removes what was staged, the tables are untouched. Does nothing once the change was committed
   * or given up. `reason` as in {@link OpenFolder.close}.
   */
  abort(reason?: unknown): Promise<void>
}

/**
 * Opens a database folder for writing: makes it if need be, takes its lock, and finishes or removes what an
 * interrupted run left. Throws DATABASE_LOCKED, DATABASE_UNUSABLE, WRITE_FAILED. Specification, section 9.
 */
export async function openFolder(folder: string, options: OpenOptions = {}): Promise<OpenFolder> {
  const layout = layoutOf(folder)
  await prepare(layout, options.create ?? true)
  const lock = await acquireLock(layout.private, options)
  try {
    return new LockedFolder(layout, lock, await recover(layout), options.signal)
  } catch (error) {
    // The first error says more; a claim that stays behind ends with this process.
    await lock.release().catch(() => {})
    throw error
  }
}

/** Makes the folder and its private folder, durably. */
async function prepare(layout: TransactionLayout, create: boolean): Promise<void> {
  const act = 'cannot use this folder as a database'
  await attempt(layout.folder, act, async () => {
    if (!create) await stat(layout.folder)
    const made = await makeFolders(layout.private)
    for (const path of made) await followFolder(path, dirname(path))
    await allEnded(made.map((path) => syncDirectory(dirname(path))))
  })
}

class LockedFolder implements OpenFolder {
  readonly folder: string
  readonly recovered: string | undefined
  readonly #layout: TransactionLayout
  readonly #lock: Lock
  readonly #signal: AbortSignal | undefined
  #transaction: StagedTransaction | undefined

  constructor(layout: TransactionLayout, lock: Lock, recovered: string | undefined, signal: AbortSignal | undefined) {
    this.folder = layout.folder
    this.recovered = recovered
    this.#layout = layout
    this.#lock = lock
    this.#signal = signal
  }

  async begin(): Promise<Transaction> {
    if (this.#transaction && this.#transaction.state !== 'over') throw new Error('a transaction is not finished yet')
    const { staging } = this.#layout
    leftover(staging)
    await attempt(staging, 'cannot make the staging folder', () => mkdir(staging))
    await followFolder(staging, this.#layout.private)
    this.#transaction = new StagedTransaction(this.#layout, this.#signal)
    return this.#transaction
  }

  async close(reason?: unknown): Promise<void> {
    const failure = await this.#transaction?.abort(reason).catch((error: unknown) => error)
    try {
      await this.#lock.release()
    } catch (error) {
      const first = failure ?? reason
      if (first === undefined && this.#transaction?.committed) throw kept(error)
      throw alsoFailed(first, error, 'the lock could not be released, it ends with this process')
    }
    if (failure !== undefined) throw failure
  }
}

class StagedTransaction implements Transaction {
  /** `committed`: the record has its name, but not everything is in place. */
  state: 'open' | 'committed' | 'over' = 'open'
  readonly #layout: TransactionLayout
  readonly #signal: AbortSignal | undefined
  readonly #obstacles: Obstacles
  /** The files to change in the order given, undefined for one that is removed. */
  readonly #changes = new Map<string, { readonly staged: string; readonly file: StagedFile } | undefined>()
  readonly #reserved = new Set<string>()
  #staged = 0
  #committed = false

  constructor(layout: TransactionLayout, signal: AbortSignal | undefined) {
    this.#layout = layout
    this.#signal = signal
    this.#obstacles = new Obstacles(layout.staging)
  }

  /** Whether the change was made, and everything is in its place. */
  get committed(): boolean {
    return this.#committed
  }

  stagingPath(name: string): string {
    if (name === '' || /[/\\\0]/.test(name)) throw new Error(`not a file name: ${name}`)
    return join(this.#layout.staging, `scratch-${name}`)
  }

  async replace(name: string): Promise<TableWriter> {
    const table = await this.#reserve(name)
    await this.#obstacles.refuseRename(table)
    return this.#stage(name, table, 0)
  }

  async append(name: string): Promise<TableWriter> {
    const table = await this.#reserve(name)
    const { size = 0 } = table
    await (size > 0 ? this.#obstacles.refuseAppend(table) : this.#obstacles.refuseRename(table))
    return this.#stage(name, table, size)
  }

  async remove(name: string): Promise<void> {
    const { size } = await this.#reserve(name)
    // Of a link, itself is removed.
    await this.#obstacles.refuseRename({ path: join(this.#layout.folder, name), size })
    this.#changes.set(name, undefined)
  }

  async commit(): Promise<void> {
    this.#mustBeOpen()
    const files = this.#files()
    try {
      for (const file of files) file.close()
      const operations = this.#operations()
      if (operations.length === 0) return await this.abort()
      const { staging, private: privateFolder, folder } = this.#layout
      const records = [stageRecord(this.#layout, operations), ...[staging, privateFolder, folder].map(syncDirectory)]
      await allEnded([...files.map((file) => file.settle()), ...records])
      decide(this.#signal)
      await this.#passCommitPoint()
      await rollForward(this.#layout, operations)
      this.state = 'over'
      this.#committed = true
    } catch (error) {
      await this.abort(error)
      throw error
    }
  }

  async abort(reason?: unknown): Promise<void> {
    if (this.state !== 'open') return
    this.state = 'over'
    await allEnded(this.#files().map((file) => file.discard()))
    try {
      await removeStaging(this.#layout)
      noLeftover(this.#layout.staging)
    } catch (error) {
      throw alsoFailed(
        reason,
        error,
        'nothing was changed, but what was staged could not be removed (the next run does)',
      )
    }
  }

  #mustBeOpen(): void {
    if (this.state !== 'open') throw new Error('the transaction is over')
  }

  #files(): StagedFile[] {
    return [...this.#changes.values()].flatMap((change) => (change ? [change.file] : []))
  }

  async #reserve(name: string): Promise<TablePlace> {
    this.#mustBeOpen()
    if (!isTableName(name)) throw new Error(`not a name for a table: ${name}`)
    if (this.#reserved.has(name)) throw new Error(`${name} is changed twice in a transaction`)
    this.#reserved.add(name)
    return findTable(join(this.#layout.folder, name))
  }

  async #stage(name: string, table: TablePlace, start: number): Promise<TableWriter> {
    const { folder, staging } = this.#layout
    const staged = `${this.#staged++}-${name.replace('/', '-')}`
    const path = join(staging, staged)
    const handle = await attempt(path, 'cannot make a staged file', () => open(path, 'wx'))
    const file = new StagedFile(path, handle, start, this.#signal)
    this.#changes.set(name, { staged, file })
    await inheritRights(path, table.path, folder)
    return file
  }

  #operations(): Operation[] {
    return [...this.#changes].flatMap(([name, change]): Operation[] => {
      if (change === undefined) return [{ kind: 'remove', name }]
      const { staged, file } = change
      if (file.start === 0) return [{ kind: 'replace', name, staged, length: file.bytes }]
      if (file.bytes === 0) return []
      return [{ kind: 'append', name, staged, offset: file.start, length: file.bytes }]
    })
  }

  /** Gives the commit record its name, durably. */
  async #passCommitPoint(): Promise<void> {
    const { record, stagedRecord, private: privateFolder } = this.#layout
    try {
      await attempt(record, 'cannot commit', () => rename(stagedRecord, record))
    } catch (error) {
      // A network file system can report failure for a rename that it did: then the run is committed all the same,
      // and nothing staged may be removed. The same if that cannot be told.
      const found = await readRecord(this.#layout).catch(() => 'perhaps')
      if (found === undefined) throw error
    }
    this.state = 'committed'
    await syncDirectory(privateFolder).catch((error) => {
      throw unfinished(error)
    })
  }
}
