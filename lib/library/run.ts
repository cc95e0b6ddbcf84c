/**
 * Runs as programs start them: a promise of what the run did, and on the way how far it has come.
 */
import type { Progress, ProgressListener } from '../process/progress.js'
import { associate, ingest } from '../run/ingest.js'
import type { AssociateOptions as AllAssociateOptions, RunOptions } from '../run/options.js'
import type { Summary } from '../run/summary.js'
import { answer, mustHaveInputs } from './options.js'

/** Options of `associate`: those of `ingest` that are not about daily files. */
export interface AssociationRunOptions extends Omit<AllAssociateOptions, 'out'> {}

/** A run that goes on: a promise of its summary. */
export interface IngestRun extends Promise<Summary> {
  /**
   * How far the run has come, until it ends: the latest news whenever it is asked for, so one who is slow misses some and
   * holds nothing up. Await the run as well: leaving the loop does not end it.
   *
   * @throws what the run is rejected with
   */
  progress(): AsyncGenerator<Progress>
}

/**
 * Ingests raw daily files into a database (specification, sections 1-9), all in one committed step.
 *
 * @param folder the database; made if it is not there
 * @returns a promise of what the run did, which also tells how far it has come
 * @throws IngestError with a code, and the file and line where there is one, USAGE without inputs or stdin; the reason of `signal`, where that ended the
 *   run. The database is then as it was.
 */
export function startIngest(folder: string, options: RunOptions = {}): IngestRun {
  return start(folder, options, async (progress) => {
    mustHaveInputs(options)
    return ingest({ ...options, out: folder, progress })
  })
}

/**
 * Takes in association files for the rows that a database has already (specification, section 9).
 *
 * @param folder the database
 * @returns a promise of what the run did, which also tells how far it has come
 * @throws IngestError with a code, as `ingest` does; DATABASE_UNUSABLE where there is no database; the reason of `signal`
 */
export function startAssociate(folder: string, options: AssociationRunOptions): IngestRun {
  return start(folder, options, (progress) => associate({ ...options, out: folder, progress }))
}

function start(
  folder: string,
  options: Pick<RunOptions, 'signal' | 'progress'>,
  work: (progress: ProgressListener) => Promise<Summary>,
): IngestRun {
  const { progress } = options
  const listeners = new Set<ProgressListener>(progress === undefined ? [] : [progress])
  const tell: ProgressListener = (news) => {
    for (const listener of listeners) listener(news)
  }
  const promise = answer(folder, options, () => work(tell))
  return Object.assign(promise, { progress: () => follow(promise, listeners) })
}

/** Gives the latest news until a run ends. */
async function* follow(run: Promise<Summary>, listeners: Set<ProgressListener>): AsyncGenerator<Progress> {
  let latest: Progress | undefined
  let isOver = false
  let wake = () => {}
  const end = () => {
    isOver = true
    wake()
  }
  const listener: ProgressListener = (news) => {
    latest = news
    wake()
  }
  listeners.add(listener)
  run.then(end, end)
  try {
    while (!isOver || latest !== undefined) {
      if (latest === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const news = latest
      latest = undefined
      yield news
    }
    await run
  } finally {
    listeners.delete(listener)
  }
}
