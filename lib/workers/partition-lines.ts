/**
 * All lines that a partition is settled from: those of the run's rows, and those that the tables of the database hold.
 */
import { CanonicalLine } from '../csv/row.js'
import { modelOf } from '../rules/association.js'
import { KeywordFinder } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import { programOfPartition } from '../rules/partition.js'
import { cell, type Row } from '../rules/row.js'
import { modelCalled, type StoredWait } from '../settle/census.js'
import { associationsOf } from '../settle/groups.js'
import type { ProgramLines, ProgramLists } from '../settle/settled.js'
import { type Entry, FRESH_LIST, freshKind, type RecordCursor } from '../sort/records.js'
import { readFeatures, readFresh, readStored } from '../store/read/stored.js'
import type { Choice, StoredLines } from '../store/read/stored-lines.js'
import type { Table } from '../store/table.js'
import { TABLE_NUMBERS, TABLES } from '../store/tables.js'

const isFeatures = (number: number) => TABLES[number]?.holds === 'products' || TABLES[number]?.holds === 'groups'
const isList = (number: number) => number === FRESH_LIST || number === TABLE_NUMBERS.associations
const isWaiting = (number: number) => ['ingest.csv', 'mosaics.csv'].includes(TABLES[number]?.file ?? '')
const ROW_TABLES = TABLES.filter(({ number }) => !isFeatures(number) && !isList(number))
/** What waits, but not what is set aside; and all others. */
const WAITING_TABLES = ROW_TABLES.filter(({ number }) => isWaiting(number))
const SETTLED_TABLES = ROW_TABLES.filter(({ number }) => !isWaiting(number))
const LIST_TABLES = TABLES.filter(({ number }) => isList(number))
const FEATURE_TABLES = TABLES.filter(({ number }) => isFeatures(number))

/** What the lines of partitions are read with. */
export interface PartitionSource {
  readonly layout: Layout
  /** The lines of the database that take part; absent where the partitions hold them already. */
  readonly stored?: StoredLines | undefined
  /** See {@link TaskSetup.replaces}. */
  readonly replaces?: boolean | undefined
  /** Reads what association files say; absent where none tell of any program. */
  readonly readLists?: ReadLists | undefined
}

/** Reads what association files say of a program from its lines. */
export type ReadLists = (entries: readonly Entry[]) => ProgramLists

const NONE: readonly never[] = []

/** What a partition is settled from. */
export interface PartitionLines extends ProgramLines {
  /** What waits in the rest of the program, which stays as it is; absent where all of the program takes part. */
  readonly besides?: readonly StoredWait[] | undefined
}

/** The lines that a partition is settled from: those of the buffer, and those of the database that are not in it. */
export function linesOfPartition(partition: number, cursor: RecordCursor, source: PartitionSource): PartitionLines {
  const { layout, stored, replaces } = source
  const pid = programOfPartition(partition)
  const finder = new KeywordFinder(layout.at)
  const fresh: Row[] = []
  const entries: Entry[] = []
  while (cursor.nextPartition === partition) {
    const entry = cursor.next()
    const kind = freshKind(entry.origin)
    if (kind === undefined) entries.push(entry)
    else fresh.push(readFresh(layout, entry.text, kind, finder))
  }
  if (entries.length === 0 && stored === undefined) return { pid, fresh, stored: NONE, features: () => NONE }
  const read: ReadTables = (tables, choose) => stored?.of(pid, tables, choose) ?? NONE
  const rowOf = ({ origin, text, offset }: Entry) => readStored(layout, origin, new CanonicalLine(text), finder, offset)
  const features = entries.filter(({ origin }) => isFeatures(origin))
  const lists = [...entries.filter(({ origin }) => isList(origin)), ...read(LIST_TABLES)]
  // Association files join what keywords do not.
  const part = lists.length === 0 && stored !== undefined ? partConcerned(fresh, read, rowOf) : undefined
  const rows = entries.filter(({ origin }) => !isFeatures(origin) && !isList(origin)).map(rowOf)
  return {
    pid,
    fresh,
    stored: [...rows, ...(part?.rows ?? read(ROW_TABLES).map(rowOf))],
    replaces,
    lists: lists.length === 0 ? undefined : (source.readLists ?? unexpected)(lists),
    features: (names) =>
      [...features, ...read(FEATURE_TABLES, names && (() => [{ place: 0, values: names }]))].map(
        ({ origin, text, offset }) => readFeatures(origin, text, offset),
      ),
    besides: part?.others.map((entry) => waitOf(entry, layout, rowOf)),
  }
}

