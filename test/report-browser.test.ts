/** The page in a real browser: sorted, searched, read by pointer and by keyboard, on a screen and on a telephone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExecutionContext } from 'ava'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { reportDatabase } from '../lib/report/collect.js'
import { formatPage } from '../lib/report/page.js'
import { WaitList } from '../lib/report/wait-list.js'
import { launch, type OpenOptions, open as openPage, READY } from './helpers/browser.js'
import { needs } from './helpers/needs.js'
import { EVIL, makeReportDatabase } from './helpers/report.js'

const test = needs('Chromium', 'the report in a browser')
const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-browser-'))
const file = join(folder, 'report.html')
const address = pathToFileURL(file).href
let browser: Browser

test.before(async () => {
  const list = new WaitList()
  const data = await reportDatabase(await makeReportDatabase(folder), { now: new Date('2024-03-01T12:34:56Z'), list })
  writeFileSync(file, await formatPage(data, '1.2.3', list))
  browser = await launch()
})

test.after.always(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

const NAMES = {
  alone: 'jw01001-o020_t1_miri_f770w',
  filter: `jw01001-o021_t1_miri_${EVIL.toLowerCase()}`,
  target: 'jw01001-o030_t2_miri_f770w',
  product: `jw01001-o040_${EVIL}`,
} as const

/** Opens the page, and waits until it has all that it shows. */
async function open(t: ExecutionContext, options?: OpenOptions) {
  const opened = await openPage(t, browser, address, options)
  await opened.page.waitForSelector(READY)
  return opened
}

/** The names of the rows that are drawn, from the top. */
function rows(page: Page): Promise<string[]> {
  return page.locator('.list tbody tr[aria-rowindex] th').allTextContents()
}

/** What each header says of the order. */
function orders(page: Page): Promise<(string | null)[]> {
  return page
    .locator('.list thead th')
    .evaluateAll((headers) => headers.map((header) => header.getAttribute('aria-sort')))
}

test('it opens from the disk, asks for nothing, and its script has no error', async (t) => {
  const { page, requests, complaints } = await open(t)
  t.is(await page.title(), `${join(folder, 'db')} – jwst-ingest report`, 'no data has run')
  for (const id of ['overview', 'products', 'instruments', 'footprint', 'waiting', 'drift', 'encodings']) {
    await page.locator(`nav a[href="#${id}"]`).click()
    t.true(await page.locator(`#${id} h2`).isVisible())
  }
  await page.locator('summary').first().click()
  t.true(await page.locator('#products details table').first().isVisible())
  t.deepEqual(requests, [address])
  t.deepEqual(complaints, [])
})

test('it cannot ask for anything either', async (t) => {
  const { page } = await open(t)
  const blocked = await page.evaluate(async () => {
    const directives: string[] = []
    const scope = globalThis as unknown as {
      addEventListener(name: string, listener: (event: { readonly effectiveDirective: string }) => void): void
    }
    scope.addEventListener('securitypolicyviolation', (event) => directives.push(event.effectiveDirective))
    await fetch('http://127.0.0.1:9/').catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 50))
    return directives
  })
  t.deepEqual(blocked, ['connect-src'])
})

test('the table is sorted by its headers, with pointer or keyboard', async (t) => {
  const { page } = await open(t, { viewport: { width: 1400, height: 900 } })
  const { alone, filter, target, product } = NAMES
  t.deepEqual(await rows(page), [alone, filter, target, product], 'oldest first')
  t.deepEqual(await orders(page), [null, null, null, null, 'ascending', null, null, null, null])
  await page.getByRole('button', { name: 'Exp.' }).click()
  t.deepEqual(await rows(page), [product, alone, filter, target])
  t.deepEqual(await orders(page), [null, null, null, null, null, null, 'ascending', null, null])
  await page.getByRole('button', { name: 'Exp.' }).click()
  t.is((await rows(page)).at(-1), product)
  t.is((await orders(page))[6], 'descending')
  await page.getByRole('button', { name: 'Name', exact: true }).focus()
  await page.keyboard.press('Enter')
  t.deepEqual(await rows(page), [alone, filter, target, product])
  await page.keyboard.press('Enter')
  t.deepEqual(await rows(page), [product, target, filter, alone])
})

