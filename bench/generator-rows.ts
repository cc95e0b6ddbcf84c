/**
 * From a group of exposures to its CSV rows: dataset names, product names, sky positions and sizes.
 */
import type { Mode, Setup } from './generator-modes.js'
import { type NamedProduct, type NameStyle, namesOf, pad } from './generator-names.js'
import type { Random } from './generator-random.js'
import { centreOf, degrees, type Position, pointings } from './generator-sky.js'
import type { Target } from './generator-target.js'

/** The header line of a daily file (specification, section 2). */
export const HEADER =
  'Dataset,DagNodeName,ImageSize,PROGRAM,OBSERVTN,BKGDTARG,IS_IMPRT,VISITYPE,TSOVISIT,TARGNAME,TARG_RA,TARG_DEC,' +
  'INSTRUME,DETECTOR,FILTER,PUPIL,GRATING,EXP_TYPE,FXD_SLIT,CHANNEL,BAND,SUBARRAY,NUMDTHPT,GS_RA,GS_DEC,CROWDFLD,' +
  'GS_MAG,RA_REF,DEC_REF,CRVAL1,CRVAL2'

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
  /** Files of each exposure: one, or the segments of a time series, which have numbers. */
  readonly segments: number
  readonly style: NameStyle
  /** Header values that are blank: the first exposure's reference point, or the guide star, or the target's position. */
  readonly missing?: 'reference' | 'guideStar' | 'target' | undefined
}

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
    this.exposures = group.dithers * group.tiles * group.segments * setup.detectors.length
    this.#identity = `${program},${pad(group.observation, 3)},${logical(group.background)}`
    this.#visit = `${group.visitType},${logical(timeSeries)},${target.name}`
    this.#optics = `${setup.filter},${setup.pupil},${setup.grating},${mode.expType},${setup.slit}`
    const { ra, dec } = target.guideStar
    const guideStar = missing === 'guideStar' ? ['', '', ''] : [ra, dec, target.guideStarMagnitude]
    const [gsRa, gsDec, magnitude] = guideStar
    this.#rest = `${setup.band},${setup.subarray},${missing === 'target' ? '' : group.dithers},${gsRa},${gsDec},${logical(target.crowded)},${magnitude}`
    this.#pointings = pointings(target, mode, group.dithers, group.tiles, random)
  }

  /** The row of an exposure, numbered from 0: pointing by pointing, segment by segment, detector by detector. */
  exposure(index: number, sizeKb: string, level: 1 | 2 = 1): string {
    const { mode } = this.#group
    const { pointing, detector } = this.#partOf(index)
    const level2 = mode.family === 'image' || index % 2 === 0 ? 'cal' : 'rate'
    const dataset = `${this.exposureName(index)}_${level === 1 ? 'uncal' : level2}.fits`
    return this.#row(dataset, `LEVEL_${level}`, sizeKb, pointing, detector, detector, channelOf(detector))
  }

  /** The name of an exposure, without what a file's has behind it. */
  exposureName(index: number): string {
    const { visit, activity, visitType, observation, timeSeries } = this.#group
    const { pointing, segment, detector } = this.#partOf(index)
    const start = `jw${this.#program}${pad(observation, 3)}${pad(visit, 3)}`
    const sequence = visitType.startsWith('PARALLEL') ? 2 : 1
    const part = timeSeries ? `-seg${pad(segment + 1, 3)}` : ''
    return `${start}_02${sequence}${pad(activity, 2, 36)}_${pad(pointing + 1, 5)}${part}_${detector.toLowerCase()}`
  }

  /** Exposures that the observatory puts into the product: none without light, and no imprints. */
  members(): string[] {
    const { mode, setup, imprint } = this.#group
    const isDark = mode.expType === 'NRS_IFU' && setup.grating === 'PRISM'
    return Array.from({ length: this.exposures }, (_, index) => index)
      .filter((index) => !(isDark && this.#partOf(index).detector === 'NRS2'))
      .filter((index) => !(imprint && mode.instrument === 'NIRSPEC' && this.#isLast(this.#partOf(index).pointing)))
      .map((index) => this.exposureName(index))
  }

  #partOf(index: number): { readonly pointing: number; readonly segment: number; readonly detector: string } {
    const { setup, segments } = this.#group
    const count = setup.detectors.length
    const turn = Math.floor(index / count)
    return {
      pointing: Math.floor(turn / segments),
      segment: turn % segments,
      detector: setup.detectors[index % count] ?? '',
    }
  }

  #isLast(pointing: number): boolean {
    return this.#pointings.length > 1 && pointing === this.#pointings.length - 1
  }

  /** Whether a product can be made: some exposure has a reference point. */
  get isComputable(): boolean {
    return this.#group.missing !== 'reference' || this.#pointings.length > (this.#group.imprint ? 2 : 1)
  }

  /** The products of the group: two channels for MIRI MRS, else one; `''` stands for no channel of its own. */
  channels(): readonly string[] {
    if (this.#group.mode.expType !== 'MIR_MRS') return ['']
    return this.#group.setup.detectors[0] === 'MIRIFUSHORT' ? ['1', '2'] : ['3', '4']
  }

  /** The row of a product. */
  product(sizeKb: string, named: NamedProduct, dag = 'LEVEL_3'): string {
    const { setup } = this.#group
    const [first = ''] = setup.detectors
    const detector = setup.detectors.length > 1 ? 'MULTIPLE' : first
    const { product } = namesOf(this.#program, this.#group, named)
    return this.#row(product, dag, sizeKb, 0, first, detector, named.channel || channelOf(first))
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
    const { mode, target, missing } = this.#group
    const pointing = this.#pointings[dither] ?? target
    const centre = centreOf(from, pointing)
    const targetRa = degrees((target.ra + dither * target.motion) % 360)
    const targetText = missing === 'target' ? ',' : `${targetRa},${target.dec}`
    const blank = missing === 'reference' && dither === 0 && dag === 'LEVEL_1'
    const reference = blank ? ',,,' : `${pointing.ra},${pointing.dec},${centre.ra},${centre.dec}`
    const imprint = this.#imprint(dag === 'LEVEL_1' && this.#isLast(dither))
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

function channelOf(detector: string): string {
  if (detector === 'MIRIFUSHORT') return '12'
  if (detector === 'MIRIFULONG') return '34'
  if (!detector.startsWith('NRC')) return 'NONE'
  return detector.endsWith('LONG') ? 'LONG' : 'SHORT'
}

function logical(value: boolean): string {
  return value ? 'True' : 'False'
}
