/**
 * The lines of one program as the rules ask for them.
 */

import type { Layout } from '../rules/layout.js'
import type { CensusByProgram } from '../settle/census.js'
import type { TableTexts } from '../store/format.js'
import type { GroupLedger } from '../store/read/settle.js'
import type { SurveyedLines, TableLine } from '../store/read/survey.js'
import { TABLES, tableColumns } from '../store/tables.js'
import type { Findings, ViolationKind } from './findings.js'

/** What the check of a program needs. */
export interface CheckContext {
  readonly survey: SurveyedLines
  readonly columns: Columns
  /** Writes what settling a program gives. */
  readonly texts: TableTexts
  readonly findings: Findings
  readonly groups: GroupLedger
  /** Takes what there is in each program that can be settled. */
  readonly census: CensusByProgram
}

/** What the lines of a program are read by. */
export type ProgramContext = Pick<CheckContext, 'survey' | 'columns' | 'findings'>

/** The last cells of a line are found from its end: in all other cells the rules look seldom. */
const NEAR_END = 8

/** Where the columns of the tables are. */
export class Columns {
  readonly #names: readonly (readonly string[])[]
  readonly #positions: readonly ReadonlyMap<string, number>[]

  constructor(layout: Layout) {
    this.#names = TABLES.map((table) => tableColumns(table, layout))
    this.#positions = this.#names.map((names) => new Map(names.map((name, index) => [name, index])))
  }

  /** The columns of a table, in their order. */
  of(table: number): readonly string[] {
    return this.#names[table] ?? []
  }

  /** The place of a column in a table's lines; -1 where it has none. */
  position(table: number, column: string): number {
    return this.#positions[table]?.get(column) ?? -1
  }
}

/** The lines of a program, and what was found wrong with them. */
export class Program {
  readonly lines: readonly TableLine[]
  readonly findings: Findings
  readonly #survey: SurveyedLines
  readonly columns: Columns
  readonly #byTable: readonly TableLine[][] = TABLES.map(() => [])
  /** Tables and names of lines that are known to be wrong: one damage is told once. */
  readonly #named = new Set<string>()

  constructor(lines: readonly TableLine[], { survey, findings, columns }: ProgramContext) {
    this.lines = lines
    this.findings = findings
    this.#survey = survey
    this.columns = columns
    for (const line of lines) this.#byTable[line.table]?.push(line)
  }

  /** The program's lines in a file. */
  of(file: string): TableLine[] {
    return this.#byTable[numberOf(file)] ?? []
  }

  /** A line's cell. */
  cell({ table, cells }: Pick<TableLine, 'table' | 'cells'>, column: string): string {
    const position = this.columns.position(table, column)
    const fromEnd = this.columns.of(table).length - 1 - position
    return position >= 0 && fromEnd < NEAR_END ? cells.fieldFromEnd(fromEnd) : cells.field(position)
  }

  /** The dataset, product or group that a line is about. */
  nameOf(line: Pick<TableLine, 'table' | 'cells'>): string {
    const holds = TABLES[line.table]?.holds
    if (holds === 'members') return `${this.cell(line, 'member')} of ${this.cell(line, 'product')}`
    return this.cell(line, holds === 'rows' || holds === 'hidden' ? 'dname' : 'Dataset')
  }

  /** Whether the lines of a table can be read, so that one which is not among them is missing. */
  isReadable(file: string): boolean {
    return this.#survey.tables.get(numberOf(file))?.unreadable.length === 0
  }

  /** Whether every column of a table is there to be compared. */
  isComparable(file: string): boolean {
    const { header = [], columns = [] } = this.#survey.tables.get(numberOf(file)) ?? {}
    return header.length > 0 && columns.every((column) => header.includes(column))
  }

  /** A line is wrong. */
  bad(kind: ViolationKind, line: TableLine, what: string): void {
    this.findings.add(kind, fileOf(line), line.line, what)
    this.#named.add(`${line.table} ${this.nameOf(line)}`)
  }

  /** A table has no line about a name. */
  lacks(kind: ViolationKind, file: string, name: string, what: string): void {
    if (!this.isReadable(file)) return
    this.findings.add(kind, file, undefined, what)
    this.#named.add(`${numberOf(file)} ${name}`)
  }

  /** Whether something was found wrong with a table's lines about a name. */
  isNamed(table: number, name: string): boolean {
    return this.#named.has(`${table} ${name}`)
  }
}

const NUMBERS = new Map(TABLES.map(({ file, number }) => [file, number]))
const numberOf = (file: string) => NUMBERS.get(file) ?? -1

/** The file that a line stands in. */
export function fileOf({ table }: Pick<TableLine, 'table'>): string {
  return TABLES[table]?.file ?? ''
}

/** The file of a model's table of features. */
export function modelFile(prefix: 'train' | 'raw' | 'rem', model: string): string {
  return `${prefix}-${model.toLowerCase()}.csv`
}

/** A cell as a message shows it. */
export function quote(text: string): string {
  return JSON.stringify(text)
}

/** Lists of values by key. */
export function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}
