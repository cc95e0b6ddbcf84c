/**
 * The work of a run that needs nothing but its input, so that any thread can do it: scrubbing lines, and settling
 * partitions and writing what they add to each table. Input and output are plain data.
 */

import type { CsvRecord } from '../csv/row.js'
import { Encoder, type Encodings, type UnknownValues } from '../rules/category-codes.js'
import { createLayout, type Layout } from '../rules/layout.js'
import { programOfPartition } from '../rules/partition.js'
import { addRest, type CensusByProgram, censusOf, countProgram } from '../settle/census.js'
import { countSettled, nothingSettled, type SettledCounts } from '../settle/counts.js'
import { settleProgram } from '../settle/program.js'
import type { Settled } from '../settle/settled.js'
import type { SpilledSection } from '../sort/buffer.js'
import { asBuffer, endOfRecord, partitionAt, RecordCursor } from '../sort/records.js'
import { memoryOfSection, type SectionData, sortedRuns } from '../sort/run.js'
import { type SpillTarget, writeRuns } from '../sort/spill.js'
import { type TableText, TableTexts } from '../store/format.js'
import { StoredLines, type StoredPlaces } from '../store/read/stored-lines.js'
import { StoredCensus } from '../store/stored-census.js'
import { TABLE_NUMBERS, TABLES } from '../store/tables.js'
import { linesOfPartition, type PartitionLines, type PartitionSource, type ReadLists } from './partition-lines.js'
import type { RenewedPrograms } from './renewer.js'
import { type InputForm, RowScrubber, type ScrubbedRows } from './row-scrubber.js'
import type {
  CheckedPrograms,
  ProgramsTask,
  SurveyedBlock,
  SurveyTask,
  TablesSetup,
  TableTasks,
} from './table-tasks.js'

/** What all tasks of a run share. */
export interface TaskSetup {
  /** The input's other columns, in the order of the tables. */
  readonly others: readonly string[]
  /** Of each input. */
  readonly inputs: readonly InputForm[]
  readonly encodings: Encodings
  /** Where to read stored lines of programs; undefined where the partitions hold them already. */
  readonly stored: StoredPlaces | undefined
  /** Whether rows of the input count before stored versions of their datasets, whatever the dates. */
  readonly replaces?: boolean | undefined
  /** The table whose lines are asked for, those that stay where they are among them. */
  readonly emits?: number | undefined
  /** The tables that tasks on a database are about. */
  readonly tables?: TablesSetup
  /** Whether association files may tell of programs. */
  readonly hasLists?: boolean | undefined
}

/** Lines to scrub. */
export interface ScrubTask {
  readonly kind: 'scrub'
  /** Number of the input. */
  readonly input: number
  /** Whole records. */
  readonly bytes: Uint8Array
  /** Number of the first line in its file. */
  readonly line: number
}

/** Partitions to settle. */
export interface SettleTask {
  readonly kind: 'settle'
  /** Records sorted by partition; all of a partition. */
  readonly bytes: Uint8Array
}

/** Lines to spill. */
export interface SpillTask {
  readonly kind: 'spill'
  readonly section: SectionData
  readonly file: SpillTarget
}

/** What settling gives. */
export interface SettledPartitions {
  /** For each of {@link TABLES}. */
  readonly tables: readonly TableText[]
  readonly counts: SettledCounts
  /** What there is now in each program that changed, as numbers: many objects take long to pass on. */
  readonly census: Uint32Array
  /** Category values that have no code. */
  readonly unknown: UnknownValues
}

/** What each kind of task is, and what it gives. */
interface Kinds {
  readonly scrub: [ScrubTask, ScrubbedRows]
  readonly settle: [SettleTask, SettledPartitions]
  readonly spill: [SpillTask, SpilledSection]
  readonly survey: [SurveyTask, SurveyedBlock]
  readonly check: [ProgramsTask<'check'>, CheckedPrograms]
  readonly renew: [ProgramsTask<'renew'>, RenewedPrograms]
}
export type Task = Kinds[keyof Kinds][0]
/** What a kind of task gives. */
export type ResultOf<T extends Task> = Kinds[T['kind']][1]

