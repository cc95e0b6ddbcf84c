/**
 * Rows as a Parquet file, row group by row group: of a table of any length one group is in memory.
 *
 * Codes of categories stay the whole numbers that models take; what they stand for is in the file's metadata.
 */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import type { Encodings } from '../rules/category-codes.js'
import type { ColumnType } from '../settle/column-types.js'
import type { Column, Value } from './cells.js'
import type { Output } from './output.js'
import type { RowSink } from './row-sink.js'

/**
 * A row group ends at this many rows, so that readers can skip and share out groups, or at this many cells' characters.
 * Groups of four times as many make files a hundredth smaller, and take 170 MB more while they are written.
 */
const GROUP_ROWS = 8192
const GROUP_CHARACTERS = 1 << 26
/** Columns of more texts than these hardly repeat one. */
const MOST_TEXTS = 512

const MILLISECONDS_PER_DAY = 86_400_000

type Physical = Pick<SchemaElement, 'type' | 'converted_type'>

const TEXT: Physical = { type: 'BYTE_ARRAY', converted_type: 'UTF8' }

const PHYSICAL: Readonly<Record<ColumnType, Physical>> = {
  float: { type: 'DOUBLE' },
  int: { type: 'INT32' },
  boolean: { type: 'BOOLEAN' },
  date: { type: 'INT32', converted_type: 'DATE' },
  category: TEXT,
  text: TEXT,
}

/** Writes a Parquet file. */
export class ParquetFile implements RowSink {
  readonly #columns: readonly Column[]
  readonly #output: Output
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  #cells: Value[][]
  readonly #texts: readonly Map<string, string>[]
  #rows = 0
  #characters = 0

  /** @param encodings kept as JSON under the key `encodings` of the file's metadata */
  constructor(columns: readonly Column[], output: Output, encodings: Encodings | undefined) {
    this.#columns = columns
    this.#output = output
    this.#cells = columns.map(() => [])
    this.#texts = columns.map(() => new Map())
    const leaves = columns.map(
      ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...PHYSICAL[type] }),
    )
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'table', num_children: leaves.length }, ...leaves],
      kvMetadata: encodings === undefined ? [] : [{ key: 'encodings', value: JSON.stringify(encodings) }],
      createdBy: 'jwst-ingest',
    })
  }

  add(values: readonly Value[]): Promise<void> | undefined {
    for (const [index, value] of values.entries()) {
      if (typeof value !== 'string') this.#cells[index]?.push(value)
      else {
        this.#cells[index]?.push(this.#own(index, value))
        this.#characters += value.length
      }
    }
    this.#rows++
    return this.#rows >= GROUP_ROWS || this.#characters >= GROUP_CHARACTERS ? this.#endGroup() : undefined
  }

  /** The same text, once for all cells that have it: what a group holds is in the way of the garbage collector. */
  #own(index: number, text: string): string {
    const texts = this.#texts[index] as Map<string, string>
    const known = texts.get(text)
    if (known !== undefined) return known
    if (texts.size < MOST_TEXTS) texts.set(text, text)
    return text
  }

  async end(): Promise<void> {
    if (this.#rows > 0) await this.#endGroup()
    await this.#writer.finish()
    await this.#flush()
  }

  async #endGroup(): Promise<void> {
    const columnData = this.#columns.map((column, index) => sourceOf(column, this.#cells[index] ?? []))
    await this.#writer.write({ columnData, rowGroupSize: this.#rows })
    this.#cells = this.#columns.map(() => [])
    for (const texts of this.#texts) texts.clear()
    this.#rows = 0
    this.#characters = 0
    await this.#flush()
  }

  async #flush(): Promise<void> {
    await this.#output.write(this.#bytes.getBytes())
    this.#bytes.index = 0
  }
}

/** A column of a row group. Other columns than categories get a dictionary where the library finds that it pays. */
function sourceOf({ name, type }: Column, data: Value[]): ColumnSource {
  if (type === 'category') return { name, data, encoding: 'RLE_DICTIONARY' }
  return { name, data: type === 'date' ? data.map(dayNumber) : data }
}

/** Days since 1970-01-01. */
function dayNumber(date: Value): number | null {
  return date === null ? null : Date.parse(`${date}T00:00:00Z`) / MILLISECONDS_PER_DAY
}
