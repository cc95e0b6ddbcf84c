/**
 * From a group of exposures to its CSV rows: dataset names, product names, sky positions and sizes.
 */
import type { Mode, Setup } from './generator-modes.js'
import type { Random } from './generator-random.js'
import { centreOf, degrees, type Position, pointings } from './generator-sky.js'

/** The header line of a daily file (specification, section 2). */
export const HEADER =
  'Dataset,DagNodeName,ImageSize,PROGRAM,OBSERVTN,BKGDTARG,IS_IMPRT,VISITYPE,TSOVISIT,TARGNAME,TARG_RA,TARG_DEC,' +
  'INSTRUME,DETECTOR,FILTER,PUPIL,GRATING,EXP_TYPE,FXD_SLIT,CHANNEL,BAND,SUBARRAY,NUMDTHPT,GS_RA,GS_DEC,CROWDFLD,' +
  'GS_MAG,RA_REF,DEC_REF,CRVAL1,CRVAL2'

/** What an observation points at, with the guide star of its visit. */
export interface Target extends Position {
  /** Number of the target in its program, as in `t001`. */
  readonly index: number
  /** TARGNAME; `NONE` for parallel and untargeted exposures. */
  readonly name: string
  readonly guideStar: Position
  readonly guideStarMagnitude: number
  readonly crowded: boolean
}

/** Exposures of one observation with one configuration and one target. */
export interface Group {
  readonly mode: Mode
  readonly setup: Setup
  readonly target: Target
  readonly visitType: string
  readonly timeSeries: boolean
  readonly background: boolean
  /** The last exposure is an imprint (NIRSpec only). */
  readonly imprint: boolean
  readonly observation: number
  readonly visit: number
  /** Number of the group's activity in its observation: keeps its dataset names apart from those of other groups. */
  readonly activity: number
  /** Dither positions of each tile, and tiles. */
  readonly dithers: number
  readonly tiles: number
  /** Header values that are blank: the first exposure's reference point, or the guide star, or the target's position. */
  readonly missing?: 'reference' | 'guideStar' | 'target' | undefined
}

/** How far a moving target goes between two exposures, in degrees. */
const MOTION = 1e-4

/** The parts of a group's rows that its exposures share, and its rows. */
export class GroupRows {
  readonly exposures: number
  readonly #group: Group
  readonly #program: string
  readonly #identity: string
  readonly #visit: string
  readonly #optics: string
  readonly #rest: string
  readonly #pointings: readonly Position[]

  /** @param random draws the dither pattern. */
  constructor(program: string, group: Group, random: Random) {
    const { mode, setup, target, timeSeries, missing } = group
    this.#group = group
    this.#program = program
    this.exposures = group.dithers * group.tiles * setup.detectors.length
    this.#identity = `${program},${pad(group.observation, 3)},${logical(group.background)}`
    this.#visit = `${group.visitType},${logical(timeSeries)},${target.name}`
    this.#optics = `${setup.filter},${setup.pupil},${setup.grating},${mode.expType},${setup.slit}`
    const { ra, dec } = target.guideStar
    const guideStar = missing === 'guideStar' ? ['', '', ''] : [ra, dec, target.guideStarMagnitude]
    const [gsRa, gsDec, magnitude] = guideStar
    this.#rest = `${setup.band},${setup.subarray},${group.dithers},${gsRa},${gsDec},${logical(target.crowded)},${magnitude}`
    this.#pointings = pointings(target, mode, group.dithers, group.tiles, random)
  }

  /** The row of an exposure, numbered from 0: dither by dither, detector by detector. */
  exposure(index: number, sizeKb: string, level: 1 | 2 = 1): string {
    const { mode, setup, visit, activity, visitType } = this.#group
    const dither = Math.floor(index / setup.detectors.length)
    const detector = setup.detectors[index % setup.detectors.length] ?? ''
    const start = `jw${this.#program}${pad(this.#group.observation, 3)}${pad(visit, 3)}`
    const sequence = visitType.startsWith('PARALLEL') ? 2 : 1
    const activityId = activity.toString(36).padStart(2, '0')
    const level2 = mode.family === 'image' || index % 2 === 0 ? 'cal' : 'rate'
    const suffix = level === 1 ? 'uncal' : level2
    const dataset = `${start}_02${sequence}${activityId}_${pad(dither + 1, 5)}_${detector.toLowerCase()}_${suffix}.fits`
    return this.#row(dataset, `LEVEL_${level}`, sizeKb, dither, detector, detector, channelOf(detector))
  }

