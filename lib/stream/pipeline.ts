/**
 * The way of a row, in one place: bytes → records → scrubbed rows → settled programs → every table.
 */
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { asStream, gen } from 'stream-chain'
import type { Database } from '../database/database.js'
import type { Reject, Results } from '../database/tables.js'
import type { Update } from '../database/update.js'
import { IngestError } from '../errors.js'
import type { Layout } from '../rules/layout.js'
import { Scrubber } from '../rules/scrub.js'
import type { Tally } from '../summary.js'
import type { LineBuffer } from './buffer.js'
import { Decoder, type RecordBatch } from './decode.js'
import { groupByAssociation, type ScrubbedBatch, type ScrubbedLine } from './group.js'
import { type HeadedInput, type InputChunk, readInputs } from './read.js'
import { tee } from './tee.js'

/** Batches are large: a stage holds one, and waits. */
const ONE_BATCH = { writableHighWaterMark: 1, readableHighWaterMark: 1 }

/** What a run's stages share. */
export interface PipelineContext {
  readonly inputs: readonly HeadedInput[]
  readonly layout: Layout
  readonly buffer: LineBuffer
  /** The database whose programs are read as they are settled; absent where the buffer holds its lines. */
  readonly stored: Database | undefined
  readonly tally: Tally
  /** Whether the first row that cannot be used ends the run. */
  readonly strict: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * Sends all rows of the inputs to the tables of an update.
 *
 * Each stage takes and gives batches of rows. An error in any of them destroys all the others and is thrown here.
 *
 * @throws IngestError for what is wrong with an input; ROW_REJECTED under `strict`
 */
export async function runPipeline(context: PipelineContext, update: Update): Promise<void> {
  const { inputs, signal } = context
  // A chain of functions in one stream: `chain()` would wrap it in a second one that an error does not destroy.
  const rows: Duplex = asStream(gen(decodeStage(context), scrubStage(context)), ONE_BATCH)
  const bytes = Readable.from(readInputs(inputs), { highWaterMark: 1 })
  const tables = tee<Results>(tableSinks(update))
  await pipeline(bytes, rows, groupByAssociation(context), tables, signal === undefined ? {} : { signal })
}

/** Bytes to records. */
export function decodeStage({ tally }: Pick<PipelineContext, 'tally'>): (chunk: InputChunk) => RecordBatch {
  const decoder = new Decoder(tally)
  return (chunk) => decoder.decode(chunk)
}

/** Records to scrubbed rows. */
export function scrubStage(
  context: Pick<PipelineContext, 'layout' | 'tally' | 'strict'>,
): (batch: RecordBatch) => ScrubbedBatch {
  let current: { readonly input: HeadedInput; readonly scrubber: Scrubber } | undefined
  return (batch) => {
    const { input } = batch
    if (current?.input !== input) current = { input, scrubber: new Scrubber(context.layout, input.header, input.day) }
    return scrubBatch(batch, current.scrubber, context)
  }
}

function scrubBatch(
  batch: RecordBatch,
  scrubber: Scrubber,
  context: Pick<PipelineContext, 'tally' | 'strict'>,
): ScrubbedBatch {
  const { tally, strict } = context
  const rows: ScrubbedLine[] = []
  const rejects: Reject[] = [...batch.rejects]
  for (const record of batch.records) {
    const scrubbed = scrubber.scrub(record)
    if (scrubbed.outcome === 'rejected') {
      rejects.push({ source: batch.input.name, line: record.line, text: record.text, reason: scrubbed.message })
      continue
    }
    tally.row(scrubbed.level)
    if (scrubbed.outcome !== 'kept') tally.drop(scrubbed.reason)
    if (scrubbed.outcome === 'dropped') continue
    rows.push(scrubbed)
  }
  rejects.sort((a, b) => a.line - b.line)
  if (strict && rejects[0] !== undefined) throw rejected(rejects[0])
  tally.reject(rejects)
  return { rows, rejects }
}

function rejected({ source, line, reason }: Reject): IngestError {
  return new IngestError('ROW_REJECTED', `${reason}; nothing was changed (--strict)`, { source, line })
}

/** One sink for each table, and one for the rejects. */
export function tableSinks(update: Update): Writable[] {
  const tables = update.tables.map((table) =>
    sink(({ programs }) => {
      for (const program of programs) table.add(program)
    }),
  )
  return [...tables, sink(({ rejects }) => update.reject(rejects))]
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
