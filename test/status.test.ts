/** What status counts, against the tables themselves and by hand. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { QUANTILES, SizeSample } from '../lib/inspect/quantiles.js'
import { type ModelStatus, type StatusReport, statusOf } from '../lib/inspect/status.js'
import { formatStatus } from '../lib/inspect/status-text.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { associate } from '../lib/run/ingest.js'
import { build, daily, FIXTURES, newFolder } from './helpers/damage.js'
import { editTable, fileBytes, readRows, readTable, run, writeDayFiles, writeTable } from './helpers/database.js'
import { fieldsOf, INPUT_COLUMNS } from './helpers/rows.js'

const DAYS = daily(join(FIXTURES, 'days'))
const MODELS = ['IMAGE', 'SPEC', 'TAC', 'FGS'] as const

/** What the tables say of a model, counted in another way: groups by their rows in rem-*, exposures by expmode. */
function countedFromTables(folder: string, model: string) {
  const trained = readRows(folder, 'training').filter(({ expmode }) => expmode === model)
  const waiting = readRows(folder, 'ingest').filter(({ dag, expmode }) => dag?.includes('1') && expmode === model)
  const sizes = trained.map(({ imagesize }) => Number(imagesize) / 1e6)
  const groups = readRows(folder, `rem-${model.toLowerCase()}`).length
  return { trained: trained.length, groups, exposures: waiting.length, max: Math.max(...sizes) }
}

for (const [name, inputs] of Object.entries({
  days: DAYS,
  'three-days': daily(join(FIXTURES, 'golden', 'three-days', 'input')),
  shuffled: [[join(FIXTURES, 'golden', 'shuffled', 'input')]],
})) {
  test(`${name}: as the tables say`, async (t) => {
    const folder = await build(newFolder(t), inputs)
    const before = fileBytes(folder)
    const { models, waiting: all, lastDate, damaged, rejects } = await statusOf(folder)
    t.deepEqual(fileBytes(folder), before)
    for (const model of MODELS) {
      const wanted = countedFromTables(folder, model)
      const { trained, waiting, sizes } = models[model]
      const { groups, exposures } = waiting
      const max = sizes?.max ?? Number.NEGATIVE_INFINITY
      t.deepEqual({ trained, groups, exposures, max }, wanted, model)
    }
    const ingest = readRows(folder, 'ingest')
    const products = MODELS.map((model) => models[model].waiting.products)
    t.is(
      products.reduce((sum, count) => sum + count),
      ingest.filter(({ dag }) => dag?.includes('3')).length,
    )
    t.is(all.ungrouped, ingest.filter(({ dag, expmode }) => dag?.includes('1') && expmode === '').length)
    t.is(all.mosaics, readRows(folder, 'mosaics').length)
    t.is(all.exposures, ingest.filter(({ dag }) => dag?.includes('1')).length)
    const days = ['training', 'ingest', 'mosaics'].flatMap((table) => readRows(folder, table).map(({ date }) => date))
    t.is(lastDate, days.sort().at(-1) ?? '')
    t.is(damaged + rejects, 0)
  })
}

