/**
 * The parts of the page about what is matched: key figures, products over time, sizes.
 */
import { newValues } from './category-tally.js'
import type { ChartDrawer } from './chart.js'
import type { ModelReport, ReportData } from './data.js'
import { dayOr, gigabyteText, share, whole, wholeCounted } from './format.js'
import { type Content, type Html, html } from './html.js'
import type { Span } from './plots-days.js'
import { sizeByExposures, sizeDomain, sizeHistogram } from './plots-size.js'
import { MATCHED, productsOverTime, shareOverTime, TRAINED, WIDTHS } from './plots-time.js'
import { periodEnd, periodStart } from './scales.js'
import { comparison } from './section-comparison.js'
import { timeTable, trainedTable } from './section-numbers.js'

/** One chart for each model, side by side. */
export function panels(
  models: readonly { readonly model: string; readonly note: string; readonly chart: Html }[],
): Html {
  return html`<div class="panels marks" tabindex="0" role="group" aria-label="Charts; arrow keys read their values">
${models.map(
  ({ model, note, chart }) => html`<div class="panel ${model.toLowerCase()}"><h4>${model} <span>${note}</span></h4>
${chart}</div>
`,
)}</div>`
}

function sum(models: readonly ModelReport[], of: (model: ModelReport) => number): number {
  return models.reduce((total, model) => total + of(model), 0)
}

