/**
 * What would keep a table from taking its place after the commit: it has to come up before, while nothing is changed.
 */
import { readFileSync } from 'node:fs'
import { access, constants, lstat, open, realpath, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hasCode, IngestError } from '../errors.js'
import { attempt, unless } from './commit-files.js'

/** A table, or the place of one that is not there. */
export interface TablePlace {
  /** Its path; where it is a link, that of the file behind it. */
  readonly path: string
  /** In bytes; undefined where it is not there. */
  readonly size: number | undefined
}

/** Finds a table. Throws DATABASE_UNUSABLE for what is no file. */
export async function findTable(path: string): Promise<TablePlace> {
  return attempt(path, 'cannot look at it', async () => {
    const there = await unless('ENOENT', stat(path))
    if (there?.isFile()) return { path: await realFile(path), size: there.size }
    if (there !== undefined) throw unusable(path, 'is not a file: move it out of the way')
    if ((await unless('ENOENT', lstat(path))) !== undefined)
      throw unusable(path, 'is a link to nothing: remove it, or bring back what it led to')
    return { path, size: undefined }
  })
}

/** The file behind a link, so that the link stays one; the path itself where nothing is there. */
export async function realFile(path: string): Promise<string> {
  return (await unless('ENOENT', realpath(path))) ?? path
}

/** Looks at where the files of a transaction will go. */
export class Obstacles {
  readonly #staging: string
  readonly #mounts = mountPoints()
  /** What came of each folder that was looked at. */
  readonly #folders = new Map<string, Promise<string>>()

  /** @param staging the folder that files are renamed from */
  constructor(staging: string) {
    this.#staging = staging
  }

  /**
   * Throws DATABASE_UNUSABLE where no staged file can get the path of a table, or where the one that is there cannot be
   * removed.
   */
  async refuseRename({ path, size }: TablePlace): Promise<void> {
    const above = dirname(path)
    const folder = this.#folders.get(above) ?? this.#openFolder(above)
    this.#folders.set(above, folder)
    const place = join(await folder, basename(path))
    if (this.#mountOf(place) === place) throw unusable(path, 'is a mount point: mount the whole folder instead')
    if (size !== undefined) await attempt(path, 'cannot replace or remove it', () => trialRemoval(path))
  }

  /** A folder without links; throws DATABASE_UNUSABLE where no staged file can be renamed into it. */
  async #openFolder(path: string): Promise<string> {
    const [folder, staging] = await Promise.all([realpath(path), realpath(this.#staging)])
    const [there, here] = await Promise.all([stat(folder), stat(staging)])
    if (there.dev !== here.dev || this.#mountOf(folder) !== this.#mountOf(staging)) {
      const how = 'tables take their places by a rename, so keep both on one, without links or mounts between them'
      throw unusable(path, `is on another file system than ${this.#staging}: ${how}`)
    }
    await attempt(folder, 'cannot change this folder', () => access(folder, constants.W_OK | constants.X_OK))
    return folder
  }

  /** Throws DATABASE_UNUSABLE where the file that is there cannot be written to. */
  async refuseAppend({ path }: TablePlace): Promise<void> {
    await attempt(path, 'cannot append to it', async () => (await open(path, 'r+')).close())
  }

  /** The mount point that a path is below of, as far as the system tells. */
  #mountOf(path: string): string {
    const above = this.#mounts.filter((point) => path === point || path.startsWith(point === '/' ? point : `${point}/`))
    return above.reduce((longest, point) => (point.length > longest.length ? point : longest), '')
  }
}

function unusable(path: string, what: string): IngestError {
  return new IngestError('DATABASE_UNUSABLE', what, { source: path })
}

/**
 * Asks the system to remove a file as if it were a folder. It refuses that in any case, but where the file is immutable,
 * or belongs to somebody else in a sticky folder, it says so first.
 */
async function trialRemoval(path: string): Promise<void> {
  try {
    await rmdir(path)
  } catch (error) {
    if (!hasCode(error, 'ENOTDIR', 'ENOENT')) throw error
  }
}

/** Where file systems, folders and files are mounted; nothing where the system does not tell. */
function mountPoints(): readonly string[] {
  try {
    const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
    return lines.flatMap((line) => line.split(' ')[4] ?? []).map(unescaped)
  } catch {
    return []
  }
}

/** Spaces and such are `\040` there. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
}