/** The memory of a task, which goes with it. */
export function memoryOfTask(task: Task): ArrayBuffer[] {
  if (task.kind === 'spill') return memoryOfSection(task.section)
  return 'bytes' in task ? [task.bytes.buffer as ArrayBuffer] : []
}

/** The memory of a result, which goes with it. */
export function memoryOfResult(result: ResultOf<Task>): ArrayBuffer[] {
  if ('section' in result) return memoryOfSection(result.section)
  const bytes =
    'records' in result
      ? [result.records]
      : 'tables' in result
        ? result.tables.flatMap((table) => [table.bytes, table.unmoved])
        : []
  return bytes.map(({ buffer }) => buffer as ArrayBuffer)
}

/** The tables of exposures: nearly all that is stored of a program. */
const EXPOSURE_TABLES = TABLES.filter(({ file }) => file === 'level1.csv' || file === 'ingest.csv')
/** Stored lines take so much less time than those that are settled: most of them only have to be looked at. */
const LOOK_SHARE = 8
/** Rows of so many bytes are settled in a tenth of a second; usual tasks have half of them. */
const MOST_SHORT_BYTES = 1 << 19

/** What only some runs need, so that the others need not load it. */
export interface Extras {
  /** Does tasks on tables; runs over inputs have none. */
  readonly tables?: TableTasks
  readonly readLists?: ReadLists
}

/** What a run needs. */
export async function loadExtras({ hasLists = false }: Pick<TaskSetup, 'hasLists'>): Promise<Extras> {
  return hasLists ? { readLists: (await import('../store/read/stored-lists.js')).readLists } : {}
}

/** Does tasks of one run. */
export class TaskRunner {
  readonly layout: Layout
  readonly #setup: TaskSetup
  readonly #encoder: Encoder
  readonly #stored: StoredLines | undefined
  readonly #texts: TableTexts
  readonly #extras: Extras
  #scrubber: RowScrubber | undefined
  #scrubberInput = -1

  constructor(setup: TaskSetup, extras: Extras = {}) {
    this.#setup = setup
    this.#extras = extras
    this.layout = createLayout(setup.others)
    this.#encoder = new Encoder(setup.encodings)
    this.#texts = new TableTexts({ layout: this.layout, encoder: this.#encoder }, setup.emits)
    this.#stored = setup.stored === undefined ? undefined : new StoredLines(setup.stored)
  }

  /** @throws IngestError TABLE_INVALID for stored lines that are not as the index says; WRITE_FAILED for a spill file */
  run<T extends Task>(task: T): ResultOf<T> {
    return this.#run(task) as ResultOf<T>
  }

  /** How many bytes a task goes through, those of stored lines among them. */
  bytesOf(task: Exclude<Task, SpillTask>): number {
    if (task.kind === 'check' || task.kind === 'renew') return this.#onTables.bytesOf(task.pids)
    let { length } = task.bytes
    if (task.kind === 'settle' && this.#stored !== undefined)
      for (const partition of partitionsIn(asBuffer(task.bytes))) length += this.storedBytesOf(partition)
    return length
  }

  /**
   * Whether a task may take longer than a thread can do without a turn of its event loop: a program can be of any size.
   *
   * @param bytes that it goes through, see {@link bytesOf}
   */
  isLong({ kind }: Task, bytes: number): boolean {
    return kind !== 'scrub' && kind !== 'survey' && bytes > MOST_SHORT_BYTES
  }

  /** How many bytes the stored exposures of a partition's program have, in bytes that take as long to settle. */
  storedBytesOf(partition: number): number {
    const pid = programOfPartition(partition)
    const bytes = EXPOSURE_TABLES.reduce((sum, table) => sum + (this.#stored?.bytesOf(pid, table) ?? 0), 0)
    return this.#setup.hasLists ? bytes : bytes / LOOK_SHARE
  }

  #run(task: Task): ResultOf<Task> {
    if (task.kind === 'scrub') return this.#scrub(task)
    if (task.kind === 'settle') return this.#settle(task)
    if (task.kind === 'survey') return this.#onTables.survey(task)
    if (task.kind === 'check') return this.#onTables.check(task)
    if (task.kind === 'renew') return this.#onTables.renew(task)
    return { written: writeRuns(task.file, sortedRuns(task.section)), section: task.section }
  }

  get #onTables(): TableTasks {
    const { tables } = this.#extras
    if (tables === undefined) throw new Error('a task on tables in a run over inputs')
    return tables
  }

  #scrub({ input, bytes, line }: ScrubTask): ScrubbedRows {
    const scrubber = this.#scrubberOf(input)
    scrubber.block({ bytes: asBuffer(bytes), line })
    return scrubber.take()
  }

