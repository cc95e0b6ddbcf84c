/**
 * The observations that every output has as far as it is large enough: each exposure type, each visit type and each
 * special case of the specification at least once.
 */
import {
  DROPPED,
  MIR_MRS,
  MODES,
  type Mode,
  modeOf,
  NRC_LONG,
  NRC_SHORT,
  type Setup,
  WAVEFRONT,
  WAVEFRONT_SUBARRAY,
} from './generator-modes.js'
import type { Fate, GroupWish, Letter, Program } from './generator-program.js'
import { nearPole, nearZero } from './generator-sky.js'

/** Adds one or more observations to a program. */
export type Plan = (program: Program) => void

const FIXED = 'PRIME_TARGETED_FIXED'
const MODULE_A = 'NRCA1+NRCA2+NRCA3+NRCA4'
const MODULE_B = 'NRCB1+NRCB2+NRCB3+NRCB4'

/** The setup of a mode with these optics (`FILTER` or `FILTER/PUPIL`), subarray and detectors. */
function setupOf(mode: Mode, optics: string, subarray = 'FULL', detectors?: string): Setup {
  const [filter, pupil = 'NONE'] = optics.split('/')
  const found = mode.setups.find(
    (setup) =>
      setup.filter === filter &&
      setup.pupil === pupil &&
      setup.subarray === subarray &&
      (detectors === undefined || setup.detectors.join('+') === detectors),
  )
  if (found === undefined) throw new RangeError(`No setup ${optics} ${subarray} of ${mode.expType}`)
  return found
}

/** One observation of one group: two dithers at a fixed target, promptly matched, unless said otherwise. */
function single(mode: Mode, rest: Partial<GroupWish> = {}): Plan {
  return (program) => {
    program.nextObservation()
    program.observe(wish(program, mode, rest))
  }
}

function wish(program: Program, mode: Mode, rest: Partial<GroupWish>): GroupWish {
  const visitType = rest.visitType ?? FIXED
  const target = rest.target ?? program.newTarget(visitType)
  // Modules of NIRCam have plans of their own; here they would take too much of a small output.
  const setup = rest.setup ?? program.random.pick(mode.setups.filter(({ detectors }) => detectors.length <= 2))
  const usual = { timeSeries: mode.timeSeries > 0, fate: 'prompt', otherLevels: false } as const
  return { ...usual, ...rest, mode, setup, visitType, target }
}

/** Two visits of one association, told apart by their targets alone. */
function twoTargets(mode: Mode, visitType: string, second: Partial<GroupWish> = {}): Plan {
  return (program) => {
    program.nextObservation()
    const first = wish(program, mode, { visitType, visit: 1 })
    program.observe(first)
    program.observe(wish(program, mode, { visitType, visit: 2, setup: first.setup, ...second }))
  }
}

/** Both detectors of MIRI MRS for some bands at one target; the fates are taken in turn. */
function medium(bands: readonly string[], fates: readonly Fate[] = ['prompt']): Plan {
  return (program) => {
    program.nextObservation()
    const target = program.newTarget(FIXED)
    const setups = MIR_MRS.setups.filter(({ band }) => bands.includes(band))
    for (const [index, setup] of setups.entries()) {
      const fate = fates[index % fates.length] ?? 'prompt'
      program.observe(wish(program, MIR_MRS, { setup, target, fate, dithers: 1 + (index % 2) }))
    }
  }
}

/** Two observations of one target, and the product across them. */
function mosaic(mode: Mode, setup: Setup, candidate: Letter): Plan {
  return (program) => {
    const target = program.newTarget(FIXED)
    program.nextObservation()
    const first = program.observe(wish(program, mode, { setup, target, dithers: 1 }))
    program.nextObservation()
    program.observe(wish(program, mode, { setup, target, dithers: 1, candidate, others: [first] }))
  }
}

/** A wavefront-sensing visit: full-frame exposures with a product for each detector, and one in a subarray. */
function wavefront(visitType: string, optics: string, subarrays: readonly string[]): Plan {
  return (program) => {
    program.nextObservation()
    const target = program.newTarget(visitType)
    for (const detector of subarrays.length > 0 ? ['NRCA1', 'NRCA3'] : ['NRCA3']) {
      const setup = setupOf(WAVEFRONT, optics, 'FULL', detector)
      program.observe(wish(program, WAVEFRONT, { setup, target, visitType }))
    }
    for (const setup of WAVEFRONT_SUBARRAY.setups.filter(({ subarray }) => subarrays.includes(subarray))) {
      program.observe(wish(program, WAVEFRONT_SUBARRAY, { setup, target, visitType, dithers: 1, fate: 'unmatched' }))
    }
  }
}

/** A group at a target where coordinates wrap. */
function wrapped(mode: Mode, place: typeof nearZero): Plan {
  return (program) => single(mode, { dithers: 4, target: program.newTarget(FIXED, place(program.random)) })(program)
}

/** The detectors of NIRCam: one in a subarray, a module, the other, both. */
const NIRCAM: readonly Plan[] = [
  single(NRC_SHORT, { setup: setupOf(NRC_SHORT, 'F150W/CLEAR', 'SUB64P') }),
  single(NRC_SHORT, { setup: setupOf(NRC_SHORT, 'F090W/CLEAR', 'FULL', MODULE_A), dithers: 1, otherLevels: true }),
  single(NRC_SHORT, { setup: setupOf(NRC_SHORT, 'F115W/CLEAR', 'FULL', MODULE_B), dithers: 1 }),
  single(NRC_SHORT, { setup: setupOf(NRC_SHORT, 'F200W/CLEAR', 'FULL', `${MODULE_A}+${MODULE_B}`), dithers: 1 }),
]

