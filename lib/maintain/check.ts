/**
 * Whether a database keeps its rules (specification, sections 5, 7, 8 and 9). Nothing is changed, made or locked.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { CATEGORIES, type Category, Encoder, type Encodings } from '../rules/category-codes.js'
import defaultEncodings from '../rules/encodings.json' with { type: 'json' }
import type { CensusByProgram } from '../settle/census.js'
import { ENCODINGS_FILE, hasCodes, isAsLeft, mustBeDatabase, readEncodings } from '../store/database.js'
import { type DatabaseIndex, hasRottenIndex, INDEX_FILE, readStoredIndex } from '../store/index-file.js'
import { itemsIn, type OpenFile } from '../store/read/files.js'
import { GroupLedger } from '../store/read/settle.js'
import { Survey, type SurveyedTable } from '../store/read/survey.js'
import { StoredCensus } from '../store/stored-census.js'
import { REJECT_COLUMNS, REJECTS_FILE, TABLES } from '../store/tables.js'
import { type CheckContext, Columns } from './lines.js'
import { checkProgram } from './program.js'
import { type CheckReport, Findings } from './report.js'

export type { CheckReport, Note, Violation, ViolationKind } from './report.js'
export { formatOutcome, formatViolations } from './report.js'

/**
 * Checks a database, which may be in use: it is seen as it was at one moment.
 *
 * @returns what is wrong, at most 20 of a kind, and what is worth knowing
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function checkDatabase(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<CheckReport> {
  const start = performance.now()
  await mustBeDatabase(folder)
  const findings = new Findings()
  const known = new Known(folder)
  const prepare = async () => {
    await known.read(signal)
    return { listener: lineRules(findings, known.encodings), others: known.index?.others }
  }
  const survey = await Survey.of(folder, prepare, signal)
  try {
    await checkTables(survey, findings)
    known.tell(findings)
    const columns = new Columns(survey.layout)
    const groups = new GroupLedger()
    const census: CensusByProgram = new Map()
    const context = { survey, columns, encoder: new Encoder(known.encodings), findings, groups, census }
    const breathe = breather(signal)
    for (const pid of survey.programs) {
      await breathe()
      checkProgram(pid, context)
    }
    tellGroups(groups, findings)
    if (known.isTrusted) checkIndex(context, known.index)
    return {
      database: folder,
      healthy: findings.total === 0,
      programs: survey.programs.length,
      lines: Object.fromEntries([...survey.tables.values()].map(({ table, lines }) => [table.file, lines])),
      counts: findings.counts,
      violations: findings.violations,
      notes: findings.notes,
      seconds: Math.round(performance.now() - start) / 1000,
    }
  } finally {
    await survey.close()
  }
}

/** What the database knows of its tables. */
class Known {
  readonly #folder: string
  encodings: Encodings = defaultEncodings
  index: DatabaseIndex | undefined
  /** Whether a run would trust the index. */
  isTrusted = false
  /** Whether the index is damaged. */
  #isRotten = false
  /** What is wrong with the encodings. */
  #wrong: string | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(signal: AbortSignal | undefined): Promise<void> {
    this.#wrong = undefined
    this.encodings = defaultEncodings
    try {
      this.encodings = await readEncodings(this.#folder)
      const isThere = await stat(join(this.#folder, ENCODINGS_FILE)).catch(() => undefined)
      if (isThere === undefined)
        this.#wrong = (await hasCodes(this.#folder))
          ? 'is missing, though tables have codes: a rebuild tells them from the tables'
          : 'is missing; the codes that the program came with count'
    } catch (error) {
      if (!(error instanceof IngestError)) throw error
      this.#wrong = 'is no object with a code for each value of each category'
    }
    this.#isRotten = await hasRottenIndex(this.#folder)
    this.index = await readStoredIndex(this.#folder)
    this.isTrusted = this.index !== undefined && (await isAsLeft(this.#folder, this.index, signal))
  }

  tell(findings: Findings): void {
    if (this.#isRotten) findings.add('index', INDEX_FILE, undefined, 'is not as a run wrote it')
    if (this.#wrong !== undefined) findings.add('table', ENCODINGS_FILE, undefined, this.#wrong)
    if (this.isTrusted) return
    const what =
      this.index === undefined
        ? 'no index: no run of this program has written these tables'
        : 'the tables were changed or copied since the last run'
    findings.note(`${what}; the next run reads them whole and writes them anew`)
  }
}

/** What a single line shows to be wrong. */
function lineRules(findings: Findings, encodings: Encodings) {
  const codes = new Map(
    CATEGORIES.map((category) => [category, new Set(Object.values(encodings[category]).map(String))]),
  )
  return {
    damaged: (file: string, line: number, what: string) => {
      // What is wrong with a header is told of the table.
      if (line > 1) findings.add('line', file, line, what)
    },
    line: (table: SurveyedTable, line: number, fields: readonly string[], cells: readonly string[]) => {
      const { file, holds, encoded } = table.table
      if (holds === 'rows') tellCells(findings, table, line, fields, cells)
      if (encoded) tellCodes(findings, file, line, table.columns, cells, codes)
    },
  }
}

/** Cells that are not what the row's other cells give: `pid`, `params`, `targra`, padded numbers and such. */
function tellCells(
  findings: Findings,
  { table: { file }, columns, header, hasItsHeader }: SurveyedTable,
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

function tellCodes(
  findings: Findings,
  file: string,
  line: number,
  columns: readonly string[],
  cells: readonly string[],
  codes: ReadonlyMap<Category, ReadonlySet<string>>,
): void {
  for (const [category, known] of codes) {
    const code = cells[columns.indexOf(category)]
    if (code === undefined || known.has(code)) continue
    findings.add('code', file, line, `${category} is ${JSON.stringify(code)}, which is no code of encodings.json`)
  }
}

/** Every table is there, with its header. */
async function checkTables(survey: Survey, findings: Findings): Promise<void> {
  for (const { file, number } of TABLES) {
    const table = survey.tables.get(number)
    if (table === undefined) findings.add('table', file, undefined, 'is missing')
    else if (!table.hasItsHeader) tellHeader(findings, file, table.header, table.columns)
  }
  const rejects = survey.opened(REJECTS_FILE)
  if (rejects === undefined) findings.add('table', REJECTS_FILE, undefined, 'is missing')
  else await checkRejects(rejects, findings)
}

async function checkRejects(rejects: OpenFile, findings: Findings): Promise<void> {
  let header: readonly string[] | undefined
  for await (const items of itemsIn(rejects)) {
    for (const { record, error, line } of items) {
      const { fields = [] } = record ?? {}
      const wrong = error ?? wrongWidth(fields, REJECT_COLUMNS)
      if (header !== undefined && wrong !== undefined) findings.add('line', REJECTS_FILE, line, wrong)
      header ??= fields
    }
  }
  if (header?.join() !== REJECT_COLUMNS.join()) tellHeader(findings, REJECTS_FILE, header ?? [], REJECT_COLUMNS)
}

function wrongWidth(fields: readonly string[], columns: readonly string[]): string | undefined {
  return fields.length === columns.length ? undefined : `expected ${columns.length} fields, got ${fields.length}`
}

function tellHeader(findings: Findings, file: string, header: readonly string[], columns: readonly string[]): void {
  const lacking = columns.filter((column) => !header.includes(column))
  const further = header.filter((column) => !columns.includes(column))
  const parts = [
    header.length === 0 ? 'the header is missing' : 'the header is not that of the table',
    ...(header.length > 0 && lacking.length > 0 ? [`it lacks ${lacking.join(', ')}`] : []),
    ...(further.length > 0 ? [`it has ${further.map((name) => JSON.stringify(name)).join(', ')}`] : []),
    ...(header.length > 0 && lacking.length === 0 && further.length === 0 ? ['its columns are in another order'] : []),
  ]
  findings.add('table', file, 1, parts.join(': '))
}

function tellGroups(groups: GroupLedger, findings: Findings): void {
  const { extra, missing } = groups.rest
  for (const { table, line, cells } of extra) {
    findings.add('groups', TABLES[table]?.file ?? '', line, `${cells.at(-1)} is no waiting group of ingest.csv`)
  }
  for (const { table, text } of missing) {
    const name = text.slice(text.lastIndexOf(',') + 1)
    findings.add(
      'groups',
      TABLES[table]?.file ?? '',
      undefined,
      `no line for ${name}, whose exposures wait in ingest.csv`,
    )
  }
}

/** The index says where the lines are, and what there is in each program. */
function checkIndex({ survey, groups, census, findings }: CheckContext, index: DatabaseIndex | undefined): void {
  for (const { table, segments, bytes } of survey.tables.values()) {
    const stored = index?.tables.get(table.file)
    // Lines of groups that are not with their program tell nothing of the index.
    const differing = groups.strayed.has(table.number)
      ? []
      : (stored?.segments.differing(segments) ?? segments.programs)
    if (stored?.bytes !== bytes || [...differing].length > 0)
      findings.add('index', INDEX_FILE, undefined, `does not tell where the lines of ${table.file} are`)
  }
  const known = index?.census ?? new StoredCensus()
  if (String(known.with(census).flat) !== String(known.flat))
    findings.add('index', INDEX_FILE, undefined, 'does not tell how much is matched and waits')
}
