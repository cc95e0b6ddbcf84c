/**
 * Standard output and standard error of the process. A disk that is full or a reader that has gone ends no command: what
 * it changes in a database counts, whoever hears of it. So what could not be written is kept in mind, and told at the end.
 */
import { fstatSync } from 'node:fs'
import { Writable } from 'node:stream'
import type { StreamName } from '../process/thread-messages.js'
import { writeFully } from '../store/commit-files.js'
import type { StandardOutput } from './terminal.js'

/** Their numbers, and what people call them. */
const STREAMS = {
  stdout: { fd: 1, called: 'standard output' },
  stderr: { fd: 2, called: 'standard error' },
} as const

export type OutputStream = StandardOutput

/** The streams that a command prints to. Each is made when it is asked for: a quiet run over files needs none of them. */
export class Outputs {
  readonly #streams = new Map<StreamName, OutputStream>()
  readonly #failures = new Map<StreamName, NodeJS.ErrnoException>()

  /** Gives a stream; its errors are taken care of. */
  readonly stream = (name: StreamName): OutputStream => {
    const known = this.#streams.get(name)
    if (known !== undefined) return known
    const stream = isWrittenHere(STREAMS[name].fd) ? fileStream(STREAMS[name].fd) : process[name]
    this.#streams.set(name, stream)
    return stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!this.#failures.has(name)) this.#failures.set(name, error)
    })
  }

  /**
   * Waits until all that was printed is written, or cannot be; returns what to tell people of that.
   *
   * @param isCommitted whether the command has changed something, which stays
   */
  async settle(isCommitted: boolean): Promise<string[]> {
    await Promise.all([...this.#streams.values()].map(written))
    const kept = isCommitted ? '; the run is committed' : ''
    return [...this.#failures].map(([name, { code, message }]) => {
      const why = code === 'EPIPE' ? 'its reader has gone' : message
      return `cannot write all of ${STREAMS[name].called} (${why})${kept}`
    })
  }
}

/** Waits for all that was written before. */
function written(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.write('', () => setImmediate(resolve)))
}

/**
 * Whether it is a file or a device, to which Node's own stream may write less than it is given, and say nothing of it:
 * where a disk is nearly full.
 */
function isWrittenHere(fd: number): boolean {
  const status = fstatSync(fd)
  if (status.isFile()) return true
  return status.isCharacterDevice() && !process.getBuiltinModule('node:tty').isatty(fd)
}

/** Writes all of what it is given at once. */
function fileStream(fd: number): OutputStream {
  const stream = new Writable({
    write(bytes: Buffer, _encoding, done) {
      try {
        writeFully(fd, bytes, null)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
  return Object.assign(stream, { isFile: true })
}
