/**
 * Reads every table of a database whose index cannot be used: one that spacekit wrote, one that was edited by hand or
 * copied, or one that gains a column (specification, section 9). All its lines go through the run like new ones.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { CsvReader, type CsvRecord } from '../../csv/read.js'
import { formatRow } from '../../csv/write.js'
import { IngestError } from '../../errors.js'
import { datasetName, levelOf, programOf } from '../../rules/dataset.js'
import { type Day, parseDay } from '../../rules/day.js'
import { inputColumns, type Layout } from '../../rules/layout.js'
import { MEMBER_COLUMNS } from '../../rules/member-list.js'
import { MODELS } from '../../rules/models.js'
import { completeRow } from '../../rules/scrub.js'
import type { Database } from '../database.js'
import { TABLE_OPTIONS, type Table } from '../table.js'
import { TABLES, tableColumns } from '../tables.js'
import { observationOfCells, programOfCells } from './stored.js'

/** A line of a table, as this program would write it. */
export interface StoredLine {
  readonly pid: number
  readonly observation: number
  /** Number of the table. */
  readonly table: number
  readonly text: string
  /** Whether it is a waiting product among the matched ones, as spacekit leaves them. */
  readonly isMisplaced: boolean
}

/** The columns without which a table of rows cannot be read. */
const NEEDED = ['dag', 'imagesize', 'PROGRAM', 'OBSERVTN', 'EXP_TYPE', 'date', 'Dataset'] as const

/** The input's other columns, as the unencoded tables have them. */
export async function storedColumns(database: Database): Promise<string[][]> {
  const lists: string[][] = []
  for (const table of TABLES) {
    if (table.holds === 'rows') lists.push(inputColumns(await readHeader(database.path(table.file))))
  }
  return lists.filter((list) => list.length > 0)
}

/**
 * The lines of all tables, in the order of the layout; waiting groups' features are left out, as they are made anew.
 *
 * @throws IngestError TABLE_INVALID with file and line
 */
export async function* storedLines(database: Database, layout: Layout): AsyncGenerator<StoredLine> {
  for (const table of TABLES) {
    if (table.holds !== 'groups') yield* tableLines(database.path(table.file), table, layout)
  }
}

async function* tableLines(path: string, table: Table, layout: Layout): AsyncGenerator<StoredLine> {
  if (!(await exists(path))) return
  let translate: ((record: CsvRecord) => StoredLine) | undefined
  for await (const record of records(path)) {
    if (translate === undefined) translate = translator(path, table, layout, record.fields)
    else yield translate(record)
  }
  // A table without rows has its header; a file without one has lost its rows.
  if (translate === undefined) throw damaged(path, 1, EMPTY_TABLE)
}

/** What is wrong with a table that has lost everything. */
export const EMPTY_TABLE = 'the table is empty: not even its header is there'

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function* records(path: string): AsyncGenerator<CsvRecord> {
  const reader = new CsvReader(TABLE_OPTIONS)
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const { records: read, errors } = reader.push(chunk as Buffer)
    if (errors[0] !== undefined) throw damaged(path, errors[0].line, errors[0].message)
    yield* read
  }
  const { records: last, errors } = reader.end()
  if (errors[0] !== undefined) throw damaged(path, errors[0].line, errors[0].message)
  yield* last
}

/** The header of a table; empty where the table is not there. */
async function readHeader(path: string): Promise<readonly string[]> {
  if (!(await exists(path))) return []
  for await (const record of records(path)) return record.fields
  return []
}

function translator(
  path: string,
  table: Table,
  layout: Layout,
  header: readonly string[],
): (record: CsvRecord) => StoredLine {
  const missing = missingColumns(table, header)
  if (missing.length > 0) throw damaged(path, 1, `the table lacks ${missing.join(', ')}`)
  const read = cellReader(table, layout, header)
  const pname = layout.columns.length + table.tail.indexOf('pname')
  return ({ fields, line }) => {
    const found = read(fields)
    if (typeof found === 'string') throw damaged(path, line, found)
    const observation = observationOfCells(table, found.cells, layout)
    const text = formatRow(found.cells).slice(0, -1)
    const isMisplaced = table.file === TRAINING && found.cells[pname] === ''
    return { pid: found.pid, observation, table: table.number, text, isMisplaced }
  }
}

/** The columns without which a table cannot be read that its header lacks. */
export function missingColumns(table: Table, header: readonly string[]): readonly string[] {
  return NEEDED_COLUMNS[table.holds].filter((column) => !header.includes(column))
}

