/**
 * Random observations, which fill an output beyond the required ones.
 */
import {
  DROPPED,
  type Family,
  MIR_MRS,
  MODES,
  type Mode,
  modeOf,
  NRC_LONG,
  NRC_SHORT,
  type Setup,
  VISIT_TYPES,
  WAVEFRONT,
} from './generator-modes.js'
import type { GroupWish, Letter, Observed, Program, Repeat } from './generator-program.js'
import type { Random } from './generator-random.js'
import type { Target } from './generator-target.js'

const WAVEFRONT_VISITS = ['PRIME_WFSC_ROUTINE', 'PRIME_WFSC_SENSING_CONTROL', 'PRIME_WFSC_SENSING_ONLY']
const REPEATS: readonly Repeat[] = ['product-again', 'product-again', 'exposure-again', 'copy', 'resized-copy']

/** How often an observation has how many dithers. */
const DITHERS = {
  image: ditherWeights({ 1: 6, 2: 6, 3: 18, 4: 28, 6: 18, 8: 11, 9: 8, 12: 4, 16: 1.5, 36: 0.5 }),
  spec: ditherWeights({ 1: 10, 2: 14, 3: 18, 4: 34, 5: 4, 6: 6, 8: 6, 9: 4, 12: 2, 24: 1 }),
  tac: ditherWeights({ 1: 50, 2: 25, 5: 10, 9: 15 }),
}
/** Share of draws that have a product across observations, and in which modes. */
const ACROSS = 0.05
const ACROSS_MODES = [
  NRC_SHORT,
  NRC_LONG,
  ...['MIR_IMAGE', 'NIS_IMAGE', 'MIR_4QPM', 'NRC_CORON', 'NIS_AMI'].map(modeOf),
]
/** Segments of an exposure of a time series. */
const SEGMENTS = [1, 1, 2, 3, 4, 8, 24]
/** Sources with a product of their own in multi-object spectra. */
const SOURCES = [1, 1, 1, 2, 3, 5, 12]
const LETTERS: readonly Letter[] = ['c', 'c', 'c', 'c', 'a', 'r']
/** Bands of two dichroics. */
const CROSSED = ['SHORT-MEDIUM', 'SHORT-LONG', 'MEDIUM-SHORT', 'LONG-SHORT']
/** Share of observations of images that are mosaics, and of how many tiles. */
const TILED = 0.12
const TILES = [2, 2, 4, 6, 9, 16, 25]

function ditherWeights(weights: Readonly<Record<number, number>>): readonly { dithers: number; weight: number }[] {
  return Object.entries(weights).map(([dithers, weight]) => ({ dithers: Number(dithers), weight }))
}

/** Adds a random observation: one or more configurations of a mode, mostly at one target. */
export function drawObservation(program: Program): void {
  const { random } = program
  program.nextObservation()
  if (random.chance(0.1)) program.observeDropped(random.weighted(DROPPED))
  if (random.chance(ACROSS)) {
    observeAcross(program, random.pick(ACROSS_MODES))
    return
  }
  const mode = random.chance(0.03) ? WAVEFRONT : random.weighted(MODES)
  const visitType = mode === WAVEFRONT ? random.pick(WAVEFRONT_VISITS) : random.weighted(VISIT_TYPES[mode.family]).name
  observeSetups(program, mode, visitType)
}

/** Observations of one field or of a target and a reference star, and the product across them. */
function observeAcross(program: Program, mode: Mode): void {
  const { random } = program
  const visitType = 'PRIME_TARGETED_FIXED'
  const target = program.newTarget(visitType)
  const setup = random.pick(mode.setups)
  const dithers = random.integer(2, 5)
  const observations = mode.family === 'image' ? random.pick([2, 2, 3, 4, 6]) : 2
  const others: Observed[] = []
  for (let count = 1; count < observations; count += 1) {
    const itsTarget = mode.family === 'image' ? target : program.newTarget(visitType)
    others.push(program.observe({ mode, setup, target: itsTarget, visitType, dithers }))
    program.nextObservation()
  }
  program.observe({ mode, setup, target, visitType, dithers, candidate: letterFor(mode.family, random), others })
}

