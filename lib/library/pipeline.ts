/**
 * The stages of a run for programs that put their own between them, or take the rows elsewhere.
 *
 *     bytes → decode → (rows of the input) → scrub → (scrubbed rows) → write into a database, or settle
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
// Not the whole of stream-chain: the types of its streams need newer ones of Node than a program may have.
import { type Many, many, none } from 'stream-chain/defs.js'
import type { CsvRecord } from '../csv/row.js'
import { IngestError } from '../errors.js'
import { createLayout, type Layout, otherColumns, TAIL_COLUMNS, uniteColumns } from '../rules/layout.js'
import { Decoder, type RecordBatch, toReject } from '../run/decode.js'
import { headedInputs, ingestInto } from '../run/ingest.js'
import type { IngestOptions } from '../run/options.js'
import { resultSinks } from '../run/pipeline.js'
import { type HeadedInput, type InputChunk, readInputs } from '../run/read.js'
import { bufferAndSettle, type Results, rejected } from '../run/settle-stage.js'
import type { DatabaseContext } from '../run/step.js'
import { type Summary, Tally } from '../run/summary.js'
import { tee } from '../run/tee.js'
import { noRows } from '../settle/counts.js'
import type { Reject } from '../store/tables.js'
import type { TablesUpdate } from '../store/update.js'
import { HEADER, type InputForm, RowScrubber, wrongRow } from '../workers/row-scrubber.js'
import { withReason } from './abort.js'
import { checkFolder, checkOptions, mustHaveInputs } from './options.js'
import { RejectQueue } from './rejects.js'
import { type InputRow, type RowSource, readScrubbed, type ScrubbedRow, toCells, toRecord } from './rows.js'
import { type Association, type BufferOptions, settle, toBatches } from './settle.js'

/** Options of {@link createPipeline}; those of `ingest` mean the same. */
export interface PipelineOptions
  extends Pick<IngestOptions, 'inputs' | 'date' | 'prefix' | 'strict' | 'stdin' | 'warn' | 'alert' | 'signal'> {
  /** Columns that stages of your own add to the rows. They come behind the columns of the inputs. */
  readonly columns?: readonly string[] | undefined
  /** Takes each row that cannot be used, when it is met. `write` puts them into `rejects.csv` as well. */
  readonly onReject?: ((reject: Reject) => void) | undefined
}

/** Options of the stage that writes; those of `ingest` mean the same. */
export interface WriteOptions extends BufferOptions {
  /** Whether rows of this run count before stored versions of their datasets, whatever the dates. */
  readonly replace?: boolean | undefined
  /** Seconds to wait for another run on the same database. */
  readonly wait?: number | undefined
}

/** An input of a pipeline. */
export interface PipelineInput {
  /** Path as given or found; `<stdin>` for standard input. */
  readonly name: string
  /** Its day, YYYY-MM-DD. */
  readonly date: string
  readonly columns: readonly string[]
}

/**
 * The stages of one run. Each is a function that needs no `this`: use it in a chain of functions, in `pipeline()` of
 * `node:stream`, or in a plain loop. They count and remember, so a pipeline is good for one run.
 */
