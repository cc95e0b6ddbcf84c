/** `--replace`: rows of a run count before stored versions of their datasets, whatever the dates (sections 3.5, 9). */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { generateFiles } from '../bench/generator.js'
import { createPipeline } from '../lib/index.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { associationHistoryArbitrary } from './helpers/arbitrary-associations.js'
import {
  dayFile,
  type History,
  historyArbitrary,
  mixedHistoryArbitrary,
  propertyOptions,
} from './helpers/arbitrary-rows.js'
import { asnFile, runBoth, writeAssociations, writeHistory } from './helpers/association-runs.js'
import {
  fileBytes,
  readRows,
  run,
  tableSets,
  temporaryFolder,
  valuesIn,
  withFolder,
  writeDayFiles,
} from './helpers/database.js'
import { BETA, day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import { assertHealthy } from './helpers/healthy.js'
import type { DayFile } from './helpers/model.js'
import { datasetNames, nameOf, readCsv } from './helpers/model-rows.js'
import * as cli from './helpers/program.js'

const REPLACE = { replace: true }
/** The day whose rows went in under a wrong date, and that date. */
const [RIGHT, NEXT, WRONG] = ['2024-02-21', '2024-02-22', '2042-02-21']

/** All that a run may change, without the record of rejects and of the tables' times. */
const contentOf = (folder: string) =>
  Object.fromEntries(Object.entries(fileBytes(folder)).filter(([path]) => !/(rejects\.csv|seen\.json)$/.test(path)))

// --- one case each ---

interface Case {
  readonly what: string
  /** Days that are stored, a run each. */
  readonly stored: readonly DayFile[]
  /** Days of the run that replaces. */
  readonly by: readonly DayFile[]
  /** Days of which one run makes the same tables. */
  readonly as: readonly DayFile[]
  /** How many stored versions give way. */
  readonly replaced: number
}

const DARK = { EXP_TYPE: 'MIR_TACQ' }
const OTHER = { FILTER: 'F560W' }
const MOSAIC = { Dataset: 'jw01001-c1001_t001_miri_f770w' }
const all = [exposure(1), exposure(2), product(1)]

const CASES: readonly Case[] = [
  {
    what: 'a day with a wrong date',
    stored: [day(WRONG, all)],
    by: [day(RIGHT, all)],
    as: [day(RIGHT, all)],
    replaced: 3,
  },
  {
    what: 'a wrong day, and one after it that had lost to it',
    stored: [day(WRONG, all), day(NEXT, [product(1, { ImageSize: '6000000.5' })])],
    by: [day(RIGHT, all), day(NEXT, [product(1, { ImageSize: '6000000.5' })])],
    as: [day(RIGHT, all), day(NEXT, [product(1, { ImageSize: '6000000.5' })])],
    replaced: 3,
  },
  {
    what: 'what the run has, and nothing else of the wrong day',
    stored: [day(WRONG, all)],
    by: [day(RIGHT, [exposure(2)])],
    as: [day(WRONG, [exposure(1), product(1)]), day(RIGHT, [exposure(2)])],
    replaced: 1,
  },
  {
    what: 'by the last of the rows of the run',
    stored: [day(WRONG, all)],
    by: [day(NEXT, [exposure(1, { GS_MAG: '15.25' })]), day(RIGHT, [exposure(1, OTHER)])],
    as: [day(WRONG, [exposure(2), product(1)]), day(NEXT, [exposure(1, { GS_MAG: '15.25' })])],
    replaced: 1,
  },
  {
    what: 'a greater size of the same day',
    stored: [day(RIGHT, [exposure(1), product(1, { ImageSize: '9000000' })])],
    by: [day(RIGHT, [product(1, { ImageSize: '8000000' })])],
    as: [day(RIGHT, [exposure(1), product(1, { ImageSize: '8000000' })])],
    replaced: 1,
  },
  {
    what: 'nothing that is as it should be',
    stored: [day(WRONG, [exposure(1)]), day(RIGHT, [exposure(2), product(1)])],
    by: [day(RIGHT, all)],
    as: [day(RIGHT, all)],
    replaced: 1,
  },
  {
    what: 'an exposure by one of a dropped type: none is left',
    stored: [day(WRONG, all)],
    by: [day(RIGHT, [exposure(2, DARK)])],
    as: [day(WRONG, [exposure(1), product(1)]), day(RIGHT, [exposure(2, DARK)])],
    replaced: 1,
  },
  {
    what: 'a version of a dropped type by one that is kept',
    stored: [day(WRONG, [exposure(1, DARK), exposure(2, DARK)]), day(RIGHT, [exposure(1), product(1)])],
    by: [day(RIGHT, [exposure(1)])],
    as: [day(WRONG, [exposure(2, DARK)]), day(RIGHT, [exposure(1), product(1)])],
    replaced: 1,
  },
  {
    what: 'a version of a dropped type by another one',
    stored: [day(WRONG, [exposure(1, DARK)])],
    by: [day(RIGHT, [exposure(1, DARK)])],
    as: [day(RIGHT, [exposure(1, DARK)])],
    replaced: 1,
  },
  {
    what: 'nothing by a row that cannot be used, nor by one that is neither Level 1 nor Level 3',
    stored: [day(WRONG, all)],
    by: [day(RIGHT, [exposure(1, { CRVAL1: 'x' }), exposure(2, { DagNodeName: 'LEVEL_2' })])],
    as: [day(WRONG, all)],
    replaced: 0,
  },
  {
    what: 'a product by one without a size, which waits',
    stored: [day(WRONG, all)],
    by: [day(RIGHT, [product(1, { ImageSize: '' })])],
    as: [day(WRONG, [exposure(1), exposure(2)]), day(RIGHT, [product(1, { ImageSize: '' })])],
    replaced: 1,
  },
  {
    what: 'an exposure by one of another association: the one that it leaves is resolved again',
    stored: [day(WRONG, [...all, exposure(3, OTHER)])],
    by: [day(RIGHT, [exposure(2, OTHER)])],
    as: [day(WRONG, [exposure(1), product(1), exposure(3, OTHER)]), day(RIGHT, [exposure(2, OTHER)])],
    replaced: 1,
  },
  {
    what: 'the only exposure of a product, which waits again',
    stored: [day(WRONG, [exposure(1), product(1)])],
    by: [day(RIGHT, [exposure(1, { OBSERVTN: '002' })])],
    as: [day(WRONG, [product(1)]), day(RIGHT, [exposure(1, { OBSERVTN: '002' })])],
    replaced: 1,
  },
  {
    what: 'a product by one of another association, which gives its exposures to another one',
    stored: [day(WRONG, all), day(RIGHT, [product(2, BETA)])],
    by: [day(RIGHT, [product(1, OTHER)])],
    as: [day(WRONG, [exposure(1), exposure(2)]), day(RIGHT, [product(2, BETA), product(1, OTHER)])],
    replaced: 1,
  },
  {
    what: 'a product across observations',
    stored: [day(WRONG, [exposure(1), product(1, MOSAIC)])],
    by: [day(RIGHT, [product(1, MOSAIC)])],
    as: [day(WRONG, [exposure(1)]), day(RIGHT, [product(1, MOSAIC)])],
    replaced: 1,
  },
]

for (const { what, stored, by, as, replaced } of CASES) {
  test(`--replace replaces ${what}`, async (t) => {
    const folder = temporaryFolder(t)
    const [added, whole, one] = ['added', 'whole', 'one'].map((name) => join(folder, name)) as [string, string, string]
    const paths = writeDayFiles(join(folder, 'stored'), stored)
    const replacing = writeDayFiles(join(folder, 'by'), by)
    await run(one, writeDayFiles(join(folder, 'as'), as))
    for (const out of [added, whole]) for (const path of paths) await run(out, [path])
    // Without its index a database is read whole.
    rmSync(join(whole, '.jwst-ingest/index'))
    for (const out of [added, whole]) {
      t.is((await run(out, replacing, REPLACE)).replaced, replaced)
      t.deepEqual(tableSets(out), tableSets(one))
      await assertHealthy(out)
      const before = contentOf(out)
      t.is((await run(out, replacing, REPLACE)).replaced, 0, 'once more it changes nothing')
      t.deepEqual(contentOf(out), before)
    }
  })
}

test('without --replace no row of an earlier date gets past a stored one, and the summary tells of none', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const paths = writeDayFiles(folder, [day(WRONG, all), day(RIGHT, all)])
  for (const path of paths) t.is((await run(out, [path])).replaced, 0)
  t.deepEqual(valuesIn(out, 'training', 'date'), [WRONG])
})

