/**
 * Whether a database keeps its rules (specification, sections 5, 7, 8 and 9). Nothing is changed, made or locked.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Findings } from '../audit/findings.js'
import { CanonicalLine } from '../csv/row.js'
import { IngestError } from '../errors.js'
import { type LookOptions, Meter, type Watch } from '../process/progress.js'
import type { Encodings } from '../rules/category-codes.js'
import defaultEncodings from '../rules/encodings.json' with { type: 'json' }
import type { CensusByProgram } from '../settle/census.js'
import { isAsLeft, mustBeDatabase, readEncodings } from '../store/database.js'
import { type DatabaseIndex, hasRottenIndex, INDEX_FILE, readStoredIndex } from '../store/index-file.js'
import { hasCodes } from '../store/missing-codes.js'
import { itemsIn, type OpenFile } from '../store/read/files.js'
import { GroupLedger } from '../store/read/settle.js'
import { StoredCensus } from '../store/stored-census.js'
import { ENCODINGS_FILE, REJECT_COLUMNS, REJECTS_FILE, TABLES } from '../store/tables.js'
import { Survey, type SurveyListener } from '../workers/survey.js'
import type { CheckReport } from './report.js'

export type { Note, Violation, ViolationKind } from '../audit/findings.js'
export type { CheckReport } from './report.js'
export { formatOutcome, formatViolations } from './report.js'

/**
 * Checks a database, which may be in use: it is seen as it was at one moment.
 *
 * @returns what is wrong, at most 20 of a kind, and what is worth knowing
 * @throws IngestError DATABASE_UNUSABLE where there is no database, or none that can be read
 */
export async function checkDatabase(folder: string, { signal, progress }: LookOptions = {}): Promise<CheckReport> {
  const start = performance.now()
  await mustBeDatabase(folder)
  const findings = new Findings()
  const known = new Known(folder)
  const meter = new Meter(progress)
  const prepare = async () => {
    await known.read({ signal, meter })
    return { meter, listener: listenerOf(findings), others: known.index?.others, checks: known.encodings }
  }
  const survey = await Survey.of(folder, prepare, signal)
  try {
    await checkTables(survey, findings)
    known.tell(findings)
    const groups = new GroupLedger()
    const census: CensusByProgram = new Map()
    for await (const checked of survey.each('check', known.encodings, signal)) {
      findings.addAll(checked.found)
      groups.addAll(checked.groups)
      new StoredCensus(checked.census).addTo(census)
    }
    tellGroups(groups, findings)
    if (known.isTrusted) checkIndex(survey, groups, census, findings, known.index)
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

function listenerOf(findings: Findings): SurveyListener {
  return {
    damaged: (file, lines, total) => {
      // What is wrong with a header is told of the table.
      const told = lines.filter(({ line }) => line > 1)
      for (const { line, what } of told) findings.add('line', file, line, what)
      findings.count('line', total - lines.length)
    },
    found: (found) => findings.addAll(found),
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

  async read(watch: Watch): Promise<void> {
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
    this.isTrusted = this.index !== undefined && (await isAsLeft(this.#folder, this.index, watch))
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
  for (const { table, line, text } of extra) {
    const name = new CanonicalLine(text).fields.at(-1)
    findings.add('groups', TABLES[table]?.file ?? '', line, `${name} is no waiting group of ingest.csv`)
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
function checkIndex(
  survey: Survey,
  groups: GroupLedger,
  census: CensusByProgram,
  findings: Findings,
  index: DatabaseIndex | undefined,
): void {
  for (const { table, lineRanges, bytes } of survey.tables.values()) {
    const stored = index?.tables.get(table.file)
    // Lines of groups that are not with their program tell nothing of the index.
    const differing = groups.strayed.has(table.number)
      ? []
      : (stored?.lineRanges.differing(lineRanges) ?? lineRanges.programs)
    if (stored?.bytes !== bytes || [...differing].length > 0)
      findings.add('index', INDEX_FILE, undefined, `does not tell where the lines of ${table.file} are`)
  }
  const known = index?.census ?? new StoredCensus()
  if (String(new StoredCensus().with(census).flat) !== String(known.flat))
    findings.add('index', INDEX_FILE, undefined, 'does not tell how much is matched and waits')
}
