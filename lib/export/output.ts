/**
 * Where an exported table goes: into a file, which has its name only when it is complete, or to a stream.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { hasCode, IngestError } from '../errors.js'
import { leftover, noLeftover } from '../process/supervisor.js'
import { attempt, unless } from '../store/commit-files.js'
import { removeAbandoned, temporaryPath } from '../store/temporary.js'

/** Takes the bytes of a table; the next ones come when it is done with the ones before. */
export interface Output {
  readonly bytes: number
  /** Writes all of `bytes`, which may be used for something else afterwards. */
  write(bytes: Uint8Array): Promise<void>
}

/** Thrown when nobody reads a stream any more: there is no need to go on. */
export class ReaderGone extends Error {}

/** A file under a temporary name beside its own. */
export class FileOutput implements Output {
  readonly path: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #bytes = 0

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path
    this.#temporary = temporary
    this.#handle = handle
  }

  /** @throws IngestError WRITE_FAILED, DATABASE_UNUSABLE where the folder does not take files */
  static async create(path: string): Promise<FileOutput> {
    await removeAbandoned(path)
    const temporary = temporaryPath(path)
    leftover(temporary)
    const handle = await attempt(path, 'cannot write', () => open(temporary, 'w'))
    return new FileOutput(path, temporary, handle)
  }

  get bytes(): number {
    return this.#bytes
  }

  async write(bytes: Uint8Array): Promise<void> {
    await attempt(this.path, 'cannot write', () => this.#handle.writeFile(bytes))
    this.#hash.update(bytes)
    this.#bytes += bytes.length
  }

  /** Writes a text as the whole of the file. */
  async writeAll(text: string): Promise<void> {
    await this.write(Buffer.from(text))
    await this.end()
  }

  /** Puts all bytes on the disk; gives their SHA-256 in hexadecimal. */
  async end(): Promise<string> {
    await attempt(this.path, 'cannot write', async () => {
      await this.#handle.sync()
      await this.#handle.close()
    })
    return this.#hash.digest('hex')
  }

  /** Gives the file its name. */
  place(): Promise<void> {
    return attempt(this.path, 'cannot write', () => rename(this.#temporary, this.path))
  }

  /** Removes what has not got its name; that this cannot be done is no reason to hide why it is done. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.#temporary, { force: true }).catch(() => {})
    noLeftover(this.#temporary)
  }
}

/** @throws IngestError OUTPUT_EXISTS for the first of some files that is there */
export async function refuseExisting(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const there = await unless('ENOENT', stat(path))
    if (there === undefined) continue
    throw new IngestError('OUTPUT_EXISTS', 'is there already; give another name, or let it be replaced', {
      source: path,
    })
  }
}

/** A stream, such as standard output, that stays open. */
export class StreamOutput implements Output {
  readonly #stream: Writable
  #bytes = 0

  constructor(stream: Writable) {
    this.#stream = stream
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @throws ReaderGone */
  async write(bytes: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => {
        if (error == null) resolve()
        else reject(isGone(error) ? new ReaderGone() : error)
      })
    })
    this.#bytes += bytes.length
  }
}

function isGone(error: Error): boolean {
  return hasCode(error, 'EPIPE') || ('code' in error && error.code === 'ERR_STREAM_DESTROYED')
}
