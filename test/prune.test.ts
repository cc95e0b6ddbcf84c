/** What waited too long is set aside in one step, takes part in nothing, and comes back when it is ingested again. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { checkDatabase } from '../lib/maintain/check.js'
import { cutoffOf, type PruneOptions, type PruneReport, pruneDatabase } from '../lib/maintain/prune.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { openFolder } from '../lib/store/commit.js'
import { Database } from '../lib/store/database.js'
import { associationHistoryArbitrary } from './helpers/arbitrary-associations.js'
import { dayFile, HEADER, propertyOptions, type RawRow, rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { asnFile, runBoth, writeAssociations, writeHistory } from './helpers/association-runs.js'
import { Lines } from './helpers/damage.js'
import {
  fileBytes,
  readRows,
  run,
  tableSets,
  tableTexts,
  temporaryFolder,
  valuesIn,
  withFolder,
  writeDayFiles,
} from './helpers/database.js'
import { BETA, day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import { countOperations, inParallel, runWithFault, sampled } from './helpers/faults.js'
import { assertHealthy } from './helpers/healthy.js'
import { copyDatabase, differing, filesOf, roundTimes } from './helpers/interrupt-files.js'
import { type DayFile, staleNames } from './helpers/model.js'
import type { Keywords } from './helpers/model-modes.js'
import { datasetNames, nameOf } from './helpers/model-rows.js'
import { PROGRAM, Workdir } from './helpers/program.js'

const [OLD, FRESH] = ['2024-02-01', '2024-03-01']

/** Ages count from this day unless a case says otherwise; what is older than 10 days is of days before 2024-02-20. */
const LIMIT = { olderThan: '10d', asOf: '2024-03-01' }

const prune = (out: string, options: Partial<PruneOptions> = {}): Promise<PruneReport> =>
  pruneDatabase({ out, ...LIMIT, warn: assert.fail, ...options })

/** Ingests days, each in a run. */
async function ingestDays(out: string, days: readonly DayFile[]): Promise<void> {
  await withFolder(async (folder) => {
    for (const path of writeDayFiles(folder, days)) await run(out, [path])
  })
}

// --- what is too old ---

interface Case {
  readonly what: string
  readonly old?: readonly Keywords[]
  readonly fresh?: readonly Keywords[]
  readonly expired: readonly string[]
  readonly waiting: readonly string[]
}

const NO_SIZE = { ImageSize: '' }
const CASES: readonly Case[] = [
  {
    what: 'a group of old exposures',
    old: [exposure(1), exposure(2)],
    expired: [exposureName(1), exposureName(2)],
    waiting: [],
  },
  {
    what: 'no part of a group with a fresh exposure',
    old: [exposure(1)],
    fresh: [exposure(2)],
    expired: [],
    waiting: [exposureName(1), exposureName(2)],
  },
  {
    what: "one target's group, and not another's",
    old: [exposure(1)],
    fresh: [exposure(2, BETA)],
    expired: [exposureName(1)],
    waiting: [exposureName(2)],
  },
  {
    what: 'an old product',
    old: [product(1)],
    fresh: [product(2)],
    expired: [productName(1)],
    waiting: [productName(2)],
  },
  {
    what: 'exposures and their product without size',
    old: [exposure(1), product(1, NO_SIZE)],
    expired: [exposureName(1), productName(1)],
    waiting: [],
  },
  {
    what: 'neither of old exposures and their fresh product without size',
    old: [exposure(1)],
    fresh: [product(1, NO_SIZE)],
    expired: [],
    waiting: [exposureName(1), productName(1)],
  },
  {
    what: 'neither of a fresh exposure and its old product without size',
    old: [product(1, NO_SIZE)],
    fresh: [exposure(1)],
    expired: [],
    waiting: [exposureName(1), productName(1)],
  },
  {
    what: 'an old exposure that is in no group, whatever others do',
    old: [exposure(1, { EXP_TYPE: 'MIR_LRS-SLITLESS' })],
    fresh: [exposure(2, { EXP_TYPE: 'MIR_LRS-SLITLESS' })],
    expired: [exposureName(1)],
    waiting: [exposureName(2)],
  },
  {
    what: 'a product that lost a multiple match, and not the match',
    old: [exposure(1), product(1), product(2)],
    expired: [productName(2)],
    waiting: [],
  },
  {
    what: 'nothing that is matched or across observations',
    old: [exposure(1), product(1), product(3, { Dataset: 'jw01001-c1001_t001_miri_f770w' })],
    expired: [],
    waiting: [],
  },
]

