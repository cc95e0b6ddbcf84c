/**
 * The tables that can be exported, by name.
 */

import { IngestError } from '../errors.js'
import { REJECTS_FILE, TABLES } from '../store/tables.js'
import { matches, wildcards } from '../text/wildcards.js'

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
