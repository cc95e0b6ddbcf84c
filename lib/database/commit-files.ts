/**
 * Files as a transaction writes them: the staged file, durable directories, and errors of the file system as
 * {@link IngestError}s.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { IngestError } from '../errors.js'

/** Size of the blocks in which files are written and copied, in bytes. */
export const BLOCK_BYTES = 256 * 1024
/** Size of such a block at first, in bytes. */
const FIRST_BLOCK_BYTES = 16 * 1024
/** So much is written to a file before it is brought to the disk meanwhile, in bytes. */
const SYNC_BYTES = 2 ** 24

/** The most bytes that UTF-8 needs for one UTF-16 unit of a string. */
const MAX_BYTES_PER_UNIT = 3

/** Codes that another try cannot cure: something about the folder itself has to be changed. */
const UNUSABLE_CODES = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']

/** What the user can do about the commonest causes. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk and run again',
  EDQUOT: 'make room within the quota and run again',
  EROFS: 'the file system is read-only',
  EACCES: 'check the permissions of the folder and its files',
  EPERM: 'check the permissions of the folder and its files',
  EIO: 'check the disk, then run again',
}

/** Whether `error` is one of the operating system's, with one of `codes` (any code if none is given). */
export function hasCode(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false
  return typeof error.code === 'string' && (codes.length === 0 || codes.includes(error.code))
}

/**
 * What to throw for `error`, which came up while doing `act` (`cannot write`) to `file`: WRITE_FAILED or
 * DATABASE_UNUSABLE with the file's name for an error of the operating system, any other error as it is.
 */
export function fileError(error: unknown, file: string, act: string): unknown {
  if (!hasCode(error)) return error
  const code = UNUSABLE_CODES.includes(error.code) ? 'DATABASE_UNUSABLE' : 'WRITE_FAILED'
  const advice = ADVICE[error.code]
  return new IngestError(code, `${act} (${error.message})${advice ? `: ${advice}` : ''}`, { source: file }, error)
}

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

/** What a table shall hold after the commit, as it is written. */
export interface TableWriter {
  /** Where in the table the first byte written here will be: its length so far if appended to, 0 if replaced. */
  readonly start: number
  /** How many bytes were written here so far. */
  readonly bytes: number
  /** Writes a piece: whole rows, so that the blocks on disk end at row ends. Throws WRITE_FAILED. */
  write(piece: string | Uint8Array): void
  /**
   * Copies `length` bytes of an existing file from byte `offset` on. Throws DATABASE_UNUSABLE if it is shorter,
   * WRITE_FAILED.
   */
  copyFrom(source: string | FileHandle, offset: number, length: number): void
  /** Ends the table: no more pieces. The commit does the same for a table left open. Throws WRITE_FAILED. */
  close(): void
}

/**
 * A file in the staging folder. Writing is synchronous, in large blocks, as it only fills the page cache; what waits
 * for the disk ({@link settle}) is not, so that all the files of a commit can wait at once.
 */
export class StagedFile implements TableWriter {
  readonly start: number
  readonly #path: string
  readonly #handle: FileHandle
  /** Grows up to its full size: most tables of a small day need little of it, and there are many. */
  #block = Buffer.allocUnsafe(FIRST_BLOCK_BYTES)
  /** Bytes written since the last of them were brought to the disk. */
  #unsynced = 0
  #syncing: Promise<void> | undefined
  #used = 0
  #bytes = 0
  #ended = false
  #failure: unknown

  constructor(path: string, handle: FileHandle, start: number) {
    this.#path = path
    this.#handle = handle
    this.start = start
  }

  get bytes(): number {
    return this.#bytes
  }

