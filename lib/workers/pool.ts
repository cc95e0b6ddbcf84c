/**
 * Does the tasks of a run on two threads: this one and, once there is enough to do, another.
 *
 * The other one always has some tasks more than it is at work on; what comes while it has enough is done here at once. So
 * neither waits for the other, and no more than a few tasks are on their way at any time. What takes long is never done
 * here, as this thread has to take notice of signals.
 */
import { availableParallelism } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { IngestError } from '../errors.js'
import type { SpilledSection } from '../sort/buffer.js'
import type { SectionData } from '../sort/run.js'
import type { SpillTarget } from '../sort/spill.js'
import {
  type Extras,
  memoryOfTask,
  type ResultOf,
  type SpillTask,
  type Task,
  TaskRunner,
  type TaskSetup,
} from './tasks.js'

/** What an {@link IngestError} loses on its way between threads. */
type KnownError = Pick<IngestError, 'code' | 'detail' | 'place'>

/** A task for the other thread. */
export interface Job {
  readonly number: number
  readonly task: Task
}

/** What the other thread says: that it is ready, or what became of a task. */
export type Answer =
  | { readonly ready: true }
  | { readonly number: number; readonly result: ResultOf<Task> }
  | { readonly number: number; readonly error: unknown; readonly known?: KnownError }

interface Waiting {
  readonly resolve: (result: ResultOf<Task>) => void
  readonly reject: (error: unknown) => void
}

/**
 * The other thread is begun for more bytes of tasks than this: so long it takes until a thread is as fast as it gets, and
 * until then two of them are no faster than one. Of some 100,000 rows.
 */
const BYTES_BEFORE = 32 * 2 ** 20
/** Tasks that the other thread has at most. */
const MOST_JOBS = 4
/** Young objects that the other thread keeps before it collects garbage: room that counts as this process's memory. */
const YOUNG_MEGABYTES = 16

/** Runs tasks; the memory of a task's bytes is given away, all of what they are part of. */
export class WorkerPool {
  readonly #setup: TaskSetup
  readonly #runner: TaskRunner
  readonly #signal: AbortSignal | undefined
  readonly #giveUp = () => this.#fail(this.#signal?.reason)
  readonly #jobs = new Map<number, Waiting>()
  #worker: Worker | undefined
  #ready = false
  #failure: unknown
  #turns: Promise<void> = Promise.resolve()
  #bytes = 0
  #number = 0
  /** Tasks of the other thread that take long. */
  #long = 0

  /**
   * @param signal gives all tasks up: nobody waits for one that takes long
   * @param extras for tasks on this thread
   */
  constructor(setup: TaskSetup, signal?: AbortSignal, extras?: Extras) {
    this.#setup = setup
    this.#runner = new TaskRunner(setup, extras)
    this.#signal = signal
    signal?.addEventListener('abort', this.#giveUp, { once: true })
  }

  /** Whether the other thread takes tasks. */
  get hasOther(): boolean {
    return this.#ready
  }

  /** Number of tasks that the other thread was given. */
  get given(): number {
    return this.#number
  }

  /** What does tasks on this thread. */
  get runner(): TaskRunner {
    return this.#runner
  }

  /** Takes how many bytes of tasks there will be, as far as known: with many of them the other thread is begun. */
  expect(bytes: number): void {
    if (this.#worker === undefined && bytes > BYTES_BEFORE && availableParallelism() > 1) this.#begin()
  }

  /**
   * Does a task, here or on the other thread.
   *
   * @throws IngestError as {@link TaskRunner.run}
   */
  async run<T extends Exclude<Task, SpillTask>>(task: T): Promise<ResultOf<T>> {
    if (this.#failure !== undefined) throw this.#failure
    const bytes = this.#runner.bytesOf(task)
    this.#bytes += bytes
    this.expect(this.#bytes)
    if (this.#runner.isLong(task, bytes)) return this.#giveLong(task)
    if (!this.#ready) return this.#runner.run(task)
    if (this.#isBusy) await this.#ownTurn()
    return this.#isBusy ? this.#runner.run(task) : this.#give(task)
  }

  /** Whether the other thread has enough to do: what came behind a task that takes long would keep all others back. */
  get #isBusy(): boolean {
    return this.#jobs.size >= MOST_JOBS || this.#long > 0
  }

  /** Has the other thread spill a section; undefined where it takes no tasks. */
  spill(section: SectionData, file: SpillTarget): Promise<SpilledSection> | undefined {
    if (!this.#ready || this.#failure !== undefined) return undefined
    return this.#giveLong({ kind: 'spill', section, file })
  }

  #giveLong<T extends Task>(task: T): Promise<ResultOf<T>> {
    this.#worker ?? this.#begin()
    this.#long++
    return this.#give(task).finally(() => {
      this.#long--
    })
  }

  /**
   * Waits for a turn of the event loop that is the caller's own: what the other thread has done is taken notice of
   * between turns only, and it would soon have nothing to do if several tasks were done here in one.
   */
  async #ownTurn(): Promise<void> {
    this.#turns = this.#turns.then(() => nextTurn())
    await this.#turns
  }

  #give<T extends Task>(task: T): Promise<ResultOf<T>> {
    if (this.#failure !== undefined) throw this.#failure
    return new Promise((resolve, reject) => {
      const number = this.#number++
      this.#jobs.set(number, { resolve: resolve as Waiting['resolve'], reject })
      this.#worker?.postMessage({ number, task } satisfies Job, memoryOfTask(task))
    })
  }

  #begin(): void {
    // Most runs are over before another thread would be of use, and need not load what it takes.
    const { Worker } = process.getBuiltinModule('node:worker_threads')
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: this.#setup,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
    })
    worker.unref()
    worker.on('message', (answer: Answer) => this.#take(answer))
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('a thread of the run has ended')))
    this.#worker = worker
  }

  #take(answer: Answer): void {
    if ('ready' in answer) {
      this.#ready = true
      return
    }
    const waiting = this.#jobs.get(answer.number)
    this.#jobs.delete(answer.number)
    if ('result' in answer) waiting?.resolve(answer.result)
    else waiting?.reject(errorOf(answer))
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#jobs.values()) reject(error)
    this.#jobs.clear()
  }

  /** Ends the other thread and closes what tasks have opened; tasks still on their way are given up. */
  async close(): Promise<void> {
    // The signal may outlive it for long, and would keep all that it knows.
    this.#signal?.removeEventListener('abort', this.#giveUp)
    this.#runner.close()
    await this.#worker?.terminate()
  }
}

/** An error of the other thread, with what gets lost on the way. */
function errorOf({ error, known }: Extract<Answer, { readonly error: unknown }>): unknown {
  return known === undefined ? error : new IngestError(known.code, known.detail, known.place, error)
}
