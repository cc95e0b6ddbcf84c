/**
 * Codes of category values told from the tables, for a database whose encodings.json is lost: products have their values
 * in `raw-*` beside their codes in `train-*`, and waiting groups have them in their exposures.
 */

import { Findings } from '../audit/findings.js'
import { Columns, groupBy, modelFile, Program } from '../audit/lines.js'
import { CanonicalLine } from '../csv/row.js'
import { breather } from '../process/breath.js'
import {
  CATEGORIES,
  type Category,
  Encoder,
  type Encodings,
  NO_CODES,
  valueOfPlaceholder,
} from '../rules/category-codes.js'
import defaultEncodings from '../rules/encodings.json' with { type: 'json' }
import { MODELS, type Model } from '../rules/keywords.js'
import { TableTexts } from '../store/format.js'
import { settleAnew } from '../store/read/settle.js'
import type { SurveyedLines } from '../store/read/survey.js'
import { TABLES } from '../store/tables.js'

/** Codes that the tables show. */
export interface ToldCodes {
  /** Those of the program, with what the tables show of these and of others. */
  readonly encodings: Encodings
  /** Values with another code than the program's, or with one that it does not have, as `filter F2100X: 41`. */
  readonly own: readonly string[]
  /** Where the tables show several codes of a value, or one code of several values: which there are, and which is taken. */
  readonly ambiguous: readonly string[]
}

/** The keyword of a category, as `raw-*` has it. */
const keywordOf = (category: Category) => (category === 'instr' ? 'INSTRUME' : category.toUpperCase())

/** Reads every line of the models' tables. @throws the reason of the signal */
export async function tellCodes(survey: SurveyedLines, signal: AbortSignal | undefined): Promise<ToldCodes> {
  const codes = new SeenCodes()
  const context = { survey, columns: new Columns(survey.layout), findings: new Findings() }
  const breathe = breather(signal)
  for (const pid of survey.programs) {
    await breathe()
    const program = new Program(survey.linesOf(pid), context)
    for (const model of MODELS) addProducts(program, model, codes)
    addGroups(pid, program, survey, codes)
  }
  return codes.told
}

function addProducts(program: Program, model: Model, codes: SeenCodes): void {
  const encoder = new Encoder(NO_CODES)
  const raw = groupBy(program.of(modelFile('raw', model)), (line) => program.nameOf(line))
  for (const line of program.of(modelFile('train', model))) {
    const [beside, ...others] = raw.get(program.nameOf(line)) ?? []
    if (beside === undefined || others.length > 0) continue
    for (const category of CATEGORIES) {
      const value = encoder.encode(category, program.cell(beside, keywordOf(category)))
      codes.add(category, valueOfPlaceholder(value), program.cell(line, category))
    }
  }
}

function addGroups(pid: number, program: Program, { layout }: SurveyedLines, codes: SeenCodes): void {
  const stored = groupBy(
    MODELS.flatMap((model) => program.of(modelFile('rem', model))),
    (line) => `${line.table} ${program.nameOf(line)}`,
  )
  if (stored.size === 0) return
  const settled = settleAnew(pid, program.lines, layout)
  const texts = new TableTexts({ layout, encoder: new Encoder(NO_CODES) })
  texts.add(settled)
  for (const table of TABLES.filter(({ holds }) => holds === 'groups')) {
    const rows = texts.lastOf(table).toString().split('\n').slice(0, -1)
    for (const cells of rows.map((row) => new CanonicalLine(row).fields)) {
      const [line, ...others] = stored.get(`${table.number} ${cells.at(-1)}`) ?? []
      if (line === undefined || others.length > 0) continue
      for (const category of CATEGORIES) {
        const value = cells[program.columns.position(table.number, category)] ?? ''
        codes.add(category, valueOfPlaceholder(value), program.cell(line, category))
      }
    }
  }
}

/** How many lines show a code for a value, by value. */
type Counts = Map<string, Map<number, number>>

/** What lines show. */
class SeenCodes {
  readonly #categories = new Map<Category, Counts>(CATEGORIES.map((category) => [category, new Map()]))

  add(category: Category, value: string, cell: string): void {
    const code = Number(cell)
    if (cell === '' || !Number.isSafeInteger(code)) return
    const values = this.#categories.get(category) as Counts
    const counts = values.get(value) ?? new Map<number, number>()
    counts.set(code, (counts.get(code) ?? 0) + 1)
    values.set(value, counts)
  }

  get told(): ToldCodes {
    const own: string[] = []
    const ambiguous: string[] = []
    const entries = [...this.#categories].map(([category, values]) => {
      const codes: Record<string, number> = { ...defaultEncodings[category] }
      for (const [value, counts] of [...values].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const [[code, lines] = [0, 0], ...others] = [...counts].sort(([, a], [, b]) => b - a)
        if (codes[value] !== code) own.push(`${category} ${value}: ${code}`)
        codes[value] = code
        if (others.length === 0) continue
        const rest = others.map(([other, count]) => `${other} in ${count}`).join(', ')
        ambiguous.push(`${category} ${value} is ${code} in ${lines} lines, and ${rest}: ${code} is taken`)
      }
      ambiguous.push(...sharedCodes(category, codes))
      return [category, codes]
    })
    return { encodings: Object.fromEntries(entries) as Encodings, own, ambiguous }
  }
}

/** Codes that several values have, one of which at least is none of the program's. */
function sharedCodes(category: Category, codes: Readonly<Record<string, number>>): string[] {
  const defaults: Readonly<Record<string, number>> = defaultEncodings[category]
  const byCode = groupBy(Object.entries(codes), ([, code]) => String(code))
  return [...byCode].flatMap(([code, values]) => {
    const isShared = values.length > 1 && values.some(([value]) => defaults[value] !== codes[value])
    return isShared ? [`${category} ${code} is the code of ${values.map(([value]) => value).join(' and ')}`] : []
  })
}
