/**
 * The lines of single programs, read from the tables of a database by its index. Reading is synchronous: these are
 * small pieces of files that the system has in its cache, and to wait for another thread takes longer than to read them.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { CanonicalLine } from '../../csv/row.js'
import { BYTE } from '../../csv/split.js'
import { IngestError } from '../../errors.js'
import type { Census } from '../../settle/census.js'
import type { Entry } from '../../sort/records.js'
import { checksum } from '../checksum.js'
import { type FlatRanges, LineRanges } from '../line-ranges.js'
import { StoredCensus } from '../stored-census.js'
import type { Table } from '../table.js'

/** The lines that have one of some values in a field. */
export interface Choice {
  /** The field's place from the end of the line, 0 for the last one. */
  readonly place: number
  readonly values: ReadonlySet<string>
}

/** Where the lines stand: plain data, from which any thread can read them. */
export interface StoredPlaces {
  readonly folder: string
  /** By file, see {@link LineRanges.flat}. */
  readonly lineRanges: ReadonlyMap<string, FlatRanges>
  /** What there is in each program, see {@link StoredCensus.flat}. */
  readonly census: Uint32Array
  /** Descriptors of tables that are open, by file; the others are opened by name. */
  readonly descriptors?: ReadonlyMap<string, number>
}

/** Reads lines program by program. */
export class StoredLines {
  readonly #folder: string
  readonly #lineRanges: ReadonlyMap<string, LineRanges>
  readonly #descriptors: ReadonlyMap<string, number>
  readonly #census: StoredCensus
  readonly #files = new Map<string, number>()
  /** Room for a line range, used again for the next: to fill new memory takes longer than to read what is in the cache. */
  #room = Buffer.alloc(0)

  constructor({ folder, lineRanges, census, descriptors = new Map() }: StoredPlaces) {
    this.#folder = folder
    this.#census = new StoredCensus(census)
    this.#descriptors = descriptors
    this.#lineRanges = new Map([...lineRanges].map(([file, flat]) => [file, new LineRanges(flat)]))
  }

  /**
   * The lines of a program in some tables.
   *
   * @param choose which lines of a table, by any of some fields, the last one first: of the others no text is made
   * @throws IngestError TABLE_INVALID for a table that is not as its index says
   */
  of(pid: number, tables: readonly Table[], choose?: (table: Table) => readonly Choice[]): Entry[] {
    return tables.flatMap((table) => this.#in(table, pid, choose?.(table)))
  }

  /** What there is in a program. */
  censusOf(pid: number): Census {
    return this.#census.of(pid)
  }

  /** How many bytes the lines of a program have in a table. */
  bytesOf(pid: number, { file }: Pick<Table, 'file'>): number {
    return (this.#lineRanges.get(file)?.of(pid) ?? []).reduce((sum, { length }) => sum + length, 0)
  }

  #in({ file, number }: Table, pid: number, choices: readonly Choice[] | undefined): Entry[] {
    const lines: Entry[] = []
    for (const { offset, length, sum } of this.#lineRanges.get(file)?.of(pid) ?? []) {
      const bytes = this.#roomFor(length)
      if (readSync(this.#open(file), bytes, 0, length, offset) < length) {
        const source = join(this.#folder, file)
        throw new IngestError('TABLE_INVALID', 'the table is shorter than its index says', { source })
      }
      if (checksum(bytes) !== sum) throw rotten(join(this.#folder, file), offset, length)
      for (const { text, start } of linesIn(bytes, choices))
        lines.push({ origin: number, text, offset: offset + start })
    }
    return lines
  }

  #roomFor(length: number): Buffer {
    if (this.#room.length < length) this.#room = Buffer.allocUnsafeSlow(length)
    return this.#room.subarray(0, length)
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

/** A line, and where it starts among some bytes. */
interface PlacedText {
  readonly text: string
  readonly start: number
}

/** Lines of a text in UTF-8, all or those of any of some choices. */
function linesIn(bytes: Buffer, choices: readonly Choice[] | undefined): readonly PlacedText[] {
  // A line end or a comma inside quotes is none.
  if (choices !== undefined && !bytes.includes(BYTE.quote)) return chosenLines(bytes, choices)
  let start = 0
  const lines = readLines(bytes).map((text) => {
    const line = { text, start }
    start += Buffer.byteLength(text) + 1
    return line
  })
  if (choices === undefined) return lines
  return lines.filter(({ text }) => {
    const line = new CanonicalLine(text)
    return choices.some(({ place, values }) => values.has(line.fieldFromEnd(place)))
  })
}

function chosenLines(bytes: Buffer, choices: readonly Choice[]): readonly PlacedText[] {
  const lines: PlacedText[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(BYTE.lineFeed, start)
    if (isChosen(bytes, start, end, choices)) lines.push({ text: bytes.toString('utf8', start, end), start })
    start = end + 1
  }
  return lines
}

function isChosen(bytes: Buffer, start: number, lineEnd: number, choices: readonly Choice[]): boolean {
  let end = lineEnd
  let place = 0
  for (const choice of choices) {
    for (; place < choice.place; place++) end = startOfField(bytes, start, end) - 1
    if (end > start && choice.values.has(bytes.toString('utf8', startOfField(bytes, start, end), end))) return true
  }
  return false
}

/** Where a field starts that ends at some byte of a line. */
function startOfField(bytes: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && bytes[at - 1] !== BYTE.comma) at--
  return at
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