for (const { what, old = [], fresh = [], expired, waiting } of CASES) {
  test(`sets aside ${what}`, async (t) => {
    const out = join(temporaryFolder(t), 'db')
    const days = [day(OLD, old), day(FRESH, fresh)]
    await ingestDays(out, days)
    const before = tableSets(out)
    const { rows } = await prune(out)
    await assertHealthy(out)
    t.deepEqual(valuesIn(out, 'expired', 'dname'), [...expired].sort())
    t.deepEqual(valuesIn(out, 'ingest', 'dname'), [...waiting].sort())
    t.is(rows, expired.length)
    for (const name of ['training', 'level1', 'mosaics']) t.deepEqual(tableSets(out)[name], before[name], name)
    t.true(readRows(out, 'expired').every((row) => row.expired === LIMIT.asOf && row.Dataset === row.dname))
    await ingestDays(out, days)
    t.deepEqual(tableSets(out), before, 'the same rows again bring all of it back')
    await assertHealthy(out)
  })
}

const cutoffs = test.macro({
  exec: (t, age: string, asOf: string, expected: string) => t.is(cutoffOf(age, asOf), expected),
  title: (_, age: string, asOf: string, expected: string) => `older than ${age} on ${asOf} is before ${expected}`,
})
test(cutoffs, '0d', '2024-03-01', '2024-03-01')
test(cutoffs, '1d', '2024-03-01', '2024-02-29')
test(cutoffs, '180d', '2024-08-28', '2024-03-01')
test(cutoffs, '26w', '2024-08-28', '2024-02-28')
test(cutoffs, '1y', '2025-02-28', '2024-02-28')
test(cutoffs, '1y', '2024-02-29', '2023-02-28')
test(cutoffs, '4y', '2024-02-29', '2020-02-29')
test(cutoffs, '999999y', '2024-02-29', '0000-01-01')

test('what is just as old as the limit stays; a day later it goes', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day('2024-02-20', [exposure(1)])])
  t.is((await prune(out, { asOf: '2024-03-01' })).rows, 0)
  t.is((await prune(out, { asOf: '2024-03-02' })).rows, 1)
})

// --- what becomes of it ---

test('an expired exposure is matched by no product, until it is ingested again', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day(OLD, [exposure(1), exposure(2), exposure(3, { EXP_TYPE: 'MIR_LYOT' })])])
  await prune(out)
  t.deepEqual(valuesIn(out, 'rem-image', 'dname'), [], 'the group has left')
  await ingestDays(out, [day(FRESH, [product(1)])])
  t.deepEqual(valuesIn(out, 'ingest', 'dname'), [productName(1)])
  await assertHealthy(out)
  await ingestDays(out, [day(OLD, [exposure(2)])])
  await assertHealthy(out)
  t.deepEqual(valuesIn(out, 'level1', 'dname'), [exposureName(2)])
  t.deepEqual(valuesIn(out, 'expired', 'dname'), [exposureName(1), exposureName(3)])
})

