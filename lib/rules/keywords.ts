/**
 * The keywords by which rows are grouped, named and matched (specification, sections 3.7, 4 and 5).
 *
 * Most exposures of an association have the same ones, so rows share them, with all that follows from them alone.
 */
import type { CanonicalLine } from '../csv/row.js'
import type { Positions } from './layout.js'
import { dependsOnDetector, type Pixels, type Traits } from './traits.js'

/** The columns of the input that they stand in. */
export const KEYWORD_COLUMNS = [
  'VISITYPE',
  'TSOVISIT',
  'TARGNAME',
  'TARG_RA',
  'INSTRUME',
  'DETECTOR',
  'FILTER',
  'PUPIL',
  'GRATING',
  'EXP_TYPE',
  'FXD_SLIT',
  'CHANNEL',
  'BAND',
  'SUBARRAY',
  'PROGRAM',
  'OBSERVTN',
] as const
export type KeywordColumn = (typeof KEYWORD_COLUMNS)[number]

/** What section 4 makes of keywords, once it was asked for. */
export interface SharedTraits {
  traits: Traits | undefined
}

/** The keywords of some rows, with what follows from them. */
export interface Keywords extends Readonly<Record<KeywordColumn | 'targra', string>> {
  /** What keywords share that differ in nothing but a detector that does not matter. */
  readonly shared: SharedTraits
  /** What section 6 makes of them, once it was asked for. */
  pixels: Pixels | undefined
}

/**
 * The keywords of a row. All of them at once: to cut out each when it is asked for would be as many functions for V8 to
 * compile.
 *
 * @param at where the columns stand in the row
 * @param shared that of keywords whose traits these have
 */
export function keywordsOf(row: CanonicalLine, at: Positions, shared: SharedTraits = { traits: undefined }): Keywords {
  return {
    shared,
    pixels: undefined,
    VISITYPE: row.field(at.VISITYPE),
    TSOVISIT: row.field(at.TSOVISIT),
    TARGNAME: row.field(at.TARGNAME),
    TARG_RA: row.field(at.TARG_RA),
    INSTRUME: row.field(at.INSTRUME),
    DETECTOR: row.field(at.DETECTOR),
    FILTER: row.field(at.FILTER),
    PUPIL: row.field(at.PUPIL),
    GRATING: row.field(at.GRATING),
    EXP_TYPE: row.field(at.EXP_TYPE),
    FXD_SLIT: row.field(at.FXD_SLIT),
    CHANNEL: row.field(at.CHANNEL),
    BAND: row.field(at.BAND),
    SUBARRAY: row.field(at.SUBARRAY),
    PROGRAM: row.field(at.PROGRAM),
    OBSERVTN: row.field(at.OBSERVTN),
    targra: row.field(at.targra),
  }
}

/** Finds the keywords that rows of one program share. */
export class KeywordFinder {
  readonly #at: Positions
  readonly #first: number
  readonly #last: number
  #lastText = ''
  #found: Keywords | undefined
  readonly #byText = new Map<string, Keywords>()
  readonly #traits = new Map<string, SharedTraits>()

  /** @param at where the columns stand in a row */
  constructor(at: Positions) {
    this.#at = at
    const places = KEYWORD_COLUMNS.map((name) => at[name])
    this.#first = Math.min(...places)
    this.#last = Math.max(...places)
  }

  /** The keywords of a row of the program. */
  of(line: CanonicalLine): Keywords {
    const text = line.between(this.#first, this.#last)
    if (this.#found !== undefined && text === this.#lastText) return this.#found
    const keywords = this.#byText.get(text) ?? keywordsOf(line, this.#at, this.#traitsOf(line))
    this.#byText.set(text, keywords)
    this.#lastText = text
    this.#found = keywords
    return keywords
  }

  #traitsOf(line: CanonicalLine): SharedTraits | undefined {
    const { VISITYPE, DETECTOR } = this.#at
    if (dependsOnDetector(line.field(VISITYPE), line.field(DETECTOR))) return undefined
    const before = DETECTOR === this.#first ? '' : line.between(this.#first, DETECTOR - 1)
    const behind = DETECTOR === this.#last ? '' : line.between(DETECTOR + 1, this.#last)
    const text = `${before}\n${behind}`
    const traits = this.#traits.get(text) ?? { traits: undefined }
    this.#traits.set(text, traits)
    return traits
  }
}
