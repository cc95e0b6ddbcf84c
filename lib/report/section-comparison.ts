/**
 * The part of the overview that sets the period beside the one before it.
 */
import type { DatedCounts, ModelReport, ReportData } from './data.js'
import { share, whole } from './format.js'
import { type Content, type Html, html } from './html.js'

/** What is compared, each with how it is told. */
const COMPARED: readonly (readonly [
  title: string,
  text: (counts: DatedCounts) => string,
  number?: keyof DatedCounts,
])[] = [
  ['Products matched', ({ products }) => whole(products), 'products'],
  ['Exposures', ({ exposures }) => whole(exposures), 'exposures'],
  ['Match rate', ({ matchedExposures, exposures }) => share(matchedExposures, exposures)],
  ['Groups wait', ({ waitingGroups }) => whole(waitingGroups), 'waitingGroups'],
  ['Products, mosaics wait', ({ waitingProducts }) => whole(waitingProducts), 'waitingProducts'],
]

export function comparison({ before, models, firstDate, lastDate, scope }: ReportData): Html {
  if (before === undefined) {
    const why = scope.since === undefined ? html`With <code>--since DAY</code> a` : 'A'
    return html`<p class="note">${why} period is compared with the one of the same length before it.</p>`
  }
  return html`<div class="compared">
<h3 id="compared-title">This period and the one before</h3>
<p class="note">${scope.since ?? firstDate} to ${scope.until ?? lastDate}, and in grey the period of the same length before: ${before[0]}
to ${before[1]}. Both by what is known now: of what came lately more still waits.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="compared-title">
<table>
<caption>By model.</caption>
<thead><tr><th scope="col">Model</th>${COMPARED.map(
    ([title]) => html`<th scope="col" class="number">${title}</th><th scope="col" class="number">before</th>`,
  )}</tr></thead>
<tbody>
${models.map((report) => comparisonRow(report.model, countsOf(report), report.before))}
${comparisonRow('All', sumOf(models.map(countsOf)), sumOf(models.flatMap(({ before }) => before ?? [])))}
</tbody>
</table>
</div>
</div>`
}

function comparisonRow(name: string, now: DatedCounts, before: DatedCounts | undefined): Html {
  const swatch = name === 'All' ? undefined : html`<span class="swatch ${name.toLowerCase()}"></span>`
  const cells: readonly Content[] = COMPARED.map(([, text, number]) => {
    const change = number === undefined ? undefined : changeText(now[number], before?.[number] ?? 0)
    return html`<td class="number">${text(now)}${change && html`<span class="change">${change}</span>`}</td><td
 class="number then">${before === undefined ? '–' : text(before)}</td>`
  })
  return html`<tr><th scope="row">${swatch}${name}</th>${cells}</tr>
`
}

/** How much more or less there is than before, in percent. */
function changeText(now: number, before: number): string | undefined {
  if (before === 0 || now === before) return undefined
  const percent = (100 * (now - before)) / before
  const size = Math.abs(percent)
  return `${percent > 0 ? '+' : '−'}${size < 1 ? size.toFixed(1) : whole(size)}\u00a0%`
}

const NAMES = ['products', 'waitingProducts', 'waitingGroups', 'exposures', 'matchedExposures'] as const

function sumOf(counts: readonly DatedCounts[]): DatedCounts {
  const sum = (name: (typeof NAMES)[number]) => counts.reduce((total, its) => total + its[name], 0)
  return {
    products: sum('products'),
    waitingProducts: sum('waitingProducts'),
    waitingGroups: sum('waitingGroups'),
    exposures: sum('exposures'),
    matchedExposures: sum('matchedExposures'),
  }
}

function countsOf({ time }: ModelReport): DatedCounts {
  return sumOf(time)
}
