/**
 * The part of the page about features that changed.
 */
import type { DriftFeature, ModelDrift, ReportData } from './data.js'
import { share, whole, wholeCounted } from './format.js'
import { type Html, html } from './html.js'
import { TOLD_QUANTILES } from './sketch.js'

/** Of fewer products nothing can be said. */
const LEAST_PRODUCTS = 30
/** So many features are shown at first. */
const SHOWN = 8

export function driftSection({ drift, scope }: ReportData): Html {
  const said =
    scope.since === undefined
      ? html`<p class="note">With <code>--since DAY</code> the features of the products since then are set beside those of all before.</p>`
      : html`<p class="note">Features of the products since ${scope.since} beside those of all before, largest shift first. A
shift of 0 is the same distribution, one of 1 nothing in common: of numbers the greatest difference between the shares below
any value (Kolmogorov&ndash;Smirnov), of categories the share that would have to change (total variation).</p>
${drift.map(modelDrift)}`
  return html`<section id="drift" aria-labelledby="drift-title">
<h2 id="drift-title">Drift</h2>
${said}
</section>`
}

function modelDrift({ model, products, productsBefore, features }: ModelDrift): Html {
  const title = html`<h3><span class="swatch ${model.toLowerCase()}"></span>${model}</h3>`
  const counts = `${wholeCounted(products, 'product')}, ${whole(productsBefore)} before`
  if (Math.min(products, productsBefore) < LEAST_PRODUCTS) {
    return html`<div class="drift">${title}<p class="note">${counts}: with fewer than ${LEAST_PRODUCTS} nothing can be said.</p></div>`
  }
  const changed = features.filter(({ shift }) => shift > 0)
  const more = changed.slice(SHOWN)
  return html`<div class="drift">${title}
${driftTable(`${counts}.`, model, changed.slice(0, SHOWN))}
${more.length === 0 ? undefined : html`<details><summary>${whole(more.length)} more features</summary>${driftTable(`${model}: smaller shifts.`, `${model}, more`, more)}</details>`}</div>`
}

function driftTable(caption: string, label: string, features: readonly DriftFeature[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Drift of ${label}">
<table class="shifts">
<caption>${caption}</caption>
<thead><tr><th scope="col">Feature</th><th scope="col" class="shift">Shift</th>${TOLD_QUANTILES.map(
    (percent) => html`<th scope="col" class="number">${percent}\u00a0%</th>`,
  )}</tr></thead>
<tbody>
${features.map(driftRow)}
</tbody>
</table>
</div>`
}

function driftRow(its: DriftFeature): Html {
  const { feature, shift } = its
  const start = html`<th scope="row"><code>${feature}</code></th><td class="shift"><span class="bar" style="--part: ${Math.round(
    100 * shift,
  )}%"></span>${shift.toFixed(2)}</td>`
  if ('value' in its) {
    const { value, share: part, shareBefore } = its
    return html`<tr>${start}<td class="text" colspan="${TOLD_QUANTILES.length}"><code>${value}</code> ${partText(part)} of products, before
<span class="then">${partText(shareBefore)}</span></td></tr>
`
  }
  return html`<tr>${start}${its.quantiles.map(
    (value, index) =>
      html`<td class="number">${numberText(value)}<span class="then">${numberText(its.quantilesBefore[index] ?? 0)}</span></td>`,
  )}</tr>
`
}

const partText = (part: number) => share(part, 1)

/** Three digits: more are not known. */
function numberText(value: number): string {
  if (Math.abs(value) >= 1000) return whole(Number(value.toPrecision(3)))
  return String(Number(value.toPrecision(3)))
}
