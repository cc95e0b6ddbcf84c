/** What a report says: worked out by hand for a small database, and by plain counting for a greater one. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { statusOf } from '../lib/inspect/status.js'
import type { Wait } from '../lib/inspect/waits.js'
import { reportDatabase } from '../lib/report/collect.js'
import type { ReportData } from '../lib/report/data.js'
import { ModelTally } from '../lib/report/model-tally.js'
import { MOST_ROWS, WaitingTally } from '../lib/report/waiting-tally.js'
import { editTable, fileBytes, readRows, run, temporaryFolder } from './helpers/database.js'
import { daily, exposure, product } from './helpers/program.js'

const now = new Date('2024-03-01T12:34:56Z')

/** A database of some days, each with its lines. */
async function databaseOf(t: ExecutionContext, days: Readonly<Record<string, readonly string[]>>): Promise<string> {
  const folder = temporaryFolder(t)
  const files = Object.entries(days).map(([name, lines]) => {
    writeFileSync(join(folder, name), daily(...lines))
    return join(folder, name)
  })
  await run(join(folder, 'db'), files)
  return join(folder, 'db')
}

const SMALL = {
  '2024-02-20_051.csv': [
    exposure(1),
    product(1, { ImageSize: '5000000.0' }),
    exposure(2),
    exposure(2, { Dataset: 'jw01001002001_02101_00002_mirimage_uncal.fits' }),
    exposure(3),
  ],
  '2024-02-22_053.csv': [product(2, { ImageSize: '300000000.0' }), product(4), exposure(5, { FILTER: 'F999X' })],
}

const modelOf = (report: ReportData, name: string) => {
  const model = report.models.find(({ model }) => model === name)
  if (model === undefined) throw new Error(`no model ${name}`)
  return model
}

test('a small database, all numbers', async (t) => {
  const db = await databaseOf(t, SMALL)
  const before = fileBytes(db)
  const report = await reportDatabase(db, { now })
  t.deepEqual(fileBytes(db), before, 'nothing is changed')
  t.is(report.made, '2024-03-01T12:34:56.000Z')
  t.deepEqual([report.firstDate, report.lastDate], ['2024-02-20', '2024-02-22'])
  t.deepEqual([report.rejects, report.damaged], [0, 0])
  t.deepEqual(
    report.models.map(({ model, products, exposures, matchedExposures }) => [
      model,
      products,
      exposures,
      matchedExposures,
    ]),
    [
      ['IMAGE', 2, 5, 3],
      ['SPEC', 0, 0, 0],
      ['TAC', 0, 0, 0],
      ['FGS', 0, 0, 0],
    ],
  )
  const image = modelOf(report, 'IMAGE')
  t.is(image.lastProductDate, '2024-02-22')
  t.deepEqual(image.memoryBins, [
    { from: 0, to: 12, products: 1 },
    { from: 12, to: 225, products: 0 },
    { from: 225, to: 950, products: 1 },
    { from: 950, to: 2000, products: 0 },
    { from: 2000, to: undefined, products: 0 },
  ])
  t.deepEqual(image.time, [
    {
      ...{ from: '2024-02-20', to: '2024-02-21', products: 1, exposures: 4, matchedExposures: 3 },
      ...{ waitingProducts: 0, waitingGroups: 1 },
    },
    {
      ...{ from: '2024-02-22', to: '2024-02-23', products: 1, exposures: 1, matchedExposures: 0 },
      ...{ waitingProducts: 1, waitingGroups: 1 },
    },
  ])
  t.is(image.sizeHistogram.length, 2)
  for (const [index, gigabytes] of [5, 300].entries()) {
    const { from, to } = image.sizeHistogram[index] ?? {}
    t.true((from ?? Infinity) <= gigabytes && gigabytes < (to ?? 0))
  }
  t.deepEqual(
    image.sizesByExposures.map(({ exposures, products }) => ({ exposures, products })),
    [
      { exposures: { from: 1, to: 2 }, products: 1 },
      { exposures: { from: 2, to: 3 }, products: 1 },
    ],
  )
  t.is(image.sizes?.max, 300)
  t.is(image.sizes?.p50, 152.5)
  t.is(modelOf(report, 'FGS').sizes, undefined)
})

