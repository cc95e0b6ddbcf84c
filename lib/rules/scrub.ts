/**
 * The rules for a single input row (specification, section 3): level, name, numbers, exposure type, association key.
 */

import type { PlainRow } from '../csv/plain-row.js'
import { CsvRow, type Fields } from '../csv/row.js'
import { formatRow } from '../csv/write.js'
import { associationKey, LEVEL3_EXP_TYPES } from './association.js'
import { datasetName, kindOf, type Level, levelOf, observationOf, programOf } from './dataset.js'
import { pixelScale } from './instrument.js'
import {
  DEC_COLUMNS,
  type Layout,
  MOST_CHARACTERS,
  NUMBER_COLUMNS,
  type Positions,
  RA_COLUMNS,
  WHOLE_COLUMNS,
} from './layout.js'
import { RegularForm } from './regular.js'
import type { Kind } from './row.js'
import { roundedTarget } from './target.js'
import { isNothing, toNumber, wholeText } from './values.js'

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

/** The same, with what a row that is kept or hidden is scrubbed to. */
export type Scrubbed = (Extract<Judged, ScrubbedRow> & ScrubbedText) | Exclude<Judged, ScrubbedRow>

interface ScrubbedText {
  /** The cells in the layout's order as CSV, without a line end. */
  readonly text: string
  /** The line of a regular row with these cells; absent where a cell needs quotes or is not ASCII. */
  readonly line: string | undefined
}

