/**
 * What a run did, counted while it goes on, and told at its end.
 */
import { join } from 'node:path'
import { associationLines, associationNotes } from '../asn/notes.js'
import { milliseconds } from '../clock.js'
import type { NewCategory } from '../rules/category-codes.js'
import type { Level } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/models.js'
import { DROP_REASONS, type DropReason } from '../rules/scrub.js'
import { type CensusByProgram, type ModelWaiting, type Waiting, waitingIn, waitingOf } from '../settle/census.js'
import {
  addCounts,
  addNumbers,
  formatWaiting,
  type ModelCounts,
  noRows,
  nothingSettled,
  type RowCounts,
  type SettledCounts,
} from '../settle/counts.js'
import { type AssociationSummary, AssociationTally } from '../settle/named-counts.js'
import { ENCODINGS_FILE } from '../store/database.js'
import { StoredCensus } from '../store/stored-census.js'
import { REJECTS_FILE, type Reject } from '../store/tables.js'
import type { Committed } from '../store/update.js'
import { counted, withExamples } from '../text/words.js'

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

/** Everything a run reports; the JSON of `--json`. */
export interface Summary {
  readonly database: string
  readonly inputs: number
  readonly rows: number
  readonly levels: Readonly<Record<Level, number>>
  readonly dropped: Readonly<Record<DropReason, number>>
  /** Rows that gave way to a later version of their dataset. */
  readonly duplicates: number
  /** Stored versions among them that gave way whatever their date, as the run replaces (`replace`). */
  readonly replaced: number
  readonly repeatedHeaders: number
  /** Whether the run changed anything in the database. */
  readonly changed: boolean
  readonly models: Readonly<Record<Model, ModelSummary>>
  /** What waits in the database after the run. */
  readonly waiting: Waiting
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
/** How many reasons for which rows cannot be used are told. */
const REASONS = 6
/** The same for new category values: each of them may be a mistake that gets a code for good. */
const CATEGORY_EXAMPLES = 10

/** Counts a run's rows. */
export class Tally {
  readonly #start = milliseconds()
  readonly #rows = noRows()
  readonly #settled = nothingSettled()
  readonly #rejectExamples: Reject[] = []
  readonly #rejectReasons = new Map<string, { rows: number; readonly examples: Reject[] }>()
  readonly #emptyInputs: string[] = []
  readonly #unendedInputs: string[] = []
  #rejects = 0
  #repeatedHeaders = 0
  /** What the run does with association files. */
  readonly associations = new AssociationTally()
  /** What there is now in each program that changed. */
  readonly census: CensusByProgram = new Map()

