/**
 * Regular rows: those of the input that scrubbing leaves as they are, but for the digits of the target and the columns
 * that it adds (specification, sections 3.3, 3.4 and 3.7). Nearly every row is one. They wait as they came, and what they
 * are scrubbed to is made when it is asked for, much of it once for all rows with the same keywords.
 */
import { type ByteWriter, inOnePiece } from '../csv/bytes.js'
import type { PlainRow } from '../csv/plain-row.js'
import { BYTE } from '../csv/quoted.js'
import type { Fields } from '../csv/row.js'
import { datasetName } from './dataset.js'
import {
  inputPositions,
  KNOWN_COLUMNS,
  type Layout,
  MOST_CHARACTERS,
  NUMBER_COLUMNS,
  type Positions,
  WHOLE_COLUMNS,
} from './layout.js'
import { KeywordPlaces, type RegularKeywords, UnitKeywords } from './regular-keywords.js'
import type { Day } from './scrub.js'
import { programOfUnit } from './units.js'
import { scrubbedNumber, toNumber } from './values.js'

/** What an input's rows have in common. */
export interface RowForm {
  readonly header: readonly string[]
  readonly day: Day
}

/** What a scrubbed row has that its line has not. */
type Derived = 'TARG_RA' | 'date' | 'year' | 'doy' | 'dname' | 'pid' | 'targra' | 'params'

/** A piece of a scrubbed row's text: fields of the line as they stand, the rounded target, or a blank. */
type Piece = { readonly first: number; readonly last: number } | 'target' | 'blank'

/** How the lines of inputs with one header become rows of a layout. */
export class RegularForm {
  /** Where the columns stand in a line. */
  readonly at: Positions
  /** For each column of the layout that an input can have, the field of the line that it comes from; -1 for none. */
  readonly from: readonly number[]
  /** For each column of the layout: its field of the line, or what it is derived as, or nothing. */
  readonly columns: readonly (number | Derived | undefined)[]
  /** For each column of the layout the last one up to which the fields are neighbours in the line, too. */
  readonly runEnds: readonly number[]
  readonly pieces: readonly Piece[]
  /** The same where the target stays as it is. */
  readonly wholePieces: readonly Piece[]
  readonly keywords: KeywordPlaces
  /** Fields of the columns that rules ask for. */
  readonly #known: readonly number[]
  /** Columns of whole numbers. */
  readonly #wholes: readonly number[]
  readonly #numbers: readonly number[]
  /** Bits of the first 64 fields: set for those of #numbers. */
  readonly #lowNumbers: number
  readonly #highNumbers: number

  constructor(layout: Layout, header: readonly string[]) {
    this.at = inputPositions(header)
    const from = fieldsOfLayout(layout, header)
    this.from = from
    this.columns = [...from.map((index) => derivedAs(index, this.at)), ...ADDED]
    this.runEnds = runEndsOf(this.columns)
    this.pieces = piecesOf(from, this.at.TARG_RA)
    this.wholePieces = piecesOf(from, undefined)
    this.#known = KNOWN_COLUMNS.map((name) => header.indexOf(name)).filter((index) => index >= 0)
    this.#wholes = WHOLE_COLUMNS.map((name) => this.at[name]).filter((index) => index >= 0)
    this.#numbers = NUMBER_COLUMNS.map((name) => this.at[name]).filter((index) => index >= 0)
    this.#lowNumbers = bitsOf(this.#numbers, 0)
    this.#highNumbers = bitsOf(this.#numbers, 32)
    this.keywords = new KeywordPlaces(this.at)
  }

  /** The first field of a column that rules ask for with more than {@link MOST_CHARACTERS}; undefined if none has. */
  longField(row: Fields): number | undefined {
    return this.#known.find((index) => row.field(index).length > MOST_CHARACTERS)
  }

  /** Whether a row of the input is regular, if it can be used at all. */
  isRegular(row: PlainRow): boolean {
    const length = row.byteEndOf(row.width - 1) - row.byteOf(0)
    if (length > MOST_CHARACTERS && this.longField(row) !== undefined) return false
    const { PROGRAM, OBSERVTN } = this.at
    const isPadded = row.lengthOf(PROGRAM) >= 5 && row.lengthOf(OBSERVTN) >= 3
    return isPadded && !this.#wholes.some((index) => row.hasPointZero(index)) && this.#hasNumbers(row)
  }

