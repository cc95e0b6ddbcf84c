/**
 * A part of the benchmark: how large the report is that has much that waits, and how fast a browser is with it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { formatPage } from '../lib/report/page.js'
import { launch } from '../test/helpers/browser.js'
import { missing } from '../tools/needs.js'
import { type Extent, MOST_PAGE_FILTER, MOST_PAGE_OPEN, MOST_PAGE_SIZE } from './bench-bars.js'
import { RUN_FOLDER } from './bench-jobs.js'
import { type Bar, count, fixed, MB, type Section, seconds, table, worst } from './bench-report.js'
import { makeReport } from './bench-waits.js'

const WAITING = 200_000

/** What somebody does with the page, as the address says it; the first of all makes what search needs. */
const STEPS: readonly (readonly [name: string, hash: string])[] = [
  ['first search', '#waiting?q=f444w'],
  ['search', '#waiting?q=nircam+f2'],
  ['model', '#waiting?model=TAC'],
  ['reason and age', '#waiting?reason=target-differs&age=91-180'],
  ['all again', '#waiting?kind='],
]

/** Nobody waits for these but who is faster than the page: they have no bar. */
const UNBARRED: readonly string[] = ['open while the browser starts', 'all names', 'first search']
/** A browser does much of its own for some seconds after its start, which has two processors busy. */
const REST_MS = 4000

/** Seconds from the navigation to a mark of the page. */
const secondsTo = (mark: string) => `performance.measure("step", undefined, ${JSON.stringify(mark)}).duration / 1000`

/** Size of the page, time to open it, and to filter what waits. */
export async function page({ rounds }: Extent): Promise<Section> {
  const { data, list } = makeReport(WAITING)
  const text = await formatPage(data, '0.0.0', list)
  const size = Buffer.byteLength(text)
  mkdirSync(RUN_FOLDER, { recursive: true })
  const file = join(RUN_FOLDER, 'report.html')
  writeFileSync(file, text)
  const bars: Bar[] = [
    { what: `size of the report of ${count(WAITING)} that wait`, ...below(size / MB, MOST_PAGE_SIZE / MB, 'MB', 2) },
  ]
  const rows = [['size, MB', fixed(size / MB, 2), '']]
  const lack = missing('Chromium')
  const times = lack === undefined ? await inBrowser(pathToFileURL(file).href, rounds) : new Map<string, number[]>()
  for (const [name, runs] of times) {
    const most = name === 'open' ? MOST_PAGE_OPEN : MOST_PAGE_FILTER
    const [median = Number.NaN] = [...runs].sort((a, b) => a - b).slice(Math.floor(runs.length / 2))
    rows.push([`${name}, s`, seconds(median), `${seconds(Math.min(...runs))}–${seconds(Math.max(...runs))}`])
    if (!UNBARRED.includes(name))
      bars.push({ what: `report of ${count(WAITING)} that wait: ${name}`, ...below(median, most, 's', 3) })
  }
  const note =
    lack === undefined
      ? `\n\nThe browser has started ${REST_MS / 1000} s before, but for the first opening.`
      : `\n\nNot measured in a browser: ${lack.reason}.`
  return {
    title: `The report of ${count(WAITING)} that wait, in Chromium`,
    text: `${table(['', 'median', 'min–max'], rows)}${note}`,
    bars,
    headlines: worst(bars),
  }
}

function below(value: number, most: number, unit: string, decimals: number): Omit<Bar, 'what'> {
  return { limit: `≤ ${most} ${unit}`, figure: `${fixed(value, decimals)} ${unit}`, share: value / most }
}

/** Seconds of each step, in every round with a browser of its own. */
async function inBrowser(address: string, rounds: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>()
  const keep = (name: string, time: number) => times.set(name, [...(times.get(name) ?? []), time])
  for (let round = 0; round < rounds; round++) {
    const browser = await launch()
    try {
      const viewport = { width: 1440, height: 900 }
      const first = await browser.newPage({ viewport })
      keep('open while the browser starts', await openTime(first, address))
      await first.close()
      const opened = await browser.newPage({ viewport })
      await opened.waitForTimeout(REST_MS)
      keep('open', await openTime(opened, address))
      await opened.waitForSelector('.explorer:not([aria-busy])')
      keep('all names', await opened.evaluate(secondsTo('all waits')))
      for (const [name, hash] of STEPS) keep(name, await stepTime(opened, hash))
    } finally {
      await browser.close()
    }
  }
  return times
}

/** Seconds from the navigation to the first rows of what waits. */
async function openTime(opened: Page, address: string): Promise<number> {
  await opened.goto(address)
  await opened.waitForSelector('.list tbody tr[aria-rowindex]')
  return opened.evaluate(secondsTo('first waits'))
}

/** Seconds from a change of the address to the next picture. */
async function stepTime(opened: Page, hash: string): Promise<number> {
  return opened.evaluate(`new Promise((done) => {
    const start = performance.now()
    addEventListener('hashchange', () => requestAnimationFrame(() => setTimeout(() => done((performance.now() - start) / 1000))), { once: true })
    location.hash = ${JSON.stringify(hash)}
  })`)
}