  /** Counts input rows. */
  rows({ levels, dropped, headers }: RowCounts): void {
    this.#repeatedHeaders += headers
    addNumbers(this.#rows.levels, levels)
    addNumbers(this.#rows.dropped, dropped)
  }

  /** Counts rows of one input that could not be used. */
  reject(rejects: readonly Reject[]): void {
    this.#rejects += rejects.length
    for (const reject of rejects.toSorted((a, b) => a.line - b.line)) {
      if (this.#rejectExamples.length < EXAMPLES) this.#rejectExamples.push(reject)
      const reason = kindOfReason(reject.reason)
      const known = this.#rejectReasons.get(reason) ?? { rows: 0, examples: [] }
      this.#rejectReasons.set(reason, known)
      known.rows++
      if (known.examples.length < EXAMPLES) known.examples.push(reject)
    }
  }

  get #reasons(): RejectReason[] {
    const reasons = [...this.#rejectReasons].map(([reason, { rows, examples }]) => ({ reason, rows, examples }))
    return reasons.sort((a, b) => b.rows - a.rows)
  }

  /** Notes an input that has no rows. */
  emptyInput(name: string): void {
    this.#emptyInputs.push(name)
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
  settled(counts: SettledCounts, census: readonly number[]): void {
    const own = this.#settled
    for (const model of MODELS) addCounts(own.models[model], counts.models[model])
    own.multipleMatches.push(...counts.multipleMatches)
    this.associations.settled(counts.named)
    own.duplicates += counts.duplicates
    own.replaced += counts.replaced
    new StoredCensus(census).addTo(this.census)
  }

  /** The summary of the run. */
  summary(inputs: number, newCategories: readonly NewCategory[], outcome: Outcome): Summary {
    const { database, changed, total, rejectsLeftOut } = outcome
    const seconds = (milliseconds() - this.#start) / 1000
    const { levels, dropped } = this.#rows
    const { models, multipleMatches, duplicates, replaced } = this.#settled
    const ofModel = (model: Model): ModelSummary => {
      return { ...models[model], trained: total[model].matched, waiting: waitingOf(total[model]) }
    }
    const rows = levels.level1 + levels.level3 + levels.other + this.#rejects
    return {
      database,
      inputs,
      rows,
      levels,
      dropped,
      duplicates,
      replaced,
      repeatedHeaders: this.#repeatedHeaders,
      changed,
      models: Object.fromEntries(MODELS.map((model) => [model, ofModel(model)])) as Record<Model, ModelSummary>,
      waiting: waitingIn(total),
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

/** The summary as lines of text: what the run did, then what there is in the database. */
export function formatSummary(summary: Summary): string {
  const { associations, changed, database, inputs, models, seconds, waiting } = summary
  const trained = MODELS.map((model) => [model, models[model].trained] as const)
  const speed = inputs === 0 ? '' : `, ${counted(summary.rowsPerSecond, 'row')}/s`
  const lines = [
    ...(inputs === 0 ? [] : rowLines(summary)),
    ...associationLines(associations),
    ...MODELS.map((model) => [model, modelLine(models[model])]),
    ['time', `${seconds.toFixed(2)} s${speed}`],
    ...(changed ? [] : [['changed', 'nothing']]),
    ['database', `${database}: ${parts(trained, (total) => `${counted(total, 'product')} matched`)}`],
    ['waiting', formatWaiting(waiting)],
  ]
  return lines.map(([name = '', text = '']) => `${name.padEnd(11)} ${text}\n`).join('')
}

/** What became of the rows of a run; one that takes in association files alone has none. */
function rowLines(summary: Summary): string[][] {
  const { inputs, rows, levels, dropped, duplicates, replaced, rejects, rejectsLeftOut, repeatedHeaders } = summary
  const reasons = Object.entries(dropped).map(
    ([reason, number]) => [DROP_REASONS[reason as DropReason], number] as const,
  )
  const byLevel = `Level 1: ${levels.level1}, Level 3: ${levels.level3}, other: ${levels.other}`
  return [
    ['rows read', `${rows} from ${counted(inputs, 'input')} (${byLevel})`],
    ...(repeatedHeaders > 0 ? [['headers', `${counted(repeatedHeaders, 'repeated header line')} skipped`]] : []),
    ['dropped', parts(reasons)],
    ['duplicates', String(duplicates)],
    ...(replaced > 0 ? [['replaced', counted(replaced, 'stored version')]] : []),
    [
      'rejects',
      rejectsLeftOut > 0 ? `${rejects}, ${rejectsLeftOut} of them not in ${REJECTS_FILE}: it is full` : String(rejects),
    ],
  ]
}

function modelLine({ products, exposures }: ModelSummary): string {
  return `${counted(products, 'product')} matched from ${counted(exposures, 'exposure')}`
}

/** A total, and what it is made of. */
function parts(entries: readonly (readonly [string, number])[], format: (total: number) => string = String): string {
  const total = entries.reduce((sum, [, number]) => sum + number, 0)
  const named = entries.filter(([, number]) => number > 0).map(([name, number]) => `${name}: ${number}`)
  return named.length === 0 ? format(total) : `${format(total)} (${named.join(', ')})`
}

/** What in a run the user may want to look into: a text for each matter, the first line of which says what it is. */
export function formatNotes(summary: Summary): string[] {
  const { database, emptyInputs, unendedInputs, rejects, rejectReasons, multipleMatches, newCategories } = summary
  const notes = emptyInputs.slice(0, EXAMPLES).map((name) => `${name}: no rows`)
  const moreEmpty = emptyInputs.length - notes.length
  if (moreEmpty > 0) notes.push(`${counted(moreEmpty, 'more input')} without rows`)
  if (unendedInputs.length > 0) {
    const title = `the last row of ${counted(unendedInputs.length, 'input')} has no line end; if that is cut short, so may be a number in it:`
    notes.push(withExamples(title, unendedInputs.slice(0, EXAMPLES), unendedInputs.length))
  }
  if (rejects > 0) {
    const title = `${counted(rejects, 'row')} could not be used, see ${join(database, REJECTS_FILE)}:`
    const others = rejectReasons.slice(REASONS)
    const rest = others.reduce((rows, reason) => rows + reason.rows, 0)
    const more = rest === 0 ? [] : [`and ${counted(rest, 'row')} for ${counted(others.length, 'other reason')}`]
    notes.push([title, ...rejectReasons.slice(0, REASONS).flatMap(reasonLines), ...more].join('\n  '))
  }
  notes.push(...associationNotes(summary.associations))
  if (multipleMatches.length > 0) {
    const title = `${counted(multipleMatches.length, 'product')} left waiting, as another fits the same exposures as well:`
    notes.push(withExamples(title, multipleMatches.slice(0, EXAMPLES), multipleMatches.length))
  }
  if (newCategories.length > 0) {
    const title = `${counted(newCategories.length, 'category value')} had no code; new ones, kept in ${join(database, ENCODINGS_FILE)}:`
    notes.push(withExamples(title, newCategories.slice(0, CATEGORY_EXAMPLES).map(categoryText), newCategories.length))
  }
  return notes
}

/** What is wrong with a row, without the value that is: rows of one kind are told together. */
function kindOfReason(reason: string): string {
  const [start = ''] = reason.replace(/"(?:[^"\\]|\\.)*"/g, '…').split(/[:;]/)
  return start
}

/** A single row as it is; several with their number and the first of them. */
function reasonLines({ reason, rows, examples }: RejectReason): string[] {
  if (rows === 1) return examples.map(rejectText)
  const more = rows - examples.length
  return [
    `${reason}: ${counted(rows, 'row')}`,
    ...examples.map((example) => `  ${rejectText(example)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function rejectText({ source, line, reason }: Reject): string {
  return `${source}:${line}: ${reason}`
}

function categoryText({ category, value, code }: NewCategory): string {
  return `${category} ${JSON.stringify(value)}: ${code}`
}
