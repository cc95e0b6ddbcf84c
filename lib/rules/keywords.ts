/**
 * The keywords by which rows are grouped, named and matched (specification, sections 3.7, 4 and 5).
 *
 * Most exposures of an association have the same ones, so rows share them, with all that follows from them alone.
 */
import type { CanonicalLine } from '../csv/row.js'
import type { Positions } from './layout.js'

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

/** The four models (section 4); each has its encoded tables. */
export const MODELS = ['IMAGE', 'SPEC', 'TAC', 'FGS'] as const
export type Model = (typeof MODELS)[number]

/** What tells the targets of one association apart: a name, a number, or nothing. */
export type TargetKey = string | number | undefined

/** Stands for a target key that is a number of the row. */
export const BY_GUIDE_STAR = Symbol('GS_MAG')

/** What sections 4 and 5 make of a row's keywords, whatever else is in the row. */
export interface Traits {
  /** The model that an exposure's group trains. */
  readonly model: Model
  /** Whether products are named by source, not by target. */
  readonly isSourceBased: boolean
  /** The target key, or `GS_MAG` where that number of the row is the key. */
  readonly target: TargetKey | typeof BY_GUIDE_STAR
  /** Why an exposure is in no group, or undefined where it is in one. */
  readonly ungrouped: string | undefined
  /** What the expected product's name has before and behind its target. */
  readonly nameStart: string
  readonly nameEnd: string
}

const IFU_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['MIRIFUSHORT', '-12'],
  ['MIRIFULONG', '-34'],
])

/** What an association key of the integral field unit ends in (section 3.7); blank for any other detector. */
export function ifuSuffix(detector: string): string {
  return detector.startsWith('MIRIFU') ? (IFU_SUFFIX.get(detector) ?? '') : ''
}

/** The detectors of the integral field unit that take some channels, as `1` or `12` (section 3.7). */
export function detectorsOf(channels: string): readonly string[] {
  const takes = (suffix: string) => [...channels].some((channel) => suffix.includes(channel))
  return [...IFU_SUFFIX].flatMap(([detector, suffix]) => (takes(suffix) ? detector : []))
}

/** Whether another detector may make another association or another expected name (sections 3.7 and 4). */
export function dependsOnDetector(visit: string, detector: string): boolean {
  return visit.includes('WFSC') || ifuSuffix(detector) !== ''
}

/** What section 4 makes of keywords, once it was asked for. */
export interface SharedTraits {
  traits: Traits | undefined
}

/** The keywords of some rows, with what follows from them. */
export interface Keywords extends Readonly<Record<KeywordColumn | 'targra', string>> {
  /** What keywords share that differ in nothing but a detector that does not matter. */
  readonly shared: SharedTraits
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
