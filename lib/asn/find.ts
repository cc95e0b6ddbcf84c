/**
 * The association files of a run: files, folders and globs (specification, section 9).
 */
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hasCode, IngestError } from '../errors.js'
import { filesIn, globFiles, isPattern } from '../glob.js'

/** An association file to read. */
export interface AssociationFile {
  readonly path: string
  /** Whether it was named itself, or found in a folder or by a pattern, where files of Level 2 are to be expected. */
  readonly isNamed: boolean
}

/**
 * Finds association files; a folder is searched with all folders in it. Each file comes once, in text order of the paths.
 *
 * @param given files, folders and globs
 * @throws IngestError NO_INPUT for one that is not there, or where there is nothing; INPUT_UNREADABLE
 */
export async function findAssociations(given: readonly string[]): Promise<AssociationFile[]> {
  const files = new Map<string, AssociationFile>()
  for (const name of given) {
    for (const file of await filesOf(name)) {
      const path = resolve(file.path)
      if (!files.get(path)?.isNamed) files.set(path, file)
    }
  }
  return [...files.keys()].sort().flatMap((path) => files.get(path) ?? [])
}

async function filesOf(name: string): Promise<AssociationFile[]> {
  try {
    return await searchedFor(name)
  } catch (error) {
    if (!hasCode(error)) throw error
    const source = error.path ?? name
    throw new IngestError('INPUT_UNREADABLE', `cannot be read: ${error.message}`, { source }, error)
  }
}

async function searchedFor(name: string): Promise<AssociationFile[]> {
  const status = await statusOf(name)
  if (status?.isDirectory()) return inFolder(name)
  if (status !== undefined) return [{ path: name, isNamed: true }]
  if (!isPattern(name)) throw new IngestError('NO_INPUT', 'no such association file or folder', { source: name })
  const paths = await globFiles(name)
  if (paths.length === 0)
    throw new IngestError('NO_INPUT', 'no association file matches this pattern', { source: name })
  return paths.map((path) => ({ path, isNamed: false }))
}

async function inFolder(folder: string): Promise<AssociationFile[]> {
  const paths = await filesIn(folder, (name) => /_asn\.json$/i.test(name))
  if (paths.length === 0)
    throw new IngestError('NO_INPUT', 'neither the folder nor a folder in it has a file *_asn.json', { source: folder })
  return paths.map((path) => ({ path, isNamed: false }))
}

async function statusOf(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
