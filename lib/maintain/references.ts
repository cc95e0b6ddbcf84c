/**
 * Rows that point at rows which are gone: exposures at their product, features at what they were measured from. What
 * cells say is not looked at here, so tables that were edited by hand may point at all that they need.
 */

import { groupBy, modelFile, type Program } from '../audit/lines.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { toNumber } from '../rules/values.js'
import type { TableLine } from '../store/read/survey.js'
import { counted } from '../text/words.js'
import type { Losses } from './losses.js'

/** Rows that lack others: how many, and the names of the first. */
export class Lacking {
  total = 0
  readonly #examples: string[] = []

  add(names: readonly string[]): void {
    this.total += names.length
    this.#examples.push(...names.slice(0, EXAMPLES - this.#examples.length))
  }

  /** Says so of a table, if there are any. */
  tell(before: string, noun: string, after: string, file: string, losses: Losses): void {
    if (this.total === 0) return
    const more = this.total - this.#examples.length
    const names = `${this.#examples.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    losses.add(file, `${before} ${counted(this.total, noun)} ${after} (${names})`)
  }
}

/** How many names a message tells. */
const EXAMPLES = 3

/** Whether a run left more bytes of a program in some tables than there are now. */
export type HadMore = (pid: number, files: readonly string[]) => boolean

const FILES = {
  train: MODELS.map((model) => modelFile('train', model)),
  raw: MODELS.map((model) => modelFile('raw', model)),
} as const

/** What the tables of a database lack, as their other rows show; given program by program. */
export class References {
  /** Exposures of level1.csv whose product is not in training.csv. */
  readonly #exposures = new Lacking()
  /** Products with features that are not in training.csv. */
  readonly #orphans = new Lacking()
  /** Products with fewer exposures in level1.csv than their features were measured from. */
  readonly #unmade = new Lacking()
  /** Products that a table of features lacks, by its file. */
  readonly #bare = new Map<string, Lacking>()
  /** Tables of features that lack products without exposures, of which features cannot be made anew. */
  readonly #unmakeable = new Set<string>()
  /** Exposures that groups of `rem-*` counted that keywords alone made, and those of ingest.csv that wait in such. */
  readonly #grouped = Object.fromEntries(MODELS.map((model) => [model, { counted: 0, waiting: 0 }])) as Record<
    Model,
    { counted: number; waiting: number }
  >
  readonly #hadMore: HadMore

  constructor(hadMore: HadMore) {
    this.#hadMore = hadMore
  }

  /** How many exposures groups counted that do not wait in ingest.csv. */
  get #ungrouped(): number {
    return MODELS.reduce((total, model) => total + Math.max(0, this.#lacking(model)), 0)
  }

  add(pid: number, program: Program): void {
    const products = new Map(
      program.of('training.csv').map((line) => [program.cell(line, 'dname'), program.cell(line, 'expmode')]),
    )
    const exposures = groupBy(program.of('level1.csv'), (line) => program.cell(line, 'pname'))
    for (const [product, lines] of exposures)
      if (!products.has(product)) this.#exposures.add(lines.map((line) => program.nameOf(line)))
    const counts = new Counts(program)
    this.#orphans.add(counts.names.filter((name) => !products.has(name)))
    for (const [product, model] of products) {
      const lines = exposures.get(product)
      if (lines === undefined) this.#addTakenOver(pid, product, model, counts.of(product))
      else this.#addMade(product, model, lines.filter(isScience(program)).length, counts.of(product))
    }
    // By association files, an exposure may be in several groups, and in some though a product has it.
    if (program.of('associations.csv').length === 0) for (const model of MODELS) this.#addGroups(program, model)
  }

  /** Says what is lost. */
  tell(losses: Losses): void {
    this.#exposures.tell('lacks the products of', 'exposure', 'in level1.csv', 'training.csv', losses)
    this.#orphans.tell('lacks', 'product', 'with features', 'training.csv', losses)
    this.#unmade.tell('lacks exposures of', 'product', 'in training.csv', 'level1.csv', losses)
    for (const [file, lacking] of this.#bare) lacking.tell('lacks', 'product', 'in training.csv', file, losses)
    for (const file of this.#unmakeable) losses.cannotBeMade(file)
    const ungrouped = this.#ungrouped
    if (ungrouped > 0) losses.add('ingest.csv', `lacks ${counted(ungrouped, 'exposure')} that groups in rem-* counted`)
  }

  /** A product with exposures. */
  #addMade(product: string, model: string, exposures: number, { train, raw }: Counted): void {
    if (train === undefined) this.#addBare('train', model, product)
    if (raw === undefined) this.#addBare('raw', model, product)
    // Of two numbers one may be edited: it is computed anew.
    if (Math.min(train ?? raw ?? 0, raw ?? train ?? 0) > exposures) this.#unmade.add([product])
  }

  /** A product without any exposure: taken over so, if the last run left it so. */
  #addTakenOver(pid: number, product: string, model: string, { train, raw }: Counted): void {
    if (this.#hadMore(pid, ['level1.csv'])) this.#unmade.add([product])
    for (const [prefix, has] of [
      ['train', train !== undefined],
      ['raw', raw !== undefined],
    ] as const) {
      if (has || !this.#hadMore(pid, FILES[prefix])) continue
      this.#addBare(prefix, model, product)
      this.#unmakeable.add(modelFile(prefix, model))
    }
  }

  #addBare(prefix: 'train' | 'raw', model: string, product: string): void {
    if (!MODELS.some((one) => one === model)) return
    const file = modelFile(prefix, model)
    const lacking = this.#bare.get(file) ?? new Lacking()
    lacking.add([product])
    this.#bare.set(file, lacking)
  }

  #addGroups(program: Program, model: Model): void {
    const its = this.#grouped[model]
    for (const line of program.of(modelFile('rem', model))) its.counted += toNumber(program.cell(line, 'nexposur')) || 0
    for (const line of program.of('ingest.csv')) if (program.cell(line, 'expmode') === model) its.waiting++
  }

  #lacking(model: Model): number {
    return this.#grouped[model].counted - this.#grouped[model].waiting
  }
}

function isScience(program: Program): (line: TableLine) => boolean {
  return (line) => program.cell(line, 'role') === 'science'
}

/** Of how many exposures a product's features were measured, by each of their tables; undefined without a row. */
interface Counted {
  readonly train: number | undefined
  readonly raw: number | undefined
}

/** What the features of a program counted. */
class Counts {
  readonly #train: ReadonlyMap<string, number>
  readonly #raw: ReadonlyMap<string, number>

  constructor(program: Program) {
    const read = (files: readonly string[], column: string) =>
      new Map(
        files.flatMap((file) =>
          program.of(file).map((line) => [program.nameOf(line), toNumber(program.cell(line, column)) || 0] as const),
        ),
      )
    this.#train = read(FILES.train, 'nexposur')
    this.#raw = read(FILES.raw, 'NEXPOSUR')
  }

  of(product: string): Counted {
    return { train: this.#train.get(product), raw: this.#raw.get(product) }
  }

  /** Products that both tables know, or the only one that has rows: a line that one alone has was put there by hand. */
  get names(): readonly string[] {
    const [some, others] = this.#train.size > 0 ? [this.#train, this.#raw] : [this.#raw, this.#train]
    return [...some.keys()].filter((name) => others.size === 0 || others.has(name))
  }
}