test('what waits in it', async (t) => {
  const { waiting } = await reportDatabase(await databaseOf(t, SMALL), { now })
  t.like(waiting, { groups: 2, exposures: 2, ungrouped: 0, products: 1, mosaics: 0 })
  t.deepEqual(
    waiting.oldest.map(({ name, kind, model, since, age, exposures, reason }) => [
      name,
      kind,
      model,
      since,
      age,
      exposures,
      reason,
    ]),
    [
      ['jw01001-o003_t1_miri_f770w', 'group', 'IMAGE', '2024-02-20', 2, 1, 'no-product'],
      ['jw01001-o004_t001_miri_f770w', 'product', 'IMAGE', '2024-02-22', 0, 0, 'no-exposures'],
      ['jw01001-o005_t1_miri_f999x', 'group', 'IMAGE', '2024-02-22', 0, 1, 'no-product'],
    ],
  )
  const [image, ...others] = waiting.models
  t.deepEqual([image?.groups, image?.others, image?.oldestWaiting], [2, 1, '2024-02-20'])
  t.deepEqual(
    image?.ages.slice(0, 3).map(({ from, groups, others }) => [from, groups, others]),
    [
      [0, 1, 1],
      [2, 1, 0],
      [8, 0, 0],
    ],
  )
  t.true(others.every(({ groups, others }) => groups + others === 0))
  t.deepEqual(
    waiting.reasons.map(({ reason, models }) => [reason, models[0]?.groups, models[0]?.others]),
    [
      ['no-product', 2, 0],
      ['no-exposures', 0, 1],
    ],
  )
})

test('codes are counted in what is matched and in groups that wait; those that the program does not bring are new', async (t) => {
  const { encodings } = await reportDatabase(await databaseOf(t, SMALL), { now })
  const filters = encodings.find(({ category }) => category === 'filter')?.codes ?? []
  const used = filters.filter(({ products, waitingGroups }) => products + waitingGroups > 0)
  t.deepEqual(
    used.map(({ values, products, waitingGroups }) => ({ values, products, waitingGroups })),
    [
      { values: [{ value: 'F770W', isNew: false }], products: 2, waitingGroups: 1 },
      { values: [{ value: 'F999X', isNew: true }], products: 0, waitingGroups: 1 },
    ],
  )
  const bands = encodings.find(({ category }) => category === 'band')?.codes ?? []
  t.true((bands[0]?.values.length ?? 0) > 1, 'values that share a code stand together')
  t.is(bands[0]?.products, 2)
})

test('a column that is missing is named, with what to do', async (t) => {
  const db = await databaseOf(t, SMALL)
  const file = join(db, 'train-image.csv')
  writeFileSync(file, readFileSync(file, 'utf8').replace('imgsize_gb', 'size'))
  await t.throwsAsync(reportDatabase(db, { now }), {
    code: 'TABLE_INVALID',
    message: /train-image\.csv:1: expected columns imgsize_gb; .*jwst-ingest check.*jwst-ingest rebuild/,
  })
})

test('lines that cannot be read are counted, the others reported', async (t) => {
  const db = await databaseOf(t, SMALL)
  const file = join(db, 'train-image.csv')
  writeFileSync(file, `${readFileSync(file, 'utf8')}"open\n`)
  const report = await reportDatabase(db, { now })
  t.is(report.damaged, 1)
  t.is(modelOf(report, 'IMAGE').products, 2)
})

