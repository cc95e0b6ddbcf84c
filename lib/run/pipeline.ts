/**
 * The way of a row, in one place: bytes → records → scrubbed rows → settled programs → every table.
 */
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { asStream, gen } from 'stream-chain'
import type { TableText } from '../store/format.js'
import type { Reject } from '../store/tables.js'
import type { TablesUpdate } from '../store/update.js'
import type { WorkerPool } from '../workers/pool.js'
import type { RejectedRow, ScrubbedRows } from '../workers/row-scrubber.js'
import type { Decoder, RecordBatch } from './decode.js'
import type { EmitterStep } from './emit.js'
import type { HeadedInput, InputChunk } from './read.js'
import {
  bufferAndSettle,
  type GroupContext,
  type PendingBatch,
  type Results,
  type ScrubbedBatch,
} from './settle-stage.js'
import { tee } from './tee.js'

/** Batches are large: a stage holds few, and waits. Some are on their way so that another thread has something to do. */
const FEW_BATCHES = { writableHighWaterMark: 1, readableHighWaterMark: 8 }

/** What a run's stages share. */
export interface PipelineContext extends GroupContext {
  readonly inputs: readonly HeadedInput[]
  /** The bytes of the inputs, or a portion of them. */
  readonly chunks: Iterable<InputChunk> | AsyncIterable<InputChunk>
  /** Goes on where the portion before has ended. */
  readonly decoder: Decoder
  /** Takes the rows of a table as they come. */
  readonly emitter?: EmitterStep | undefined
}

/**
 * Sends all rows of a portion of the inputs to the tables of an update.
 *
 * Each stage takes and gives batches of rows. An error in any of them destroys all the others and is thrown here.
 *
 * @throws IngestError for what is wrong with an input; ROW_REJECTED under `strict`
 */
export async function runPipeline(context: PipelineContext, update: TablesUpdate): Promise<void> {
  const { inputs, chunks, pool, signal, emitter } = context
  pool.expect(inputs.reduce((sum, { bytes = 0 }) => sum + bytes, 0))
  // A chain of functions in one stream: `chain()` would wrap it in a second one that an error does not destroy.
  const rows: Duplex = asStream(gen(decodeStage(context), scrubStage(context)), FEW_BATCHES)
  const bytes = Readable.from(chunks, { highWaterMark: 1 })
  const tables = tee<Results>(resultSinks(update, emitter))
  await pipeline(bytes, rows, bufferAndSettle(context), tables, signal === undefined ? {} : { signal })
}

/** Bytes to records. */
export function decodeStage({ decoder }: { readonly decoder: Decoder }): (chunk: InputChunk) => RecordBatch {
  return (chunk) => decoder.decode(chunk)
}

/** Records to scrubbed rows. */
export function scrubStage(context: {
  readonly inputs: readonly HeadedInput[]
  readonly pool: WorkerPool
}): (batch: RecordBatch) => PendingBatch {
  return (batch) => {
    const scrubbed = scrubBatch(batch, context.inputs.indexOf(batch.input), context.pool)
    // Whoever waits for it may be gone by then: that is told elsewhere.
    scrubbed.catch(() => {})
    return { scrubbed }
  }
}

async function scrubBatch(batch: RecordBatch, input: number, pool: WorkerPool): Promise<ScrubbedBatch> {
  const tasks = batch.blocks.map(({ bytes, line }) => pool.run({ kind: 'scrub', input, bytes, line }))
  const parts: ScrubbedRows[] = []
  if (batch.records.length > 0) parts.push(pool.runner.scrubRecords(input, batch.records, batch.isLast))
  parts.push(...(await Promise.all(tasks)))
  const named = (row: RejectedRow): Reject => ({ source: batch.input.name, ...row })
  const rejects = [...batch.rejects, ...parts.flatMap((part) => part.rejects.map(named))]
  return {
    records: parts.map(({ records }) => records),
    rejects: rejects.sort((a, b) => a.line - b.line),
    counts: parts.map(({ counts }) => ({ input: batch.input.name, ...counts })),
  }
}

/** All sinks of a run: one for each table, one for the rejects, and what is emitted. */
export function resultSinks(update: TablesUpdate, emitter?: EmitterStep): Writable[] {
  const tables = update.tables.map((table, number) =>
    sink(({ tables }) => {
      if (tables.length > 0) table.add(tables[number] as TableText)
    }),
  )
  const rejects = sink(({ rejects }) => update.reject(rejects))
  return [...tables, rejects, ...(emitter === undefined ? [] : [emitter.sink<Results>()])]
}

/** A stream that gives each item to a function. */
function sink(take: (results: Results) => void): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(results: Results, _encoding, done) {
      try {
        take(results)
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
