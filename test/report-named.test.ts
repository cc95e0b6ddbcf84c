/** Association files on the page: when those that a database holds were made, beside the trained share. */
import { pathToFileURL } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { parseHTML } from 'linkedom'
import type { ModelReport } from '../lib/report/data.js'
import { dayMade, instrumentNamed, modelNamed } from '../lib/report/named-day.js'
import type { Model } from '../lib/rules/keywords.js'
import { asnFile } from './helpers/association-runs.js'
import { launch, open } from './helpers/browser.js'
import { needs } from './helpers/needs.js'
import { daily, exposure, pairs, Workdir } from './helpers/program.js'

/** A file for the product of an observation. */
function fileOf(observation: string, stamp?: string) {
  const product = `jw01001-o${observation}_t001_miri_f770w`
  const { name, text } = asnFile({ [product]: { [`jw01001${observation}001_02101_00001_mirimage`]: 'science' } })
  return { name: name.replace('o001', `o${observation}${stamp === undefined ? '' : `_${stamp}`}`), text }
}

/** Three days, and files of the second and third, one of a later day, and one without a time stamp. */
const FILES = [
  fileOf('003', '20240222t101530'),
  fileOf('004', '20240222t101531'),
  fileOf('005', '20240223t235959'),
  fileOf('006', '20251231t000000'),
  fileOf('007'),
]
const DAYS = { '2024-02-21_052.csv': [1, 2], '2024-02-22_053.csv': [3, 4], '2024-02-23_054.csv': [5, 6, 7] }

/** The folder of a database of these days and files. */
async function seeded(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  for (const [name, observations] of Object.entries(DAYS)) dir.write(`days/${name}`, pairs(...observations))
  for (const { name, text } of FILES) dir.write(`asn/${name}`, text)
  const { code, stderr } = await dir.run(['-q', '-o', 'db', '--asn', 'asn', 'days'])
  t.is(code, 0, stderr)
  return dir
}

async function modelsOf(dir: Workdir, args: readonly string[]): Promise<readonly ModelReport[]> {
  const { stdout } = await dir.run(['report', '--json', ...args])
  return (JSON.parse(stdout) as { readonly models: readonly ModelReport[] }).models
}

const NAMED = [
  { from: '2024-02-22', to: '2024-02-23', products: 2 },
  { from: '2024-02-23', to: '2024-02-24', products: 1 },
  { from: '2025-12-31', to: '2026-01-01', products: 1 },
]

test('report --json: products that files name, by the day of the file, and what narrows them', async (t) => {
  const dir = await seeded(t)
  const [image, ...others] = await modelsOf(dir, ['db'])
  t.deepEqual(image?.named, NAMED)
  t.is(image?.namedUndated, 1)
  for (const { named, namedUndated } of others) t.deepEqual([named, namedUndated], [[], 0])
  t.is(image?.time.at(-1)?.from, '2024-02-23', 'a file makes no day of the database')
  const [late] = await modelsOf(dir, ['--since', '2024-02-23', '--until', '2024-02-29', 'db'])
  t.deepEqual([late?.named, late?.namedUndated], [NAMED.slice(1, 2), 0])
  t.deepEqual((await modelsOf(dir, ['--program', '1002', 'db']))[0]?.named, [])
  t.deepEqual((await modelsOf(dir, ['--instrument', 'NIRCAM', 'db']))[0]?.named, [])
})

test('files that come in later runs, in any order, are marked where those of one run are', async (t) => {
  const dir = await seeded(t)
  const days = Object.keys(DAYS).reverse()
  for (const [index, day] of days.entries()) {
    const asn = FILES.filter((_, number) => number % 3 === index).flatMap(({ name }) => ['--asn', `asn/${name}`])
    t.is((await dir.run(['-q', '-o', 'daily', ...asn, `days/${day}`])).code, 0)
  }
  t.deepEqual(await modelsOf(dir, ['daily']), await modelsOf(dir, ['db']))
})

test('a database without association files has no line, and no word of them', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', daily(exposure(1)))
  await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])
  const { stdout } = await dir.run(['report', '--html', '-', 'db'])
  t.false(stdout.includes('association files begin'))
  t.false(stdout.includes('association files</text>'))
  t.false(stdout.includes('>files</th>'))
})

