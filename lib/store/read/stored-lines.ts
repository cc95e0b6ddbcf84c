/**
 * The lines of single programs, read from the tables of a database by its index. Reading is synchronous: these are
 * small pieces of files that the system has in its cache, and to wait for another thread takes longer than to read them.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { BYTE } from '../../csv/split.js'
import { IngestError } from '../../errors.js'
import type { Entry } from '../../sort/records.js'
import { checksum } from '../checksum.js'
import { type FlatRanges, LineRanges } from '../line-ranges.js'
import type { Table } from '../table.js'

/** Where the lines stand: plain data, from which any thread can read them. */
export interface StoredPlaces {
  readonly folder: string
  /** By file, see {@link LineRanges.flat}. */
  readonly lineRanges: ReadonlyMap<string, FlatRanges>
  /** Descriptors of tables that are open, by file; the others are opened by name. */
  readonly descriptors?: ReadonlyMap<string, number>
}

/** Reads lines program by program. */
export class StoredLines {
  readonly #folder: string
  readonly #lineRanges: ReadonlyMap<string, LineRanges>
  readonly #descriptors: ReadonlyMap<string, number>
  readonly #files = new Map<string, number>()

  constructor({ folder, lineRanges, descriptors = new Map() }: StoredPlaces) {
    this.#folder = folder
    this.#descriptors = descriptors
    this.#lineRanges = new Map([...lineRanges].map(([file, flat]) => [file, new LineRanges(flat)]))
  }

  /**
   * The lines of a program in some tables.
   *
   * @throws IngestError TABLE_INVALID for a table that is not as its index says
   */
  of(pid: number, tables: readonly Table[]): Entry[] {
    return tables.flatMap((table) => this.#in(table, pid))
  }

  /** How many bytes the lines of a program have in a table. */
  bytesOf(pid: number, { file }: Pick<Table, 'file'>): number {
    return (this.#lineRanges.get(file)?.of(pid) ?? []).reduce((sum, { length }) => sum + length, 0)
  }

  #in({ file, number }: Table, pid: number): Entry[] {
    const lines: Entry[] = []
    for (const { offset, length, sum } of this.#lineRanges.get(file)?.of(pid) ?? []) {
      const bytes = Buffer.allocUnsafe(length)
      if (readSync(this.#open(file), bytes, 0, length, offset) < length) {
        const source = join(this.#folder, file)
        throw new IngestError('TABLE_INVALID', 'the table is shorter than its index says', { source })
      }
      if (checksum(bytes) !== sum) throw rotten(join(this.#folder, file), offset, length)
      let at = offset
      for (const text of readLines(bytes)) {
        lines.push({ origin: number, text, offset: at })
        at += Buffer.byteLength(text) + 1
      }
    }
    return lines
  }

  #open(file: string): number {
    const given = this.#descriptors.get(file)
    if (given !== undefined) return given
    const fd = this.#files.get(file) ?? openSync(join(this.#folder, file), 'r')
    this.#files.set(file, fd)
    return fd
  }

  /** Closes the files that it opened; needed before tables are replaced on systems that lock open files. */
  close(): void {
    for (const fd of this.#files.values()) closeSync(fd)
    this.#files.clear()
  }
}

/** Bytes that are not those that a run wrote, though size and time of the table are. */
function rotten(source: string, offset: number, length: number): IngestError {
  const what = `bytes ${offset} to ${offset + length} are not those that the last run wrote, though size and time are`
  const ways = 'restore the table from a backup; `jwst-ingest rebuild` tells more, and makes what can be made anew'
  return new IngestError('TABLE_INVALID', `${what}; nothing was changed: ${ways}`, { source })
}

/** A longer text has memory of its own, and it takes ten times as long to fill that. */
const TEXT_BYTES = 1 << 16

/** Lines of a text in UTF-8 in which a line end inside quotes is none. */
export function readLines(bytes: Buffer): string[] {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = endOfLines(bytes, at)
    for (const line of splitAll(bytes.toString('utf8', at, end))) lines.push(line)
    at = end
  }
  return bytes.includes(BYTE.quote) ? joinQuoted(lines) : lines
}

/** Where the last line ends that begins within the next bytes of a text. */
function endOfLines(bytes: Buffer, start: number): number {
  if (bytes.length - start <= TEXT_BYTES) return bytes.length
  const last = bytes.lastIndexOf(BYTE.lineFeed, start + TEXT_BYTES - 1)
  const end = last < start ? bytes.indexOf(BYTE.lineFeed, start + TEXT_BYTES) : last
  return end < 0 ? bytes.length : end + 1
}

/** Lines of a text in which a line end inside quotes is none. */
export function splitLines(text: string): string[] {
  const lines = splitAll(text)
  return text.includes('"') ? joinQuoted(lines) : lines
}

function splitAll(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function joinQuoted(lines: readonly string[]): string[] {
  const whole: string[] = []
  let open = false
  for (const line of lines) {
    if (open) whole.push(`${whole.pop() ?? ''}\n${line}`)
    else whole.push(line)
    if (line.split('"').length % 2 === 0) open = !open
  }
  return whole
}