test('of an expired version and the one that brings it back the last by date and size counts', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  const sizes = () => readRows(out, 'ingest').map(({ date, imagesize }) => `${date} ${imagesize}`)
  await ingestDays(out, [day('2024-02-02', [exposure(1, { ImageSize: '7.5' })])])
  await prune(out)
  await ingestDays(out, [day(OLD, [exposure(1, { ImageSize: '9.5' })])])
  t.deepEqual(sizes(), ['2024-02-02 7.5'], 'an older version does not win')
  t.deepEqual(valuesIn(out, 'expired', 'dname'), [])
  await prune(out)
  await ingestDays(out, [day('2024-02-02', [exposure(1, { ImageSize: '8.5' })])])
  t.deepEqual(sizes(), ['2024-02-02 8.5'])
  await prune(out)
  await ingestDays(out, [day(FRESH, [exposure(1, { EXP_TYPE: 'MIR_TACQ' })])])
  t.deepEqual([...sizes(), ...valuesIn(out, 'expired', 'dname')], [], 'a version of no use takes its place')
  await assertHealthy(out)
})

test('tables that are read whole keep what expired: a copy, another column, an older form of the database', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day(OLD, [exposure(1), exposure(2, BETA)]), day(FRESH, [exposure(3, BETA)])])
  await prune(out)
  const line = () => readFileSync(join(out, 'expired.csv'), 'utf8').split('\n')[1]
  const before = line()
  t.regex(before ?? '', /,IMAGE,jw01001001001_02101_00001_mirimage,2024-03-01$/)
  utimesSync(join(out, 'level1.csv'), new Date(), new Date())
  await ingestDays(out, [day(FRESH, [exposure(4, BETA)])])
  t.is(line(), before)
  await ingestDays(out, [day(FRESH, [exposure(5, { ...BETA, NOTE: 'x' })], [...HEADER, 'NOTE'])])
  t.is(readRows(out, 'expired')[0]?.NOTE, '')
  await assertHealthy(out)
  await prune(out, { asOf: '2024-09-01' })
  t.deepEqual(valuesIn(out, 'expired', 'expired'), ['2024-03-01', ...Array(4).fill('2024-09-01')])
})

test('a database that has no table of expired rows gains it', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day(OLD, [exposure(1)])])
  const wanted = tableTexts(out)
  const index = join(out, '.jwst-ingest/index')
  const older = readFileSync(index, 'utf8')
    .replace(/^\{"checksum": *\d+,"version":\d+/, '{"version":1')
    .replace(/"expired\.csv":\{[^}]*\},/, '')
  t.false(older.includes('expired'))
  for (const step of [() => ingestDays(out, [day(OLD, [exposure(1)])]), () => prune(out, { asOf: OLD })]) {
    rmSync(join(out, 'expired.csv'))
    writeFileSync(index, older)
    await step()
    t.deepEqual(tableTexts(out), wanted)
    await assertHealthy(out)
  }
})

test('check tells what is wrong in expired.csv; a rebuild leaves it as it is', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day(OLD, [exposure(1)]), day(FRESH, [exposure(2, BETA)])])
  await prune(out)
  const table = readFileSync(join(out, 'expired.csv'))
  t.deepEqual(
    (await rebuildDatabase({ out })).tables.filter(({ state }) => state !== 'unchanged'),
    [],
  )
  const lines = new Lines(out, 'expired.csv')
  lines.add(lines.text(2)).write()
  const kinds = async () =>
    (await checkDatabase(out)).violations.map(({ kind, file, line }) => `${kind} ${file}:${line}`)
  t.true((await kinds()).includes('repeated expired.csv:3'))
  await rebuildDatabase({ out })
  t.deepEqual(readFileSync(join(out, 'expired.csv')), table, 'of two lines of a dataset one stays')
  const ingested = new Lines(out, 'ingest.csv')
  ingested.add(new Lines(out, 'expired.csv').text(2).replace(/,[^,]*$/, '')).write()
  t.true((await kinds()).some((kind) => /^place (expired|ingest)\.csv/.test(kind)))
  await rebuildDatabase({ out })
  t.deepEqual([valuesIn(out, 'ingest', 'dname').length, valuesIn(out, 'expired', 'dname').length], [2, 0])
  await prune(out)
  new Lines(out, 'expired.csv').set(2, 'expired', 'soon').write()
  t.deepEqual(await kinds(), ['line expired.csv:2'])
  await t.throwsAsync(rebuildDatabase({ out }), { message: /expired\.csv:2: expired is no day: "soon"/ })
  await t.throwsAsync(prune(out, { dryRun: true }), { message: /expired\.csv:2: expired is no day: "soon"/ })
})

