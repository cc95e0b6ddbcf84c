/**
 * Writes the page to its file.
 */
import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode, unless } from '../database/commit-files.js'
import { IngestError } from '../errors.js'

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
    // A pipe or a device takes the page itself.
    else await writeFile(file, page)
  } catch (error) {
    if (!hasCode(error)) throw error
    throw unwritable(file, error.message, error)
  }
}

async function replace(file: string, page: string): Promise<void> {
  const fresh = `${file}.${randomBytes(4).toString('hex')}.new`
  try {
    await writeFile(fresh, page, { flag: 'wx' })
    await rename(fresh, file)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {})
    throw error
  }
}

function unwritable(file: string, why: string, cause?: unknown): IngestError {
  const advice = 'give --html a file in a folder that you may write to, or - for standard output'
  return new IngestError('WRITE_FAILED', `cannot write the page: ${why}; ${advice}`, { source: file }, cause)
}
