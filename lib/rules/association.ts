/**
 * Which association a row belongs to, and the product that its group is expected to make (specification, sections 3.7
 * and 4). Pure rules over single rows.
 */
import type { Fields } from '../csv/row.js'
import type { Positions } from './layout.js'
import { cell, numberIn, type Row } from './row.js'
import { isNothing, isTrue, isVoid } from './values.js'

/** The four models; each has its encoded tables. */
export const MODELS = ['IMAGE', 'SPEC', 'TAC', 'FGS'] as const
export type Model = (typeof MODELS)[number]

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
const PUPIL_FIRST = new Set(['CLEAR', 'CLEARP', 'F405N'])
const FILTER_FIRST_TYPES = new Set(['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM'])

const KEY_COLUMNS = ['OBSERVTN', 'FILTER', 'GRATING', 'PUPIL', 'SUBARRAY', 'FXD_SLIT', 'EXP_TYPE', 'BAND'] as const
const WAVEFRONT_KEY_COLUMNS = ['OBSERVTN', 'FILTER', 'PUPIL', 'DETECTOR'] as const
const IFU_SUFFIX: ReadonlyMap<string, string> = new Map([
  ['MIRIFUSHORT', '-12'],
  ['MIRIFULONG', '-34'],
])

/**
 * `params`, the association key (section 3.7).
 *
 * @param row a row whose input columns are there and padded
 * @param at where these columns stand in it
 * @param pid the program as decimal text without leading zeros
 */
export function associationKey(row: Fields, at: Positions, pid: string): string {
  const columns = WAVEFRONT_VISITS.has(row.field(at.VISITYPE)) ? WAVEFRONT_KEY_COLUMNS : KEY_COLUMNS
  let key = isVoid(pid) ? '' : pid
  for (const column of columns) {
    const value = row.field(at[column])
    if (!isVoid(value)) key = key === '' ? value : `${key}-${value}`
  }
  return key + (IFU_SUFFIX.get(row.field(at.DETECTOR)) ?? '')
}

/** A keyword of an association key. */
export interface KeyPart {
  readonly keyword: (typeof KEY_COLUMNS)[number] | 'pid' | 'DETECTOR'
  /** What the key has of it; blank where the key leaves it out. */
  readonly value: string
  /** The cell that it comes from. */
  readonly cell: string
}

/** The keywords that `params` is made of, in their order: joined with `-`, those that are not blank are the key. */
export function keyParts(row: Row): readonly KeyPart[] {
  const columns = isWavefrontKeyed(row) ? WAVEFRONT_KEY_COLUMNS : KEY_COLUMNS
  const parts: KeyPart[] = (['pid', ...columns] as const).map((keyword) => {
    const text = cell(row, keyword)
    return { keyword, value: isVoid(text) ? '' : text, cell: text }
  })
  if (isWavefrontKeyed(row)) return parts
  // Of all other detectors only those of the integral field unit tell associations apart.
  const unit = IFU_SUFFIX.get(row.DETECTOR)?.slice(1) ?? ''
  return [...parts, { keyword: 'DETECTOR', value: unit, cell: row.DETECTOR }]
}

/** Whether a row's association is keyed by detector, as those of wavefront-sensing visits are (section 3.7). */
export function isWavefrontKeyed({ VISITYPE }: Pick<Row, 'VISITYPE'>): boolean {
  return WAVEFRONT_VISITS.has(VISITYPE)
}

/** Whether a Level 3 name is that of an association-candidate product across observations (section 3.9). */
export function isCandidateName(dname: string): boolean {
  const dash = dname.indexOf('-')
  return dash >= 0 && dname[dash + 1] === 'c'
}

/** What tells the targets of one association apart: a name, a number, or nothing. */
export type TargetKey = string | number | undefined

/**
 * The target key of an exposure (section 4): `targra` (degrees) for PRIME_TARGETED_FIXED, else TARGNAME, else GS_MAG
 * unless the visit is PARALLEL_PURE.
 */
export function targetKey(exposure: Row): TargetKey {
  const visit = exposure.VISITYPE
  if (visit === 'PRIME_TARGETED_FIXED') return known(numberIn(exposure, 'targra'))
  const name = exposure.TARGNAME
  if (!isNothing(name)) return name
  return visit === 'PARALLEL_PURE' ? undefined : known(numberIn(exposure, 'GS_MAG'))
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value
}

/** What a group compares with its candidates, by its first exposure (section 5). */
export function comparedColumn(first: Row): 'TARGNAME' | 'targra' | 'GS_MAG' {
  if (!isNothing(first.TARGNAME)) return 'TARGNAME'
  return first.VISITYPE === 'PRIME_TARGETED_FIXED' ? 'targra' : 'GS_MAG'
}

/** Whether an exposure has a target of its own: its group is neither `t0` nor keyed by GS_MAG (section 5.2). */
export function hasOwnTarget(exposure: Row): boolean {
  if (isSourceBased(exposure)) return targetId(exposure, 0) !== 't0'
  if (targetKey(exposure) === undefined) return false
  return exposure.VISITYPE === 'PRIME_TARGETED_FIXED' || !isNothing(exposure.TARGNAME)
}

/**
 * Ranks the distinct target keys of an association: names first in text order, then numbers ascending; from 1.
 *
 * @param exposures every exposure of the association
 */