test('expired rows may be taken out by hand, but not with their table', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  await ingestDays(out, [day(OLD, [exposure(1)]), day(FRESH, [exposure(2, BETA)])])
  await prune(out)
  const lines = new Lines(out, 'expired.csv')
  const [header = ''] = lines.all
  rmSync(join(out, 'expired.csv'))
  await t.throwsAsync(prune(out), { message: /expired\.csv: is missing: [\d,]+ bytes fewer than the last run left/ })
  lines.replace(2).write()
  const warnings: string[] = []
  await prune(out, { warn: (message) => warnings.push(message) })
  t.deepEqual(warnings, ['changed since the last run, and not by one: expired.csv (338 bytes fewer)'])
  t.is(readFileSync(join(out, 'expired.csv'), 'utf8'), `${header}\n`)
  await assertHealthy(out)
})

const AGES = ['0d', '30d', '60d', '1y'] as const
/** All arbitrary rows are older than this day. */
const AS_OF = '2024-03-01'

// --- with association files ---

interface ListCase {
  readonly what: string
  readonly old: readonly Keywords[]
  readonly fresh?: readonly Keywords[]
  /** Members and their roles, by product. */
  readonly lists: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly expired: readonly string[]
}

const CANDIDATE = 'jw01001-c1001_t001_miri_f770w'
const LIST_CASES: readonly ListCase[] = [
  {
    what: 'the members of an association file, whatever their role',
    old: [exposure(1), exposure(2, BETA)],
    lists: { [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'background' } },
    expired: [exposureName(1), exposureName(2)],
  },
  {
    what: 'no member of an association file that has a fresh one',
    old: [exposure(1)],
    fresh: [exposure(2, BETA)],
    lists: { [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'background' } },
    expired: [],
  },
  {
    what: 'no group that a fresh product of another association file needs',
    old: [exposure(1)],
    fresh: [exposure(2, BETA), product(7, { Dataset: CANDIDATE, ...NO_SIZE })],
    lists: { [CANDIDATE]: { [exposureName(1)]: 'science', [exposureName(2)]: 'science' } },
    expired: [],
  },
  {
    what: 'no exposure of a product that another product waits for as well, and no product across observations',
    old: [exposure(1), product(1), product(7, { Dataset: CANDIDATE, ...NO_SIZE })],
    lists: { [CANDIDATE]: { [exposureName(1)]: 'science' } },
    expired: [],
  },
  {
    what: 'no product that two association files name',
    old: [exposure(1), product(1, NO_SIZE)],
    lists: {
      [productName(1)]: { [exposureName(1)]: 'science' },
      [productName(1).replace('f770w', '{slit_name}')]: {
        [exposureName(1)]: 'science',
      },
    },
    expired: [],
  },
]

for (const { what, old, fresh = [], lists, expired } of LIST_CASES) {
  test(`sets aside ${what}`, async (t) => {
    const folder = temporaryFolder(t)
    const out = join(folder, 'db')
    const inputs = writeDayFiles(folder, [day(OLD, old), day(FRESH, fresh)])
    const asn = writeAssociations(folder, [asnFile(lists)])
    await runBoth(out, inputs, asn)
    const before = tableSets(out)
    await prune(out)
    await assertHealthy(out)
    t.deepEqual(valuesIn(out, 'expired', 'dname'), [...expired].sort())
    for (const name of ['training', 'level1', 'mosaics']) t.deepEqual(tableSets(out)[name], before[name], name)
    await runBoth(out, inputs, asn)
    t.deepEqual(tableSets(out), before)
  })
}