test('a group without coordinates counts, though rem-* has no row of it; targets and associations count each', async (t) => {
  const row = (columns: Parameters<typeof fieldsOf>[0]) => fieldsOf(columns).join(',')
  const text = [
    INPUT_COLUMNS.join(','),
    row({ Dataset: 'jw01001001001_1_1_mirimage', CRVAL1: '' }),
    row({ Dataset: 'jw01001001001_1_2_mirimage', CRVAL1: '' }),
    row({ Dataset: 'jw01001001001_1_3_mirimage', TARG_RA: '20' }),
    row({ Dataset: 'jw01001001001_1_4_mirimage', FILTER: 'F560W' }),
    row({ Dataset: 'jw01001001001_1_5_mirimage', EXP_TYPE: 'MIR_WFSS' }),
    row({ Dataset: 'jw01001001001_1_6_mirimage', EXP_TYPE: 'MIR_WFSS', TARG_RA: '20' }),
    // The first of these decides that both are of a time series.
    row({ Dataset: 'jw01001001001_1_7_mirimage', SUBARRAY: 'SUB64', TSOVISIT: 'True' }),
    row({ Dataset: 'jw01001001001_1_8_mirimage', SUBARRAY: 'SUB64', TSOVISIT: 'False' }),
    row({ Dataset: 'jw01001-o001_t001_miri_lyot', DagNodeName: 'LEVEL_3', EXP_TYPE: 'MIR_LYOT' }),
  ]
  const folder = newFolder(t)
  const columns = { Dataset: 'jw01002-o001_t001_miri_lyot', DagNodeName: 'LEVEL_3', EXP_TYPE: 'MIR_LYOT' }
  const files = [
    { name: '2024-02-21_052.csv', text: text.join('\n'), date: '' },
    { name: '2024-02-20_051.csv', text: [INPUT_COLUMNS.join(','), row(columns)].join('\n'), date: '' },
  ]
  await run(join(folder, 'db'), writeDayFiles(folder, files))
  const { models } = await statusOf(join(folder, 'db'))
  t.deepEqual(models.IMAGE.waiting, { groups: 3, exposures: 4, products: 0, mosaics: 0 })
  t.deepEqual(models.SPEC.waiting, { groups: 1, exposures: 2, products: 0, mosaics: 0 })
  t.deepEqual(models.TAC, {
    ...{ trained: 0, waiting: { groups: 1, exposures: 2, products: 2, mosaics: 0 }, oldestWaiting: '2024-02-20' },
    ...{ lastDate: '2024-02-21', sizes: null },
  })
  t.is(models.FGS.oldestWaiting, null)
})

test('columns in another order, as another program writes them, say the same', async (t) => {
  const folder = await build(newFolder(t), DAYS)
  const { models, ...others } = await statusOf(folder)
  for (const name of ['ingest', 'mosaics', 'train-image']) {
    const { columns, rows } = readTable(folder, name)
    writeTable(folder, name, {
      columns: columns.toReversed(),
      rows: rows.map((row) => row.toReversed()),
    })
  }
  t.deepEqual(await statusOf(folder), { models, ...others })
  // Where no model is told it is that of the exposure itself.
  editTable(folder, 'ingest', (rows) => rows.map((row) => ({ ...row, expmode: '' })))
  t.deepEqual(await statusOf(folder), { models, ...others })
})

test('lines that cannot be read are told, tables that are missing count nothing', async (t) => {
  const folder = await build(newFolder(t), DAYS)
  writeFileSync(join(folder, 'ingest.csv'), 'too,few\n', { flag: 'a' })
  rmSync(join(folder, 'train-fgs.csv'))
  const report = await statusOf(folder)
  t.is(report.damaged, 1)
  t.is(report.models.FGS.trained, 0)
  t.regex(formatStatus(report), /\n1 line cannot be read: see jwst-ingest check /)
})

test('quantiles lie between values in proportion', (t) => {
  const sample = new SizeSample()
  t.is(sample.sizes, undefined)
  for (const size of [4, 1, Number.NaN, 3, 2, 5]) sample.add(size)
  // numpy.quantile([1, 2, 3, 4, 5], [.05, .25, .5, .75, .95])
  t.deepEqual(sample.sizes, { p5: 1.2, p25: 2, p50: 3, p75: 4, p95: 4.8, max: 5 })
  const one = new SizeSample()
  one.add(0.5)
  t.deepEqual(Object.values(one.sizes ?? {}), new Array(QUANTILES.length + 1).fill(0.5))
})