test('an expired version is replaced as well, and does not come back', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const paths = writeDayFiles(folder, [
    day('2024-02-22', [exposure(1), exposure(2, BETA)]),
    day('2024-02-21', [exposure(1, { ImageSize: '7.5' })]),
  ])
  await run(out, paths.slice(0, 1))
  await pruneDatabase({ out, olderThan: '10d', asOf: '2025-01-01' })
  t.deepEqual(valuesIn(out, 'expired', 'dname'), [1, 2].map(exposureName))
  t.like(await run(out, paths.slice(1), REPLACE), { replaced: 1, duplicates: 1 })
  t.deepEqual(
    readRows(out, 'ingest').map(({ dname, date, imagesize }) => [dname, date, imagesize]),
    [[exposureName(1), '2024-02-21', '7.5']],
  )
  t.deepEqual(valuesIn(out, 'expired', 'dname'), [exposureName(2)])
  await assertHealthy(out)
})

test('an exposure of several products is replaced in all of them', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const second = product(2, BETA)
  const [wrong = '', right = '', dark = ''] = writeDayFiles(folder, [
    day(WRONG, [exposure(1), exposure(2, BETA), exposure(3), product(1), second]),
    day(RIGHT, [exposure(3, { GS_MAG: '15.25' })]),
    day(RIGHT, [exposure(3, DARK)]),
  ])
  const members = {
    [productName(1)]: { [exposureName(1)]: 'science', [exposureName(3)]: 'psf' },
    [productName(2)]: { [exposureName(2)]: 'science', [exposureName(3)]: 'psf' },
  }
  await runBoth(out, [wrong], writeAssociations(folder, [asnFile(members)]))
  const third = () => readRows(out, 'level1').filter(({ dname }) => dname === exposureName(3))
  t.deepEqual(
    third().map(({ date }) => date),
    [WRONG, WRONG],
  )
  t.is((await run(out, [right], REPLACE)).replaced, 1)
  t.deepEqual(
    third().map(({ date, GS_MAG, role }) => [date, GS_MAG, role]),
    Array(2).fill([RIGHT, '15.25', 'psf']),
  )
  await assertHealthy(out)
  const before = contentOf(out)
  t.is((await run(out, [right], REPLACE)).replaced, 0)
  t.deepEqual(contentOf(out), before)
  await run(out, [dark], REPLACE)
  t.deepEqual(third(), [])
  t.is(readRows(out, 'training').length, 2, 'both are made of their science members')
  await assertHealthy(out)
})

