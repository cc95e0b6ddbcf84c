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
import { type DatabaseOptions, HeldDatabase, type StepResult, type StepWork } from './step.js'
import { type Summary, Tally } from './summary.js'

/** What a run is told; what takes rows of a table is made. */
export type HeldOptions = IngestOptions & Pick<DatabaseOptions, 'emitter'>

/** A run, which has the database until it is closed, or where it shares, for each of its steps. */
export class Run {
  /** Counts the rows of all steps that are committed. */
  readonly #tally = new Tally()
  /** Counts those of the step that is going on, or has failed. */
  #going: Tally | undefined
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
  /** Up to where that place is of the inputs that were taken last. */
  #placeOfLot: InputPlace | undefined
  #stoppedAt: InputPlace | undefined
  /** Inputs that could not be read, with the reason. */
  readonly #leftOut = new Map<string, string>()

  constructor(associations: readonly AssociationFile[], options: HeldOptions) {
    const { share = false, wait } = options
    this.#options = options
    this.#database = new HeldDatabase(share ? { ...options, wait: wait ?? Number.POSITIVE_INFINITY } : options)
    this.#progress = new ProgressMeter(options.progress)
    this.#decoder = new Decoder(this.#tally)
    this.#associations = associations
  }

  /** The rows of each input that were read so far. */
  get byInput(): Summary['byInput'] {
    const all = new Tally()
    all.add(this.#tally)
    if (this.#going !== undefined) all.add(this.#going)
    return all.byInput
  }

  /** Takes a lot of inputs. */
  async take(inputs: readonly HeadedInput[]): Promise<void> {
    const { commitEvery, stop } = this.#options
    const watched = this.#progress.watch(inputs)
    const lot = new Tally()
    this.#inputs += inputs.length
    try {
      if (commitEvery === undefined && stop === undefined) await this.#step(watched, lot, readInputs(watched))
      else await this.#takePortions(watched, lot)
    } catch (error) {
      this.#inputs -= inputs.length
      for (const input of watched) input.close?.()
      throw error
    }
    this.#placeOfLot = undefined
    for (const { name } of inputs) this.#leftOut.delete(name)
    await this.#alertOfLost(lot)
  }

  /** After a lot has failed: the name of its first input that is not all in the database, if any input before it is. */
  takeFirstLeft(): string | undefined {
    const place = this.#placeOfLot
    this.#placeOfLot = undefined
    return place?.source
  }

  /** Leaves an input out, and says why where that is news. */
  leaveOut(input: string, reason: string): void {
    if (this.#leftOut.get(input) !== reason) this.#alert(`${reason}; left out until it changes`)
    this.#leftOut.set(input, reason)
  }

  /** Tells inputs of which no row could be used: a day may be lost. */
  async #alertOfLost(lot: Tally): Promise<void> {
    const lost = lot.lostInputs
    if (lost.length === 0) return
    const { lostTexts } = await import('./lost.js')
    for (const text of lostTexts(lost)) this.#alert(text)
  }

  #alert(message: string): void {
    const { warn, alert = warn } = this.#options
    alert?.(message)
  }

  /** Takes inputs portion by portion, with a step of each. */
  async #takePortions(inputs: readonly HeadedInput[], lot: Tally): Promise<void> {
    const { Portions } = await import('./portions.js')
    const { commitEvery: every, stop, share = false, memory = DEFAULT_MEMORY } = this.#options
    const portions = new Portions(inputs, { every, stop })
    // Nobody else could write while a pipe lets us wait.
    const waitsForPipes = share && inputs.some(({ seekable }) => !seekable)
    try {
      while (portions.hasMore)
        await this.#step(inputs, lot, waitsForPipes ? await portions.gather(memory) : portions.next(), portions)
      if (portions.isCutShort) this.stopped()
    } finally {
      if (portions.hasMore || portions.isCutShort) portions.close()
    }
  }

