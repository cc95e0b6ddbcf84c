import { milliseconds } from '../clock.js'
import type { NewCategory } from '../rules/category-codes.js'
import type { Level } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/keywords.js'
import type { DropReason } from '../rules/scrub.js'
import {
  type CensusByProgram,
  type ModelWaiting,
  type Totals,
  totalsOf,
  type Waiting,
  waitingOf,
} from '../settle/census.js'
import {
  addCounts,
  addNumbers,
  type ModelCounts,
  noRows,
  nothingSettled,
  type RowCounts,
  type SettledCounts,
} from '../settle/counts.js'
import { type AssociationSummary, AssociationTally } from '../settle/named-counts.js'
import type { InputPlace } from '../store/readings.js'
import type { Written } from '../store/staged-file.js'
import { StoredCensus } from '../store/stored-census.js'
import type { TableChange } from '../store/table-change.js'
import type { Reject } from '../store/tables.js'
import type { Committed } from '../store/update.js'
import { type CommonReject, type RejectReason, RejectTally } from './reject-tally.js'

/** What a run matched of a model, and what there is of it in the database afterwards. */
export interface ModelSummary extends Readonly<ModelCounts> {
  /** Products matched in all runs together: rows of `training.csv`. */
  readonly trained: number
  readonly waiting: Readonly<ModelWaiting>
}

/** Rows of an input, without its headers. */
export interface InputSummary extends Readonly<Record<Level, number>> {
  /** Path as given or found; `<stdin>` for standard input. */
  readonly input: string
  /** Those that could not be used. */
  readonly rejects: number
}

/** What is counted of an input, beside its rejects. */
type InputRows = Record<Level, number>

/** An input of which no row of Level 1 or Level 3 could be used, with the commonest reason. */
export interface LostInput extends CommonReject {
  readonly name: string
  readonly rejects: number
}

/** What was counted of a part of an input. */
export interface InputCounts extends RowCounts {
  readonly input: string
}

/** A file that a run which follows folders could not read, and why: it is read when it has changed. */
export interface LeftOut {
  readonly input: string
  readonly reason: string
}

/** Everything a run reports; the JSON of `--json`. */
export interface Summary {
  readonly database: string
  readonly inputs: number
  /** The rows of each of them, in the order in which they were read. */
  readonly byInput: readonly InputSummary[]
  readonly rows: number
  readonly levels: Readonly<Record<Level, number>>
  readonly dropped: Readonly<Record<DropReason, number>>
  /** Rows that gave way to a later version of their dataset. */
  readonly duplicates: number
  /** Stored versions among them that gave way whatever their date, as the run replaces (`replace`). */
  readonly replaced: number
  readonly repeatedHeaders: number
  /** Whether the run told only what it would change (`dryRun`): all else is as if it had done it. */
  readonly dryRun: boolean
  /** In a dry run, what would become of each table. */
  readonly changes?: readonly TableChange[]
  /** Whether the run changed anything in the database, or would have. */
  readonly changed: boolean
  /** Commits that changed something: at most one, but for a run that commits while it reads; none in a dry run. */
  readonly commits: number
  /** What came into its files: those that were replaced, and what was appended. */
  readonly written: Written
  readonly models: Readonly<Record<Model, ModelSummary>>
  /** What waits in the database after the run. */
  readonly waiting: Waiting
  /** What is matched and waits in the database after the run. */
  readonly totals: Totals
  /** Names of products that agreed with a group as well as the one it took. */
  readonly multipleMatches: readonly string[]
  readonly rejects: number
  /** Those that are counted only, as `rejects.csv` is full (`maxRejects`). */
  readonly rejectsLeftOut: number
  /** The first few of them. */
  readonly rejectExamples: readonly Reject[]
  /** The same by what is wrong with them, the commonest first. */
  readonly rejectReasons: readonly RejectReason[]
  /** Names of inputs that have a header and nothing else. */
  readonly emptyInputs: readonly string[]
  /** Names of inputs whose last row has no line end: it may be cut, where it has all of its fields. */
  readonly unendedInputs: readonly string[]
  /** Files that could not be read by a run that follows folders, and have not changed since. */
  readonly leftOut: readonly LeftOut[]
  /** Where the reading was stopped before the inputs ended: up to where they are in the database. */
  readonly stoppedAt?: InputPlace
  readonly newCategories: readonly NewCategory[]
  readonly associations: AssociationSummary
  readonly seconds: number
  readonly rowsPerSecond: number
}

/** The database after a run. */
export interface Outcome extends Committed {
  readonly database: string
}

/** Counts a run's rows. */
export class Tally {
  readonly #start = milliseconds()
  readonly #rows = noRows()
  readonly #byInput = new Map<string, InputRows>()
  readonly #settled = nothingSettled()
  readonly #multipleMatches = new Set<string>()
  readonly #rejects = new RejectTally()
  readonly #emptyInputs = new Set<string>()
  readonly #unendedInputs = new Set<string>()
  #repeatedHeaders = 0
  /** What the run does with association files. */
  readonly associations = new AssociationTally()
  /** What there is now in each program that changed. */
  readonly census: CensusByProgram = new Map()

