/**
 * The commit record and what follows from it. While the record has its final name, a run is committed but perhaps not
 * all of its tables are in place; whoever holds the lock finishes that (rolls forward). Files staged without a record
 * belong to a run that never committed.
 */
import { readSync } from 'node:fs'
import { type FileHandle, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { IngestError } from '../errors.js'
import { allEnded, attempt, BLOCK_BYTES, syncDirectory, unless, writeFully } from './commit-files.js'
import { realFile } from './obstacles.js'
import { followFolder } from './sharing.js'

/** The folder inside a database folder that holds what is not a table. */
export const PRIVATE_FOLDER = '.jwst-ingest'

export const FORMAT = 1
const NEWLINE = 10

/** What a commit does to one file; `name` is relative to the database folder, `staged` to the staging folder. */
export type Operation =
  /** The staged file, of `length` bytes, takes the table's name. */
  | { readonly kind: 'replace'; readonly name: string; readonly staged: string; readonly length: number }
  /** The `length` bytes of the staged file follow the table's first `offset` bytes. */
  | {
      readonly kind: 'append'
      readonly name: string
      readonly staged: string
      readonly offset: number
      readonly length: number
    }
  | { readonly kind: 'remove'; readonly name: string }

type Replace = Extract<Operation, { kind: 'replace' }>
type Append = Extract<Operation, { kind: 'append' }>

/** The paths of a database folder. */
export interface TransactionLayout {
  readonly folder: string
  readonly private: string
  readonly staging: string
  /** The commit record under the name that makes it count. */
  readonly record: string
  /** The commit record before that. */
  readonly stagedRecord: string
}

export function layoutOf(folder: string): TransactionLayout {
  const privateFolder = join(folder, PRIVATE_FOLDER)
  const staging = join(privateFolder, 'staging')
  return {
    folder: join(folder),
    private: privateFolder,
    staging,
    record: join(privateFolder, 'commit.json'),
    stagedRecord: join(staging, 'commit.json'),
  }
}

/** Whether a table may have this name: in the folder itself or in the private folder, beside what is kept there. */
export function isTableName(name: string): boolean {
  const inPrivate = name.startsWith(`${PRIVATE_FOLDER}/`)
  const base = inPrivate ? name.slice(PRIVATE_FOLDER.length + 1) : name
  if (base === '' || base === '.' || base === '..' || /[/\\\0]/.test(base)) return false
  return inPrivate ? !/^(staging|commit\.json|lock-.*)$/.test(base) : base !== PRIVATE_FOLDER
}

/** Writes the record into the staging folder and to the disk. Throws WRITE_FAILED. */
export async function stageRecord(layout: TransactionLayout, operations: readonly Operation[]): Promise<void> {
  await attempt(layout.stagedRecord, 'cannot write the commit record', async () => {
    const handle = await open(layout.stagedRecord, 'wx')
    try {
      writeFully(handle.fd, Buffer.from(`${JSON.stringify({ format: FORMAT, operations }, null, 1)}\n`), null)
      await handle.sync()
    } finally {
      await handle.close()
    }
  })
  await followFolder(layout.stagedRecord, layout.staging)
}

/** What the user can do when a committed run cannot be finished. */
export function wayOut(layout: TransactionLayout): string {
  return `Restore the folder from a backup, or remove ${layout.record} to go on with the tables as they are`
}

/**
 * Puts the tables of a committed run in place, then forgets the run. Doing it again, from any point at which it was
 * interrupted, gives the same tables: everything staged is kept until all is done, the record longest.
 * Throws WRITE_FAILED or DATABASE_UNUSABLE; the data stays safe, and the next try finishes it.
 */
export async function rollForward(layout: TransactionLayout, operations: readonly Operation[]): Promise<void> {
  try {
    const folders = await allEnded(operations.map((operation) => apply(layout, operation)))
    await allEnded([...new Set(folders)].map(syncDirectory))
    await removeStaging(layout)
    await attempt(layout.record, 'cannot remove the commit record', () => unlink(layout.record))
    await syncDirectory(layout.private)
  } catch (error) {
    throw unfinished(error)
  }
}

/** Adds to an error of the file system that the run itself is not lost. */
export function unfinished(error: unknown): unknown {
  return comforted(error, 'the run is committed and its data is safe: the next run finishes writing it')
}

/** The same where only what follows a run went wrong. */
export function kept(error: unknown): unknown {
  return comforted(error, 'the run is committed and its data is safe')
}

function comforted(error: unknown, comfort: string): unknown {
  if (!(error instanceof IngestError) || error.cause === undefined) return error
  return new IngestError(error.code, `${error.message}; ${comfort}`, {}, error.cause)
}

/** Returns the folder in which it changed a name. */
async function apply(layout: TransactionLayout, operation: Operation): Promise<string> {
  const place = join(layout.folder, operation.name)
  return attempt(place, `cannot ${operation.kind} the table`, async () => {
    const table = operation.kind === 'remove' ? place : await realFile(place)
    if (operation.kind === 'append') await appendTo(layout, table, operation)
    else if (operation.kind === 'replace') await replaceBy(layout, table, operation)
    else await unless('ENOENT', unlink(table))
    return dirname(table)
  })
}

async function replaceBy(layout: TransactionLayout, table: string, { staged, length }: Replace): Promise<void> {
  const moved = await unless(
    'ENOENT',
    rename(join(layout.staging, staged), table).then(() => true),
  )
  if (moved) return
  // The staged file is gone, so this was done before the interruption.
  const { size } = await stat(table)
  if (size !== length) throw changed(layout, table, size, length)
}

async function appendTo(layout: TransactionLayout, table: string, { staged, offset, length }: Append): Promise<void> {
  const suffix = await unless('ENOENT', open(join(layout.staging, staged), 'r'))
  try {
    const target = await open(table, 'r+')
    try {
      const { size } = await target.stat()
      if (suffix === undefined) {
        // Staged rows are removed last, so all of this was done before the interruption.
        if (size !== offset + length) throw changed(layout, table, size, offset + length)
        return
      }
      if (size < offset) throw changed(layout, table, size, offset)
      const copied = await copyRows(suffix.fd, target, { offset, length, size })
      if (copied < length) throw changed(layout, join(layout.staging, staged), copied, length)
      if (size > offset + length) await target.truncate(offset + length)
      await target.sync()
    } finally {
      await target.close()
    }
  } finally {
    await suffix?.close()
  }
}

/**
 * Copies the staged rows to their place, over whatever an interrupted try left there. Each write ends at the end of a
 * line if it holds one, so that somebody who reads meanwhile finds whole rows. Returns how many bytes there were.
 *
 * @param size what the table had before, which it never falls below
 */
async function copyRows(
  from: number,
  target: FileHandle,
  { offset, length, size }: { readonly offset: number; readonly length: number; readonly size: number },
): Promise<number> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, length))
  let done = 0
  while (done < length) {
    const count = readSync(from, block, 0, Math.min(block.length, length - done), done)
    if (count === 0) break
    const lines = block.subarray(0, count).lastIndexOf(NEWLINE) + 1
    const whole = lines === 0 ? count : lines
    try {
      writeFully(target.fd, block.subarray(0, whole), offset + done)
    } catch (error) {
      // The next run may be long in coming: until then readers shall not find the half of a row.
      await target.truncate(Math.max(size, offset + done)).catch(() => {})
      throw error
    }
    done += whole
  }
  return done
}

function changed(layout: TransactionLayout, file: string, size: number, expected: number): IngestError {
  const message = `has ${size} bytes, but ${expected} were there when a run was interrupted. ${wayOut(layout)}`
  return new IngestError('DATABASE_UNUSABLE', message, { source: file })
}

/** Removes the staging folder, if there is one; returns how many files were in it. Throws WRITE_FAILED. */
export async function removeStaging({ staging }: TransactionLayout): Promise<number> {
  return attempt(staging, 'cannot remove staged files', async () => {
    const names = await unless('ENOENT', readdir(staging))
    if (names === undefined) return 0
    await allEnded(names.map((name) => rm(join(staging, name), { recursive: true, force: true })))
    await rmdir(staging)
    return names.length
  })
}

/** Whether a run was interrupted in a folder, so that it has to be recovered. */
export async function isInterrupted({ record, staging }: TransactionLayout): Promise<boolean> {
  const left = await attempt(record, 'cannot read the commit record', () =>
    Promise.all([record, staging].map((path) => unless('ENOENT', stat(path)))),
  )
  return left.some((status) => status !== undefined)
}
