/**
 * How far a run has come: it reads association files and its inputs, then settles what it has read.
 */
import { Meter, type ProgressListener } from '../process/progress.js'
import type { HeadedInput } from './read.js'

/** Counts what a run reads and settles, and tells a listener. */
export class ProgressMeter {
  readonly #listener: ProgressListener | undefined
  /** What comes one phase after the other: association files, and what is settled of each step. */
  readonly steps: Meter
  #read = 0
  #total: number | undefined
  #rows = 0

  constructor(listener: ProgressListener | undefined) {
    this.#listener = listener
    this.steps = new Meter(listener && ((progress) => listener({ ...progress, rows: this.#rows })))
  }

  /** The same inputs, whose bytes are counted as they are read from the disk. */
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
    this.readsOn()
  }

  /** Inputs are what the run is at, now or again. */
  readsOn(): void {
    this.#listener?.({ phase: 'reading', unit: 'bytes', done: this.#read, total: this.#total, rows: this.#rows })
  }
}
