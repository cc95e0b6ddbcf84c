/**
 * A database that is only looked at: as a run would find it, at one moment, without a lock. Nothing is made, finished or
 * removed in its folder, which need not be there; other runs may go on meanwhile.
 */
import type { Watch } from '../process/progress.js'
import type { OpenedTable, OpenFolder } from './commit.js'
import { layoutOf } from './commit-record.js'
import { Database, refuseForeign } from './database.js'
import { closeFiles, type OpenFile, openFiles } from './read/files.js'
import type { Transaction } from './transaction.js'

/**
 * Opens a folder to be looked at.
 *
 * @param watch its signal ends the look
 * @throws IngestError DATABASE_UNUSABLE for a folder that cannot be read, and where a commit has not come to its end;
 *   TABLE_INVALID for another program's files
 */
export async function lookAtDatabase(path: string, watch: Watch): Promise<Database> {
  await refuseForeign(path)
  const folder = new LookedAtFolder(path)
  const { files, others } = await openFiles(path, () => Database.look(folder, watch), watch.signal)
  folder.files = files
  return others
}

class LookedAtFolder implements OpenFolder {
  readonly folder: string
  readonly recovered = undefined
  files: ReadonlyMap<string, OpenFile> = new Map()

  constructor(path: string) {
    this.folder = layoutOf(path).folder
  }

  get opened(): ReadonlyMap<string, OpenedTable> {
    return new Map([...this.files].map(([file, { handle, bytes }]) => [file, { fd: handle.fd, bytes }]))
  }

  async begin(): Promise<Transaction> {
    throw new Error('a database that is looked at cannot be changed')
  }

  async close(): Promise<void> {
    const { files } = this
    this.files = new Map()
    await closeFiles(files)
  }
}
