/**
 * The stateful stage: buffers scrubbed rows until the input ends, then settles them partition by partition.
 *
 * A product may come days after its exposures and a file is in no order, so nothing can be said of a row before the
 * last one is read. What a few partitions hold is all that is in memory as objects at a time.
 */

import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import type { ProgressMeter } from '../process/progress.js'
import type { UnknownValues } from '../rules/category-codes.js'
import type { RowCounts } from '../settle/counts.js'
import type { LineBuffer } from '../sort/buffer.js'
import { asBuffer } from '../sort/records.js'
import type { TableText } from '../store/format.js'
import type { Reject } from '../store/tables.js'
import type { WorkerPool } from '../workers/pool.js'
import type { SettledPartitions } from '../workers/tasks.js'
import type { InputCounts, Tally } from './summary.js'

/** Scrubbed rows of one input, and what could not be used of it. */
export interface ScrubbedBatch {
  /** Records for the buffer. */
  readonly records: readonly Uint8Array[]
  /** In the order of the input. */
  readonly rejects: readonly Reject[]
  readonly counts: readonly InputCounts[]
}

/** Rows that may still be at work on. */
export interface PendingBatch {
  readonly scrubbed: Promise<ScrubbedBatch>
}

/** What the stages hand to the tables. */
export interface Results {
  /** For each table, in their order; none where nothing was settled. */
  readonly tables: readonly TableText[]
  readonly rejects: readonly Reject[]
}

/** What the stage works on. */
export interface GroupContext {
  readonly buffer: LineBuffer
  readonly pool: WorkerPool
  readonly tally: Tally
  /** Takes category values that have no code. */
  readonly learn: (values: UnknownValues) => void
  /** Whether programs are settled as a whole, as their stored lines take part. */
  readonly wholePrograms: boolean
  /** Whether the first row that cannot be used ends the run. */
  readonly strict: boolean
  /** Whether the run has committed something before. */
  readonly hasCommits?: boolean
  /** Takes how far the run has come. */
  readonly progress?: ProgressMeter | undefined
  readonly signal: AbortSignal | undefined
}

/** The transform from scrubbed rows to results. Rejects pass through at once; the rest comes when the input ends. */
export function bufferAndSettle(
  context: GroupContext,
): (source: AsyncIterable<PendingBatch>) => AsyncGenerator<Results> {
  return async function* group(source) {
    for await (const { scrubbed } of source) {
      const batch = await scrubbed
      await bufferBatch(batch, context)
      if (batch.rejects.length > 0) yield { tables: [], rejects: batch.rejects }
    }
    await context.buffer.spillRest(context.signal)
    yield* settleBuffered(context)
  }
}

async function bufferBatch({ records, rejects, counts }: ScrubbedBatch, context: GroupContext): Promise<void> {
  const { buffer, tally, strict, hasCommits, progress, signal } = context
  for (const some of counts) tally.rows(some)
  tally.reject(rejects)
  // After it is counted: what a run has read is told also where it fails.
  if (strict && rejects[0] !== undefined) throw rejected(rejects[0], hasCommits)
  for (const some of records) buffer.addRecords(asBuffer(some))
  if (buffer.canMerge) await buffer.merge(signal)
  progress?.rows(rejects.length + counts.reduce((rows, some) => rows + rowsOf(some), 0))
}

function rowsOf({ levels }: RowCounts): number {
  return levels.level1 + levels.level3 + levels.other
}

/** The error that ends a run under `strict`. */
export function rejected({ source, line, reason }: Reject, hasCommits = false): IngestError {
  const what = hasCommits ? 'nothing more' : 'nothing'
  return new IngestError('ROW_REJECTED', `${reason}; ${what} was changed (--strict)`, { source, line })
}

/** Batches of partitions that are at work on at a time. */
const MOST_PENDING = 12

async function* settleBuffered(context: GroupContext): AsyncGenerator<Results> {
  const { buffer, pool, tally, learn, wholePrograms, progress, signal } = context
  const pending: { readonly bytes: number; readonly settled: Promise<SettledPartitions> }[] = []
  const next = async (): Promise<Results> => {
    const { bytes, settled } = pending.shift() as (typeof pending)[number]
    const { tables, counts, census, unknown } = await settled
    progress?.steps.add(bytes)
    tally.settled(counts, census)
    learn(unknown)
    return { tables, rejects: [] }
  }
  progress?.steps.begin('settling', buffer.bytesAdded)
  const breathe = breather(signal)
  for (const bytes of buffer.batches(wholePrograms, (partition) => pool.runner.storedBytesOf(partition))) {
    await breathe()
    const { length } = bytes
    const settled = pool.run({ kind: 'settle', bytes })
    // Whoever takes the results may be gone by then: that is told elsewhere.
    settled.catch(() => {})
    pending.push({ bytes: length, settled })
    if (pending.length === MOST_PENDING) yield await next()
  }
  while (pending.length > 0) yield await next()
}
