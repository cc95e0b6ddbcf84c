/**
 * Counts what there is of one model. What it keeps grows with the days and the bins, and by 8 bytes for each product.
 */
import { SizeSample } from '../inspect/quantiles.js'
import type { Model } from '../rules/keywords.js'
import { MEMORY_BINS } from '../rules/memory-bins.js'
import type { Bin, Cell, DatedCounts, ModelReport, NamedBin, TimeBin } from './data.js'
import { binOf, EXPOSURE_BINS, isDay, LogBins, type Period, periodEnd, periodFor, periodStart } from './scales.js'

/** Bins of the histogram. */
const SIZES = new LogBins(12)
/** Bins of size where it is set against the number of exposures. */
const CELLS = new LogBins(8)

type DayCounts = { -readonly [Name in keyof DatedCounts]: DatedCounts[Name] }
type Days = ReadonlyMap<string, DayCounts>

const nothing = (): DayCounts => ({
  products: 0,
  waitingProducts: 0,
  waitingGroups: 0,
  exposures: 0,
  matchedExposures: 0,
})

/** Counts by day. */
class DayTally {
  readonly days = new Map<string, DayCounts>()

  /** A day that is none is not counted. */
  add(day: string, ...names: readonly (keyof DayCounts)[]): void {
    if (!isDay(day)) return
    const counts = this.days.get(day) ?? nothing()
    this.days.set(day, counts)
    for (const name of names) counts[name]++
  }
}

/** Counts of one model; give it all rows, then take its {@link ModelTally.report}. */
export class ModelTally {
  readonly #model: Model
  readonly #dates = new DayTally()
  /** What is before the period of the report. */
  readonly #earlier = new DayTally()
  readonly #sample = new SizeSample()
  readonly #sizes = new Map<number, number>()
  /** By bin of exposures, then by bin of size. */
  readonly #cells = new Map<number, Map<number, number>>()
  /** Products that association files name, by the day of the file; blank for none. */
  readonly #named = new Map<string, number>()
  readonly #memory: number[] = MEMORY_BINS.map(() => 0)
  #products = 0
  #unsized = 0
  #exposures = 0
  #matchedExposures = 0
  #lastProductDate: string | undefined

  constructor(model: Model) {
    this.#model = model
  }

  /**
   * Counts a matched product.
   *
   * @param gigabytes its size in GB
   */
  product(day: string, gigabytes: number, exposures: number): void {
    this.#products++
    this.#dates.add(day, 'products')
    if (isDay(day) && (this.#lastProductDate === undefined || day > this.#lastProductDate)) this.#lastProductDate = day
    this.#sample.add(gigabytes)
    if (!(gigabytes > 0)) {
      this.#unsized++
      return
    }
    add(this.#sizes, SIZES.of(gigabytes))
    const bin = binOf(MEMORY_BINS, gigabytes)
    this.#memory[bin] = (this.#memory[bin] ?? 0) + 1
    const column = binOf(EXPOSURE_BINS, exposures)
    const cells = this.#cells.get(column) ?? new Map<number, number>()
    this.#cells.set(column, cells)
    add(cells, CELLS.of(gigabytes))
  }

  /** Counts an exposure. */
  exposure(day: string, isMatched: boolean): void {
    this.#exposures++
    if (isMatched) this.#matchedExposures++
    this.#dates.add(day, ...(isMatched ? MATCHED : WAITING))
  }

  /** Counts something that waits; exposures are counted by themselves. */
  wait(day: string, isGroup: boolean): void {
    this.#dates.add(day, isGroup ? 'waitingGroups' : 'waitingProducts')
  }

  /**
   * Counts a product that an association file names.
   *
   * @param day on which the file was made; blank where it does not tell
   */
  named(day: string): void {
    add(this.#named, day)
  }

  /** Counts what is before the period of the report. */
  earlier(day: string, ...names: readonly (keyof DatedCounts)[]): void {
    this.#earlier.add(day, ...names)
  }

  /** First and last day of anything counted. */
  get span(): readonly [string, string] | undefined {
    let first: string | undefined
    let last: string | undefined
    for (const day of this.#dates.days.keys()) {
      if (first === undefined || day < first) first = day
      if (last === undefined || day > last) last = day
    }
    return first === undefined || last === undefined ? undefined : [first, last]
  }

  /**
   * @param span the days that all models are shown over
   * @param before first and last day of the period before
   */
  report(span: readonly [string, string] | undefined, before?: readonly [string, string] | undefined): ModelReport {
    const period = span === undefined ? 'day' : periodFor(...span)
    return {
      model: this.#model,
      products: this.#products,
      exposures: this.#exposures,
      matchedExposures: this.#matchedExposures,
      lastProductDate: this.#lastProductDate,
      sizes: this.#sample.sizes,
      unsized: this.#unsized,
      memoryBins: MEMORY_BINS.map((from, bin) => ({
        from,
        to: MEMORY_BINS[bin + 1],
        products: this.#memory[bin] ?? 0,
      })),
      sizeHistogram: sorted(this.#sizes).map(([bin, products]) => ({ ...range(SIZES, bin), products }) satisfies Bin),
      sizesByExposures: this.#cellReports(),
      period,
      time: timeBins(this.#dates.days, period),
      named: namedBins(this.#named, period),
      namedUndated: this.#named.get('') ?? 0,
      before: before && sumOf(this.#earlier.days, before),
    }
  }

  #cellReports(): Cell[] {
    return sorted(this.#cells).flatMap(([column, cells]) => {
      const from = EXPOSURE_BINS[column] ?? 1
      const exposures = { from, to: EXPOSURE_BINS[column + 1] ?? from * 2 }
      return sorted(cells).map(([bin, products]) => ({ exposures, size: range(CELLS, bin), products }))
    })
  }
}

const MATCHED = ['exposures', 'matchedExposures'] as const
const WAITING = ['exposures'] as const

function addCounts(to: DayCounts, from: DatedCounts): void {
  for (const name of Object.keys(to) as (keyof DayCounts)[]) to[name] += from[name]
}

function timeBins(days: Days, period: Period): TimeBin[] {
  const bins = new Map<string, DayCounts>()
  for (const [day, counts] of days) {
    const start = periodStart(day, period)
    const bin = bins.get(start) ?? nothing()
    bins.set(start, bin)
    addCounts(bin, counts)
  }
  return sorted(bins).map(([from, counts]) => ({ from, to: periodEnd(from, period), ...counts }))
}

/** They have bins of their own: a file can be made on a day of which nothing else is, even after the last one. */
function namedBins(days: ReadonlyMap<string, number>, period: Period): NamedBin[] {
  const bins = new Map<string, number>()
  for (const [day, products] of days) {
    if (day !== '') add(bins, periodStart(day, period), products)
  }
  return sorted(bins).map(([from, products]) => ({ from, to: periodEnd(from, period), products }))
}

function sumOf(days: Days, [first, last]: readonly [string, string]): DatedCounts {
  const sum = nothing()
  for (const [day, counts] of days) if (day >= first && day <= last) addCounts(sum, counts)
  return sum
}

function add<Key>(counts: Map<Key, number>, bin: Key, number = 1): void {
  counts.set(bin, (counts.get(bin) ?? 0) + number)
}

function sorted<Key extends number | string, T>(bins: ReadonlyMap<Key, T>): [Key, T][] {
  return [...bins].sort(([a], [b]) => (a < b ? -1 : 1))
}

function range(bins: LogBins, bin: number): { from: number; to: number } {
  return { from: bins.start(bin), to: bins.start(bin + 1) }
}
