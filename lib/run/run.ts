/**
 * A run over lots of inputs, each read portion by portion, with a step of each portion: one lot and one portion, where
 * nothing else is asked for.
 */
import type { AssociationFile } from '../asn/find.js'
import { DEFAULT_MEMORY, type LineBuffer } from '../sort/buffer.js'
import { ownReading } from '../store/readings.js'
import { Decoder } from './decode.js'
import type { AssociateOptions, IngestOptions } from './options.js'
import { runPipeline } from './pipeline.js'
import { Portions } from './portions.js'
import { ProgressMeter } from './progress.js'
import type { HeadedInput } from './read.js'
import { HeldDatabase } from './step.js'
import { Tally } from './summary.js'
import { Whole } from './whole.js'

/** A run, which has the database until it is closed, or where it shares, for each of its steps. */
export class Run {
  readonly whole: Whole
  readonly #options: IngestOptions
  readonly #database: HeldDatabase
  readonly #progress: ProgressMeter
  readonly #decoder: Decoder
  /** What the next step takes in. */
  #associations: readonly AssociationFile[]

  constructor(associations: readonly AssociationFile[], options: IngestOptions) {
    const { share = false, wait } = options
    this.whole = new Whole(options)
    this.#options = options
    this.#database = new HeldDatabase(share ? { ...options, wait: wait ?? Number.POSITIVE_INFINITY } : options)
    this.#progress = new ProgressMeter(options.progress)
    this.#decoder = new Decoder(this.whole.tally)
    this.#associations = associations
  }

  /** Takes a lot of inputs. */
  async take(inputs: readonly HeadedInput[]): Promise<void> {
    const { commitEvery: every, stop } = this.#options
    const watched = this.#progress.watch(inputs)
    const portions = new Portions(watched, { every, stop })
    this.whole.inputs(inputs)
    try {
      while (portions.hasMore) await this.#step(watched, portions)
      if (portions.isCutShort) this.whole.cutShort()
    } finally {
      if (portions.hasMore || portions.isCutShort) portions.close()
    }
  }

  async #step(inputs: readonly HeadedInput[], portions: Portions): Promise<void> {
    const { share = false, memory = DEFAULT_MEMORY, strict = false } = this.#options
    // Nobody else could write while a pipe lets us wait.
    const waitsForPipes = share && inputs.some(({ seekable }) => !seekable)
    const chunks = waitsForPipes ? await portions.gather(memory) : portions.next()
    const tally = new Tally(this.whole.tally)
    const decoder = this.#decoder
    const result = await this.#database.step(inputs, tally, async (step, update) => {
      await this.#bufferAssociations(step.buffer)
      await runPipeline({ ...step, inputs, chunks, decoder, strict, progress: this.#progress }, update)
      // Of large tables much is written anew: nobody should think that a run stands still which has settled everything.
      this.#progress.steps.begin('writing', undefined)
      const { position } = decoder
      if (portions.hasMore && position !== undefined) update.readings = [...update.readings, ownReading(position)]
    })
    this.#associations = []
    if (share) await this.#database.close()
    this.whole.add(tally, result, decoder.position)
    // A commit is told, which takes the bar away; without one it would say on and on that something is written.
    if (!result.outcome.changed) this.#progress.readsOn()
  }

  async #bufferAssociations(buffer: LineBuffer): Promise<void> {
    // Most runs have no association files, and need no code for them.
    if (this.#associations.length === 0) return
    const { candidates = true, strict = false, signal }: AssociateOptions = this.#options
    const { bufferAssociations } = await import('../asn/read.js')
    const { associations: tally } = this.whole.tally
    const meter = this.#progress.steps
    await bufferAssociations(this.#associations, { buffer, candidates, strict, signal, tally, meter })
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}
