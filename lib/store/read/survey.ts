/**
 * A look at every line of a database, without a lock and without a change: which lines can be read, and where each
 * program's lines stand, so that they can be read again program by program. What it keeps grows with the pieces that
 * programs have in the tables, not with their rows; it needs no index, and shows whether the index is right.
 */
import { ByteWriter } from '../../csv/bytes.js'
import { CsvReader } from '../../csv/read.js'
import { CanonicalLine } from '../../csv/row.js'
import { formatRow } from '../../csv/write.js'
import { createLayout, type Layout } from '../../rules/layout.js'
import { type FlatRanges, type LineRange, LineRanges, NO_RANGES } from '../line-ranges.js'
import type { Table } from '../table.js'
import { TABLES, tableColumns } from '../tables.js'
import { type Item, TABLE_OPTIONS } from './items.js'
import { PieceReader } from './pieces.js'
import { readLines } from './stored-lines.js'
import { RUN_NUMBERS, type SurveyedPart } from './surveyor.js'
import { missingColumns, TableReader } from './table-reader.js'

/** A line of a table. */
export interface TableLine {
  /** Number of the table. */
  readonly table: number
  /** 1-based line in the file. */
  readonly line: number
  /** The line as this program writes it, without its end. */
  readonly text: string
  /** Its cells in the order of the table's columns. */
  readonly cells: CanonicalLine
}

function lineOf(table: number, line: number, text: string): TableLine {
  return { table, line, text, cells: new CanonicalLine(text) }
}

/** The lines of a program in a table. */
export interface TablePart {
  readonly lines: readonly TableLine[]
  /** The same with their ends, one behind the other, in UTF-8; see {@link SurveyedTable.of}. */
  readonly bytes: Buffer
}

const NO_PART: TablePart = { lines: [], bytes: Buffer.alloc(0) }

/** What is known of a table, as plain data, from which any thread can read its lines. */
export interface TablePlaces {
  readonly number: number
  readonly header: readonly string[]
  /** Descriptor of its open file. */
  readonly fd: number
  readonly bytes: number
  readonly lines: number
  readonly asWritten: boolean
  /** See {@link LineRanges.flat}. */
  readonly lineRanges: FlatRanges
  /** Offset and line number of each piece that goes on with no other one of its program, in turn. */
  readonly firstLines: readonly number[]
}

/** What is known of a table. */
export class SurveyedTable {
  readonly table: Table
  readonly header: readonly string[]
  /** The columns that it should have. */
  readonly columns: readonly string[]
  /** The columns without which its lines cannot be read; none if they can. */
  readonly unreadable: readonly string[]
  readonly bytes: number
  readonly lineRanges: LineRanges
  /** Number of lines below the header that can be read. */
  lines: number
  /** Whether the file is, byte for byte, what this program would write for its lines. */
  asWritten: boolean
  readonly #layout: Layout
  readonly #fd: number
  readonly #pieces: PieceReader
  /** Line numbers of the line ranges, by their offset. */
  readonly #firstLines: Map<number, number>
  #reader: TableReader | undefined
  #end = -1
  #pid = -1

  constructor({ number, header, fd, bytes, lines, asWritten, lineRanges, firstLines }: TablePlaces, layout: Layout) {
    this.table = TABLES[number] as Table
    this.header = header
    this.bytes = bytes
    this.lines = lines
    this.asWritten = asWritten
    this.columns = tableColumns(this.table, layout)
    this.unreadable = missingColumns(this.table, header)
    this.lineRanges = new LineRanges(lineRanges)
    this.#layout = layout
    this.#fd = fd
    this.#pieces = new PieceReader(fd, bytes)
    this.#firstLines = new Map()
    for (let at = 0; at < firstLines.length; at += 2) this.#firstLines.set(firstLines[at] ?? 0, firstLines[at + 1] ?? 0)
  }