  /**
   * Scrubs rows that are records already.
   *
   * @param isUnended whether the input ends within the line of the last one
   */
  scrubRecords(input: number, records: readonly CsvRecord[], isUnended = false): ScrubbedRows {
    const scrubber = this.#scrubberOf(input)
    for (const record of records) scrubber.record(record, isUnended)
    return scrubber.take()
  }

  #scrubberOf(input: number): RowScrubber {
    if (this.#scrubber === undefined || input !== this.#scrubberInput) {
      this.#scrubber = new RowScrubber(this.layout, this.#setup.inputs[input] as InputForm)
      this.#scrubberInput = input
    }
    return this.#scrubber
  }

  #settle({ bytes }: SettleTask): SettledPartitions {
    const counts = nothingSettled()
    const { replaces } = this.#setup
    const census: CensusByProgram = new Map()
    const source = { layout: this.layout, stored: this.#stored, replaces, readLists: this.#extras.readLists }
    for (const { settled, lines } of settlePartitions(asBuffer(bytes), source)) {
      countSettled(settled, counts)
      countPartition(settled, lines, census, this.#stored)
      // At once, as what is held longer than it needs to be makes garbage dear to collect.
      this.#texts.add(settled)
    }
    return {
      tables: this.#texts.take(),
      counts,
      census: StoredCensus.changeOf(census),
      unknown: this.#encoder.unknown,
    }
  }

  /** Closes what was read. */
  close(): void {
    this.#stored?.close()
  }
}

/** A partition, and what it was settled from. */
export interface SettledPartition {
  readonly settled: Settled
  readonly lines: PartitionLines
}

/**
 * Settles partitions, one after the other.
 *
 * @param block records sorted by partition; all of a partition
 */
export function* settlePartitions(block: Buffer, source: PartitionSource): Generator<SettledPartition> {
  const cursor = new RecordCursor(block)
  const all = source.stored === undefined
  for (let partition = cursor.nextPartition; partition !== undefined; partition = cursor.nextPartition) {
    const lines = linesOfPartition(partition, cursor, source)
    yield { settled: settleProgram(lines, TABLE_NUMBERS, all), lines }
  }
}

/** Counts what there is in a program now, the rest of it that stays as it is among it. */
function countPartition(
  settled: Settled,
  { pid, stored, besides }: PartitionLines,
  census: CensusByProgram,
  database: StoredLines | undefined,
): void {
  countProgram(settled, census)
  if (besides === undefined || settled.standing === undefined || database === undefined) return
  const present = stored.filter((row) => row.stored?.table !== TABLE_NUMBERS.expired)
  addRest(censusOf(census, pid), database.censusOf(pid), present, besides)
}

/** The partitions of a block of records. */
function partitionsIn(block: Buffer): Set<number> {
  const partitions = new Set<number>()
  for (let at = 0; at < block.length; at = endOfRecord(block, at)) partitions.add(partitionAt(block, at))
  return partitions
}