test('as text', (t) => {
  const none = { trained: 0, waiting: { groups: 0, exposures: 0, products: 0, mosaics: 0 }, oldestWaiting: null }
  const empty: ModelStatus = { ...none, lastDate: null, sizes: null }
  const waiting = { groups: 12, exposures: 35, ungrouped: 1, products: 5, mosaics: 2 }
  const report: StatusReport = {
    database: 'db',
    models: {
      IMAGE: {
        trained: 12345,
        waiting: { groups: 12, exposures: 34, products: 5, mosaics: 2 },
        oldestWaiting: '2024-02-21',
        lastDate: '2024-12-31',
        sizes: { p5: 0.0004, p25: 1, p50: 12.3456, p75: 225, p95: 950, max: 1999.9999 },
      },
      ...{ SPEC: empty, TAC: empty, FGS: empty },
    },
    waiting,
    totals: { matched: { IMAGE: 12345, SPEC: 0, TAC: 0, FGS: 0 }, waiting },
    ...{ awaited: { members: 3, products: 1 }, expired: { exposures: 1, products: 20 } },
    ...{ rejects: 0, damaged: 0, lastDate: '2024-12-31' },
  }
  t.is(
    formatStatus(report),
    `db, last date 2024-12-31

model             IMAGE  SPEC  TAC  FGS
trained           12345     0    0    0
last date    2024-12-31     –    –    –
waiting
  groups             12     0    0    0
  exposures          34     0    0    0
  products            5     0    0    0
  mosaics             2     0    0    0
  since      2024-02-21     –    –    –
size, GB
  5 %             0.000     –    –    –
  25 %            1.000     –    –    –
  50 %           12.346     –    –    –
  75 %          225.000     –    –    –
  95 %          950.000     –    –    –
  max          2000.000     –    –    –

waiting  12 groups, 35 exposures (1 in no group), 5 products, 2 mosaics
awaited  3 exposures that association files name for 1 product, which lacks them
expired  1 exposure, 20 products
rejects  0
`,
  )
})

test('what was pruned is told, and what waits no more is not', async (t) => {
  const folder = await build(newFolder(t), DAYS)
  await pruneDatabase({ out: folder, olderThan: '1d', asOf: '2025-01-01' })
  const rows = readRows(folder, 'expired')
  const products = rows.filter(({ dag }) => dag?.includes('3')).length
  t.true(products > 0 && products < rows.length)
  const report = await statusOf(folder)
  t.deepEqual(report.expired, { exposures: rows.length - products, products })
  t.regex(formatStatus(report), new RegExp(`\\nexpired  ${rows.length - products} exposures, ${products} products\\n`))
})

interface AssociationFile {
  readonly asn_type: string
  readonly products: readonly { readonly members: readonly { readonly expname: string; readonly exptype: string }[] }[]
}

test('exposures that association files name and that have not come are counted, and the products that lack them', async (t) => {
  const pool = join(FIXTURES, 'pools', 'coron_nircam')
  const folder = newFolder(t)
  const files = readdirSync(join(pool, 'asn')).map((name) => {
    return JSON.parse(readFileSync(join(pool, 'asn', name), 'utf8')) as AssociationFile
  })
  // The science members of each product, as the files have them.
  const products = files
    .filter(({ asn_type }) => asn_type.endsWith('3'))
    .flatMap((file) => file.products)
    .map(({ members }) => members.filter(({ exptype }) => exptype === 'science'))
    .map((science) => new Set(science.map(({ expname }) => expname.replace(/_[a-z]+\.fits$/, ''))))
  const [absent = ''] = products[0] ?? []
  const [raw = ''] = readdirSync(join(pool, 'raw'))
  const lines = readFileSync(join(pool, 'raw', raw), 'utf8').split('\n')
  const status = async (name: string, content: readonly string[]) => {
    await run(
      join(folder, name),
      writeDayFiles(folder, [{ name: raw, text: `${content.join('\n').trimEnd()}\n`, date: '' }]),
    )
    await associate({ out: join(folder, name), asn: [join(pool, 'asn')] })
    return statusOf(join(folder, name))
  }
  t.deepEqual((await status('whole', lines)).awaited, { members: 0, products: 0 })
  const less = await status(
    'less',
    lines.filter((line) => !line.startsWith(absent)),
  )
  const lacking = products.filter((science) => science.has(absent)).length
  t.true(lacking > 0)
  t.deepEqual(less.awaited, { members: 1, products: lacking })
  t.regex(
    formatStatus(less),
    /\nawaited {2}1 exposure that association files name for \d+ products?, which lacks? it\n/,
  )
  // Nothing at all has come.
  const none = await status('none', lines.slice(0, 1))
  t.deepEqual(none.awaited, { members: new Set(products.flatMap((its) => [...its])).size, products: products.length })
})