test('the table is searched: rows that have every word', async (t) => {
  const { page } = await open(t)
  const search = page.getByLabel('Search')
  const found = page.locator('output')
  await search.fill('O030')
  t.deepEqual(await rows(page), [NAMES.target])
  t.is(await found.textContent(), '1 of 4 that wait')
  await search.fill('image group o02')
  t.deepEqual(await rows(page), [NAMES.alone, NAMES.filter])
  await search.fill('target differs')
  t.deepEqual(await rows(page), [NAMES.target])
  await search.fill('nowhere')
  t.deepEqual(await rows(page), [])
  t.is(await found.textContent(), '0 of 4 that wait')
  t.true(await page.getByText('Nothing that waits has all of this.').isVisible())
  await search.fill(' ')
  t.is((await rows(page)).length, 4)
  t.is(await found.textContent(), 'All 4 that wait')
})

test('a tooltip is read by pointer, and leaves with it', async (t) => {
  const { page } = await open(t, { viewport: { width: 1300, height: 900 } })
  const tip = page.locator('.tip')
  await page.locator('#products .wide [data-tip^="2024-02-20"]').first().hover()
  t.is(await tip.textContent(), '2024-02-20\nIMAGE: 6 products')
  const [box, mark] = [await tip.boundingBox(), await page.locator('.marked').boundingBox()]
  t.true((box?.y ?? 0) + (box?.height ?? 0) <= (mark?.y ?? 0), 'it does not cover what it is about')
  await page.locator('h1').hover()
  t.is(await tip.textContent(), '')
  t.is(await page.locator('.marked').count(), 0)
})

test('a tooltip is read by keyboard', async (t) => {
  const { page } = await open(t, { viewport: { width: 1300, height: 900 } })
  const tip = page
    .getByRole('status')
    .filter({ hasNot: page.locator('output') })
    .last()
  await page.locator('#footprint .marks').first().focus()
  await page.keyboard.press('ArrowRight')
  const first = await tip.textContent()
  t.regex(first ?? '', /GB\n\d products? \(/)
  await page.keyboard.press('ArrowRight')
  t.not(await tip.textContent(), first)
  await page.keyboard.press('Home')
  t.is(await tip.textContent(), first)
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowRight')
  t.regex((await tip.textContent()) ?? '', /GB\n1 product \(/)
  await page.keyboard.press('Escape')
  t.is(await tip.textContent(), '')
})

const PHONE = { width: 380, height: 760 }

test('on a telephone nothing is wider than the screen, and a tap shows a tooltip', async (t) => {
  const { page, complaints } = await open(t, { viewport: PHONE, hasTouch: true, isMobile: true })
  const wide = await page.locator('*:visible').evaluateAll((nodes) => {
    const boxes = nodes as unknown as readonly {
      closest(selector: string): unknown
      getBoundingClientRect(): { right: number }
      outerHTML: string
    }[]
    const outside = boxes.filter(
      (box) => box.closest('.scroll, nav ul') === null && box.getBoundingClientRect().right > 380.5,
    )
    return outside.map((box) => box.outerHTML.slice(0, 100))
  })
  t.deepEqual(wide, [])
  t.false(await page.locator('.wide svg').isVisible())
  await page.locator('#products .narrow [data-tip^="2024-02-23"]').first().tap()
  t.is(await page.locator('.tip').textContent(), '2024-02-23\nIMAGE: 3 products')
  t.deepEqual(await rows(page), [NAMES.alone, NAMES.filter, NAMES.target, NAMES.product])
  t.deepEqual(complaints, [])
})

const accessible = test.macro<[options: BrowserContextOptions]>({
  exec: async (t, options) => {
    const { page } = await open(t, { ...options, script: AXE })
    for (const details of await page.locator('details').all()) await details.locator('summary').click()
    const problems = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<Axe> } }
      const { violations } = await axe.run()
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
    })
    t.deepEqual(problems, [])
  },
  title: (_, { colorScheme, viewport }) => `axe finds nothing: ${colorScheme}, ${viewport?.width} pixels wide`,
})

interface Axe {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
test(accessible, { colorScheme: 'light', viewport: { width: 1300, height: 900 } })
test(accessible, { colorScheme: 'dark', viewport: { width: 1300, height: 900 } })
test(accessible, { colorScheme: 'light', viewport: PHONE })
test(accessible, { colorScheme: 'dark', viewport: PHONE })
