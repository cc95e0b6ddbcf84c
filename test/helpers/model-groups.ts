/** Section 4 of the specification, naively: which exposures belong together, and what their product would be called. */
import {
  type Cells,
  cell,
  compareNumber,
  compareText,
  dashed,
  distinct,
  has,
  isTrue,
  numberIn,
} from './model-values.js'

/** The four models. */
export type ModelName = 'IMAGE' | 'SPEC' | 'TAC' | 'FGS'

/** Exposures of one association with the same expected product, in the order of section 4. */
export interface Group {
  readonly name: string
  readonly model: ModelName
  readonly exposures: readonly Cells[]
  /** Keyed by GS_MAG or `t0`: it may share another group's product (section 5). */
  readonly withoutTarget: boolean
}

/** The groups of an association and its exposures that are in none. */
export interface Grouping {
  readonly groups: readonly Group[]
  readonly ungrouped: readonly Cells[]
}

/** What tells targets apart: a name, or a number that is a right ascension or a magnitude. */
type TargetKey = { readonly name: string } | { readonly value: number; readonly of: 'targra' | 'GS_MAG' } | undefined

const SOURCE_BASED = ['MIR_WFSS', 'NRC_WFSS', 'NIS_WFSS', 'NRS_MSASPEC', 'NRS_FIXEDSLIT']
const TAC_TYPES = 'MIR_4QPM MIR_LYOT NRC_CORON NIS_AMI NRS_BRIGHTOBJ NRC_TSGRISM NRC_TSIMAGE'.split(' ')
const PUPIL_FIRST_IMAGE = ['CLEAR', 'CLEARP', 'F405N']
const FILTER_FIRST_SPECTRUM = ['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM']

/** Order of exposures within a group: date, size (blank last), name. */
export function inExposureOrder(exposures: readonly Cells[]): Cells[] {
  return [...exposures].sort(
    (a, b) =>
      compareText(cell(a, 'date'), cell(b, 'date')) ||
      compareNumber(numberIn(cell(a, 'imagesize')), numberIn(cell(b, 'imagesize'))) ||
      compareText(cell(a, 'dname'), cell(b, 'dname')),
  )
}

/** Groups the exposures of one association (all have the same `params`), but for those that are given to a product. */
export function groupExposures(exposures: readonly Cells[], given: ReadonlySet<Cells> = new Set()): Grouping {
  const named = exposures
    .filter((row) => !given.has(row))
    .map((row) => ({ row, name: expectedProduct(row, targetId(row, exposures)) }))
  const names = distinct(named.flatMap(({ name }) => (name === undefined ? [] : [name])))
  return {
    groups: names.map((name) => {
      const members = inExposureOrder(named.filter((one) => one.name === name).map(({ row }) => row))
      const [first = {}] = members
      return { name, model: modelOf(first), exposures: members, withoutTarget: isWithoutTarget(first) }
    }),
    ungrouped: named.filter(({ name }) => name === undefined).map(({ row }) => row),
  }
}

function isSourceBased(row: Cells): boolean {
  return SOURCE_BASED.includes(cell(row, 'EXP_TYPE'))
}

function isParallelPure(row: Cells): boolean {
  return cell(row, 'VISITYPE') === 'PARALLEL_PURE'
}

function targetKey(row: Cells): TargetKey {
  if (cell(row, 'VISITYPE') === 'PRIME_TARGETED_FIXED') {
    const value = numberIn(cell(row, 'targra'))
    return value === undefined ? undefined : { value, of: 'targra' }
  }
  if (has(cell(row, 'TARGNAME'))) return { name: cell(row, 'TARGNAME') }
  const magnitude = numberIn(cell(row, 'GS_MAG'))
  if (magnitude === undefined || isParallelPure(row)) return undefined
  return { value: magnitude, of: 'GS_MAG' }
}

function targetId(row: Cells, association: readonly Cells[]): string {
  if (isSourceBased(row)) return isParallelPure(row) ? 't0' : 's000000001'
  const key = targetKey(row)
  if (key === undefined) return 't0'
  const keys = association.filter((other) => !isSourceBased(other)).map(targetKey)
  const names = distinct(keys.flatMap((one) => (one !== undefined && 'name' in one ? [one.name] : [])))
  if ('name' in key) return `t${names.indexOf(key.name) + 1}`
  const numbers = keys.flatMap((one) => (one !== undefined && 'value' in one ? [one] : []))
  const targras = numbers.flatMap(({ of, value }) => (of === 'targra' ? [value] : []))
  const own = ({ of, value }: { of: string; value: number }) => (of === 'targra' ? smallestNear(value, targras) : value)
  const values = [...new Set(numbers.map(own))].sort(compareNumber)
  return `t${names.length + values.indexOf(own(key)) + 1}`
}

