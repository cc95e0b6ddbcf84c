/**
 * Takes the pictures of the report that the README shows: synthetic days are ingested, reported, and the page is opened
 * in Chromium (see `test/helpers/browser.ts`).
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { reportDatabase } from '../lib/report/collect.js'
import { formatPage } from '../lib/report/page.js'
import { WaitList } from '../lib/report/wait-list.js'
import { ingest } from '../lib/run/ingest.js'
import { launch } from '../test/helpers/browser.js'
import { DEFAULTS, generateFiles } from './generator.js'

const OUT = resolve('docs/images')
const DAYS = { ...DEFAULTS, days: 60, rows: 3000, late: 0.3, dialect: 'unpadded' } as const

/** A picture: what is in sight, where the page is scrolled to. */
interface Picture extends BrowserContextOptions {
  readonly name: string
  readonly at: string
  /** What is clicked before. */
  readonly open?: string
}

const WIDE = { width: 1240, height: 940 }
const PICTURES: readonly Picture[] = [
  { name: 'report-light', at: 'body', colorScheme: 'light', viewport: WIDE },
  { name: 'report-dark', at: 'body', colorScheme: 'dark', viewport: WIDE },
  { name: 'report-footprint', at: '#footprint', colorScheme: 'light', viewport: { width: 1240, height: 560 } },
  { name: 'report-waiting', at: '#waiting', colorScheme: 'light', viewport: { width: 1240, height: 1080 } },
  {
    name: 'report-table',
    at: '.explorer',
    open: '.list tr[aria-rowindex="4"]',
    colorScheme: 'light',
    viewport: { width: 1240, height: 760 },
  },
  { name: 'report-phone', at: '#products', colorScheme: 'dark', viewport: { width: 380, height: 760 } },
]

async function take(browser: Browser, address: string, { name, at, open, ...options }: Picture): Promise<void> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  await page.goto(address)
  await page.waitForSelector('.explorer.live:not([aria-busy])')
  if (open !== undefined) await page.locator(open).click()
  await page
    .locator(at)
    .first()
    .evaluate((node) => {
      ;(node as unknown as { scrollIntoView(): void }).scrollIntoView()
    })
  await page.screenshot({ path: join(OUT, `${name}.png`) })
  await context.close()
}

const folder = await mkdtemp(join(tmpdir(), 'jwst-ingest-pictures-'))
const browser = await launch()
try {
  const raw = join(folder, 'raw')
  await mkdir(raw)
  for (const { name, chunks } of generateFiles(DAYS)) {
    await writeFile(join(raw, name), Buffer.concat([...chunks]))
  }
  // The page tells the path of the database, which has to be the same in all pictures.
  process.chdir(folder)
  const out = 'jwst-db'
  await ingest({ inputs: [raw], out })
  const list = new WaitList()
  const data = await reportDatabase(out, { now: new Date('2024-04-21T06:00:00Z'), list })
  const file = join(folder, 'report.html')
  await writeFile(file, await formatPage(data, '0.1.0', list))
  await mkdir(OUT, { recursive: true })
  for (const picture of PICTURES) await take(browser, pathToFileURL(file).href, picture)
} finally {
  await browser.close()
  await rm(folder, { recursive: true })
}
