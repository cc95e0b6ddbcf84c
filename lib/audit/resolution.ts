/**
 * Whether a program's lines are those that settling its rows anew gives.
 */

import { isPlaceholder } from '../rules/category-codes.js'
import { toNumber } from '../rules/values.js'
import type { Difference, GivenLine, GroupLedger } from '../store/read/settle.js'
import type { TableLine } from '../store/read/survey.js'
import type { Table } from '../store/table.js'
import { groupBy, type Program, quote } from './lines.js'

/** How the lines of a program in a table differ from those that resolving gives. */
export interface TableDifference extends Difference {
  readonly table: Table
}

/** `rem-*` has a line for each waiting group with coordinates, and no other. */
export function checkGroups(program: Program, differences: readonly TableDifference[], groups: GroupLedger): void {
  for (const { table, extra, missing } of differences) {
    if (table.holds !== 'groups' || !program.isComparable(table.file)) continue
    const given = groupBy(missing, ({ cells }) => program.nameOf({ table: table.number, cells }))
    for (const line of extra) {
      const instead = given.get(program.nameOf(line))?.shift()
      if (instead === undefined) groups.extra(line)
      else tellDifferent(program, table, line, instead)
    }
    for (const { text } of [...given.values()].flat()) groups.missing(table.number, text)
  }
}

/** The program's lines are those that settling its rows gives. */
export function checkSettled(program: Program, all: readonly TableDifference[]): void {
  const differences = all.filter(({ table }) => table.holds !== 'groups')
  const destinations = new Map<string, string>()
  for (const { table, missing } of differences) {
    for (const { cells } of missing) {
      if (table.holds === 'rows' || table.holds === 'hidden')
        destinations.set(program.nameOf({ table: table.number, cells }), table.file)
    }
  }
  for (const { table, extra, missing } of differences) {
    if (!program.isComparable(table.file)) continue
    const given = groupBy(missing, ({ cells }) => program.nameOf({ table: table.number, cells }))
    for (const line of extra) tellExtra(program, table, line, given, destinations)
    if (table.holds === 'products') tellMissing(program, table, given)
  }
}

/** Tells of a line that settling does not give; takes the line that it gives in its place out of `given`. */
function tellExtra(
  program: Program,
  table: Table,
  line: TableLine,
  given: ReadonlyMap<string, GivenLine[]>,
  destinations: ReadonlyMap<string, string>,
): void {
  const name = program.nameOf(line)
  const instead = given.get(name)?.shift()
  if (program.isNamed(table.number, name)) return
  if (instead === undefined) {
    const place = destinations.get(name)
    const where = place === undefined ? 'nowhere' : `in ${place}`
    program.bad('resolution', line, `resolving the rows puts ${name} ${where}`)
    return
  }
  tellDifferent(program, table, line, instead)
}

function tellDifferent(program: Program, table: Table, line: TableLine, given: GivenLine): void {
  const columns = differingColumns(line, given, program.columns.of(table.number))
  const isMeasured = table.holds === 'products' || table.holds === 'groups'
  const wrong = isMeasured ? columns.filter(({ stored, wanted }) => !isRounding(stored, wanted)) : columns
  if (wrong.length > 0) program.bad('resolution', line, `${program.nameOf(line)}: ${tellColumns(wrong)}`)
  else program.findings.note(ROUNDING, `${table.file}:${line.line}`)
}

const ROUNDING = 'lines of features whose last digits are not those computed here'

function tellMissing(program: Program, table: Table, given: ReadonlyMap<string, readonly GivenLine[]>): void {
  for (const [name, lines] of given) {
    if (lines.length > 0 && !program.isNamed(table.number, name))
      program.lacks('resolution', table.file, name, `no line for ${name}, which resolving the rows gives`)
  }
}

interface DifferentColumn {
  readonly column: string
  readonly stored: string
  readonly wanted: string
}

function differingColumns(line: TableLine, given: GivenLine, columns: readonly string[]): DifferentColumn[] {
  return columns.flatMap((column, index) => {
    const [stored, wanted] = [line.cells.field(index), given.cells.field(index)]
    return stored === wanted ? [] : [{ column, stored, wanted }]
  })
}

/** How many columns of a line are told. */
const TOLD_COLUMNS = 3

function tellColumns(columns: readonly DifferentColumn[]): string {
  const told = columns.slice(0, TOLD_COLUMNS).map(({ column, stored, wanted }) => {
    const expected = isPlaceholder(wanted) ? 'a code that encodings.json does not have' : quote(wanted)
    return `${column} is ${quote(stored)}, resolving the rows gives ${expected}`
  })
  const rest = columns.length - told.length
  return [...told, ...(rest > 0 ? [`${rest} more columns differ`] : [])].join('; ')
}

/** Whether two numbers differ by no more than sines of another version of Node.js can make them differ. */
function isRounding(a: string, b: string): boolean {
  const [x, y] = [toNumber(a), toNumber(b)]
  return Math.abs(x - y) <= Math.max(1e-6, 1e-9 * Math.max(Math.abs(x), Math.abs(y)))
}
