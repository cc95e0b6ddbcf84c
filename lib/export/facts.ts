/**
 * What a data card says of the rows of a file, counted while they are written.
 */
import { MEMORY_BINS } from '../rules/memory-bins.js'
import type { Column, Value } from './cells.js'

/** Products of a memory bin. */
export interface SizeClass {
  /** Borders in GB, the first within; `to` is absent for the last one. */
  readonly from: number
  readonly to?: number
  readonly products: number
}

/** What is known of the rows of a file. */
export interface FileFacts {
  readonly rows: number
  /** The first and the last day among them. */
  readonly dates?: { readonly first: string; readonly last: string }
  /** Products by their size, in a table that has it. */
  readonly sizes?: readonly SizeClass[]
}

/** Counts the rows of a file. */
export class RowFacts {
  readonly #date: number
  readonly #size: number
  #rows = 0
  #first: string | undefined
  #last: string | undefined
  readonly #bins = MEMORY_BINS.map(() => 0)

  constructor(columns: readonly Column[]) {
    this.#date = columns.findIndex(({ name, type }) => name === 'date' && type === 'date')
    this.#size = columns.findIndex(({ name }) => name === 'imgsize_gb')
  }

  add(values: readonly Value[]): void {
    this.#rows++
    const date = values[this.#date]
    if (typeof date === 'string') {
      if (this.#first === undefined || date < this.#first) this.#first = date
      if (this.#last === undefined || date > this.#last) this.#last = date
    }
    const size = values[this.#size]
    if (typeof size !== 'number') return
    const bin = MEMORY_BINS.findLastIndex((border) => size >= border)
    if (bin !== -1) this.#bins[bin] = (this.#bins[bin] ?? 0) + 1
  }

  get facts(): FileFacts {
    const dates =
      this.#first === undefined || this.#last === undefined ? {} : { dates: { first: this.#first, last: this.#last } }
    return { rows: this.#rows, ...dates, ...(this.#size === -1 ? {} : { sizes: this.#sizes }) }
  }

  get #sizes(): SizeClass[] {
    return MEMORY_BINS.map((from, bin) => {
      const to = MEMORY_BINS[bin + 1]
      return { from, ...(to === undefined ? {} : { to }), products: this.#bins[bin] ?? 0 }
    })
  }
}
