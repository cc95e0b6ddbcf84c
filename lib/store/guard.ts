/**
 * Keeps files that a command writes where the user says, a page or an export, from replacing what belongs to a database.
 */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { IngestError } from '../errors.js'
import { isThere } from './commit-files.js'
import { PRIVATE_FOLDER } from './commit-record.js'
import { isDatabase } from './database.js'
import { ENCODINGS_FILE, EXPORT_MARK, REJECTS_FILE, TABLES } from './tables.js'

/** What it says to people. */
export const MARK_TEXT =
  'The CSV files beside this one are an export of jwst-ingest, no database: the next export replaces them.\n'

const DATABASE_FILES: readonly string[] = [...TABLES.map(({ file }) => file), REJECTS_FILE, ENCODINGS_FILE]

/**
 * Refuses a folder for the files of an export.
 *
 * @param source the folder that is exported
 * @throws IngestError USAGE where it is that, or a database, or inside the private folder of one
 */
export async function refuseDatabase(folder: string, source: string): Promise<void> {
  const place = await placeOf(folder)
  const what = place === (await placeOf(source)) ? 'is a database' : await nameDatabase(place)
  if (what === undefined) return
  const way = 'give another folder for the files with -o (the database is an argument, or --db)'
  throw new IngestError('USAGE', `${what}: ${way}`, { source: folder })
}

/**
 * Refuses the path of a single file.
 *
 * @throws IngestError USAGE where it is, or would be, a table of a database, its codes, or inside its private folder
 */
export async function refuseDatabaseFile(path: string): Promise<void> {
  const absolute = resolve(path)
  // A table may be a link, and a link may lead to a table.
  const places = [join(await placeOf(dirname(absolute)), basename(absolute)), await placeOf(absolute)]
  for (const place of places) {
    const isTable = DATABASE_FILES.includes(basename(place)) && (await nameDatabase(dirname(place))) !== undefined
    if (isTable || isPrivate(place))
      throw new IngestError('USAGE', 'belongs to a database: give another file', { source: path })
  }
}

/** A path without links, as far as it is there. */
async function placeOf(path: string): Promise<string> {
  const absolute = resolve(path)
  const real = await realpath(absolute).catch(() => undefined)
  return real ?? join(await placeOf(dirname(absolute)), basename(absolute))
}

function isPrivate(place: string): boolean {
  return place.split(sep).includes(PRIVATE_FOLDER)
}

/** What a folder without links is, if it is a database: one of a run, or tables that no export has left, as spacekit's. */
async function nameDatabase(folder: string): Promise<string | undefined> {
  if (isPrivate(folder)) return `is inside ${PRIVATE_FOLDER} of a database`
  if (await isThere(join(folder, PRIVATE_FOLDER))) return 'is a database'
  if (!(await isDatabase(folder)) || (await isThere(join(folder, EXPORT_MARK)))) return undefined
  return `is a database (it has tables, and no ${EXPORT_MARK} of an export)`
}
