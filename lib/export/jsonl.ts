/**
 * Rows as JSON lines: an object a row, every column in it, null for a blank.
 */
import type { Column, Value } from './cells.js'
import type { Output } from './output.js'
import type { RowSink } from './row-sink.js'

/** Text is written in pieces of about this many characters. */
const PIECE = 1 << 18

/** Writes JSON lines. */
export class JsonLines implements RowSink {
  readonly #keys: readonly string[]
  readonly #output: Output
  #text = ''

  constructor(columns: readonly Column[], output: Output) {
    this.#keys = columns.map(({ name }) => JSON.stringify(name))
    this.#output = output
  }

  async add(values: readonly Value[]): Promise<void> {
    const members = values.map((value, index) => `${this.#keys[index]}:${JSON.stringify(value)}`)
    this.#text += `{${members.join()}}\n`
    if (this.#text.length >= PIECE) await this.#flush()
  }

  async end(): Promise<void> {
    await this.#flush()
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    await this.#output.write(bytes)
  }
}
