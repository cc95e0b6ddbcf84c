/**
 * The part of the page about category codes.
 */
import { newValues } from './category-tally.js'
import type { CategoryReport, CodeReport, ReportData } from './data.js'
import { whole, wholeCounted } from './format.js'
import { type Html, html } from './html.js'

/** Of a code with more values than these, the others are shown on request. */
const MOST_VALUES = 4

export function encodingsSection({ encodings, database }: ReportData): Html {
  const fresh = newValues(encodings)
  const news =
    fresh === 0
      ? 'All of them are codes that the program brings.'
      : html`${wholeCounted(fresh, 'value')} had no code and got one in this database: ${BADGE}. A model that was trained before
has never seen ${fresh === 1 ? 'it' : 'them'}.`
  return html`<section id="encodings" aria-labelledby="encodings-title">
<h2 id="encodings-title">Encodings</h2>
<p class="note">The codes of <code>encodings.json</code> in <code>${database}</code>, with the number of matched products
and of waiting groups that have them. ${news}</p>
<div class="codes">
${encodings.map(categoryTable)}
</div>
</section>`
}

const BADGE = html`<span class="badge">new</span>`

function categoryTable({ category, codes }: CategoryReport): Html {
  return html`<table>
<caption>${category}</caption>
<thead><tr><th scope="col" class="number">Code</th><th scope="col">Value</th><th scope="col" class="number">Products</th><th
 scope="col" class="number">Waiting</th></tr></thead>
<tbody>
${codes.map(codeRow)}</tbody>
</table>
`
}

function codeRow({ code, values, products, waitingGroups }: CodeReport): Html {
  const isUnused = products === 0 && waitingGroups === 0
  return html`<tr${isUnused ? html` class="unused"` : undefined}><th scope="row" class="number">${code}</th><td
 class="name">${valuesOf(values)}</td><td class="number">${whole(products)}</td><td
 class="number">${whole(waitingGroups)}</td></tr>
`
}

/** The values of a code, new ones first; many of them shut away. */
function valuesOf(values: CodeReport['values']): Html {
  const ordered = [...values.filter(({ isNew }) => isNew), ...values.filter(({ isNew }) => !isNew)]
  const list = (some: CodeReport['values']) =>
    html`${some.map(({ value, isNew }) => html`<span class="value">${value}${isNew ? BADGE : undefined}</span> `)}`
  if (ordered.length <= MOST_VALUES) return list(ordered)
  return html`${list(ordered.slice(0, MOST_VALUES - 1))}<details><summary>${whole(
    ordered.length - MOST_VALUES + 1,
  )} more</summary>${list(ordered.slice(MOST_VALUES - 1))}</details>`
}
