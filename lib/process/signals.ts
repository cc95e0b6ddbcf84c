/**
 * The signals that end the program. Loaded before all else, as one may come while the rest is loaded.
 */
import { Decision } from './decision.js'

/** These signals, and the exit codes that shells expect for them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** What ends the process when a signal has stopped the command. */
export interface Stop {
  readonly code: 'INTERRUPTED'
  /** What people are told. */
  readonly message: string
  readonly signal: string
  readonly exitCode: number
}

/** Takes the signals of this process from now on. */
export class Signals {
  readonly decision = new Decision()
  readonly #controller = new AbortController()
  /** The signal that stopped the command. */
  #stopped: Omit<Stop, 'message'> | undefined
  /** The exit code of the command that has ended by itself. */
  #ended: number | undefined
  /** What the command does at the first signal, instead of being stopped by it. */
  #first: (() => void) | undefined
  #interrupted = 'interrupted; nothing was changed'
  #tell: ((stop: Stop) => void) | undefined

  constructor() {
    for (const [signal, exitCode] of Object.entries(EXIT_CODES))
      process.on(signal, () => this.#take({ code: 'INTERRUPTED', signal, exitCode }))
  }

  /** Stops the command. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /**
   * The command ends by itself at the first signal, in order; the second one stops it.
   *
   * @param end begins to end it
   */
  onFirst(end: () => void): void {
    this.#first = () => {
      this.#interrupted = 'interrupted; what was read since the last commit is not in the database'
      end()
    }
  }

  /** Takes who tells programs what has stopped the command, right before the process ends. */
  onStop(tell: (stop: Stop) => void): void {
    this.#tell = tell
  }

  #take(stop: Omit<Stop, 'message'>): void {
    const first = this.#first
    if (first !== undefined && this.#ended === undefined) {
      this.#first = undefined
      first()
      return
    }
    // Too late to undo anything: what was done is what the exit code tells.
    if (!this.decision.stop()) {
      if (this.#ended !== undefined) process.exit(this.#ended)
      return
    }
    // Who asks twice does not want to wait for what is being put in order: the next run does it. What has ended waits
    // only for those who read what it printed.
    const isWaiting = this.#stopped !== undefined || this.#ended !== undefined
    this.#stopped ??= stop
    if (isWaiting) this.exitIfStopped()
    this.#controller.abort()
  }

  /** Has to be told when the command has ended by itself, with its exit code. */
  end(code: number): void {
    this.exitIfStopped()
    this.#ended = code
    process.exitCode = code
  }

  /** Ends the process if a signal has stopped the command. */
  exitIfStopped(): void {
    if (this.#stopped === undefined) return
    this.#tell?.({ ...this.#stopped, message: this.#interrupted })
    process.stderr.write(`jwst-ingest: ${this.#interrupted}\n`)
    process.exit(this.#stopped.exitCode)
  }
}