  /** The same as plain data. */
  get places(): TablePlaces {
    const { table, header, bytes, lines, asWritten, lineRanges } = this
    const firstLines = [...this.#firstLines].flat()
    return {
      number: table.number,
      header,
      fd: this.#fd,
      bytes,
      lines,
      asWritten,
      lineRanges: lineRanges.flat,
      firstLines,
    }
  }

  /** Whether the header has just the columns that it should have, in their order. */
  get hasItsHeader(): boolean {
    return this.header.length === this.columns.length && this.columns.every((column, at) => column === this.header[at])
  }

  /** Takes what was found in the next piece below the header. */
  add({ runs, lines, asWritten }: SurveyedPart): void {
    this.lines += lines
    this.asWritten &&= asWritten
    for (let at = 0; at < runs.length; at += RUN_NUMBERS) {
      const [pid = 0, offset = 0, length = 0, sum = 0, line = 0] = runs.slice(at, at + RUN_NUMBERS)
      if (pid !== this.#pid || offset !== this.#end) this.#firstLines.set(offset, line)
      this.lineRanges.add({ pid, offset, length, sum })
      this.#pid = pid
      this.#end = offset + length
    }
  }

  /** The readable lines of a program; their bytes are good until this is asked for again. */
  of(pid: number): TablePart {
    const lineRanges = this.lineRanges.of(pid)
    const [only] = lineRanges
    if (only !== undefined && lineRanges.length === 1) return this.#partAt(only)
    const lines: TableLine[] = []
    const bytes: Buffer[] = []
    for (const lineRange of lineRanges) {
      const part = this.#partAt(lineRange)
      for (const line of part.lines) lines.push(line)
      bytes.push(Buffer.from(part.bytes))
    }
    return { lines, bytes: Buffer.concat(bytes) }
  }

  #partAt({ offset, length }: LineRange): TablePart {
    const bytes = this.#pieces.read(offset, length)
    const first = this.#firstLines.get(offset) ?? 1
    if (this.asWritten) return { lines: this.#writtenLines(bytes, first), bytes }
    const lines = this.#otherLines(bytes, first)
    return { lines, bytes: Buffer.from(lines.map(({ text }) => `${text}\n`).join('')) }
  }

  #writtenLines(bytes: Buffer, first: number): TableLine[] {
    let line = first
    return readLines(bytes).map((written) => {
      const one = lineOf(this.table.number, line, written)
      line += written.includes('\n') ? written.split('\n').length : 1
      return one
    })
  }

  #otherLines(bytes: Buffer, first: number): TableLine[] {
    this.#reader ??= new TableReader(this.table, this.#layout, this.header)
    const read = this.#reader
    const reader = new CsvReader(TABLE_OPTIONS)
    const records = [...reader.push(bytes).records, ...reader.end().records]
    const out = new ByteWriter()
    return records.flatMap(({ fields, line }): TableLine[] => {
      if (read.takeFields(fields) !== undefined) return []
      read.write(out)
      return [lineOf(this.table.number, first + line - 1, out.take().toString())]
    })
  }
}

/** What is known of a table before any of its lines was looked at. */
export function placesOf(table: Table, layout: Layout, header: Item, file: { fd: number; bytes: number }): TablePlaces {
  const { fields = [] } = header.record ?? {}
  const text = formatRow(tableColumns(table, layout))
  const asWritten = `${header.record?.text}\n` === text && header.end - header.offset === Buffer.byteLength(text)
  return { number: table.number, header: fields, ...file, lines: 0, asWritten, lineRanges: NO_RANGES, firstLines: [] }
}

/** What is known of the tables of a database, as plain data. */
export interface SurveyPlaces {
  /** The input's other columns. */
  readonly others: readonly string[]
  readonly tables: readonly TablePlaces[]
}

/** The lines of a database, program by program. */
export class SurveyedLines {
  readonly layout: Layout
  /** By number; a table without a file is not there. */
  readonly tables: ReadonlyMap<number, SurveyedTable>
  /** The input's other columns. */
  readonly others: readonly string[]

  constructor({ others, tables }: SurveyPlaces) {
    this.others = others
    this.layout = createLayout(others)
    this.tables = new Map(tables.map((places) => [places.number, new SurveyedTable(places, this.layout)]))
  }

  /** The same as plain data. */
  get places(): SurveyPlaces {
    return { others: this.others, tables: [...this.tables.values()].map(({ places }) => places) }
  }

  /** The programs that have lines, ascending. */
  get programs(): readonly number[] {
    const pids = new Set([...this.tables.values()].flatMap(({ lineRanges }) => [...lineRanges.programs]))
    return [...pids].sort((a, b) => a - b)
  }

  /** The readable lines of a program in each of {@link TABLES}; see {@link SurveyedTable.of}. */
  partsOf(pid: number): TablePart[] {
    return TABLES.map(({ number }) => this.tables.get(number)?.of(pid) ?? NO_PART)
  }

  /** All readable lines of a program. */
  linesOf(pid: number): TableLine[] {
    return this.partsOf(pid).flatMap(({ lines }) => lines)
  }

  /** How many bytes the lines of a program have. */
  bytesOf(pid: number): number {
    const lineRanges = [...this.tables.values()].flatMap((table) => table.lineRanges.of(pid))
    return lineRanges.reduce((sum, { length }) => sum + length, 0)
  }
}
