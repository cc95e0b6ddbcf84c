/**
 * Makes the canonical lines of rows that have one header, be it that of an input or of a table: pads, blanks, rounds, and
 * adds the columns that scrubbing adds (specification, sections 3.3, 3.4, 3.7). Doing it again changes nothing.
 */
import type { ByteWriter } from '../csv/bytes.js'
import { wholePartAt } from '../csv/float.js'
import { BYTE, type RecordCells } from '../csv/split.js'
import { formatField } from '../csv/write.js'
import type { Day } from './day.js'
import { type ChangedCell, type Derived, DerivedCells } from './derived.js'
import type { Positions } from './layout.js'
import { type NumberField, numberFields, type WrongNumber, wrongNumber } from './numbers.js'
import { wholeText } from './values.js'

/** Fields of a row that go into a line side by side; or a column that the row does not have. */
type Run = { readonly first: number; readonly last: number } | undefined

/** The name of a row's dataset, and the field that begins with it. */
export interface NameCell {
  readonly dname: string
  readonly field: number
}

/** Makes one line after the other. */
export class LineMaker {
  readonly #at: Positions
  readonly #runs: readonly Run[]
  readonly #numbers: readonly NumberField[]
  readonly #derivedCells: DerivedCells
  /** What {@link take} found of the last row. */
  #row!: RecordCells
  #derived!: Derived
  #changed: readonly ChangedCell[] = []

  /**
   * @param at where the known columns stand in a row
   * @param fields for each column of the layout that the input has, the field of a row; -1 for none
   */
  constructor(at: Positions, fields: readonly number[]) {
    this.#at = at
    this.#runs = runsOf(fields)
    this.#numbers = numberFields(at)
    this.#derivedCells = new DerivedCells(at)
  }

  /**
   * Takes a row, which has as many fields as its header.
   *
   * @returns what is wrong with its numbers
   */
  take(row: RecordCells, pid: number): WrongNumber | undefined {
    this.#row = row
    this.#derived = this.#derivedCells.of(row, pid)
    this.#changed = this.#derived.changed
    return this.#findChanges(row)
  }

  /** What follows from the keywords of the row that was taken last. */
  get derived(): Derived {
    return this.#derived
  }

  /** Finds the cells that change beside those of keywords. */
  #findChanges(row: RecordCells): WrongNumber | undefined {
    const { bytes, starts, ends } = row
    const { NUMDTHPT } = this.#at
    if (NUMDTHPT >= 0 && bytes[(ends[NUMDTHPT] as number) - 1] === ZERO) {
      const text = row.field(NUMDTHPT)
      if (wholeText(text) !== text) this.#change(NUMDTHPT, wholeText(text))
    }
    for (const { field, limit, canBeNegative } of this.#numbers) {
      const start = starts[field] as number
      const end = ends[field] as number
      if (start === end) continue
      const isSurelyRight = wholePartAt(bytes, start, end) < limit && (canBeNegative || bytes[start] !== MINUS)
      if (!isSurelyRight) return wrongNumber(row, this.#at, (blank) => this.#change(blank, ''))
    }
    return undefined
  }

  #change(field: number, text: string): void {
    if (this.#changed.some((changed) => changed.field === field)) return
    this.#changed = [...this.#changed, { field, cell: formatField(text) }].sort((a, b) => a.field - b.field)
  }

  /**
   * Writes the line of the row that was taken last, without a line end.
   *
   * @param day the cells of the day, as {@link dayCells} gives them
   */
  write(day: Uint8Array, name: NameCell, out: ByteWriter): void {
    for (const run of this.#runs) {
      if (run !== undefined) this.#writeRun(run.first, run.last, out)
      out.byte(BYTE.comma)
    }
    out.copy(day, 0, day.length)
    this.writeName(name, out)
    const { end } = this.#derived
    out.copy(end, 0, end.length)
  }

  /** Writes the cell of the dataset's name. */
  writeName({ dname, field }: NameCell, out: ByteWriter): void {
    const { bytes, starts, hasQuotes, isAscii } = this.#row
    const start = starts[field] as number
    if (isAscii && !hasQuotes) out.copy(bytes, start, start + dname.length)
    else out.text(formatField(dname))
  }

  #writeRun(first: number, last: number, out: ByteWriter): void {
    let from = first
    for (const { field, cell } of this.#changed) {
      if (field < from || field > last) continue
      if (field > from) {
        writeCells(this.#row, from, field - 1, out)
        out.byte(BYTE.comma)
      }
      out.text(cell)
      if (field === last) return
      out.byte(BYTE.comma)
      from = field + 1
    }
    writeCells(this.#row, from, last, out)
  }
}

/** The cells of a day, each with a comma behind it. */
export function dayCells({ date, year, doy }: Day): Uint8Array {
  return Buffer.from(`${date},${year},${doy},`)
}

/** Writes neighbouring cells of a row as they stand, with commas between them. */
export function writeCells(row: RecordCells, first: number, last: number, out: ByteWriter): void {
  const { bytes, starts, ends, hasGaps } = row
  if (!hasGaps) {
    out.copy(bytes, starts[first] as number, ends[last] as number)
    return
  }
  for (let field = first; field <= last; field++) {
    if (field > first) out.byte(BYTE.comma)
    out.copy(bytes, starts[field] as number, ends[field] as number)
  }
}

const MINUS = 45
const ZERO = 48

function runsOf(fields: readonly number[]): Run[] {
  const runs: Run[] = []
  for (const field of fields) {
    const last = runs.at(-1)
    if (field < 0) runs.push(undefined)
    else if (last !== undefined && last.last + 1 === field) runs[runs.length - 1] = { first: last.first, last: field }
    else runs.push({ first: field, last: field })
  }
  return runs
}
