/** Files that a run has left in a database and that are gone. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FIRST_TABLES } from '../store/database.js'
import { readStoredIndex } from '../store/index-file.js'
import { hasCodes, hasRun } from '../store/missing-codes.js'
import { ENCODINGS_FILE } from '../store/tables.js'
import { visibleName } from '../text/visible.js'

/** A note on tables that are missing, for whoever reads a database; undefined where none is. */
export async function noteMissing(folder: string): Promise<string | undefined> {
  const index = await readStoredIndex(folder)
  const tables = index === undefined ? ((await hasRun(folder)) ? FIRST_TABLES : []) : [...index.tables.keys()]
  const files = [...tables, ...((await hasCodes(folder)) ? [ENCODINGS_FILE] : [])]
  const there = files.map((file) => stat(join(folder, file)).catch(() => undefined))
  const missing = (await Promise.all(there)).flatMap((status, at) => (status === undefined ? [files[at] ?? ''] : []))
  if (missing.length === 0) return undefined
  const [verb, what] = missing.length === 1 ? ['is', 'it'] : ['are', 'they']
  return `${missing.join(', ')} ${verb} missing, and what ${what} held is left out: \`jwst-ingest check ${visibleName(folder)}\` tells more`
}
