/** The page as text: what is in it, and that nothing in it can load or run anything else. */
import { createHash } from 'node:crypto'
import test from 'ava'
import { parseHTML } from 'linkedom'
import { reportDatabase } from '../lib/report/collect.js'
import type { ReportData } from '../lib/report/data.js'
import { formatPage } from '../lib/report/page.js'
import { WaitList } from '../lib/report/wait-list.js'
import { runStdin, temporaryFolder, withFolder } from './helpers/database.js'
import { daily } from './helpers/program.js'
import { EVIL, makeReportDatabase } from './helpers/report.js'

const now = new Date('2024-03-01T12:34:56Z')

async function pageOf(db: string, changes: Partial<ReportData> = {}): Promise<string> {
  const list = new WaitList()
  const data = await reportDatabase(db, { now, list })
  return formatPage({ ...data, ...changes }, '1.2.3', list)
}

/** As much of an element as the tests ask for. */
interface Node {
  readonly textContent: string
  readonly innerHTML: string
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>
  querySelector(selector: string): Node | null
  querySelectorAll(selector: string): Iterable<Node>
  getAttribute(name: string): string | null
}

/** The page of the database for reports. */
const page = withFolder(async (folder) => {
  const text = await pageOf(await makeReportDatabase(folder))
  const document: Node = parseHTML(text).document
  return { text, document }
})

const all = (node: Node, selector: string) => [...node.querySelectorAll(selector)]
const texts = (node: Node, selector: string) => all(node, selector).map(({ textContent }) => textContent.trim())

test('data is text wherever it stands', async (t) => {
  const { text, document } = await page
  t.false(text.includes(EVIL))
  t.false(text.includes('<img'))
  t.deepEqual(
    all(document, 'script').map((script) => script.getAttribute('type')),
    ['text/plain', 'text/plain', 'module'],
  )
  for (const packed of ['#packed', '#texts']) t.regex(document.querySelector(packed)?.textContent ?? '', /^[\w+/=]+$/)
  t.deepEqual(
    all(document, '*').flatMap(({ attributes }) => [...attributes].filter(({ name }) => name.startsWith('on'))),
    [],
  )
  const names = texts(document, '.waits tbody th')
  t.true(names.includes(`jw01001-o040_${EVIL}`), 'the name of a product')
  t.true(
    texts(document, '.codes .value').some((value) => value.startsWith(EVIL)),
    'the value of a category',
  )
  t.true(
    texts(document, '.waits tbody td').some((detail) => detail.includes(`exposures ${EVIL}`)),
    'the name of a target',
  )
})

test('nothing is loaded, and only the script of the page runs', async (t) => {
  const { text, document } = await page
  const links = all(document, '[src], [href], [action], [srcset], [data]')
  for (const link of links) {
    const target = link.getAttribute('src') ?? link.getAttribute('href') ?? 'other'
    t.regex(target, /^(#[\w-]+(\?[\w=&+-]+)?|data:,)$/)
  }
  t.is(text.match(/url\(|@import|https?:(?!\/\/www\.w3\.org\/)/), null)
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content') ?? ''
  t.regex(policy, /^default-src 'none';/)
  const [, script = ''] = /<script type="module">([\s\S]*?)<\/script>/.exec(text) ?? []
  t.true(policy.includes(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`))
})

test('charts have a name and a description, and their marks say what they are', async (t) => {
  const { document } = await page
  const charts = all(document, 'svg')
  t.is(charts.length, 2 + 6 * 4)
  const ids = new Set<string>()
  for (const chart of charts) {
    const [title, description] = [chart.querySelector('title'), chart.querySelector('desc')]
    t.is(chart.getAttribute('role'), 'img')
    t.is(chart.getAttribute('aria-labelledby'), title?.getAttribute('id') ?? '')
    t.is(chart.getAttribute('aria-describedby'), description?.getAttribute('id') ?? '')
    t.truthy(title?.textContent)
    t.truthy(description?.textContent)
    for (const node of [title, description]) ids.add(node?.getAttribute('id') ?? '')
    t.notRegex(chart.textContent, /NaN|undefined|Infinity|⚠/)
    t.notRegex(chart.innerHTML, /="[^"]*(NaN|Infinity)/)
  }
  t.is(ids.size, 2 * charts.length, 'ids are there once')
  const marks = texts(document, 'svg g title')
  t.true(marks.includes('2024-02-20\nIMAGE: 6 products'))
  t.true(marks.includes('2024-02-23\n75.0\u00a0% matched: 3 of 4 exposures'))
})

test('tables have captions, and their headers a scope', async (t) => {
  const { document } = await page
  for (const table of all(document, 'table')) {
    t.truthy(table.querySelector('caption')?.textContent.trim())
    for (const header of all(table, 'th')) t.regex(header.getAttribute('scope') ?? '', /^(col|row)$/)
  }
  const bins = all(document, '#footprint tbody tr').map((row) => texts(row, 'th, td').slice(0, 2))
  t.deepEqual(bins, [
    ['0–12', '5'],
    ['12–225', '1'],
    ['225–950', '1'],
    ['950–2000', '1'],
    ['2000 and more', '1'],
  ])
})

test('headings are in order', async (t) => {
  const { document } = await page
  const levels = [...(await page).text.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level))
  t.is(levels.filter((level) => level === 1).length, 1)
  for (const [index, level] of levels.entries()) t.true(level <= (levels[index - 1] ?? 0) + 1)
  t.deepEqual(texts(document, 'nav a'), [
    'Overview',
    'Products',
    'Instruments',
    'Footprint',
    'Waiting',
    'Drift',
    'Encodings',
  ])
})

test('new codes are marked', async (t) => {
  const { document } = await page
  const marked = all(document, '.codes .value').filter((value) => value.querySelector('.badge') !== null)
  t.deepEqual(
    marked.map(({ textContent }) => textContent),
    [`${EVIL}new`],
  )
  t.regex(document.querySelector('#encodings .note')?.textContent ?? '', /1 value had no code/)
})

test('a database without rows has a page', async (t) => {
  const folder = temporaryFolder(t)
  await runStdin(`${folder}/db`, { name: '-', date: '2024-02-20', text: daily() }, 1000)
  const text = await pageOf(`${folder}/db`)
  const charts: Node = parseHTML(text).document
  t.true(text.includes('no rows yet'))
  t.true(text.includes('There is nothing in'), 'it says so')
  t.deepEqual(all(charts, 'svg, nav'), [], 'and shows nothing that is empty')
})

test('a page says that lines are missing in it, and which part of what waits it shows', async (t) => {
  const db = await makeReportDatabase(temporaryFolder(t))
  const text = await pageOf(db, { damaged: 3 })
  t.true(text.includes('3 lines of the tables cannot be read'))
  t.true(text.includes('All 4 that wait.'))
  const { waiting } = await reportDatabase(db, { now })
  t.true((await pageOf(db, { waiting: { ...waiting, groups: 5000 } })).includes('The 4 oldest of the 5,001 that wait'))
})
