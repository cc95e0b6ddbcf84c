/** A change of several files of a database, staged until it is committed. */
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { decide, noLeftover } from '../process/supervisor.js'
import { allEnded, alsoFailed, attempt, syncDirectory } from './commit-files.js'
import {
  isTableName,
  type Operation,
  removeStaging,
  rollForward,
  stageRecord,
  type TransactionLayout,
  unfinished,
} from './commit-record.js'
import { findTable, Obstacles, type TablePlace } from './obstacles.js'
import { inheritRights } from './sharing.js'
import {
  canClone,
  cloneStart,
  type FileRange,
  type Patch,
  StagedFile,
  type TableWriter,
  type Written,
  writtenTo,
} from './staged-file.js'

/**
 * A change of several files that happens wholly or not at all. Names are relative to the database folder
 * (`training.csv`, `.jwst-ingest/index`), each at most once in a transaction.
 */
export class Transaction {
  /** `committed`: the record has its name, but not everything is in place. */
  state: 'open' | 'committed' | 'over' = 'open'
  readonly #layout: TransactionLayout
  readonly #signal: AbortSignal | undefined
  readonly #obstacles: Obstacles
  /** The files to change in the order given, undefined for one that is removed. */
  readonly #changes = new Map<string, { readonly staged: string; readonly file: StagedFile } | undefined>()
  readonly #reserved = new Set<string>()
  #staged = 0
  #clones: Promise<boolean> | undefined
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

  /** The path of a scratch file that the caller writes, reads and closes himself; gone after the transaction. */
  stagingPath(name: string): string {
    if (name === '' || /[/\\\0]/.test(name)) throw new Error(`not a file name: ${name}`)
    return join(this.#layout.staging, `scratch-${name}`)
  }

  /** The file will hold what is written here, instead of what it held. Throws DATABASE_UNUSABLE, WRITE_FAILED. */
  async replace(name: string): Promise<TableWriter> {
    const table = await this.#reserve(name)
    await this.#obstacles.refuseRename(table)
    return this.#stage(name, table)
  }

  /** Whether the file system can clone a file that is there; so can it all others then, or none. Throws WRITE_FAILED. */
  async clones(name: string): Promise<boolean> {
    const path = this.stagingPath('clone')
    this.#clones ??= attempt(path, 'cannot clone a file', () => canClone(join(this.#layout.folder, name), path))
    return this.#clones
  }

  /**
   * The file will hold these ranges of what it holds, one behind the other, then what is written here. They are there
   * when this returns, and a first one from its beginning is cloned where the file system can do that. Throws
   * DATABASE_UNUSABLE, WRITE_FAILED.
   *
   * @param patches what shall stand in place of bytes of these ranges, by its offset in the file that they make
   */
  async cut(name: string, ranges: readonly FileRange[], patches: readonly Patch[] = []): Promise<TableWriter> {
    const table = await this.#reserve(name)
    await this.#obstacles.refuseRename(table)
    const [first, ...others] = ranges
    const cloned = first?.offset === 0 ? first.length : 0
    const file = await this.#stage(name, table, { cloned })
    await file.copyFrom(table.path, file.cloned > 0 ? others : ranges)
    file.patch(patches)
    return file
  }

  /** What is written here will follow what the file holds; it need not exist. Throws DATABASE_UNUSABLE, WRITE_FAILED. */
  async append(name: string): Promise<TableWriter> {
    const table = await this.#reserve(name)
    const { size = 0 } = table
    await (size > 0 ? this.#obstacles.refuseAppend(table) : this.#obstacles.refuseRename(table))
    return this.#stage(name, table, { start: size })
  }

  /** The file will be removed, if it is there. Throws DATABASE_UNUSABLE. */
  async remove(name: string): Promise<void> {
    const { size } = await this.#reserve(name)
    // Of a link, itself is removed.
    await this.#obstacles.refuseRename({ path: join(this.#layout.folder, name), size })
    this.#changes.set(name, undefined)
  }

  /**
   * Makes the change and tells its size, or throws a signal's reason where one came before the change counts. Throws WRITE_FAILED or
   * DATABASE_UNUSABLE: either nothing was changed and what was staged is removed, or the error says that the run is
   * committed, and the next {@link openFolder} finishes it.
   */
  async commit(): Promise<Written> {
    this.#mustBeOpen()
    const files = this.#files()
    try {
      for (const file of files) file.close()
      const operations = this.#operations()
      if (operations.length === 0) await this.abort()
      else await this.#make(files, operations)
      return writtenTo(files)
    } catch (error) {
      await this.abort(error)
      throw error
    }
  }

  async #make(files: readonly StagedFile[], operations: readonly Operation[]): Promise<void> {
    const { staging, private: privateFolder, folder } = this.#layout
    const records = [stageRecord(this.#layout, operations), ...[staging, privateFolder, folder].map(syncDirectory)]
    await allEnded([...files.map((file) => file.sync()), ...records])
    decide(this.#signal)
    await this.#passCommitPoint()
    await rollForward(this.#layout, operations)
    this.state = 'over'
    this.#committed = true
  }

  /**
   * Gives the change up: removes what was staged, the tables are untouched. Does nothing once the change was committed
   * or given up. `reason` as in {@link OpenFolder.close}.
   */
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

  /**
   * @param start how much the table has that the file will follow
   * @param cloned how much of the table the file shall begin with, if that can be cloned
   */
  async #stage(name: string, table: TablePlace, { start = 0, cloned = 0 } = {}): Promise<StagedFile> {
    const { folder, staging } = this.#layout
    const staged = `${this.#staged++}-${name.replace('/', '-')}`
    const path = join(staging, staged)
    const clone = await attempt(path, 'cannot make a staged file', () => cloneStart(table.path, path, cloned))
    const handle = clone ?? (await attempt(path, 'cannot make a staged file', () => open(path, 'wx')))
    const file = new StagedFile(path, handle, clone === undefined ? { start } : { cloned }, this.#signal)
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
      const { readRecord } = await import('./recovery.js')
      const found = await readRecord(this.#layout).catch(() => 'perhaps')
      if (found === undefined) throw error
    }
    this.state = 'committed'
    await syncDirectory(privateFolder).catch((error) => {
      throw unfinished(error)
    })
  }
}
