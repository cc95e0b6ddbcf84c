/**
 * A run over lots of inputs, each read portion by portion, with a step of each portion: one lot and one portion, where
 * nothing else is asked for.
 */
import type { AssociationFile } from '../asn/find.js'
import { ProgressMeter } from '../process/progress.js'
import type { NewCategory } from '../rules/category-codes.js'
import { noCensus } from '../settle/census.js'
import { DEFAULT_MEMORY, type LineBuffer } from '../sort/buffer.js'
import type { InputPlace } from '../store/readings.js'
import type { Written } from '../store/staged-file.js'
import { counted } from '../text/words.js'
import { Decoder } from './decode.js'
import type { AssociateOptions, IngestOptions } from './options.js'
import { runPipeline } from './pipeline.js'
import type { Portions } from './portions.js'
import { type HeadedInput, type InputChunk, readInputs } from './read.js'
import { type DatabaseOptions, HeldDatabase, type StepResult } from './step.js'
import { type Summary, Tally } from './summary.js'

/** What a run is told; what takes rows of a table is made. */
export type HeldOptions = IngestOptions & Pick<DatabaseOptions, 'emitter'>

/** A run, which has the database until it is closed, or where it shares, for each of its steps. */
export class Run {
  /** Counts the rows of all steps. */
  readonly tally = new Tally()
  readonly #options: HeldOptions
  readonly #database: HeldDatabase
  readonly #progress: ProgressMeter
  readonly #decoder: Decoder
  /** What the next step takes in. */
  #associations: readonly AssociationFile[]
  readonly #newCategories: NewCategory[] = []
  #inputs = 0
  #commits = 0
  #rejectsLeftOut = 0
  #written: Written = { bytes: 0, cloned: 0 }
  #last: StepResult | undefined
  /** Up to where the inputs are in the database. */
  #place: InputPlace | undefined

  constructor(associations: readonly AssociationFile[], options: HeldOptions) {
    const { share = false, wait } = options
    this.#options = options
    this.#database = new HeldDatabase(share ? { ...options, wait: wait ?? Number.POSITIVE_INFINITY } : options)
    this.#progress = new ProgressMeter(options.progress)
    this.#decoder = new Decoder(this.tally)
    this.#associations = associations
  }

  /** Takes a lot of inputs. */
  async take(inputs: readonly HeadedInput[]): Promise<void> {
    const { commitEvery, stop } = this.#options
    const watched = this.#progress.watch(inputs)
    this.#inputs += inputs.length
    try {
      if (commitEvery === undefined && stop === undefined) await this.#step(watched, readInputs(watched))
      else await this.#takePortions(watched)
      await this.#alertOfLost(watched)
    } catch (error) {
      for (const input of watched) input.close?.()
      throw error
    }
  }

  /** Tells inputs of which no row could be used: a day may be lost. */
  async #alertOfLost(inputs: readonly HeadedInput[]): Promise<void> {
    const lost = this.tally.lostInputs(new Set(inputs.map(({ name }) => name)))
    if (lost.length === 0) return
    const { lostTexts } = await import('./lost.js')
    for (const text of lostTexts(lost)) this.#alert(text)
  }

  #alert(message: string): void {
    const { warn, alert = warn } = this.#options
    alert?.(message)
  }

  /** Takes inputs portion by portion, with a step of each. */
  async #takePortions(inputs: readonly HeadedInput[]): Promise<void> {
    const { Portions } = await import('./portions.js')
    const { commitEvery: every, stop, share = false, memory = DEFAULT_MEMORY } = this.#options
    const portions = new Portions(inputs, { every, stop })
    // Nobody else could write while a pipe lets us wait.
    const waitsForPipes = share && inputs.some(({ seekable }) => !seekable)
    try {
      while (portions.hasMore)
        await this.#step(inputs, waitsForPipes ? await portions.gather(memory) : portions.next(), portions)
      if (portions.isCutShort) this.#options.warn?.(`stopped; ${this.#upTo}`)
    } finally {
      if (portions.hasMore || portions.isCutShort) portions.close()
    }
  }

  /** @param portions those of which this is the step of one */
  async #step(
    inputs: readonly HeadedInput[],
    chunks: Iterable<InputChunk> | AsyncIterable<InputChunk>,
    portions?: Portions,
  ): Promise<void> {
    const { share = false, strict = false } = this.#options
    const tally = new Tally(this.tally)
    const decoder = this.#decoder
    const result = await this.#database.step(inputs, tally, async (step, update) => {
      await this.#bufferAssociations(step.buffer)
      await runPipeline({ ...step, inputs, chunks, decoder, strict, progress: this.#progress }, update)
      // Of large tables much is written anew: nobody should think that a run stands still which has settled everything.
      this.#progress.steps.begin('writing', undefined)
      const { position } = decoder
      if (portions?.hasMore && position !== undefined) {
        const { ownReading } = await import('../store/readings.js')
        update.readings = [...update.readings, ownReading(position)]
      }
    })
    this.#associations = []
    if (share) await this.#database.close()
    this.#add(tally, result)
    // A commit is told, which takes the bar away; without one it would say on and on that something is written.
    const goesOn = portions?.hasMore || this.#options.follow
    if (goesOn && !result.outcome.changed) this.#progress.readsOn()
  }

  async #bufferAssociations(buffer: LineBuffer): Promise<void> {
    // Most runs have no association files, and need no code for them.
    if (this.#associations.length === 0) return
    const { candidates = true, strict = false, signal }: AssociateOptions = this.#options
    const { bufferAssociations } = await import('../asn/read.js')
    const { associations: tally } = this.tally
    const meter = this.#progress.steps
    await bufferAssociations(this.#associations, { buffer, candidates, strict, signal, tally, meter })
    const { files, skipped, faults } = tally.summary
    if (files + skipped > 0 || faults.length === 0) return
    const { lostAssociations } = await import('./lost.js')
    this.#alert(lostAssociations(faults))
  }

  /** Takes what a step did. */
  #add(tally: Tally, result: StepResult): void {
    const { commitEvery, follow, onCommit } = this.#options
    this.#newCategories.push(...result.newCategories)
    this.#rejectsLeftOut += result.outcome.rejectsLeftOut
    const { bytes, cloned } = result.outcome.written
    this.#written = { bytes: this.#written.bytes + bytes, cloned: this.#written.cloned + cloned }
    this.#last = result
    this.#place = this.#decoder.position
    if (!result.outcome.changed) return
    this.#commits++
    const isOneOfMany = commitEvery !== undefined || follow === true
    if (isOneOfMany) onCommit?.(tally.summary(this.#inputs, result.newCategories, result.outcome))
  }

  /** Tells the user what an error leaves behind. */
  failed(): void {
    if (this.#commits > 0) this.#options.warn?.(`${counted(this.#commits, 'commit')} before this error: ${this.#upTo}`)
  }

  get #upTo(): string {
    if (this.#place === undefined) return 'nothing was read'
    const { source, lines } = this.#place
    return `${source} is in the database up to line ${lines}, and so are all inputs before it`
  }

  /** The summary of the run. */
  get summary(): Summary {
    const last = this.#last?.outcome ?? { database: this.#options.out, total: noCensus() }
    const [changed, written, rejectsLeftOut] = [this.#commits > 0, this.#written, this.#rejectsLeftOut]
    const outcome = { ...last, changed, written, rejectsLeftOut }
    return this.tally.summary(this.#inputs, this.#newCategories, outcome, this.#commits)
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}
