/**
 * The rules for a single input row (specification, section 3): level, name, numbers, exposure type, association key.
 */

import { CsvRow, type Fields } from '../csv/row.js'
import { formatFloat, formatRow } from '../csv/write.js'
import { associationKey, LEVEL3_EXP_TYPES } from './association.js'
import { datasetName, kindOf, type Level, levelOf, observationOf, programOf } from './dataset.js'
import { pixelScale } from './instrument.js'
import { FLOAT_COLUMNS, inputPositions, type Layout, type Positions } from './layout.js'
import type { Kind } from './row.js'
import { isNothing, isPlainDecimal, roundHalfEven, toNumber } from './values.js'

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
  readonly pid: number
  /** The unit within the program, as {@link observationOf} tells it. */
  readonly observation: number
  /** Whether its text has no quotes and is no longer than ASCII, if the input row is. */
  readonly isPlain: boolean
}

/** Takes the text of scrubbed rows piece by piece: cells in the layout's order as CSV, without a line end. */
export interface RowSink {
  text(text: string): void
  /** Neighbouring fields of a plain row, from the first to the last, with the commas between them. */
  fields(row: Fields, first: number, last: number): void
}

/** What became of an input row. */
export type Scrubbed =
  | ({ readonly outcome: 'kept' } & ScrubbedRow)
  /** Of no use, but a version of its dataset: it hides older versions (sections 3.5 and 3.6 in this order). */
  | ({ readonly outcome: 'hidden'; readonly reason: DropReason } & ScrubbedRow)
  | { readonly outcome: 'dropped'; readonly level: Level; readonly reason: DropReason }
  | { readonly outcome: 'rejected'; readonly level: Level; readonly message: string }

/** A day as the tables show it. */
export interface Day {
  /** YYYY-MM-DD. */
  readonly date: string
  readonly year: string
  /** Day of the year, 1-366, without leading zeros. */
  readonly doy: string
}

/**
 * Fills in the cells of a row of which the input's columns are there: pads, blanks, rounds, and adds the columns that
 * scrubbing adds (sections 3.3, 3.4, 3.7). Doing it again changes nothing.
 *
 * @returns what is wrong with the row; undefined where nothing is
 */
export function completeRow(cells: string[], layout: Layout, dname: string, pid: number, day: Day): string | undefined {
  const { at } = layout
  cells[at.PROGRAM] = padded(cells[at.PROGRAM] ?? '', 5)
  cells[at.OBSERVTN] = padded(cells[at.OBSERVTN] ?? '', 3)
  for (const name of NUMBER_COLUMNS) {
    const index = at[name]
    const text = index < 0 ? '' : (cells[index] ?? '')
    if (text === '') continue
    if (isNothing(text)) cells[index] = ''
    else if (Number.isNaN(toNumber(text))) return `${name} is no number: ${JSON.stringify(text)}`
  }
  cells[at.date] = day.date
  cells[at.year] = day.year
  cells[at.doy] = day.doy
  cells[at.dname] = dname
  cells[at.pid] = String(pid)
  roundTarget(cells, at)
  cells[at.params] = associationKey(new CsvRow('', cells), at, String(pid))
  return undefined
}

const NUMBER_COLUMNS = ['imagesize', ...FLOAT_COLUMNS] as const

/** TARG_RA to 8 decimals, `targra` to 6 (section 3.4). */
function roundTarget(cells: string[], at: Positions): void {
  const { ra, targra } = roundedTarget(cells[at.TARG_RA] ?? '')
  cells[at.TARG_RA] = ra
  cells[at.targra] = targra
}

/** A target's right ascension (degrees) as TARG_RA and as `targra` show it; blanks for a blank. */
function roundedTarget(text: string): { readonly ra: string; readonly targra: string } {
  if (text === '') return { ra: '', targra: '' }
  const rounded = roundHalfEven(Number(text), 8)
  return { ra: formatFloat(rounded), targra: formatFloat(roundHalfEven(rounded, 6)) }
}

/** A piece of a scrubbed row's text: input fields in a row as they stand, the rounded target, or a blank. */
type Piece = { readonly first: number; readonly last: number } | 'target' | 'blank'

/** Scrubs the rows of one input file. */
export class Scrubber {
  readonly #layout: Layout
  readonly #day: Day
  readonly #dayText: string
  /** Where the columns stand in the input. */
  readonly #at: Positions
  /** For each column of the layout, the field of the input it comes from; -1 for none. */
  readonly #from: readonly number[]
  readonly #pieces: readonly Piece[]
  readonly #numbers: readonly number[]
  #target = { text: '', ...roundedTarget('') }

