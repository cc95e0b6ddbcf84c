/**
 * The bins that the report counts in: sizes, numbers of exposures, ages and periods of time. Pure, no plots.
 */

/** Borders of the bins of age, in days. */
export const AGE_BINS = [0, 2, 8, 15, 31, 61, 91, 181, 366] as const

/** Number of the bin that a value is in: the last one whose border it reaches; 0 for less than all of them. */
export function binOf(borders: readonly number[], value: number): number {
  let bin = 0
  while (bin + 1 < borders.length && value >= (borders[bin + 1] as number)) bin++
  return bin
}

/** What a bin of ages is called, in whole days: `2–7`, `≥ 366`. */
export function ageName(bin: number): string {
  const next = AGE_BINS[bin + 1]
  return next === undefined ? `≥ ${AGE_BINS[bin]}` : `${AGE_BINS[bin]}–${next - 1}`
}

/** Equal bins of a logarithmic axis, which has no end. */
export class LogBins {
  readonly #perDecade: number

  constructor(perDecade: number) {
    this.#perDecade = perDecade
  }

  /** Number of the bin that a positive value is in; it can be negative. */
  of(value: number): number {
    const bin = Math.floor(Math.log10(value) * this.#perDecade)
    // Rounding may put a value that is a border into the bin below it.
    return value >= this.start(bin + 1) ? bin + 1 : bin
  }

  /** The lower border of a bin. */
  start(bin: number): number {
    return 10 ** (bin / this.#perDecade)
  }
}

/** Borders of the bins of numbers of exposures: whole, each some 1.33 times the one before, 8 in a decade where it can be. */
export const EXPOSURE_BINS: readonly number[] = exposureBins()

function exposureBins(): number[] {
  const borders: number[] = []
  for (let step = 0; step <= 40; step++) {
    const border = Math.round(10 ** (step / 8))
    if (border !== borders.at(-1)) borders.push(border)
  }
  return borders
}

/** A stretch of time that a plot counts in. */
export type Period = 'day' | 'week' | 'month'

const DAY_MS = 86_400_000
/** More bars than these are too thin to be told apart on a telephone. */
const MOST_DAYS = 92
const MOST_WEEKS_DAYS = 104 * 7

/** Days since 1970 of a day such as `2024-02-21`; NaN where it is none. */
export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / DAY_MS)
}

/** Whether a cell holds a day; those of a table that was edited by hand may hold anything. */
export function isDay(cell: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(cell) && !Number.isNaN(dayNumber(cell))
}

/** Days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return dayNumber(to) - dayNumber(from)
}

/** The period to count in from a first to a last day: days as long as there are few enough of them. */
export function periodFor(first: string, last: string): Period {
  const days = daysBetween(first, last) + 1
  if (days <= MOST_DAYS) return 'day'
  return days <= MOST_WEEKS_DAYS ? 'week' : 'month'
}

/** The first day of the period that a day is in; weeks begin on Mondays. */
export function periodStart(day: string, period: Period): string {
  if (period === 'month') return `${day.slice(0, 7)}-01`
  if (period === 'day') return day
  const number = dayNumber(day)
  // Day 0 was a Thursday.
  return textOf(number - ((number + 3) % 7))
}

/** The first day after the period that begins on a day. */
export function periodEnd(start: string, period: Period): string {
  const number = dayNumber(start)
  if (period !== 'month') return textOf(number + (period === 'day' ? 1 : 7))
  return `${textOf(number + 31).slice(0, 7)}-01`
}

function textOf(number: number): string {
  return new Date(number * DAY_MS).toISOString().slice(0, 10)
}

/** The day that is so many days after another one. */
export function dayAfter(day: string, days: number): string {
  return textOf(dayNumber(day) + days)
}
