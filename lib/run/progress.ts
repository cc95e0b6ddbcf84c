/**
 * How far a run has come, told while it goes on.
 */
import type { HeadedInput } from './read.js'

/** How far a run has come: it reads its inputs, then settles what it has read. */
export interface Progress {
  readonly phase: 'reading' | 'settling'
  /** Bytes read of the inputs as they are on the disk, or bytes of rows settled. */
  readonly bytes: number
  /** All bytes of the phase; undefined while they are not known, as those of a pipe. */
  readonly total: number | undefined
  /** Rows read so far. */
  readonly rows: number
}

/** Takes {@link Progress}, some hundred times in a second at most. */
export type ProgressListener = (progress: Progress) => void

/** Counts what is read of inputs, and tells a listener. */
export class ProgressMeter {
  readonly #listener: ProgressListener | undefined
  #read = 0
  #total: number | undefined
  #rows = 0
  #settled = 0

  constructor(listener: ProgressListener | undefined) {
    this.#listener = listener
  }

  /** The same inputs, whose bytes are counted as they are read. */
  watch(inputs: readonly HeadedInput[]): readonly HeadedInput[] {
    if (this.#listener === undefined) return inputs
    const sizes = inputs.map(({ bytes }) => bytes ?? Number.NaN)
    const total = sizes.reduce((sum, size) => sum + size, 0)
    this.#total = Number.isNaN(total) ? undefined : (this.#total ?? 0) + total
    return inputs.map((input) => ({ ...input, open: () => this.#counted(input.open()) }))
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#read += chunk.length
      yield chunk
    }
  }

  /** Takes how many more rows were read. */
  rows(count: number): void {
    this.#rows += count
    this.#listener?.({ phase: 'reading', bytes: this.#read, total: this.#total, rows: this.#rows })
  }

  /** Takes how many more bytes of rows were settled. */
  settled(bytes: number, total: number): void {
    this.#settled += bytes
    this.#listener?.({ phase: 'settling', bytes: this.#settled, total, rows: this.#rows })
  }
}