/** The part of a program that new rows can concern. */
export interface ConcernedPart {
  readonly rows: readonly Row[]
  /** The lines of what waits in the rest. */
  readonly others: readonly Entry[]
}

/** Reads lines of a program from some tables. */
export type ReadTables = (tables: typeof TABLES, choose?: (table: Table) => readonly Choice[]) => readonly Entry[]

/** Where a line of a table of rows has its dataset's name and its association, counted from its end. */
function placesIn({ tail, holds }: Table) {
  return { name: tail.length - 1 - tail.indexOf(holds === 'rows' ? 'Dataset' : 'dname'), params: tail.length }
}

/** An association key that tells its observation begins so: program and observation (section 3.7). */
const OBSERVATION = /^\d+-\d{3}(?=-|$)/

/** The start of the key of a row that tells its observation, and its name with it; undefined of one with other keywords. */
function observationKey(row: Row): string | undefined {
  const start = OBSERVATION.exec(row.params)?.[0]
  const isPlain = /^\d+$/.test(cell(row, 'PROGRAM')) && start?.endsWith(`-${cell(row, 'OBSERVTN')}`)
  return isPlain ? start : undefined
}

/**
 * The part of a program that new rows can concern: the associations to which they belong and, within the same observations,
 * those in which something waits, as two may expect a product of one name. A stored version of a dataset has its name. The
 * rest is most of a program, and to make rows of it would be most of the work of a late day.
 *
 * @returns undefined where it cannot be told without the other lines
 */
export function partConcerned(
  fresh: readonly Row[],
  read: ReadTables,
  rowOf: (entry: Entry) => Row,
): ConcernedPart | undefined {
  const names = new Set(fresh.map(({ dname }) => dname))
  const keys = new Set(fresh.flatMap(associationsOf))
  const observations = new Set(fresh.filter((row) => associationsOf(row).length > 0).map(observationKey))
  if (observations.has(undefined)) return undefined
  const own: Entry[] = []
  const others: Entry[] = []
  for (const entry of read(WAITING_TABLES)) {
    const line = new CanonicalLine(entry.text)
    const { name, params } = placesIn(TABLES[entry.origin] as Table)
    const key = line.fieldFromEnd(params)
    const isNear = observations.has(OBSERVATION.exec(key)?.[0])
    if (isNear) keys.add(key)
    if (isNear || names.has(line.fieldFromEnd(name))) own.push(entry)
    else others.push(entry)
  }
  const choose = (table: Table) => {
    const { name, params } = placesIn(table)
    const named = { place: name, values: names }
    return table.holds === 'rows' ? [named, { place: params, values: keys }] : [named]
  }
  const rows = [...read(SETTLED_TABLES, choose), ...own].map(rowOf)
  // A dataset that has been in another association concerns that one, too.
  const isElsewhere = (row: Row) => names.has(row.dname) && associationsOf(row).some((key) => !keys.has(key))
  return rows.some(isElsewhere) ? undefined : { rows, others }
}

/** What a line of a table of what waits says of it. */
function waitOf(entry: Entry, layout: Layout, rowOf: (entry: Entry) => Row): StoredWait {
  const { tail } = TABLES[entry.origin] as Table
  const line = new CanonicalLine(entry.text)
  const fromEnd = (column: number) => line.fieldFromEnd(layout.columns.length + tail.length - 1 - column)
  const model = tail.includes('expmode')
    ? modelCalled(fromEnd(layout.columns.length + tail.indexOf('expmode')))
    : undefined
  const date = fromEnd(layout.at.date)
  if (model !== undefined) return { model, date }
  const row = rowOf(entry)
  return { model: row.kind === 'exposure' ? undefined : modelOf(row), date }
}

function unexpected(): never {
  throw new Error('association files tell of a program, though none are expected')
}
