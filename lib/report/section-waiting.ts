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

/** The columns by which the table is sorted, in the order in which `page/explorer.js` fills them. */
const COLUMNS = ['Name', 'Kind', 'Model', 'Instrument', 'Since', 'Days', 'Exp.', 'Reason', 'Detail'] as const

/** Filters to choose from; their values come with the data. */
const CHOICES = [
  ['model', 'Model'],
  ['instrument', 'Instrument'],
  ['reason', 'Reason'],
  ['kind', 'Kind'],
  ['age', 'Age'],
] as const

/** What the page has of the table without its script, and on paper. */
const BEGINNING = 200

function waitingTable({ waiting, database }: ReportData): Html {
  return html`<div class="charts explorer">
<h3 id="rows-title">Each, with its reason</h3>
${filters()}
<div class="found"><output></output>
<button type="button" class="plain clear" hidden>Clear filters</button>
<button type="button" class="plain copy-link">Copy link</button>
<button type="button" class="plain csv">Save as CSV</button>
<span class="told" role="status"></span></div>
<div class="scroll list" tabindex="0" role="region" aria-labelledby="rows-title">
<table class="waits" role="table">
<caption class="unseen">What waits, with its reason</caption>
<thead role="rowgroup"><tr role="row">${COLUMNS.map(columnHeader)}</tr></thead>
<tbody role="rowgroup"></tbody>
</table>
<p class="none" hidden>Nothing that waits has all of this.</p>
</div>
<div class="scroll beginning" tabindex="0" role="region" aria-label="What has waited longest">
${beginning(waiting, database)}
</div>
</div>`
}

function filters(): Html {
  return html`<form class="filters" role="search" aria-label="What waits">
<label class="search">Search <input type="search" name="q" autocomplete="off" spellcheck="false" placeholder="names, reasons, details"></label>
<label>Program <input name="program" list="programs" inputmode="numeric" autocomplete="off" size="7" placeholder="all"></label>
<datalist id="programs"></datalist>
${CHOICES.map(([name, title]) => html`<label>${title} <select name="${name}" autocomplete="off"></select></label>`)}
</form>`
}

/** The name of a column for style and script. */
function columnOf(title: (typeof COLUMNS)[number]): string {
  return title === 'Exp.' ? 'exposures' : title.toLowerCase()
}

function columnClass(column: string): string {
  return column === 'days' || column === 'exposures' ? `${column} number` : column
}

function columnHeader(title: (typeof COLUMNS)[number]): Html {
  const column = columnOf(title)
  const whole = title === 'Exp.' ? html` title="Exposures that wait in it"` : undefined
  return html`<th scope="col" role="columnheader" data-column="${column}" class="${columnClass(column)}"${whole}>${title}</th>`
}

/** The oldest, as they stand without the script. */
function beginning({ oldest, groups, products, mosaics, ungrouped }: WaitingReport, database: string): Html {
  const total = groups + products + mosaics + ungrouped
  const shown = oldest.slice(0, BEGINNING)
  const caption =
    shown.length < total
      ? html`The ${whole(shown.length)} oldest of the ${whole(total)} that wait; <code>jwst-ingest explain --waiting ${database}</code>
tells of all.`
      : html`All ${whole(total)} that wait.`
  return html`<table class="waits">
<caption>${caption}</caption>
<thead><tr>${COLUMNS.map(
    (title) => html`<th scope="col" class="${columnClass(columnOf(title))}">${title}</th>`,
  )}</tr></thead>
<tbody>
${shown.map(waitingRow)}</tbody>
</table>`
}

function waitingRow({ name, kind, model, instrument, since, age, exposures, reason, detail }: AgedWait): Html {
  return html`<tr><th scope="row" class="name">${name}</th><td class="kind">${kind}</td><td
 class="model">${model ?? 'none'}</td><td class="instrument">${instrument}</td><td class="since">${since}</td><td
 class="days number">${age}</td><td class="exposures number">${exposures}</td><td class="reason">${reason}</td><td
 class="detail">${detail}</td></tr>
`
}