test('a folder without level1.csv has no exposures of what is matched', async (t) => {
  const db = await databaseOf(t, SMALL)
  rmSync(join(db, 'level1.csv'))
  const image = modelOf(await reportDatabase(db, { now }), 'IMAGE')
  t.deepEqual([image.products, image.exposures, image.matchedExposures], [2, 2, 0])
})

test('days and sizes that are none are counted, and shown nowhere', async (t) => {
  const db = await databaseOf(t, SMALL)
  editTable(db, 'train-image', (rows) => rows.map((row) => ({ ...row, date: 'soon', imgsize_gb: '' })))
  const image = modelOf(await reportDatabase(db, { now }), 'IMAGE')
  t.deepEqual([image.products, image.unsized, image.sizes, image.sizeHistogram.length], [2, 2, undefined, 0])
  t.is(image.lastProductDate, undefined)
})

test('an empty database has a report', async (t) => {
  const report = await reportDatabase(await databaseOf(t, { '2024-02-20_051.csv': [] }), { now })
  t.is(report.firstDate, undefined)
  t.true(report.models.every(({ products, time }) => products === 0 && time.length === 0))
  t.deepEqual(report.waiting.oldest, [])
})

test('no database: what to do', async (t) => {
  const folder = temporaryFolder(t)
  const message = /give the folder of a database, or make one with/
  await t.throwsAsync(reportDatabase(join(folder, 'none')), { code: 'DATABASE_UNUSABLE', message })
  await t.throwsAsync(reportDatabase(folder), { code: 'DATABASE_UNUSABLE', message })
})

test('a report ends when its signal says so', async (t) => {
  const db = await databaseOf(t, SMALL)
  await t.throwsAsync(reportDatabase(db, { now, signal: AbortSignal.abort(new Error('enough')) }), {
    message: 'enough',
  })
})

test('the fixtures: sums are those of the tables, counted plainly', async (t) => {
  const db = join(temporaryFolder(t), 'db')
  await run(db, ['fixtures/days'])
  const report = await reportDatabase(db, { now })
  const waiting = readRows(db, 'ingest')
  for (const {
    model,
    products,
    exposures,
    matchedExposures,
    memoryBins,
    sizeHistogram,
    sizesByExposures,
    time,
    sizes,
  } of report.models) {
    const rows = readRows(db, `train-${model.toLowerCase()}`)
    const matched = readRows(db, 'level1').filter(({ expmode }) => expmode === model)
    const pending = waiting.filter(({ expmode, dag }) => expmode === model && dag?.includes('1'))
    t.is(products, rows.length)
    t.is(matchedExposures, matched.length)
    t.is(exposures, matched.length + pending.length)
    for (const bins of [memoryBins, sizeHistogram, sizesByExposures, time]) {
      t.is(
        bins.reduce((sum, bin) => sum + bin.products, 0),
        rows.length,
      )
    }
    for (const { from, to, products } of memoryBins) {
      const inside = rows.filter(
        ({ imgsize_gb }) => Number(imgsize_gb) >= from && Number(imgsize_gb) < (to ?? Infinity),
      )
      t.is(products, inside.length, `${model} ${from}`)
    }
    for (const { from, products, exposures, matchedExposures } of time) {
      const dated = (table: readonly Record<string, string>[]) => table.filter(({ date }) => date === from).length
      t.deepEqual(
        [products, exposures, matchedExposures],
        [dated(rows), dated(matched) + dated(pending), dated(matched)],
      )
    }
    t.is(sizes?.max, Math.max(...rows.map(({ imgsize_gb }) => Number(imgsize_gb))))
  }
  t.is(report.waiting.mosaics, readRows(db, 'mosaics').length)
  t.is(report.waiting.products, waiting.filter(({ dag }) => !dag?.includes('1')).length)
  const instruments = report.encodings.find(({ category }) => category === 'instr')?.codes ?? []
  for (const { code, products, waitingGroups } of instruments) {
    const having = (kind: string) =>
      ['image', 'spec', 'tac', 'fgs']
        .flatMap((model) => readRows(db, `${kind}-${model}`))
        .filter(({ instr }) => instr === String(code)).length
    t.deepEqual([products, waitingGroups], [having('train'), having('rem')])
  }
})

