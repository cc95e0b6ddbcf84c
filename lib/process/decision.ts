/**
 * Whether a command may still be stopped. One that changes something decides to, right before its first change that
 * stays: a signal that comes before that stops it, and one that comes later is too late. So the exit code tells the truth,
 * whichever was first.
 */
const OPEN = 0
const TAKEN = 1
const STOPPED = 2

/** Shared by the thread that runs the command and the one that signals come to. */
export class Decision {
  readonly memory: SharedArrayBuffer
  readonly #state: Int32Array

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory
    this.#state = new Int32Array(memory)
  }

  /** Whether the command has changed something, or is about to. */
  get isTaken(): boolean {
    return Atomics.load(this.#state, 0) === TAKEN
  }

  /** Decides that the command changes something; false where it was stopped. */
  take(): boolean {
    return Atomics.compareExchange(this.#state, 0, OPEN, TAKEN) !== STOPPED
  }

  /** Opens it again, as what was decided on is done and the command goes on to its next change. */
  reopen(): void {
    Atomics.compareExchange(this.#state, 0, TAKEN, OPEN)
  }

  /** Stops the command, which then changes nothing; false where that is too late. */
  stop(): boolean {
    return Atomics.compareExchange(this.#state, 0, OPEN, STOPPED) !== TAKEN
  }
}
