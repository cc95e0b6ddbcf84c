/** Reports of a period, of programs and of instruments: what is in them, what they are compared with, and what changed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { reportDatabase } from '../lib/report/collect.js'
import type { ModelReport, ReportData } from '../lib/report/data.js'
import { DriftTally } from '../lib/report/drift-tally.js'
import { formatPage } from '../lib/report/page.js'
import { Scope, type ScopeOptions } from '../lib/report/scope.js'
import { Shares, Sketch } from '../lib/report/sketch.js'
import { WaitList } from '../lib/report/wait-list.js'
import { run, temporaryFolder, withFolder } from './helpers/database.js'
import { daily, exposure, product } from './helpers/program.js'

const NIRCAM = {
  INSTRUME: 'NIRCAM',
  DETECTOR: 'NRCA1',
  EXP_TYPE: 'NRC_IMAGE',
  CHANNEL: 'SHORT',
  FILTER: 'F200W',
  PUPIL: 'CLEAR',
}
const other = (observation: number, cells = {}) =>
  exposure(observation, {
    ...NIRCAM,
    PROGRAM: '01002',
    Dataset: `jw01002${String(observation).padStart(3, '0')}001_02101_00001_nrca1_uncal.fits`,
    ...cells,
  })
const otherProduct = (observation: number) =>
  other(observation, {
    Dataset: `jw01002-o${String(observation).padStart(3, '0')}_t001_nircam_clear-f200w`,
    DagNodeName: 'LEVEL_3',
    ImageSize: '9000000.0',
  })

/** Ten days: matched products of two programs and instruments, and what waits, before, in and after a period of three days. */
const DAYS: Readonly<Record<string, readonly string[]>> = {
  '2024-02-10_041.csv': [exposure(1), product(1)],
  '2024-02-13_044.csv': [exposure(2), product(2), exposure(3), exposure(4), product(4)],
  '2024-02-15_046.csv': [other(5), otherProduct(5), product(6)],
  '2024-02-16_047.csv': [exposure(7), product(7), other(8), otherProduct(8), other(9), otherProduct(9)],
  '2024-02-18_049.csv': [exposure(10), product(11), other(12)],
  '2024-02-20_051.csv': [exposure(13), product(13), exposure(14)],
}
const database = withFolder(async (folder) => {
  const files = Object.entries(DAYS).map(([name, lines]) => {
    writeFileSync(join(folder, name), daily(...lines))
    return join(folder, name)
  })
  await run(join(folder, 'db'), files)
  return reportsOf(join(folder, 'db'))
})

const PERIOD = { since: '2024-02-16', until: '2024-02-18' }
const SCOPES = {
  all: {},
  period: PERIOD,
  open: { since: '2024-02-16' },
  program: { programs: [1002] },
  instrument: { instruments: ['MIRI'], ...PERIOD },
  none: { programs: [4711] },
} as const satisfies Record<string, ScopeOptions>

async function reportsOf(db: string): Promise<Record<keyof typeof SCOPES, readonly [ReportData, string]>> {
  const reports = Object.entries(SCOPES).map(async ([name, scope]) => {
    const list = new WaitList()
    const data = await reportDatabase(db, { scope: new Scope(scope), list, now: new Date('2024-03-01') })
    return [name, [data, await formatPage(data, '1.2.3', list)]] as const
  })
  return Object.fromEntries(await Promise.all(reports)) as Record<keyof typeof SCOPES, readonly [ReportData, string]>
}

function image({ models }: ReportData): ModelReport {
  return models.find(({ model }) => model === 'IMAGE') as ModelReport
}

test('a period has what is dated so, whatever it waits for', async (t) => {
  const [data, page] = (await database).period
  t.deepEqual([data.firstDate, data.lastDate], ['2024-02-16', '2024-02-18'])
  t.like(image(data), { products: 3, exposures: 5, matchedExposures: 3, lastProductDate: '2024-02-16' })
  t.deepEqual(data.waiting.oldest.map(({ kind, since, instrument }) => `${since} ${kind} ${instrument}`).sort(), [
    '2024-02-18 group MIRI',
    '2024-02-18 group NIRCAM',
    '2024-02-18 product MIRI',
  ])
  t.deepEqual(
    data.instruments.map(({ instrument, products, exposures, groups, waitingProducts }) => [
      ...[instrument, products, exposures, groups, waitingProducts],
    ]),
    [
      ['MIRI', 1, 2, 1, 1],
      ['NIRCAM', 2, 3, 1, 0],
    ],
  )
  t.true(page.includes('Only since 2024-02-16, until 2024-02-18'))
})

test('it is compared with the days of the same number before it', async (t) => {
  const [data, page] = (await database).period
  t.deepEqual(data.before, ['2024-02-13', '2024-02-15'])
  t.deepEqual(image(data).before, {
    products: 3,
    exposures: 4,
    matchedExposures: 3,
    waitingGroups: 1,
    waitingProducts: 1,
  })
  t.true(page.includes('2024-02-13\nto 2024-02-15'))
  const [open] = (await database).open
  t.deepEqual(open.before, ['2024-02-11', '2024-02-15'], 'without an end it goes to the last day of the database')
  const [all, whole] = (await database).all
  t.is(all.before, undefined)
  t.true(whole.includes('With <code>--since DAY</code>'))
})

