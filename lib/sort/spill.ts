/**
 * The files that records wait in when memory is full.
 */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { fileError, IngestError } from '../errors.js'
import { endOfRecord, HEAD_BYTES, partitionAt, type RecordRun } from './records.js'

/** Bytes that are gathered for one write. */
const WRITE_BYTES = 1 << 18
/** Bytes of one read: every file that is merged holds as many. */
const READ_BYTES = 1 << 17

/** Records of several sources, each sorted by partition, as one sequence; those of a partition in the order of the sources. */
export function* mergeRuns(sources: readonly Iterable<RecordRun>[]): Generator<RecordRun> {
  const heads = sources.map((source) => {
    const iterator = source[Symbol.iterator]()
    return { iterator, next: iterator.next() }
  })
  for (;;) {
    let partition = Number.POSITIVE_INFINITY
    for (const { next } of heads) if (!next.done) partition = Math.min(partition, next.value.partition)
    if (partition === Number.POSITIVE_INFINITY) return
    for (const head of heads) {
      for (; !head.next.done && head.next.value.partition === partition; head.next = head.iterator.next())
        yield head.next.value
    }
  }
}

/** An open file, that every thread of this process can write. */
export interface SpillTarget {
  readonly fd: number
  /** For errors. */
  readonly path: string
}

/** Gathers records for few writes. */
class RunWriter {
  readonly #file: SpillTarget
  #block = Buffer.allocUnsafeSlow(WRITE_BYTES)
  #used = 0
  /** Bytes in the file. */
  written = 0

  constructor(file: SpillTarget) {
    this.#file = file
  }

  add({ block, start, end }: RecordRun): void {
    if (this.#used + end - start > this.#block.length) this.flush(end - start)
    this.#block.set(block.subarray(start, end), this.#used)
    this.#used += end - start
  }

  /** Writes what was gathered; there is room for so many bytes then. */
  flush(needed: number): void {
    const { fd, path } = this.#file
    attempt(path, 'write', () => {
      for (let done = 0; done < this.#used; ) done += writeSync(fd, this.#block, done, this.#used - done)
    })
    this.written += this.#used
    this.#used = 0
    if (needed > this.#block.length) this.#block = Buffer.allocUnsafeSlow(needed)
  }
}

/**
 * Writes records to the end of a file; returns their bytes.
 *
 * @throws IngestError WRITE_FAILED with the path
 */
export function writeRuns(file: SpillTarget, runs: Iterable<RecordRun>): number {
  const writing = writeInSteps(file, runs)
  for (;;) {
    const { done, value } = writing.next()
    if (done) return value
  }
}

/** The same with a step for each run, between which others may have their turn. */
export function* writeInSteps(file: SpillTarget, runs: Iterable<RecordRun>): Generator<void, number> {
  const writer = new RunWriter(file)
  for (const run of runs) yield writer.add(run)
  writer.flush(0)
  return writer.written
}

/** A file of lines sorted by partition: written once, then read once from its start to its end. */
export class SpillFile {
  readonly file: SpillTarget
  /** Bytes written. */
  #written = 0

  /** @throws IngestError WRITE_FAILED or DATABASE_UNUSABLE with the path, as do all methods */
  constructor(path: string) {
    this.file = { path, fd: attempt(path, 'write', () => openSync(path, 'wx+')) }
    // Without a name the file is gone with this process, however that ends; systems that refuse leave it to the caller.
    try {
      unlinkSync(path)
    } catch {}
  }

  /** Bytes of its lines. */
  get bytes(): number {
    return this.#written
  }

  /** Adds lines, which come in the order of their partitions, and ends writing. */
  write(runs: Iterable<RecordRun>): void {
    this.#written = writeRuns(this.file, runs)
  }

  /** Ends writing, where somebody else has written so many bytes. */
  wrote(bytes: number): void {
    this.#written = bytes
  }

  /** The lines, in the order in which they were added. */
  *runs(): Generator<RecordRun> {
    let block: Buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, this.#written))
    let start = 0
    let held = 0
    for (let offset = 0; ; ) {
      for (let end = recordEnd(block, start, held); end <= held; end = recordEnd(block, start, held)) {
        const partition = partitionAt(block, start)
        let next = recordEnd(block, end, held)
        while (next <= held && partitionAt(block, end) === partition) {
          end = next
          next = recordEnd(block, end, held)
        }
        yield { partition, block, start, end }
        start = end
      }
      if (offset === this.#written) return
      // What is left in the block is the beginning of a record that the next bytes of the file complete.
      const room = block.length - (held - start)
      const target = room < block.length / 2 ? Buffer.allocUnsafeSlow(2 * block.length) : block
      block.copy(target, 0, start, held)
      held -= start
      start = 0
      block = target
      const count = Math.min(block.length - held, this.#written - offset)
      this.#read(block, held, count, offset)
      held += count
      offset += count
    }
  }

  #read(block: Buffer, at: number, length: number, offset: number): void {
    const { fd, path } = this.file
    for (let done = 0; done < length; ) {
      const count = attempt(path, 'read', () => readSync(fd, block, at + done, length - done, offset + done))
      if (count === 0)
        throw new IngestError('WRITE_FAILED', 'the file is shorter than what was written to it', { source: path })
      done += count
    }
  }

  /** Frees the disk. */
  close(): void {
    // What was in it has been read, or is given up: nothing is lost if this fails.
    try {
      closeSync(this.file.fd)
    } catch {}
  }
}

function attempt<T>(path: string, act: 'read' | 'write', work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw fileError(error, path, `cannot ${act} what does not fit in memory`)
  }
}

/** Where the record at a place ends; beyond `held` where not all of it is there. */
function recordEnd(block: Buffer, start: number, held: number): number {
  return start + HEAD_BYTES > held ? Number.POSITIVE_INFINITY : endOfRecord(block, start)
}
