/**
 * The tables that can be exported, by name.
 */

import { IngestError } from '../errors.js'
import { REJECTS_FILE, TABLES } from '../store/tables.js'
import { matches, wildcards } from '../text/wildcards.js'
import type { SelectionOptions } from './selection.js'

const nameOf = (file: string) => file.replace(/\.csv$/, '')

/** The tables that are exported by default: all that a reader of the database is meant to see. */
const DATA = TABLES.filter(({ holds }) => holds !== 'hidden').map(({ file }) => nameOf(file))

/** Rows that could not be used are a record, no data: exported when asked for. */
const NAMES = [...DATA, nameOf(REJECTS_FILE)]

/**
 * The names of the tables that are meant, each once.
 *
 * @param wanted names, with or without `.csv`, with `*` and `?`; none means all but the rejects
 * @throws IngestError USAGE for a name that is no table's
 */
export function chooseTables(wanted: readonly string[] = []): readonly string[] {
  if (wanted.length === 0) return DATA
  const chosen = new Set(wanted.flatMap(matching))
  return NAMES.filter((name) => chosen.has(name))
}

function matching(wanted: string): string[] {
  const pattern = wildcards(nameOf(wanted))
  const found = NAMES.filter((name) => matches(pattern, name))
  if (found.length > 0) return found
  throw new IngestError('USAGE', `--table: no table ${JSON.stringify(wanted)}; the tables are ${NAMES.join(', ')}`)
}

/** Tables of which no row has a date, and those of which no row is of a product. */
const WITHOUT_DATE = new Set(
  [
    ...TABLES.filter(({ holds }) => holds === 'members' || holds === 'groups').map(({ file }) => file),
    REJECTS_FILE,
  ].map(nameOf),
)
const WITHOUT_PRODUCT = new Set([nameOf(REJECTS_FILE)])

/**
 * Those of some tables whose rows can be chosen as they are asked for.
 *
 * @param warn takes which tables are left out, and why
 * @throws IngestError USAGE where none is left
 */
export function choosable(
  names: readonly string[],
  { since, split }: SelectionOptions,
  warn: (message: string) => void,
): readonly string[] {
  const byDate = since === undefined ? names : without(names, WITHOUT_DATE, '--since: left out, as without dates', warn)
  return split === undefined ? byDate : without(byDate, WITHOUT_PRODUCT, '--split: left out, as without products', warn)
}

function without(
  names: readonly string[],
  out: ReadonlySet<string>,
  what: string,
  warn: (message: string) => void,
): readonly string[] {
  const left = names.filter((name) => !out.has(name))
  const missing = names.filter((name) => out.has(name))
  if (missing.length === 0) return left
  const message = `${what}: ${missing.join(', ')}`
  if (left.length === 0) throw new IngestError('USAGE', `${message}; no other table is asked for`)
  warn(message)
  return left
}
