/**
 * A look at every line of a database, without a lock and without a change: which lines can be read, and where each
 * program's lines stand, so that they can be read again program by program. What it keeps grows with the pieces that
 * programs have in the tables, not with their rows; it needs no index, and shows whether the index is right.
 */
import { readSync } from 'node:fs'
import { CsvReader } from '../../csv/read.js'
import { CanonicalLine } from '../../csv/row.js'
import { formatRow } from '../../csv/write.js'
import { createLayout, inputColumns, type Layout, uniteColumns } from '../../rules/layout.js'
import type { DatabaseIndex } from '../index-file.js'
import { Segments } from '../line-ranges.js'
import { TABLE_OPTIONS, type Table } from '../table.js'
import { TABLES, tableColumns } from '../tables.js'
import { closeFiles, firstItem, itemsIn, type OpenFile, openFiles } from './files.js'
import type { Item } from './items.js'
import { splitLines } from './stored-lines.js'
import { type CellReader, cellReader, EMPTY_TABLE, missingColumns } from './takeover.js'

/** A line of a table as this program writes it; its cells are cut out when they are asked for. */
class WrittenLine implements TableLine {
  readonly table: number
  readonly line: number
  readonly text: string
  #cells: readonly string[] | undefined

  constructor(table: number, line: number, text: string) {
    this.table = table
    this.line = line
    this.text = text
  }

  get cells(): readonly string[] {
    this.#cells ??= new CanonicalLine(this.text).fields
    return this.#cells
  }
}

/** A line of a table. */
export interface TableLine {
  /** Number of the table. */
  readonly table: number
  /** 1-based line in the file. */
  readonly line: number
  /** The line as this program writes it, without its end. */
  readonly text: string
  /** Its cells in the order of the table's columns. */
  readonly cells: readonly string[]
}

/** Takes what the look finds. */
export interface Listener {
  /** A line that can be read: its fields as they stand, and its cells as this program writes them. */
  line?(table: SurveyedTable, line: number, fields: readonly string[], cells: readonly string[]): void
  /** A line, or with line 1 a whole table, that cannot be read. */
  damaged(file: string, line: number, what: string): void
}

/** What a look needs. */
export interface Preparation {
  readonly listener: Listener
  /** The input's other columns, where they are known. */
  readonly others?: readonly string[] | undefined
  /** Which tables to look at; all by default. */
  readonly asksFor?: (table: Table) => boolean
  /** An index that is known to be right: lines need not be looked at to know where they are. */
  readonly index?: DatabaseIndex | undefined
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
  readonly segments: Segments
  /** Number of lines below the header that can be read. */
  lines = 0
  /** Whether the file is, byte for byte, what this program would write for its lines. */
  asWritten: boolean
  readonly #read: CellReader
  /** Line numbers of the segments, by their offset. */
  readonly #firstLines = new Map<number, number>()
  #end = -1
  #pid = -1

  /** @param known where its lines are, if that is known without a look */
  constructor(table: Table, layout: Layout, header: Item, bytes: number, known?: Segments) {
    this.table = table
    this.segments = known ?? new Segments()
    this.columns = tableColumns(table, layout)
    this.header = header.record?.fields ?? []
    this.bytes = bytes
    this.unreadable = unreadableWithout(table, this.header)
    this.asWritten = this.hasItsHeader && isAsWritten(header, this.header)
    this.#read = cellReader(table, layout, this.header)
  }

  /** Whether the header has just the columns that it should have, in their order. */
  get hasItsHeader(): boolean {
    const { header, columns } = this
    return header.length === columns.length && columns.every((column, index) => column === header[index])
  }

  /** Why its lines cannot be read. */
  get whyUnreadable(): string {
    if (this.header.length === 0) return EMPTY_TABLE
    return `the table lacks ${this.unreadable.join(', ')}`
  }

  /** Takes the next line below the header. */
  add(item: Item, listener: Listener): void {
    const { fields = [] } = item.record ?? {}
    const found = item.error ?? this.#read(fields)
    if (typeof found === 'string') {
      this.asWritten = false
      listener.damaged(this.table.file, item.line, found)
      return
    }
    const { pid, cells } = found
    this.asWritten &&= isAsWritten(item, cells)
    this.lines++
    if (pid !== this.#pid || item.offset !== this.#end) this.#firstLines.set(item.offset, item.line)
    this.segments.addContent(pid, item.offset, item.end - item.offset, `${item.record?.text ?? ''}\n`)
    this.#pid = pid
    this.#end = item.end
    listener.line?.(this, item.line, fields, cells)
  }

  #writtenLines(text: string, first: number): TableLine[] {
    let line = first
    return splitLines(text).map((written) => {
      const one = new WrittenLine(this.table.number, line, written)
      line += written.includes('\n') ? written.split('\n').length : 1
      return one
    })
  }

