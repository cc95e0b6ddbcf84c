/**
 * The index of a database: where each program's lines stand in the tables, and what there is in each. Its checksum shows a
 * byte that changed by itself, and those of the lines do so for the tables.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksum } from './checksum.js'
import { PRIVATE_FOLDER } from './commit-record.js'
import { Segments } from './line-ranges.js'
import { isReadings, type Reading } from './readings.js'
import { StoredCensus } from './stored-census.js'

/** File of the index, committed with the tables. */
export const INDEX_FILE = `${PRIVATE_FOLDER}/index.json`
/** Version of the index file; another one is as good as none. */
const INDEX_VERSION = 4

/** What the index knows of a table. */
export interface TableIndex {
  readonly bytes: number
  readonly segments: Segments
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

/** The index as its file has it, whatever became of the tables; undefined where there is none. */
export async function readStoredIndex(path: string): Promise<DatabaseIndex | undefined> {
  const bytes = await readFile(join(path, INDEX_FILE)).catch(() => NOTHING)
  const stored = isIntact(bytes) ? parseJson(bytes.toString()) : undefined
  if (!isIndexFile(stored)) return undefined
  const tables = new Map<string, TableIndex>()
  for (const [file, { bytes, segments }] of Object.entries(stored.tables)) {
    tables.set(file, { bytes, segments: new Segments(segments) })
  }
  const { others, encodings, census, readings = [] } = stored
  return { others, tables, encodings, census: new StoredCensus(census), readings: isReadings(readings) ? readings : [] }
}

interface IndexFile {
  readonly version: number
  readonly others: readonly string[]
  readonly tables: Readonly<Record<string, { readonly bytes: number; readonly segments: readonly number[] }>>
  readonly encodings: number
  readonly census: readonly number[]
  /** Absent where there are none. */
  readonly readings?: readonly Reading[]
}

/** The index as its file has it. */
export function formatIndex({ others, tables, encodings, census, readings }: DatabaseIndex): string {
  const entries = [...tables].map(([file, { bytes, segments }]) => [file, { bytes, segments: segments.flat }])
  const file: IndexFile = {
    version: INDEX_VERSION,
    others,
    tables: Object.fromEntries(entries),
    encodings,
    census: census.flat,
    ...(readings.length === 0 ? {} : { readings }),
  }
  const text = JSON.stringify(file)
  return `{"${CHECKSUM}":${checksum(text)},${text.slice(1)}\n`
}

const CHECKSUM = 'checksum'

const NOTHING = Buffer.alloc(0)
/** More bytes than stand before what the checksum is of. */
const HEAD_BYTES = 64
const LINE_FEED = 10

/** Whether bytes are what a run wrote; versions without a checksum are read no more. */
function isIntact(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, HEAD_BYTES)
  const [start, sum] = new RegExp(`^\\{"${CHECKSUM}":(\\d+),`).exec(head) ?? []
  if (start === undefined || bytes.at(-1) !== LINE_FEED) return false
  return checksum(bytes.subarray(start.length, -1), checksum('{')) === Number(sum)
}

function isIndexFile(value: unknown): value is IndexFile {
  if (!isRecord(value) || value.version !== INDEX_VERSION) return false
  return Array.isArray(value.others) && isRecord(value.tables) && Array.isArray(value.census)
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
