/**
 * The index of a database: where each program's lines stand in the tables, and what there is in each. Its checksum shows a
 * byte that changed by itself, and those of the lines do so for the tables.
 */
import { open, readFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import { join } from 'node:path'
import { checksum } from './checksum.js'
import { PRIVATE_FOLDER } from './commit-record.js'
import { LineRanges } from './line-ranges.js'
import type { Reading } from './readings.js'
import { StoredCensus } from './stored-census.js'

/** File of the index, committed with the tables. */
export const INDEX_FILE = `${PRIVATE_FOLDER}/index`
/** Version of the index file; another one is as good as none. */
const INDEX_VERSION = 5

/** What the index knows of a table. */
export interface TableIndex {
  readonly bytes: number
  readonly lineRanges: LineRanges
}

/** The content of the index file. */
export interface DatabaseIndex {
  /** The input's other columns, in the order in which the tables have them. */
  readonly others: readonly string[]
  /** By file. */
  readonly tables: ReadonlyMap<string, TableIndex>
  /** Checksum of encodings.json. */
  readonly encodings: number
  /** What there is in each program, so that a run need not read what it does not touch to tell what waits. */
  readonly census: StoredCensus
  /** Runs that go on reading, or were broken off. */
  readonly readings: readonly Reading[]
}

/**
 * The first line of the index, a line of JSON: behind it stand the words of each table, in their order, then those of the
 * census. Blanks at its end have the words begin where memory can have them as they are.
 */
interface IndexHead {
  readonly version: number
  readonly others: readonly string[]
  /** By file; `words` is their number. */
  readonly tables: Readonly<Record<string, { readonly bytes: number; readonly words: number }>>
  readonly encodings: number
  /** Absent where there are none. */
  readonly readings?: readonly Reading[]
}

/** The index as its file has it, whatever became of the tables; undefined where there is none. */
export async function readStoredIndex(path: string): Promise<DatabaseIndex | undefined> {
  const file = await readShared(join(path, INDEX_FILE)).catch(() => NOTHING)
  const end = file.indexOf(LINE_FEED)
  const head = isIntact(file) ? parseJson(file.toString('utf8', 0, end)) : undefined
  if (!isIndexHead(head)) return undefined
  const words = wordsOf(file, end + 1)
  let next = 0
  const tables = new Map<string, TableIndex>()
  for (const [name, { bytes, words: count }] of Object.entries(head.tables)) {
    tables.set(name, { bytes, lineRanges: LineRanges.ofWords(words.subarray(next, next + count), bytes) })
    next += count
  }
  const { others, encodings, readings = [] } = head
  const census = new StoredCensus(words.subarray(next))
  return { others, tables, encodings, census, readings: isReadings(readings) ? readings : [] }
}

/** A file in memory that threads share. */
async function readShared(path: string): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const { size } = await handle.stat()
    const file = Buffer.from(new SharedArrayBuffer(size))
    for (let done = 0; done < size; ) {
      const { bytesRead } = await handle.read(file, done, size - done, done)
      if (bytesRead === 0) return file.subarray(0, done)
      done += bytesRead
    }
    return file
  } finally {
    await handle.close()
  }
}

/** The index as its file has it, one part after the other: most of it is in memory as it is in the file. */
export function formatIndex({ others, tables, encodings, census, readings }: DatabaseIndex): readonly Uint8Array[] {
  const words = [...tables.values()].map(({ lineRanges }) => lineRanges.words)
  const count = (parts: readonly Uint32Array[] = []) => parts.reduce((sum, { length }) => sum + length, 0)
  const entries = [...tables].map(([file, { bytes }], at) => [file, { bytes, words: count(words[at]) }] as const)
  const head: IndexHead = {
    version: INDEX_VERSION,
    others,
    tables: Object.fromEntries(entries),
    encodings,
    ...(readings.length === 0 ? {} : { readings }),
  }
  const text = Buffer.from(JSON.stringify(head).slice(1))
  const blanks = -(startOf(0).length + text.length + 1) & (WORD_BYTES - 1)
  // The checksum of no bytes begins anew, whatever came before them.
  const all = [...words.flat(), census.flat].filter(({ length }) => length > 0).map(bytesOf)
  const parts = [text, Buffer.from(`${' '.repeat(blanks)}\n`), ...all]
  return [startOf(parts.reduce((before, part) => checksum(part, before), 0)), ...parts]
}

/** Whether two indexes have the same file. */
export function isSameIndex(one: DatabaseIndex, other: DatabaseIndex): boolean {
  return Buffer.concat(formatIndex(one)).equals(Buffer.concat(formatIndex(other)))
}

const CHECKSUM = 'checksum'
/** Digits of the greatest checksum. */
const SUM_DIGITS = 10
const WORD_BYTES = Uint32Array.BYTES_PER_ELEMENT

/** What the file begins with, which is as long for any checksum. */
function startOf(sum: number): Buffer {
  return Buffer.from(`{"${CHECKSUM}":${String(sum).padStart(SUM_DIGITS)},`)
}

const NOTHING = Buffer.alloc(0)
/** More bytes than stand before what the checksum is of. */
const HEAD_BYTES = 64
const LINE_FEED = 10

/** Whether bytes are what a run wrote; versions without a checksum are read no more. */
function isIntact(file: Buffer): boolean {
  const head = file.toString('latin1', 0, HEAD_BYTES)
  const [start, sum] = new RegExp(`^\\{"${CHECKSUM}": *(\\d+),`).exec(head) ?? []
  return start !== undefined && checksum(file.subarray(start.length)) === Number(sum)
}

function isIndexHead(value: unknown): value is IndexHead {
  if (!isRecord(value) || value.version !== INDEX_VERSION) return false
  return Array.isArray(value.others) && isRecord(value.tables)
}

function isReadings(value: unknown): value is readonly Reading[] {
  return Array.isArray(value) && value.every(isReading)
}

function isReading(value: unknown): boolean {
  const { source, lines, owner } = (value ?? {}) as Partial<Record<keyof Reading, unknown>>
  return typeof source === 'string' && typeof lines === 'number' && typeof owner === 'object' && owner !== null
}

/** Words of four bytes, lowest first: as fast as memory, where numbers of JSON would take a tenth of a small day. */
function bytesOf(words: Uint32Array): Buffer {
  return inOrder(Buffer.from(words.buffer, words.byteOffset, words.byteLength))
}

/** The words of a file from a place on. */
function wordsOf(file: Buffer, start: number): Uint32Array {
  const bytes = inOrder(file.subarray(start))
  const count = Math.floor(bytes.length / WORD_BYTES)
  if (bytes.byteOffset % WORD_BYTES === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count)
  const words = new Uint32Array(new SharedArrayBuffer(count * WORD_BYTES))
  Buffer.from(words.buffer).set(bytes.subarray(0, count * WORD_BYTES))
  return words
}

/** The bytes of words in the order of the file, or of this machine. */
function inOrder(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap32()
}

/** Whether an index is there that is not as a run wrote it, be it of an earlier version. */
export async function hasRottenIndex(folder: string): Promise<boolean> {
  const bytes = await readFile(join(folder, INDEX_FILE)).catch(() => undefined)
  const isEarly = (head: string) => /^\{"version":[123],/.test(head)
  return bytes !== undefined && !isIntact(bytes) && !isEarly(bytes.toString('latin1', 0, HEAD_BYTES))
}

/** The value of a text of JSON; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
