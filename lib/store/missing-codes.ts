/** The codes of a folder that has none to be read: those of the program, unless a run has given it others. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatRow } from '../csv/write.js'
import { IngestError } from '../errors.js'
import type { Encodings } from '../rules/category-codes.js'
import defaultEncodings from '../rules/encodings.json' with { type: 'json' }
import { INDEX_FILE } from './index-file.js'
import { ENCODINGS_FILE, TABLES } from './tables.js'

export { defaultEncodings }

/** The codes of a folder without a file of them, or the error that they are lost. */
export async function codesWithoutFile(folder: string): Promise<Encodings | IngestError> {
  return (await hasCodes(folder)) ? lostCodes(folder, 'is missing, though tables have codes') : defaultEncodings
}

export function lostCodes(folder: string, what: string): IngestError {
  const ways = `restore the file from a backup, or let \`jwst-ingest rebuild ${folder}\` tell the codes from the tables`
  return new IngestError('TABLE_INVALID', `${what}; nothing was changed: ${ways}`, {
    source: join(folder, ENCODINGS_FILE),
  })
}

/** Whether a run has given codes: a folder that another program wrote has those that the program brings. */
export async function hasCodes(folder: string): Promise<boolean> {
  if (!(await hasRun(folder))) return false
  const sizes = TABLES.filter(({ encoded }) => encoded).map(async ({ file, tail }) => {
    const { size } = (await stat(join(folder, file)).catch(() => undefined)) ?? { size: 0 }
    return size > Buffer.byteLength(formatRow(tail))
  })
  return (await Promise.all(sizes)).some(Boolean)
}

/** Whether a run of this program has written the tables of a folder. */
export async function hasRun(folder: string): Promise<boolean> {
  const files = TABLES.filter(({ holds }) => holds === 'hidden').map(({ file }) => file)
  const there = [INDEX_FILE, ...files].map((file) => stat(join(folder, file)).catch(() => undefined))
  return (await Promise.all(there)).some((status) => status !== undefined)
}