/** Printable ASCII without quotes. */
const PLAIN = /^[ !#-~]*$/

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
  dropPointZero(cells, at)
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

/** Whole numbers without the `.0` of other programs (section 2). */
function dropPointZero(cells: string[], at: Positions): void {
  for (const name of WHOLE_COLUMNS) {
    const index = at[name]
    const text = cells[index]
    if (text !== undefined) cells[index] = wholeText(text)
  }
}

/** TARG_RA to 8 decimals, `targra` to 6 (section 3.4). */
function roundTarget(cells: string[], at: Positions): void {
  const { TARG_RA, targra } = roundedTarget(cells[at.TARG_RA] ?? '')
  cells[at.TARG_RA] = TARG_RA
  cells[at.targra] = targra
}

/** Scrubs the rows of one input file. */
export class Scrubber {
  readonly #layout: Layout
  readonly #day: Day
  readonly #form: RegularForm
  readonly #header: readonly string[]

  /**
   * @param layout the run's columns, which hold all of the header's
   * @param header the input file's header
   * @param day the input file's day
   */
  constructor(layout: Layout, header: readonly string[], day: Day) {
    this.#layout = layout
    this.#day = day
    this.#form = new RegularForm(layout, header)
    this.#header = header
  }

  /**
   * What becomes of a regular row; undefined for another one, which has to be scrubbed cell by cell.
   *
   * @param row an input row, with as many fields as the header has
   */
  judge(row: PlainRow): Judged | undefined {
    const known = this.#identify(row)
    if ('outcome' in known) return known
    if (!this.#form.isRegular(row)) return undefined
    const { at } = this.#form
    const message = impossibleNumber(row, at, (index) => row.number(index))
    if (message !== undefined) return { outcome: 'rejected', level: known.level, message }
    return judge(row, at, known, observationOf(known.dname, { dag: known.dag, obs: row.field(at.OBSERVTN) }))
  }

  /**
   * Scrubs a row cell by cell, regular or not.
   *
   * @param row an input row, with as many fields as the header has
   */
  scrub(row: Fields): Scrubbed {
    const known = this.#identify(row)
    if ('outcome' in known) return known
    const { level, dname, pid } = known
    const long = this.#form.longField(row)
    if (long !== undefined) return { outcome: 'rejected', level, message: tooLong(this.#header[long] ?? '') }
    const { at, columns } = this.#layout
    const cells = columns.map((_, index) => row.field(this.#form.from[index] ?? -1))
    const message = completeRow(cells, this.#layout, dname, pid, this.#day)
    const scrubbed = new CsvRow('', cells)
    const wrong = message ?? impossibleNumber(row, this.#form.at, (index) => toNumber(row.field(index)))
    if (wrong !== undefined) return { outcome: 'rejected', level, message: wrong }
    const observation = observationOf(dname, { dag: cells[at.dag] ?? '', obs: cells[at.OBSERVTN] ?? '' })
    const judged = judge(scrubbed, at, known, observation)
    if (judged.outcome === 'rejected') return judged
    const text = formatRow(cells).slice(0, -1)
    return { ...judged, text, line: this.#lineOf(cells, row.field(this.#form.at.dname), text) }
  }

  /** The line of a regular row that is scrubbed to the same text, if there is one: `regular.ts` knows its header. */
  #lineOf(cells: readonly string[], dataset: string, text: string): string | undefined {
    if (!PLAIN.test(text) || !PLAIN.test(dataset) || dataset.includes(',')) return undefined
    return `${cells.slice(0, this.#layout.at.date).join(',')},${dataset}`
  }

  /** Level, name and program of a row; or what becomes of one that cannot have them. */
  #identify(row: Fields): KnownRow | Exclude<Judged, ScrubbedRow> {
    const { at } = this.#form
    const dag = row.field(at.dag)
    const level = levelOf(dag)
    if (level === 'other') return { outcome: 'dropped', level, reason: dag.includes('MEMORY') ? 'memory' : 'level' }
    const dname = datasetName(row.field(at.dname))
    if (isNothing(dname)) return { outcome: 'rejected', level, message: 'no Dataset' }
    if (dname.length > MOST_CHARACTERS) return { outcome: 'rejected', level, message: tooLong('Dataset') }
    const pid = programOf(dname)
    return pid === undefined ? { outcome: 'rejected', level, message: noProgram(dname) } : { level, pid, dag, dname }
  }
}

/** What is known of a row before it is put into shape. */
interface KnownRow {
  readonly level: Level
  readonly pid: number
  readonly dag: string
  readonly dname: string
}

/** What becomes of a row of which all cells are known. */
function judge(
  row: Fields,
  at: Positions,
  { level, pid, dname }: KnownRow,
  observation: number,
): Exclude<Judged, { outcome: 'dropped' }> {
  const kind = kindOf(row, at, dname)
  if (kind === 'dropped') {
    const reason = LEVEL3_EXP_TYPES.has(row.field(at.EXP_TYPE)) ? 'channel' : 'expType'
    // It is in no association: whatever its keywords say, only its name counts.
    return { outcome: 'hidden', level, kind, pid, observation: observationOf(dname), reason }
  }
  const message = missingScale(row, at, kind)
  return message === undefined
    ? { outcome: 'kept', level, kind, pid, observation }
    : { outcome: 'rejected', level, message }
}

/** What number of a row cannot be: a size below 0, a point off the sky. Undefined where all can. */
function impossibleNumber(row: Fields, at: Positions, numberAt: (index: number) => number): string | undefined {
  if (numberAt(at.imagesize) < 0) return `ImageSize is below 0: ${JSON.stringify(row.field(at.imagesize))}`
  const isBeyond = (degrees: number) => (name: keyof Positions) => Math.abs(numberAt(at[name])) > degrees
  const dec = DEC_COLUMNS.find(isBeyond(90))
  if (dec !== undefined) return `${dec} is no declination within ±90 degrees: ${JSON.stringify(row.field(at[dec]))}`
  const ra = RA_COLUMNS.find(isBeyond(360))
  return ra && `${ra} is no right ascension within ±360 degrees: ${JSON.stringify(row.field(at[ra]))}`
}

function tooLong(column: string): string {
  return `${column} is longer than ${MOST_CHARACTERS.toLocaleString('en')} characters`
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
