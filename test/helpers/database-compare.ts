/** What differs between the model's tables and those of a database. */
import { readRows, readTable, TABLE_NAMES } from './database.js'
import type { ModelTables, TableRow } from './model.js'

const MEASURED = (
  'fx_ra fy_dec scale offset targ_offset t_offset gs_offset max_offset mean_offset sigma_offset err_offset sigma1_mean ' +
  'frac targ_max_offset targ_mean_offset targ_sigma_offset targ_err_offset targ_sigma1_mean targ_frac imgsize_gb'
).split(' ')
/** Encoded numbers of the header: the specification asks for a number, not for how it is written. */
const ENCODED_NUMBERS = ['gs_mag', 'numdthpt']

/** One line for each table, row or cell that is not as the model has it; none where all agree. */
export function differences(model: ModelTables, folder: string): string[] {
  return TABLE_NAMES.flatMap((name) => {
    const expectedColumns = model.columns[name] ?? []
    const { columns } = readTable(folder, name)
    if (columns.join() !== expectedColumns.join()) return [`${name}: columns ${columns.join()}`]
    return rowDifferences(name, model.rows[name] ?? [], readRows(folder, name))
  })
}

/** Rows are told by their dataset; those of one dataset are paired as far as they agree. */
function rowDifferences(name: string, expected: readonly TableRow[], actual: readonly TableRow[]): string[] {
  const left = new Set(actual)
  const missing = expected.filter((row) => {
    const found = [...left].find((other) => cellDifferences(row, other).length === 0)
    if (found === undefined) return true
    left.delete(found)
    return false
  })
  const found: string[] = []
  for (const row of missing) {
    const namesake = [...left].find((other) => nameOf(other) === nameOf(row))
    if (namesake === undefined) found.push(`${name}: ${nameOf(row)} is missing`)
    else {
      left.delete(namesake)
      found.push(`${name}: ${nameOf(row)}: ${cellDifferences(row, namesake).join('; ')}`)
    }
  }
  return [...found, ...[...left].map((row) => `${name}: ${nameOf(row)} is not expected`)]
}

/** What a row is about; in `associations.csv` a member of a product. */
function nameOf(row: TableRow): string {
  return row.Dataset ?? `${row.member} of ${row.product}`
}

function cellDifferences(expected: TableRow, actual: TableRow): string[] {
  return Object.entries(expected).flatMap(([column, value]) => {
    const other = actual[column] ?? ''
    const isNumber = MEASURED.includes(column) || ENCODED_NUMBERS.includes(column)
    if (value === other || (isNumber && isClose(value, other))) return []
    return [`${column}: expected ${JSON.stringify(value)}, got ${JSON.stringify(other)}`]
  })
}

/** Equal within 1e-9 of the number, or 1e-6. */
function isClose(a: string, b: string): boolean {
  if (a === '' || b === '') return false
  const [x, y] = [Number(a), Number(b)]
  return Math.abs(x - y) <= Math.max(1e-6, 1e-9 * Math.max(Math.abs(x), Math.abs(y)))
}
