/**
 * The part of the page about instruments.
 */
import type { InstrumentReport, ReportData } from './data.js'
import { dayOr, gigabyteText, share, whole } from './format.js'
import { type Content, type Html, html } from './html.js'

const TITLES = [
  'Products',
  'Exposures',
  'Match rate',
  'Median GB',
  '95 % below',
  'Groups wait',
  'Products wait',
  'Mosaics wait',
  'Oldest since',
  'Last product',
] as const

export function instrumentsSection({ instruments }: ReportData): Html {
  return html`<section id="instruments" aria-labelledby="instruments-title">
<h2 id="instruments-title">Instruments</h2>
<p class="note">The same by instrument. A name leads to what waits of it; <code>--instrument</code> makes the whole page of one.</p>
<div class="scroll" tabindex="0" role="region" aria-label="By instrument">
<table>
<caption>Products, exposures and what waits of each instrument. Sizes are those of matched products.</caption>
<thead><tr><th scope="col">Instrument</th>${TITLES.map((title) => html`<th scope="col" class="number">${title}</th>`)}</tr></thead>
<tbody>
${instruments.map(instrumentRow)}
</tbody>
</table>
</div>
</section>`
}

function instrumentRow(report: InstrumentReport): Html {
  const { instrument, sizes } = report
  const numbers: readonly Content[] = [
    whole(report.products),
    whole(report.exposures),
    share(report.matchedExposures, report.exposures),
    ...(sizes === undefined ? ['–', '–'] : [sizes.p50, sizes.p95].map(gigabyteText)),
    whole(report.groups),
    whole(report.waitingProducts),
    whole(report.mosaics),
    dayOr(report.oldestWaiting),
    dayOr(report.lastProductDate),
  ]
  const view = `#waiting?${new URLSearchParams({ instrument: instrument === '' ? 'none' : instrument })}`
  return html`<tr><th scope="row"><a href="${view}">${instrument === '' ? 'none' : instrument}</a></th>${numbers.map(
    (number) => html`<td class="number">${number}</td>`,
  )}</tr>
`
}