  /** Counts input rows. */
  rows({ input, levels, dropped, headers }: InputCounts): void {
    this.#repeatedHeaders += headers
    addNumbers(this.#rows.levels, levels)
    addNumbers(this.#of(input), levels)
    addNumbers(this.#rows.dropped, dropped)
  }

  /** Counts rows of one input that could not be used. */
  reject(rejects: readonly Reject[]): void {
    for (const { source } of rejects.slice(0, 1)) this.#of(source)
    this.#rejects.add(rejects)
  }

  /** Counts what a step of the run has counted; what there is now is the concern of its commit alone. */
  add(step: Tally): void {
    this.#repeatedHeaders += step.#repeatedHeaders
    addNumbers(this.#rows.levels, step.#rows.levels)
    addNumbers(this.#rows.dropped, step.#rows.dropped)
    for (const [input, levels] of step.#byInput) addNumbers(this.#of(input), levels)
    this.#rejects.addAll(step.#rejects)
    for (const name of step.#emptyInputs) this.#emptyInputs.add(name)
    for (const name of step.#unendedInputs) this.#unendedInputs.add(name)
    this.#addSettled(step.#settled)
    for (const name of step.#multipleMatches) this.#multipleMatches.add(name)
    this.associations.add(step.associations)
  }

  /** Those of the inputs that have rows, but none of Level 1 or Level 3 that could be used. */
  get lostInputs(): readonly LostInput[] {
    return this.byInput.flatMap(({ input: name, level1, level3, rejects }) => {
      const commonest = this.#rejects.commonest(name)
      return commonest === undefined || level1 + level3 > 0 ? [] : [{ name, rejects, ...commonest }]
    })
  }

  /** The counts of an input. */
  #of(input: string): InputRows {
    const known = this.#byInput.get(input) ?? noRows().levels
    this.#byInput.set(input, known)
    return known
  }

  /** Notes an input of which the first bytes have come. */
  beginInput(name: string): void {
    this.#of(name)
  }

  /** Notes an input that has no rows. */
  emptyInput(name: string): void {
    this.#emptyInputs.add(name)
  }

  /** The rows of each input so far, in the order in which they are read. */
  get byInput(): readonly InputSummary[] {
    return [...this.#byInput].map(([input, levels]) => ({ input, ...levels, rejects: this.#rejects.rowsOf(input) }))
  }

  /** Notes an input whose last row has no line end. */
  unendedInput(name: string): void {
    this.#unendedInputs.add(name)
  }

  /**
   * Counts what was settled.
   *
   * @param census what there is now in each program that changed, as it is stored
   */
  settled(counts: SettledCounts, census: Uint32Array): void {
    this.#addSettled(counts)
    this.associations.settled(counts.named)
    for (const name of counts.multipleMatches) this.#multipleMatches.add(name)
    new StoredCensus(census).addTo(this.census)
  }

  #addSettled({ models, duplicates, replaced }: SettledCounts): void {
    for (const model of MODELS) addCounts(this.#settled.models[model], models[model])
    this.#settled.duplicates += duplicates
    this.#settled.replaced += replaced
  }

  /** The summary of the run. */
  summary(inputs: number, newCategories: readonly NewCategory[], outcome: Outcome, commits = 1): Summary {
    const { database, changed, written, total, rejectsLeftOut, changes } = outcome
    const dryRun = changes !== undefined
    const seconds = (milliseconds() - this.#start) / 1000
    const { levels, dropped } = this.#rows
    const { models, duplicates, replaced } = this.#settled
    const rejects = this.#rejects
    const ofModel = (model: Model): ModelSummary => {
      return { ...models[model], trained: total[model].matched, waiting: waitingOf(total[model]) }
    }
    const rows = levels.level1 + levels.level3 + levels.other + rejects.rows
    const totals = totalsOf(total)
    return {
      database,
      inputs,
      byInput: this.byInput,
      rows,
      levels,
      dropped,
      duplicates,
      replaced,
      repeatedHeaders: this.#repeatedHeaders,
      dryRun,
      ...(dryRun ? { changes } : {}),
      changed,
      commits: changed && !dryRun ? commits : 0,
      written,
      models: Object.fromEntries(MODELS.map((model) => [model, ofModel(model)])) as Record<Model, ModelSummary>,
      waiting: totals.waiting,
      totals,
      multipleMatches: [...this.#multipleMatches],
      rejects: rejects.rows,
      rejectsLeftOut,
      rejectExamples: rejects.examples,
      rejectReasons: rejects.reasons,
      emptyInputs: [...this.#emptyInputs],
      unendedInputs: [...this.#unendedInputs],
      leftOut: [],
      newCategories,
      associations: this.associations.summary,
      seconds: Math.round(seconds * 1000) / 1000,
      rowsPerSecond: Math.round(rows / seconds),
    }
  }
}
