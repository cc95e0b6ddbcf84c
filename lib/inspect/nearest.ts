/**
 * How near a product comes to exposures that it was not matched with: which keywords of the association key differ, and
 * whether the target does (specification, sections 3.7 and 5). Pure functions over rows.
 */
import { comparedColumn, keyColumns } from '../rules/association.js'
import { observationOf } from '../rules/dataset.js'
import { isSameTargra } from '../rules/expected-name.js'
import { ifuSuffix } from '../rules/keywords.js'
import { cell, numberIn, type Row } from '../rules/row.js'
import { compareText, isNothing, isVoid } from '../rules/values.js'

/** A keyword that product and exposures do not have in common; a value is shown as its cell has it, or as `none`. */
export interface KeywordDifference {
  readonly keyword: string
  readonly exposures: string
  readonly product: string
}

/** A product or group beside another, with what tells them apart. */
export interface Neighbour<T> {
  readonly of: T
  /** Keywords of the association key; none for those of one association. */
  readonly keywords: readonly KeywordDifference[]
  /** The value that section 5 compares; undefined where it agrees. */
  readonly target: KeywordDifference | undefined
}

/** A keyword of an association key. */
interface KeyPart {
  readonly keyword: ReturnType<typeof keyColumns>[number] | 'pid'
  /** What the key has of it; blank where the key leaves it out. */
  readonly value: string
  /** The cell that it comes from. */
  readonly cell: string
}

/** The keywords that `params` is made of, in their order: joined with `-`, those that are not blank are the key. */
export function keyParts(row: Row): readonly KeyPart[] {
  const columns = keyColumns(row.keywords.VISITYPE)
  const parts: KeyPart[] = (['pid', ...columns] as const).map((keyword) => {
    const text = cell(row, keyword)
    return { keyword, value: isVoid(text) ? '' : text, cell: text }
  })
  if (parts.some(({ keyword }) => keyword === 'DETECTOR')) return parts
  // Of all other detectors only those of the integral field unit tell associations apart.
  const unit = ifuSuffix(row.keywords.DETECTOR).slice(1)
  return [...parts, { keyword: 'DETECTOR', value: unit, cell: row.keywords.DETECTOR }]
}

/** How many targets of several exposures are told. */
const TARGETS = 3

/**
 * The keywords by which the association key of an exposure is not that of a product, in the order of the key.
 *
 * Keys of wavefront-sensing visits are made of other keywords: beside a product of another visit type that type differs,
 * and of the rest those count which both keys have.
 */
export function keyDifferences(exposure: Row, product: Row): KeywordDifference[] {
  const theirs = new Map(keyParts(product).map((part) => [part.keyword, part]))
  const isMadeAlike = keyColumns(exposure.keywords.VISITYPE) === keyColumns(product.keywords.VISITYPE)
  const shared = keyParts(exposure).filter(({ keyword }) => isMadeAlike || keyword !== 'DETECTOR')
  const differences = shared.flatMap((part) => differs(part, theirs.get(part.keyword)))
  return isMadeAlike ? differences : [visitDifference(exposure, product), ...differences]
}

function differs(own: KeyPart, other: KeyPart | undefined): KeywordDifference[] {
  if (other === undefined || own.value === other.value) return []
  return [{ keyword: own.keyword, exposures: shown(own.cell), product: shown(other.cell) }]
}

function visitDifference(exposure: Row, product: Row): KeywordDifference {
  return {
    keyword: 'VISITYPE',
    exposures: shown(exposure.keywords.VISITYPE),
    product: shown(product.keywords.VISITYPE),
  }
}

function shown(text: string): string {
  return isVoid(text) ? 'none' : text
}

/**
 * The value that some groups compare with their candidates, where it is none of the product's (section 5).
 *
 * @param groups the exposures of each, in their order
 */
export function targetDifference(groups: readonly (readonly Row[])[], product: Row): KeywordDifference | undefined {
  if (groups.some((exposures) => agreeInTarget(exposures, product))) return undefined
  const leaders = groups.flatMap(([leader]) => leader ?? [])
  const [first] = leaders
  if (first === undefined) return undefined
  const keyword = comparedColumn(first)
  const alike = leaders.filter((exposure) => comparedColumn(exposure) === keyword)
  const values = [...new Set(alike.map((exposure) => shown(cell(exposure, keyword))))].sort(compareText)
  const more = values.length > TARGETS ? ', …' : ''
  const targets = `${values.slice(0, TARGETS).join(', ')}${more}`
  return { keyword, exposures: targets, product: shown(cell(product, keyword)) }
}

