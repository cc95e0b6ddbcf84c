/**
 * How much memory exposures and products take: it follows from exposures, detectors, subarrays and the area they cover.
 */
import type { Mode, Setup } from './generator-modes.js'
import type { Random } from './generator-random.js'

/** What any step of the pipeline takes, in kB. */
const BASE_KB = 700_000
/** Nothing larger was ever processed, in kB. */
const MOST_KB = 1_990_000_000
/** How many exposures' worth the mosaic of one detector's area takes: image, weights, context. */
const AREA_WEIGHT = 5
/** How much more a product takes whose exposures have many sources: median, and how widely it spreads. */
const MORE_BY_SOURCES = 1
const SOURCES_SPREAD = 1.2
/** Where a row has its size. */
const SIZE = 2
/** Pixels of a full detector's side. */
const FULL_SIDE = 2048
/** Sides of subarrays whose names do not tell. */
const SIDES: Readonly<Record<string, number>> = { FULL: FULL_SIDE, BRIGHTSKY: 1024, ALLSLITS: 1024 }

/** The footprint of one exposure, in kB. */
export function exposureSize(mode: Mode, setup: Setup, random: Random): number {
  return BASE_KB * random.within(0.5, 1) + mode.sizeKb * sizeShare(setup) * random.within(0.3, 1.7)
}

/**
 * The footprint of a product, in kB.
 *
 * @param exposures how many go in
 * @param tiles how many fields of view it covers
 */
export function productSize(mode: Mode, setup: Setup, exposures: number, tiles: number, random: Random): number {
  const area = AREA_WEIGHT * setup.detectors.length * tiles
  const share = mode.sizeKb * sizeShare(setup) * (exposures + area)
  const sources = mode.sourceBased ? random.logNormal(MORE_BY_SOURCES, SOURCES_SPREAD) : 1
  const size = BASE_KB * random.within(0.7, 1.4) + share * sources * random.logNormal(1, 0.4)
  return size < MOST_KB ? size : MOST_KB * random.within(0.6, 1)
}

/** A size in kB with up to 3 decimals, as Python writes floats. */
export function kilobytes(value: number): string {
  const text = String(Math.round(value * 1000) / 1000)
  return text.includes('.') ? text : `${text}.0`
}

/** What a subarray's share of the full detector is. */
function sizeShare({ subarray }: Setup): number {
  const side = SIDES[subarray] ?? Number(/\d+/.exec(subarray)?.[0] ?? FULL_SIDE / 2)
  return Math.min(1, Math.max(side / FULL_SIDE, 0.03))
}

/** A row with another size, as the same dataset has when it is processed again. */
export function resized(line: string, random: Random): string {
  const cells = line.split(',')
  const size = Number(cells[SIZE])
  return cells.with(SIZE, size > 0 ? kilobytes(size * random.within(0.9, 1.2)) : (cells[SIZE] ?? '')).join(',')
}
