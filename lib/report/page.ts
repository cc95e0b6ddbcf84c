/**
 * The page: one file with its style, its charts and its script, that asks nothing of the network.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ChartDrawer } from './chart.js'
import type { ReportData } from './data.js'
import { wholeCounted } from './format.js'
import { Html, html } from './html.js'
import { driftSection } from './section-drift.js'
import { encodingsSection } from './section-encodings.js'
import { instrumentsSection } from './section-instruments.js'
import { footprintSection, overviewSection, productsSection } from './section-products.js'
import { waitingSection } from './section-waiting.js'
import type { WaitList } from './wait-list.js'

/** Style and script are no part of this program; they are in the package as they are in the source. */
const asset = (name: string) => readFile(new URL(`../../../lib/report/page/${name}`, import.meta.url), 'utf8')

/** The modules of the script, each behind those that it imports. */
const MODULES = ['tips', 'waits', 'view', 'copy', 'table', 'explorer', 'page'] as const

/** The script as one module: names are unique in all of them, so imports and exports are not needed any more. */
async function joinModules(): Promise<string> {
  const texts = await Promise.all(MODULES.map((name) => asset(`${name}.js`)))
  return texts.map((text) => text.replace(/^import .*\n/gm, '').replace(/^export /gm, '')).join('\n')
}

/**
 * The page that shows a report.
 *
 * @param list everything that waits
 */
export async function formatPage(data: ReportData, version: string, list: WaitList): Promise<string> {
  const [style, script] = await Promise.all([asset('page.css'), joinModules()])
  const { numbers, texts } = list.packed(data.database, data.lastDate)
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="jwst-ingest ${version}">
<title>${data.database} &ndash; jwst-ingest report</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div class="page">
${head(data)}
<main id="main">
${isEmpty(data) ? emptyNote(data) : sections(data)}
</main>
<footer>Made at ${madeText(data)} by jwst-ingest ${version}. Days are UTC; 1 GB is 10&#8310; kB.</footer>
</div>
<script type="text/plain" id="packed">${new Html(numbers)}</script>
<script type="text/plain" id="texts">${new Html(texts)}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`
  return inAscii(page.text)
}

/**
 * HTML of the same meaning, for a browser takes twice as long to decode and to parse four megabytes of which one character
 * is none of ASCII. Style and script have references of their own, and are ASCII as they are.
 */
function inAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`)
}

function sections(data: ReportData): readonly Html[] {
  const drawer = new ChartDrawer()
  return [
    overviewSection(data),
    productsSection(data, drawer),
    instrumentsSection(data),
    footprintSection(data, drawer),
    waitingSection(data, drawer),
    driftSection(data),
    encodingsSection(data),
  ]
}

/** Whether nothing is matched, and nothing waits. */
function isEmpty({ models, waiting }: ReportData): boolean {
  const { groups, products, mosaics, ungrouped } = waiting
  return groups + products + mosaics + ungrouped + models.reduce((sum, its) => sum + its.products, 0) === 0
}

function emptyNote({ database, scope, rejects }: ReportData): Html {
  const isNarrow = scope.since ?? scope.until ?? scope.programs[0] ?? scope.instruments[0]
  const what =
    isNarrow === undefined
      ? html`There is nothing in <code>${database}</code> yet: no product is matched, and nothing waits. Ingest some days with
<code>jwst-ingest -o ${database} FILES</code>.`
      : html`Nothing in <code>${database}</code> is of ${scopeText(scope)}. Without these options the page shows all.`
  const rejected =
    rejects === 0 ? undefined : html` ${wholeCounted(rejects, 'row')} could not be used: see <code>rejects.csv</code>.`
  return html`<section id="overview" aria-labelledby="overview-title">
<h2 id="overview-title">Nothing to show</h2>
<p class="note">${what}${rejected}</p>
</section>`
}

/** What the page is narrowed to; blank for all. */
function scopeText({ since, until, programs, instruments }: ReportData['scope']): string {
  return [
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
    ...(programs.length === 0 ? [] : [`program ${programs.join(', ')}`]),
    ...(instruments.length === 0 ? [] : [instruments.join(', ')]),
  ].join(', ')
}

/** Nothing may be loaded from anywhere, and no script runs but the page's own. */
function contentPolicy(script: string): string {
  const hash = createHash('sha256').update(script).digest('base64')
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${hash}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

const CONTENTS = [
  ['overview', 'Overview'],
  ['products', 'Products'],
  ['instruments', 'Instruments'],
  ['footprint', 'Footprint'],
  ['waiting', 'Waiting'],
  ['drift', 'Drift'],
  ['encodings', 'Encodings'],
] as const

function head(data: ReportData): Html {
  const { firstDate, lastDate } = data
  const scope = scopeText(data.scope)
  const days = firstDate === undefined ? 'no rows yet' : `rows of ${firstDate} to ${lastDate}`
  return html`<header class="head">
<p class="kicker">jwst-ingest report, made at ${madeText(data)}</p>
<h1>${data.database}</h1>
<p class="note">JWST Level 3 products and the exposures they were made of: ${days}.</p>
${scope === '' ? undefined : html`<p class="scope">Only ${scope}</p>`}
${data.damaged > 0 ? damagedNote(data) : undefined}
</header>
${isEmpty(data) ? undefined : contents()}`
}

function contents(): Html {
  return html`<nav aria-label="Sections"><ul>
${CONTENTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
</ul></nav>`
}

const madeText = ({ made }: ReportData) => `${made.slice(0, 16).replace('T', ' ')} UTC`

function damagedNote({ database, damaged }: ReportData): Html {
  return html`<p class="warning">${wholeCounted(damaged, 'line')} of the tables cannot be read and are not in this report;
<code>jwst-ingest check ${database}</code> tells which.</p>`
}