/** The columns without which a table cannot be read, by what it holds. */
const NEEDED_COLUMNS: Readonly<Record<Table['holds'], readonly string[]>> = {
  rows: NEEDED,
  members: MEMBER_COLUMNS,
  products: ['Dataset'],
  hidden: [],
  groups: [],
}

/** Stands for the program of a waiting group whose name has none. */
const NO_PROGRAM = -1

/** Fields of a line of a stored table -> its program, and its cells as this program writes them; or what is wrong. */
export type CellReader = (fields: readonly string[]) => { readonly pid: number; readonly cells: string[] } | string

/** Reads lines of a stored table by the names in its header, whatever their order. */
export function cellReader(table: Table, layout: Layout, header: readonly string[]): CellReader {
  const from = tableColumns(table, layout).map((column) => header.indexOf(column))
  return (given) => {
    const fields = table.file === TRAINING && given.length < header.length ? mendWaiting(given, header) : given
    if (fields.length !== header.length) return `expected ${header.length} fields, got ${fields.length}`
    const cells = from.map((index) => fields[index] ?? '')
    const wrong = table.holds === 'rows' ? completeStored(cells, table, layout, header, fields) : undefined
    if (wrong !== undefined) return wrong
    const pid = programOfCells(table, cells, layout)
    if (pid !== undefined) return { pid, cells }
    // A group is named by the PROGRAM of its exposures, which need not be the number in their names.
    return table.holds === 'groups' ? { pid: NO_PROGRAM, cells } : 'no program in the name of the dataset'
  }
}

/** Fills in what another program may have left out or written otherwise; says what is wrong with the row. */
function completeStored(
  cells: string[],
  table: Table,
  layout: Layout,
  header: readonly string[],
  fields: readonly string[],
): string | undefined {
  const read = (column: string) => fields[header.indexOf(column)] ?? ''
  const dname = datasetName(read('dname') || read('Dataset'))
  const pid = programOf(dname)
  if (pid === undefined) return `no program in the name ${JSON.stringify(dname)}`
  const day = dayOf(read('date').slice(0, 10))
  if (day === undefined) return `date is no day: ${JSON.stringify(read('date'))}`
  if (table.tail.includes('expired') && dayOf(read('expired')) === undefined)
    return `expired is no day: ${JSON.stringify(read('expired'))}`
  const width = layout.columns.length
  if (table.tail.includes('role')) cells[width + table.tail.indexOf('role')] ||= 'science'
  cells[width + table.tail.indexOf('Dataset')] = dname
  return completeRow(cells, layout, dname, pid, day)
}

/** The table in which spacekit leaves waiting products, without a `pname` and some of them without their last fields. */
const TRAINING = 'training.csv'

/**
 * The fields of such a line with blanks for those that it lacks, where those that it has are a waiting product's: else
 * as they are. The line may be cut short by accident instead, so what derives from its name has to fit the name.
 */
function mendWaiting(fields: readonly string[], header: readonly string[]): readonly string[] {
  const read = (column: string) => fields[header.indexOf(column)]
  const dname = read('dname') ?? ''
  const program = programOf(dname)
  const key = read('params') ?? ''
  const isWhole = [...NEEDED, 'dname', 'pid', 'params'].every((name) => name === 'Dataset' || read(name) !== undefined)
  const isItsName = [read('pname'), read('Dataset')].every((name = '') => name === '' || name === dname)
  const expmode = read('expmode') ?? ''
  const isModel = expmode === '' || MODELS.some((model) => model === expmode)
  const isKeyed = Number(read('pid')) === program && (key === String(program) || key.startsWith(`${program}-`))
  if (!isWhole || !isItsName || !isModel || !isKeyed || levelOf(read('dag') ?? '') !== 'level3') return fields
  return header.map((column, index) => (column === 'pname' || column === 'Dataset' ? '' : (fields[index] ?? '')))
}

/** Days that were read: a database has few. */
const days = new Map<string, Day | undefined>()

function dayOf(text: string): Day | undefined {
  if (!days.has(text)) days.set(text, readDay(text))
  return days.get(text)
}

function readDay(text: string): Day | undefined {
  try {
    return parseDay(text, 'date')
  } catch {
    return undefined
  }
}

/** A line of a stored table that cannot be read. */
export function damaged(path: string, line: number, what: string): IngestError {
  return new IngestError(
    'TABLE_INVALID',
    `${what}; mend the line or restore the table from a backup, nothing was changed`,
    { source: path, line },
  )
}