test('it tells the same as status', async (t) => {
  const db = join(temporaryFolder(t), 'db')
  await run(db, ['fixtures/days', 'fixtures/golden/three-days/input'])
  const [report, status] = [await reportDatabase(db, { now }), await statusOf(db)]
  t.is(report.lastDate, status.lastDate ?? undefined)
  t.like(report.waiting, status.waiting)
  t.deepEqual([report.rejects, report.damaged], [status.rejects, status.damaged])
  for (const { model, products, sizes } of report.models) {
    const { trained, waiting, oldestWaiting, sizes: same } = status.models[model]
    const waits = report.waiting.models.find((its) => its.model === model)
    t.is(products, trained)
    t.deepEqual(sizes, same ?? undefined)
    t.like(waits, waiting, model)
    t.is(waits?.others, waiting.products + waiting.mosaics, model)
    t.is(waits?.oldestWaiting, oldestWaiting ?? undefined)
  }
})

test('long times are shown by week or month, and lose nothing', (t) => {
  for (const [days, period] of [
    [60, 'day'],
    [400, 'week'],
    [1500, 'month'],
  ] as const) {
    const tally = new ModelTally('TAC')
    for (let day = 0; day < days; day++) {
      const date = new Date(Date.UTC(2022, 6, 12 + day)).toISOString().slice(0, 10)
      tally.product(date, 1, 2)
      tally.exposure(date, day % 2 === 0)
    }
    const report = tally.report(tally.span)
    t.is(report.period, period)
    const sum = (of: 'products' | 'exposures' | 'matchedExposures') =>
      report.time.reduce((total, bin) => total + bin[of], 0)
    const sums = [sum('products'), sum('exposures'), sum('matchedExposures')]
    t.deepEqual(sums, [days, days, days / 2])
    t.true(report.time.length <= 105)
    t.true(report.time.every(({ from, to }, index) => to === (report.time[index + 1]?.from ?? to) && from < to))
  }
})

test('of very much that waits the oldest is shown, and all of it counted', (t) => {
  const tally = new WaitingTally()
  const total = 5 * MOST_ROWS + 7
  const day = (number: number) => new Date(Date.UTC(2023, 0, 1 + number)).toISOString().slice(0, 10)
  // Every number below the total once, in no order.
  const waits = Array.from({ length: total }, (_, index) => (index * 3001) % total)
  for (const number of waits) {
    const wait: Wait = {
      kind: (['group', 'product', 'mosaic'] as const)[number % 3] ?? 'group',
      name: `jw${String(number).padStart(5, '0')}`,
      model: 'TAC',
      instrument: 'MIRI',
      pid: 1,
      observation: '001',
      params: 'p',
      since: day(Math.floor(number / 10)),
      members: 1,
      exposures: 1,
      reason: 'no-product',
      detail: '',
      differs: [],
      remedy: '',
    }
    tally.add(wait)
  }
  const { oldest, groups, products, mosaics, reasons, models } = tally.report(day(600))
  t.is(oldest.length, MOST_ROWS)
  t.deepEqual(
    oldest.map(({ name }) => Number(name.slice(2))),
    Array.from({ length: MOST_ROWS }, (_, index) => index),
  )
  t.deepEqual([oldest[0]?.since, oldest[0]?.age], ['2023-01-01', 600])
  t.is(groups + products + mosaics, total)
  const [reason] = reasons
  t.is(
    reason?.models.reduce((sum, counts) => sum + counts.groups + counts.others, 0),
    total,
  )
  const tac = models.find(({ model }) => model === 'TAC')
  t.is(
    tac?.ages.reduce((sum, counts) => sum + counts.groups + counts.others, 0),
    total,
  )
})
