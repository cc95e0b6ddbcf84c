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
