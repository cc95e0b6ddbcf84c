/**
 * Which rows of the tables are exported, and into which part.
 */
import { parseDay } from '../rules/day.js'
import { isDateCell } from './cells.js'
import { checkSplit, SPLIT_PARTS, type Split, type SplitPart, splitPartOf } from './split.js'

/** What is asked for; by default all rows, in one file a table. */
export interface SelectionOptions {
  /** The first day, YYYY-MM-DD, of rows that are exported; tables without a date are left out then. */
  readonly since?: string | undefined
  /** Shares out the rows by their product, into two files a table. */
  readonly split?: Split | undefined
}

/** The files that a table is written to: two with a split, else one. */
export type FilePart = SplitPart | 'all'

/** The parts that each table has. */
export function filePartsOf({ split }: SelectionOptions): readonly FilePart[] {
  return split === undefined ? ['all'] : SPLIT_PARTS
}

/** @throws IngestError USAGE for a day, a share or a seed that is none */
export function checkSelection({ since, split }: SelectionOptions): void {
  if (since !== undefined) parseDay(since, '--since')
  if (split !== undefined) checkSplit(split)
}

/** The columns that tell the product of a row; the first one counts that its table has. */
const PRODUCT_COLUMNS = ['pname', 'dname', 'product'] as const

/** Chooses among the rows of a table. */
export class RowSelection {
  readonly #since: string | undefined
  readonly #split: Split | undefined
  readonly #date: number
  readonly #product: number
  /** Rows of a product often follow each other. */
  #last: { readonly product: string; readonly part: SplitPart } | undefined

  constructor(header: readonly string[], { since, split }: SelectionOptions) {
    this.#since = since
    this.#split = split
    this.#date = header.indexOf('date')
    this.#product = header.indexOf(PRODUCT_COLUMNS.find((name) => header.includes(name)) ?? '')
  }

  /** The part that a row goes to; undefined for one that is not exported. */
  partOf(fields: readonly string[]): FilePart | undefined {
    if (this.#since !== undefined && !isSince(fields[this.#date] ?? '', this.#since)) return undefined
    if (this.#split === undefined) return 'all'
    const product = fields[this.#product] ?? ''
    if (this.#last?.product !== product) this.#last = { product, part: splitPartOf(product, this.#split) }
    return this.#last.part
  }
}

function isSince(cell: string, since: string): boolean {
  return cell >= since && isDateCell(cell)
}