export interface IngestPipeline extends AsyncDisposable {
  /** The inputs in the order in which they are read. */
  readonly inputs: readonly PipelineInput[]
  /** The columns of a scrubbed row. */
  readonly columns: readonly string[]
  /**
   * The bytes of the inputs, uncompressed, one input after the other; a chunk without bytes ends each of them.
   *
   * @throws IngestError INPUT_UNREADABLE, GZIP_BROKEN
   */
  bytes(): AsyncIterable<InputChunk>
  /**
   * Bytes to rows, headers left out; `many` of stream-chain holds them.
   *
   * @throws IngestError HEADER_CHANGED; ROW_REJECTED under `strict`
   */
  decode(chunk: InputChunk): Many<InputRow>
  /**
   * The rules for a single row (specification, section 3): gives the row, or `none` of stream-chain for one that is of
   * no use or rejected. A row that your stage makes has to have the `source` of an input, whose day and columns count.
   *
   * @throws IngestError ROW_REJECTED under `strict`; USAGE for a row whose source is no input
   */
  scrub(row: InputRow): ScrubbedRow | typeof none
  /**
   * All of the above in one, without a stream: the scrubbed rows of all inputs.
   *
   * @param own a stage of your own between decode and scrub; it leaves out a row by giving undefined
   */
  rows(own?: (row: InputRow) => InputRow | undefined): AsyncGenerator<ScrubbedRow>
  /**
   * Makes a stage that matches exposures and products without a database: it holds the rows until they end, then gives
   * associations, programs ascending. Memory is bounded as in a run.
   *
   * @throws IngestError WRITE_FAILED, DATABASE_UNUSABLE for a spill file; USAGE for a row that scrubbing cannot have made
   */
  settle(options?: BufferOptions): (rows: RowSource) => AsyncGenerator<Association>
  /**
   * Makes the last stage of a run: rows into a database, in one committed step when they end. An error of any stage
   * before it leaves the database as it was.
   *
   * @param out the database folder; made if it is not there
   * @returns a function from rows to what the run did
   * @throws IngestError as `ingest` does; USAGE for a row that scrubbing cannot have made
   */
  write(out: string, options?: WriteOptions): (rows: RowSource) => Promise<Summary>
  /**
   * Waits until `write` has given its database free, and closes what is left of the inputs. `pipeline()` of Node does
   * not wait for its last stage when one before it fails: without this, the database may still be locked for a moment.
   */
  close(): Promise<void>
}

/**
 * Finds the inputs, reads their headers, and makes the stages that take their rows. Nothing is written.
 *
 * @throws IngestError NO_INPUT, INPUT_UNREADABLE, INPUT_NOT_CSV, HEADER_INVALID, GZIP_BROKEN or USAGE, as `ingest` does
 */
