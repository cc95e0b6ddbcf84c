/**
 * What waits, looked through in a real browser: 200,000 of it, by search, filters, bars and address; rows opened, copied,
 * saved and printed. What is expected is counted from the data, without the code of the page.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExecutionContext } from 'ava'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { makeReport, manyWaits } from '../bench/bench-waits.js'
import type { Wait } from '../lib/inspect/waits.js'
import { formatPage } from '../lib/report/page.js'
import { launch, open, READY } from './helpers/browser.js'
import { SOAK } from './helpers/faults.js'
import { needs } from './helpers/needs.js'

/** How much waits in the page of most tests, and in the one that shows how much it can be. */
const COUNT = 5_000
const MANY = 200_000
const test = needs('Chromium', 'what waits in a browser')
const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-explorer-'))
const file = join(folder, 'report.html')
const manyFile = join(folder, 'many.html')
const address = pathToFileURL(file).href
const WIDE = { viewport: { width: 1440, height: 900 } }
let browser: Browser
let waits: Wait[]
let lastDate: string

test.before(async () => {
  const { data, list } = makeReport(COUNT)
  writeFileSync(file, await formatPage(data, '1.2.3', list))
  lastDate = data.lastDate ?? ''
  waits = oldestFirst(COUNT)
  browser = await launch()
})

/** Of one day, in the order in which it comes. */
function oldestFirst(count: number): Wait[] {
  return [...manyWaits(count)].sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
}

test.after.always(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true })
})

const number = (count: number) => count.toLocaleString('en')
const drawn = (page: Page) => page.locator('.list tbody tr[aria-rowindex]')
const field = (page: Page, name: string) => page.locator(`.filters label [name=${name}]`)
const namesOf = (page: Page) => drawn(page).locator('th').allTextContents()
const age = ({ since }: Wait) => (Date.parse(lastDate) - Date.parse(since)) / 86_400_000

/** Says that the page comes to show these items, in this order, and nothing else: a new address is followed later. */
async function shows(t: ExecutionContext, page: Page, items: readonly Wait[], all = COUNT): Promise<void> {
  const found =
    items.length === all ? `All ${number(all)} that wait` : `${number(items.length)} of ${number(all)} that wait`
  const output = page.locator('output')
  await output
    .and(page.getByText(found, { exact: true }))
    .waitFor()
    .catch(() => {})
  t.is(await output.textContent(), found)
  t.is(await page.locator('.list table').getAttribute('aria-rowcount'), String(items.length + 1))
  const names = await namesOf(page)
  t.true(names.length > 0)
  t.deepEqual(
    names,
    items.slice(0, names.length).map(({ name }) => name),
  )
}

async function ready(t: ExecutionContext, hash = '', options: BrowserContextOptions = WIDE) {
  const opened = await open(t, browser, `${address}${hash}`, options)
  opened.page.setDefaultTimeout(10_000)
  await opened.page.waitForSelector(READY)
  return opened
}

test.serial('all of it is there, and only what is seen is drawn', async (t) => {
  const { page, complaints, requests } = await ready(t)
  await shows(t, page, waits)
  t.true((await drawn(page).count()) < 60)
  t.deepEqual(complaints, [])
  t.is(requests.length, 1)
})

/** Keeps the page from reading its texts until it is let. */
const HOLD = `
  const later = setTimeout
  const held = []
  globalThis.setTimeout = (work, time, ...more) => time === undefined ? held.push(work) : later(work, time, ...more)
  globalThis.letGo = () => {
    globalThis.setTimeout = later
    for (const work of held) work()
  }`

async function letGo(page: Page): Promise<void> {
  await page.evaluate('letGo()')
  await page.waitForSelector(READY)
}

test.serial('the table is there before all texts are; what is out of sight gets them when they come', async (t) => {
  const { page, complaints } = await open(t, browser, address, { ...WIDE, script: HOLD })
  await page.waitForSelector('.explorer.live[aria-busy=true]')
  await shows(t, page, waits)
  t.true(await page.locator('.explorer .csv').isDisabled())
  await drawn(page).nth(1).locator('button').click()
  t.true((await page.locator('.explanation').textContent())?.includes(waits[1]?.name ?? '-'))
  await page.keyboard.press('Escape')
  await page.locator('.list').evaluate((list) => {
    const box = list as unknown as { scrollTop: number; scrollHeight: number }
    box.scrollTop = box.scrollHeight
  })
  await page.waitForSelector(`.list tr[aria-rowindex="${COUNT + 1}"].bare`)
  await letGo(page)
  t.is((await namesOf(page)).at(-1), waits.at(-1)?.name)
  t.is(await page.locator('.list .bare').count(), 0)
  t.false(await page.locator('.explorer .csv').isDisabled())
  t.deepEqual(complaints, [])
})

