/** One count of what waits: a run's summary, `status`, `explain --waiting` and `report` agree, whatever there is. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { COUNTED_BY, type WaitCount, WaitCounter } from '../lib/inspect/counts.js'
import { type StatusReport, statusOf } from '../lib/inspect/status.js'
import { type Wait, waitsOf } from '../lib/inspect/waits.js'
import { reportDatabase } from '../lib/report/collect.js'
import { MODELS } from '../lib/rules/keywords.js'
import type { Summary } from '../lib/run/summary.js'
import { type AssociationHistory, associationHistoryArbitrary } from './helpers/arbitrary-associations.js'
import { historyArbitrary, propertyOptions, rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { asnFile, runBoth, writeHistory } from './helpers/association-runs.js'
import { readRows, withFolder } from './helpers/database.js'
import { assertHealthy } from './helpers/healthy.js'
import { daily, exposure, pairs, product, productName, type Result, Workdir } from './helpers/program.js'

/** Any rows in one run, and any rows in many runs, with association files and without. */
const HISTORIES: Readonly<Record<string, fc.Arbitrary<AssociationHistory>>> = {
  'rows of any kind in one run': rowsArbitrary.map(toDayFiles).map((files) => {
    return { files, runs: [files.map((_, index) => index)], associations: [], readIn: [] }
  }),
  'reprocessed rows in many runs': historyArbitrary.map((history) => ({ ...history, associations: [], readIn: [] })),
  'rows and association files in many runs': associationHistoryArbitrary,
}

for (const [name, histories] of Object.entries(HISTORIES)) {
  test(`${name}: summary, status, explain and report count the same`, async (t) => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        await withFolder(async (folder) => {
          const out = join(folder, 'db')
          const { all, each } = writeHistory(folder, history)
          // Without a file a run would read standard input.
          fc.pre(all.inputs.length > 0)
          let summary: Summary | undefined
          for (const { inputs, asn } of each) summary = await runBoth(out, inputs, asn)
          const again = await runBoth(out, all.inputs, all.asn)
          t.false(again.changed, 'what is read again changes nothing')
          await compare(t, out, [summary ?? again, again])
        })
      }),
      propertyOptions(t, 3),
    )
  })
}

const exposureName = (number: number) => `jw01001${String(number).padStart(3, '0')}001_02101_00001_mirimage`
const MOSAIC = 'jw01001-c1001_t001_miri_f770w'
const SLITLESS = { EXP_TYPE: 'MIR_LRS-SLITLESS' }

test('the commands tell one count in the same words: files, missing members, mosaics and no group included', async (t) => {
  const dir = new Workdir(t)
  const rows = [exposure(1), product(1), exposure(2), product(2), exposure(3), exposure(4, SLITLESS), product(5)]
  dir.write('2024-02-21_052.csv', daily(...rows, product(6, { Dataset: MOSAIC })))
  const asn = asnFile({
    // One member is there, and matched in another product; one is missing.
    [MOSAIC]: { [exposureName(1)]: 'science', [exposureName(9)]: 'science' },
    // One member is there, and waits; one is missing.
    [productName(2)]: { [exposureName(2)]: 'science', [exposureName(8)]: 'science' },
    // Nothing of it is there.
    [productName(7)]: { [exposureName(7)]: 'science' },
  })
  dir.write('asn/jw01001_image3_asn.json', asn.text)
  const summary = await dir.run(['--json', '-o', 'db', '--asn', 'asn', '2024-02-21_052.csv'])
  const words = '3 groups, 3 exposures (1 in no group), 2 products, 1 mosaic'
  t.is(lineOf(summary, 'waiting'), words)
  t.regex(summary.stderr, /^members +0 products matched by them, 1 product and 1 mosaic waiting$/m)
  t.regex(summary.stderr, /^jwst-ingest: 1 product and 1 mosaic left waiting for science members /m)
  t.is(lineOf(await dir.run(['status', 'db']), 'waiting'), words)
  const prune = ['prune', 'db', '--older-than', '1d', '--as-of', '2024-01-01', '--dry-run']
  t.is(lineOf(await dir.run(prune), 'waiting'), words)
  const waiting = { groups: 3, exposures: 3, ungrouped: 1, products: 2, mosaics: 1 }
  const told = async (...args: string[]) => JSON.parse((await dir.run([...args, '--json', 'db'])).stdout)
  t.deepEqual(JSON.parse(summary.stdout).waiting, waiting)
  t.deepEqual((await told('status')).waiting, waiting)
  t.like((await told('report')).waiting, waiting)
  t.deepEqual(totalsOf((await told('explain', '--waiting')).waits), waiting)
  for (const by of ['reason', 'program']) {
    const { counts } = await told('explain', '--waiting', '--by', by)
    const { groups, ungrouped, products, mosaics } = waiting
    t.deepEqual(kindsIn(counts), [groups, ungrouped, products, mosaics], by)
  }
})

test('a group of which every exposure is in another product waits, with none of them', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  dir.write('asn/jw01001_image3_asn.json', asnFile({ [MOSAIC]: { [exposureName(1)]: 'science' } }).text)
  const summary = await dir.run(['-o', 'db', '--asn', 'asn', '2024-02-21_052.csv'])
  t.is(lineOf(summary, 'waiting'), '1 group, 0 exposures, 0 products, 0 mosaics')
  const { stdout } = await dir.run(['explain', '--waiting', 'db'])
  t.regex(stdout, /^jw01001-c1001_t001_miri_f770w\n {2}group of 1 exposure \(0 waiting in it\), IMAGE, /)
})

