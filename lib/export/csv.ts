/**
 * Rows as CSV, for spreadsheets: the header, then a line a row, nothing for a blank.
 */
import { formatRow } from '../csv/write.js'
import type { Column, Value } from './cells.js'
import type { Output } from './output.js'
import type { RowSink } from './row-sink.js'

/** Text is written in pieces of about this many characters. */
const PIECE = 1 << 18

/** What a spreadsheet takes for the beginning of a formula, be it behind a blank that it drops. */
const FORMULA = /^[=+\-@\t\r]/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** A cell that no spreadsheet computes: an apostrophe before what would be a formula, which tells that it is text. */
export function safeForSheets(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell
}

/** Writes CSV. */
export class CsvLines implements RowSink {
  readonly #output: Output
  readonly #cell: (value: Value) => string
  #text: string

  /** @param isSafe whether cells that are formulas to a spreadsheet become text */
  constructor(columns: readonly Column[], output: Output, isSafe: boolean) {
    this.#output = output
    this.#cell = isSafe ? (value) => safeForSheets(String(value ?? '')) : (value) => String(value ?? '')
    this.#text = this.#line(columns.map(({ name }) => name))
  }

  async add(values: readonly Value[]): Promise<void> {
    this.#text += this.#line(values)
    if (this.#text.length >= PIECE) await this.#flush()
  }

  async end(): Promise<void> {
    await this.#flush()
  }

  #line(values: readonly Value[]): string {
    return formatRow(values.map(this.#cell))
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    await this.#output.write(bytes)
  }
}
