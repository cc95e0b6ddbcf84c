/**
 * All lines that a partition is settled from: those of the run's rows, and those that the tables of the database hold.
 */
import { CanonicalLine } from '../csv/row.js'
import { KeywordFinder } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import { programOfPartition } from '../rules/partition.js'
import type { Row } from '../rules/row.js'
import type { ProgramLines, ProgramLists } from '../settle/settled.js'
import { type Entry, FRESH_LIST, freshKind, type RecordCursor } from '../sort/records.js'
import { readFeatures, readFresh, readStored } from '../store/read/stored.js'
import type { StoredLines } from '../store/read/stored-lines.js'
import { TABLE_NUMBERS, TABLES } from '../store/tables.js'

const isFeatures = (number: number) => TABLES[number]?.holds === 'products' || TABLES[number]?.holds === 'groups'
const isList = (number: number) => number === FRESH_LIST || number === TABLE_NUMBERS.associations
const ROW_TABLES = TABLES.filter(({ number }) => !isFeatures(number) && !isList(number))
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

/** All lines of a partition: those of the buffer, and those of the database that are not in it. */
export function linesOfPartition(
  partition: number,
  cursor: RecordCursor,
  { layout, stored, replaces, readLists }: PartitionSource,
): ProgramLines {
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
  const read = (tables: typeof TABLES) => stored?.of(pid, tables) ?? []
  const features = entries.filter(({ origin }) => isFeatures(origin))
  const lists = [...entries.filter(({ origin }) => isList(origin)), ...read(LIST_TABLES)]
  // Association files join what keywords do not.
  const own = lists.length === 0 ? concernedLines(read(ROW_TABLES), fresh) : read(ROW_TABLES)
  const rows = [...entries.filter(({ origin }) => !isFeatures(origin) && !isList(origin)), ...own]
  return {
    pid,
    fresh,
    stored: rows.map(({ origin, text, offset }) => readStored(layout, origin, new CanonicalLine(text), finder, offset)),
    replaces,
    lists: lists.length === 0 ? undefined : (readLists ?? unexpected)(lists),
    features: () =>
      [...features, ...read(FEATURE_TABLES)].map(({ origin, text, offset }) => readFeatures(origin, text, offset)),
  }
}

function unexpected(): never {
  throw new Error('association files tell of a program, though none are expected')
}

/** Where a line of a table of rows has its association and its dataset's name, counted from its end. */
const PLACES = TABLES.map(({ tail }) => ({ params: tail.length, name: tail.length - 1 - tail.indexOf('Dataset') }))
/** What waits or is set aside can be in another association's way, by a name that both expect or as it comes back. */
const OPEN_TABLES = TABLES.filter(({ file }) => file === 'ingest.csv' || file === 'expired.csv').map(
  ({ number }) => number,
)

/**
 * The lines that new rows can concern: all but matched exposures of associations to which no new row belongs, of whose
 * datasets none comes anew, and in which nothing waits. Those are most of a program, and to make rows of them would be most
 * of the work of a late day.
 *
 * @param lines stored lines of a program without association files
 * @param fresh its rows of this run
 */
export function concernedLines(lines: readonly Entry[], fresh: readonly Row[]): readonly Entry[] {
  const names = new Set(fresh.map(({ dname }) => dname))
  const associations = new Set(fresh.map(({ params }) => params))
  for (const { origin, text } of lines) {
    if (TABLES[origin]?.holds !== 'rows') continue
    const { params = 0, name = 0 } = PLACES[origin] ?? {}
    const line = new CanonicalLine(text)
    if (OPEN_TABLES.includes(origin) || names.has(line.fieldFromEnd(name))) associations.add(line.fieldFromEnd(params))
  }
  const { params = 0 } = PLACES[TABLE_NUMBERS.level1] ?? {}
  return lines.filter(
    ({ origin, text }) =>
      origin !== TABLE_NUMBERS.level1 || associations.has(new CanonicalLine(text).fieldFromEnd(params)),
  )
}
