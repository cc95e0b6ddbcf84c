/**
 * What a run did with association files, counted while it goes on, and told at its end.
 */

import { compareText } from '../rules/values.js'
import type { Match, Resolution } from './resolve.js'

/** Association files that could not be used for one reason. */
export interface FaultyFiles {
  readonly reason: string
  readonly count: number
  /** The first few of them, each with its path and what is wrong. */
  readonly examples: readonly string[]
}

/** A product that waits for members. */
export interface IncompleteProduct {
  readonly product: string
  /** The first few of its members that are missing. */
  readonly missing: readonly string[]
  readonly missingCount: number
}

/** What a run did with association files; part of the JSON of `--json`. */
export interface AssociationSummary {
  /** Level 3 files that were read. */
  readonly files: number
  /** Products that they name. */
  readonly products: number
  /** Level 2 files in folders and globs. */
  readonly skipped: number
  /** Products across observations that were left out (`--no-candidates`). */
  readonly candidatesLeft: number
  readonly unusable: number
  readonly faults: readonly FaultyFiles[]
  /** Members, none of them science, that were passed over, as their names are those of no exposures. */
  readonly passedOver: number
  /** The first few of them: path of the file, product, role and name. */
  readonly passedOverExamples: readonly string[]
  /** Products that are made of the members that a file names, among those that this run resolved. */
  readonly matched: number
  /** Products that a file names and that wait, among those that this run resolved; and mosaics. */
  readonly waiting: number
  readonly waitingMosaics: number
  /** Of these, those of which members are missing. */
  readonly incomplete: number
  readonly incompleteMosaics: number
  /** The first few of them by name. */
  readonly incompleteExamples: readonly IncompleteProduct[]
  /** Products matched by keywords while files withhold exposures of their groups, among those that this run resolved. */
  readonly withheld: number
  /** The first few of them by name. */
  readonly withheldExamples: readonly WithheldProduct[]
}

/** A product matched by keywords, of exposures beside which files withhold others of the same group. */
export interface WithheldProduct {
  readonly product: string
  /** Names of the files that do. */
  readonly files: readonly string[]
  /** The first few of the exposures that they withhold. */
  readonly exposures: readonly string[]
  readonly exposureCount: number
}

/** How many examples of a kind are told; the rest is counted. */
const EXAMPLES = 3

/** Counts of what association files do to products, among those that were settled. */
export interface NamedCounts {
  matched: number
  waiting: number
  waitingMosaics: number
  incomplete: number
  incompleteMosaics: number
  /** The first few of the incomplete ones by name. */
  incompleteExamples: readonly IncompleteProduct[]
  withheld: number
  /** The first few of these by name. */
  withheldExamples: readonly WithheldProduct[]
}

/** Counts of nothing settled. */
export function noneNamed(): NamedCounts {
  return {
    ...{ matched: 0, waiting: 0, waitingMosaics: 0, incomplete: 0, incompleteMosaics: 0, incompleteExamples: [] },
    ...{ withheld: 0, withheldExamples: [] },
  }
}

/** Counts what became of the products that an association file names, or from which it withholds exposures. */
export function countNamed({ list, matches, products }: Resolution, counts: NamedCounts): void {
  if (list === undefined) {
    countWithheld(matches, counts)
    return
  }
  const incomplete = products.filter(({ missing }) => missing.length > 0)
  const mosaicsIn = (some: typeof products) => some.filter(({ product }) => product.kind === 'mosaic').length
  const [waitingMosaics, incompleteMosaics] = [mosaicsIn(products), mosaicsIn(incomplete)]
  addNamed(counts, {
    ...noneNamed(),
    matched: matches.length,
    waiting: products.length - waitingMosaics,
    waitingMosaics,
    incomplete: incomplete.length - incompleteMosaics,
    incompleteMosaics,
    incompleteExamples: incomplete.map(({ product, missing }) => {
      return { product: product.dname, missing: missing.slice(0, EXAMPLES), missingCount: missing.length }
    }),
  })
}