test('programs and instruments: only what is of them', async (t) => {
  const [program] = (await database).program
  t.deepEqual(
    program.instruments.map(({ instrument }) => instrument),
    ['NIRCAM'],
  )
  t.like(image(program), { products: 3, exposures: 4 })
  t.like(program.waiting, { groups: 1, products: 0 })
  const [instrument] = (await database).instrument
  t.like(image(instrument), { products: 1, exposures: 2 })
  t.like(image(instrument).before, { products: 2, exposures: 3 })
})

test('all that is there is in the trained share', async (t) => {
  const [data] = (await database).all
  const sum = (of: 'products' | 'waitingProducts') => image(data).time.reduce((total, bin) => total + bin[of], 0)
  const sums = [sum('products'), sum('waitingProducts')]
  t.deepEqual(sums, [8, 2])
})

test('where nothing is of it, the page says so', async (t) => {
  const [, page] = (await database).none
  t.true(page.includes('Nothing to show'))
  t.true(page.includes('program 4711'))
  t.false(page.includes('<svg'))
})

test('drift is told of a period that has products before it', async (t) => {
  const [all] = (await database).all
  t.deepEqual(all.drift, [])
  const [data] = (await database).period
  const drift = data.drift.find(({ model }) => model === 'IMAGE')
  t.deepEqual([drift?.products, drift?.productsBefore], [3, 4])
  // One of three is of MIRI in the period, three of four are before it.
  const instrument = drift?.features.find(({ feature }) => feature === 'instr')
  t.true(Math.abs((instrument?.shift ?? 0) - (3 / 4 - 1 / 3)) < 1e-9)
  const shifts = drift?.features.map(({ shift }) => shift) ?? []
  t.deepEqual(
    shifts,
    shifts.toSorted((a, b) => b - a),
  )
})

const rejected = test.macro<[options: ScopeOptions, message: RegExp]>({
  exec: (t: ExecutionContext, options, message) => {
    t.throws(() => new Scope(options), { code: 'USAGE', message })
  },
  title: (_, options) => `no scope: ${JSON.stringify(options)}`,
})
test(rejected, { since: '2024-02-30' }, /--since: "2024-02-30" is no day; expected YYYY-MM-DD/)
test(rejected, { until: 'today' }, /--until: "today" is no day/)
test(rejected, { since: '2024-02-02', until: '2024-02-01' }, /--since 2024-02-02 is later than --until 2024-02-01/)

test('an instrument that no code is for is told, with those that there are', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '2024-02-10_041.csv'), daily(exposure(1)))
  await run(join(folder, 'db'), [join(folder, '2024-02-10_041.csv')])
  await t.throwsAsync(reportDatabase(join(folder, 'db'), { scope: new Scope({ instruments: ['WFC3'] }) }), {
    code: 'USAGE',
    message: /--instrument: no WFC3 in the database; expected one of FGS, MIRI, NIRCAM, NIRISS, NIRSPEC/,
  })
})

test('quantiles of a sketch are right to 1 %, whatever the numbers are', (t) => {
  const numbers = fc.array(
    fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: -50, max: 50 })),
    {
      minLength: 1,
      maxLength: 200,
    },
  )
  fc.assert(
    fc.property(numbers, (values) => {
      const sketch = new Sketch()
      for (const value of values) sketch.add(value)
      const sorted = values.toSorted((a, b) => a - b)
      for (const percent of [0, 25, 50, 100]) {
        const exact = sorted[Math.floor(((values.length - 1) * percent) / 100)] ?? 0
        const [told = Number.NaN] = sketch.quantiles([percent])
        if (Math.abs(told - exact) > 0.01 * Math.abs(exact) + 1e-8) return false
      }
      return true
    }),
  )
  t.pass()
})

test('shifts: none of the same, 1 of what has nothing in common, and what is in between', (t) => {
  const sketch = (...values: number[]) => {
    const made = new Sketch()
    for (const value of values) made.add(value)
    return made
  }
  t.is(sketch(1, 2, 3).distance(sketch(1, 1, 2, 2, 3, 3)) < 1e-9, true)
  t.is(sketch(-5, 0).distance(sketch(1, 2)), 1)
  t.is(sketch(1, 2, 3, 4).distance(sketch(3, 4, 5, 6)), 0.5)
  const shares = (...values: string[]) => {
    const made = new Shares()
    for (const value of values) made.add(value)
    return made
  }
  t.is(shares('a', 'b').distance(shares('a', 'c')), 0.5)
  t.is(shares('a', 'b').distance(shares('b', 'a')), 0)
  t.is(shares('a', 'b', 'b').mostChanged(shares('a', 'c', 'c', 'c')), 'c')
})

test('counts are whole numbers in drift, flags are categories', (t) => {
  const tally = new DriftTally('IMAGE')
  const cells: Readonly<Record<string, string>> = { nexposur: '4', tsovisit: '1' }
  for (let index = 0; index < 100; index++)
    tally.product(index < 60 ? 'before' : 'within', (column) => cells[column] ?? '0')
  const codes = Object.fromEntries(tally.columns.map((column) => [column, {}]))
  const { products, productsBefore, features } = tally.report(codes as unknown as Parameters<DriftTally['report']>[0])
  t.deepEqual([products, productsBefore], [40, 60])
  t.true(features.every(({ shift }) => shift === 0))
  t.like(
    features.find(({ feature }) => feature === 'nexposur'),
    { quantiles: [4, 4, 4, 4, 4] },
  )
  t.like(
    features.find(({ feature }) => feature === 'tsovisit'),
    { value: 'true', share: 1, shareBefore: 1 },
  )
})