/**
 * How a product that has the name of a group's target is still another target: by its position, which decides between
 * several products of that name (section 5.1).
 *
 * @param exposures those of the group, in their order
 */
export function positionDifference(exposures: readonly Row[], product: Row): KeywordDifference | undefined {
  const [first] = exposures
  if (first === undefined || exposures.some((exposure) => isSamePosition(exposure, product))) return undefined
  const [own, other] = [cell(first, 'targra'), cell(product, 'targra')]
  return own === other ? undefined : { keyword: 'targra', exposures: shown(own), product: shown(other) }
}

function isSamePosition(exposure: Row, product: Row): boolean {
  const [own, other] = [exposure, product].map((row) => numberIn(row, row.layout.at.targra))
  return isSameTargra(own ?? Number.NaN, other ?? Number.NaN)
}

/**
 * Whether a product has the value that a group compares, which its first exposure decides: of positions that of any of its
 * exposures (section 5).
 */
export function agreeInTarget(exposures: readonly Row[], product: Row): boolean {
  const [first] = exposures
  if (first === undefined) return false
  if (comparedColumn(first) !== 'targra') return hasTargetOf(first, product)
  return exposures.some((exposure) => isSamePosition(exposure, product))
}

/** Whether a product has the value that a single exposure compares; a blank agrees with nothing. */
export function hasTargetOf(exposure: Row, product: Row): boolean {
  const column = comparedColumn(exposure)
  if (column === 'TARGNAME') return product.keywords.TARGNAME === exposure.keywords.TARGNAME
  if (column === 'targra') return isSamePosition(exposure, product)
  return numberIn(exposure, exposure.layout.at[column]) === numberIn(product, product.layout.at[column])
}

/** The observations, by keyword and by name, that a row of a program is of; none for one across observations. */
export function observationsOf(row: Row): readonly string[] {
  const keyword = cell(row, 'OBSERVTN')
  const found = isNothing(keyword) ? [] : [keyword]
  const named = observationInName(row.dname)
  return named === undefined ? found : [...new Set([...found, named])]
}

/** The observation in a name, in whatever letter case: three digits; undefined where there is none. */
export function observationInName(name: string): string | undefined {
  const named = observationOf(name.toLowerCase())
  // A greater number stands for a name that tells none.
  return named <= 999 ? String(named).padStart(3, '0') : undefined
}

/** Whether two rows can be of one instrument: they are, or one does not say. */
export function shareInstrument({ keywords: a }: Row, { keywords: b }: Row): boolean {
  return isOneInstrument(a.INSTRUME, b.INSTRUME)
}

/** Whether two texts can mean one instrument. */
export function isOneInstrument(a: string, b: string): boolean {
  return isNothing(a) || isNothing(b) || a.toUpperCase() === b.toUpperCase()
}

/** The instrument and observations of a row, as a sentence tells them: `of MIRI in observation 003`. */
export function placeOf(row: Row): string {
  const { INSTRUME } = row.keywords
  const instrument = isNothing(INSTRUME) ? '' : `of ${INSTRUME} `
  return `${instrument}in observation ${observationsOf(row).join(' or ') || 'unknown'}`
}

/** The keywords of the association key but the observation, as one text: what a product of another candidate shares. */
export function keyAcrossObservations(row: Row): string {
  const parts = keyParts(row).filter(({ keyword }) => keyword !== 'OBSERVTN')
  return parts.map(({ keyword, value }) => `${keyword}=${value}`).join('-')
}

/** Neighbours in the order of how near they are: fewest keywords, then those of the same target, then by name. */
export function byNearness<T>(neighbours: Neighbour<T>[], nameOf: (of: T) => string): Neighbour<T>[] {
  const distance = ({ keywords, target }: Neighbour<T>) => 2 * keywords.length + (target === undefined ? 0 : 1)
  return neighbours.sort((a, b) => distance(a) - distance(b) || compareText(nameOf(a.of), nameOf(b.of)))
}

/** What differs, as `SUBARRAY: exposures SUB320, product FULL`. */
export function formatDifferences({ keywords, target }: Omit<Neighbour<unknown>, 'of'>): string {
  const all = target === undefined ? keywords : [...keywords, target]
  return all.map((its) => `${its.keyword}: exposures ${its.exposures}, product ${its.product}`).join('; ')
}