  #hasNumbers(row: PlainRow): boolean {
    const isNarrow = row.width <= 64
    if (isNarrow && row.areDecimals(this.#lowNumbers, this.#highNumbers)) return true
    for (const index of this.#numbers) {
      if (row.isDecimal(index) || row.lengthOf(index) === 0) continue
      if (Number.isNaN(toNumber(row.field(index)))) return false
    }
    return true
  }
}

/** A bit for each of the numbers from `start` to `start` + 31. */
function bitsOf(numbers: readonly number[], start: number): number {
  return numbers.reduce(
    (bits, number) => (number >= start && number < start + 32 ? bits | (1 << (number - start)) : bits),
    0,
  )
}

/** The header of lines that scrubbed rows are made to: to scrub these again changes nothing. */
function scrubbedHeader({ columns, at }: Layout): string[] {
  return ['DagNodeName', 'ImageSize', ...columns.slice(2, at.date), 'Dataset']
}

const ADDED = ['date', 'year', 'doy', 'dname', 'pid', 'targra', 'params'] as const satisfies readonly Derived[]

function fieldsOfLayout(layout: Layout, header: readonly string[]): readonly number[] {
  const names: Readonly<Record<string, string>> = { dag: 'DagNodeName', imagesize: 'ImageSize' }
  return layout.columns.slice(0, layout.at.date).map((name) => header.indexOf(names[name] ?? name))
}

function derivedAs(index: number, { TARG_RA }: Positions): number | Derived | undefined {
  if (index < 0) return undefined
  return index === TARG_RA ? 'TARG_RA' : index
}

function runEndsOf(columns: RegularForm['columns']): number[] {
  const ends = columns.map((_, index) => index)
  for (let index = columns.length - 2; index >= 0; index--) {
    const [field, next] = [columns[index], columns[index + 1]]
    if (typeof field === 'number' && next === field + 1) ends[index] = ends[index + 1] ?? index
  }
  return ends
}

/** Runs of neighbouring fields, as long as they can be. */
function piecesOf(from: readonly number[], target: number | undefined): Piece[] {
  const pieces: Piece[] = []
  for (const index of from) {
    const last = pieces.at(-1)
    if (index < 0) pieces.push('blank')
    else if (index === target) pieces.push('target')
    else if (typeof last === 'object' && last.last + 1 === index)
      pieces[pieces.length - 1] = { first: last.first, last: index }
    else pieces.push({ first: index, last: index })
  }
  return pieces
}

/** An input with what its rows need. */
interface RegularInput {
  readonly form: RegularForm
  readonly day: Day
  /** The day's cells, each with a comma behind it. */
  readonly dayText: string
}

/** The cells of a scrubbed row, in the layout's order. */
export class RegularRow implements Fields {
  readonly keywords: RegularKeywords
  readonly #line: PlainRow
  readonly #input: RegularInput

  constructor(line: PlainRow, input: RegularInput, keywords: RegularKeywords) {
    this.keywords = keywords
    this.#line = line
    this.#input = input
  }

  get width(): number {
    return this.#input.form.columns.length
  }

  field(index: number): string {
    const from = this.#input.form.columns[index]
    return typeof from === 'number' ? this.#line.field(from) : this.#derived(from)
  }

  /** Writes neighbouring cells, with the commas between them. */
  writeCells(first: number, last: number, out: ByteWriter): void {
    const { columns, runEnds } = this.#input.form
    for (let index = first; index <= last; index++) {
      if (index > first) out.byte(BYTE.comma)
      const from = columns[index]
      if (typeof from === 'number') {
        // The comma behind a field stands in the line, too.
        const end = Math.min(runEnds[index] ?? index, last)
        out.copy(this.#line.bytes, this.#line.byteOf(from), this.#line.byteEndOf(from + end - index))
        index = end
      } else out.text(this.#derived(from))
    }
  }

  /** The number in a cell; NaN where it is blank. */
  number(index: number): number {
    const from = this.#input.form.columns[index]
    if (typeof from === 'number') return this.#line.number(from)
    return scrubbedNumber(this.#derived(from))
  }

  #derived(column: Derived | undefined): string {
    const { form, day } = this.#input
    switch (column) {
      case undefined:
        return ''
      case 'dname':
        return datasetName(this.#line.field(form.at.dname))
      case 'date':
        return day.date
      case 'year':
        return day.year
      case 'doy':
        return day.doy
      case 'pid':
        return this.keywords.pid
      case 'TARG_RA':
        return this.keywords.TARG_RA
      case 'targra':
        return this.keywords.targra
      case 'params':
        return this.keywords.params
    }
  }

  get fields(): readonly string[] {
    const fields: string[] = []
    for (let index = 0; index < this.width; index++) fields.push(this.field(index))
    return fields
  }

  /**
   * Writes the row as CSV, and the rest of a line behind it.
   *
   * @param dname its own, which its owner has at hand
   */
  write(dname: string, rest: string, out: ByteWriter): void {
    const { form, dayText } = this.#input
    const { targetText, isWhole, endText } = this.keywords
    const line = this.#line
    for (const piece of isWhole ? form.wholePieces : form.pieces) {
      if (piece === 'target') out.ascii(targetText)
      else if (piece === 'blank') out.byte(BYTE.comma)
      else {
        out.copy(line.bytes, line.byteOf(piece.first), line.byteEndOf(piece.last))
        out.byte(BYTE.comma)
      }
    }
    // What is text of this program goes together: each call costs more than some letters.
    out.text(dayText + dname + endText + rest)
  }
}

/** What stands for an input among `count` of them where its rows are scrubbed to lines of regular ones. */
export function scrubbedInput(input: number, count: number): number {
  return count + input
}

/** Reads regular rows; those of a unit with the same keywords share them. */
export class RegularReader {
  readonly #inputs: readonly RegularInput[]
  /** The keywords of the last row's unit. */
  #known: UnitKeywords | undefined
  #form: RegularForm | undefined
  #unit = -1

  constructor(layout: Layout, inputs: readonly RowForm[]) {
    const forms = new Map<string, RegularForm>()
    const header = scrubbedHeader(layout)
    const scrubbed = inputs.map(({ day }) => ({ header, day }))
    this.#inputs = [...inputs, ...scrubbed].map(({ header, day }) => {
      const key = JSON.stringify(header)
      const form = forms.get(key) ?? new RegularForm(layout, header)
      forms.set(key, form)
      return { form, day, dayText: inOnePiece(`${day.date},${day.year},${day.doy},`) }
    })
  }

  /** Forgets all keywords, and with them the text that they stand in. */
  forget(): void {
    this.#known = undefined
  }

  /** @param input number of the input that the line is of; {@link scrubbedInput} of it for a row scrubbed already */
  read(line: PlainRow, input: number, unit: number): RegularRow {
    const its = this.#inputs[input] as RegularInput
    const { form } = its
    if (this.#known === undefined || unit !== this.#unit || form !== this.#form) {
      this.#known = new UnitKeywords(form.keywords, programOfUnit(unit))
      this.#unit = unit
      this.#form = form
    }
    return new RegularRow(line, its, this.#known.of(line))
  }
}
