/**
 * Lines to the bytes of a file: in order, or shuffled over the whole file.
 */
import type { Writing } from './generator-dialect.js'
import type { Random } from './generator-random.js'

/** What a file has besides its lines. */
type Frame = Pick<Writing, 'header' | 'lineEnd'>

const CHUNK_BYTES = 256 * 1024
const BLOCK_BYTES = 16 * 1024 * 1024

/** A file of a header and lines, in pieces of some 256 kB. */
export function* packLines({ header, lineEnd }: Frame, lines: Iterable<string>): Generator<Buffer> {
  let text = `${header}${lineEnd}`
  for (const line of lines) {
    text += `${line}${lineEnd}`
    if (text.length >= CHUNK_BYTES) {
      yield Buffer.from(text)
      text = ''
    }
  }
  if (text !== '') yield Buffer.from(text)
}

/**
 * A file of a header and lines in random order. Holds the text of all lines, outside of the JavaScript heap, so that
 * millions of them fit.
 *
 * @param count number of lines, at most
 */
export function* shuffleLines(
  { header, lineEnd }: Frame,
  lines: Iterable<string>,
  count: number,
  random: Random,
): Generator<Buffer> {
  const pool = new LinePool(count)
  for (const line of lines) pool.add(`${line}${lineEnd}`)
  const order = Uint32Array.from({ length: pool.size }, (_, index) => index)
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = random.integer(0, last)
    const held = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = held
  }
  yield Buffer.from(`${header}${lineEnd}`)
  let chunk: Buffer[] = []
  let bytes = 0
  for (const index of order) {
    const line = pool.line(index)
    chunk.push(line)
    bytes += line.length
    if (bytes >= CHUNK_BYTES) {
      yield Buffer.concat(chunk, bytes)
      chunk = []
      bytes = 0
    }
  }
  if (bytes > 0) yield Buffer.concat(chunk, bytes)
}

/** Lines of text as bytes in large blocks. */
class LinePool {
  size = 0
  readonly #starts: Float64Array
  readonly #lengths: Uint32Array
  readonly #blocks: Buffer[] = []
  #used = BLOCK_BYTES

  constructor(capacity: number) {
    this.#starts = new Float64Array(capacity)
    this.#lengths = new Uint32Array(capacity)
  }

  /** Adds a line of less than a block. */
  add(line: string): void {
    const length = Buffer.byteLength(line)
    if (this.#used + length > BLOCK_BYTES) {
      this.#blocks.push(Buffer.allocUnsafe(BLOCK_BYTES))
      this.#used = 0
    }
    this.#blocks.at(-1)?.write(line, this.#used)
    this.#starts[this.size] = (this.#blocks.length - 1) * BLOCK_BYTES + this.#used
    this.#lengths[this.size] = length
    this.#used += length
    this.size += 1
  }

  line(index: number): Buffer {
    const start = this.#starts[index] ?? 0
    const block = this.#blocks[Math.floor(start / BLOCK_BYTES)] ?? Buffer.alloc(0)
    const offset = start % BLOCK_BYTES
    return block.subarray(offset, offset + (this.#lengths[index] ?? 0))
  }
}
