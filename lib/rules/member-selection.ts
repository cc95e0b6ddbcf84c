/**
 * Which of a list's members are there, and which of them a product is made of (specification, section 9).
 */
import { type MemberList, SCIENCE } from './member-list.js'
import { isWithoutBand } from './product-name.js'
import type { OtherMember } from './resolve.js'
import { compareRows, type Row } from './row.js'
import { isNothing } from './values.js'

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

/** Which of a list's members a product is made of: for MIR_MRS those of its detector and band. */
export interface Share {
  readonly detector: string
  readonly band: string
}

/** All members. */
export const WHOLE: Share = { detector: '', band: '' }

/** The share of a list's members that a product is made of. */
export function shareOf(product: Row, list: MemberList): Share {
  if (product.EXP_TYPE !== 'MIR_MRS' || !isWithoutBand(list.product)) return WHOLE
  return { detector: product.DETECTOR, band: product.BAND }
}

/** Whether a value is one of those that a product has, which may be several joined by `|`, or all. */
function agrees(of: string, value: string): boolean {
  return isNothing(of) || of === 'MULTIPLE' || of.split('|').includes(value)
}

/** Whether an exposure is of a share. */
export function hasShare({ detector, band }: Share, exposure: Row): boolean {
  return agrees(detector, exposure.DETECTOR) && agrees(band, exposure.BAND)
}

/** The members of a share, as far as they are there. */
export function select({ members }: MemberList, share: Share, datasets: Datasets): Selection {
  const science: Row[] = []
  const others: OtherMember[] = []
  const missing: string[] = []
  for (const { name, role } of members) {
    const exposure = datasets.exposure(name)
    if (exposure === undefined) {
      // Of an exposure that is not there, its name tells the detector, and nothing the band.
      const detector = name.slice(name.lastIndexOf('_') + 1).toUpperCase()
      if (role === SCIENCE && datasets.mayCome(name) && agrees(share.detector, detector)) missing.push(name)
    } else if (hasShare(share, exposure)) {
      if (role === SCIENCE) science.push(exposure)
      else others.push({ exposure, role })
    }
  }
  return { science: science.sort(compareRows), others, missing }
}
