/**
 * Lines as records of bytes: how they wait in memory and in files, and go from thread to thread. Millions of small
 * objects would cost more than the lines, and be gone over by every garbage collection.
 */
import { ByteWriter } from '../csv/bytes.js'
import { KINDS, type Kind } from '../rules/row.js'

/**
 * Records of one partition, one behind the other among others in a block: what they are good for ends when the next ones are
 * asked for.
 */
export interface RecordRun {
  /** The partition that the lines belong to; the files are sorted by it. */
  readonly partition: number
  readonly block: Buffer
  /** Where in the block the first record starts, and where the last one ends. */
  readonly start: number
  readonly end: number
}

/** A line of a partition, and where it comes from. */
export interface Entry {
  /** The number of the stored table that the line is of, or what else it is: {@link freshKind}, {@link FRESH_LIST}. */
  readonly origin: number
  /** The line, without its end. */
  readonly text: string
  /** Where it stands in the table that it was read from by the index, in bytes. */
  readonly offset?: number
}

/** {@link Entry.origin} of a scrubbed row of the input: this plus the number of its kind. */
const FIRST_FRESH = 240
/** {@link Entry.origin} of what an association file of the input says of a product: a list of members, as JSON. */
export const FRESH_LIST = 253

/** {@link Entry.origin} of a scrubbed row. */
export function originOf(kind: Kind): number {
  return FIRST_FRESH + KINDS.indexOf(kind)
}

/** The kind of a scrubbed row, by its {@link Entry.origin}; undefined for what is none. */
export function freshKind(origin: number): Kind | undefined {
  return KINDS[origin - FIRST_FRESH]
}

/** Bytes of a record before the line's text: its partition (4), its origin (1), the length of the text in bytes (4). */
export const HEAD_BYTES = 9
const ORIGIN_AT = 4
const LENGTH_AT = 5

function writeHead(block: Buffer, start: number, partition: number, origin: number, length: number): void {
  writeInteger(block, start, partition)
  block[start + ORIGIN_AT] = origin
  writeInteger(block, start + LENGTH_AT, length)
}

/**
 * Writes a number below 2 ** 31. Those of `Buffer` check what they are given, and what its `readUInt32LE` gives may be a
 * float: in every record, that costs an object each.
 */
function writeInteger(block: Uint8Array, at: number, value: number): void {
  block[at] = value
  block[at + 1] = value >> 8
  block[at + 2] = value >> 16
  block[at + 3] = value >> 24
}

function integerAt(block: Uint8Array, at: number): number {
  const low = (block[at] ?? 0) | ((block[at + 1] ?? 0) << 8)
  const high = (block[at + 2] ?? 0) | ((block[at + 3] ?? 0) << 8)
  return low | (high << 16)
}

/** The record at a place, as a run of its own. */
export function recordAt(block: Buffer, start: number): RecordRun {
  return { partition: partitionAt(block, start), block, start, end: endOfRecord(block, start) }
}

/** Where the record at a place ends. */
export function endOfRecord(block: Buffer, start: number): number {
  return start + HEAD_BYTES + integerAt(block, start + LENGTH_AT)
}

/** The partition of the record at a place. */
export function partitionAt(block: Buffer, start: number): number {
  return integerAt(block, start)
}

/** The line of a record. */
export function entryOf({ block, start, end }: RecordRun): Entry {
  return { origin: block[start + ORIGIN_AT] ?? 0, text: block.toString('utf8', start + HEAD_BYTES, end) }
}

/** Goes over a block of records that are sorted by partition. */
export class RecordCursor {
  readonly #block: Buffer
  #at = 0

  constructor(block: Buffer) {
    this.#block = block
  }

  /** The partition of the next record; undefined behind the last one. */
  get nextPartition(): number | undefined {
    return this.#at < this.#block.length ? partitionAt(this.#block, this.#at) : undefined
  }

  /** Goes to the next record. */
  next(): Entry {
    const record = recordAt(this.#block, this.#at)
    this.#at = record.end
    return entryOf(record)
  }
}

/** Puts records one behind the other into a block that grows. */
export class RecordWriter {
  readonly #bytes = new ByteWriter()
  #begun = 0

  /** Bytes written. */
  get length(): number {
    return this.#bytes.length
  }

  /** Adds a line. */
  add(partition: number, origin: number, text: string): void {
    const start = this.#bytes.reserve(HEAD_BYTES)
    this.#bytes.text(text)
    this.#close(start, partition, origin)
  }

  /** Begins a record; returns what takes its line, up to {@link end}. */
  begin(): ByteWriter {
    this.#begun = this.#bytes.reserve(HEAD_BYTES)
    return this.#bytes
  }

  /** Ends the record that was begun. */
  end(partition: number, origin: number): void {
    this.#close(this.#begun, partition, origin)
  }

  /** Gives up the record that was begun. */
  giveUp(): void {
    this.#bytes.cut(this.#begun)
  }

  #close(start: number, partition: number, origin: number): void {
    writeHead(this.#bytes.block, start, partition, origin, this.#bytes.length - start - HEAD_BYTES)
  }

  /** Adds records of another block, as ones of the given partition. */
  copy(run: RecordRun, partition: number): void {
    const first = this.#bytes.length
    this.#bytes.copy(run.block, run.start, run.end)
    if (run.partition === partition) return
    const { block, length } = this.#bytes
    for (let at = first; at < length; at = endOfRecord(block, at)) writeInteger(block, at, partition)
  }

  /** All records, in memory of their own; the writer goes on with none. */
  take(): Buffer {
    return this.#bytes.take()
  }
}

/** The same bytes with the methods of a buffer, which they lose on their way between threads. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
