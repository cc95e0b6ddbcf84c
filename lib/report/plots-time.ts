/**
 * The charts over time: products, and how many exposures have theirs.
 */
import * as Plot from '@observablehq/plot'
import type { ChartDrawer } from './chart.js'
import type { ModelReport, ReportData, TimeBin } from './data.js'
import { share, whole, wholeCounted } from './format.js'
import type { Html } from './html.js'
import { COUNT_AXIS, colourOf, PANEL } from './plots.js'
import type { Period } from './scales.js'

/** The chart over all models is drawn twice: for wide and for narrow pages. */
export const WIDTHS = { wide: 1240, narrow: 340 } as const

/** What a period is called in a tooltip: its only, or its first and last day. */
function periodText({ from, to }: TimeBin, period: Period): string {
  if (period === 'day') return from
  const last = new Date(Date.parse(to) - 86_400_000).toISOString().slice(0, 10)
  return `${from} to ${last}`
}

const utc = (day: string) => new Date(`${day}T00:00:00Z`)

/** Products by day (or week, or month), the models on top of each other. */
export function productsOverTime(
  { models, firstDate, lastDate }: ReportData,
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
    x: { type: 'utc', label: null, ticks: width / 90, tickSize: 3 },
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

/**
 * The share of the exposures of each day that have their product. Shown are the days from `first` to the one before `end`.
 */
export function matchRate(report: ModelReport, [first, end]: readonly [string, string], drawer: ChartDrawer): Html {
  const { model, period, exposures, matchedExposures } = report
  const points = report.time.filter((bin) => bin.exposures > 0)
  const middle = ({ from, to }: TimeBin) => new Date((Date.parse(from) + Date.parse(to)) / 2)
  const rate = (bin: TimeBin) => (100 * bin.matchedExposures) / bin.exposures
  const colour = colourOf(model)
  const options: Plot.PlotOptions = {
    ...PANEL,
    x: { type: 'utc', label: null, ticks: 4, tickSize: 3, domain: [utc(first), utc(end)] },
    y: { domain: [0, 100], grid: true, label: null, ticks: 3, tickSize: 0, tickFormat: (value) => `${value} %` },
    marks: [
      Plot.areaY(points, { x: middle, y: rate, fill: colour, fillOpacity: 0.14 }),
      Plot.lineY(points, { x: middle, y: rate, stroke: colour, strokeWidth: 1.6 }),
      Plot.ruleY([0]),
      // Points are too small to hit: the whole height of a period answers.
      Plot.rectX(points, {
        x1: ({ from }) => utc(from),
        x2: ({ to }) => utc(to),
        fill: colour,
        fillOpacity: 0,
        title: (bin) =>
          `${periodText(bin, period)}\n${share(bin.matchedExposures, bin.exposures)} matched: ${whole(bin.matchedExposures)} of ${wholeCounted(bin.exposures, 'exposure')}`,
      }),
    ],
  }
  const description = `${share(matchedExposures, exposures)} of ${wholeCounted(exposures, 'exposure')} have their product.`
  return drawer.draw(options, { title: `${model}: exposures matched by ${period}`, description })
}
