/**
 * What a run did in all of its steps together.
 */
import type { NewCategory } from '../rules/category-codes.js'
import { noCensus } from '../settle/census.js'
import type { InputPlace } from '../store/readings.js'
import type { Written } from '../store/staged-file.js'
import { counted } from '../text/words.js'
import type { IngestOptions } from './options.js'
import type { HeadedInput } from './read.js'
import type { StepResult } from './step.js'
import { type Summary, Tally } from './summary.js'

/** Adds up the steps of a run. */
export class Whole {
  readonly #options: IngestOptions
  /** Counts the rows of all steps. */
  readonly tally = new Tally()
  readonly #newCategories: NewCategory[] = []
  #inputs = 0
  #commits = 0
  #rejectsLeftOut = 0
  #written: Written = { bytes: 0, cloned: 0 }
  #last: StepResult | undefined
  /** Up to where the inputs are in the database. */
  #place: InputPlace | undefined

  constructor(options: IngestOptions) {
    this.#options = options
  }

  /** Takes inputs that are about to be read. */
  inputs(inputs: readonly HeadedInput[]): void {
    this.#inputs += inputs.length
  }

  /** Takes what a step did, which has read the inputs up to a place. */
  add(tally: Tally, result: StepResult, place: InputPlace | undefined): void {
    const { commitEvery, follow, onCommit } = this.#options
    this.#newCategories.push(...result.newCategories)
    this.#rejectsLeftOut += result.outcome.rejectsLeftOut
    const { bytes, cloned } = result.outcome.written
    this.#written = { bytes: this.#written.bytes + bytes, cloned: this.#written.cloned + cloned }
    this.#last = result
    this.#place = place
    if (!result.outcome.changed) return
    this.#commits++
    const isOneOfMany = commitEvery !== undefined || follow === true
    if (isOneOfMany) onCommit?.(tally.summary(this.#inputs, result.newCategories, result.outcome))
  }

  /** Tells the user that the reading was stopped. */
  cutShort(): void {
    this.#options.warn?.(`stopped; ${this.#upTo}`)
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
}
