/**
 * The rules for a single input row (specification, section 3): level, name, numbers, exposure type, association key. They
 * make its canonical line, which is all that the rest of a run knows of it.
 */

import { ByteWriter } from '../csv/bytes.js'
import { wholePartAt } from '../csv/float.js'
import { FieldList } from '../csv/row.js'
import { BYTE, RecordCells } from '../csv/split.js'
import { formatField, formatRow } from '../csv/write.js'
import { associationKey } from './association.js'
import { datasetName, kindBy, type Level, levelOf, observationOf, programOf } from './dataset.js'
import type { Day } from './day.js'
import { type ChangedCell, completeKeywords, type Derived, DerivedCells } from './derived.js'
import { inputFields, inputPositions, KNOWN_COLUMNS, type Layout, MOST_CHARACTERS, type Positions } from './layout.js'
import { type NumberField, numberFields, wrongNumber } from './numbers.js'
import type { Kind } from './row.js'
import { isNothing, wholeText } from './values.js'

/** Why a row is dropped, in the words of the summary. */
export const DROP_REASONS = {
  level: 'neither Level 1 nor Level 3',
  memory: 'Level 3 memory estimate',
  expType: 'exposure type without Level 3',
  channel: 'MIR_MRS channel 2 or 4',
} as const
export type DropReason = keyof typeof DROP_REASONS

/** What a scrubbed row is. */
interface ScrubbedRow {
  readonly level: Level
  readonly kind: Kind
  readonly pid: number
  /** The unit within the program, as {@link observationOf} tells it. */
  readonly observation: number
}

/** What becomes of an input row. */
export type Judged =
  | ({ readonly outcome: 'kept' } & ScrubbedRow)
  /** Of no use, but a version of its dataset: it hides older versions (sections 3.5 and 3.6 in this order). */
  | ({ readonly outcome: 'hidden'; readonly reason: DropReason } & ScrubbedRow)
  | { readonly outcome: 'dropped'; readonly level: Level; readonly reason: DropReason }
  | { readonly outcome: 'rejected'; readonly level: Level; readonly message: string }

/** The same, with the canonical line of a row that is kept or hidden. */
export type Scrubbed = (Extract<Judged, ScrubbedRow> & { readonly text: string }) | Exclude<Judged, ScrubbedRow>

/**
 * Fills in the cells of a row of which the input's columns are there: pads, blanks, rounds, and adds the columns that
 * scrubbing adds (sections 3.3, 3.4, 3.7). Doing it again changes nothing.
 *
 * @returns what is wrong with the row; undefined where nothing is
 */
export function completeRow(cells: string[], layout: Layout, dname: string, pid: number, day: Day): string | undefined {
  const { at } = layout
  const wrong = wrongNumber(new FieldList(cells), at, (field) => {
    cells[field] = ''
  })
  if (wrong?.isNoNumber) return wrong.message
  const { targra } = completeKeywords(cells, at)
  cells[at.date] = day.date
  cells[at.year] = day.year
  cells[at.doy] = day.doy
  cells[at.dname] = dname
  cells[at.pid] = String(pid)
  cells[at.targra] = targra
  cells[at.params] = associationKey(new FieldList(cells), at, String(pid))
  return undefined
}

/** Fields of the input that go into the canonical line side by side; or a column that the input does not have. */
type Run = { readonly first: number; readonly last: number } | undefined

/** Scrubs the rows of one input file. */
export class Scrubber {
  readonly #header: readonly string[]
  readonly #at: Positions
  readonly #dayText: Uint8Array
  readonly #runs: readonly Run[]
  readonly #numbers: readonly NumberField[]
  readonly #derivedCells: DerivedCells
  /** A row that stands by itself, and its line. */
  readonly #single = new RecordCells()
  readonly #line = new ByteWriter()
  /** What {@link judge} found of the last row. */
  #row!: RecordCells
  #dname = ''
  #derived!: Derived
  #changed: readonly ChangedCell[] = []

  /**
   * @param layout the run's columns, which hold all of the header's
   * @param header the input file's header
   * @param day the input file's day
   */
  constructor(layout: Layout, header: readonly string[], { date, year, doy }: Day) {
    this.#header = header
    this.#at = inputPositions(header)
    this.#dayText = Buffer.from(`${date},${year},${doy},`)
    this.#runs = runsOf(inputFields(layout, header))
    this.#numbers = numberFields(this.#at)
    this.#derivedCells = new DerivedCells(this.#at)
  }

