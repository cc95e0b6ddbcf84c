/**
 * What follows from the keywords of a row alone (specification, sections 3.3, 3.4, 3.7). Most exposures of an
 * association have the same ones, or those of another detector, so what was made of them is kept for a while.
 */

import { formatFloat } from '../csv/float.js'
import type { RecordCells } from '../csv/split.js'
import { formatField } from '../csv/write.js'
import { associationKey, LEVEL3_EXP_TYPES } from './association.js'
import { isSharedChannel, observationIn } from './dataset.js'
import { pixelScale } from './instrument.js'
import { KEYWORD_COLUMNS } from './keywords.js'
import { type Positions, WHOLE_COLUMNS } from './layout.js'
import { isNothing, roundHalfEven, wholeText } from './values.js'

/** A cell that scrubbing changes. */
export interface ChangedCell {
  /** Number of the field in the input row. */
  readonly field: number
  /** The cell as it is written. */
  readonly cell: string
}

/** What follows from keywords. */
export interface Derived {
  /** Cells of keywords that are not written as they came, in the order of the row. */
  readonly changed: readonly ChangedCell[]
  /** OBSERVTN as a number, where it is one of three digits. */
  readonly observation: number | undefined
  /** Whether the exposure type reaches Level 3. */
  readonly isLevel3Type: boolean
  /** Whether it would, but for its letter case or blanks around it. */
  readonly isNearLevel3Type: boolean
  /** Whether a product of these keywords is dropped for its channel. */
  readonly isSharedChannel: boolean
  /** Whether an exposure of these keywords, or any row, needs a pixel scale that is not known; and why. */
  readonly needsScale: 'no' | 'exposure' | 'any'
  readonly noScale: string
  /** The last cells of the canonical line, with a comma before each: pid, targra, params. */
  readonly end: Uint8Array
}

/** Fills in the cells of keywords: pads, drops `.0`, rounds the target. */
function completeKeywords(cells: string[], at: Positions): { readonly targra: string } {
  for (const name of WHOLE_COLUMNS) {
    const index = at[name]
    const text = cells[index]
    if (text !== undefined) cells[index] = wholeText(text)
  }
  cells[at.PROGRAM] = padded(cells[at.PROGRAM] ?? '', 5)
  cells[at.OBSERVTN] = padded(cells[at.OBSERVTN] ?? '', 3)
  const target = cells[at.TARG_RA] ?? ''
  const { TARG_RA, targra } = roundedTarget(isNothing(target) ? '' : target)
  cells[at.TARG_RA] = TARG_RA
  return { targra }
}

/** Decimals of TARG_RA and of `targra` (section 3.4). */
const DECIMALS = 8
const KEY_DECIMALS = 6

/** TARG_RA to 8 decimals, and `targra`, to 6 (degrees); blanks for a blank. */
function roundedTarget(text: string): { readonly TARG_RA: string; readonly targra: string } {
  if (text === '') return { TARG_RA: '', targra: '' }
  const degrees = Number(text)
  const rounded = roundHalfEven(degrees, DECIMALS)
  // No point of the sky, but what reads tables has to find a number there.
  if (!Number.isFinite(rounded)) return { TARG_RA: formatFloat(degrees), targra: formatFloat(degrees) }
  return { TARG_RA: formatFloat(rounded), targra: formatFloat(roundHalfEven(rounded, KEY_DECIMALS)) }
}

/** Zero-padded, but "nothing" stays what it is. */
function padded(text: string, width: number): string {
  return text.length >= width || isNothing(text) ? text : text.padStart(width, '0')
}

/** So many different keywords are kept: detectors take turns. */
const MOST_KEPT = 16

/** Finds what follows from the keywords of rows that have one header; a table of another program may lack some. */
export class DerivedCells {
  readonly #at: Positions
  /** Where the keywords stand, ascending. */
  readonly #places: readonly number[]
  readonly #first: number
  readonly #last: number
  readonly #known: Known[] = []
  /** Which of them is replaced next. */
  #oldest = 0

  /** @param at where the columns stand in a row */
  constructor(at: Positions) {
    this.#at = at
    this.#places = KEYWORD_COLUMNS.map((name) => at[name])
      .filter((place) => place >= 0)
      .sort((a, b) => a - b)
    this.#first = Math.min(...this.#places)
    this.#last = Math.max(...this.#places)
  }

  /** @param pid the program in the row's name */
  of(row: RecordCells, pid: number): Derived {
    const { bytes } = row
    const start = row.starts[this.#first] as number
    const end = row.ends[this.#last] as number
    for (const known of this.#known) if (known.pid === pid && isAt(known.bytes, bytes, start, end)) return known.derived
    const derived = this.#derive(row, pid)
    this.#known[this.#oldest] = { pid, bytes: bytes.slice(start, end), derived }
    this.#oldest = (this.#oldest + 1) % MOST_KEPT
    return derived
  }

  #derive(row: RecordCells, pid: number): Derived {
    const at = this.#at
    const given: string[] = []
    const cells: string[] = new Array(row.width).fill('')
    for (const place of this.#places) {
      const text = row.field(place)
      given.push(text)
      cells[place] = text
    }
    const { targra } = completeKeywords(cells, at)
    const read = (name: keyof Positions) => cells[at[name]] ?? ''
    const [instrume, expType, channel] = [read('INSTRUME'), read('EXP_TYPE'), read('CHANNEL')]
    const noScale = missingScale(instrume, expType, channel, read('DETECTOR'))
    const params = associationKey(read, String(pid))
    const changed: ChangedCell[] = []
    for (let index = 0; index < given.length; index++) {
      const field = this.#places[index] as number
      const text = cells[field] as string
      if (text !== given[index]) changed.push({ field, cell: formatField(text) })
    }
    return {
      changed,
      observation: observationIn(read('OBSERVTN')),
      isLevel3Type: LEVEL3_EXP_TYPES.has(expType),
      isNearLevel3Type: !LEVEL3_EXP_TYPES.has(expType) && LEVEL3_EXP_TYPES.has(expType.trim().toUpperCase()),
      isSharedChannel: isSharedChannel(expType, channel),
      needsScale: noScale === '' ? 'no' : instrume === 'NIRCAM' ? 'any' : 'exposure',
      noScale,
      end: Buffer.from(`,${pid},${targra},${row.hasQuotes ? formatField(params) : params}`),
    }
  }
}

interface Known {
  readonly pid: number
  /** What stands from the first keyword to the last. */
  readonly bytes: Uint8Array
  readonly derived: Derived
}

function isAt(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = known
  if (length !== end - start) return false
  for (let index = 0; index < length; index++) if (known[index] !== bytes[start + index]) return false
  return true
}

/** Why no pixel scale is known; blank where one is. */
function missingScale(instrume: string, expType: string, channel: string, detector: string): string {
  if (pixelScale(instrume, expType, channel, detector) !== undefined) return ''
  if (instrume !== 'NIRCAM') return `no pixel scale known for INSTRUME ${JSON.stringify(instrume)}`
  return `NIRCam row without CHANNEL, and DETECTOR ${JSON.stringify(detector)} does not tell it`
}
