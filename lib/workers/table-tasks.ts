/**
 * The work on the tables of a database that any thread can do: looking at their lines, and settling programs anew from
 * them, to be compared or written. Input and output are plain data.
 */
import { LineRules } from '../audit/cells.js'
import { Findings, type FoundPart } from '../audit/findings.js'
import { type CheckContext, Columns } from '../audit/lines.js'
import { checkProgram } from '../audit/program.js'
import { Encoder, type Encodings } from '../rules/category-codes.js'
import type { CensusByProgram } from '../settle/census.js'
import { asBuffer } from '../sort/records.js'
import { TableTexts } from '../store/format.js'
import { GroupLedger, type GroupLines } from '../store/read/settle.js'
import { SurveyedLines, SurveyedTable, type SurveyPlaces, type TablePlaces } from '../store/read/survey.js'
import { type SurveyedPart, Surveyor } from '../store/read/surveyor.js'
import { StoredCensus } from '../store/stored-census.js'
import { type RenewedPrograms, Renewer } from './renewer.js'

/** What tasks on tables share. */
export interface TablesSetup extends SurveyPlaces {
  /** The codes against which lines are checked; they are not without. */
  readonly checks?: Encodings | undefined
  /** Whether lines are kept as records for the buffer. */
  readonly keeps?: boolean
}

/** Lines of a table to look at. */
export interface SurveyTask {
  readonly kind: 'survey'
  /** Number of the table. */
  readonly table: number
  /** Whole records. */
  readonly bytes: Uint8Array
  /** Where they begin in the file, and the number of their first line. */
  readonly offset: number
  readonly line: number
}

/** Programs to settle anew from the lines that were looked at: to be checked, or to be written. */
export interface ProgramsTask<Kind extends 'check' | 'renew'> {
  readonly kind: Kind
  readonly pids: readonly number[]
}

/** What was found in lines of a table. */
export interface SurveyedBlock extends SurveyedPart {
  readonly found: FoundPart
}

/** What was found in programs. */
export interface CheckedPrograms {
  readonly found: FoundPart
  readonly groups: GroupLines
  /** What there is in each program, as {@link StoredCensus} has it. */
  readonly census: Uint32Array
}

/** Does tasks on the tables of one database. */
export class TableTasks {
  readonly #setup: TablesSetup
  readonly #encodings: Encodings
  readonly #rules: LineRules | undefined
  readonly #surveyors = new Map<number, { readonly surveyor: Surveyor; readonly found: Findings }>()
  #lines: SurveyedLines | undefined
  #renewer: Renewer | undefined

  constructor(setup: TablesSetup, encodings: Encodings) {
    this.#setup = setup
    this.#encodings = encodings
    this.#rules = setup.checks && new LineRules(setup.checks)
  }

  /** How many bytes the lines of programs have. */
  bytesOf(pids: readonly number[]): number {
    return pids.reduce((sum, pid) => sum + this.lines.bytesOf(pid), 0)
  }

  /** The lines that were looked at. */
  get lines(): SurveyedLines {
    this.#lines ??= new SurveyedLines(this.#setup)
    return this.#lines
  }

  survey({ table, bytes, line, offset }: SurveyTask): SurveyedBlock {
    return this.look(table, (surveyor) => surveyor.block({ bytes: asBuffer(bytes), line }, offset))
  }

  /** Looks at lines of a table. */
  look(table: number, work: (surveyor: Surveyor) => void): SurveyedBlock {
    const places = this.#setup.tables.find(({ number }) => number === table) as TablePlaces
    const { surveyor, found } = this.#surveyors.get(table) ?? this.#begin(places)
    work(surveyor)
    return { ...surveyor.take(), found: found.take() }
  }

  #begin(places: TablePlaces): { readonly surveyor: Surveyor; readonly found: Findings } {
    const { keeps = false } = this.#setup
    const { layout } = this.lines
    const found = new Findings()
    const table = new SurveyedTable(places, layout)
    const listener = this.#rules?.of(table, found)
    const begun = { surveyor: new Surveyor(table.table, layout, places.header, { keeps, listener }), found }
    this.#surveyors.set(places.number, begun)
    return begun
  }

  check({ pids }: ProgramsTask<'check'>): CheckedPrograms {
    const { lines } = this
    const findings = new Findings()
    const groups = new GroupLedger()
    const census: CensusByProgram = new Map()
    const texts = new TableTexts({ layout: lines.layout, encoder: new Encoder(this.#encodings) })
    const context: CheckContext = { survey: lines, columns: new Columns(lines.layout), texts, findings, groups, census }
    for (const pid of pids) checkProgram(pid, context)
    return { found: findings.take(), groups: groups.data, census: new StoredCensus().with(census).flat }
  }

  renew({ pids }: ProgramsTask<'renew'>): RenewedPrograms {
    this.#renewer ??= new Renewer(this.lines, this.#encodings)
    for (const pid of pids) this.#renewer.add(pid)
    return this.#renewer.take()
  }
}
