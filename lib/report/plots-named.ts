/**
 * Association files on a chart over time: a line where some begin, and above it a strip for as long as each period has some.
 */
import * as Plot from '@observablehq/plot'
import type { ModelReport, NamedBin } from './data.js'
import { whole, wholeCounted } from './format.js'
import { middleOf, periodText, type Span, utc } from './plots-days.js'

/** More lines than these hide the curve: then only the first is drawn, and the strip shows the others. */
const MOST_LINES = 6
/** Most stretches that a text names. */
const MOST_TOLD = 8

/** Periods one behind the other, each with association files. */
interface Stretch extends NamedBin {
  readonly first: NamedBin
}

function stretches(named: readonly NamedBin[], [first, end]: Span): Stretch[] {
  const all: Stretch[] = []
  for (const bin of named) {
    if (bin.from < first || bin.from >= end) continue
    const last = all.at(-1)
    if (last?.to === bin.from) all.splice(-1, 1, { ...last, to: bin.to, products: last.products + bin.products })
    else all.push({ ...bin, first: bin })
  }
  return all
}

/** The marks; none where there are no files. The label stands above the chart, on the side where there is more room. */
export function namedMarks({ named }: ModelReport, span: Span): Plot.Markish[] {
  const all = stretches(named, span)
  const [first] = all
  if (first === undefined) return []
  const line = (stretch: Stretch) => middleOf(stretch.first)
  const isLeft = line(first).getTime() * 2 < utc(span[0]).getTime() + utc(span[1]).getTime()
  return [
    Plot.ruleX(all.length > MOST_LINES ? [first] : all, { x: line, strokeDasharray: '3 3', strokeWidth: 1.2 }),
    Plot.rect(all, { x1: ({ from }) => utc(from), x2: ({ to }) => utc(to), y1: 98, y2: 101, fill: 'currentColor' }),
    Plot.text([first], {
      x: line,
      frameAnchor: 'top',
      lineAnchor: 'bottom',
      textAnchor: isLeft ? 'start' : 'end',
      dy: -6,
      text: () => 'association files',
    }),
  ]
}

/** Of how many products there are association files. */
export function namedText(products: number): string {
  return `association files of ${wholeCounted(products, 'product')}`
}

/** When the files of a model were made, for readers who do not see the lines; blank where there are none. */
export function namedDescription({ named, namedUndated }: ModelReport, span: Span): string {
  const all = stretches(named, span)
  const told = all.slice(0, MOST_TOLD).map((stretch) => `${periodText(stretch)} (${whole(stretch.products)})`)
  const more = all.length > MOST_TOLD ? ` and ${all.length - MOST_TOLD} times more` : ''
  const outside = sum(named) - sum(all)
  const parts = [
    ...(all.length === 0 ? [] : [`${namedText(sum(all))}, made ${told.join(', ')}${more}`]),
    ...(outside === 0 ? [] : [`${namedText(outside)}, made on days that are not shown`]),
    ...(namedUndated === 0 ? [] : [`${namedText(namedUndated)}, without a time stamp`]),
  ]
  return parts.join('; ')
}

function sum(bins: readonly NamedBin[]): number {
  return bins.reduce((total, { products }) => total + products, 0)
}
