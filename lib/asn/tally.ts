/**
 * What a run did with association files, counted while it goes on, and told at its end.
 */
import type { Resolution } from '../rules/resolve.js'
import { compareText } from '../rules/values.js'

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
  /** Products that are made of the members that a file names, among those that this run resolved. */
  readonly matched: number
  /** Products that a file names and that wait, among those that this run resolved. */
  readonly waiting: number
  /** Of these, those of which members are missing. */
  readonly incomplete: number
  /** The first few of them by name. */
  readonly incompleteExamples: readonly IncompleteProduct[]
}

/** How many examples of a kind are told; the rest is counted. */
const EXAMPLES = 3

/** Counts of products that association files name, among those that were settled. */
export interface NamedCounts {
  matched: number
  waiting: number
  incomplete: number
  /** The first few of the incomplete ones by name. */
  examples: IncompleteProduct[]
}

/** Counts of nothing settled. */
export function noneNamed(): NamedCounts {
  return { matched: 0, waiting: 0, incomplete: 0, examples: [] }
}

/** Counts what became of the products that an association file names. */
export function countNamed({ list, matches, products }: Resolution, counts: NamedCounts): void {
  if (list === undefined) return
  const incomplete = products.filter(({ missing }) => missing.length > 0)
  const examples = incomplete.map(({ product, missing }) => {
    return { product: product.dname, missing: missing.slice(0, EXAMPLES), missingCount: missing.length }
  })
  addNamed(counts, { matched: matches.length, waiting: products.length, incomplete: incomplete.length, examples })
}

function addNamed(to: NamedCounts, { matched, waiting, incomplete, examples }: NamedCounts): void {
  to.matched += matched
  to.waiting += waiting
  to.incomplete += incomplete
  if (examples.length > 0) {
    const all = [...to.examples, ...examples].sort((a, b) => compareText(a.product, b.product))
    to.examples = all.slice(0, EXAMPLES)
  }
}

/** Counts what a run does with association files. */
export class AssociationTally {
  readonly #faults = new Map<string, { count: number; examples: string[] }>()
  #files = 0
  #products = 0
  #skipped = 0
  #candidatesLeft = 0
  readonly #named = noneNamed()

  /** Counts a file that was read. */
  file(products: number, candidatesLeft: number): void {
    this.#files++
    this.#products += products
    this.#candidatesLeft += candidatesLeft
  }

  /** Counts a file of Level 2, which says nothing of products. */
  skip(): void {
    this.#skipped++
  }

  /** Counts a file that could not be used. */
  fault(reason: string, path: string, message: string): void {
    const fault = this.#faults.get(reason) ?? { count: 0, examples: [] }
    fault.count++
    if (fault.examples.length < EXAMPLES) fault.examples.push(`${path}: ${message}`)
    this.#faults.set(reason, fault)
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
      matched: this.#named.matched,
      waiting: this.#named.waiting,
      incomplete: this.#named.incomplete,
      incompleteExamples: this.#named.examples,
    }
  }
}
