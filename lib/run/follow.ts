/**
 * Files as they come into folders: each once, when it is quiet, and again when it has changed.
 */
import { type FSWatcher, type Stats, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { milliseconds } from '../clock.js'
import { isPattern } from '../glob.js'
import { filesAt, leftOutText } from './source.js'

/** What is followed. */
export interface FollowOptions {
  /** Folders, globs or files; they need not be there. */
  readonly names: readonly string[]
  /** Which files of a folder: the start of their names, with `*` and `?`. */
  readonly prefix?: string | undefined
  /** Takes what the user should know. */
  readonly warn: (message: string) => void
  /** Takes what the user must know: that nothing is where it should be. */
  readonly alert: (message: string) => void
  /** Ends the following. */
  readonly stop?: AbortSignal | undefined
  /** For how long a file must not have changed, in ms. */
  readonly quiet?: number
  /** After how long to look even though the system reports no change, in ms: it may have none to report, as of a network. */
  readonly lookEvery?: number
}

/** A file as it was at a look. */
interface Look {
  /** By this it is told whether it has changed. */
  readonly state: string
  /** Since when it is like this, by our clock in ms. */
  readonly since: number
  readonly isTaken: boolean
}

const QUIET_MS = 2000
const LOOK_EVERY_MS = 60_000
/** Files that nobody has touched for so long by the system's clock were quiet before the first look, in ms. */
const OLD_MS = 60_000

/** Follows folders until it is stopped. */
export class Follower {
  readonly #options: Required<Pick<FollowOptions, 'quiet' | 'lookEvery'>> & FollowOptions
  #looks = new Map<string, Look>()
  readonly #watchers = new Map<string, FSWatcher>()
  /** Names that have been those of a file or folder. */
  readonly #seen = new Set<string>()
  /** What was told last of each name. */
  readonly #told = new Map<string, string>()
  #isChanged = true
  #wake: () => void = () => {}

  constructor(options: FollowOptions) {
    this.#options = { quiet: QUIET_MS, lookEvery: LOOK_EVERY_MS, ...options }
    options.stop?.addEventListener('abort', () => this.#wake(), { once: true })
  }

  /** Paths of files that are new or have changed, in the order of the names, some at a time. */
  async *files(): AsyncGenerator<readonly string[]> {
    try {
      while (this.#options.stop?.aborted !== true) {
        this.#isChanged = false
        this.#watchFolders()
        const ready = await this.#look()
        if (ready.length > 0) yield ready
        else await this.#rest()
      }
    } finally {
      for (const watcher of this.#watchers.values()) watcher.close()
    }
  }

  /** The files that are ready now. */
  async #look(): Promise<readonly string[]> {
    const now = milliseconds()
    const looks = new Map<string, Look>()
    const ready: string[] = []
    for (const name of this.#options.names) {
      const paths = await this.#pathsOf(name)
      for (const path of paths) {
        const status = await stat(path).catch(() => undefined)
        if (status?.isFile() !== true || looks.has(path)) continue
        const look = this.#lookOf(path, status, now)
        const isReady = !look.isTaken && now - look.since >= this.#options.quiet
        looks.set(path, isReady ? { ...look, isTaken: true } : look)
        if (isReady) ready.push(path)
      }
    }
    this.#looks = looks
    return ready
  }

  #lookOf(path: string, status: Stats, now: number): Look {
    const { ino, size, mtimeMs, mode, uid, gid } = status
    const state = [ino, size, mtimeMs, mode, uid, gid].join(' ')
    const before = this.#looks.get(path)
    if (before?.state === state) return before
    const isOld = before === undefined && Date.now() - status.mtimeMs > OLD_MS
    return { state, since: isOld ? Number.NEGATIVE_INFINITY : now, isTaken: false }
  }

  /** Has a file read again, later: what kept it from being read can change without it. */
  lookAgain(path: string): void {
    const { quiet, lookEvery } = this.#options
    const look = this.#looks.get(path)
    if (look === undefined) return
    this.#looks.set(path, { ...look, since: milliseconds() + lookEvery - quiet, isTaken: false })
  }

  /** The files that a name stands for. */
  async #pathsOf(name: string): Promise<readonly string[]> {
    const { warn, alert } = this.#options
    try {
      const { isThere, paths, others } = await filesAt(name, this.#options)
      if (isThere || isPattern(name)) this.#seen.add(name)
      else {
        const what = this.#seen.has(name) ? 'is gone' : 'no such file or folder yet'
        this.#tell(name, `${name}: ${what}; waiting for it`, alert)
        return []
      }
      if (paths.length > 0) this.#told.delete(name)
      else this.#tell(name, `${name}: no files yet; waiting for some`, warn)
      if (others.length > 0) this.#tell(`others of ${name}`, leftOutText(name, others), warn)
      return paths
    } catch (error) {
      this.#tell(name, error instanceof Error ? error.message : String(error), alert)
      return []
    }
  }

  /** Tells something of a name once. */
  #tell(name: string, text: string, tell: (message: string) => void): void {
    if (this.#told.get(name) !== text) tell(text)
    this.#told.set(name, text)
  }

  /** Has the system report changes of folders that it does not watch yet. */
  #watchFolders(): void {
    for (const name of this.#options.names) {
      // Of a glob, the folder of its last part; where that has wildcards itself, the looks have to do.
      for (const folder of [name, dirname(name)]) if (!this.#watchers.has(folder)) this.#watch(folder)
    }
  }

  #watch(folder: string): void {
    const ends = () => {
      this.#watchers.get(folder)?.close()
      this.#watchers.delete(folder)
    }
    try {
      const watcher = watch(folder, (event, file) => {
        // A folder that is moved or removed is watched no more under this name.
        if (event === 'rename' && (file === null || folder.endsWith(file))) ends()
        this.#isChanged = true
        this.#wake()
      })
      watcher.on('error', ends)
      this.#watchers.set(folder, watcher)
    } catch {
      // It is not there, or the system watches no more folders.
    }
  }

  /** Waits for a change, for a file to become quiet, or for the time of the next look. */
  async #rest(): Promise<void> {
    const { quiet, lookEvery, stop } = this.#options
    const isRestless = [...this.#looks.values()].some(({ isTaken }) => !isTaken)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, isRestless ? Math.min(quiet / 2, lookEvery) : lookEvery)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (stop?.aborted === true || (this.#isChanged && !isRestless)) this.#wake()
    })
    this.#wake = () => {}
    // Many files may come at once: one look for all of them.
    if (stop?.aborted !== true) await new Promise((resolve) => setTimeout(resolve, Math.min(50, quiet)))
  }
}
