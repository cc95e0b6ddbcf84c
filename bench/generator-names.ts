/**
 * What the observatory calls products, and the associations that they are made by.
 */
import type { Mode, Setup } from './generator-modes.js'
import type { Random } from './generator-random.js'
import type { Group } from './generator-rows.js'

/** What names differ in among groups of one mode. */
export interface NameStyle {
  /** Products are named by source, as spectra of several sources in one exposure are. */
  readonly bySource: boolean
  /** Products carry their target's number in its epoch: 1 and more, or 0 where there are no epochs. */
  readonly epoch: number
  /** Wavefront-sensing products end in `.fits`, as some versions of the pipeline name them. */
  readonly isFits: boolean
}

/** A name of a product, and that in its association file, which is a template where it stands for several. */
export interface Naming {
  readonly product: string
  readonly association: string
}

/** Which product of a group is meant. */
export interface NamedProduct {
  /** Channel of MIRI MRS, else blank. */
  readonly channel?: string
  /** What it is an association of, where not of an observation: `c`, `a` or `r` and a number. */
  readonly candidate?: string | undefined
  /** The source as {@link sourceId} names it. */
  readonly source?: string
}

const SHARE_BY_SOURCE: Readonly<Record<string, number>> = {
  NRS_MSASPEC: 1,
  NRS_FIXEDSLIT: 0.8,
  NIS_WFSS: 0.15,
  NRC_WFSS: 0.1,
}
const SHARE_OF_EPOCHS = 0.03

/** Draws how a group is named. */
export function drawStyle({ expType, family }: Mode, visitType: string, random: Random): NameStyle {
  const bySource = random.chance(SHARE_BY_SOURCE[expType] ?? 0) && visitType !== 'PARALLEL_PURE'
  const hasEpochs = (family === 'image' && !visitType.includes('WFSC')) || expType === 'MIR_MRS'
  const epoch = hasEpochs && random.chance(SHARE_OF_EPOCHS) ? random.integer(1, 2) : 0
  return { bySource, epoch, isFits: random.chance(0.5) }
}

/** A source: `s`, of the background `b`, or virtual `v`; before 2025 slitless ones had five digits. */
export function sourceId({ expType }: Mode, number: number, random: Random): string {
  const letter = expType === 'NRS_MSASPEC' && number > 1 ? random.pick(['s', 's', 's', 'b', 'v']) : 's'
  const isShort = expType.endsWith('WFSS') && number % 2 === 1
  return `${letter}${pad(number, isShort ? 5 : 9)}`
}

/** The names of a group's product. */
export function namesOf(program: string, group: Group, { channel = '', candidate, source = '' }: NamedProduct): Naming {
  const { mode, observation } = group
  const start = `jw${program}-${candidate ?? `o${pad(observation, 3)}`}`
  const [target, targets] = targetIds(group, candidate, source)
  const middle = mode.instrument
  const [optics, template] = opticsOf(group, channel, candidate !== undefined, source)
  const end = group.visitType.includes('WFSC') && group.style.isFits ? '.fits' : ''
  const shorter = template === '' ? '' : `_${template}`
  return {
    product: `${start}_${target}_${middle}_${optics}${end}`.toLowerCase(),
    association: `${start}_${targets}_${middle}${shorter}`.toLowerCase(),
  }
}

function targetIds({ mode, target, style }: Group, candidate: string | undefined, source: string): [string, string] {
  const epoch = style.epoch > 0 && candidate === undefined ? `-epoch${style.epoch}` : ''
  const number = candidate !== undefined && mode.family === 'image' ? 0 : target.index
  const own = `t${pad(number, 3)}${epoch}`
  if (source === '') return [own, own]
  if (mode.expType === 'NRS_FIXEDSLIT') return [`${own}-${source}`, `${own}-{source_id}`]
  return [source, '{source_id}']
}

/** What stands behind the instrument, in a product's name and in the association's. */
function opticsOf(group: Group, channel: string, isCandidate: boolean, source: string): [string, string] {
  const { mode, setup, visitType } = group
  if (channel !== '') return [`ch${channel}-${setup.band.replaceAll('-', '')}`, '']
  if (mode.expType === 'NRS_IFU') return [`${setup.grating}-${setup.filter}`, setup.grating]
  const parts = mode.expType.endsWith('IMAGE') ? imageOptics(setup) : spectralOptics(group)
  const tail = setup.subarray === 'FULL' ? [] : [setup.subarray]
  if (mode.expType === 'NRC_CORON' && !isCandidate) tail.push('image3')
  if (source !== '' && mode.expType === 'NRS_FIXEDSLIT') {
    return [[...parts, ...slitsOf(group), ...tail].join('-'), [...parts, '{slit_name}', ...tail].join('-')]
  }
  if (mode.expType === 'NRS_FIXEDSLIT') tail.unshift(setup.slit)
  const all = [...parts, ...tail]
  if (!visitType.includes('WFSC')) return [all.join('-'), all.join('-')]
  const detector = setup.detectors[0] ?? ''
  const pair = pad(group.activity + 3, 2, 36)
  return [[...all, `${detector}_wfscmb-${pair}`].join('-'), [...all, `${detector}_{suffix}-${pair}`].join('-')]
}

/** The slits that see the source: mostly one, or the two of 0.2 arcsec. */
function slitsOf({ setup, target }: Group): string[] {
  return setup.slit.startsWith('S200') && target.index % 2 === 1 ? ['S200A1', 'S200A2'] : [setup.slit]
}

function imageOptics({ filter, pupil }: Setup): string[] {
  if (pupil === 'NONE') return [filter]
  return ['CLEAR', 'CLEARP', 'F405N'].includes(pupil) ? [pupil, filter] : [filter, pupil]
}

/** Without the slit of fixed-slit spectra (specification, section 4). */
function spectralOptics({ mode, setup, timeSeries }: Group): string[] {
  const { filter, pupil, grating, slit } = setup
  if (pupil !== 'NONE') {
    // Some wheels of NIRISS have the grism, others the filter, where NIRCam has the pupil.
    const filterFirst = ['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM', 'NRC_CORON', 'NIS_AMI'].includes(mode.expType)
    return filterFirst ? [filter, pupil] : [pupil, filter]
  }
  if (grating === 'NONE') return [filter]
  const slitless = slit === 'NONE' || (timeSeries && filter === 'CLEAR' && grating === 'PRISM')
  return slitless || mode.expType === 'NRS_FIXEDSLIT' ? [filter, grating] : [filter, grating, slit]
}

/** A number with leading zeros. */
export function pad(value: number, width: number, radix = 10): string {
  return value.toString(radix).padStart(width, '0')
}