  /**
   * @param layout the run's columns, which hold all of the header's
   * @param header the input file's header
   * @param day the input file's day
   */
  constructor(layout: Layout, header: readonly string[], day: Day) {
    this.#layout = layout
    this.#day = day
    this.#dayText = `${day.date},${day.year},${day.doy}`
    this.#at = inputPositions(header)
    const { dag, imagesize } = layout.at
    this.#from = layout.columns.map((name, index) =>
      index === dag ? this.#at.dag : index === imagesize ? this.#at.imagesize : header.indexOf(name),
    )
    this.#pieces = piecesOf(this.#from.slice(0, layout.at.date), this.#at.TARG_RA)
    this.#numbers = NUMBER_COLUMNS.map((name) => this.#at[name]).filter((index) => index >= 0)
  }

  /**
   * Scrubs a row, and gives the sink its text if it is kept or hidden.
   *
   * @param row an input row, with as many fields as the header has
   */
  scrub(row: Fields, sink: RowSink): Scrubbed {
    const dag = row.field(this.#at.dag)
    const level = levelOf(dag)
    if (level === 'other') return { outcome: 'dropped', level, reason: dag.includes('MEMORY') ? 'memory' : 'level' }
    const dname = datasetName(row.field(this.#at.dname))
    if (isNothing(dname)) return { outcome: 'rejected', level, message: 'no Dataset' }
    const pid = programOf(dname)
    if (pid === undefined) return { outcome: 'rejected', level, message: noProgram(dname) }
    const isPlain = this.#isRegular(row)
    const scrubbed = { level, pid, isPlain, dag, dname }
    return isPlain ? this.#fromText(row, scrubbed, sink) : this.#fromCells(row, scrubbed, sink)
  }

  /** Whether scrubbing leaves all fields but the target as they are: so it is with nearly every row. */
  #isRegular(row: Fields): boolean {
    if (!row.isPlain || row.hasReturn) return false
    for (const index of this.#numbers) {
      const start = row.startOf(index)
      const end = row.endOf(index)
      if (start !== end && !isPlainDecimal(row.text, start, end)) return false
    }
    const { PROGRAM, OBSERVTN } = this.#at
    return row.endOf(PROGRAM) - row.startOf(PROGRAM) >= 5 && row.endOf(OBSERVTN) - row.startOf(OBSERVTN) >= 3
  }

  /** A regular row: its text put together from pieces of the input's. */
  #fromText(row: Fields, known: KnownRow, sink: RowSink): Scrubbed {
    const at = this.#at
    const { dag, dname, pid } = known
    const judged = judge(row, at, known, observationOf(dname, { dag, obs: row.field(at.OBSERVTN) }))
    if (judged.outcome === 'rejected') return judged
    const { ra, targra } = this.#roundTarget(row.field(at.TARG_RA))
    // What is text of this program goes together: each call costs more than some letters.
    let text = ''
    for (const piece of this.#pieces) {
      if (piece === 'target') text += `${ra},`
      else if (piece === 'blank') text += ','
      else {
        if (text !== '') sink.text(text)
        sink.fields(row, piece.first, piece.last)
        text = ','
      }
    }
    const params = associationKey(row, at, String(pid))
    sink.text(`${text}${this.#dayText},${dname},${pid},${targra},${params}`)
    return judged
  }

  /** Neighbours in a file often share their target, and to round it costs more than the rest of the row. */
  #roundTarget(text: string): { readonly ra: string; readonly targra: string } {
    if (text !== this.#target.text) this.#target = { text, ...roundedTarget(text) }
    return this.#target
  }

  /** Any other row, cell by cell. */
  #fromCells(row: Fields, known: KnownRow, sink: RowSink): Scrubbed {
    const cells = this.#from.map((index) => row.field(index))
    const { level, dname, pid } = known
    const message = completeRow(cells, this.#layout, dname, pid, this.#day)
    if (message !== undefined) return { outcome: 'rejected', level, message }
    const { at } = this.#layout
    const observation = observationOf(dname, { dag: cells[at.dag] ?? '', obs: cells[at.OBSERVTN] ?? '' })
    const judged = judge(new CsvRow('', cells), at, known, observation)
    if (judged.outcome !== 'rejected') sink.text(formatRow(cells).slice(0, -1))
    return judged
  }
}

/** What is known of a row before it is put into shape. */
interface KnownRow {
  readonly level: Level
  readonly pid: number
  readonly isPlain: boolean
  readonly dag: string
  readonly dname: string
}

/** The pieces that the input's other columns make: runs of neighbours as long as they can be. */
function piecesOf(from: readonly number[], target: number): Piece[] {
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

/** What becomes of a row of which all cells are known. */
function judge(
  row: Fields,
  at: Positions,
  { level, pid, isPlain, dname }: KnownRow,
  observation: number,
): Exclude<Scrubbed, { outcome: 'dropped' }> {
  const kind = kindOf(row, at, dname)
  if (kind === 'dropped') {
    const reason = LEVEL3_EXP_TYPES.has(row.field(at.EXP_TYPE)) ? 'channel' : 'expType'
    // It is in no association: whatever its keywords say, only its name counts.
    return { outcome: 'hidden', level, pid, isPlain, observation: observationOf(dname), reason }
  }
  const message = missingScale(row, at, kind)
  return message === undefined
    ? { outcome: 'kept', level, pid, isPlain, observation }
    : { outcome: 'rejected', level, message }
}

function noProgram(dname: string): string {
  return `no program in the name ${JSON.stringify(dname)}: expected five digits as its characters 3-7`
}

/** Why no pixel scale is known for a row that needs one; undefined where there is one. */
function missingScale(row: Fields, at: Positions, kind: Kind): string | undefined {
  const instrume = row.field(at.INSTRUME)
  if (instrume !== 'NIRCAM' && kind !== 'exposure') return undefined
  const detector = row.field(at.DETECTOR)
  if (pixelScale(instrume, row.field(at.EXP_TYPE), row.field(at.CHANNEL), detector) !== undefined) return undefined
  if (instrume !== 'NIRCAM') return `no pixel scale known for INSTRUME ${JSON.stringify(instrume)}`
  return `NIRCam row without CHANNEL, and DETECTOR ${JSON.stringify(detector)} does not tell it`
}

/** Zero-padded, but "nothing" stays what it is. */
function padded(text: string, width: number): string {
  return text.length >= width || isNothing(text) ? text : text.padStart(width, '0')
}
