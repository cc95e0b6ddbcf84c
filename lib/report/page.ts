/**
 * The page: one file with its style, its charts and its script, that asks nothing of the network.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ChartDrawer } from './chart.js'
import type { ReportData } from './data.js'
import { wholeCounted } from './format.js'
import { Html, html } from './html.js'
import { encodingsSection } from './section-encodings.js'
import { footprintSection, overviewSection, productsSection } from './section-products.js'
import { waitingSection } from './section-waiting.js'

/** Style and script are no modules of this program; they are in the package as they are in the source. */
const asset = (name: string) => readFile(new URL(`../../../lib/report/page/${name}`, import.meta.url), 'utf8')

/** The page that shows a report. */
export async function formatPage(data: ReportData, version: string): Promise<string> {
  const [style, script] = await Promise.all([asset('page.css'), asset('page.js')])
  const drawer = new ChartDrawer()
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="jwst-ingest ${version}">
<title>${data.database} – jwst-ingest report</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<div class="page">
${head(data)}
<main id="main">
${overviewSection(data)}
${productsSection(data, drawer)}
${footprintSection(data, drawer)}
${waitingSection(data, drawer)}
${encodingsSection(data)}
</main>
<footer>Made ${data.made.slice(0, 16).replace('T', ' ')} UTC by jwst-ingest ${version}. Days are UTC; 1 GB is 10⁶ kB.</footer>
</div>
<script type="module">${new Html(script)}</script>
</body>
</html>
`
  return page.text
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
  ['footprint', 'Footprint'],
  ['waiting', 'Waiting'],
  ['encodings', 'Encodings'],
] as const

function head(data: ReportData): Html {
  const { firstDate, lastDate } = data
  const days = firstDate === undefined ? 'no rows yet' : `rows of ${firstDate} to ${lastDate}`
  return html`<header class="head">
<p class="kicker">jwst-ingest report</p>
<h1>${data.database}</h1>
<p class="note">JWST Level 3 products and the exposures they were made of: ${days}.</p>
${data.damaged > 0 ? damagedNote(data) : undefined}
</header>
<nav aria-label="Sections"><ul>
${CONTENTS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
</ul></nav>`
}

function damagedNote({ database, damaged }: ReportData): Html {
  return html`<p class="warning">${wholeCounted(damaged, 'line')} of the tables cannot be read and are not in this report;
<code>jwst-ingest check ${database}</code> tells which.</p>`
}
