/** Files as a transaction writes them. */
import { closeSync, constants, openSync, readSync } from 'node:fs'
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises'
import { MAX_BYTES_PER_UNIT } from '../csv/bytes.js'
import { fileError, hasCode, IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { attempt, BLOCK_BYTES, writeFully } from './commit-files.js'

/** Size of a file's block at first, in bytes. */
const FIRST_BLOCK_BYTES = 16 * 1024
/** So much is written to a file before it is brought to the disk meanwhile, in bytes. */
const SYNC_BYTES = 2 ** 24

/** Some bytes of a file. */
export interface FileRange {
  readonly offset: number
  readonly length: number
}

/** Bytes that take the place of others in a file. */
export interface Patch {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What a change wrote into the files of a database: whole files that were replaced, and what was appended. */
export interface Written {
  readonly bytes: number
  /** How many of these bytes share the blocks of the file that was there before. */
  readonly cloned: number
}

/** What a table shall hold after the commit, as it is written. */
export interface TableWriter {
  /** Where in the table the first byte written here will be: its length so far if appended to, 0 if replaced. */
  readonly start: number
  /** How many bytes are here so far. */
  readonly bytes: number
  /** Writes a piece: whole rows, so that the blocks on disk end at row ends. Throws WRITE_FAILED. */
  write(piece: string | Uint8Array): void
  /**
   * Copies ranges of an existing file, one behind the other; until it is done, nothing else may be written. Throws
   * DATABASE_UNUSABLE if the file is shorter, WRITE_FAILED.
   */
  copyFrom(source: string, ranges: readonly FileRange[]): Promise<void>
  /** Ends the table: no more pieces. The commit does the same for a table left open. Throws WRITE_FAILED. */
  close(): void
}

/**
 * A file in the staging folder. Writing is synchronous, in large blocks, as it only fills the page cache; what waits
 * for the disk ({@link sync}) is not, so that all the files of a commit can wait at once.
 */
export class StagedFile implements TableWriter {
  readonly start: number
  /** How many bytes at its beginning it shares with the file that it will replace. */
  readonly cloned: number
  readonly #path: string
  readonly #handle: FileHandle
  readonly #signal: AbortSignal | undefined
  /** Grows up to its full size: most tables of a small day need little of it, and there are many. */
  #block = Buffer.allocUnsafe(FIRST_BLOCK_BYTES)
  /** Bytes written since the last of them were brought to the disk. */
  #unsynced = 0
  #syncing: Promise<void> | undefined
  #used = 0
  #bytes: number
  #ended = false
  #failure: unknown

  /**
   * @param place how much there is already: of the table that it will follow, or in itself
   * @param signal ends the copying of other files
   */
  constructor(
    path: string,
    handle: FileHandle,
    { start = 0, cloned = 0 }: { readonly start?: number; readonly cloned?: number },
    signal?: AbortSignal,
  ) {
    this.#path = path
    this.#handle = handle
    this.#signal = signal
    this.start = start
    this.cloned = cloned
    this.#bytes = cloned
  }

  get bytes(): number {
    return this.#bytes
  }

  write(piece: string | Uint8Array): void {
    this.#change(() => {
      this.#bytes += typeof piece === 'string' ? this.#addText(piece) : this.#addBytes(piece)
    })
  }

  async copyFrom(source: string, ranges: readonly FileRange[]): Promise<void> {
    this.#check()
    try {
      const breathe = breather(this.#signal)
      const file = openSync(source, 'r')
      try {
        for (const range of ranges) await this.#copyRange(file, range, breathe)
        this.#flush()
      } finally {
        closeSync(file)
      }
    } catch (error) {
      this.#fail(error, source)
    }
  }

  /** Puts other bytes in the place of some that were copied here. */
  patch(patches: readonly Patch[]): void {
    this.#change(() => {
      for (const { offset, bytes } of patches) writeFully(this.#handle.fd, bytes, offset)
    })
  }

  close(): void {
    if (this.#ended) return
    this.#change(() => this.#flush())
    this.#ended = true
  }

  /** Ends the file, brings it to the disk and closes it. Throws the error of an earlier write, WRITE_FAILED. */
  async sync(): Promise<void> {
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
  #change(work: () => void): void {
    this.#check()
    try {
      work()
    } catch (error) {
      this.#fail(error, this.#path)
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#ended) throw new Error(`${this.#path} is closed`)
  }

  #fail(error: unknown, file: string): never {
    this.#failure = fileError(error, file, 'cannot copy or write')
    throw this.#failure
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

  /**
   * Reads straight into the block: neighbouring small ranges make one write. From and to the page cache that takes less
   * time than to have another thread do it.
   */
  async #copyRange(file: number, { offset, length }: FileRange, breathe: () => Promise<void>): Promise<void> {
    let done = 0
    while (done < length) {
      if (this.#used === BLOCK_BYTES) {
        this.#flush()
        await breathe()
      }
      const most = Math.min(length - done, BLOCK_BYTES - this.#used)
      this.#makeRoom(most)
      const position = offset + done
      const count = readSync(file, this.#block, this.#used, most, position)
      if (count === 0) {
        const message = `cannot copy bytes ${offset} to ${offset + length} of a table: it ends at ${position}`
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
      writeFully(this.#handle.fd, bytes, this.#bytes - this.#used)
    } catch (error) {
      throw fileError(error, this.#path, 'cannot write')
    }
    this.#noteWritten(bytes.length)
  }

  #noteWritten(count: number): void {
    this.#unsynced += count
    if (this.#unsynced >= SYNC_BYTES && this.#syncing === undefined) this.#syncing = this.#syncSoFar()
  }

  /** Brings what is written so far to the disk, while more is written: else all of it would have to wait in the end. */
  async #syncSoFar(): Promise<void> {
    this.#unsynced = 0
    try {
      await this.#handle.datasync()
    } catch (error) {
      this.#failure ??= fileError(error, this.#path, 'cannot write to disk')
    }
    this.#syncing = undefined
  }
}

/** What came into files that are wholly written. */
export function writtenTo(files: readonly StagedFile[]): Written {
  const sum = (of: 'bytes' | 'cloned') => files.reduce((total, file) => total + file[of], 0)
  return { bytes: sum('bytes'), cloned: sum('cloned') }
}

/** Fewer bytes than these are copied in no more time. */
const LEAST_BYTES = 2 ** 16

/** What a file system says that cannot do it; EACCES where the file may be read only. */
const REFUSALS = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'ENOTTY', 'EACCES']

/**
 * Makes a file that begins as another one does, sharing its blocks on the disk where the file system can do that (Btrfs, XFS,
 * APFS, bcachefs), to be written on; undefined where it cannot be made so: then these bytes have to be copied.
 */
export async function cloneStart(source: string, path: string, length: number): Promise<FileHandle | undefined> {
  if (length < LEAST_BYTES) return undefined
  try {
    await copyFile(source, path, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
    const handle = await open(path, 'r+')
    try {
      await handle.truncate(length)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    if (!hasCode(error, ...REFUSALS)) throw error
    await rm(path, { force: true })
    return undefined
  }
}

/** Whether files beside a path can share the blocks of another one. */
export async function canClone(source: string, path: string): Promise<boolean> {
  const handle = await cloneStart(source, path, LEAST_BYTES)
  if (handle === undefined) return false
  await handle.close()
  await rm(path)
  return true
}
