/**
 * Which association a row belongs to, and the product that its group is expected to make (specification, sections 3.7
 * and 4). Pure rules over single rows.
 */

import { BY_GUIDE_STAR, ifuSuffix, type Keywords, type Model, type TargetKey, type Traits } from './keywords.js'
import type { Positions } from './layout.js'
import { numberIn, type Row } from './row.js'
import { isNothing, isTrue, isVoid, scrubbedNumber } from './values.js'

/** Exposure types that reach Level 3 (section 3.6). */
export const LEVEL3_EXP_TYPES: ReadonlySet<string> = new Set(
  (
    'FGS_IMAGE MIR_IMAGE NRC_IMAGE MIR_LRS-FIXEDSLIT MIR_MRS MIR_LYOT MIR_4QPM MIR_LRS-SLITLESS MIR_WFSS NRC_CORON ' +
    'NRC_WFSS NRC_TSIMAGE NRC_TSGRISM NIS_IMAGE NIS_AMI NIS_WFSS NIS_SOSS NRS_FIXEDSLIT NRS_IFU NRS_MSASPEC NRS_BRIGHTOBJ'
  ).split(' '),
)

/** Exposure types whose products are named by source, not by target. */
const SOURCE_BASED = new Set(['MIR_WFSS', 'NRC_WFSS', 'NIS_WFSS', 'NRS_MSASPEC', 'NRS_FIXEDSLIT'])
/** Exposure types of the time series, aperture masking and coronagraphy model, whatever TSOVISIT says. */
const TAC_TYPES = new Set('MIR_4QPM MIR_LYOT NRC_CORON NIS_AMI NRS_BRIGHTOBJ NRC_TSGRISM NRC_TSIMAGE'.split(' '))
/** Visit types whose associations are keyed by detector. */
const WAVEFRONT_VISITS = new Set(['PRIME_WFSC_SENSING_ONLY', 'PRIME_WFSC_ROUTINE', 'PRIME_WFSC_SENSING_CONTROL'])

const KEY_COLUMNS = ['OBSERVTN', 'FILTER', 'GRATING', 'PUPIL', 'SUBARRAY', 'FXD_SLIT', 'EXP_TYPE', 'BAND'] as const
const WAVEFRONT_KEY_COLUMNS = ['OBSERVTN', 'FILTER', 'PUPIL', 'DETECTOR'] as const

/** The keywords that are joined to an association key behind the program; those of wavefront sensing have the detector. */
export function keyColumns(visit: string) {
  return WAVEFRONT_VISITS.has(visit) ? WAVEFRONT_KEY_COLUMNS : KEY_COLUMNS
}

/**
 * `params`, the association key (section 3.7).
 *
 * @param read gives the cells of a row whose input columns are there and padded
 * @param pid the program as decimal text without leading zeros
 */
export function associationKey(read: (column: keyof Positions) => string, pid: string): string {
  const columns = keyColumns(read('VISITYPE'))
  return [pid, ...columns.map(read)].reduce(withPart, '') + ifuSuffix(read('DETECTOR'))
}

function withPart(key: string, value: string): string {
  if (isVoid(value)) return key
  return key === '' ? value : `${key}-${value}`
}

/**
 * Whether a Level 3 name is that of a product of another candidate than an observation, as `-c1001_`, `-a3001_` or
 * `-r0001_` (section 3.9).
 */
export function isCandidateName(dname: string): boolean {
  const dash = dname.indexOf('-')
  return dash >= 0 && dname[dash + 1] !== 'o' && !hasObservationDigits(dname)
}

/** Whether the observation's digits follow those of the program: an exposure's name may have a dash in its segment. */
function hasObservationDigits(dname: string): boolean {
  return /^\w{2}\d{6}/.test(dname)
}

/** The traits of a row; made once for all rows that share their keywords. */
export function traitsOf({ keywords }: Pick<Row, 'keywords'>): Traits {
  const { shared } = keywords
  shared.traits ??= makeTraits(keywords)
  return shared.traits
}

function makeTraits(keywords: Keywords): Traits {
  const { EXP_TYPE, INSTRUME, PROGRAM, OBSERVTN } = keywords
  const model = modelBy(keywords)
  const optics = isImageType(EXP_TYPE) ? imageOptics(keywords) : spectralOptics(keywords, model)
  const suffix = EXP_TYPE === 'NRC_CORON' ? '-image3' : ''
  return {
    model,
    isSourceBased: SOURCE_BASED.has(EXP_TYPE),
    target: targetBy(keywords),
    ungrouped: ungroupedBy(keywords),
    nameStart: `jw${orBlank(PROGRAM)}-o${orBlank(OBSERVTN)}_`.toLowerCase(),
    nameEnd: `_${INSTRUME}_${optics}${suffix}`.toLowerCase(),
  }
}

/**
 * The target key of an exposure (section 4): `targra` (degrees) for PRIME_TARGETED_FIXED, else TARGNAME, else GS_MAG
 * unless the visit is PARALLEL_PURE.
 */
export function targetKey(exposure: Row): TargetKey {
  const { target } = traitsOf(exposure)
  return target === BY_GUIDE_STAR ? known(numberIn(exposure, exposure.layout.at.GS_MAG)) : target
}

