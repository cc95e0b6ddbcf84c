/**
 * Lines of the tables back to rows: the inverse of what `tables.ts` writes.
 */
import { CsvRow } from '../csv/row.js'
import { formatRow } from '../csv/write.js'
import { kindOf, observationOf, programOf } from '../rules/dataset.js'
import type { Layout } from '../rules/layout.js'
import { type MemberList, readMemberLists } from '../rules/member-list.js'
import type { FeatureLine } from '../rules/program.js'
import { Row } from '../rules/row.js'
import { WHOLE_PROGRAM } from '../rules/units.js'
import { toNumber } from '../rules/values.js'
import type { Table } from './table.js'
import { HIDDEN_COLUMNS, TABLES } from './tables.js'

/** A row of the input, from the text that scrubbing made of it. */
export function readFresh(layout: Layout, text: string): Row {
  const cells = CsvRow.parse(text)
  return new Row(layout, { cells, text, kind: kindOf(cells, layout.at, cells.field(layout.at.dname)) })
}

/** A row of an unencoded table, from its line. */
export function readStored(layout: Layout, number: number, line: string): Row {
  const cells = CsvRow.parse(line)
  const table = TABLES[number] as Table
  if (table.holds === 'hidden') return readHidden(layout, number, cells)
  const width = layout.columns.length
  const read = (column: string) => {
    const index = table.tail.indexOf(column)
    return index < 0 ? '' : cells.field(width + index)
  }
  const text = cells.isPlain
    ? line.slice(0, cells.endOf(width - 1))
    : formatRow(cells.fields.slice(0, width)).slice(0, -1)
  const stored = { table: number, line, expmode: read('expmode'), pname: read('pname') }
  const kind = kindOf(cells, layout.at, cells.field(layout.at.dname))
  return new Row(layout, { cells, text, kind, stored })
}

/** A dataset of which only a few cells are kept. */
function readHidden(layout: Layout, number: number, line: CsvRow): Row {
  const cells = new Array<string>(layout.columns.length).fill('')
  for (const [index, column] of HIDDEN_COLUMNS.entries()) cells[layout.at[column]] = line.field(index)
  const stored = { table: number, line: line.text, expmode: '', pname: '' }
  const row = new CsvRow('', cells)
  return new Row(layout, { cells: row, text: '', kind: 'dropped', stored })
}

/** A line of a table of features. */
export function readFeatures(number: number, line: string): FeatureLine {
  const cells = CsvRow.parse(line).fields
  const { tail } = TABLES[number] as Table
  const read = (column: string) => cells[tail.indexOf(column)] ?? ''
  return { table: number, name: cells.at(-1) ?? '', line, cells, date: read('date'), size: toNumber(read('imagesize')) }
}

/** What lines of the table of associations say. */
export function readMembers(lines: readonly string[]): MemberList[] {
  return readMemberLists(lines.map((line) => CsvRow.parse(line).fields))
}

/** The program that a table's cells belong to: that in the dataset's name, or in the expected or real product's. */
export function programOfCells(table: Table, cells: readonly string[], layout: Layout): number | undefined {
  return programOf(nameIn(table, cells, layout))
}

/**
 * The observation that a table's cells are buffered under; features and hidden datasets have only a name. What files say
 * of a product concerns its whole program.
 */
export function observationOfCells(table: Table, cells: readonly string[], layout: Layout): number {
  if (table.holds === 'members') return WHOLE_PROGRAM
  const read = (column: 'dag' | 'OBSERVTN') => cells[layout.at[column]] ?? ''
  const keywords = table.holds === 'rows' ? { dag: read('dag'), obs: read('OBSERVTN') } : undefined
  return observationOf(nameIn(table, cells, layout), keywords)
}

function nameIn(table: Table, cells: readonly string[], layout: Layout): string {
  if (table.holds === 'rows') return cells[layout.at.dname] ?? ''
  return (table.holds === 'hidden' || table.holds === 'members' ? cells[0] : cells.at(-1)) ?? ''
}
