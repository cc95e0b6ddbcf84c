/** Looks at every line of a database, as it is at one moment, on all threads. */
import type { FoundPart } from '../audit/findings.js'
import { breather } from '../process/breath.js'
import type { Meter, Phase } from '../process/progress.js'
import { type Encodings, NO_CODES } from '../rules/category-codes.js'
import { createLayout, inputColumns, uniteColumns } from '../rules/layout.js'
import type { DatabaseIndex } from '../store/index-file.js'
import { NO_RANGES } from '../store/line-ranges.js'
import { closeFiles, firstItem, itemsIn, type OpenFile, openFiles } from '../store/read/files.js'
import type { Item } from '../store/read/items.js'
import { placesOf, SurveyedLines, type SurveyedTable } from '../store/read/survey.js'
import type { DamagedLine } from '../store/read/surveyor.js'
import { EMPTY_TABLE, missingColumns } from '../store/read/table-reader.js'
import type { Table } from '../store/table.js'
import { TABLES } from '../store/tables.js'
import { WorkerPool } from './pool.js'
import { type SurveyedBlock, type TablesSetup, TableTasks } from './table-tasks.js'
import type { ResultOf, Task } from './tasks.js'

/** Takes what the look finds. */
export interface SurveyListener {
  /** Lines, or with line 1 a whole table, that cannot be read: the first ones, and how many there are. */
  damaged(file: string, lines: readonly DamagedLine[], total: number): void
  /** What is found in the lines of a table that can be read. */
  found?(found: FoundPart): void
}

/** What a look needs to know of the moment at which the tables are opened. */
export interface Preparation {
  readonly listener: SurveyListener
  /** The input's other columns, where they are known, or what becomes of those that the tables have. */
  readonly others?: readonly string[] | ((stored: readonly string[]) => readonly string[]) | undefined
  /** Which tables to look at; all by default. */
  readonly asksFor?: (table: Table) => boolean
  /** An index that is known to be right: lines need not be looked at to know where they are. */
  readonly index?: DatabaseIndex | undefined
  /** The codes against which lines are checked; they are not by default. */
  readonly checks?: Encodings
  /** Takes how far the look, and what is done with the programs, has come. */
  readonly meter?: Meter | undefined
}

/** Lines that were looked at, for the buffer. */
export type KeptLines = Pick<SurveyedBlock, 'records' | 'misplaced'>

/** The tables of a database as they were at one moment, and where each program's lines stand in them. */
export class Survey extends SurveyedLines {
  readonly #files: ReadonlyMap<string, OpenFile>
  readonly #prepared: Preparation

  private constructor(files: ReadonlyMap<string, OpenFile>, headers: ReadonlyMap<string, Item>, prepared: Preparation) {
    const { others: given = (stored) => stored, index, asksFor = () => true } = prepared
    const others = typeof given === 'function' ? given(columnsIn(headers)) : given
    const layout = createLayout(others)
    const tables = TABLES.filter(asksFor).flatMap((table) => {
      const opened = files.get(table.file)
      const header = headers.get(table.file)
      if (opened === undefined || header === undefined) return []
      const places = placesOf(table, layout, header, { fd: opened.handle.fd, bytes: opened.bytes })
      return [{ ...places, lineRanges: index?.tables.get(table.file)?.lineRanges.flat ?? NO_RANGES }]
    })
    super({ others, tables })
    this.#files = files
    this.#prepared = prepared
  }

  /**
   * Looks at every line of every table.
   *
   * @param prepare reads what else is asked of the same moment
   * @param signal ends the look
   * @throws IngestError DATABASE_UNUSABLE where a run's commit does not come to an end
   */
  static async of(folder: string, prepare: () => Promise<Preparation>, signal?: AbortSignal): Promise<Survey> {
    const survey = await Survey.open(folder, prepare, signal)
    try {
      await survey.look(signal)
      return survey
    } catch (error) {
      await survey.close()
      throw error
    }
  }

  /** Opens the tables, and reads their headers; {@link look} comes next. */
  static async open(folder: string, prepare: () => Promise<Preparation>, signal?: AbortSignal): Promise<Survey> {
    const { files, others: prepared } = await openFiles(folder, prepare, signal)
    try {
      const headers = new Map<string, Item>()
      for (const [file, opened] of files) headers.set(file, await firstItem(opened))
      return new Survey(files, headers, prepared)
    } catch (error) {
      await closeFiles(files)
      throw error
    }
  }

  /**
   * Looks at every line of the tables.
   *
   * @param keep takes the lines, as records for the buffer
   */
  async look(signal: AbortSignal | undefined, keep?: (kept: KeptLines) => Promise<void>): Promise<void> {
    const { index, checks, listener, meter } = this.#prepared
    const { pool, tables } = startPool({ ...this.places, checks, keeps: keep !== undefined }, NO_CODES, signal)
    const unknown = [...this.tables.values()].filter(({ table }) => !index?.tables.has(table.file))
    if (unknown.length > 0) meter?.begin('reading', totalOf(unknown))
    pool.expect(totalOf(unknown))
    try {
      for (const table of unknown) {
        const { file } = table.table
        if (table.unreadable.length > 0) listener.damaged(file, [{ line: 1, what: whyUnreadable(table) }], 1)
        else await surveyLines(table, this.opened(file) as OpenFile, { pool, tables }, { listener, meter, keep })
      }
    } finally {
      await pool.close()
    }
  }