  /** @param portions those of which this is the step of one */
  async #step(
    inputs: readonly HeadedInput[],
    lot: Tally,
    chunks: Iterable<InputChunk> | AsyncIterable<InputChunk>,
    portions?: Portions,
  ): Promise<void> {
    const { share = false, strict = false } = this.#options
    const tally = new Tally()
    this.#going = tally
    const decoder = this.#decoder
    decoder.tally = tally
    const work: StepWork = async (step, update) => {
      await this.#bufferAssociations(step.buffer, tally)
      await runPipeline(
        { ...step, inputs, chunks, decoder, strict, hasCommits: this.#commits > 0, progress: this.#progress },
        update,
      )
      // Of large tables much is written anew: nobody should think that a run stands still which has settled everything.
      this.#progress.steps.begin('writing', undefined)
      const { position } = decoder
      if (portions?.hasMore && position !== undefined) {
        const { ownReading } = await import('../store/readings.js')
        update.readings = [...update.readings, ownReading(position)]
      }
    }
    try {
      this.#add(tally, lot, await this.#database.step(inputs, tally, work))
    } finally {
      if (share) await this.#database.close()
    }
    // A commit is told, which takes the bar away; without one it would say on and on that something is written.
    const goesOn = portions?.hasMore || this.#options.follow
    if (goesOn && this.#last?.outcome.changed === false) this.#progress.readsOn()
  }

  async #bufferAssociations(buffer: LineBuffer, { associations: tally }: Tally): Promise<void> {
    // Most runs have no association files, and need no code for them.
    if (this.#associations.length === 0) return
    const { candidates = true, strict = false, signal }: AssociateOptions = this.#options
    const { bufferAssociations } = await import('../asn/read.js')
    const meter = this.#progress.steps
    await bufferAssociations(this.#associations, { buffer, candidates, strict, signal, tally, meter })
    const { files, skipped, faults } = tally.summary
    if (files + skipped > 0 || faults.length === 0) return
    const { lostAssociations } = await import('./lost.js')
    this.#alert(lostAssociations(faults))
  }

  /** Takes what a step did. */
  #add(tally: Tally, lot: Tally, result: StepResult): void {
    this.#tally.add(tally)
    lot.add(tally)
    this.#going = undefined
    this.#associations = []
    const { commitEvery, follow, onCommit } = this.#options
    this.#newCategories.push(...result.newCategories)
    this.#rejectsLeftOut += result.outcome.rejectsLeftOut
    const { bytes, cloned } = result.outcome.written
    this.#written = { bytes: this.#written.bytes + bytes, cloned: this.#written.cloned + cloned }
    this.#last = result
    this.#place = this.#decoder.position
    this.#placeOfLot = this.#place
    if (!result.outcome.changed) return
    this.#commits++
    const isOneOfMany = commitEvery !== undefined || follow === true
    if (isOneOfMany) onCommit?.(tally.summary(this.#inputs, result.newCategories, result.outcome))
  }

  /** Tells the user what an error leaves behind. */
  failed(): void {
    if (this.#commits > 0) this.#alert(`${counted(this.#commits, 'commit')} before this error: ${this.#upTo}`)
  }

  /** Tells the user how far the reading came that was stopped. */
  stopped(): void {
    this.#stoppedAt = this.#place
    this.#alert(`stopped; ${this.#upTo}`)
  }

  get #upTo(): string {
    if (this.#place === undefined) return 'nothing was read'
    const { source, lines } = this.#place
    const others = this.#leftOut.size > 0 ? ', but for those left out' : ''
    return `${source} is in the database up to line ${lines}, and so are all inputs before it${others}`
  }

  /** The summary of the run. */
  get summary(): Summary {
    const last = this.#last?.outcome ?? { database: this.#options.out, total: noCensus() }
    const [changed, written, rejectsLeftOut] = [this.#commits > 0, this.#written, this.#rejectsLeftOut]
    const outcome = { ...last, changed, written, rejectsLeftOut }
    const summary = this.#tally.summary(this.#inputs, this.#newCategories, outcome, this.#commits)
    const leftOut = [...this.#leftOut].map(([input, reason]) => ({ input, reason }))
    return { ...summary, leftOut, ...(this.#stoppedAt && { stoppedAt: this.#stoppedAt }) }
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}