test('with association files a prune takes old rows out of what waits, and nothing from what is matched', async (t) => {
  let rows = 0
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, fc.constantFrom('0d', '0d', '30d', '60d'), (history, age) => {
      fc.pre(history.files.length > 0)
      return withFolder(async (folder) => {
        const out = join(folder, 'db')
        const { all } = writeHistory(folder, history)
        await runBoth(out, all.inputs, all.asn)
        const before = tableSets(out)
        const waiting = valuesIn(out, 'ingest', 'dname')
        await prune(out, { olderThan: age, asOf: AS_OF })
        await assertHealthy(out)
        for (const name of ['training', 'level1', 'mosaics']) assert.deepEqual(tableSets(out)[name], before[name], name)
        const expired = readRows(out, 'expired')
        assert.ok(expired.every(({ date = '' }) => date < cutoffOf(age, AS_OF)))
        const left = valuesIn(out, 'ingest', 'dname')
        assert.deepEqual([...left, ...valuesIn(out, 'expired', 'dname')].sort(), waiting)
        rows += expired.length
        await runBoth(out, all.inputs, all.asn)
        assert.deepEqual(tableSets(out), before, 'all rows again')
      })
    }),
    propertyOptions(t, 6),
  )
  t.log(`${rows} rows expired`)
  t.true(rows > 10)
})

test('explain tells that a dataset has expired; status counts what waits without it', async (t) => {
  const dir = new Workdir(t)
  await ingestDays(dir.path('db'), [day(OLD, [exposure(1)]), day(FRESH, [exposure(2, BETA)])])
  await prune(dir.path('db'))
  const { code, stdout } = await dir.run(['explain', exposureName(1), 'db'])
  t.is(code, 0)
  t.regex(stdout, /an exposure, IMAGE, 2024-02-01, pruned; ingest it again to bring it back/)
  const { stdout: status } = await dir.run(['status', 'db'])
  for (const line of [
    /^trained +0 /m,
    /^ {2}groups +1 /m,
    /^ {2}exposures +1 /m,
    /^ {2}since +2024-03-01 /m,
    /^expired +1 exposure, 0 products$/m,
  ])
    t.regex(status, line)
})

// --- properties against the naive model ---

interface Step {
  readonly rows: readonly RawRow[]
  /** How to prune behind the run; absent for not at all. */
  readonly age: (typeof AGES)[number] | undefined
}

const part = fc.record({
  from: fc.nat(23),
  count: fc.integer({ min: 1, max: 24 }),
  age: fc.option(fc.constantFrom(...AGES), { nil: undefined, freq: 3 }),
})

/** Parts of some rows, again and again, with prunes between. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(rowsArbitrary, fc.array(part, { minLength: 2, maxLength: 4 }))
  .map(([rows, parts]) =>
    parts.map(({ from, count, age }) => {
      const start = from % Math.max(rows.length, 1)
      return { rows: rows.slice(start, start + count), age }
    }),
  )

const daysOf = (rows: readonly RawRow[]) => (rows.length === 0 ? [dayFile(AS_OF, [])] : toDayFiles(rows))

/** The tables of one run over rows, as sets. */
function tablesOf(rows: readonly RawRow[]): Promise<Record<string, readonly string[]>> {
  return withFolder(async (folder) => {
    await run(join(folder, 'db'), writeDayFiles(folder, daysOf(rows)))
    return tableSets(join(folder, 'db'))
  })
}

/** What was ingested, and which datasets are expired, kept naively. */
class History {
  readonly rows: RawRow[] = []
  readonly expired = new Set<string>()
  /** How many rows expired, and how many came back. */
  readonly counts = { expired: 0, back: 0 }

  ingest(rows: readonly RawRow[]): void {
    this.rows.push(...rows)
    for (const name of datasetNames(daysOf(rows))) if (this.expired.delete(name)) this.counts.back++
  }

  prune(age: string): void {
    const stale = staleNames(daysOf(this.present), cutoffOf(age, AS_OF))
    this.counts.expired += stale.length
    for (const name of stale) this.expired.add(name)
  }

  get present(): RawRow[] {
    return this.rows.filter(({ cells }) => !this.expired.has(nameOf(cells.Dataset ?? '')))
  }
}

