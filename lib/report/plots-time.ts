/**
 * The charts over time: products, and how many exposures have theirs.
 */
import * as Plot from '@observablehq/plot'
import type { ChartDrawer } from './chart.js'
import type { DatedCounts, ModelReport, ReportData, TimeBin } from './data.js'
import { share as shareOf, whole, wholeCounted } from './format.js'
import type { Html } from './html.js'
import { COUNT_AXIS, colourOf, PANEL } from './plots.js'
import { dayAfter, daysBetween, type Period } from './scales.js'

/** The chart over all models is drawn twice: for wide and for narrow pages. */
export const WIDTHS = { wide: 1240, narrow: 340 } as const

/** What a period is called in a tooltip: its only, or its first and last day. */
function periodText({ from, to }: TimeBin, period: Period): string {
  if (period === 'day') return from
  const last = new Date(Date.parse(to) - 86_400_000).toISOString().slice(0, 10)
  return `${from} to ${last}`
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
function dayAxis(first: string, end: string, most: number) {
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

const utc = (day: string) => new Date(`${day}T00:00:00Z`)

/** Products by day (or week, or month), the models on top of each other. */
export function productsOverTime(
  { models, firstDate, lastDate }: ReportData,
  [first, end]: Span,
  drawer: ChartDrawer,
  width: number,
): Html {
  const period = models[0]?.period ?? 'day'
  const bars = models.flatMap(({ model, time }) => time.map((bin) => ({ model, bin })))
  const options: Plot.PlotOptions = {
    width,
    height: width === WIDTHS.wide ? 260 : 220,
    marginLeft: 40,
    marginRight: 8,
    marginTop: 14,
    marginBottom: 38,
    x: dayAxis(first, end, width / 90),
    y: { ...COUNT_AXIS, ticks: 5 },
    marks: [
      Plot.rectY(bars, {
        x1: ({ bin }) => utc(bin.from),
        x2: ({ bin }) => utc(bin.to),
        y: ({ bin }) => bin.products,
        fill: ({ model }) => colourOf(model),
        order: models.map(({ model }) => colourOf(model)),
        insetLeft: width === WIDTHS.wide ? 1 : 0.3,
        insetRight: 0,
        filter: ({ bin }) => bin.products > 0,
        title: ({ model, bin }) => `${periodText(bin, period)}\n${model}: ${wholeCounted(bin.products, 'product')}`,
      }),
      Plot.ruleY([0]),
    ],
    color: { type: 'identity' },
  }
  const total = models.reduce((sum, { products }) => sum + products, 0)
  const description = `${wholeCounted(total, 'product')} from ${firstDate ?? 'no day'} to ${lastDate ?? 'no day'}; the table below has the numbers.`
  return drawer.draw(options, { title: `Products matched per ${period} and model`, description })
}

/** What a chart of shares is about: a part of something in each period. */
export interface PartOverTime {
  readonly title: string
  readonly noun: string
  /** What the part is: `matched`. */
  readonly what: string
  part(bin: DatedCounts): number
  all(bin: DatedCounts): number
}

/** The exposures that have their product. */
export const MATCHED: PartOverTime = {
  title: 'exposures matched',
  noun: 'exposure',
  what: 'matched',
  part: ({ matchedExposures }) => matchedExposures,
  all: ({ exposures }) => exposures,
}

/** The products and mosaics that a model can be trained with. */
export const TRAINED: PartOverTime = {
  title: 'products trained',
  noun: 'product',
  what: 'trained',
  part: ({ products }) => products,
  all: ({ products, waitingProducts }) => products + waitingProducts,
}

/** First day that is shown, and first day that is not. */
export type Span = readonly [first: string, end: string]

/** A share over time. */
export function shareOverTime(report: ModelReport, share: PartOverTime, [first, end]: Span, drawer: ChartDrawer): Html {
  const { model, period } = report
  const points = report.time.filter((bin) => share.all(bin) > 0)
  const middle = ({ from, to }: TimeBin) => new Date((Date.parse(from) + Date.parse(to)) / 2)
  const rate = (bin: TimeBin) => (100 * share.part(bin)) / share.all(bin)
  const colour = colourOf(model)
  const options: Plot.PlotOptions = {
    ...PANEL,
    marginBottom: 38,
    x: dayAxis(first, end, 4),
    y: { domain: [0, 100], grid: true, label: null, ticks: 3, tickSize: 0, tickFormat: (value) => `${value} %` },
    marks: [
      Plot.areaY(points, { x: middle, y: rate, fill: colour, fillOpacity: 0.14 }),
      Plot.lineY(points, { x: middle, y: rate, stroke: colour, strokeWidth: 1.6 }),
      // A single point makes no line.
      Plot.dot(points.slice(0, points.length === 1 ? 1 : 0), { x: middle, y: rate, fill: colour, r: 2.5 }),
      Plot.ruleY([0]),
      // Points are too small to hit: the whole height of a period answers.
      Plot.rectX(points, {
        x1: ({ from }) => utc(from),
        x2: ({ to }) => utc(to),
        fill: colour,
        fillOpacity: 0,
        title: (bin) => `${periodText(bin, period)}\n${shareText(share, [bin])}`,
      }),
    ],
  }
  const description = shareText(share, report.time)
  return drawer.draw(options, { title: `${model}: ${share.title} by ${period}`, description })
}

function shareText({ noun, what, part, all }: PartOverTime, bins: readonly TimeBin[]): string {
  const sum = (of: (bin: TimeBin) => number) => bins.reduce((total, bin) => total + of(bin), 0)
  return `${shareOf(sum(part), sum(all))} ${what}: ${whole(sum(part))} of ${wholeCounted(sum(all), noun)}`
}