/** Visit types other than PRIME_TARGETED_FIXED. */
const VISITS: readonly Plan[] = [
  wavefront('PRIME_WFSC_ROUTINE', 'F212N/WLM8', ['SUB8FP1A', 'SUB96DHSPILA']),
  wavefront('PRIME_WFSC_SENSING_CONTROL', 'F212N/CLEAR', []),
  wavefront('PRIME_WFSC_SENSING_ONLY', 'F212N/WLP8', []),
  single(NRC_LONG, { visitType: 'PARALLEL_PURE' }),
  single(modeOf('NIS_WFSS'), { visitType: 'PARALLEL_PURE', dithers: 1 }),
  single(modeOf('MIR_IMAGE'), { visitType: 'PARALLEL_SLEW_CALIBRATION' }),
  twoTargets(modeOf('NRS_IFU'), 'PRIME_TARGETED_MOVING'),
  twoTargets(modeOf('NIS_IMAGE'), 'PRIME_UNTARGETED'),
  // The product of the first visit is the only one: the second, without a target of its own, shares it.
  twoTargets(modeOf('FGS_IMAGE'), 'PRIME_UNTARGETED', { fate: 'unmatched' }),
  twoTargets(modeOf('MIR_IMAGE'), FIXED),
]

/** Products and exposures that are missing, repeated or incomplete. */
const SPECIAL: readonly Plan[] = [
  mosaic(NRC_LONG, setupOf(NRC_LONG, 'F277W/CLEAR', 'FULL', 'NRCALONG'), 'c'),
  mosaic(modeOf('MIR_IMAGE'), setupOf(modeOf('MIR_IMAGE'), 'F1000W'), 'a'),
  mosaic(modeOf('MIR_4QPM'), setupOf(modeOf('MIR_4QPM'), 'F1140C', 'MASK1140'), 'c'),
  single(modeOf('MIR_IMAGE'), { style: { epoch: 1 } }),
  single(modeOf('NRC_TSGRISM'), { dithers: 1, segments: 3 }),
  single(modeOf('NRS_FIXEDSLIT'), { style: { bySource: false }, dithers: 1 }),
  single(modeOf('NIS_WFSS'), { style: { bySource: true }, dithers: 1 }),
  medium(['SHORT-LONG']),
  medium(['SHORT', 'LONG']),
  wrapped(modeOf('NIS_IMAGE'), nearZero),
  wrapped(modeOf('MIR_LRS-FIXEDSLIT'), nearZero),
  wrapped(modeOf('MIR_IMAGE'), nearPole),
  single(modeOf('MIR_LRS-SLITLESS'), { timeSeries: false }),
  single(modeOf('NIS_SOSS'), { timeSeries: false, otherLevels: true }),
  single(modeOf('MIR_IMAGE'), { fate: 'unmatched' }),
  single(modeOf('NRS_MSASPEC'), { fate: 'unmatched', dithers: 1 }),
  single(modeOf('NIS_AMI'), { fate: 'orphan' }),
  single(modeOf('MIR_IMAGE'), { fate: 'orphan', setup: setupOf(modeOf('MIR_IMAGE'), 'F1500W', 'BRIGHTSKY') }),
  single(modeOf('NRS_MSASPEC'), { sources: 3, dithers: 1 }),
  single(modeOf('NRS_IFU'), { imprint: true, background: true }),
  single(modeOf('NIS_IMAGE'), { missing: 'reference', dithers: 3 }),
  single(modeOf('MIR_IMAGE'), { missing: 'guideStar', visitType: 'PARALLEL_PURE' }),
  single(modeOf('NRC_TSGRISM'), { sizeless: true }),
  single(modeOf('MIR_4QPM'), { repeats: ['copy'] }),
  single(modeOf('NRS_FIXEDSLIT'), { repeats: ['resized-copy'], dithers: 1 }),
]

/** What needs a later day: late products and exposures, and rows that come again. */
export const REQUIRED_EARLY: readonly Plan[] = [
  single(modeOf('MIR_IMAGE'), { fate: 'late' }),
  medium(['MEDIUM'], ['late', 'scattered']),
  single(modeOf('NIS_IMAGE'), { fate: 'scattered', dithers: 3 }),
  single(modeOf('MIR_LYOT'), { fate: 'scattered', dithers: 1 }),
  single(modeOf('NRC_CORON'), { fate: 'late', dithers: 1 }),
  single(modeOf('MIR_IMAGE'), { repeats: ['product-again'] }),
  single(modeOf('NIS_WFSS'), { repeats: ['exposure-again'], dithers: 1 }),
]

/** What any day can have. */
export const REQUIRED: readonly Plan[] = [
  ...MODES.filter((mode) => mode !== NRC_SHORT && mode !== MIR_MRS).map((mode) => single(mode)),
  ...NIRCAM,
  ...VISITS,
  ...SPECIAL,
  ...DROPPED.map(
    (mode): Plan =>
      (program) => {
        program.nextObservation()
        program.observeDropped(mode)
      },
  ),
]
