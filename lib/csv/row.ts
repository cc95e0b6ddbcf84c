/** A row of CSV whose fields are cut out of its text only when a rule asks for them. */
import { parse } from 'csv-parse/sync'

const COMMA = ','

/** The fields of a row, by number from 0. */
export interface Fields {
  /** Number of fields. */
  readonly width: number
  /** A field; blank for a number that the row does not have. */
  field(index: number): string
  /** All fields. */
  readonly fields: readonly string[]
}

/**
 * A row: its text, and its fields by number.
 *
 * Most rules look at a few fields of a row. Finding the commas costs a third of cutting out all fields, and what is
 * never asked for is never made.
 */
export class CsvRow implements Fields {
  /** The row as it stands in a file, without its line end. */
  readonly text: string
  readonly #fields: readonly string[] | undefined
  /** Where each field ends in a plain text; found at first use. */
  #ends: number[] | undefined

  /** @param fields the row's fields where the text alone does not tell them, as when it has quotes */
  constructor(text: string, fields?: readonly string[]) {
    this.text = text
    this.#fields = fields
  }

  /** The row that a text holds, quotes and all. */
  static parse(text: string): CsvRow {
    return text.includes('"') ? new CsvRow(text, splitQuoted(text)) : new CsvRow(text)
  }

  /** Whether the fields stand in the text, with commas between them and without quotes. */
  get isPlain(): boolean {
    return this.#fields === undefined
  }

  get width(): number {
    return this.#fields?.length ?? this.#commas().length
  }

  field(index: number): string {
    if (this.#fields !== undefined) return this.#fields[index] ?? ''
    const ends = this.#commas()
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0) + 1
    return index < 0 || index >= ends.length ? '' : this.text.slice(start, ends[index])
  }

  get fields(): readonly string[] {
    return this.#fields ?? this.text.split(COMMA)
  }

  /** Where a field of a plain row ends in the text. */
  endOf(index: number): number {
    return this.#commas()[index] ?? this.text.length
  }

  #commas(): number[] {
    if (this.#ends !== undefined) return this.#ends
    const { text } = this
    const ends: number[] = []
    for (let comma = text.indexOf(COMMA); comma >= 0; comma = text.indexOf(COMMA, comma + 1)) ends.push(comma)
    ends.push(text.length)
    this.#ends = ends
    return ends
  }
}

/** A row as it stands in a file. */
export class CsvRecord extends CsvRow {
  /** The 1-based line on which the row starts. */
  readonly line: number

  constructor(line: number, text: string, fields?: readonly string[]) {
    super(text, fields)
    this.line = line
  }
}

/** The fields of a single row's text, as csv-parse reads it. */
function splitQuoted(text: string): readonly string[] {
  const [fields = []] = parse(text, { record_delimiter: '\n', relax_column_count: true })
  return fields
}
