/** How far a command has come, told while it goes on. */

/** What a command is at. */
export type Phase =
  | 'searching'
  | 'reading'
  | 'settling'
  | 'writing'
  | 'checking'
  | 'rebuilding'
  | 'pruning'
  | 'counting'
  | 'explaining'
  | 'comparing'
  | 'exporting'
  | 'drawing'

/** How far a command has come with what it is at. */
export interface Progress {
  readonly phase: Phase
  /** What is counted: bytes, or association files. */
  readonly unit: 'bytes' | 'files'
  /** How much of it is done. */
  readonly done: number
  /** All of it; undefined while that is not known, as of a pipe. */
  readonly total: number | undefined
  /** Of a run, the rows that it has read so far. */
  readonly rows?: number | undefined
}

/** Takes {@link Progress}, some hundred times in a second at most. */
export type ProgressListener = (progress: Progress) => void

/** What every look at a database may be given. */
export interface LookOptions {
  /** Ends the look. */
  readonly signal?: AbortSignal | undefined
  /** Takes how far the look has come. */
  readonly progress?: ProgressListener | undefined
}

/** Who may end what takes long, and hears how far it has come. */
export interface Watch {
  readonly signal?: AbortSignal | undefined
  readonly meter?: Meter | undefined
}

/** Counts what is done of one phase after the other, and tells a listener. */
export class Meter {
  readonly #listener: ProgressListener | undefined
  #now: Progress = { phase: 'reading', unit: 'bytes', done: 0, total: undefined }

  constructor(listener: ProgressListener | undefined) {
    this.#listener = listener
  }

  /**
   * Begins a phase.
   *
   * @param total all of it; undefined where that is not known
   */
  begin(phase: Phase, total: number | undefined, unit: Progress['unit'] = 'bytes'): void {
    this.#tell({ phase, unit, done: 0, total })
  }

  /** Takes how much more of the phase is done. */
  add(count: number): void {
    this.#tell({ ...this.#now, done: this.#now.done + count })
  }

  #tell(now: Progress): void {
    this.#now = now
    this.#listener?.(now)
  }
}

/** An input whose bytes are counted as they are read. */
interface Watched {
  readonly bytes: number | undefined
  readonly open: () => AsyncIterable<Buffer>
}

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
  watch<T extends Watched>(inputs: readonly T[]): readonly T[] {
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
