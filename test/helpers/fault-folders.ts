/** Folders for fault tests: copies, snapshots, and the crash of a program at every operation of it. */
import { createHash } from 'node:crypto'
import { cp, lstat, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** Makes a folder, hands it to `work`, and removes it. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'jwst-ingest-test-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Hands a copy of a folder to `work`, and removes it. */
export async function withCopy<T>(of: string, work: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await cp(of, folder, { recursive: true })
    return work(folder)
  })
}

/** Every file and folder in a folder with a digest of what is in it: two snapshots are equal if the folders are. */
export async function snapshot(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true })).sort()
  const lines = await Promise.all(names.map(async (name) => `${name} ${await digest(join(folder, name))}`))
  return lines.join('\n')
}

async function digest(path: string): Promise<string> {
  if (!(await lstat(path)).isFile()) return 'folder'
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16)
}

/** The names of the files below a folder that `pattern` fits, relative to it. */
export async function filesLike(folder: string, pattern: RegExp): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  return names.map((entry) => relative(folder, join(entry.parentPath, entry.name))).filter((name) => pattern.test(name))
}