  /** The lines in a piece of the file that begins at `offset`. */
  linesIn(bytes: Buffer, offset: number): TableLine[] {
    const { number } = this.table
    const first = this.#firstLines.get(offset) ?? 1
    if (this.asWritten) return this.#writtenLines(bytes.toString(), first)
    const reader = new CsvReader(TABLE_OPTIONS)
    const records = [...reader.push(bytes).records, ...reader.end().records]
    return records.flatMap((record): TableLine[] => {
      const place = { table: number, line: first + record.line - 1 }
      const found = this.#read(record.fields)
      return typeof found === 'string'
        ? []
        : [{ ...place, text: formatRow(found.cells).slice(0, -1), cells: found.cells }]
    })
  }
}

function unreadableWithout(table: Table, header: readonly string[]): readonly string[] {
  if (table.holds === 'rows' || table.holds === 'members') return missingColumns(table, header)
  return [table.holds === 'hidden' ? 'dname' : 'Dataset'].filter((column) => !header.includes(column))
}

function isAsWritten({ record, offset, end }: Item, cells: readonly string[]): boolean {
  const text = formatRow(cells)
  return `${record?.text}\n` === text && end - offset === Buffer.byteLength(text)
}

/** The tables of a database as they were at one moment, and where each program's lines stand in them. */
export class Survey {
  readonly layout: Layout
  /** By number; a table without a file is not there. */
  readonly tables: ReadonlyMap<number, SurveyedTable>
  readonly #files: ReadonlyMap<string, OpenFile>

  private constructor(
    layout: Layout,
    tables: ReadonlyMap<number, SurveyedTable>,
    files: ReadonlyMap<string, OpenFile>,
  ) {
    this.layout = layout
    this.tables = tables
    this.#files = files
  }

  /**
   * Looks at every line of every table.
   *
   * @param prepare reads what else is asked of the same moment: who takes what is found, and the input's other columns,
   * where they are known; else those in the headers of the tables count
   * @param signal ends the look
   * @throws IngestError DATABASE_UNUSABLE where a run's commit does not come to an end
   */
  static async of(folder: string, prepare: () => Promise<Preparation>, signal?: AbortSignal): Promise<Survey> {
    const { files, others: preparation } = await openFiles(folder, prepare, signal)
    const { listener, others, index, asksFor = () => true } = preparation
    try {
      const headers = new Map<string, Item>()
      for (const [file, opened] of files) headers.set(file, await firstItem(opened))
      const layout = createLayout(others ?? columnsIn(headers))
      const tables = new Map<number, SurveyedTable>()
      for (const table of TABLES.filter(asksFor)) {
        const opened = files.get(table.file)
        const header = headers.get(table.file)
        if (opened === undefined || header === undefined) continue
        const known = index?.tables.get(table.file)?.segments
        const surveyed = new SurveyedTable(table, layout, header, opened.bytes, known)
        tables.set(table.number, surveyed)
        if (known !== undefined) continue
        if (surveyed.unreadable.length === 0) await surveyLines(surveyed, opened, listener)
        else listener.damaged(table.file, 1, surveyed.whyUnreadable)
      }
      return new Survey(layout, tables, files)
    } catch (error) {
      await closeFiles(files)
      throw error
    }
  }

  /** The programs that have lines, ascending. */
  get programs(): readonly number[] {
    const pids = new Set([...this.tables.values()].flatMap(({ segments }) => [...segments.programs]))
    return [...pids].sort((a, b) => a - b)
  }

  /** All readable lines of a program. */
  linesOf(pid: number): TableLine[] {
    const lines: TableLine[] = []
    for (const surveyed of this.tables.values()) {
      const { handle } = this.#files.get(surveyed.table.file) as OpenFile
      for (const { offset, length } of surveyed.segments.of(pid)) {
        const bytes = Buffer.allocUnsafe(length)
        // Many small pieces that were just read: waiting for another thread would take longer than the reading.
        const count = readSync(handle.fd, bytes, 0, length, offset)
        for (const line of surveyed.linesIn(bytes.subarray(0, count), offset)) lines.push(line)
      }
    }
    return lines
  }

  /** A file as it was when the look began; absent where there was none. */
  opened(file: string): OpenFile | undefined {
    return this.#files.get(file)
  }

  async close(): Promise<void> {
    await closeFiles(this.#files)
  }
}

async function surveyLines(surveyed: SurveyedTable, opened: OpenFile, listener: Listener): Promise<void> {
  let isHeader = true
  for await (const items of itemsIn(opened)) {
    for (const item of items) {
      if (!isHeader) surveyed.add(item, listener)
      isHeader = false
    }
  }
}

/** The input's other columns, as the headers of the unencoded tables have them. */
function columnsIn(headers: ReadonlyMap<string, Item>): string[] {
  const lists = TABLES.flatMap((table) => {
    const header = headers.get(table.file)?.record?.fields ?? []
    return table.holds === 'rows' && unreadableWithout(table, header).length === 0 ? [inputColumns(header)] : []
  })
  return uniteColumns(lists)
}
