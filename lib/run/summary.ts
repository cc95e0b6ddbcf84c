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
import type { Written } from '../store/staged-file.js'
import { StoredCensus } from '../store/stored-census.js'
import type { TableChange } from '../store/table-change.js'
import type { Reject } from '../store/tables.js'
import type { Committed } from '../store/update.js'

/** Rows that could not be used for one reason. */
export interface RejectReason {
  /** What is wrong, without the value that is. */
  readonly reason: string
  readonly rows: number
  /** The first few of them. */
  readonly examples: readonly Reject[]
}

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

/** The same while it is counted. */
type InputRows = { -readonly [member in keyof InputSummary]: InputSummary[member] }

/** A row that was rejected, without its text, which may be long. */
type RejectExample = Pick<Reject, 'line' | 'reason'>

/** An input of which no row of Level 1 or Level 3 could be used. */
export interface LostInput {
  readonly name: string
  readonly rejects: number
  /** The first of the rows that were rejected for the commonest reason, and how many these are. */
  readonly example: RejectExample
  readonly alike: number
}

/** What was counted of a part of an input. */
export interface InputCounts extends RowCounts {
  readonly input: string
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
  readonly newCategories: readonly NewCategory[]
  readonly associations: AssociationSummary
  readonly seconds: number
  readonly rowsPerSecond: number
}

/** The database after a run. */
export interface Outcome extends Committed {
  readonly database: string
}

/** How many examples of a kind are told; the rest is counted. */
const EXAMPLES = 3

/** Counts a run's rows. */
export class Tally {
  readonly #whole: Tally | undefined
  readonly #start = milliseconds()
  readonly #rows = noRows()
  readonly #byInput = new Map<string, InputRows>()
  readonly #settled = nothingSettled()
  readonly #rejectExamples: Reject[] = []
  readonly #rejectReasons = new Map<string, { rows: number; readonly examples: Reject[] }>()
  /** By input, then by what is wrong. */
  readonly #rejectsOf = new Map<string, Map<string, { rows: number; readonly example: RejectExample }>>()
  readonly #emptyInputs: string[] = []
  readonly #unendedInputs: string[] = []
  #rejects = 0
  #repeatedHeaders = 0
  /** What the run does with association files. */
  readonly associations = new AssociationTally()
  /** What there is now in each program that changed. */
  readonly census: CensusByProgram = new Map()

  /** @param whole counts what is counted here, too: the run of which this is a step */
  constructor(whole?: Tally) {
    this.#whole = whole
  }

  /** Counts input rows. */
  rows(counts: InputCounts): void {
    const { input, levels, dropped, headers } = counts
    this.#whole?.rows(counts)
    this.#repeatedHeaders += headers
    addNumbers(this.#rows.levels, levels)
    addNumbers<Level>(this.#of(input), levels)
    addNumbers(this.#rows.dropped, dropped)
  }

  /** Counts rows of one input that could not be used. */
  reject(rejects: readonly Reject[]): void {
    this.#whole?.reject(rejects)
    this.#rejects += rejects.length
    for (const reject of rejects.toSorted((a, b) => a.line - b.line)) {
      this.#of(reject.source).rejects++
      if (this.#rejectExamples.length < EXAMPLES) this.#rejectExamples.push(reject)
      const reason = kindOfReason(reject.reason)
      const known = this.#rejectReasons.get(reason) ?? { rows: 0, examples: [] }
      this.#rejectReasons.set(reason, known)
      known.rows++
      if (known.examples.length < EXAMPLES) known.examples.push(reject)
      this.#rejectOf(reject, reason)
    }
  }

  #rejectOf({ source, line, reason }: Reject, kind: string): void {
    const kinds = this.#rejectsOf.get(source) ?? new Map()
    this.#rejectsOf.set(source, kinds)
    const known = kinds.get(kind) ?? { rows: 0, example: { line, reason } }
    kinds.set(kind, known)
    known.rows++
  }

  /** Those of some inputs that have rows, but none of Level 1 or Level 3 that could be used. */
  lostInputs(names: ReadonlySet<string>): readonly LostInput[] {
    return this.byInput.flatMap(({ input: name, level1, level3, rejects }) => {
      const [first, ...others] = this.#rejectsOf.get(name)?.values() ?? []
      if (first === undefined || level1 + level3 > 0 || !names.has(name)) return []
      const { example, rows: alike } = others.reduce((most, other) => (other.rows > most.rows ? other : most), first)
      return [{ name, rejects, example, alike }]
    })
  }

  /** The counts of an input. */
  #of(input: string): InputRows {
    const known = this.#byInput.get(input) ?? { input, ...noRows().levels, rejects: 0 }
    this.#byInput.set(input, known)
    return known
  }

  get #reasons(): RejectReason[] {
    const reasons = [...this.#rejectReasons].map(([reason, { rows, examples }]) => ({ reason, rows, examples }))
    return reasons.sort((a, b) => b.rows - a.rows)
  }

  /** Notes an input of which the first bytes have come. */
  beginInput(name: string): void {
    this.#of(name)
  }

  /** Notes an input that has no rows. */
  emptyInput(name: string): void {
    this.#emptyInputs.push(name)
  }

  /** The rows of each input so far, in the order in which they are read. */
  get byInput(): readonly InputSummary[] {
    return [...this.#byInput.values()]
  }

  /** Notes an input whose last row has no line end. */
  unendedInput(name: string): void {
    this.#unendedInputs.push(name)
  }

  /**
   * Counts what was settled.
   *
   * @param census what there is now in each program that changed, as it is stored
   */
  settled(counts: SettledCounts, census: Uint32Array): void {
    // What there is now is the concern of the commit alone: a run that never ends could not hold all of it.
    this.#whole?.settled(counts, new Uint32Array())
    const own = this.#settled
    for (const model of MODELS) addCounts(own.models[model], counts.models[model])
    own.multipleMatches.push(...counts.multipleMatches)
    this.associations.settled(counts.named)
    own.duplicates += counts.duplicates
    own.replaced += counts.replaced
    new StoredCensus(census).addTo(this.census)
  }

  /** The summary of the run. */
  summary(inputs: number, newCategories: readonly NewCategory[], outcome: Outcome, commits = 1): Summary {
    const { database, changed, written, total, rejectsLeftOut, changes } = outcome
    const dryRun = changes !== undefined
    const seconds = (milliseconds() - this.#start) / 1000
    const { levels, dropped } = this.#rows
    const { models, multipleMatches, duplicates, replaced } = this.#settled
    const ofModel = (model: Model): ModelSummary => {
      return { ...models[model], trained: total[model].matched, waiting: waitingOf(total[model]) }
    }
    const rows = levels.level1 + levels.level3 + levels.other + this.#rejects
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
      multipleMatches,
      rejects: this.#rejects,
      rejectsLeftOut,
      rejectExamples: this.#rejectExamples,
      rejectReasons: this.#reasons,
      emptyInputs: this.#emptyInputs,
      unendedInputs: this.#unendedInputs,
      newCategories,
      associations: this.associations.summary,
      seconds: Math.round(seconds * 1000) / 1000,
      rowsPerSecond: Math.round(rows / seconds),
    }
  }
}

/** What is wrong with a row, without the value that is: rows of one kind are told together. */
function kindOfReason(reason: string): string {
  const [start = ''] = reason.replace(/"(?:[^"\\]|\\.)*"/g, '…').split(/[:;]/)
  return start
}