test.serial('a filter, or an address with one, that comes before the texts is shown when they come', async (t) => {
  const tac = waits.filter(({ model }) => model === 'TAC')
  const { page } = await open(t, browser, address, { ...WIDE, script: HOLD })
  await page.waitForSelector('.explorer.live[aria-busy=true]')
  await field(page, 'model').selectOption('TAC')
  await field(page, 'q').fill('nircam')
  await letGo(page)
  await shows(
    t,
    page,
    tac.filter(({ instrument }) => instrument === 'NIRCAM'),
  )
  const again = await open(t, browser, `${address}#waiting?model=TAC`, { ...WIDE, script: HOLD })
  t.true(await again.page.locator('.beginning').isVisible(), 'the beginning, until then')
  await letGo(again.page)
  await shows(t, again.page, tac)
})

test.serial('scrolling and keys reach every row, to the last one', async (t) => {
  const { page } = await ready(t)
  await page.locator('.list').evaluate((list) => {
    const box = list as unknown as { scrollTop: number; scrollHeight: number }
    box.scrollTop = box.scrollHeight
  })
  await page.waitForSelector(`.list tr[aria-rowindex="${COUNT + 1}"]`)
  t.is((await namesOf(page)).at(-1), waits.at(-1)?.name)
  await drawn(page).last().locator('button').focus()
  const focused = () => page.evaluate('document.activeElement.closest("tr")?.getAttribute("aria-rowindex")')
  await page.keyboard.press('ArrowUp')
  t.is(await focused(), String(COUNT))
  await page.keyboard.press('Home')
  t.is(await focused(), '2')
  for (let press = 0; press < 40; press++) await page.keyboard.press('ArrowDown')
  t.is(await focused(), '42')
  await page.keyboard.press('End')
  t.is(await focused(), String(COUNT + 1))
  const [row, box] = await Promise.all(
    [`.list tr[aria-rowindex="${COUNT + 1}"]`, '.list'].map((what) => page.locator(what).boundingBox()),
  )
  t.true((row?.y ?? Infinity) + (row?.height ?? 0) <= (box?.y ?? 0) + (box?.height ?? 0), 'it is in sight')
})

const FILTERS: readonly (readonly [label: string, value: string, hash: string, has: (wait: Wait) => boolean])[] = [
  ['Model', 'TAC', 'model=TAC', ({ model }) => model === 'TAC'],
  ['Model', 'none', 'model=none', ({ model }) => model === undefined],
  ['Instrument', 'NIRISS', 'instrument=NIRISS', ({ instrument }) => instrument === 'NIRISS'],
  ['Reason', 'target-differs', 'reason=target-differs', ({ reason }) => reason === 'target-differs'],
  ['Kind', 'mosaic', 'kind=mosaic', ({ kind }) => kind === 'mosaic'],
  ['Age', '31-60', 'age=31-60', (wait) => age(wait) >= 31 && age(wait) <= 60],
  ['Age', '366-', 'age=366-', (wait) => age(wait) >= 366],
]
for (const [label, value, hash, has] of FILTERS) {
  test.serial(
    `filter by ${label.toLowerCase()} ${value}: there by the address, shown, counted, and in the address again`,
    async (t) => {
      const { page } = await ready(t, `#waiting?${hash}`)
      const chosen = waits.filter(has)
      const choice = field(page, label.toLowerCase())
      await shows(t, page, chosen)
      t.is(await choice.inputValue(), value)
      await page.getByRole('button', { name: 'Clear filters' }).click()
      await shows(t, page, waits)
      const option = await choice.locator(`option[value="${value}"]`).textContent()
      t.true(option?.endsWith(`(${number(chosen.length)})`), option ?? '')
      await choice.selectOption(value)
      await shows(t, page, chosen)
      t.is(new URL(page.url()).hash, `#waiting?${hash}`)
    },
  )
}

