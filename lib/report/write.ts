/**
 * Writes the page to its file.
 */
import { constants, openSync } from 'node:fs'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode, IngestError } from '../errors.js'
import { decide, leftover, noLeftover } from '../process/supervisor.js'
import { unless } from '../store/commit-files.js'
import { removeAbandoned, temporaryPath } from '../store/temporary.js'

/**
 * Tells whether a page can be written to a file, before all the work.
 *
 * @throws IngestError WRITE_FAILED
 */
export async function mustBeWritable(file: string): Promise<void> {
  const status = await stat(file).catch(() => undefined)
  if (status?.isDirectory()) throw unwritable(file, 'is a folder')
  const folder = await stat(dirname(file)).catch(() => undefined)
  if (!folder?.isDirectory()) throw unwritable(file, `there is no folder ${dirname(file)}`)
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
