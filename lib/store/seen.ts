/**
 * What the tables looked like after the last run: by that a later one tells whether something else changed them.
 */
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PRIVATE_FOLDER } from './commit-record.js'
import { inheritRights } from './sharing.js'
import type { Table } from './table.js'
import { TABLES } from './tables.js'

/** File that tells what the tables looked like after the last run: no part of a commit, and no loss if it is missing. */
const SEEN_FILE = `${PRIVATE_FOLDER}/seen.json`

/** Size and time of a file, by which a change shows. */
export interface Look {
  readonly bytes: number
  readonly modified: string
}

/** The last line of a table is looked for in so many bytes at its end. */
const TAIL_BYTES = 16_384

/** What is remembered of a table. */
export interface Seen extends Look {
  /** Its last line, without its end; absent where there is none of a sensible length, and where it has quotes. */
  readonly last?: string | undefined
}

/** What the last run remembers of each table, by file; undefined where it could not. */
export async function readSeen(folder: string): Promise<ReadonlyMap<string, Seen> | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(join(folder, SEEN_FILE), 'utf8'))
    if (typeof stored !== 'object' || stored === null) return undefined
    return new Map(Object.entries(stored).filter((entry): entry is [string, Seen] => isSeen(entry[1])))
  } catch {
    return undefined
  }
}

function isSeen(value: unknown): value is Seen {
  const { bytes, modified, last = '' } = (value ?? {}) as Partial<Record<keyof Seen, unknown>>
  return typeof bytes === 'number' && typeof modified === 'string' && typeof last === 'string'
}

/** Remembers what the tables look like, after a commit. */
export async function rememberTables(folder: string): Promise<void> {
  const path = join(folder, SEEN_FILE)
  // Without this file the next run reads the tables whole: slower, and no reason to fail a run that is committed.
  await lookAtTables(folder)
    .then(async (looks) => {
      const seen = [...looks].map(async ([file, look]) => [file, { ...look, last: await lastLine(join(folder, file)) }])
      const fresh = `${path}.new`
      // Another user may have left it.
      await rm(fresh, { force: true })
      await writeFile(fresh, JSON.stringify(Object.fromEntries(await Promise.all(seen))))
      await inheritRights(fresh, path, dirname(path))
      await rename(fresh, path)
    })
    .catch(() => {})
}

/** Size and time of each table that is there, by file. */
export async function lookAtTables(folder: string): Promise<ReadonlyMap<string, Look>> {
  const look = async ({ file }: Table): Promise<readonly [string, Look] | undefined> => {
    const status = await stat(join(folder, file), { bigint: true }).catch(() => undefined)
    return status && [file, { bytes: Number(status.size), modified: String(status.mtimeNs) }]
  }
  const looks = await Promise.all(TABLES.map(look))
  return new Map(looks.filter((found) => found !== undefined))
}

export function sameLook(a: Look | undefined, b: Look | undefined): boolean {
  return a !== undefined && b !== undefined && a.bytes === b.bytes && a.modified === b.modified
}

async function lastLine(path: string): Promise<string | undefined> {
  const text = await tailOf(path)
  const start = text.lastIndexOf('\n', text.length - 2)
  const last = text.slice(start + 1, -1)
  // A line end within quotes is none: this may be the end of a row.
  return start < 0 || last.includes('"') ? undefined : last
}

/** What stands behind the last line end of a file: nothing where it ends with one. */
export async function unendedLine(path: string): Promise<string> {
  const text = await tailOf(path)
  return text.slice(text.lastIndexOf('\n') + 1)
}

async function tailOf(path: string): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const from = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
