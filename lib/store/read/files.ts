/**
 * The files of a database as they are at one moment, without a lock.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { IngestError } from '../../errors.js'
import type { Meter } from '../../process/progress.js'
import { attempt, unless } from '../commit-files.js'
import { layoutOf } from '../commit-record.js'
import { INDEX_FILE } from '../index-file.js'
import { ENCODINGS_FILE, REJECTS_FILE, TABLES } from '../tables.js'
import { type Item, ItemReader } from './items.js'

/** A file as it was when it was opened: what is replaced or appended to later does not show. */
export interface OpenFile {
  readonly file: string
  readonly handle: FileHandle
  readonly bytes: number
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined
}

/** All tables that are there, by file, and what else was read at the same moment. */
interface FilesOfMoment<T> {
  readonly files: ReadonlyMap<string, OpenFile>
  readonly others: T
}

/** How often, and how long apart (ms), a look waits for a run that is committing. */
const PATIENCE = { tries: 50, rest: 100 } as const

const CHUNK_BYTES = 1 << 18

/** How the records of a file are read. */
interface ItemOptions {
  /** Whether those that are plainly well formed are given in blocks. */
  readonly blocks?: boolean
  /** Takes how many bytes are read. */
  readonly meter?: Meter | undefined
}

/**
 * The records of a file, in batches.
 *
 * @throws the reason of the file's signal
 */
export async function* itemsIn(
  { handle, bytes, signal }: OpenFile,
  { blocks = false, meter }: ItemOptions = {},
): AsyncGenerator<Item[]> {
  const reader = new ItemReader(blocks)
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes))
  for (let position = 0; position < bytes; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, bytes - position), position)
    signal?.throwIfAborted()
    if (bytesRead === 0) break
    position += bytesRead
    yield reader.push(chunk.subarray(0, bytesRead))
    meter?.add(bytesRead)
  }
  yield reader.end()
}

/** The header of a file; an item without a record where the file is empty. */
export async function firstItem(opened: OpenFile): Promise<Item> {
  for await (const [first] of itemsIn(opened)) if (first !== undefined) return first
  return { line: 1, offset: 0, end: 0, error: 'the table is empty' }
}

/**
 * Opens all tables at a moment at which no run is putting its tables in place.
 *
 * @param read reads other files of that moment; done again if it was none
 * @param signal ends the waiting for such a moment, and all reading of these files
 * @throws IngestError DATABASE_UNUSABLE where a file cannot be read, or a commit has not come to its end
 */
export function openFiles<T>(folder: string, read: () => Promise<T>, signal?: AbortSignal): Promise<FilesOfMoment<T>> {
  return attempt(folder, 'cannot read the database', () => openAtMoment(folder, read, signal))
}

async function openAtMoment<T>(
  folder: string,
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<FilesOfMoment<T>> {
  for (let tries = 0; tries < PATIENCE.tries; tries++) {
    const before = await appearance(folder)
    const others = await read()
    const files = await openAll(folder, signal)
    const after = await appearance(folder)
    if (before !== undefined && before === after) return { files, others }
    await closeFiles(files)
    signal?.throwIfAborted()
    await delay(PATIENCE.rest)
  }
  throw new IngestError(
    'DATABASE_UNUSABLE',
    'a run has committed, but not all of its tables are in place; wait until it is done or, if none is going on, let the next run or `jwst-ingest rebuild` finish it',
    { source: folder },
  )
}

const FILES = [...TABLES.map(({ file }) => file), REJECTS_FILE]

/** What shows a change of any file; undefined while a commit is not finished. */
async function appearance(folder: string): Promise<string | undefined> {
  const status = (path: string) => unless('ENOENT', stat(path, { bigint: true }))
  if ((await status(layoutOf(folder).record)) !== undefined) return undefined
  const files = [...FILES, ENCODINGS_FILE, INDEX_FILE]
  const looks = await Promise.all(files.map((file) => status(join(folder, file))))
  return looks.map((look) => (look === undefined ? '-' : `${look.ino} ${look.size} ${look.mtimeNs}`)).join(', ')
}

async function openAll(folder: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, OpenFile>> {
  const files = new Map<string, OpenFile>()
  try {
    for (const file of FILES) {
      const handle = await unless('ENOENT', open(join(folder, file), 'r'))
      if (handle === undefined) continue
      const status = await handle.stat()
      files.set(file, { file, handle, bytes: status.size, signal })
      if (!status.isFile()) throw notAFile(join(folder, file))
    }
  } catch (error) {
    await closeFiles(files)
    throw error
  }
  return files
}

function notAFile(path: string): IngestError {
  return new IngestError('DATABASE_UNUSABLE', 'is not a file: move it out of the way', { source: path })
}

export async function closeFiles(files: ReadonlyMap<string, OpenFile>): Promise<void> {
  await Promise.all([...files.values()].map(({ handle }) => handle.close()))
}
