/**
 * The axis of days that the charts over time share, and what its periods are called.
 */
import { dayAfter, daysBetween } from './scales.js'

/** First day that is shown, and first day that is not. */
export type Span = readonly [first: string, end: string]

/** First day of a period, and the first day after it. */
interface Days {
  readonly from: string
  readonly to: string
}

/** Where a period stands that is shown as a point. */
export const middleOf = ({ from, to }: Days) => new Date((Date.parse(from) + Date.parse(to)) / 2)

/** What a period is called in words: its only, or its first and last day. */
export function periodText({ from, to }: Days): string {
  const last = dayAfter(to, -1)
  return last === from ? from : `${from} to ${last}`
}

/** Days, or first days of months, that an axis can be marked at. */
const DAY_STEPS = [1, 2, 7, 14] as const
const MONTH_STEPS = [1, 2, 3, 6, 12, 24] as const
const DAY_TEXT = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const MONTH_TEXT = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' })

/**
 * An axis of days: marked at days or months, never at hours, with the year below the first mark and each new year.
 *
 * @param end the first day that is not shown
 * @param most how many marks there can be
 */
export function dayAxis(first: string, end: string, most: number) {
  const days = daysBetween(first, end)
  const step = DAY_STEPS.find((step) => days / step <= most)
  const ticks = step === undefined ? monthTicks(first, end, most) : dayTicks(first, days, step)
  const format = step === undefined ? MONTH_TEXT : DAY_TEXT
  const isNewYear = (tick: Date, index: number) =>
    index === 0 || tick.getUTCFullYear() !== ticks[index - 1]?.getUTCFullYear()
  return {
    type: 'utc' as const,
    label: null,
    domain: [utc(first), utc(end)],
    ticks,
    tickSize: 3,
    tickFormat: (tick: Date, index: number) =>
      `${format.format(tick)}${isNewYear(tick, index) ? `\n${tick.getUTCFullYear()}` : ''}`,
  }
}

function dayTicks(first: string, days: number, step: number): Date[] {
  return Array.from({ length: Math.ceil(days / step) }, (_, index) => utc(dayAfter(first, index * step)))
}

function monthTicks(first: string, end: string, most: number): Date[] {
  const [year, month] = first.split('-').map(Number) as [number, number]
  const months = daysBetween(first, end) / 30
  const step = MONTH_STEPS.find((step) => months / step <= most) ?? 60
  const start = Math.ceil((month - 1) / step) * step
  const all = Array.from(
    { length: Math.ceil(months / step) + 2 },
    (_, index) => new Date(Date.UTC(year, start + index * step)),
  )
  return all.filter((tick) => tick >= utc(first) && tick < utc(end))
}

export const utc = (day: string) => new Date(`${day}T00:00:00Z`)
