/**
 * All lines that a partition is settled from: those of the run's rows, and those that the tables of the database hold.
 */
import { CanonicalLine } from '../csv/row.js'
import { KeywordFinder } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import type { MemberList } from '../rules/member-list.js'
import { programOfPartition } from '../rules/partition.js'
import type { Row } from '../rules/row.js'
import type { ProgramLines, ProgramLists } from '../settle/settled.js'
import { type Entry, FRESH_LIST, freshKind, type RecordCursor } from '../sort/records.js'
import { concernedLines } from '../store/read/concerned-lines.js'
import { readFeatures, readFresh, readMembers, readStored } from '../store/read/stored.js'
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
}

const NONE: readonly never[] = []

/** All lines of a partition: those of the buffer, and those of the database that are not in it. */
export function linesOfPartition(
  partition: number,
  cursor: RecordCursor,
  { layout, stored, replaces }: PartitionSource,
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
    lists: lists.length === 0 ? undefined : readLists(lists),
    features: () =>
      [...features, ...read(FEATURE_TABLES)].map(({ origin, text, offset }) => readFeatures(origin, text, offset)),
  }
}

/** What association files say: those of this run, and what is stored of earlier ones. */
function readLists(entries: readonly Entry[]): ProgramLists {
  const fresh = entries.filter(({ origin }) => origin === FRESH_LIST).map(({ text }) => JSON.parse(text) as MemberList)
  const stored = entries.filter(({ origin }) => origin !== FRESH_LIST)
  return {
    fresh,
    stored: readMembers(stored.map(({ text }) => text)),
    lines: stored.map(({ origin, text, offset = 0 }) => ({ table: origin, line: text, offset })),
  }
}
