/**
 * The part of the page about what waits: by age, by reason, and a table of it.
 */
import { formatWaiting } from '../settle/counts.js'
import type { ChartDrawer } from './chart.js'
import type { AgedWait, ReportData, WaitingModel, WaitingReport } from './data.js'
import { dayOr, whole } from './format.js'
import { type Html, html } from './html.js'
import { waitingByAge, waitingByReason } from './plots-waiting.js'
import { panels } from './section-products.js'

export function waitingSection(data: ReportData, drawer: ChartDrawer): Html {
  const { waiting, lastDate } = data
  // Exposures in no group are few and have one reason: the table has them.
  const models = waiting.models.filter(({ model }) => model !== undefined)
  const charts = (draw: (its: WaitingModel) => Html) =>
    panels(models.map((its) => ({ model: its.model ?? 'none', note: waitingNote(its), chart: draw(its) })))
  return html`<section id="waiting" aria-labelledby="waiting-title">
<h2 id="waiting-title">What waits</h2>
<p class="note">${formatWaiting(waiting, whole)}. A mosaic is a product of another candidate than an observation. Groups have
the full colour of their model, all others a pale one.</p>
<figure class="charts">
<figcaption><h3>By age</h3>
Days from the first row of what waits to the last day of the database${lastDate === undefined ? '' : `, ${lastDate}`}.</figcaption>
${charts((its) => waitingByAge(its, drawer))}
</figure>
<figure class="charts">
<figcaption><h3>By reason</h3>
All models have the same reasons, most frequent first; each has its own scale.</figcaption>
${charts(({ model }) => waitingByReason(model, waiting.reasons, drawer))}
${reasonTable(waiting)}
</figure>
${waitingTable(data)}
</section>`
}

function waitingNote({ groups, others, oldestWaiting }: WaitingModel): string {
  return groups + others === 0 ? 'nothing waits' : `${whole(groups + others)}, oldest since ${dayOr(oldestWaiting)}`
}

/** What each reason means, with the numbers behind the charts. */
function reasonTable({ reasons, models }: WaitingReport): Html {
  const names = models.map(({ model }) => model ?? 'none')
  return html`<details><summary>What the reasons mean, with their numbers</summary>
<div class="scroll" tabindex="0" role="region" aria-label="Reasons">
<table>
<caption>Groups, products, mosaics and exposures in no group that wait, by reason and model.</caption>
<thead><tr><th scope="col">Reason</th><th scope="col">Meaning</th>${names.map(
    (name) => html`<th scope="col" class="number">${name}</th>`,
  )}</tr></thead>
<tbody>
${reasons.map(
  ({ reason, meaning, models }) => html`<tr><th scope="row"><code>${reason}</code></th><td>${meaning}</td>${models.map(
    ({ groups, others }) => html`<td class="number">${whole(groups + others)}</td>`,
  )}</tr>
`,
)}</tbody>
</table>
</div></details>`
}

/** The columns with the classes of their headers. */
const COLUMNS = [
  ['Name', 'name'],
  ['Kind', 'kind'],
  ['Model', 'kind'],
  ['Since', 'days'],
  ['Days', 'kind number'],
  ['Exposures', 'days number'],
  ['Reason', 'reason'],
  ['Detail', 'detail'],
] as const

/** The style prints so many rows. */
const ON_PAPER = 50

function waitingTable({ waiting, database }: ReportData): Html {
  const { oldest } = waiting
  const total = waiting.groups + waiting.products + waiting.mosaics + waiting.ungrouped
  const shown =
    oldest.length < total
      ? html`The ${whole(oldest.length)} oldest of the ${whole(total)} that wait; sorting and search are about these.
<code>jwst-ingest explain --waiting ${database}</code> tells of all.`
      : html`All ${whole(total)} that wait.`
  return html`<div class="charts rows">
<h3 id="rows-title">Each, with its reason</h3>
<div class="tools" hidden><label>Search <input type="search" autocomplete="off" spellcheck="false" placeholder="tac keywords-differ"></label>
<output></output></div>
<div class="scroll tall" tabindex="0" role="region" aria-labelledby="rows-title">
<table class="sortable">
<caption>${shown}${oldest.length > ON_PAPER ? html`<span class="on-paper"> On paper, the first ${ON_PAPER}.</span>` : undefined}</caption>
<thead><tr>${COLUMNS.map(
    ([name, kind]) =>
      html`<th scope="col" class="${kind}"${name === 'Since' ? html` aria-sort="ascending"` : undefined}>${name}</th>`,
  )}</tr></thead>
<tbody>
${oldest.map(waitingRow)}</tbody>
</table>
</div>
</div>`
}

function waitingRow({ name, kind, model, since, age, exposures, reason, detail }: AgedWait): Html {
  return html`<tr><th scope="row" class="name">${name}</th><td>${kind}</td><td>${model}</td><td class="day">${since}</td><td
 class="number" data-unit="days">${age}</td><td class="number" data-unit="exp.">${exposures}</td><td
 class="text reason">${reason}</td><td class="text">${detail}</td></tr>
`
}