/** An observation of a survey: many exposures of neighbouring fields. */
export function drawSurveyField(program: Program): void {
  const { random } = program
  program.nextObservation()
  const target = program.newTarget('PRIME_TARGETED_FIXED')
  const mode = random.pick([NRC_SHORT, NRC_LONG])
  const setup = random.pick(mode.setups.filter(({ subarray }) => subarray === 'FULL'))
  program.observe({ mode, setup, target, visitType: 'PRIME_TARGETED_FIXED', dithers: 9, tiles: random.pick([4, 6]) })
}

/** A row of a dropped exposure type, for a place that is too small for a group. */
export function drawDropped(program: Program): void {
  program.nextObservation()
  program.observeDropped(program.random.weighted(DROPPED))
}

function observeSetups(program: Program, mode: Mode, visitType: string): void {
  const { random } = program
  const targets = [drawTarget(program, visitType)]
  // Products that are named by source do not tell targets apart.
  if (!mode.sourceBased && random.chance(0.05)) targets.push(drawTarget(program, visitType))
  const isSensing = mode === WAVEFRONT
  const dithers = isSensing ? 2 : Math.min(random.weighted(DITHERS[mode.family]).dithers, mode.dithers)
  const tiles = mode.family === 'image' && !isSensing && random.chance(TILED) ? random.pick(TILES) : 1
  const timeSeries = random.chance(mode.timeSeries)
  const segments = timeSeries ? random.pick(SEGMENTS) : 1
  const background = random.chance(0.05)
  for (const part of drawSetups(random, mode)) {
    for (const [index, target] of targets.entries()) {
      const common = { ...part, target, visitType, dithers, tiles, timeSeries, segments, background, visit: index + 1 }
      program.observe({ ...common, ...drawOddities(random, part.mode) })
    }
  }
}

/** All but images are combined for candidates that the proposal names. */
function letterFor(family: Family, random: Random): Letter {
  return family === 'image' ? random.pick(LETTERS) : 'c'
}

/** What few groups have: a second source, rows that come again, blanks, a c-candidate, a product without exposures. */
function drawOddities(random: Random, { expType, family }: Mode): Partial<GroupWish> {
  return {
    imprint: random.chance(0.1),
    sources: expType === 'NRS_MSASPEC' ? random.pick(SOURCES) : 1,
    repeats: random.chance(0.1) ? [random.pick(REPEATS)] : [],
    ...(random.chance(0.04) ? { candidate: letterFor(family, random) } : {}),
    sizeless: random.chance(0.003),
    missing: random.chance(0.01) ? random.pick(['reference', 'guideStar'] as const) : undefined,
    ...(random.chance(0.02) ? { fate: 'orphan' } : {}),
  }
}

/** A new target; some untargeted exposures carry the word BLANK, which is a name like any other. */
function drawTarget(program: Program, visitType: string): Target {
  const target = program.newTarget(visitType)
  return target.name === 'NONE' && program.random.chance(0.1) ? { ...target, name: 'BLANK' } : target
}

/** One to three configurations with different optics; NIRCam mostly takes both channels at once. */
function drawSetups(random: Random, mode: Mode): { mode: Mode; setup: Setup }[] {
  if (mode === MIR_MRS) {
    const bands = random.pick([
      ['SHORT'],
      ['LONG'],
      ['SHORT', 'MEDIUM'],
      ['SHORT', 'LONG'],
      ['SHORT', 'MEDIUM', 'LONG'],
      [random.pick(CROSSED)],
    ])
    return mode.setups.filter(({ band }) => bands.includes(band)).map((setup) => ({ mode, setup }))
  }
  if (mode === WAVEFRONT) {
    const { pupil } = random.pick(mode.setups)
    return mode.setups.filter((setup) => setup.pupil === pupil).map((setup) => ({ mode, setup }))
  }
  const drawn = new Map<string, { mode: Mode; setup: Setup }>()
  const wanted = random.pick([1, 1, 1, 1, 2, 2, 3])
  for (let count = 0; count < wanted; count += 1) {
    for (const part of mode === NRC_SHORT && random.chance(0.6) ? [NRC_SHORT, NRC_LONG] : [mode]) {
      const setup = random.pick(part.setups)
      const { filter, pupil, grating, slit, subarray } = setup
      drawn.set([filter, pupil, grating, slit, subarray].join(), { mode: part, setup })
    }
  }
  return [...drawn.values()]
}