  /**
   * What becomes of a row.
   *
   * @param row an input row, with as many fields as the header has
   */
  judge(row: RecordCells): Judged {
    const at = this.#at
    const dag = row.field(at.dag)
    const level = levelOf(dag)
    if (level === 'other') return { outcome: 'dropped', level, reason: dag.includes('MEMORY') ? 'memory' : 'level' }
    const dname = datasetName(row.field(at.dname))
    if (isNothing(dname)) return { outcome: 'rejected', level, message: 'no Dataset' }
    const long = row.end - row.start > MOST_CHARACTERS ? this.#longField(row) : undefined
    if (long !== undefined) return { outcome: 'rejected', level, message: tooLong(this.#header[long] ?? '') }
    const pid = programOf(dname)
    if (pid === undefined) return { outcome: 'rejected', level, message: noProgram(dname) }
    const derived = this.#derivedCells.of(row, pid)
    this.#row = row
    this.#dname = dname
    this.#derived = derived
    this.#changed = derived.changed
    const message = this.#findChanges(row)
    if (message !== undefined) return { outcome: 'rejected', level, message }
    const kind = kindBy(dname, level, derived)
    if (kind === 'dropped') {
      const reason = derived.isLevel3Type ? 'channel' : 'expType'
      // It is in no association: whatever its keywords say, only its name counts.
      return { outcome: 'hidden', level, kind, pid, observation: observationOf(dname), reason }
    }
    const { needsScale, noScale, observation } = derived
    if (needsScale === 'any' || needsScale === kind) return { outcome: 'rejected', level, message: noScale }
    return { outcome: 'kept', level, kind, pid, observation: observationOf(dname, { level, observation }) }
  }

  /**
   * What becomes of a row that stands by itself.
   *
   * @param fields of an input row, as many as the header has
   */
  scrub(fields: readonly string[]): Scrubbed {
    const bytes = Buffer.from(formatRow(fields))
    this.#single.load(bytes)
    this.#single.split(0, bytes.length)
    const judged = this.judge(this.#single)
    if (judged.outcome === 'dropped' || judged.outcome === 'rejected') return judged
    this.write(this.#line)
    return { ...judged, text: this.#line.take().toString() }
  }

  /** The first field of a column that rules ask for that is too long. */
  #longField(row: RecordCells): number | undefined {
    const isLong = (name: string, field: number) => KNOWN.has(name) && row.field(field).length > MOST_CHARACTERS
    const field = this.#header.findIndex(isLong)
    return field < 0 ? undefined : field
  }

  /** Finds the cells that change beside those of keywords; returns what is wrong with a number. */
  #findChanges(row: RecordCells): string | undefined {
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
      if (!isSurelyRight) return wrongNumber(row, this.#at, (blank) => this.#change(blank, ''))?.message
    }
    return undefined
  }

  #change(field: number, text: string): void {
    if (this.#changed.some((changed) => changed.field === field)) return
    this.#changed = [...this.#changed, { field, cell: formatField(text) }].sort((a, b) => a.field - b.field)
  }

  /** Writes the canonical line of the row that was judged last, without a line end. */
  write(out: ByteWriter): void {
    for (const run of this.#runs) {
      if (run !== undefined) this.#writeRun(run.first, run.last, out)
      out.byte(BYTE.comma)
    }
    out.copy(this.#dayText, 0, this.#dayText.length)
    this.#writeName(out)
    const { end } = this.#derived
    out.copy(end, 0, end.length)
  }

  /** The dataset's name is what its field begins with. */
  #writeName(out: ByteWriter): void {
    const { bytes, starts, hasQuotes, isAscii } = this.#row
    const start = starts[this.#at.dname] as number
    if (isAscii && !hasQuotes) out.copy(bytes, start, start + this.#dname.length)
    else out.text(formatField(this.#dname))
  }

  #writeRun(first: number, last: number, out: ByteWriter): void {
    let from = first
    for (const { field, cell } of this.#changed) {
      if (field < from || field > last) continue
      if (field > from) {
        this.#copy(from, field - 1, out)
        out.byte(BYTE.comma)
      }
      out.text(cell)
      if (field === last) return
      out.byte(BYTE.comma)
      from = field + 1
    }
    this.#copy(from, last, out)
  }

  #copy(first: number, last: number, out: ByteWriter): void {
    const { bytes, starts, ends, hasGaps } = this.#row
    if (!hasGaps) {
      out.copy(bytes, starts[first] as number, ends[last] as number)
      return
    }
    for (let field = first; field <= last; field++) {
      if (field > first) out.byte(BYTE.comma)
      out.copy(bytes, starts[field] as number, ends[field] as number)
    }
  }
}

const KNOWN: ReadonlySet<string> = new Set(KNOWN_COLUMNS)

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

function tooLong(column: string): string {
  return `${column} is longer than ${MOST_CHARACTERS.toLocaleString('en')} characters`
}

function noProgram(dname: string): string {
  return `no program in the name ${JSON.stringify(dname)}: expected five digits as its characters 3-7`
}