const DROPPED = { EXP_TYPE: 'MIR_DARK' }
const EMPTIED: Readonly<Record<string, readonly (typeof exposure | typeof product)[]>> = {
  'a product that waits': [product],
  'an exposure that waits': [exposure],
  'a matched product and its exposure': [exposure, product],
}
for (const [what, makers] of Object.entries(EMPTIED))
  test(`of a program of which nothing is left, as later versions are dropped, nothing is counted: ${what}`, async (t) => {
    const dir = new Workdir(t)
    dir.write('2024-02-21_052.csv', daily(...makers.map((row) => row(1))))
    dir.write('2024-02-22_053.csv', daily(...makers.map((row) => row(1, DROPPED))))
    const inputs = ['2024-02-21_052.csv', '2024-02-22_053.csv'].map((name) => dir.path(name))
    const out = dir.path('db')
    await runBoth(out, inputs.slice(0, 1), [])
    const summary = await runBoth(out, inputs.slice(1), [])
    t.deepEqual(summary.waiting, { groups: 0, exposures: 0, ungrouped: 0, products: 0, mosaics: 0 })
    await compare(t, out, [summary])
  })

/** The text of a line of a summary or a status. */
function lineOf({ stdout, stderr }: Result, name: string): string | undefined {
  return new RegExp(`^${name} +(.*)$`, 'm').exec(stdout + stderr)?.[1]
}

/** What is told of a database after its last run. */
async function compare(t: ExecutionContext, out: string, summaries: readonly Summary[]): Promise<void> {
  const waits: Wait[] = []
  for await (const wait of waitsOf(out)) waits.push(wait)
  const status = await statusOf(out)
  compareTables(t, out, status, waits)
  const report = await reportDatabase(out)
  t.like(report.waiting, status.waiting, 'report')
  t.deepEqual(status.waiting, totalsOf(waits), 'explain')
  compareCounters(t, waits, status)
  for (const model of MODELS) {
    const own = waits.filter((wait) => wait.model === model)
    const { ungrouped, ...waiting } = totalsOf(own)
    t.is(ungrouped, 0)
    const { trained, oldestWaiting } = status.models[model]
    t.deepEqual(status.models[model].waiting, waiting, `status of ${model}`)
    t.is(oldestWaiting, own.map(({ since }) => since).sort()[0] ?? null, model)
    const reported = report.waiting.models.find((its) => its.model === model)
    t.like(reported, { ...waiting, oldestWaiting: oldestWaiting ?? undefined }, `report of ${model}`)
    for (const { models } of summaries) t.like(models[model], { trained, waiting }, `summary of ${model}`)
  }
  for (const { waiting } of summaries) t.deepEqual(waiting, status.waiting, 'summary')
  // The check compares what the index keeps of each program.
  await assertHealthy(out)
  // A folder that no run left as it is has to be resolved.
  rmSync(join(out, '.jwst-ingest', 'seen.json'))
  t.deepEqual(await statusOf(out), status, 'status without the index')
}

/** By hand, from the definitions: exposures and products are rows of tables, and complete groups have one in rem-*. */
function compareTables(t: ExecutionContext, out: string, status: StatusReport, waits: readonly Wait[]): void {
  const ingest = readRows(out, 'ingest')
  const isExposure = ({ dag = '' }: Record<string, string>) => dag.includes('1')
  const exposures = ingest.filter(isExposure)
  t.like(status.waiting, {
    exposures: exposures.length,
    ungrouped: exposures.filter(({ expmode }) => expmode === '').length,
    products: ingest.length - exposures.length,
    mosaics: readRows(out, 'mosaics').length,
  })
  for (const model of MODELS) {
    const ofModel = ({ expmode }: Record<string, string>) => expmode === model
    t.is(status.models[model].waiting.exposures, exposures.filter(ofModel).length, model)
    t.is(status.models[model].trained, readRows(out, 'training').filter(ofModel).length, model)
    const groups = waits.filter((wait) => wait.kind === 'group' && wait.model === model)
    const complete = groups.filter(({ reason }) => reason !== 'members-missing' && reason !== 'no-coordinates')
    t.is(complete.length, readRows(out, `rem-${model.toLowerCase()}`).length, model)
  }
}

function totalsOf(waits: readonly Wait[]) {
  const count = (kind: Wait['kind']) => waits.filter((wait) => wait.kind === kind).length
  return {
    groups: count('group'),
    exposures: waits.reduce((sum, { exposures }) => sum + exposures, 0),
    ungrouped: count('exposure'),
    products: count('product'),
    mosaics: count('mosaic'),
  }
}

/** `--by reason` and `--by program` count everything; `--by keyword` only where keywords differ. */
function compareCounters(t: ExecutionContext, waits: readonly Wait[], { waiting }: StatusReport): void {
  for (const by of COUNTED_BY.filter((its) => its !== 'keyword')) {
    const counter = new WaitCounter(by)
    for (const wait of waits) counter.add(wait)
    const { groups, ungrouped, products, mosaics } = waiting
    t.deepEqual(kindsIn(counter.counts), [groups, ungrouped, products, mosaics], by)
  }
}

/** How many groups, exposures in no group, products and mosaics are counted. */
function kindsIn(counts: readonly WaitCount[]): number[] {
  return (['group', 'exposure', 'product', 'mosaic'] as const).map((kind) =>
    counts.reduce((total, count) => total + (count.kind === kind ? count.total : 0), 0),
  )
}