test.serial('programs, search and several filters go together; back undoes a filter', async (t) => {
  const { page } = await ready(t)
  await field(page, 'program').fill('1018, 01020')
  const programs = waits.filter(({ pid }) => pid === 1018 || pid === 1020)
  await shows(t, page, programs)
  await field(page, 'q').fill('MIRI f770w')
  const searched = programs.filter(
    ({ instrument, name, detail }) => instrument === 'MIRI' && /f770w/.test(name + detail),
  )
  await shows(t, page, searched)
  await field(page, 'kind').selectOption('group')
  await shows(
    t,
    page,
    searched.filter(({ kind }) => kind === 'group'),
  )
  await page.goBack()
  await shows(t, page, searched)
  t.is(await field(page, 'q').inputValue(), 'MIRI f770w')
})

test.serial('the values of a filter are counted under the others', async (t) => {
  const { page } = await ready(t, '#waiting?model=SPEC&reason=no-product')
  const option = await field(page, 'instrument').locator('option[value="NIRSPEC"]').textContent()
  const expected = waits.filter(
    ({ model, reason, instrument }) => model === 'SPEC' && reason === 'no-product' && instrument === 'NIRSPEC',
  )
  t.is(option, `NIRSPEC (${number(expected.length)})`)
})

test.serial('a bar is a filter, by pointer and by keyboard', async (t) => {
  const { page } = await ready(t)
  const young = waits.filter((wait) => wait.model === 'IMAGE' && age(wait) >= 15 && age(wait) <= 30)
  await page.locator('#waiting .image [data-tip^="15–30 days"]').first().click()
  await shows(t, page, young)
  t.is(new URL(page.url()).hash, '#waiting?model=IMAGE&age=15-30')
  await page.locator('#waiting .marks').first().focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await shows(
    t,
    page,
    waits.filter((wait) => wait.model === 'IMAGE' && age(wait) <= 1),
  )
})

test.serial('a row opens what is told of it, which the address has; its name is copied', async (t) => {
  const { page } = await ready(t, '', { ...WIDE, permissions: ['clipboard-read', 'clipboard-write'] })
  const wait = waits.find(({ reason }) => reason === 'target-differs') as Wait
  await field(page, 'reason').selectOption('target-differs')
  const button = page.locator('.list .opens').first()
  await button.focus()
  await page.keyboard.press('Enter')
  t.is(await page.locator('.list .opens').first().getAttribute('aria-expanded'), 'true')
  const told = await page.locator('.explanation').innerText()
  for (const text of [
    wait.name,
    'product and exposures agree in all keywords, but not in the target',
    wait.since,
    wait.remedy.replaceAll('`', ''),
  ])
    t.true(told.includes(text), text)
  for (const part of wait.detail.split('; ')) t.true(told.includes(part), part)
  /** What a button copies, once the page says that it has. */
  const copied = async (name: string | RegExp, start: string) => {
    await page.getByRole('button', { name }).click()
    await page
      .locator('.told')
      .and(page.getByText(`Copied ${start}`))
      .waitFor()
    return page.evaluate<string>('navigator.clipboard.readText()')
  }
  t.is(await copied('Copy name', wait.name), wait.name)
  const command = `jwst-ingest explain ${wait.name} jwst-db`
  t.is(await copied(/Copy the command/, command), command)
  const link = await copied('Copy link', 'file:')
  t.is(new URL(link).searchParams.size, 0)
  const again = await ready(t, new URL(link).hash)
  t.is(await again.page.locator('.list .open .opens').textContent(), wait.name)
  await again.page.locator('.list .open .opens').focus()
  await again.page.keyboard.press('Escape')
  t.is(await again.page.locator('.explanation').count(), 0)
})

test.serial('a row far down is opened by its address, and what is above it can be scrolled to', async (t) => {
  const wait = waits[3_456] as Wait
  const { page } = await ready(t, `#waiting?row=${wait.name}`)
  t.true(await page.locator('.explanation').isVisible())
  t.is(
    await page.locator('.list .open').getAttribute('aria-rowindex'),
    String(waits.findIndex(({ name }) => name === wait.name) + 2),
  )
})