  /** The products of the group: two channels for MIRI MRS, else one; `''` stands for no channel of its own. */
  channels(): readonly string[] {
    if (this.#group.mode.expType !== 'MIR_MRS') return ['']
    return this.#group.setup.detectors[0] === 'MIRIFUSHORT' ? ['1', '2'] : ['3', '4']
  }

  /**
   * The row of a product.
   *
   * @param candidate the association it is named after: `o` and the observation, or `c` and a number
   * @param source number of the source, for source-based exposure types
   */
  product(channel: string, sizeKb: string, dag = 'LEVEL_3', candidate?: string, source = 1): string {
    const { setup, observation } = this.#group
    const association = candidate ?? `o${pad(observation, 3)}`
    const optics = this.#productOptics(channel, candidate === undefined)
    const name = `jw${this.#program}-${association}_${this.#targetId(source)}_${this.#group.mode.instrument}_${optics}`
    const [first = ''] = setup.detectors
    const detector = setup.detectors.length > 1 ? 'MULTIPLE' : first
    return this.#row(name.toLowerCase(), dag, sizeKb, 0, first, detector, channel || channelOf(first))
  }

  #targetId(source: number): string {
    const { mode, visitType, target } = this.#group
    if (mode.sourceBased && visitType !== 'PARALLEL_PURE') return `s${pad(source, 9)}`
    return `t${pad(target.index, 3)}`
  }

  /** The part of a product's name after the instrument (specification, section 4). */
  #productOptics(channel: string, ofObservation: boolean): string {
    const { mode, setup, visitType } = this.#group
    const image = mode.expType.split('_').at(-1)?.includes('IMAGE') ?? false
    const parts = image ? imageOptics(setup) : spectralOptics(mode.expType, setup, this.#group.timeSeries)
    if (setup.subarray !== 'FULL') parts.push(setup.subarray)
    if (channel !== '') return `ch${channel}-${setup.band}`
    if (mode.expType === 'NRC_CORON' && ofObservation) parts.push('image3')
    if (visitType.includes('WFSC')) parts.push(`${setup.detectors[0]}_wfscmb-04`)
    return parts.join('-')
  }

  #row(
    dataset: string,
    dag: string,
    sizeKb: string,
    dither: number,
    from: string,
    detector: string,
    channel: string,
  ): string {
    const { mode, target, visitType, missing } = this.#group
    const pointing = this.#pointings[dither] ?? target
    const centre = centreOf(from, pointing)
    const drift = visitType === 'PRIME_TARGETED_MOVING' ? dither * MOTION : 0
    const targetText = missing === 'target' ? ',' : `${degrees((target.ra + drift) % 360)},${target.dec}`
    const blank = missing === 'reference' && dither === 0 && dag === 'LEVEL_1'
    const reference = blank ? ',,,' : `${pointing.ra},${pointing.dec},${centre.ra},${centre.dec}`
    const imprint = this.#imprint(dag === 'LEVEL_1' && dither === this.#pointings.length - 1)
    return (
      `${dataset},${dag},${sizeKb},${this.#identity},${imprint},${this.#visit},${targetText},${mode.instrument},` +
      `${detector},${this.#optics},${channel},${this.#rest},${reference}`
    )
  }

  #imprint(last: boolean): string {
    if (this.#group.mode.instrument !== 'NIRSPEC') return 'NONE'
    return logical(this.#group.imprint && last)
  }
}

function imageOptics({ filter, pupil }: Setup): string[] {
  if (pupil === 'NONE') return [filter]
  return ['CLEAR', 'CLEARP', 'F405N'].includes(pupil) ? [pupil, filter] : [filter, pupil]
}

function spectralOptics(expType: string, { filter, pupil, grating, slit }: Setup, timeSeries: boolean): string[] {
  if (pupil !== 'NONE') {
    const filterFirst = ['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM'].includes(expType)
    return filterFirst ? [filter, pupil] : [pupil, filter]
  }
  if (grating === 'NONE') return [filter]
  const slitless = slit === 'NONE' || (timeSeries && filter === 'CLEAR' && grating === 'PRISM')
  const pair = expType === 'NRS_IFU' ? [grating, filter] : [filter, grating]
  return slitless ? pair : [...pair, slit]
}

function channelOf(detector: string): string {
  if (detector === 'MIRIFUSHORT') return '12'
  if (detector === 'MIRIFULONG') return '34'
  if (!detector.startsWith('NRC')) return 'NONE'
  return detector.endsWith('LONG') ? 'LONG' : 'SHORT'
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function logical(value: boolean): string {
  return value ? 'True' : 'False'
}
