/** The naive reference model against the golden cases and the official associations, and the rows that tests feed it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { HEADER, propertyOptions, type RawRow, rowsArbitrary, seed, toDayFiles } from './helpers/arbitrary-rows.js'
import { temporaryFolder } from './helpers/database.js'
import {
  assertGolden,
  assertPool,
  dayFilesIn,
  GOLDEN_CASES,
  goldenInput,
  POOLS,
  poolInput,
} from './helpers/database-fixtures.js'
import { type Encodings, type ModelTables, modelTables, writeModel } from './helpers/model.js'
import { groupExposures } from './helpers/model-groups.js'
import { matchGroups } from './helpers/model-match.js'
import { cleanRows, readCsv } from './helpers/model-rows.js'

const encodings = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'lib', 'rules', 'encodings.json'), 'utf8'),
) as Encodings

/** The model's tables of a folder of daily files, written to a temporary folder that goes with the test. */
function modelDatabase(t: ExecutionContext, input: string): string {
  const folder = temporaryFolder(t)
  writeModel(modelTables(dayFilesIn(input), encodings), folder)
  return folder
}

const golden = test.macro({
  title: (_, name: string) => `the model makes the expected tables of golden case ${name}`,
  exec(t, name: string) {
    const database = modelDatabase(t, goldenInput(name))
    t.notThrows(() => assertGolden(name, database))
  },
})

for (const name of GOLDEN_CASES) test(golden, name)

const pool = test.macro({
  title: (_, name: string, least: number) => `the model finds at least ${least} official associations of pool ${name}`,
  exec(t, name: string, least: number, of: number) {
    const database = modelDatabase(t, poolInput(name))
    t.notThrows(() => assertPool(name, database, least, of))
  },
})

for (const [name, least, of] of POOLS) test(pool, name, least, of)

/** The rows of all tables as sorted text, so that two results compare whatever the order of their rows. */
function asText({ columns, rows }: ModelTables): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, its]) => [
      name,
      (rows[name] ?? []).map((row) => its.map((column) => row[column] ?? '').join('|')).sort(),
    ]),
  )
}

test('the model gives the same rows whatever the order of the input rows', (t) => {
  const shuffled = rowsArbitrary.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows], { minLength: rows.length })),
  )
  fc.assert(
    fc.property(shuffled, ([rows, otherwise]) => {
      t.deepEqual(
        asText(modelTables(toDayFiles(rows), encodings)),
        asText(modelTables(toDayFiles(otherwise), encodings)),
      )
    }),
    propertyOptions(t, 20),
  )
  t.pass()
})

test('every data set that is not dropped is in exactly one of the unencoded tables', (t) => {
  fc.assert(
    fc.property(rowsArbitrary, (rows) => {
      const files = toDayFiles(rows)
      const { exposures, products, mosaics } = cleanRows(files)
      const tables = modelTables(files, encodings)
      const names = ['training', 'level1', 'ingest', 'mosaics'].flatMap((name) =>
        (tables.rows[name] ?? []).map((row) => row.dname),
      )
      t.deepEqual(names.sort(), [...exposures, ...products, ...mosaics].map((row) => row.dname).sort())
    }),
    propertyOptions(t, 20),
  )
  t.pass()
})

test('daily files of raw rows read back as the same rows', (t) => {
  fc.assert(
    fc.property(rowsArbitrary, (rows) => {
      const whole = rows.filter(({ shape }) => shape === undefined)
      const byDate = [...whole].sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1))
      t.deepEqual(
        toDayFiles(rows).flatMap(({ text }) => readCsv(text)),
        byDate.map(({ cells }) => Object.fromEntries(HEADER.map((name) => [name, cells[name] ?? '']))),
      )
    }),
    propertyOptions(t, 20),
  )
  t.pass()
})

/** Which of the cases that the rules treat apart these rows contain. */
function casesIn(rows: readonly RawRow[]): string[] {
  const files = toDayFiles(rows)
  const { exposures, products, mosaics } = cleanRows(files)
  const tables = modelTables(files, encodings)
  const count = (name: string): number => (tables.rows[name] ?? []).length
  const cases: [string, boolean][] = [
    ['mosaic', mosaics.length > 0],
    ['repeated name', new Set(rows.map(({ cells }) => cells.Dataset)).size < rows.length],
    ...['image', 'spec', 'tac', 'fgs'].flatMap((model): [string, boolean][] => [
      [`train-${model}`, count(`train-${model}`) > 0],
      [`rem-${model}`, count(`rem-${model}`) > 0],
    ]),
    ['new code', Object.values(tables.rows).some((table) => table.some((row) => row.filter === '52'))],
  ]
  for (const params of new Set([...exposures, ...products].map((row) => row.params))) {
    const { groups, ungrouped } = groupExposures(exposures.filter((row) => row.params === params))
    const { matches, waiting, pending, lost } = matchGroups(
      groups,
      products.filter((row) => row.params === params),
    )
    const waits = (name: string | undefined): boolean => (tables.rows.ingest ?? []).some((row) => row.dname === name)
    cases.push(
      ['several groups', groups.length > 1],
      ['exposure in no group', ungrouped.length > 0],
      ['group of several exposures', matches.some(({ group }) => group.exposures.length > 2)],
      ['group that waits beside a product', waiting.length > 0 && matches.length > 0],
      ['merged groups', matches.some(({ parts }) => parts.length > 1)],
      ['lost multiple match', lost.size > 0],
      ['product without exposures', pending.length > 0],
      [
        'match of other targets',
        matches.some(({ product, group }) => product.TARGNAME !== group.exposures[0]?.TARGNAME),
      ],
      ['match without a size', matches.some(({ product }) => product.imagesize === '')],
      ['match without a point', matches.some(({ product }) => product.imagesize !== '' && waits(product.dname))],
      [
        'TSOVISIT differs in a group',
        groups.some((group) => new Set(group.exposures.map((row) => row.TSOVISIT === 'True')).size > 1),
      ],
    )
  }
  return cases.filter(([, is]) => is).map(([name]) => name)
}

test('arbitrary rows meet every case that the rules treat apart', (t) => {
  const seen = new Map<string, number>()
  const samples = fc.sample(rowsArbitrary, { seed, numRuns: 400 })
  for (const rows of samples) for (const one of new Set(casesIn(rows))) seen.set(one, (seen.get(one) ?? 0) + 1)
  t.log(Object.fromEntries([...seen].sort()))
  const rare = [...CASES].filter((name) => (seen.get(name) ?? 0) < 4)
  t.deepEqual(rare, [])
})

const CASES = [
  ...['mosaic', 'repeated name', 'new code', 'several groups', 'exposure in no group', 'group of several exposures'],
  ...['group that waits beside a product', 'merged groups', 'lost multiple match', 'product without exposures'],
  ...['match of other targets', 'match without a size', 'match without a point', 'TSOVISIT differs in a group'],
  ...['image', 'spec', 'tac', 'fgs'].flatMap((model) => [`train-${model}`, `rem-${model}`]),
]
