/**
 * The keywords by which rows are grouped, named and matched (specification, sections 3.7, 4 and 5).
 *
 * Most exposures of an association have the same ones, so rows share them, with all that follows from them alone.
 */
import type { Fields } from '../csv/row.js'
import type { Traits } from './association.js'
import type { Pixels } from './instrument.js'
import type { Positions } from './layout.js'
import type { RoundedTarget } from './target.js'

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
  readonly TARG_RA: string
  readonly targra: string
  /** The association key. */
  readonly params: string
  /** What keywords share that differ in nothing but a detector that does not matter. */
  readonly shared: SharedTraits
  /** What section 6 makes of them, once it was asked for. */
  pixels: Pixels | undefined
  readonly #row: Fields
  readonly #at: Positions

  /**
   * @param at where the columns stand in the row
   * @param target TARG_RA and `targra`, and the association key: what section 3 makes of the columns
   * @param shared that of keywords whose traits these have
   */
  constructor(row: Fields, at: Positions, { TARG_RA, targra }: RoundedTarget, params: string, shared?: SharedTraits) {
    this.TARG_RA = TARG_RA
    this.targra = targra
    this.params = params
    this.shared = shared ?? { traits: undefined }
    this.pixels = undefined
    this.#row = row
    this.#at = at
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
