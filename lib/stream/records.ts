/**
 * Lines as records of bytes: how they wait in memory and in files, and go from thread to thread. Millions of small
 * objects would cost more than the lines, and be gone over by every garbage collection.
 */
import { ByteFields } from '../csv/byte-fields.js'
import { ByteWriter, MAX_BYTES_PER_UNIT } from '../csv/bytes.js'

/** A record among others in a block: what it is good for ends when the next one is asked for. */
export interface RecordPlace {
  /** The unit that the line belongs to; the files are sorted by it. */
  readonly unit: number
  readonly block: Buffer
  /** Where in the block the record starts, and where it ends. */
  readonly start: number
  readonly end: number
}

/** A line of a unit, and where it comes from. */
export interface Entry {
  /** A row of the input, scrubbed, or the number of the stored table that the line is of. */
  readonly origin: number
  /** The line, without its end. */
  readonly text: string
}

/** {@link Entry.origin} of a scrubbed row of the input. */
export const FRESH = 255
/** The same of a row that is ASCII and has no quotes. */
export const FRESH_PLAIN = 254
/** {@link Entry.origin} of what an association file of the input says of a product: a list of members, as JSON. */
export const FRESH_LIST = 253

/** Bytes of a record before the line's text: its unit (4), its origin (1), the length of the text in bytes (4). */
export const HEAD_BYTES = 9
const ORIGIN_AT = 4
const LENGTH_AT = 5
/** The most bytes that a line's record can have. */
export function mostBytesOf(text: string): number {
  return text.length * MAX_BYTES_PER_UNIT + HEAD_BYTES
}

/** Writes a line as a record into a block with room for it; returns where the record ends. */
export function writeRecord(block: Buffer, start: number, unit: number, origin: number, text: string): number {
  const length = block.write(text, start + HEAD_BYTES)
  writeHead(block, start, unit, origin, length)
  return start + HEAD_BYTES + length
}

function writeHead(block: Buffer, start: number, unit: number, origin: number, length: number): void {
  writeUnit(block, start, unit)
  block[start + ORIGIN_AT] = origin
  block.writeUInt32LE(length, start + LENGTH_AT)
}

function writeUnit(block: Buffer, start: number, unit: number): void {
  block.writeUInt32LE(unit, start)
}

/** The record at a place. */
export function recordAt(block: Buffer, start: number): RecordPlace {
  return { unit: block.readUInt32LE(start), block, start, end: endOfRecord(block, start) }
}

/** Where the record at a place ends. */
export function endOfRecord(block: Buffer, start: number): number {
  return start + HEAD_BYTES + block.readUInt32LE(start + LENGTH_AT)
}

/** The unit of the record at a place. */
export function unitAt(block: Buffer, start: number): number {
  return block.readUInt32LE(start)
}

/** The line of a record. */
export function entryOf({ block, start, end }: RecordPlace): Entry {
  return { origin: block[start + ORIGIN_AT] ?? 0, text: block.toString('utf8', start + HEAD_BYTES, end) }
}

/** The lines of a block of records. */
export function linesIn(block: Buffer): string[] {
  const lines: string[] = []
  for (let at = 0; at < block.length; at = endOfRecord(block, at)) lines.push(entryOf(recordAt(block, at)).text)
  return lines
}

/** Goes over a block of records that are sorted by unit. */
export class RecordCursor extends ByteFields {
  #at = 0

  /** The unit of the next record; undefined behind the last one. */
  get nextUnit(): number | undefined {
    return this.#at < this.block.length ? unitAt(this.block, this.#at) : undefined
  }

  /** Goes to the next record. A plain one's fields can be asked for until then; else its entry is given. */
  next(): Entry | 'plain' {
    const record = recordAt(this.block, this.#at)
    this.#at = record.end
    if (this.block[record.start + ORIGIN_AT] !== FRESH_PLAIN) return entryOf(record)
    this.show(record.start + HEAD_BYTES, record.end)
    return 'plain'
  }
}

/** Puts records one behind the other into a block that grows. */
export class RecordWriter {
  readonly #bytes = new ByteWriter()
  #start = 0

  /** Bytes written. */
  get length(): number {
    return this.#bytes.length
  }

  /** Begins a record: its line is what is written to the result up to {@link close}. */
  open(): ByteWriter {
    this.#start = this.#bytes.reserve(HEAD_BYTES)
    return this.#bytes
  }

  /** Ends a record. */
  close(unit: number, origin: number): void {
    writeHead(this.#bytes.block, this.#start, unit, origin, this.#bytes.length - this.#start - HEAD_BYTES)
  }

  /** Adds a record of another block, as one of the given unit. */
  copy({ block, start, end }: RecordPlace, unit: number): void {
    const at = this.#bytes.length
    this.#bytes.copy(block, start, end)
    writeUnit(this.#bytes.block, at, unit)
  }

  /** All records, in memory of their own; the writer goes on with none. */
  take(): Buffer {
    return this.#bytes.take()
  }
}
