/**
 * The bytes of the inputs, uncompressed, one input after the other.
 */
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { CsvBatch } from '../csv/block.js'
import { CsvReader } from '../csv/read.js'
import { BYTE } from '../csv/split.js'
import { IngestError } from '../errors.js'
import { checkHeader } from '../rules/layout.js'
import type { Input } from './source.js'

/** An input whose header line is known. */
export interface HeadedInput extends Input {
  readonly header: readonly string[]
}

/** Some bytes of an input; `bytes` is absent once, at its end. */
export interface InputChunk {
  readonly input: HeadedInput
  readonly bytes: Buffer | undefined
}

/** Bytes that a header line may have. */
const MAX_HEADER_BYTES = 1 << 20
/** The header is looked for in pieces of this size, so that the rows behind it are not parsed twice. */
const HEADER_PIECE_BYTES = 1 << 12

/**
 * Reads inputs in turn, uncompressed. Who stops reading need not wait for a read that is going on: the writer of a pipe
 * may take as long as it likes.
 */
export function readInputs(inputs: readonly HeadedInput[]): AsyncIterable<InputChunk> {
  return {
    [Symbol.asyncIterator]() {
      const chunks = chunksOf(inputs)
      return {
        next: () => chunks.next(),
        async return() {
          chunks.return(undefined).catch(() => {})
          for (const input of inputs) input.close?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

async function* chunksOf(inputs: readonly HeadedInput[]): AsyncGenerator<InputChunk> {
  for (const input of inputs) {
    for await (const bytes of inputBytes(input)) yield { input, bytes }
    yield { input, bytes: undefined }
  }
}

/**
 * Reads the header of an input (section 2), so that what is wrong with it is known before anything is written.
 *
 * @returns the input, with what was read of a pipe put back
 * @throws IngestError HEADER_INVALID, INPUT_NOT_CSV, INPUT_UNREADABLE or GZIP_BROKEN; the input is then closed
 */
export async function readHeader(input: Input): Promise<HeadedInput> {
  const bytes = inputBytes(input)
  const seen: Buffer[] = []
  try {
    const header = await findHeader(bytes, input, seen)
    if (header === undefined) throw empty(input)
    checkHeader(header, input.name)
    if (!input.seekable) return { ...input, header, open: () => resume(seen, bytes) }
    await bytes.return(undefined)
    return { ...input, header }
  } catch (error) {
    await bytes.return(undefined)
    throw await withCause(error, seen)
  }
}

/** What is wrong with a header by its cause, where the input comes in one of the forms that are known. */
async function withCause(error: unknown, seen: readonly Buffer[]): Promise<unknown> {
  if (!(error instanceof IngestError) || (error.code !== 'INPUT_NOT_CSV' && error.code !== 'HEADER_INVALID'))
    return error
  const { causeOf } = await import('./header-cause.js')
  const cause = causeOf(Buffer.concat(seen))
  return cause === undefined ? error : new IngestError(error.code, cause, error.place)
}

/**
 * The fields of the first line; none where the input ends before.
 *
 * @param seen takes all the bytes read for it
 */
async function findHeader(
  bytes: AsyncIterator<Buffer>,
  input: Input,
  seen: Buffer[],
): Promise<readonly string[] | undefined> {
  const reader = new CsvReader({ maxRecordBytes: MAX_HEADER_BYTES })
  const returns = new LoneReturnFinder()
  for (let next = await bytes.next(); !next.done; next = await bytes.next()) {
    seen.push(next.value)
    for (let offset = 0; offset < next.value.length; offset += HEADER_PIECE_BYTES) {
      const piece = next.value.subarray(offset, offset + HEADER_PIECE_BYTES)
      if (returns.push(piece) && !isBinary(seen)) throw loneReturn(input)
      const header = firstFields(reader.push(piece), input)
      if (header !== undefined) return header
    }
  }
  if (returns.end() && !isBinary(seen)) throw loneReturn(input)
  return firstFields(reader.end(), input)
}

const isBinary = (seen: readonly Buffer[]) => seen.some((bytes) => bytes.includes(BYTE.nul))

function loneReturn({ name }: Input): IngestError {
  const message =
    'a line ends in a carriage return alone, which is no line end here; expected line feeds, with or without a carriage ' +
    "return before them: convert it first, as with tr '\\r' '\\n'"
  return new IngestError('INPUT_NOT_CSV', message, { source: name, line: 1 })
}

/** Looks for a carriage return that ends the first line of a file which is not empty. In quotes it is data. */
class LoneReturnFinder {
  #isQuoted = false
  #isBlank = true
  #isAfterReturn = false
  #isOver = false

  /** Whether it is found by the end of these bytes, which follow those before. */
  push(bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#isOver) return false
      if (this.#isAfterReturn && byte !== BYTE.lineFeed) return true
      this.#add(byte)
    }
    return false
  }

  /** Whether it is found where the file ends here. */
  end(): boolean {
    return this.#isAfterReturn
  }

  #add(byte: number): void {
    if (byte === BYTE.quote) this.#isQuoted = !this.#isQuoted
    this.#isAfterReturn = byte === BYTE.carriageReturn && !this.#isQuoted
    if (byte === BYTE.lineFeed) this.#isOver = !this.#isQuoted && !this.#isBlank
    else if (byte !== BYTE.carriageReturn) this.#isBlank = false
  }
}

/** The fields of the first record, be it one that can be read or not. */
function firstFields({ records: [record], errors: [error] }: CsvBatch, { name }: Input): readonly string[] | undefined {
  const isError = error !== undefined && (record === undefined || error.line < record.line)
  if (isError && error.message === `record longer than ${MAX_HEADER_BYTES} bytes`) {
    const message = `the header line is longer than 1 MiB, and begins with ${JSON.stringify(error.text.slice(0, 40))}; is this a CSV file?`
    throw new IngestError('INPUT_NOT_CSV', message, { source: name, line: error.line })
  }
  return isError ? [error.text] : record?.fields
}

function empty(input: Input): IngestError {
  return new IngestError(
    'INPUT_NOT_CSV',
    'the input is empty; expected at least the header line Dataset,DagNodeName,ImageSize,…',
    {
      source: input.name,
      line: 1,
    },
  )
}

/** An input's bytes; gzip is told by its first two bytes, whatever the name says. */
async function* inputBytes(input: Input): AsyncGenerator<Buffer> {
  let source: AsyncIterator<Buffer> | undefined
  try {
    source = input.open()[Symbol.asyncIterator]()
    const start = await firstBytes(source)
    const whole = resume([start], source)
    if (start[0] === 0x1f && start[1] === 0x8b) yield* gunzip(whole)
    else yield* whole
  } catch (error) {
    throw unreadable(input, error)
  } finally {
    // Not awaited: a read that goes on behind the decompression can take as long as the writer of the pipe likes.
    Promise.resolve(source?.return?.()).catch(() => {})
  }
}

/** The first chunk, or as many as make two bytes. */
async function firstBytes(source: AsyncIterator<Buffer>): Promise<Buffer> {
  let start: Buffer = Buffer.alloc(0)
  while (start.length < 2) {
    const next = await source.next()
    if (next.done) break
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value])
  }
  return start
}

async function* resume(seen: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* seen
  yield* { [Symbol.asyncIterator]: () => rest }
}

function gunzip(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // An error in either stream destroys both and reaches the one who reads: nothing is left for the callback.
  return pipeline(Readable.from(bytes, { objectMode: false }), createGunzip({ chunkSize: 1 << 16 }), () => {})
}

function unreadable(input: Input, error: unknown): unknown {
  // What the system reports has a code; an interruption has one too, and is no fault of the input.
  const isReported =
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.name !== 'AbortError'
  if (!isReported || error instanceof IngestError) return error
  const gzip = String(error.code).startsWith('Z_')
  const message = gzip
    ? `the compressed file is cut short or damaged (${error.message}); fetch it again`
    : `cannot be read: ${error.message}`
  return new IngestError(gzip ? 'GZIP_BROKEN' : 'INPUT_UNREADABLE', message, { source: input.name }, error)
}
