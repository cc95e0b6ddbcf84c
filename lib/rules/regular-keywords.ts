/**
 * The keywords of regular rows. Most exposures of an association have the same ones, or those of another detector: they
 * share them, and all that follows from them.
 */
import { inOnePiece } from '../csv/bytes.js'
import type { PlainRow } from '../csv/plain-row.js'
import { associationKey, dependsOnDetector } from './association.js'
import { ByText } from './by-text.js'
import { KEYWORD_COLUMNS, Keywords } from './keywords.js'
import type { Positions } from './layout.js'
import { roundedTarget } from './target.js'

/** Where keywords stand in the lines of an input. */
export class KeywordPlaces {
  readonly at: Positions
  readonly #first: number
  readonly #last: number

  constructor(at: Positions) {
    this.at = at
    const places = KEYWORD_COLUMNS.map((name) => at[name])
    this.#first = Math.min(...places)
    this.#last = Math.max(...places)
  }

  /** What tells all keywords of a line: what stands from the first of them to the last. */
  textOf(line: PlainRow): string {
    return line.between(this.#first, this.#last)
  }

  /** The part of {@link textOf} before the detector. */
  beforeDetector(line: PlainRow): string {
    const { DETECTOR } = this.at
    return DETECTOR === this.#first ? '' : `${line.between(this.#first, DETECTOR - 1)},`
  }

  /** The part of {@link textOf} behind the detector. */
  behindDetector(line: PlainRow): string {
    const { DETECTOR } = this.at
    return DETECTOR === this.#last ? '' : `,${line.between(DETECTOR + 1, this.#last)}`
  }
}

/** Keywords of regular rows, with the text that they make of a row. */
export class RegularKeywords extends Keywords {
  readonly pid: string
  /** Whether the target stays as it is. */
  readonly isWhole: boolean
  /** The target as it is written, with a comma behind it. */
  readonly targetText: string
  /** The last cells, with a comma before each. */
  readonly endText: string

  /** @param like keywords from which these differ in nothing but a detector that does not matter */
  constructor(line: PlainRow, at: Positions, pid: number, like: RegularKeywords | undefined) {
    const target = line.field(at.TARG_RA)
    super(line, at, like ?? roundedTarget(target), like?.params ?? associationKey(line, at, String(pid)), like?.shared)
    this.pid = like?.pid ?? String(pid)
    this.isWhole = target === this.TARG_RA
    this.targetText = like?.targetText ?? inOnePiece(`${this.TARG_RA},`)
    this.endText = like?.endText ?? inOnePiece(`,${this.pid},${this.targra},${this.params}`)
  }
}

/** The keywords of the rows of a unit: made anew for each, as what an old one holds would all grow old. */
export class UnitKeywords {
  readonly #places: KeywordPlaces
  readonly #pid: number
  /** The last row's, and the text that tells them. */
  #text = ''
  #last: RegularKeywords | undefined
  readonly #known = new ByText<RegularKeywords>()

  constructor(places: KeywordPlaces, pid: number) {
    this.#places = places
    this.#pid = pid
  }

  /** The keywords of a row of the unit. */
  of(line: PlainRow): RegularKeywords {
    const text = this.#places.textOf(line)
    if (this.#last !== undefined && text === this.#text) return this.#last
    const keywords = this.#known.get(text) ?? this.#add(text, line)
    this.#text = text
    this.#last = keywords
    return keywords
  }

  #add(text: string, line: PlainRow): RegularKeywords {
    const keywords = new RegularKeywords(line, this.#places.at, this.#pid, this.#findLike(line))
    this.#known.add(text, keywords)
    return keywords
  }

  /** Keywords from which those of a line differ in nothing but a detector that does not matter. */
  #findLike(line: PlainRow): RegularKeywords | undefined {
    const { at } = this.#places
    if (this.#last === undefined || dependsOnDetector(line.field(at.VISITYPE), line.field(at.DETECTOR)))
      return undefined
    const before = this.#places.beforeDetector(line)
    const behind = this.#places.behindDetector(line)
    const like = this.#known.findListed((text) => text.endsWith(behind) && text.startsWith(before))
    return like === undefined || dependsOnDetector(like.VISITYPE, like.DETECTOR) ? undefined : like
  }
}
