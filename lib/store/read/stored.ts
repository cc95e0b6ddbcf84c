/**
 * Lines of the tables back to rows: the inverse of what `tables.ts` writes.
 */
import { CanonicalLine } from '../../csv/row.js'
import { kindOf } from '../../rules/dataset.js'
import type { KeywordFinder } from '../../rules/keywords.js'
import type { Layout } from '../../rules/layout.js'
import { type Kind, type PlacedLine, Row } from '../../rules/row.js'
import { toNumber } from '../../rules/values.js'
import type { FeatureLine } from '../../settle/settled.js'
import type { Table } from '../table.js'
import { HIDDEN_COLUMNS, TABLES } from '../tables.js'

/**
 * A row of the input, from its canonical line.
 *
 * @param finder gives the keywords that it shares with other rows of its program
 */
export function readFresh(layout: Layout, text: string, kind: Kind, finder?: KeywordFinder): Row {
  const line = new CanonicalLine(text)
  return new Row(layout, { line, kind, keywords: finder?.of(line) })
}

/**
 * A row of an unencoded table, from its line; see {@link readFresh}.
 *
 * @param offset where the line stands in the table
 */
export function readStored(
  layout: Layout,
  number: number,
  cells: CanonicalLine,
  finder?: KeywordFinder,
  offset = 0,
): Row {
  const table = TABLES[number] as Table
  if (table.holds === 'hidden') return readHidden(layout, { table: number, line: cells.text, offset }, cells)
  const width = layout.columns.length
  const read = (column: string) => {
    const index = table.tail.indexOf(column)
    return index < 0 ? '' : cells.field(width + index)
  }
  const stored = { table: number, line: cells.text, offset, expmode: read('expmode'), pname: read('pname') }
  const kind = kindOf(cells, layout.at, cells.field(layout.at.dname))
  return new Row(layout, { line: cells, kind, stored, keywords: finder?.of(cells) })
}

/** A dataset of which only a few cells are kept. */
function readHidden(layout: Layout, place: PlacedLine, kept: CanonicalLine): Row {
  const cells = new Array<string>(layout.columns.length).fill('')
  for (const [index, column] of HIDDEN_COLUMNS.entries()) cells[layout.at[column]] = kept.cell(index)
  const stored = { ...place, expmode: '', pname: '' }
  return new Row(layout, { line: new CanonicalLine(cells.join(',')), kind: 'dropped', stored })
}

/**
 * A line of a table of features.
 *
 * @param offset where it stands in the table
 */
export function readFeatures(number: number, line: string, offset = 0): FeatureLine {
  const cells = new CanonicalLine(line).fields
  const { tail } = TABLES[number] as Table
  const read = (column: string) => cells[tail.indexOf(column)] ?? ''
  const name = cells.at(-1) ?? ''
  return { table: number, name, line, offset, cells, date: read('date'), size: toNumber(read('imagesize')) }
}
