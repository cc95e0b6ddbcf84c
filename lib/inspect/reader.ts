/**
 * Goes over a database program by program, as it was at one moment: without a lock, without a change, with the rows of
 * one program in memory at a time.
 */

import { breather } from '../process/breath.js'
import { type LookOptions, Meter, type Phase, type Watch } from '../process/progress.js'
import { SCIENCE } from '../rules/member-list.js'
import { type Census, type CensusByProgram, countProgram, totalOf } from '../settle/census.js'
import type { Settled } from '../settle/settled.js'
import { isAsLeft, mustBeDatabase } from '../store/database.js'
import { type DatabaseIndex, readStoredIndex } from '../store/index-file.js'
import { itemsIn, type OpenFile } from '../store/read/files.js'
import { settleAnew } from '../store/read/settle.js'
import type { Table } from '../store/table.js'
import { TABLES } from '../store/tables.js'
import { counted } from '../text/words.js'
import { Survey } from '../workers/survey.js'

/** The tables that resolving needs: all but those of features. */
const isResolved = ({ holds }: Table) => holds !== 'products' && holds !== 'groups'
/** Those that tell which names matched products were expected to have. */
const isTrained = ({ holds, encoded }: Table) => holds === 'products' && encoded

/** A name in a line of a table, as those of datasets begin; no association file's. */
const NAME = /jw\d{5}[-\w]*(?=[,"\n]|$)/gi
/** The table of what association files name. */
const NAMED_FILE = 'associations.csv'

/** The files in which something waits, or that name products for which a group may wait. */
const WAITING_FILES: readonly string[] = ['ingest.csv', 'mosaics.csv', 'associations.csv']

/** What a look at a database may be given. */
export interface ReadOptions extends LookOptions {
  /** Takes the message that lines or tables cannot be read, and so are left out. */
  readonly warn?: ((message: string) => void) | undefined
  /** Reads more of what the database was at that moment; done again where it was none. */
  readonly read?: (() => Promise<void>) | undefined
  /** Whether {@link DatabaseReader.expectedNames} is going to be asked. */
  readonly expectedNames?: boolean | undefined
}

/** A name that a product is expected to have. */
export interface ExpectedName {
  readonly name: string
  /** The product; undefined where a group waits for it. */
  readonly product: string | undefined
}

/** An open database; to be closed. */
export class DatabaseReader {
  /** The folder as it was given. */
  readonly folder: string
  readonly #survey: Survey
  readonly #breathe: () => Promise<void>
  /** The index, where it can be trusted. */
  readonly #index: DatabaseIndex | undefined
  /** How many lines and tables cannot be read, and are left out. */
  readonly damaged: number
  /** Tells how far one has come who reads tables of the database. */
  readonly meter: Meter

  private constructor(
    folder: string,
    { survey, index, damaged }: Look,
    { signal, meter }: { readonly signal: AbortSignal | undefined; readonly meter: Meter },
  ) {
    this.folder = folder
    this.#survey = survey
    this.#index = index
    this.damaged = damaged
    this.meter = meter
    this.#breathe = breather(signal)
  }

  /**
   * Opens a database, which may be in use. Where its index can be trusted only the programs that are asked for are read;
   * else every line is looked at once to find out where each program's lines are.
   *
   * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
   */
  static async open(
    folder: string,
    { signal, warn, progress, read, expectedNames = false }: ReadOptions = {},
  ): Promise<DatabaseReader> {
    const asksFor = (table: Table) => isResolved(table) || (expectedNames && isTrained(table))
    const meter = new Meter(progress)
    const look = await surveyOf(folder, asksFor, { signal, warn, read, meter })
    return new DatabaseReader(folder, look, { signal, meter })
  }

  /** The programs that have rows, ascending. */
  get programs(): readonly number[] {
    const tables = [...this.#survey.tables.values()].filter(({ table }) => isResolved(table))
    const pids = new Set(tables.flatMap(({ lineRanges }) => [...lineRanges.programs]))
    return [...pids].sort((a, b) => a - b)
  }

  /** Those of them in which something waits. */
  get waitingPrograms(): readonly number[] {
    const waiting = TABLES.filter(({ file }) => WAITING_FILES.includes(file))
    const pids = waiting.flatMap(({ number }) => [...(this.#survey.tables.get(number)?.lineRanges.programs ?? [])])
    return [...new Set(pids)].sort((a, b) => a - b)
  }

  /** Programs one after the other, and tells how far that has come. */
  inTurn(phase: Phase, pids: readonly number[]): Iterable<number> {
    return this.#survey.inTurn(phase, pids)
  }

  /** Everything that resolving a program's stored rows anew gives; nothing for a program without rows. */
  async settle(pid: number): Promise<Settled> {
    await this.#breathe()
    return settleAnew(pid, this.#survey.linesOf(pid), this.#survey.layout)
  }

  /**
   * The names that the tables of the models expect products to have: those of matched products of a program, and those of
   * all waiting groups, which may be of another program than that in their name.
   */
  async *expectedNames(pid: number | undefined): AsyncGenerator<ExpectedName> {
    for (const { table: number, cells } of pid === undefined ? [] : this.#survey.linesOf(pid)) {
      const table = TABLES[number]
      if (table === undefined || !isTrained(table)) continue
      const read = (column: string) => cells.field(table.tail.indexOf(column))
      yield { name: read('dname'), product: read('pname') }
    }
    for (const { file, holds } of TABLES) {
      const opened = holds === 'groups' ? this.#survey.opened(file) : undefined
      if (opened !== undefined) for await (const name of namesIn(opened)) yield { name, product: undefined }
    }
  }

  /** All names in a program: of its datasets, and what association files name. */
  namesIn(pid: number): ReadonlySet<string> {
    // Lines of tens of programs are searched while somebody waits: their cells are not cut out.
    return new Set(this.#survey.linesOf(pid).flatMap(({ text }) => text.match(NAME) ?? []))
  }

  /** The programs of which association files name products. */
  get namedPrograms(): readonly number[] {
    const tables = [...this.#survey.tables.values()]
    return [...(tables.find(({ table }) => table.file === NAMED_FILE)?.lineRanges.programs ?? [])]
  }

  /** Whether a row of every member has come that association files name as science in a program. */
  isAllThere(pid: number): boolean {
    const lines = this.#survey.linesOf(pid)
    const named = TABLES.find(({ file }) => file === NAMED_FILE)
    const [member = -1, role = -1] = ['member', 'role'].map((column) => named?.tail.indexOf(column))
    const there = new Set<string>()
    for (const { table, text } of lines) {
      if (table !== named?.number) for (const name of text.match(NAME) ?? []) there.add(name.toLowerCase())
    }
    return lines.every(({ table, cells }) => {
      return table !== named?.number || cells.field(role) !== SCIENCE || there.has(cells.field(member).toLowerCase())
    })
  }

  /** What waits, in numbers: as the index has it, else as resolving gives it. Matched products are not all among it. */
  async census(): Promise<Census> {
    if (this.#index !== undefined) return this.#index.census.total
    const programs: CensusByProgram = new Map()
    for (const pid of this.inTurn('counting', this.waitingPrograms)) countProgram(await this.settle(pid), programs)
    return totalOf(programs.values())
  }

  /** A file as it was when the database was opened; absent where there was none. */
  opened(file: string): OpenFile | undefined {
    return this.#survey.opened(file)
  }

  /** Tells from now on how far the reading of some files, all of them once, has come. */
  beginTables(phase: Phase, files: readonly string[]): void {
    this.meter.begin(
      phase,
      files.reduce((sum, file) => sum + (this.opened(file)?.bytes ?? 0), 0),
    )
  }

  async close(): Promise<void> {
    await this.#survey.close()
  }
}

/** A look at the tables of a database. */
interface Look {
  readonly survey: Survey
  /** The index, where it can be trusted. */
  readonly index: DatabaseIndex | undefined
  /** How many lines and tables cannot be read, and are left out. */
  readonly damaged: number
}

/**
 * Looks at tables of a database, which may be in use, as they are at one moment.
 *
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function surveyOf(
  folder: string,
  asksFor: (table: Table) => boolean,
  { signal, warn, read, meter }: Pick<ReadOptions, 'warn' | 'read'> & Watch,
): Promise<Look> {
  await mustBeDatabase(folder)
  let damaged = 0
  const count = (_file: string, _lines: unknown, total: number) => {
    damaged += total
  }
  let index: DatabaseIndex | undefined
  const prepare = async () => {
    const stored = await readStoredIndex(folder)
    await read?.()
    index = stored !== undefined && (await isAsLeft(folder, stored, { signal, meter })) ? stored : undefined
    return { meter, listener: { damaged: count }, others: stored?.others, asksFor, index }
  }
  const survey = await Survey.of(folder, prepare, signal)
  if (damaged > 0) {
    const what = `${counted(damaged, 'line or table', 'lines or tables')} cannot be read`
    warn?.(`${what}, and left out: \`jwst-ingest check ${folder}\` names them`)
  }
  return { survey, index, damaged }
}

/** The expected names of waiting groups. */
async function* namesIn(opened: OpenFile): AsyncGenerator<string> {
  let at: number | undefined
  for await (const items of itemsIn(opened)) {
    for (const { record } of items) {
      if (at === undefined) at = record?.fields.indexOf('dname') ?? -1
      else yield record?.fields[at] ?? ''
    }
  }
}
