/** One run over any rows: the library against the naive model, the golden cases and the official associations. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import {
  fileArbitrary,
  filesArbitrary,
  propertyOptions,
  type RawRow,
  rowsArbitrary,
  seed,
  toDayFiles,
} from './helpers/arbitrary-rows.js'
import { run, runStdin, tableTexts, temporaryFolder, withFolder, writeDayFiles } from './helpers/database.js'
import { differences } from './helpers/database-compare.js'
import {
  assertGolden,
  assertPool,
  dayFilesIn,
  GOLDEN_CASES,
  goldenInput,
  POOLS,
  poolInput,
} from './helpers/database-fixtures.js'
import { SOAK } from './helpers/faults.js'
import { type DayFile, type Encodings, modelTables } from './helpers/model.js'

const root = join(import.meta.dirname, '..', '..')
const encodings = JSON.parse(readFileSync(join(root, 'lib', 'rules', 'encodings.json'), 'utf8')) as Encodings

/** Bytes at a time: a cut between any two bytes, within any field, and none within these files. */
const CHUNK_SIZES = [1, 7, 65_536]

/** The tables of one run over these files, in their order. */
function tablesOf(files: readonly DayFile[]): Promise<Record<string, string>> {
  return withFolder(async (folder) => {
    await run(join(folder, 'db'), writeDayFiles(folder, files))
    return tableTexts(join(folder, 'db'))
  })
}

test('one run makes the tables that the naive model makes', async (t) => {
  await fc.assert(
    fc.asyncProperty(filesArbitrary, async (files) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        await run(join(folder, 'db'), writeDayFiles(folder, files))
        assert.deepEqual(differences(modelTables(files, encodings), join(folder, 'db')), [])
      })
    }),
    propertyOptions(t, 30),
  )
  t.pass()
})

test('the order of rows and files changes no byte of any table', async (t) => {
  const inTwoOrders = rowsArbitrary.chain((rows) =>
    fc.tuple(
      fc.constant(toDayFiles(rows)),
      fc
        .shuffledSubarray<RawRow>([...rows], { minLength: rows.length })
        .map(toDayFiles)
        .chain((files) => fc.shuffledSubarray(files, { minLength: files.length })),
    ),
  )
  await fc.assert(
    fc.asyncProperty(inTwoOrders, async ([files, otherwise]) => {
      fc.pre(files.length > 0)
      assert.deepEqual(await tablesOf(otherwise), await tablesOf(files))
    }),
    propertyOptions(t, 8),
  )
  t.pass()
})

test('the sizes of the chunks in which rows arrive change no byte of any table', async (t) => {
  await fc.assert(
    fc.asyncProperty(fileArbitrary, async (file) => {
      await withFolder(async (folder) => {
        const made: Record<string, string>[] = []
        for (const size of CHUNK_SIZES) {
          const out = join(folder, String(size))
          await runStdin(out, file, size)
          made.push({ ...tableTexts(out), rejects: readFileSync(join(out, 'rejects.csv'), 'utf8') })
        }
        const [byOne, bySeven, atOnce] = made
        assert.deepEqual(byOne, atOnce)
        assert.deepEqual(bySeven, atOnce)
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

test('rows that have to wait in spill files change no byte of any table', async (t) => {
  await fc.assert(
    fc.asyncProperty(filesArbitrary, fc.integer({ min: 1, max: 4000 }), async (files, memory) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        const paths = writeDayFiles(folder, files)
        const [roomy, tight] = [join(folder, 'roomy'), join(folder, 'tight')]
        for (const inputs of [paths, paths.slice(1)].filter((some) => some.length > 0)) {
          await run(roomy, inputs)
          await run(tight, inputs, { memory })
          assert.deepEqual(tableTexts(tight), tableTexts(roomy))
        }
      })
    }),
    propertyOptions(t, 6),
  )
  t.pass()
})

const allAtOnce = test.macro({
  title: (_, name: string) => `one run over all files makes the expected tables of golden case ${name}`,
  async exec(t, name: string) {
    const out = temporaryFolder(t)
    await run(out, [goldenInput(name)])
    t.notThrows(() => assertGolden(name, out))
  },
})

const shuffled = test.macro({
  title: (_, name: string) => `rows in random order make the expected tables of golden case ${name}`,
  async exec(t, name: string) {
    const folder = temporaryFolder(t)
    await run(join(folder, 'db'), writeDayFiles(folder, dayFilesIn(goldenInput(name)).map(shuffleRows)))
    t.notThrows(() => assertGolden(name, join(folder, 'db')))
  },
})

/** The same rows below the header, in another order. None of these files has a quoted line end. */
function shuffleRows(file: DayFile): DayFile {
  const [header = '', ...rows] = file.text.trimEnd().split(/\r?\n/)
  const [inOtherOrder = []] = fc.sample(fc.shuffledSubarray(rows, { minLength: rows.length }), { seed, numRuns: 1 })
  return { ...file, text: `${[header, ...inOtherOrder].join('\n')}\n` }
}

const catenated = test.macro({
  title: (_, name: string, size: number) =>
    `cat of each day with --date, ${size} bytes at a time, makes the expected tables of golden case ${name}`,
  async exec(t, name: string, size: number) {
    const out = temporaryFolder(t)
    for (const file of dayFilesIn(goldenInput(name))) await runStdin(out, file, size)
    t.notThrows(() => assertGolden(name, out))
  },
})

for (const name of GOLDEN_CASES) {
  test(allAtOnce, name)
  test(shuffled, name)
  // Byte by byte takes longest, and the smallest case has bytes enough for it.
  for (const size of SOAK || name === 'one-day' ? CHUNK_SIZES : CHUNK_SIZES.slice(1)) test(catenated, name, size)
}

const pool = test.macro({
  title: (_, name: string, least: number) => `one run finds at least ${least} official associations of pool ${name}`,
  async exec(t, name: string, least: number, of: number) {
    const out = temporaryFolder(t)
    await run(out, [poolInput(name)])
    t.notThrows(() => assertPool(name, out, least, of))
  },
})

for (const [name, least, of] of POOLS) test(pool, name, least, of)
