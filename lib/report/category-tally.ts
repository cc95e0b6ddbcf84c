/**
 * Counts how often each code of a category stands in the encoded tables.
 */
import { CATEGORIES, type Category, type Encodings } from '../rules/category-codes.js'
import defaultEncodings from '../rules/encodings.json' with { type: 'json' }
import type { CategoryReport, CodeReport } from './data.js'

interface Counts {
  products: number
  waitingGroups: number
}

/** Counts codes. */
export class CategoryTally {
  /** By code, as it stands in the tables. */
  readonly #counts: ReadonlyMap<Category, Map<string, Counts>> = new Map(
    CATEGORIES.map((category) => [category, new Map()]),
  )

  /** Counts the codes of one row. */
  row(kind: keyof Counts, code: (category: Category) => string): void {
    for (const [category, counts] of this.#counts) {
      const text = code(category)
      const count = counts.get(text)
      if (count === undefined) counts.set(text, { products: 0, waitingGroups: 0, [kind]: 1 })
      else count[kind]++
    }
  }

  /** @param encodings the codes of the database */
  report(encodings: Encodings): CategoryReport[] {
    return CATEGORIES.map((category) => ({ category, codes: this.#codes(category, encodings[category]) }))
  }

  #codes(category: Category, encodings: Encodings[Category]): CodeReport[] {
    const known: Encodings[Category] = defaultEncodings[category]
    const values = new Map<number, CodeReport['values'][number][]>()
    for (const [value, code] of Object.entries(encodings)) {
      const list = values.get(code) ?? []
      values.set(code, list)
      list.push({ value, isNew: !Object.hasOwn(known, value) })
    }
    const counts = this.#counts.get(category)
    const none = { products: 0, waitingGroups: 0 }
    const ordered = [...values].sort(([a], [b]) => a - b)
    return ordered.map(([code, values]) => ({ code, values, ...(counts?.get(String(code)) ?? none) }))
  }
}

/** The values of a database's categories that got their codes there. */
export function newValues(categories: readonly CategoryReport[]): number {
  const codes = categories.flatMap(({ codes }) => codes)
  return codes.flatMap(({ values }) => values).filter(({ isNew }) => isNew).length
}