test('a product of unknown exposures keeps its features: an older date goes in, a blank size does not', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const [wrong = '', ...paths] = writeDayFiles(folder, [
    day(WRONG, all),
    day(RIGHT, [product(1, { ImageSize: '' })]),
    day(RIGHT, [product(1, { ImageSize: '' }), product(1, { ImageSize: '6500000.5' })]),
    day(RIGHT, [exposure(1)]),
    day(NEXT, [product(1, { ...DARK, ImageSize: '6500000.5' })]),
  ])
  await run(out, [wrong])
  for (const name of ['.jwst-ingest', 'level1.csv']) rmSync(join(out, name), { recursive: true })
  const [blank, sized, late, dark] = paths.map((path) => () => run(out, [path], REPLACE))
  const features = readRows(out, 'raw-image')[0] ?? {}
  t.is((await blank?.())?.replaced, 0)
  t.deepEqual(valuesIn(out, 'training', 'date'), [WRONG])
  t.is((await sized?.())?.replaced, 1)
  const size = { imagesize: '6500000.5', date: RIGHT }
  t.like(readRows(out, 'training')[0], { ...size, year: '2024', doy: '52' })
  t.like(readRows(out, 'train-image')[0], { ...size, imgsize_gb: '6.5000005' })
  t.deepEqual(readRows(out, 'raw-image'), [{ ...features, ...size, imgsize_gb: '6.5000005' }])
  await late?.()
  t.deepEqual(valuesIn(out, 'ingest', 'dname'), [exposureName(1)], 'an exposure waits for it as ever')
  await assertHealthy(out)
  await dark?.()
  t.deepEqual(valuesIn(out, 'training', 'dname'), [], 'a version of no use takes its place')
  await assertHealthy(out)
})

