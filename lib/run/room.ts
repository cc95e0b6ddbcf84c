/** Whether there is room for the rows that a run buffers: in memory, and in the folder of the spill files. */
import { stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { fileError, IngestError } from '../errors.js'
import { removeAbandoned, temporaryPath } from '../store/temporary.js'

/** What the names of spill files outside a database begin with. */
const SPILL_FILE = 'jwst-ingest-spill'

interface RoomOptions {
  readonly memory?: number | undefined
  readonly tmp?: string | undefined
  readonly warn?: ((message: string) => void) | undefined
}

/**
 * What is wrong with the places of rows is told at once, not when the first rows have to go there.
 *
 * @throws IngestError DATABASE_UNUSABLE, WRITE_FAILED where the folder of the spill files is none
 */
export async function mustHaveRoom({ memory = 0, tmp, warn }: RoomOptions): Promise<void> {
  const most = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  if (memory > most) {
    const [asked, there] = [memory, most].map((bytes) => `${Math.round(bytes / 2 ** 20)} MiB`)
    warn?.(`--memory: ${asked} are more than there are (${there}); the system may end the run when it uses them`)
  }
  if (tmp === undefined) return
  const status = await stat(tmp).catch((error: unknown) => {
    throw fileError(error, tmp, 'cannot use it as the folder of --tmp')
  })
  if (!status.isDirectory()) throw new IngestError('WRITE_FAILED', '--tmp needs a folder', { source: tmp })
  await removeAbandoned(join(tmp, SPILL_FILE))
}

/** A path for a spill file in a folder outside the database. */
export function spillPathIn(tmp: string): string {
  return temporaryPath(join(tmp, SPILL_FILE))
}
