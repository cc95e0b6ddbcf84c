/**
 * Writes the page to its file.
 */
import { constants, openSync } from 'node:fs'
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode, IngestError } from '../errors.js'
import { decide, leftover, noLeftover } from '../process/supervisor.js'
import { unless } from '../store/commit-files.js'
import { refuseDatabaseFile } from '../store/guard.js'
import { removeAbandoned, temporaryPath } from '../store/temporary.js'
import { visibleName } from '../text/visible.js'

/** What every page begins with. */
const PAGE_START = '<!doctype html>'

/**
 * Tells whether a page can be written to a file, before all the work.
 *
 * @throws IngestError USAGE for a file of a database; OUTPUT_EXISTS where there is one that is no page, and not empty;
 *   WRITE_FAILED
 */
export async function mustBeWritable(file: string): Promise<void> {
  await refuseDatabaseFile(file)
  const status = await stat(file).catch(() => undefined)
  if (status?.isDirectory()) throw unwritable(file, 'is a folder')
  const folder = await stat(dirname(file)).catch(() => undefined)
  if (!folder?.isDirectory()) throw unwritable(file, `there is no folder ${visibleName(dirname(file))}`)
  if (!status?.isFile() || PAGE_START.startsWith(await startOf(file))) return
  const what = 'is there already, and is no page of a report: give --html another file, or move this one out of the way'
  throw new IngestError('OUTPUT_EXISTS', what, { source: file })
}

/** As much of a file as {@link PAGE_START} is long. */
async function startOf(file: string): Promise<string> {
  try {
    const handle = await open(file)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(PAGE_START.length))
      return buffer.toString('latin1', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!hasCode(error)) throw error
    throw unwritable(file, error.message, error)
  }
}

/**
 * Writes a page; who reads the one before meanwhile sees that to its end.
 *
 * @throws IngestError WRITE_FAILED
 */
export async function writePage(file: string, page: string): Promise<void> {
  try {
    const status = await unless('ENOENT', stat(file))
    if (status === undefined) await replace(file, page)
    else if (status.isFile()) await replace(await realpath(file), page)
    else if (status.isFIFO()) await writePipe(file, page)
    // A device takes the page itself.
    else await writeFile(file, page)
  } catch (error) {
    if (!hasCode(error)) throw error
    throw unwritable(file, error.message, error)
  }
}

/** How long to rest between two looks for somebody who reads a pipe, in ms. */
const REST = 50

/** By the event loop: a thread of the system would wait in a pipe that nobody reads, and the process could not end. */
async function writePipe(file: string, page: string): Promise<void> {
  let fd: number | undefined
  while (fd === undefined) {
    fd = openToReader(file)
    if (fd === undefined) await delay(REST)
  }
  await finished(new Socket({ fd, readable: false, writable: true }).end(page))
}

/** Undefined while nobody reads it. */
function openToReader(file: string): number | undefined {
  try {
    return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (hasCode(error, 'ENXIO')) return undefined
    throw error
  }
}

async function replace(file: string, page: string): Promise<void> {
  await removeAbandoned(file)
  const fresh = temporaryPath(file)
  try {
    leftover(fresh)
    await writeFile(fresh, page, { flag: 'wx' })
    decide()
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {})
    throw error
  } finally {
    noLeftover(fresh)
  }
}

function unwritable(file: string, why: string, cause?: unknown): IngestError {
  const advice = 'give --html a file in a folder that you may write to, or - for standard output'
  return new IngestError('WRITE_FAILED', `cannot write the page: ${why}; ${advice}`, { source: file }, cause)
}
