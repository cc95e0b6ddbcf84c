/**
 * Cells of a table as typed values: what a column holds by the rules, a blank for what is not there.
 */

import { isFalse, isNothing, isTrue, toNumber } from '../rules/values.js'
import { type ColumnType, columnType, featureType } from '../settle/column-types.js'
import type { Table } from '../store/table.js'

/** A cell's value; a date is the text YYYY-MM-DD. */
export type Value = string | number | boolean | null

/** A column of a table, with what its cells hold. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
}

/** The columns of a table by its header; a table that is none of the database's holds rejects. */
export function columnsOf(table: Table | undefined, header: readonly string[]): Column[] {
  const typeOf = (name: string): ColumnType => {
    if (table === undefined) return name === 'line' ? 'int' : 'text'
    return table.holds === 'rows' ? columnType(name) : featureType(name)
  }
  return header.map((name) => ({ name, type: typeOf(name) }))
}

/** Reads a cell that is not blank; undefined where it does not hold what its column should. */
type Read = (cell: string) => Value | undefined

const INT32_LIMIT = 2 ** 31

function readFloat(cell: string): Value | undefined {
  const value = toNumber(cell)
  return Number.isNaN(value) ? nothing(cell) : value
}

function readInt(cell: string): Value | undefined {
  const value = toNumber(cell)
  if (Number.isNaN(value)) return nothing(cell)
  return Number.isInteger(value) && value >= -INT32_LIMIT && value < INT32_LIMIT ? value : undefined
}

function readBoolean(cell: string): Value | undefined {
  if (isTrue(cell)) return true
  return isFalse(cell) ? false : nothing(cell)
}

/** Days that cells held: a table has few. */
const days = new Map<string, boolean>()
const MOST_DAYS = 10_000

/** Whether a cell is a day, YYYY-MM-DD. */
export function isDateCell(cell: string): boolean {
  const known = days.get(cell)
  if (known !== undefined) return known
  if (days.size >= MOST_DAYS) days.clear()
  const isDay = readsAsDay(cell)
  days.set(cell, isDay)
  return isDay
}

function readsAsDay(cell: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(cell) ? Date.parse(`${cell}T00:00:00Z`) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(cell)
}

function readDate(cell: string): Value | undefined {
  return isDateCell(cell) ? cell : nothing(cell)
}

/** Where a number, a boolean or a date is expected, `NONE` and such are as good as a blank. */
function nothing(cell: string): Value | undefined {
  return isNothing(cell) ? null : undefined
}

const READ: Readonly<Record<ColumnType, Read>> = {
  float: readFloat,
  int: readInt,
  boolean: readBoolean,
  date: readDate,
  category: (cell) => cell,
  text: (cell) => cell,
}

/** Cells of a column that do not hold what they should. */
export interface Misfit {
  readonly column: string
  readonly type: ColumnType
  count: number
  /** The first of them, and its line. */
  readonly example: string
  readonly line: number
}

/** Reads the rows of a table. */
export class RowReader {
  readonly #columns: readonly Column[]
  readonly #reads: readonly Read[]
  readonly #misfits = new Map<string, Misfit>()

  constructor(columns: readonly Column[]) {
    this.#columns = columns
    this.#reads = columns.map(({ type }) => READ[type])
  }

  /** The values of a row. What does not fit its column is null, and counted. */
  read(fields: readonly string[], line: number): Value[] {
    return this.#reads.map((read, index) => {
      const cell = fields[index] ?? ''
      if (cell === '') return null
      const value = read(cell)
      if (value === undefined) this.#addMisfit(index, cell, line)
      return value ?? null
    })
  }

  /** What did not fit its column, in the order in which it was found. */
  get misfits(): readonly Misfit[] {
    return [...this.#misfits.values()]
  }

  #addMisfit(index: number, example: string, line: number): void {
    const { name = '', type = 'text' } = this.#columns[index] ?? {}
    const misfit = this.#misfits.get(name)
    if (misfit === undefined) this.#misfits.set(name, { column: name, type, count: 1, example, line })
    else misfit.count++
  }
}