/** Takes the steps in a folder; after each, the tables have to be those of one run over what is not expired. */
async function takeSteps(folder: string, all: readonly Step[]): Promise<History> {
  const out = join(folder, 'db')
  const history = new History()
  for (const [index, { rows, age }] of all.entries()) {
    await run(out, writeDayFiles(join(folder, String(index)), daysOf(rows)))
    history.ingest(rows)
    if (age !== undefined) {
      await prune(out, { olderThan: age, asOf: AS_OF })
      history.prune(age)
    }
    await assertHealthy(out)
    assert.deepEqual(valuesIn(out, 'expired', 'dname'), [...history.expired].sort())
    const expected = await tablesOf(history.present)
    assert.deepEqual({ ...tableSets(out), expired: [] }, { ...expected, expired: [] })
  }
  await run(out, writeDayFiles(join(folder, 'again'), daysOf(history.rows)))
  assert.deepEqual(tableSets(out), await tablesOf(history.rows), 'the same rows again: as if there had been no prune')
  return history
}

test('after any runs and prunes the tables are those of one run over the rows that are not expired', async (t) => {
  const total = { expired: 0, back: 0 }
  await fc.assert(
    fc.asyncProperty(steps, (all) =>
      withFolder(async (folder) => {
        const { counts } = await takeSteps(folder, all)
        total.expired += counts.expired
        total.back += counts.back
      }),
    ),
    propertyOptions(t, 9),
  )
  t.log(`${total.expired} rows expired, ${total.back} came back`)
  t.true(total.expired > 10 && total.back > 2)
})

// --- all or nothing ---

test('a prune that is killed at any operation is undone or done, and the next one does it', async (t) => {
  t.timeout(600_000)
  const folder = temporaryFolder(t)
  const template = join(folder, 'template/db')
  await ingestDays(template, [day(OLD, [exposure(1), exposure(2)]), day(FRESH, [exposure(3, BETA), product(1, BETA)])])
  await roundTimes(template)
  const args = (database: string) => [PROGRAM, 'prune', database, '--older-than', '10d', '--as-of', LIMIT.asOf]
  const options = (database: string) => ({ folder: join(database, '..'), env: { UV_THREADPOOL_SIZE: '1' } })
  const clean = join(folder, 'clean/db')
  await copyDatabase(template, clean)
  const { status, stderr, operations } = await countOperations(process.execPath, args(clean), options(clean))
  t.is(status, 0, stderr)
  const [before, after] = [filesOf(template), filesOf(clean)]
  t.true(differing(before, after).includes('expired.csv') && differing(before, after).includes('ingest.csv'))
  const points = sampled(operations)
  const states = { before: 0, after: 0 }
  await inParallel(points, async ({ number, kind, path }) => {
    const title = `killed at ${number}: ${kind} ${path}`
    const database = join(folder, `run-${number}/db`)
    await copyDatabase(template, database)
    const killed = await runWithFault(process.execPath, args(database), {
      ...options(database),
      at: number,
      mode: 'kill',
    })
    t.is(killed.signal, 'SIGKILL', title)
    await (await openFolder(database)).close()
    const found = filesOf(database)
    const state = differing(found, after).length === 0 ? 'after' : 'before'
    t.deepEqual(differing(found, state === 'after' ? after : before), [], title)
    states[state]++
    await prune(database)
    t.deepEqual(differing(filesOf(database), after), [], title)
    rmSync(join(database, '..'), { recursive: true })
  })
  t.log(`${operations.length} operations, ${points.length} kills: ${JSON.stringify(states)}`)
  t.true(states.before > 0 && states.after > 0)
})

// --- the command ---

const DAYS = [
  day(OLD, [exposure(1), exposure(2), exposure(4, { EXP_TYPE: 'MIR_LRS-SLITLESS' })]),
  day(OLD, [product(7, { OBSERVTN: '002', Dataset: 'jw01001-o002_t001_miri_f770w' })]),
  day(FRESH, [exposure(3, BETA)]),
]
const COMMAND = ['prune', 'db', '--older-than', '10d', '--as-of', LIMIT.asOf]