/** Whether two exposures share keywords that tell their target: then it is the same, and so is the expected name. */
export function shareTarget(a: Row, b: Row): boolean {
  const { shared } = a.keywords
  return shared === b.keywords.shared && shared.traits !== undefined && shared.traits.target !== BY_GUIDE_STAR
}

function targetBy({ VISITYPE, TARGNAME, targra }: Keywords): Traits['target'] {
  if (VISITYPE === 'PRIME_TARGETED_FIXED') return known(scrubbedNumber(targra))
  if (!isNothing(TARGNAME)) return TARGNAME
  return VISITYPE === 'PARALLEL_PURE' ? undefined : BY_GUIDE_STAR
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

/** What a group compares with its candidates, by its first exposure (section 5). */
export function comparedColumn(first: Row): 'TARGNAME' | 'targra' | 'GS_MAG' {
  if (!isNothing(first.keywords.TARGNAME)) return 'TARGNAME'
  return first.keywords.VISITYPE === 'PRIME_TARGETED_FIXED' ? 'targra' : 'GS_MAG'
}

/** Whether an exposure has a target of its own: its group is neither `t0` nor keyed by GS_MAG (section 5.2). */
export function hasOwnTarget(exposure: Row): boolean {
  if (isSourceBased(exposure)) return exposure.keywords.VISITYPE !== 'PARALLEL_PURE'
  if (targetKey(exposure) === undefined) return false
  return exposure.keywords.VISITYPE === 'PRIME_TARGETED_FIXED' || !isNothing(exposure.keywords.TARGNAME)
}

/** Whether an exposure's products are named by source, not by target (section 4). */
export function isSourceBased(exposure: Row): boolean {
  return traitsOf(exposure).isSourceBased
}

/** Whether an exposure type is of the image family: the part after its last `_` contains IMAGE (section 4). */
function isImageType(expType: string): boolean {
  return expType.includes('IMAGE', expType.lastIndexOf('_') + 1)
}

/** The model that an exposure's group trains (section 4). */
export function modelOf(exposure: Row): Model {
  return traitsOf(exposure).model
}

function modelBy({ EXP_TYPE, INSTRUME, TSOVISIT }: Keywords): Model {
  if (INSTRUME === 'FGS') return 'FGS'
  if (TAC_TYPES.has(EXP_TYPE) || isTrue(TSOVISIT)) return 'TAC'
  return isImageType(EXP_TYPE) ? 'IMAGE' : 'SPEC'
}

/** Why an exposure is in no group, or undefined where it is in one (section 4). */
export function ungroupedReason(exposure: Row): string | undefined {
  return traitsOf(exposure).ungrouped
}

function ungroupedBy({ EXP_TYPE, TSOVISIT, VISITYPE, SUBARRAY }: Keywords): string | undefined {
  if (EXP_TYPE === 'MIR_LRS-SLITLESS' && !isTrue(TSOVISIT)) return 'slitless without TSOVISIT'
  const isWavefrontImage = VISITYPE.includes('WFSC') && isImageType(EXP_TYPE)
  return isWavefrontImage && SUBARRAY !== 'FULL' ? 'wavefront sensing on a subarray' : undefined
}

const PUPIL_FIRST = new Set(['CLEAR', 'CLEARP', 'F405N'])
const FILTER_FIRST_TYPES = new Set(['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM'])

/** Names follow section 4 to the letter: a part brings its dash along, even where nothing stands before it. */
function imageOptics({ FILTER, PUPIL, SUBARRAY, VISITYPE, DETECTOR }: Keywords): string {
  const optics = PUPIL_FIRST.has(PUPIL) ? joined(PUPIL, FILTER) : joined(FILTER, PUPIL)
  return optics + withDash(subarrayPart(SUBARRAY)) + (VISITYPE.includes('WFSC') ? withDash(DETECTOR) : '')
}

/** @param model the one that the group trains */
function spectralOptics(keywords: Keywords, model: Model): string {
  const { FILTER, GRATING, FXD_SLIT, SUBARRAY, BAND, CHANNEL } = keywords
  const withoutSlit = model === 'TAC' && FILTER === 'CLEAR' && GRATING === 'PRISM'
  const slit = withoutSlit ? '' : withDash(FXD_SLIT)
  const band = isNothing(BAND) ? '' : `ch${orBlank(CHANNEL).slice(0, 1)}-${BAND}`
  return spectralElements(keywords) + slit + withDash(subarrayPart(SUBARRAY)) + band
}

/** The two optical elements of a spectrum, in the order that its exposure type has them. */
function spectralElements({ EXP_TYPE, FILTER, PUPIL, GRATING }: Keywords): string {
  if (!isNothing(PUPIL)) return FILTER_FIRST_TYPES.has(EXP_TYPE) ? joined(FILTER, PUPIL) : joined(PUPIL, FILTER)
  return EXP_TYPE === 'NRS_IFU' ? joined(GRATING, FILTER) : joined(FILTER, GRATING)
}

function subarrayPart(subarray: string): string {
  return subarray === 'FULL' ? '' : subarray
}

/** However nothing is written, it is the same in a name. */
function orBlank(text: string): string {
  return isNothing(text) ? '' : text
}

function withDash(part: string): string {
  return isNothing(part) ? '' : `-${part}`
}

function joined(first: string, second: string): string {
  if (isNothing(first)) return isNothing(second) ? '' : second
  return isNothing(second) ? first : `${first}-${second}`
}
