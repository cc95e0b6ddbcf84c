/** What all files of a transaction need: whole writes, durable directories, errors of the file system as {@link IngestError}s. */

import { existsSync, readSync, writeSync } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileError, hasCode, IngestError } from '../errors.js'

/** Size of the blocks in which files are written and copied, in bytes. */
export const BLOCK_BYTES = 256 * 1024

/** Does `work`; an error of the operating system in it is thrown as {@link fileError} says. */
export async function attempt<T>(file: string, act: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw fileError(error, file, act)
  }
}

/**
 * What to throw when `error` came up while cleaning up after `reason`: the reason stays the cause and the message
 * begins with its own; `note` says what could not be done. Without a reason the error itself.
 */
export function alsoFailed(reason: unknown, error: unknown, note: string): unknown {
  if (reason === undefined) return error
  return reason instanceof IngestError ? new IngestError(reason.code, `${reason.message}; ${note}`, {}, reason) : reason
}

/** Whether something is at a path that this process can look at. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}

/** What `work` gives; undefined if it fails with `code`, which is no failure here. */
export async function unless<T>(code: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (hasCode(error, code)) return undefined
    throw error
  }
}

/**
 * Waits until all of `tasks` have ended, also when one fails, so that none is still at work; throws the first error.
 *
 * @returns what they gave, in their order
 */
export async function allEnded<T>(tasks: Iterable<Promise<T>>): Promise<T[]> {
  const results = await Promise.allSettled(tasks)
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/**
 * Makes a folder with those above it that are not there; returns those that it made, the outermost first. Node's own
 * `mkdir` with `recursive` tries for ever where a folder takes no others, as `/proc` and one that was removed.
 */
export async function makeFolders(path: string): Promise<string[]> {
  try {
    return await makeFolder(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    // The folder above may be there by now, made by another run: so the same is tried again, once.
    const above = dirname(path)
    const made = (await isFolder(above)) ? [] : await makeFolders(above)
    return [...made, ...(await makeFolder(path))]
  }
}

/** Makes a folder in one that is there; returns it, or nothing if it was there. */
async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path)
    return [path]
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'EISDIR') && (await isFolder(path))) return []
    if (hasCode(error, 'EEXIST') && !existsSync(path)) throw danglingLink(path, error)
    throw error
  }
}

function danglingLink(path: string, error: unknown): IngestError {
  const message = 'is a link to nothing: remove it, or make the folder that it leads to'
  return new IngestError('DATABASE_UNUSABLE', message, { source: path }, error)
}

async function isFolder(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => undefined)
  return status?.isDirectory() ?? false
}

/** Makes the names in directory `path` durable (files made in it, renamed into it, removed from it). */
export async function syncDirectory(path: string): Promise<void> {
  await attempt(path, 'cannot write the folder to disk', async () => {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } catch (error) {
      // Some network file systems cannot do this to a directory: nothing more can be done there.
      if (!hasCode(error, 'EINVAL', 'ENOTSUP')) throw error
    } finally {
      await handle.close()
    }
  })
}

/** Writes all of `bytes` at `position`, or where the file stands if that is null: a single write may be cut short. */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null): void {
  let done = 0
  while (done < bytes.length) {
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done)
  }
}

/** Reads as many of `bytes` as there are from `position` on, for a single read may be cut short; returns how many. */
export function readFully(fd: number, bytes: Uint8Array, position: number): number {
  let done = 0
  while (done < bytes.length) {
    const count = readSync(fd, bytes, done, bytes.length - done, position + done)
    if (count === 0) break
    done += count
  }
  return done
}