export function overviewSection(data: ReportData): Html {
  const { models, waiting } = data
  const exposures = sum(models, (model) => model.exposures)
  const matched = sum(models, (model) => model.matchedExposures)
  const figures: readonly (readonly [string, string])[] = [
    ['products matched', whole(sum(models, (model) => model.products))],
    ['exposures matched', whole(matched)],
    ['match rate', share(matched, exposures)],
    ['groups wait', whole(waiting.groups)],
    ['products wait', whole(waiting.products)],
    ['mosaics wait', whole(waiting.mosaics)],
    ['rejected rows', whole(data.rejects)],
    ['new codes', whole(newValues(data.encodings))],
  ]
  return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Overview</h2>
<dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<div class="scroll" tabindex="0" role="region" aria-label="Models">
<table>
<caption>By model. Sizes are those of matched products.</caption>
<thead><tr><th scope="col">Model</th>${[
    'Products',
    'Exposures matched',
    'Match rate',
    'Median GB',
    '95 % below',
    'Largest GB',
    'Groups wait',
    'Oldest since',
    'Last product',
  ].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>
${models.map((model) => overviewRow(model, data))}
</tbody>
</table>
</div>
${comparison(data)}
</section>`
}

function overviewRow(report: ModelReport, { waiting }: ReportData): Html {
  const { model, sizes } = report
  const waits = waiting.models.find((its) => its.model === model)
  const numbers: readonly Content[] = [
    whole(report.products),
    whole(report.matchedExposures),
    share(report.matchedExposures, report.exposures),
    ...(sizes === undefined ? ['–', '–', '–'] : [sizes.p50, sizes.p95, sizes.max].map(gigabyteText)),
    whole(waits?.groups ?? 0),
    dayOr(waits?.oldestWaiting),
    dayOr(report.lastProductDate),
  ]
  return html`<tr><th scope="row"><span class="swatch ${model.toLowerCase()}"></span>${model}</th>${numbers.map(
    (number) => html`<td class="number">${number}</td>`,
  )}</tr>
`
}

export function productsSection(data: ReportData, drawer: ChartDrawer): Html {
  const { models, firstDate, lastDate } = data
  const period = models[0]?.period ?? 'day'
  const first = periodStart(firstDate ?? '1970-01-01', period)
  const span = [first, periodEnd(periodStart(lastDate ?? first, period), period)] satisfies Span
  const note = period === 'day' ? '' : `, a bar for each ${period}, as there are too many days to show each`
  return html`<section id="products" aria-labelledby="products-title">
<h2 id="products-title">Products over time</h2>
<figure class="charts">
<figcaption><h3>Products matched per ${period} and model</h3>
By the day of the product${note}.
<ul class="key" aria-label="Colours">${models.map(({ model }) => html`<li><span class="swatch ${model.toLowerCase()}"></span>${model}</li>`)}</ul></figcaption>
<div class="marks" tabindex="0" role="group" aria-label="Chart; arrow keys read its values">
<div class="wide">${productsOverTime(data, span, drawer, WIDTHS.wide)}</div>
<div class="narrow">${productsOverTime(data, span, drawer, WIDTHS.narrow)}</div>
</div>
${timeTable(data)}
</figure>
<figure class="charts">
<figcaption><h3>Trained share</h3>
The share of a ${period}'s products, mosaics included, that are matched by now, so that a model can be trained with them.
Mosaics match with association files only.${namedNote(models)}</figcaption>
${panels(
  models.map((report) => {
    const all = report.time.map(TRAINED.all).reduce((total, number) => total + number, 0)
    return {
      model: report.model,
      note: `${share(report.products, all)} of ${wholeCounted(all, 'product')}`,
      chart: shareOverTime(report, TRAINED, span, drawer),
    }
  }),
)}
${trainedTable(data)}
</figure>
<figure class="charts">
<figcaption><h3>Match rate</h3>
The share of a ${period}'s exposures that have their product by now. Products come days after their exposures, so the
newest days are low at first.</figcaption>
${panels(
  models.map((report) => ({
    model: report.model,
    note: `${share(report.matchedExposures, report.exposures)} of ${wholeCounted(report.exposures, 'exposure')}`,
    chart: shareOverTime(report, MATCHED, span, drawer),
  })),
)}
</figure>
</section>`
}

/** What the lines of association files mean, where there are any. */
function namedNote(models: readonly ModelReport[]): Html | undefined {
  const undated = sum(models, ({ namedUndated }) => namedUndated)
  if (undated + sum(models, ({ named }) => named.length) === 0) return undefined
  return html` A dashed line is where association files begin, by the day in their time stamps; the strip above it lasts as
long as there are some.${undated > 0 ? html` Those of ${wholeCounted(undated, 'product')} have no time stamp.` : undefined}`
}

export function footprintSection({ models }: ReportData, drawer: ChartDrawer): Html {
  const domain = sizeDomain(models)
  const unsized = sum(models, (model) => model.unsized)
  return html`<section id="footprint" aria-labelledby="footprint-title">
<h2 id="footprint-title">Memory footprint</h2>
<figure class="charts">
<figcaption><h3>Products by size</h3>
In GB, on a logarithmic axis. The lines are the borders of the bins that the models use: 12, 225, 950 and 2000 GB.
${unsized > 0 ? html` ${wholeCounted(unsized, 'product')} of size 0 or less cannot be shown.` : undefined}</figcaption>
${panels(
  models.map((report) => ({
    model: report.model,
    note: report.sizes === undefined ? 'no product' : `median ${gigabyteText(report.sizes.p50)} GB`,
    chart: sizeHistogram(report, domain, drawer),
  })),
)}
${binTable(models)}
</figure>
<figure class="charts">
<figcaption><h3>Size by number of exposures</h3>
Each field is a range of both, on logarithmic axes; the stronger its colour, the more products are in it.</figcaption>
${panels(
  models.map((report) => ({
    model: report.model,
    note: wholeCounted(report.products, 'product'),
    chart: sizeByExposures(report, models, drawer),
  })),
)}
</figure>
</section>`
}

function binTable(models: readonly ModelReport[]): Html {
  const bins = models[0]?.memoryBins ?? []
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Products by memory bin">
<table class="compact">
<caption>Products by memory bin, and their share of the model's products.</caption>
<thead><tr><th scope="col">GB</th>${models.map(
    ({ model }) => html`<th scope="col" class="number">${model}</th><th scope="col" class="number">share</th>`,
  )}</tr></thead>
<tbody>
${bins.map(
  (
    { from, to },
    bin,
  ) => html`<tr><th scope="row">${to === undefined ? `${from} and more` : `${from}–${to}`}</th>${models.map(
    ({ memoryBins, products }) => {
      const number = memoryBins[bin]?.products ?? 0
      return html`<td class="number">${whole(number)}</td><td class="number">${share(number, products)}</td>`
    },
  )}</tr>
`,
)}</tbody>
</table>
</div>`
}
