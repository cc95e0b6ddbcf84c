/**
 * Which of a list's members are there, and which of them a product is made of (specification, section 9).
 */

import { bandsIn, bandsJoined } from '../rules/instrument.js'
import { type MemberList, SCIENCE } from '../rules/member-list.js'
import { channelAndBand, filterBehind, isWithoutBand, isWithoutFilter } from '../rules/product-name.js'
import { compareRows, type Row } from '../rules/row.js'
import { isNothing } from '../rules/values.js'
import type { OtherMember } from './resolve.js'

/** The datasets of a program that may be members, by their names in lower case. */
export class Datasets {
  readonly #exposures = new Map<string, Row>()
  readonly #neverKept = new Set<string>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const name = row.dname.toLowerCase()
      if (row.kind === 'dropped') this.#neverKept.add(name)
      if (row.kind !== 'exposure') continue
      // Of names that differ in case alone, the first one counts.
      const other = this.#exposures.get(name)
      if (other === undefined || row.dname < other.dname) this.#exposures.set(name, row)
    }
  }

  /** The exposure of a name. */
  exposure(name: string): Row | undefined {
    return this.#exposures.get(name)
  }

  /** Whether a dataset that is not there may still come: not one that is of an exposure type that is never kept. */
  mayCome(name: string): boolean {
    return !this.#exposures.has(name) && !this.#neverKept.has(name)
  }
}

/** Members of a list, as far as they are there. */
export interface Selection {
  /** In their order within the group. */
  readonly science: readonly Row[]
  readonly others: readonly OtherMember[]
  /** Science members that may still come. */
  readonly missing: readonly string[]
}

/**
 * Which of a list's members a product is made of, where one name stands for several products: for MIR_MRS those of its
 * detector and band, for the NIRSpec IFU those of its filter. Several values are joined by `|`; what is blank does not matter.
 */
export interface Share {
  readonly detector: string
  readonly band: string
  readonly filter: string
}

/** All members. */
export const WHOLE: Share = { detector: '', band: '', filter: '' }

/**
 * The share of a list's members that a product is made of, or that an exposure belongs to: by its name, and by its keywords
 * where that does not tell. (What a product of several bands or filters has in its keywords is not always one of theirs.)
 */
export function shareOf(row: Row, { product }: MemberList): Share {
  const { EXP_TYPE, DETECTOR, BAND, FILTER } = row.keywords
  const name = row.dname.toLowerCase()
  if (EXP_TYPE === 'MIR_MRS' && isWithoutBand(product)) {
    const { detector, band } = channelAndBand(name)
    return { ...WHOLE, detector: detector || DETECTOR, band: band || bandsJoined(BAND) || BAND }
  }
  // A product that has the very name of the file is the only one.
  if (EXP_TYPE !== 'NRS_IFU' || !isWithoutFilter(product) || name === product) return WHOLE
  return { ...WHOLE, filter: filterBehind(name) || FILTER }
}

/** A share as a key. */
export function keyOfShare({ detector, band, filter }: Share): string {
  return JSON.stringify([detector, band, filter])
}

/** Whether a value is one of those that a product has, which may be several joined by `|`, or all. */
function agrees(of: string, value: string): boolean {
  if (isNothing(of) || of === 'MULTIPLE') return true
  return of.toUpperCase().split('|').includes(value.toUpperCase())
}

/** The same for bands: a product of several has the exposures of two dichroics, too. */
function agreesInBand(of: string, band: string): boolean {
  return agrees(of, band) || bandsIn(band).every((each) => agrees(of, each))
}

/** Whether an exposure is of a share. */
export function hasShare({ detector, band, filter }: Share, { keywords }: Row): boolean {
  const { DETECTOR, BAND, FILTER } = keywords
  return agrees(detector, DETECTOR) && agreesInBand(band, BAND) && agrees(filter, FILTER)
}

/** The members of a share, as far as they are there. */
export function select({ members }: MemberList, share: Share, datasets: Datasets): Selection {
  const science: Row[] = []
  const others: OtherMember[] = []
  const missing: string[] = []
  for (const { name, role } of members) {
    const exposure = datasets.exposure(name)
    if (exposure === undefined) {
      // Of an exposure that is not there, its name tells the detector, and nothing the band or the filter.
      const detector = name.slice(name.lastIndexOf('_') + 1).toUpperCase()
      if (role === SCIENCE && datasets.mayCome(name) && agrees(share.detector, detector)) missing.push(name)
    } else if (hasShare(share, exposure)) {
      if (role === SCIENCE) science.push(exposure)
      else others.push({ exposure, role })
    }
  }
  return { science: science.sort(compareRows), others, missing }
}
