/** Rows of CSV as text: a canonical line, whose fields are cut out when a rule asks for them, and a record of a file. */

const COMMA = ','
const QUOTE = '"'

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
 * A line of CSV in the one form in which this program writes it: a field is quoted where it has to be, and nowhere else.
 *
 * Most rules look at a few fields of a row. What is never asked for is never made.
 */
export class CanonicalLine implements Fields {
  /** The line, without its end. */
  readonly text: string
  /** Where each cell ends in the text; found at first use. */
  #ends: number[] | undefined

  constructor(text: string) {
    this.text = text
  }

  get width(): number {
    return this.#cellEnds.length
  }

  field(index: number): string {
    return unquoted(this.cell(index))
  }

  /** A field as it is written; blank for a number that the line does not have. */
  cell(index: number): string {
    return index < 0 || index >= this.width ? '' : this.between(index, index)
  }

  /**
   * A field by its place from the end, 0 for the last one: of a few such fields the others need not be found. Blank for a
   * place that the line does not have.
   */
  fieldFromEnd(place: number): string {
    const { text } = this
    if (this.#ends !== undefined || text.includes(QUOTE)) return this.field(this.width - 1 - place)
    let end = text.length
    for (let count = 0; count < place; count++) {
      end = text.lastIndexOf(COMMA, end - 1)
      if (end <= 0) return ''
    }
    return text.slice(text.lastIndexOf(COMMA, end - 1) + 1, end)
  }

  /** Neighbouring cells, with the commas between them. */
  between(first: number, last: number): string {
    const ends = this.#cellEnds
    return this.text.slice(first === 0 ? 0 : (ends[first - 1] ?? 0) + 1, ends[last])
  }

  get fields(): readonly string[] {
    if (!this.text.includes(QUOTE)) return this.text.split(COMMA)
    return Array.from({ length: this.width }, (_, index) => this.field(index))
  }

  get #cellEnds(): readonly number[] {
    this.#ends ??= this.text.includes(QUOTE) ? quotedEnds(this.text) : plainEnds(this.text)
    return this.#ends
  }
}

/** Cells of the last line without quotes: the next one mostly has as many, and a list that grows takes more memory. */
let lastWidth = 0

function plainEnds(text: string): number[] {
  const ends = new Array<number>(lastWidth)
  let width = 0
  for (let comma = text.indexOf(COMMA); comma >= 0; comma = text.indexOf(COMMA, comma + 1)) ends[width++] = comma
  ends[width++] = text.length
  ends.length = width
  lastWidth = width
  return ends
}

/** Inside quotes their number is odd. */
function quotedEnds(text: string): number[] {
  const ends: number[] = []
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === QUOTE) isQuoted = !isQuoted
    else if (text[at] === COMMA && !isQuoted) ends.push(at)
  }
  ends.push(text.length)
  return ends
}

/** The field that a cell of a canonical line holds. */
export function unquoted(cell: string): string {
  return cell[0] === QUOTE ? cell.slice(1, -1).replaceAll('""', QUOTE) : cell
}

/** A row as it stands in a file. */
export class CsvRecord implements Fields {
  /** The 1-based line on which the row starts. */
  readonly line: number
  /** The row as it stands in the file, without its line end. */
  readonly text: string
  #fields: readonly string[] | undefined

  /** @param fields the row's fields where there may be quotes in the text */
  constructor(line: number, text: string, fields?: readonly string[]) {
    this.line = line
    this.text = text
    this.#fields = fields
  }

  get fields(): readonly string[] {
    this.#fields ??= this.text.split(COMMA)
    return this.#fields
  }

  get width(): number {
    return this.fields.length
  }

  field(index: number): string {
    return this.fields[index] ?? ''
  }
}
