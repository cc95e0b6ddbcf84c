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

/** The keywords of some rows, cut out of the first of them when they are asked for. */
export class Keywords implements Readonly<Record<KeywordColumn, string>> {
  /** What keywords share that differ in nothing but a detector that does not matter. */
  readonly shared: SharedTraits
  /** What section 6 makes of them, once it was asked for. */
  pixels: Pixels | undefined
  readonly #row: CanonicalLine
  readonly #at: Positions

  /**
   * @param at where the columns stand in the row
   * @param shared that of keywords whose traits these have
   */
  constructor(row: CanonicalLine, at: Positions, shared: SharedTraits = { traits: undefined }) {
    this.shared = shared
    this.pixels = undefined
    this.#row = row
    this.#at = at
  }

  get TARG_RA(): string {
    return this.#row.field(this.#at.TARG_RA)
  }

  get targra(): string {
    return this.#row.field(this.#at.targra)
  }

  get VISITYPE(): string {
    return this.#row.field(this.#at.VISITYPE)
  }

  get TSOVISIT(): string {
    return this.#row.field(this.#at.TSOVISIT)
  }

  get TARGNAME(): string {
    return this.#row.field(this.#at.TARGNAME)
  }

  get INSTRUME(): string {
    return this.#row.field(this.#at.INSTRUME)
  }

  get DETECTOR(): string {
    return this.#row.field(this.#at.DETECTOR)
  }

  get FILTER(): string {
    return this.#row.field(this.#at.FILTER)
  }

  get PUPIL(): string {
    return this.#row.field(this.#at.PUPIL)
  }

  get GRATING(): string {
    return this.#row.field(this.#at.GRATING)
  }

  get EXP_TYPE(): string {
    return this.#row.field(this.#at.EXP_TYPE)
  }

  get FXD_SLIT(): string {
    return this.#row.field(this.#at.FXD_SLIT)
  }

  get CHANNEL(): string {
    return this.#row.field(this.#at.CHANNEL)
  }

  get BAND(): string {
    return this.#row.field(this.#at.BAND)
  }

  get SUBARRAY(): string {
    return this.#row.field(this.#at.SUBARRAY)
  }

  get PROGRAM(): string {
    return this.#row.field(this.#at.PROGRAM)
  }

  get OBSERVTN(): string {
    return this.#row.field(this.#at.OBSERVTN)
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
    const keywords = this.#byText.get(text) ?? new Keywords(line, this.#at, this.#traitsOf(line))
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
