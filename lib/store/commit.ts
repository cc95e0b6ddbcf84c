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
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { leftover } from '../process/supervisor.js'
import { allEnded, alsoFailed, attempt, makeFolders, syncDirectory } from './commit-files.js'
import { isInterrupted, kept, layoutOf, type TransactionLayout } from './commit-record.js'
import { acquireLock, type Lock, type LockOptions } from './lock.js'
import { followFolder } from './sharing.js'
import { Transaction } from './transaction.js'

export interface OpenOptions extends LockOptions {
  /** Whether a folder that is not there is made; true by default. */
  readonly create?: boolean | undefined
}

/** A table that is open for reading, as it was at one moment. */
export interface OpenedTable {
  /** Its descriptor. */
  readonly fd: number
  readonly bytes: number
}

/** A database folder that this process alone may change, until it is closed. */
export interface OpenFolder {
  readonly folder: string
  /** The tables by file, where the folder is only looked at: then nothing can be changed. */
  readonly opened?: ReadonlyMap<string, OpenedTable>
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
 * Opens a database folder for writing: makes it if need be, takes its lock, and finishes or removes what an
 * interrupted run left. Throws DATABASE_LOCKED, DATABASE_UNUSABLE, WRITE_FAILED. Specification, section 9.
 */
export async function openFolder(folder: string, options: OpenOptions = {}): Promise<OpenFolder> {
  const layout = layoutOf(folder)
  await prepare(layout, options.create ?? true)
  const lock = await acquireLock(layout.private, options)
  try {
    return new LockedFolder(layout, lock, await recovered(layout), options.signal)
  } catch (error) {
    // The first error says more; a claim that stays behind ends with this process.
    await lock.release().catch(() => {})
    throw error
  }
}

/** What had to be done about an interrupted run, as a sentence. */
async function recovered(layout: TransactionLayout): Promise<string | undefined> {
  if (!(await isInterrupted(layout))) return undefined
  const { recover } = await import('./recovery.js')
  return recover(layout)
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
  #transaction: Transaction | undefined

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
    this.#transaction = new Transaction(this.#layout, this.#signal)
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