test('jwst-ingest prune tells what it did by model; --dry-run tells the same and changes nothing', async (t) => {
  const dir = new Workdir(t)
  await ingestDays(dir.path('db'), DAYS)
  const before = fileBytes(dir.path('db'))
  const dry = await dir.run([...COMMAND, '--dry-run', '--json'])
  t.is(dry.code, 0)
  t.deepEqual(fileBytes(dir.path('db')), before)
  const plain = await dir.run([...COMMAND, '--dry-run'])
  t.is(plain.stderr, '')
  for (const text of [dry.stderr, plain.stdout])
    t.regex(text, /^expired +4 rows would go to db\/expired\.csv: nothing was changed$/m)
  const { code, stdout, stderr } = await dir.run([...COMMAND, '--json'])
  t.is(code, 0, stderr)
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/ {2,}/, ' '))
    .slice(0, 7)
  t.deepEqual(lines, [
    'before 2024-02-20',
    'IMAGE 1 group of 2 exposures, 1 product',
    'SPEC 0 groups of 0 exposures, 0 products',
    'TAC 0 groups of 0 exposures, 0 products',
    'FGS 0 groups of 0 exposures, 0 products',
    'no group 1 exposure',
    'expired 4 rows moved to db/expired.csv',
  ])
  const [told, toldDry]: PruneReport[] = [JSON.parse(stdout), JSON.parse(dry.stdout)]
  t.like(told, { rows: 4, ungrouped: 1, cutoff: '2024-02-20', asOf: LIMIT.asOf, dryRun: false })
  t.deepEqual(told?.waiting, { groups: 1, exposures: 1, ungrouped: 0, products: 0, mosaics: 0 })
  const ofRun = { seconds: 0, secondsWorked: 0, started: '' }
  t.deepEqual({ ...told, dryRun: true, ...ofRun }, { ...toldDry, ...ofRun })
  t.is(valuesIn(dir.path('db'), 'expired', 'dname').length, 4)
  const again = fileBytes(dir.path('db'))
  t.deepEqual(await dir.run([...COMMAND, '-q']), { code: 0, stdout: '', stderr: '' })
  t.deepEqual(fileBytes(dir.path('db')), again, 'where nothing is too old, nothing is written')
})

const fails = test.macro<[args: readonly string[], code: number, message: RegExp]>({
  exec: async (t, args, code, message) => {
    const dir = new Workdir(t)
    await ingestDays(dir.path('db'), DAYS)
    const before = fileBytes(dir.path('db'))
    const result = await dir.run(['prune', ...args])
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, message)
    t.notRegex(result.stderr, /\n {4}at /, 'no stack trace')
    t.deepEqual(fileBytes(dir.path('db')), before)
  },
  title: (_, args, code) => `jwst-ingest prune ${args.join(' ')}: exit code ${code}`,
})
test(fails, ['db'], 2, /required option '--older-than <age>' not specified/)
test(fails, ['db', '--older-than', '180'], 2, /"180" is no age; expected days, weeks or years, as 180d, 26w or 1y/)
test(fails, ['db', '--older-than', '-1d'], 2, /is no age|argument missing|unknown option/)
test(fails, ['db', '--older-than', '1y', '--as-of', '2024-02-30'], 2, /--as-of: "2024-02-30" is no day/)
test(fails, ['none', '--older-than', '1y'], 1, /none: no such folder; give the folder of a database/)

test('a prune waits its turn: exit code 3 while a run goes on; a dry run does not mind', async (t) => {
  const dir = new Workdir(t)
  await ingestDays(dir.path('db'), DAYS)
  const held = await Database.open(dir.path('db'), {})
  try {
    const refused = await dir.run(COMMAND)
    t.is(refused.code, 3, refused.stderr)
    t.is((await dir.run([...COMMAND, '--dry-run'])).code, 0)
    const waiting = dir.start([...COMMAND, '--wait', '20'])
    await waiting.says('waiting up to 20 s')
    await held.close()
    t.is((await waiting.result).code, 0)
  } finally {
    await held.close().catch(() => {})
  }
  t.is(valuesIn(dir.path('db'), 'expired', 'dname').length, 4)
})