test.serial('what is in view is saved as CSV', async (t) => {
  const { page } = await ready(t, '#waiting?model=TAC&instrument=MIRI&kind=product')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as CSV' }).click(),
  ])
  t.is(download.suggestedFilename(), 'waiting.csv')
  const [header, ...lines] = readFileSync(await download.path(), 'utf8')
    .trimEnd()
    .split('\r\n')
  t.is(
    header,
    'name,kind,model,instrument,program,observation,since,days,members,exposures,reason,meaning,detail,remedy',
  )
  const items = waits.filter(
    ({ model, instrument, kind }) => model === 'TAC' && instrument === 'MIRI' && kind === 'product',
  )
  t.is(lines.length, items.length)
  const [first] = items as [Wait]
  const start = `${first.name},product,TAC,MIRI,0${first.pid},${first.observation},${first.since},${age(first)},${first.members},0,${first.reason},`
  t.true(lines[0]?.startsWith(start), lines[0])
})

test.serial('paper has the beginning of what is in view, and says so', async (t) => {
  const { page } = await ready(t, '#waiting?model=FGS')
  await page.emulateMedia({ media: 'print' })
  t.false(await page.locator('.list').isVisible())
  const items = waits.filter(({ model }) => model === 'FGS')
  t.is(
    await page.locator('.beginning caption').textContent(),
    `The first 200 of the ${number(items.length)} that wait (model FGS); the page has all.`,
  )
  t.deepEqual(
    await page.locator('.beginning tbody th').allTextContents(),
    items.slice(0, 200).map(({ name }) => name),
  )
})

test.serial(
  'without a script, or in a browser that cannot unpack it, the oldest are there and it is said',
  async (t) => {
    const { page } = await open(t, browser, address, { javaScriptEnabled: false })
    t.true(await page.locator('.beginning').isVisible())
    t.is(await page.locator('.beginning tbody tr').count(), 200)
    t.regex((await page.locator('.beginning caption').textContent()) ?? '', /^The 200 oldest of the 5,000 that wait;/)
    const old = await open(t, browser, address, { script: 'delete globalThis.DecompressionStream' })
    t.true(await old.page.locator('.beginning').isVisible())
    t.deepEqual(old.complaints, [])
  },
)

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WIDTHS = [1440, 820, 390]
const LOOKS = [
  { colorScheme: 'light', forcedColors: 'none' },
  { colorScheme: 'dark', forcedColors: 'none' },
  { colorScheme: 'light', forcedColors: 'active' },
] as const

test.serial(
  '200,000 that wait: below 6 MB, searched, filtered; axe finds nothing at any width or colours',
  async (t) => {
    const { data, list } = makeReport(MANY)
    writeFileSync(manyFile, await formatPage(data, '1.2.3', list))
    t.true(readFileSync(manyFile).length < 6_000_000)
    const all = oldestFirst(MANY)
    const { page, complaints } = await open(t, browser, pathToFileURL(manyFile).href, { ...WIDE, script: AXE })
    await page.waitForSelector(READY)
    await shows(t, page, all, MANY)
    await field(page, 'q').fill('GRISMR nearest')
    const found = all.filter(({ name, detail }) => /grismr/i.test(name + detail) && /nearest/.test(detail))
    await shows(t, page, found, MANY)
    await field(page, 'model').selectOption('TAC')
    await shows(
      t,
      page,
      found.filter(({ model }) => model === 'TAC'),
      MANY,
    )
    await page.locator('.list .opens').first().click()
    for (const [index, width] of WIDTHS.entries()) {
      await page.setViewportSize({ width, height: 900 })
      // Each width and each look once; all of them together with SOAK=1.
      for (const look of SOAK ? LOOKS : LOOKS.slice(index, index + 1)) {
        await page.emulateMedia(look)
        const what = `${width} pixels, ${look.colorScheme}, forced colours ${look.forcedColors}`
        t.deepEqual(await problemsOf(page), [], what)
        t.true((await page.evaluate<number>('document.documentElement.scrollWidth')) <= width, what)
        t.true(await page.locator('.explanation').isVisible(), what)
      }
    }
    t.deepEqual(complaints, [])
  },
)

/** What axe finds. */
function problemsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(where: string): Promise<Axe> } }
    const { violations } = await axe.run('#waiting')
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}

interface Axe {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[]
}
