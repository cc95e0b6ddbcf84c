/** What a single line shows to be wrong. */
import { CATEGORIES, type Category, type Encodings } from '../rules/category-codes.js'
import type { SurveyedTable } from '../store/read/survey.js'
import type { LineListener } from '../store/read/surveyor.js'
import type { Findings } from './findings.js'

/** The rules for the lines of each table. */
export class LineRules {
  readonly #codes: readonly CategoryCodes[]

  constructor(encodings: Encodings) {
    this.#codes = CATEGORIES.map((category) => ({
      category,
      known: new Set(Object.values(encodings[category]).map(String)),
    }))
  }

  /** Those of a table. */
  of(table: Pick<SurveyedTable, 'table' | 'columns' | 'header' | 'hasItsHeader'>, findings: Findings): LineListener {
    const { file, holds, encoded } = table.table
    const codes = encoded
      ? this.#codes.flatMap(({ category, known }) => {
          const at = table.columns.indexOf(category)
          return at < 0 ? [] : [{ category, known, at }]
        })
      : []
    return (line, fields, cells) => {
      if (holds === 'rows') tellCells(findings, table, line, fields, cells)
      for (const { category, known, at } of codes) {
        const code = cells[at]
        if (code === undefined || known.has(code)) continue
        findings.add('code', file, line, `${category} is ${JSON.stringify(code)}, which is no code of encodings.json`)
      }
    }
  }
}

/** A category, and the codes that it has. */
interface CategoryCodes {
  readonly category: Category
  readonly known: ReadonlySet<string>
}

/** Cells that are not what the row's other cells give: `pid`, `params`, `targra`, padded numbers and such. */
function tellCells(
  findings: Findings,
  {
    table: { file },
    columns,
    header,
    hasItsHeader,
  }: Pick<SurveyedTable, 'table' | 'columns' | 'header' | 'hasItsHeader'>,
  line: number,
  fields: readonly string[],
  cells: readonly string[],
): void {
  for (const [index, column] of columns.entries()) {
    const from = hasItsHeader ? index : header.indexOf(column)
    const found = fields[from] ?? ''
    const wanted = cells[index] ?? ''
    if (from < 0 || found === wanted) continue
    findings.add('cell', file, line, `${column} is ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`)
  }
}
