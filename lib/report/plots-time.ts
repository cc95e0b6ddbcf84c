/**
 * The charts over time: products, and how many exposures have theirs.
 */
import * as Plot from '@observablehq/plot'
import type { ChartDrawer } from './chart.js'
import type { DatedCounts, ModelReport, ReportData, TimeBin } from './data.js'
import { share as shareOf, whole, wholeCounted } from './format.js'
import type { Html } from './html.js'
import { COUNT_AXIS, colourOf, PANEL } from './plots.js'
import { dayAxis, middleOf, periodText, type Span, utc } from './plots-days.js'
import { namedDescription, namedMarks, namedText } from './plots-named.js'

/** The chart over all models is drawn twice: for wide and for narrow pages. */
export const WIDTHS = { wide: 1240, narrow: 340 } as const

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
        title: ({ model, bin }) => `${periodText(bin)}\n${model}: ${wholeCounted(bin.products, 'product')}`,
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
  /** Whether association files are shown beside it. */
  readonly isNamed: boolean
}

/** The exposures that have their product. */
export const MATCHED: PartOverTime = {
  title: 'exposures matched',
  noun: 'exposure',
  what: 'matched',
  part: ({ matchedExposures }) => matchedExposures,
  all: ({ exposures }) => exposures,
  isNamed: false,
}

/** The products and mosaics that a model can be trained with. */
export const TRAINED: PartOverTime = {
  title: 'products trained',
  noun: 'product',
  what: 'trained',
  part: ({ products }) => products,
  all: ({ products, waitingProducts }) => products + waitingProducts,
  isNamed: true,
}

/** A share over time. */
export function shareOverTime(report: ModelReport, share: PartOverTime, span: Span, drawer: ChartDrawer): Html {
  const { model, period } = report
  const points = report.time.filter((bin) => share.all(bin) > 0)
  const rate = (bin: TimeBin) => (100 * share.part(bin)) / share.all(bin)
  const colour = colourOf(model)
  const options: Plot.PlotOptions = {
    ...PANEL,
    marginBottom: 38,
    x: dayAxis(...span, 4),
    y: { domain: [0, 100], grid: true, label: null, ticks: 3, tickSize: 0, tickFormat: (value) => `${value} %` },
    marks: [
      Plot.areaY(points, { x: middleOf, y: rate, fill: colour, fillOpacity: 0.14 }),
      Plot.lineY(points, { x: middleOf, y: rate, stroke: colour, strokeWidth: 1.6 }),
      // A single point makes no line.
      Plot.dot(points.slice(0, points.length === 1 ? 1 : 0), { x: middleOf, y: rate, fill: colour, r: 2.5 }),
      Plot.ruleY([0]),
      ...(share.isNamed ? namedMarks(report, span) : []),
      // Points are too small to hit: the whole height of a period answers.
      Plot.rectX(tipsOf(report, share, span), {
        x1: ({ from }) => utc(from),
        x2: ({ to }) => utc(to),
        fill: colour,
        fillOpacity: 0,
        title: ({ lines }) => lines.join('\n'),
      }),
    ],
  }
  const description = [shareText(share, report.time), share.isNamed ? namedDescription(report, span) : '']
  return drawer.draw(options, {
    title: `${model}: ${share.title} by ${period}`,
    description: description.filter((part) => part !== '').join('; '),
  })
}

/** What each period tells: its share, and what association files were made in it. */
function tipsOf({ time, named }: ModelReport, share: PartOverTime, [first, end]: Span) {
  const bins = new Map<string, { readonly from: string; readonly to: string; readonly lines: string[] }>()
  for (const bin of time) {
    if (share.all(bin) > 0) bins.set(bin.from, { ...bin, lines: [periodText(bin), shareText(share, [bin])] })
  }
  for (const bin of share.isNamed ? named : []) {
    if (bin.from < first || bin.from >= end) continue
    const tip = bins.get(bin.from) ?? { ...bin, lines: [periodText(bin)] }
    tip.lines.push(namedText(bin.products))
    bins.set(bin.from, tip)
  }
  return [...bins.values()].sort((a, b) => (a.from < b.from ? -1 : 1))
}

function shareText({ noun, what, part, all }: PartOverTime, bins: readonly TimeBin[]): string {
  const sum = (of: (bin: TimeBin) => number) => bins.reduce((total, bin) => total + of(bin), 0)
  return `${shareOf(sum(part), sum(all))} ${what}: ${whole(sum(part))} of ${wholeCounted(sum(all), noun)}`
}