export function rankTargets(exposures: readonly Row[]): ReadonlyMap<string | number, number> {
  const keys = new Set<string | number>()
  for (const exposure of exposures) {
    const key = isSourceBased(exposure) ? undefined : targetKey(exposure)
    if (key !== undefined) keys.add(key)
  }
  const ordered = [...keys].sort(compareTargets)
  return new Map(ordered.map((key, index) => [key, index + 1]))
}

function compareTargets(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'string' ? -1 : 1
  return a < b ? -1 : 1
}

function isSourceBased(exposure: Row): boolean {
  return SOURCE_BASED.has(exposure.EXP_TYPE)
}

/** The target part of an expected name: `s000000001`, `t0` or `tN` (section 4). */
function targetId(exposure: Row, rank: number): string {
  if (!isSourceBased(exposure)) return `t${rank}`
  return exposure.VISITYPE === 'PARALLEL_PURE' ? 't0' : 's000000001'
}

/** Whether an exposure type is of the image family: the part after its last `_` contains IMAGE (section 4). */
function isImageType(expType: string): boolean {
  return expType.includes('IMAGE', expType.lastIndexOf('_') + 1)
}

/** The model that an exposure's group trains (section 4). */
export function modelOf(exposure: Row): Model {
  const expType = exposure.EXP_TYPE
  if (exposure.INSTRUME === 'FGS') return 'FGS'
  if (TAC_TYPES.has(expType) || isTrue(exposure.TSOVISIT)) return 'TAC'
  return isImageType(expType) ? 'IMAGE' : 'SPEC'
}

/** Why an exposure is in no group, or undefined where it is in one (section 4). */
export function ungroupedReason(exposure: Row): string | undefined {
  const expType = exposure.EXP_TYPE
  if (expType === 'MIR_LRS-SLITLESS' && !isTrue(exposure.TSOVISIT)) return 'slitless without TSOVISIT'
  if (isWavefrontImage(exposure) && exposure.SUBARRAY !== 'FULL') return 'wavefront sensing on a subarray'
  return undefined
}

function isWavefrontImage(exposure: Row): boolean {
  return exposure.VISITYPE.includes('WFSC') && isImageType(exposure.EXP_TYPE)
}

/**
 * The name of the product that an exposure's group is expected to make (section 4), lower case.
 *
 * @param ranks the association's target keys, as {@link rankTargets} numbers them
 */
export function expectedName(exposure: Row, ranks: ReadonlyMap<string | number, number>): string {
  const key = targetKey(exposure)
  const target = targetId(exposure, key === undefined ? 0 : (ranks.get(key) ?? 0))
  const optics = isImageType(exposure.EXP_TYPE) ? imageOptics(exposure) : spectralOptics(exposure)
  const program = `jw${exposure.PROGRAM}-o${exposure.OBSERVTN}`
  const suffix = exposure.EXP_TYPE === 'NRC_CORON' ? '-image3' : ''
  return `${program}_${target}_${exposure.INSTRUME}_${optics}${suffix}`.toLowerCase()
}

/** Tells an exposure's group from all others of its program, by this exposure alone: with the target key for its rank. */
export function groupIdentity(exposure: Row): string {
  const key = isSourceBased(exposure) ? undefined : targetKey(exposure)
  const name = expectedName(exposure, key === undefined ? new Map() : new Map([[key, 1]]))
  return JSON.stringify([exposure.params, name, key])
}

/** Names follow section 4 to the letter: a part brings its dash along, even where nothing stands before it. */
function imageOptics(exposure: Row): string {
  const { FILTER, PUPIL, SUBARRAY, VISITYPE, DETECTOR } = exposure
  const optics = PUPIL_FIRST.has(PUPIL) ? joined(PUPIL, FILTER) : joined(FILTER, PUPIL)
  return optics + withDash(subarrayPart(SUBARRAY)) + (VISITYPE.includes('WFSC') ? withDash(DETECTOR) : '')
}

function spectralOptics(exposure: Row): string {
  const { FILTER, GRATING, FXD_SLIT, SUBARRAY, BAND, CHANNEL } = exposure
  const withoutSlit = modelOf(exposure) === 'TAC' && FILTER === 'CLEAR' && GRATING === 'PRISM'
  const slit = withoutSlit ? '' : withDash(FXD_SLIT)
  const band = isNothing(BAND) ? '' : `ch${CHANNEL.slice(0, 1)}-${BAND}`
  return spectralElements(exposure) + slit + withDash(subarrayPart(SUBARRAY)) + band
}

/** The two optical elements of a spectrum, in the order that its exposure type has them. */
function spectralElements({ EXP_TYPE, FILTER, PUPIL, GRATING }: Row): string {
  if (!isNothing(PUPIL)) return FILTER_FIRST_TYPES.has(EXP_TYPE) ? joined(FILTER, PUPIL) : joined(PUPIL, FILTER)
  return EXP_TYPE === 'NRS_IFU' ? joined(GRATING, FILTER) : joined(FILTER, GRATING)
}

function subarrayPart(subarray: string): string {
  return subarray === 'FULL' ? '' : subarray
}

function withDash(part: string): string {
  return isNothing(part) ? '' : `-${part}`
}

function joined(first: string, second: string): string {
  if (isNothing(first)) return isNothing(second) ? '' : second
  return isNothing(second) ? first : `${first}-${second}`
}