// --- any runs ---

/** A file without the rows of some datasets; its columns stay. */
function withoutDatasets(file: DayFile, names: ReadonlySet<string>): DayFile {
  const columns = (file.text.replace('\uFEFF', '').split(/\r?\n/, 1)[0] ?? '').split(',')
  const rows = readCsv(file.text).filter(({ Dataset = '' }) => !names.has(nameOf(Dataset)))
  return dayFile(
    file.date,
    rows.map((cells) => ({ date: file.date, cells })),
    { columns },
  )
}

/** The files that one run would have to read for the tables of all runs, of which some replace. */
function remaining(files: readonly DayFile[], runs: History['runs'], replaces: (run: number) => boolean): DayFile[] {
  let rest: DayFile[] = []
  for (const [number, indices] of runs.entries()) {
    const its = indices.flatMap((index) => files[index] ?? [])
    const names = new Set(replaces(number) ? datasetNames(its) : [])
    rest = [...rest.map((file) => withoutDatasets(file, names)), ...its]
  }
  return rest
}

const replacing = fc.array(fc.boolean(), { minLength: 1, maxLength: 4 })

const anyRuns = test.macro({
  title: (_, columns: string) =>
    `runs of which any replace make the rows of one run over what they leave: files ${columns}`,
  async exec(t, _columns: string, histories: fc.Arbitrary<History>) {
    await fc.assert(
      fc.asyncProperty(histories, replacing, async ({ files, runs }, flags) => {
        fc.pre(files.length > 0)
        // One run alone has nothing to replace: the last one always does.
        const replaces = (number: number) => number === runs.length - 1 || flags[number % flags.length] === true
        await withFolder(async (folder) => {
          const [one, many] = [join(folder, 'one'), join(folder, 'many')]
          const paths = writeDayFiles(join(folder, 'files'), files)
          for (const [number, indices] of runs.entries()) {
            const inputs = indices.map((index) => paths[index] ?? '')
            await run(many, inputs, { replace: replaces(number) })
          }
          await run(one, writeDayFiles(join(folder, 'rest'), remaining(files, runs, replaces)))
          assert.deepEqual(tableSets(many), tableSets(one))
          await assertHealthy(many)
        })
      }),
      propertyOptions(t, 5),
    )
    t.pass()
  },
})
test(anyRuns, 'of one header', historyArbitrary)
test(anyRuns, 'that differ in columns', mixedHistoryArbitrary)