/** The smallest of the values that steps of at most 1.5e-6 degrees lead down to. */
function smallestNear(value: number, values: readonly number[]): number {
  const below = values.filter((other) => other < value && value - other <= 1.5e-6)
  return below.length === 0 ? value : smallestNear(Math.min(...below), values)
}

function isWithoutTarget(row: Cells): boolean {
  if (isSourceBased(row)) return isParallelPure(row)
  const key = targetKey(row)
  return key === undefined || ('of' in key && key.of === 'GS_MAG')
}

/** The model that an exposure's group trains. */
export function modelOf(row: Cells): ModelName {
  if (cell(row, 'INSTRUME') === 'FGS') return 'FGS'
  if (TAC_TYPES.includes(cell(row, 'EXP_TYPE')) || isTrue(cell(row, 'TSOVISIT'))) return 'TAC'
  return isImageType(row) ? 'IMAGE' : 'SPEC'
}

function isImageType(row: Cells): boolean {
  const type = cell(row, 'EXP_TYPE')
  return type.slice(type.lastIndexOf('_') + 1).includes('IMAGE')
}

/** The name of the product that an exposure is expected to go into, or undefined when it is in no group. */
function expectedProduct(row: Cells, target: string): string | undefined {
  const rest = isImageType(row) ? imageName(row) : spectralName(row)
  if (rest === undefined) return undefined
  const ending = cell(row, 'EXP_TYPE') === 'NRC_CORON' ? '-image3' : ''
  const start = `jw${said(row, 'PROGRAM')}-o${said(row, 'OBSERVTN')}_${target}_${cell(row, 'INSTRUME')}`
  return `${start}_${rest}${ending}`.toLowerCase()
}

function imageName(row: Cells): string | undefined {
  const [filter, pupil, subarray] = [cell(row, 'FILTER'), cell(row, 'PUPIL'), cell(row, 'SUBARRAY')]
  const optics = dashed(PUPIL_FIRST_IMAGE.includes(pupil) ? [pupil, filter] : [filter, pupil])
  const withSubarray = optics + (subarray === 'FULL' || !has(subarray) ? '' : `-${subarray}`)
  if (!cell(row, 'VISITYPE').includes('WFSC')) return withSubarray
  return subarray === 'FULL' ? `${withSubarray}-${cell(row, 'DETECTOR')}` : undefined
}

function spectralName(row: Cells): string | undefined {
  const type = cell(row, 'EXP_TYPE')
  if (type === 'MIR_LRS-SLITLESS' && !isTrue(cell(row, 'TSOVISIT'))) return undefined
  const [slit, subarray, band] = [cell(row, 'FXD_SLIT'), cell(row, 'SUBARRAY'), cell(row, 'BAND')]
  const prism = cell(row, 'FILTER') === 'CLEAR' && cell(row, 'GRATING') === 'PRISM'
  const withoutSlit = !has(slit) || (prism && modelOf(row) === 'TAC')
  return (
    spectralOptics(row) +
    (withoutSlit ? '' : `-${slit}`) +
    (subarray === 'FULL' || !has(subarray) ? '' : `-${subarray}`) +
    (has(band) ? `ch${said(row, 'CHANNEL').slice(0, 1)}-${band}` : '')
  )
}

/** What a cell says, if anything. */
function said(row: Cells, column: string): string {
  return has(cell(row, column)) ? cell(row, column) : ''
}

function spectralOptics(row: Cells): string {
  const type = cell(row, 'EXP_TYPE')
  const [filter, pupil, grating] = [cell(row, 'FILTER'), cell(row, 'PUPIL'), cell(row, 'GRATING')]
  if (has(pupil)) return dashed(FILTER_FIRST_SPECTRUM.includes(type) ? [filter, pupil] : [pupil, filter])
  if (has(grating)) return dashed(type === 'NRS_IFU' ? [grating, filter] : [filter, grating])
  return dashed([filter])
}
