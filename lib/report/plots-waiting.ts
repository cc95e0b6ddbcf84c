/**
 * The charts of what waits: by age, and by reason.
 */
import * as Plot from '@observablehq/plot'
import type { Model } from '../rules/keywords.js'
import type { ChartDrawer } from './chart.js'
import type { WaitingModel, WaitingReason, Waits } from './data.js'
import { whole, wholeCounted } from './format.js'
import type { Html } from './html.js'
import { COUNT_AXIS, colourOf, PANEL, wholeTick } from './plots.js'
import { ageName } from './scales.js'

/** Groups are drawn in the full colour of their model, everything else that waits in a pale one. */
const OPACITY: Readonly<Record<keyof Waits, number>> = { groups: 1, others: 0.4 }
const KINDS = ['groups', 'others'] as const

/** What stands behind a bar of what waits. */
function waitsText({ groups, others }: Waits): string {
  return `${wholeCounted(groups, 'group')}, ${wholeCounted(others, 'other')}`
}

/** The address, in the page, of what waits of a model and in a bar of its charts (`page/view.js`). */
function viewOf(model: Model | undefined, filter: 'age' | 'reason', value: string): string {
  return `#waiting?${new URLSearchParams({ model: model ?? 'none', [filter]: value })}`
}

/** How long things have waited. */
export function waitingByAge({ model, ages }: WaitingModel, drawer: ChartDrawer): Html {
  const named = ages.map((bin, number) => ({ age: ageName(number), ...bin }))
  const bars = named.flatMap((bin) => KINDS.map((kind) => ({ bin, kind })))
  const options: Plot.PlotOptions = {
    ...PANEL,
    x: {
      type: 'band',
      domain: named.map(({ from }) => from),
      label: 'days or more',
      labelAnchor: 'right',
      labelArrow: 'none',
      labelOffset: 32,
      tickSize: 0,
      padding: 0.15,
    },
    y: { ...COUNT_AXIS, ticks: 4 },
    opacity: { type: 'identity' },
    marks: [
      Plot.barY(bars, {
        x: ({ bin }) => bin.from,
        y: ({ bin, kind }) => bin[kind],
        fill: colourOf(model),
        stroke: colourOf(model),
        strokeWidth: 0.8,
        fillOpacity: (its: (typeof bars)[number]) => OPACITY[its.kind],
        filter: ({ bin, kind }) => bin[kind] > 0,
        title: ({ bin }) => `${bin.age} days\n${waitsText(bin)}`,
        href: ({ bin: { from, to } }) => viewOf(model, 'age', `${from}-${to === undefined ? '' : to - 1}`),
      }),
      Plot.ruleY([0]),
    ],
  }
  return drawer.draw(options, {
    title: `${model ?? 'No model'}: what waits, by age`,
    description: named.map((bin) => `${bin.age} days: ${waitsText(bin)}`).join('; '),
  })
}

function countsOf({ models }: WaitingReason, model: Model | undefined): Waits & { readonly total: number } {
  const { groups, others } = models.find((its) => its.model === model) ?? { groups: 0, others: 0 }
  return { groups, others, total: groups + others }
}

/** Why things wait; all models have the same reasons in the same order. */
export function waitingByReason(
  model: Model | undefined,
  reasons: readonly WaitingReason[],
  drawer: ChartDrawer,
): Html {
  const named = reasons.map((reason) => ({ label: reason.reason, meaning: reason.meaning, ...countsOf(reason, model) }))
  const bars = named.flatMap((bar) => KINDS.map((kind) => ({ bar, kind })))
  const options: Plot.PlotOptions = {
    ...PANEL,
    height: 26 + 34 * reasons.length,
    marginLeft: 1,
    marginRight: 44,
    marginTop: 4,
    marginBottom: 22,
    x: {
      label: null,
      ticks: 3,
      tickSize: 3,
      tickFormat: wholeTick,
      domain: [0, Math.max(1, ...named.map(({ total }) => total))],
    },
    y: { type: 'band', domain: reasons.map(({ reason }) => reason), axis: null },
    opacity: { type: 'identity' },
    marks: [
      Plot.barX(bars, {
        x: ({ bar, kind }) => bar[kind],
        y: ({ bar }) => bar.label,
        insetTop: 17,
        insetBottom: 3,
        fill: colourOf(model),
        stroke: colourOf(model),
        strokeWidth: 0.8,
        fillOpacity: (its: (typeof bars)[number]) => OPACITY[its.kind],
        filter: ({ bar, kind }) => bar[kind] > 0,
        title: ({ bar }) => `${bar.meaning}\n${waitsText(bar)}`,
        href: ({ bar }) => viewOf(model, 'reason', bar.label),
      }),
      Plot.text(named, { x: 0, y: 'label', text: 'label', textAnchor: 'start', dx: 2, dy: -8 }),
      Plot.text(named, {
        x: 'total',
        y: 'label',
        text: ({ total }) => whole(total),
        textAnchor: 'start',
        dx: 4,
        dy: 7,
        fill: 'var(--muted)',
      }),
      Plot.ruleX([0]),
    ],
  }
  return drawer.draw(options, {
    title: `${model ?? 'No model'}: what waits, by reason`,
    description: named.map((bar) => `${bar.label}: ${waitsText(bar)}`).join('; '),
  })
}