test('the same with association files', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, replacing, async (history, flags) => {
      fc.pre(history.files.length > 0)
      const { files, runs } = history
      const replaces = (number: number) => flags[number % flags.length] === true
      await withFolder(async (folder) => {
        const [one, many] = [join(folder, 'one'), join(folder, 'many')]
        const { all, each } = writeHistory(folder, history)
        for (const [number, { inputs, asn }] of each.entries()) {
          await runBoth(many, inputs, asn, inputs.length > 0 ? { replace: replaces(number) } : {})
        }
        const rest = writeDayFiles(join(folder, 'rest'), remaining(files, runs, replaces))
        await runBoth(one, rest, all.asn)
        assert.deepEqual(tableSets(many), tableSets(one))
        await assertHealthy(many)
      })
    }),
    propertyOptions(t, 4),
  )
  t.pass()
})

test('a run that replaces with what is stored changes no byte of any table', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, async (history) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const out = join(folder, 'db')
        const { all } = writeHistory(folder, history)
        await runBoth(out, all.inputs, all.asn)
        const before = contentOf(out)
        assert.equal((await runBoth(out, all.inputs, all.asn, REPLACE)).replaced, 0)
        assert.deepEqual(contentOf(out), before)
      })
    }),
    propertyOptions(t, 3),
  )
  t.pass()
})

// --- ways to it ---

test('many rows, which two threads settle, are replaced as few are', async (t) => {
  const folder = temporaryFolder(t)
  const [{ name, chunks } = { name: '', chunks: [] }] = generateFiles({
    ...{ days: 1, rows: 30_000, seed: 7, start: RIGHT },
    ...{ shuffle: true, match: 0.8, late: 0 },
  })
  const text = [...chunks].join('')
  const [right, wrong] = [join(folder, name), join(folder, `${WRONG}_052.csv`)]
  for (const path of [right, wrong]) writeFileSync(path, text)
  const [one, many] = [join(folder, 'one'), join(folder, 'many')]
  await run(one, [right])
  await run(many, [wrong])
  const { replaced } = await run(many, [right], REPLACE)
  t.true(replaced > 20_000)
  t.deepEqual(tableSets(many), tableSets(one))
  const again = await run(many, [wrong], { ...REPLACE, memory: 2 ** 20 })
  t.is(again.replaced, replaced, 'spilled or not')
})

test('a pipeline replaces where its last stage is asked to', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const [wrong = '', right = ''] = writeDayFiles(folder, [day(WRONG, all), day(RIGHT, all)])
  await run(out, [wrong])
  for (const [replace, date] of [
    [false, WRONG],
    [true, RIGHT],
  ] as const) {
    await using stages = await createPipeline({ inputs: [right] })
    await stages.write(out, { replace })(stages.rows())
    t.deepEqual(valuesIn(out, 'training', 'date'), [date])
  }
})

test('the program puts a day with a wrong --date right, and says how many versions were replaced', async (t) => {
  const dir = new cli.Workdir(t)
  dir.write('2024-02-21_052.csv', cli.pairs(1, 2))
  const wrong = await dir.run(['--date', WRONG, '-o', 'db'], { stdin: cli.pairs(1, 2) })
  t.is(wrong.code, 0)
  t.notRegex(wrong.stderr, /replaced/)
  const without = await dir.run(['-o', 'db', '2024-02-21_052.csv'])
  t.is(without.code, 0)
  t.deepEqual(valuesIn(dir.path('db'), 'training', 'date'), [WRONG, WRONG])
  const right = await dir.run(['--replace', '--json', '-o', 'db', '2024-02-21_052.csv'])
  t.is(right.code, 0)
  t.regex(right.stderr, /^replaced +4 stored versions$/m)
  t.is((JSON.parse(right.stdout) as { replaced: number }).replaced, 4)
  for (const name of ['training', 'train-image', 'raw-image'])
    t.deepEqual(valuesIn(dir.path('db'), name, 'date'), [RIGHT, RIGHT], name)
})