export async function createPipeline(options: PipelineOptions = {}): Promise<IngestPipeline> {
  checkOptions(options)
  mustHaveInputs(options)
  const { columns: added = [], onReject, warn, signal } = options
  mustBeFree(added)
  const inputs = await headedInputs(options)
  const headers = inputs.map(({ header }) => uniteColumns([header, added]))
  const forms = inputs.map(({ name, day }, index) => ({ name, header: headers[index] ?? [], day }))
  const layout = createLayout(uniteColumns(headers.map(otherColumns)))
  const tally = new Tally()
  const rejects = new RejectQueue(onReject)
  const writing = new Set<Promise<unknown>>()
  const close = async () => {
    for (const input of inputs) input.close?.()
    await Promise.allSettled(writing)
  }
  return {
    inputs: inputs.map(({ name, day, header }) => ({ name, date: day.date, columns: header })),
    columns: layout.columns,
    ...rowStages(inputs, forms, { layout, tally, rejects, strict: options.strict ?? false }),
    settle(buffer = {}) {
      checkOptions(buffer)
      return (source) => settle(source, layout, buffer)
    },
    write(out, buffer = {}) {
      checkFolder(out)
      checkOptions(buffer)
      const waiting = rejects.queue()
      return (source) => {
        const written = withReason(signal, () =>
          ingestInto({ ...buffer, out, warn, signal }, forms, tally, (context, update) => {
            waiting.drain((some) => update.reject(some))
            return settleInto(source, context, update)
          }),
        )
        writing.add(written)
        return written
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

interface RowContext {
  readonly layout: Layout
  readonly tally: Tally
  readonly rejects: RejectQueue
  readonly strict: boolean
}

/** The stages up to scrubbed rows; `forms` have the columns that stages of the program's own add, too. */
function rowStages(
  inputs: readonly HeadedInput[],
  forms: readonly InputForm[],
  context: RowContext,
): Pick<IngestPipeline, 'bytes' | 'decode' | 'scrub' | 'rows'> {
  const { layout, tally } = context
  const decoder = new Decoder(tally)
  const scrubbers = new Map(forms.map((form) => [form.name, { form, scrubber: new RowScrubber(layout, form) }]))
  const bytes = () => readInputs(inputs)
  const decode = (chunk: InputChunk) => {
    const { input } = chunk
    const { records, rejects, headers } = splitBatch(decoder.decode(chunk))
    tally.rows({ ...noRows(), headers, input: input.name })
    reject(rejects, context)
    return records.map(({ line, fields }): InputRow => {
      return { source: input.name, line, cells: toCells(input.header, fields) }
    })
  }
  const scrub = (row: InputRow): ScrubbedRow | undefined => {
    const known = scrubbers.get(row.source)
    if (known === undefined) throw noInput(row)
    known.scrubber.record(toRecord(row, known.form.header))
    const { records, rejects, counts } = known.scrubber.take()
    tally.rows({ ...counts, input: row.source })
    reject(
      rejects.map((wrong) => ({ source: row.source, ...wrong })),
      context,
    )
    return readScrubbed(records, layout)
  }
  async function* rows(own: (row: InputRow) => InputRow | undefined = (row) => row): AsyncGenerator<ScrubbedRow> {
    for await (const chunk of bytes()) {
      for (const row of decode(chunk)) {
        const chosen = own(row)
        const scrubbed = chosen && scrub(chosen)
        if (scrubbed !== undefined) yield scrubbed
      }
    }
  }
  // Values, not generators: stream-chain waits for what follows a chain of functions only while all of them are at hand.
  return { bytes, decode: (chunk) => many(decode(chunk)), scrub: (row) => scrub(row) ?? none, rows }
}

/** @throws IngestError USAGE for a column that the tables have anyway, under a meaning of their own */
function mustBeFree(columns: readonly string[]): void {
  const own = [...createLayout([]).columns, ...TAIL_COLUMNS]
  const taken = columns.find((column) => own.includes(column))
  if (taken !== undefined)
    throw new IngestError('USAGE', `columns: the tables have a column ${taken} of their own; choose another name`)
}

/** Tells of rows that cannot be used; the first one ends the run under `strict`. */
function reject(wrong: readonly Reject[], { tally, rejects, strict }: RowContext): void {
  if (strict && wrong[0] !== undefined) throw rejected(wrong[0])
  tally.reject(wrong)
  rejects.add(wrong)
}

/** Rows into the tables of an update. */
function settleInto(source: RowSource, context: DatabaseContext, update: TablesUpdate): Promise<void> {
  const { signal } = context
  const batches = Readable.from(toBatches(source, context.layout), { highWaterMark: 1 })
  const tables = tee<Results>(resultSinks(update))
  return pipeline(
    batches,
    bufferAndSettle({ ...context, strict: false }),
    tables,
    signal === undefined ? {} : { signal },
  )
}

function noInput({ source, line }: InputRow): IngestError {
  return new IngestError('USAGE', 'a row of no input of this pipeline: keep the `source` of the row it was made of', {
    source,
    line,
  })
}

/** The rows of a batch one by one, each looked at, all rejects, and how many header lines there were. */
export function splitBatch({ input, blocks, records, rejects, isLast }: RecordBatch): {
  readonly records: readonly CsvRecord[]
  readonly rejects: readonly Reject[]
  readonly headers: number
} {
  const wrong = [...rejects]
  let headers = 0
  const rows = [...records, ...blocks.flatMap((block) => block.records)].filter((record) => {
    const reason = wrongRow(record, input, isLast)
    if (reason === HEADER) headers++
    else if (reason !== undefined) wrong.push(toReject(input, record, reason))
    return reason === undefined
  })
  return { records: rows.sort(byLine), rejects: wrong.sort(byLine), headers }
}

function byLine(a: { readonly line: number }, b: { readonly line: number }): number {
  return a.line - b.line
}