test('the page has a line, a text for who does not see it, and a table', async (t) => {
  const dir = await seeded(t)
  const { stdout } = await dir.run(['report', '--html', '-', 'db'])
  const { document } = parseHTML(stdout) as unknown as { readonly document: Node }
  const charts = [...document.querySelectorAll('#products svg')].filter(({ textContent }) =>
    textContent.includes('products trained'),
  )
  t.deepEqual(
    charts.map(
      (chart) => [...chart.querySelectorAll('.rule line[stroke-dasharray], .rule[stroke-dasharray] line')].length,
    ),
    [1, 0, 0, 0],
    'one line, where they begin, in the chart of their model',
  )
  t.is(
    charts[0]?.querySelector('desc')?.textContent,
    '100\u00a0% trained: 7 of 7 products; association files of 3 products, made 2024-02-22 to 2024-02-23 (3); ' +
      'association files of 1 product, made on days that are not shown; ' +
      'association files of 1 product, without a time stamp',
  )
  t.regex(
    document.querySelector('#products')?.textContent ?? '',
    /association files begin.*Those of 1 product have no/s,
  )
  const [, table] = [...document.querySelectorAll('#products table')]
  const rows = [...(table?.querySelectorAll('tbody tr') ?? [])].map((row) =>
    [...row.querySelectorAll('th, td')].slice(0, 3).map(({ textContent }) => textContent),
  )
  t.deepEqual(rows, [
    ['2025-12-31', '–', '1'],
    ['2024-02-23', '100\u00a0%', '1'],
    ['2024-02-22', '100\u00a0%', '2'],
    ['2024-02-21', '100\u00a0%', '0'],
  ])
})

/** As much of an element as is asked for. */
interface Node {
  readonly textContent: string
  querySelector(selector: string): Node | null
  querySelectorAll(selector: string): Iterable<Node>
}

needs('Chromium', 'the line of association files in a browser')('the line is seen, and read by keyboard', async (t) => {
  const dir = await seeded(t)
  await dir.run(['report', '-q', 'db'])
  const browser = await launch()
  t.teardown(() => browser.close())
  const address = pathToFileURL(dir.path('report.html')).href
  const { page, complaints } = await open(t, browser, address, { viewport: { width: 1300, height: 900 } })
  const chart = page.getByRole('img', { name: 'IMAGE: products trained by day' })
  const label = chart.getByText('association files', { exact: true })
  t.true(await label.isVisible())
  const [line, text, box] = await Promise.all(
    [chart.locator('[stroke-dasharray] line, line[stroke-dasharray]'), label, chart].map((its) => its.boundingBox()),
  )
  const middle = ((box?.x ?? 0) * 2 + (box?.width ?? 0)) / 2
  t.true(Math.abs((line?.x ?? 0) - middle) < 40, 'on the second of three days')
  t.true((text?.y ?? 0) + (text?.height ?? 0) < (line?.y ?? 0) + 12, 'its label does not cover the curve')
  await page.locator('#products .panels').first().focus()
  for (const _ of [1, 2]) await page.keyboard.press('ArrowRight')
  t.is(
    await page.locator('.tip').textContent(),
    '2024-02-22\n100\u00a0% trained: 2 of 2 products\nassociation files of 2 products',
  )
  t.deepEqual(complaints, [])
})

test('the day on which a file was made: by its version, else by its name', (t) => {
  t.is(dayMade('20240221t101530', 'jw01001-o001_20250101t000000_image3_00001_asn.json'), '2024-02-21')
  t.is(dayMade('r2', 'jw01001-o001_20250101T000000_image3_00001_asn.json'), '2025-01-01')
  t.is(dayMade('', 'jw01001-o001_image3_00001_asn.json'), '')
  t.is(dayMade('', 'jw01001-o001_20259901t000000_image3_00001_asn.json'), '', 'no day of a calendar')
})

test('the model that a file concerns: by its type and the name of its product', (t) => {
  const cases: readonly (readonly [string, string, Model | undefined])[] = [
    ['image3', 'jw01001-o001_t001_miri_f770w', 'IMAGE'],
    ['wfs-image3', 'jw01001-o001_t001_nircam_f212n-wlp8-nrca4_{suffix}-02', 'IMAGE'],
    ['image3', 'jw01001-o001_t001_nircam_f430m-maskrnd-maska430r', 'TAC'],
    ['coron3', 'jw01001-c1001_t001_nircam_f430m-maskrnd', 'TAC'],
    ['spec3', 'jw01001-o001_t001-{source_id}_nirspec_f100lp-g140h', 'SPEC'],
    ['tso3', 'jw01001-o001_t001_miri_p750l-slitlessprism', 'TAC'],
    ['image3', 'jw01001-o001_t001_fgs_clear', 'FGS'],
    ['', 'jw01001-o001_t001_miri_f770w', undefined],
  ]
  for (const [type, product, model] of cases) t.is(modelNamed(type, product), model, `${type} ${product}`)
  t.is(instrumentNamed('jw01001-o001_{source_id}_niriss_f115w'), 'NIRISS')
  t.is(instrumentNamed('jw01001-o001_t001_miri'), 'MIRI')
  t.is(instrumentNamed('jw01001-o001'), '')
})