  write(piece: string | Uint8Array): void {
    this.#change(this.#path, () => {
      this.#bytes += typeof piece === 'string' ? this.#addText(piece) : this.#addBytes(piece)
    })
  }

  copyFrom(source: string | FileHandle, offset: number, length: number): void {
    this.#change(typeof source === 'string' ? source : this.#path, () => {
      const fd = typeof source === 'string' ? openSync(source, 'r') : source.fd
      try {
        this.#copyRange(fd, offset, length)
      } finally {
        if (typeof source === 'string') closeSync(fd)
      }
    })
  }

  close(): void {
    if (this.#ended) return
    this.#change(this.#path, () => this.#flush())
    this.#ended = true
  }

  /** Ends the file, brings it to the disk and closes it. Throws the error of an earlier write, WRITE_FAILED. */
  async settle(): Promise<void> {
    this.close()
    await this.#syncing
    if (this.#failure !== undefined) throw this.#failure
    await attempt(this.#path, 'cannot write to disk', async () => {
      await this.#handle.sync()
      await this.#handle.close()
    })
  }

  /** Closes the file as it is, whatever became of it: it is about to be removed. */
  async discard(): Promise<void> {
    this.#ended = true
    await this.#syncing
    await this.#handle.close().catch(() => {})
  }

  /** Does one change; after a failure the file has a gap, so every later change, and the commit, fails too. */
  #change(file: string, work: () => void): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#ended) throw new Error(`${this.#path} is closed`)
    try {
      work()
    } catch (error) {
      this.#failure = fileError(error, file, 'cannot copy or write')
      throw this.#failure
    }
  }

  #addText(text: string): number {
    if (text.length * MAX_BYTES_PER_UNIT > this.#block.length - this.#used) {
      const length = Buffer.byteLength(text)
      if (length > BLOCK_BYTES) return this.#addBytes(Buffer.from(text))
      this.#makeRoom(length)
    }
    const length = this.#block.write(text, this.#used)
    this.#used += length
    return length
  }

  #addBytes(bytes: Uint8Array): number {
    if (bytes.length > BLOCK_BYTES) {
      this.#flush()
      this.#put(bytes)
    } else {
      this.#makeRoom(bytes.length)
      this.#block.set(bytes, this.#used)
      this.#used += bytes.length
    }
    return bytes.length
  }

  /** Makes room in the block for so many bytes, which are no more than its full size. */
  #makeRoom(count: number): void {
    if (this.#used + count <= this.#block.length) return
    if (this.#used + count > BLOCK_BYTES) this.#flush()
    if (this.#used + count <= this.#block.length) return
    const larger = Buffer.allocUnsafe(BLOCK_BYTES)
    larger.set(this.#block.subarray(0, this.#used))
    this.#block = larger
  }

  /** Reads straight into the block: neighbouring small ranges make one write. */
  #copyRange(fd: number, offset: number, length: number): void {
    let done = 0
    while (done < length) {
      if (this.#used === BLOCK_BYTES) this.#flush()
      const most = Math.min(length - done, BLOCK_BYTES - this.#used)
      this.#makeRoom(most)
      const count = readSync(fd, this.#block, this.#used, most, offset + done)
      if (count === 0) {
        const message = `cannot copy bytes ${offset} to ${offset + length} of a table: it ends at ${offset + done}`
        throw new IngestError('DATABASE_UNUSABLE', `${message}, so something else changed it`, { source: this.#path })
      }
      done += count
      this.#used += count
      this.#bytes += count
    }
  }

  #flush(): void {
    this.#put(this.#block.subarray(0, this.#used))
    this.#used = 0
  }

  #put(bytes: Uint8Array): void {
    try {
      writeFully(this.#handle.fd, bytes, null)
    } catch (error) {
      throw fileError(error, this.#path, 'cannot write')
    }
    this.#unsynced += bytes.length
    if (this.#unsynced >= SYNC_BYTES && this.#syncing === undefined) this.#syncing = this.#sync()
  }

  /** Brings what is written so far to the disk, while more is written: else all of it would have to wait in the end. */
  async #sync(): Promise<void> {
    this.#unsynced = 0
    try {
      await this.#handle.datasync()
    } catch (error) {
      this.#failure ??= fileError(error, this.#path, 'cannot write to disk')
    }
    this.#syncing = undefined
  }
}
