/** Files of another program that have the names of tables: a folder with such files must not become a database. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { IngestError } from '../errors.js'
import { attempt, isThere, unless } from './commit-files.js'
import { layoutOf } from './commit-record.js'
import { hasRun } from './missing-codes.js'
import { firstItem } from './read/files.js'
import { missingColumns } from './read/table-reader.js'
import { EXPORT_MARK, REJECT_COLUMNS, REJECTS_FILE, TABLES } from './tables.js'

/** The files, and which columns a header lacks that is neither this program's nor spacekit's. */
const HEADERS: readonly {
  readonly file: string
  readonly lacking: (header: readonly string[]) => readonly string[]
}[] = [
  ...TABLES.map((table) => ({
    file: table.file,
    lacking: (header: readonly string[]) => missingColumns(table, header),
  })),
  {
    file: REJECTS_FILE,
    lacking: (header: readonly string[]) => REJECT_COLUMNS.filter((column, at) => header[at] !== column),
  },
]

/**
 * Looks at the tables of a folder in which no run of this program has been.
 *
 * @throws IngestError TABLE_INVALID where one has the header of another program's file; DATABASE_UNUSABLE for an export
 */
export async function refuseForeignFiles(folder: string): Promise<void> {
  // Until an interrupted commit is finished, a table may have half of its header.
  if ((await isThere(layoutOf(folder).record)) || (await hasRun(folder))) return
  if (await isThere(join(folder, EXPORT_MARK))) throw exported(folder)
  for (const { file, lacking } of HEADERS) {
    const path = join(folder, file)
    const header = await attempt(path, 'cannot look at it', () => headerOf(path))
    if (header === undefined) continue
    const lacks = lacking(header)
    if (lacks.length > 0) throw foreign(path, lacks)
  }
}

/** The header of a file, blank for one that cannot be read; undefined where there is no file, or nothing in it. */
async function headerOf(path: string): Promise<readonly string[] | undefined> {
  const handle = await unless('ENOENT', open(path, 'r'))
  try {
    const status = await handle?.stat()
    if (handle === undefined || !status?.isFile() || status.size === 0) return undefined
    const { record } = await firstItem({ file: path, handle, bytes: status.size })
    return record?.fields ?? []
  } finally {
    await handle?.close()
  }
}

function exported(folder: string): IngestError {
  const what = `is an export, no database: it has ${EXPORT_MARK}; nothing was changed`
  const ways = `give another folder or, if it shall become a database, take ${EXPORT_MARK} out of it`
  return new IngestError('DATABASE_UNUSABLE', `${what}: ${ways}`, { source: folder })
}

function foreign(path: string, lacks: readonly string[]): IngestError {
  const what = `looks like another program's file, as its header lacks ${lacks.join(', ')}`
  const ways = 'give another folder for the database or, if it is a table of a database, mend its header'
  return new IngestError('TABLE_INVALID', `${what}; nothing was changed: ${ways}`, { source: path, line: 1 })
}