  /**
   * Does tasks with all programs, on all threads; gives the results in the order of the programs.
   *
   * @param encodings the codes of the database
   */
  async *each<Kind extends 'check' | 'renew'>(
    kind: Kind,
    encodings: Encodings,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<ResultOf<TaskOf<Kind>>> {
    const { pool } = startPool(this.places, encodings, signal)
    const breathe = breather(signal)
    const total = totalOf([...this.tables.values()])
    pool.expect(total)
    const { meter } = this.#prepared
    meter?.begin(PHASES[kind], total)
    try {
      const pending: { readonly bytes: number; readonly result: Promise<ResultOf<TaskOf<Kind>>> }[] = []
      const next = async () => {
        const { bytes, result } = pending.shift() as (typeof pending)[number]
        const done = await result
        meter?.add(bytes)
        return done
      }
      for (const { pids, bytes } of this.#batches()) {
        await breathe()
        const result = pool.run({ kind, pids } as TaskOf<Kind>)
        // Whoever takes the results may be gone by then: that is told elsewhere.
        result.catch(() => {})
        pending.push({ bytes, result })
        if (pending.length === MOST_PENDING) yield await next()
      }
      while (pending.length > 0) yield await next()
    } finally {
      await pool.close()
    }
  }

  /** The programs in batches of about the same size. */
  *#batches(): Generator<{ readonly pids: number[]; readonly bytes: number }> {
    let pids: number[] = []
    let bytes = 0
    for (const pid of this.programs) {
      pids.push(pid)
      bytes += this.bytesOf(pid)
      if (bytes < BATCH_BYTES) continue
      yield { pids, bytes }
      pids = []
      bytes = 0
    }
    if (pids.length > 0) yield { pids, bytes }
  }

  /**
   * Programs one after the other, and tells how far that has come.
   *
   * @param pids all by default
   */
  *inTurn(phase: Phase, pids = this.programs): Generator<number> {
    const { meter } = this.#prepared
    meter?.begin(
      phase,
      pids.reduce((sum, pid) => sum + this.bytesOf(pid), 0),
    )
    for (const pid of pids) {
      yield pid
      meter?.add(this.bytesOf(pid))
    }
  }

  /** A file as it was when the look began; absent where there was none. */
  opened(file: string): OpenFile | undefined {
    return this.#files.get(file)
  }

  async close(): Promise<void> {
    await closeFiles(this.#files)
  }
}

type TaskOf<Kind extends Task['kind']> = Extract<Task, { readonly kind: Kind }>

/** What people know the tasks as. */
const PHASES = { check: 'checking', renew: 'rebuilding' } as const

function totalOf(tables: readonly { readonly bytes: number }[]): number {
  return tables.reduce((sum, { bytes }) => sum + bytes, 0)
}

/** Tasks that are at work on at a time. */
const MOST_PENDING = 12
/** Programs are settled in batches of about this size, in bytes of their lines. */
const BATCH_BYTES = 1 << 18

/** What does tasks on tables: on any thread, or on this one at once. */
interface TablePool {
  readonly pool: WorkerPool
  readonly tables: TableTasks
}

function startPool(setup: TablesSetup, encodings: Encodings, signal: AbortSignal | undefined): TablePool {
  const tables = new TableTasks(setup, encodings)
  const shared = { others: setup.others, inputs: [], encodings, stored: undefined, tables: setup }
  return { pool: new WorkerPool(shared, signal, { tables }), tables }
}

async function surveyLines(
  table: SurveyedTable,
  opened: OpenFile,
  on: TablePool,
  {
    listener,
    meter,
    keep,
  }: Pick<Preparation, 'listener' | 'meter'> & { readonly keep?: ((kept: KeptLines) => Promise<void>) | undefined },
): Promise<void> {
  const pending: Promise<SurveyedBlock>[] = []
  const takeNext = async () => {
    const part = await (pending.shift() as (typeof pending)[number])
    table.add(part)
    if (part.damagedLines > 0) listener.damaged(table.table.file, part.damaged, part.damagedLines)
    listener.found?.(part.found)
    await keep?.(part)
  }
  let isHeader = true
  for await (const items of itemsIn(opened, { blocks: true, meter })) {
    for (const item of items) {
      const rest = isHeader ? behindHeader(item) : item
      isHeader = false
      if (rest === undefined) continue
      const part = surveyItem(table.table, rest, on)
      // Whoever waits for it may be gone by then: that is told elsewhere.
      part.catch(() => {})
      pending.push(part)
      if (pending.length >= MOST_PENDING) await takeNext()
    }
  }
  while (pending.length > 0) await takeNext()
}

/** What stands behind the header in the first item of a table. */
function behindHeader(item: Item): Item | undefined {
  if (item.block === undefined) return undefined
  const [, block] = item.block.splitFirst()
  return block.bytes.length === 0 ? undefined : { ...item, block, line: block.line }
}

async function surveyItem({ number }: Table, item: Item, { pool, tables }: TablePool): Promise<SurveyedBlock> {
  const { block, record, error = '' } = item
  if (block !== undefined) {
    const { bytes, line } = block
    return pool.run({ kind: 'survey', table: number, bytes, line, offset: item.end - bytes.length })
  }
  return tables.look(number, (surveyor) => {
    if (record === undefined) surveyor.damaged(item.line, error)
    else surveyor.record(record, item)
  })
}

/** Why the lines of a table cannot be read. */
function whyUnreadable({ header, unreadable }: SurveyedTable): string {
  return header.length === 0 ? EMPTY_TABLE : `the table lacks ${unreadable.join(', ')}`
}

/** The input's other columns, as the headers of the unencoded tables have them. */
function columnsIn(headers: ReadonlyMap<string, Item>): string[] {
  const lists = TABLES.flatMap((table) => {
    const header = headers.get(table.file)?.record?.fields ?? []
    return table.holds === 'rows' && missingColumns(table, header).length === 0 ? [inputColumns(header)] : []
  })
  return uniteColumns(lists)
}