function countWithheld(matches: readonly Match[], counts: NamedCounts): void {
  for (const { product, withheld } of matches) {
    if (withheld.length === 0) continue
    const example = {
      product: product.dname,
      files: [...new Set(withheld.map(({ source }) => source))].sort(compareText),
      exposures: withheld.slice(0, EXAMPLES).map(({ exposure }) => exposure.dname),
      exposureCount: withheld.length,
    }
    addNamed(counts, { ...noneNamed(), withheld: 1, withheldExamples: [example] })
  }
}

function addNamed(to: NamedCounts, counts: NamedCounts): void {
  to.matched += counts.matched
  to.waiting += counts.waiting
  to.waitingMosaics += counts.waitingMosaics
  to.incomplete += counts.incomplete
  to.incompleteMosaics += counts.incompleteMosaics
  to.withheld += counts.withheld
  to.incompleteExamples = firstOf(to.incompleteExamples, counts.incompleteExamples)
  to.withheldExamples = firstOf(to.withheldExamples, counts.withheldExamples)
}

/** The first few of two lists by product. */
function firstOf<T extends { readonly product: string }>(a: readonly T[], b: readonly T[]): readonly T[] {
  if (b.length === 0) return a
  return [...a, ...b].sort((x, y) => compareText(x.product, y.product)).slice(0, EXAMPLES)
}

/** Counts what a run does with association files. */
export class AssociationTally {
  readonly #faults = new Map<string, { count: number; examples: string[] }>()
  #files = 0
  #products = 0
  #skipped = 0
  #candidatesLeft = 0
  #passedOver = 0
  readonly #passedOverExamples: string[] = []
  readonly #named = noneNamed()

  /** Counts what was counted elsewhere, too. */
  add(other: AssociationTally): void {
    this.#files += other.#files
    this.#products += other.#products
    this.#skipped += other.#skipped
    this.#candidatesLeft += other.#candidatesLeft
    this.#passedOver += other.#passedOver
    this.#passedOverExamples.push(...other.#passedOverExamples.slice(0, EXAMPLES - this.#passedOverExamples.length))
    for (const [reason, { count, examples }] of other.#faults) this.#addFaults(reason, count, examples)
    this.settled(other.#named)
  }

  #addFaults(reason: string, count: number, examples: readonly string[]): void {
    const fault = this.#faults.get(reason) ?? { count: 0, examples: [] }
    fault.count += count
    fault.examples.push(...examples.slice(0, EXAMPLES - fault.examples.length))
    this.#faults.set(reason, fault)
  }

  /** Counts a file that was read. */
  file(products: number, candidatesLeft: number): void {
    this.#files++
    this.#products += products
    this.#candidatesLeft += candidatesLeft
  }

  /** Counts a member that was passed over. */
  passOver(path: string, member: string): void {
    this.#passedOver++
    if (this.#passedOverExamples.length < EXAMPLES) this.#passedOverExamples.push(`${path}: ${member}`)
  }

  /** Counts a file of Level 2, which says nothing of products. */
  skip(): void {
    this.#skipped++
  }

  /** Counts a file that could not be used. */
  fault(reason: string, path: string, message: string): void {
    this.#addFaults(reason, 1, [`${path}: ${message}`])
  }

  /** Counts what was settled. */
  settled(counts: NamedCounts): void {
    addNamed(this.#named, counts)
  }

  get summary(): AssociationSummary {
    const faults = [...this.#faults].map(([reason, fault]) => ({ reason, ...fault }))
    return {
      files: this.#files,
      products: this.#products,
      skipped: this.#skipped,
      candidatesLeft: this.#candidatesLeft,
      unusable: faults.reduce((sum, { count }) => sum + count, 0),
      faults,
      passedOver: this.#passedOver,
      passedOverExamples: this.#passedOverExamples,
      ...this.#named,
    }
  }
}
