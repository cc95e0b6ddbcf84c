/**
 * The bytes of a run's inputs in portions: what is read until a commit is due is one of them. A run that commits once has
 * one portion, all of its inputs.
 */
import { BYTE } from '../csv/split.js'
import { type HeadedInput, type InputChunk, readInputs } from './read.js'

/** When a run commits while it goes on reading: after so many rows, or so many seconds after the first of them. */
export type CommitInterval = { readonly rows: number } | { readonly seconds: number }

/** How the inputs are cut. */
export interface PortionOptions {
  /** Absent where all is one portion. */
  readonly every?: CommitInterval | undefined
  /** Ends the reading, not the run: what was read until then is the last portion. */
  readonly stop?: AbortSignal | undefined
}

type Next = IteratorResult<InputChunk>

const DONE: Next = { done: true, value: undefined }

/**
 * Reads inputs portion by portion. A read that is going on when a portion ends belongs to the next one, so nothing is lost
 * and no writer of a pipe is waited for.
 */
export class Portions {
  readonly #chunks: AsyncIterator<InputChunk>
  readonly #every: CommitInterval | undefined
  readonly #stop: AbortSignal | undefined
  /** A read that goes on. */
  #pending: Promise<Next> | undefined
  /** What was read behind the end of a portion. */
  #rest: InputChunk | undefined
  #input: HeadedInput | undefined
  /** Lines that the portion may still take. */
  #room = Number.POSITIVE_INFINITY
  /** Whether the last line that was read has no end yet. */
  #isInLine = false
  #isOver = false
  #hasMore = true
  #hasEnded = false
  #timer: NodeJS.Timeout | undefined
  /** Ends the wait for a read. */
  #wake: () => void = () => {}
  readonly #notice = () => this.#wake()

  constructor(inputs: readonly HeadedInput[], { every, stop }: PortionOptions = {}) {
    this.#chunks = readInputs(inputs)[Symbol.asyncIterator]()
    this.#every = every
    this.#stop = stop
    stop?.addEventListener('abort', this.#notice, { once: true })
  }

  /** Whether there may be another portion behind the one that was read last. */
  get hasMore(): boolean {
    return this.#hasMore
  }

  /** Whether the reading was stopped before the inputs ended. */
  get isCutShort(): boolean {
    return this.#isStopped && !this.#hasEnded
  }

  get #isStopped(): boolean {
    return this.#stop?.aborted === true
  }

  /** The chunks of the next portion. Who stops reading them early closes the inputs. */
  next(): AsyncIterable<InputChunk> {
    this.#isOver = false
    this.#room = this.#every !== undefined && 'rows' in this.#every ? this.#every.rows : Number.POSITIVE_INFINITY
    // A stream says so of what it has read to its end, too.
    const close = async () => {
      if (!this.#isOver) this.close()
      return DONE
    }
    return { [Symbol.asyncIterator]: () => ({ next: () => this.#next(), return: close }) }
  }

  /** The next portion, all of it in memory: it ends with more than `most` bytes at the latest. */
  async gather(most: number): Promise<InputChunk[]> {
    const chunks: InputChunk[] = []
    let bytes = 0
    for await (const chunk of this.next()) {
      chunks.push(chunk)
      bytes += chunk.bytes?.length ?? 0
      if (bytes > most) this.#end()
    }
    return chunks
  }

  /** Closes the inputs; a read that goes on is not waited for. */
  close(): void {
    this.#end()
    this.#ended()
    Promise.resolve(this.#chunks.return?.()).catch(() => {})
  }

  /** Ends the portion. */
  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#wake()
  }

  async #next(): Promise<Next> {
    const chunk = this.#isOver ? undefined : (this.#rest ?? (await this.#read()))
    if (chunk === undefined) {
      this.#end()
      return DONE
    }
    this.#rest = undefined
    this.#startTimer()
    return { done: false, value: this.#cut(chunk) }
  }

  /** With the first chunk: a portion without one does not count. */
  #startTimer(): void {
    if (this.#every === undefined || !('seconds' in this.#every)) return
    this.#timer ??= setTimeout(() => this.#end(), this.#every.seconds * 1000)
  }

  /** A chunk; none at the end of the inputs, and where the portion ends before there is one. */
  async #read(): Promise<InputChunk | undefined> {
    if (this.#pending === undefined && this.#isStopped) return this.#ended()
    this.#pending ??= this.#chunks.next()
    // Once stopped, what has come already is taken; nothing is waited for.
    const next = await this.#outcome(this.#pending, this.#isStopped)
    if (next === undefined) {
      if (!this.#isOver) return this.#ended()
      return undefined
    }
    this.#pending = undefined
    this.#hasEnded = next.done === true
    return next.done === true ? this.#ended() : next.value
  }

  /** There is no portion behind this one. What stops a run may outlive many lots of inputs, and would keep them. */
  #ended(): undefined {
    this.#hasMore = false
    this.#stop?.removeEventListener('abort', this.#notice)
  }

  /** What a read gives; nothing where the portion ends before. */
  async #outcome(pending: Promise<Next>, isHurried: boolean): Promise<Next | undefined> {
    // Not Promise.race with one for all: what it leaves behind would grow with each chunk.
    const next = await new Promise<Next | undefined>((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      if (isHurried) setImmediate(this.#wake)
      pending.then(resolve, reject)
    })
    return next === undefined && this.#isStopped && !isHurried && !this.#isOver ? this.#outcome(pending, true) : next
  }

  /** As much of a chunk as the portion has room for; the rest is for the next one. */
  #cut(chunk: InputChunk): InputChunk {
    if (this.#room === Number.POSITIVE_INFINITY || this.#isStopped) return chunk
    const { input, bytes } = chunk
    // The header is no row.
    if (input !== this.#input) this.#room++
    this.#input = input
    const end = this.#endOf(bytes)
    if (this.#room <= 0) this.#end()
    if (bytes === undefined || end === bytes.length) return chunk
    this.#rest = { input, bytes: bytes.subarray(end) }
    return { input, bytes: bytes.subarray(0, end) }
  }

  /** How many bytes the portion has room for; the last row of an input may have no line end. */
  #endOf(bytes: Buffer | undefined): number {
    if (bytes === undefined) {
      if (this.#isInLine) this.#room--
      this.#isInLine = false
      return 0
    }
    let end = 0
    while (this.#room > 0) {
      const lineFeed = bytes.indexOf(BYTE.lineFeed, end)
      if (lineFeed === -1) {
        this.#isInLine = end < bytes.length || (this.#isInLine && bytes.length === 0)
        return bytes.length
      }
      end = lineFeed + 1
      this.#room--
    }
    this.#isInLine = false
    return end
  }
}
