/** Rows of an export shared out between training and testing, and those since a day. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { exportDatabase } from '../lib/export/export.js'
import type { Format } from '../lib/export/sink.js'
import { splitPartOf } from '../lib/export/split.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'
import { readRows, run, TABLE_NAMES, temporaryFolder } from './helpers/database.js'
import { pairs, Workdir } from './helpers/program.js'

const GOLDEN = 'fixtures/golden/three-days/input'
const FORMATS: readonly Format[] = ['parquet', 'jsonl', 'csv']

/** What Python's hashlib makes of a seed and a name, as docs/operating.md says it: a number of 0 to 1. */
const FRACTIONS = [
  [0, 'jw01001-o001_t001_miri_f770w', 0.823121],
  [7, 'jw01001-o001_t001_miri_f770w', 0.729578],
  [0, 'jw01018-o006_s00001_niriss_f150w-gr150r', 0.287566],
  [7, 'jw01018-o006_s00001_niriss_f150w-gr150r', 0.370261],
  [2 ** 32, 'JW02079-O004_T001_NIRCAM_F444W', 0.918684],
  [0, 'ü', 0.493093],
] as const
for (const [seed, name, fraction] of FRACTIONS) {
  test(`seed ${seed}: ${name} is for training from a share of ${fraction} on`, (t) => {
    t.is(splitPartOf(name, { share: fraction + 1e-6, seed }), 'train')
    t.is(splitPartOf(name, { share: fraction - 1e-6, seed }), 'test')
  })
}

const arbitrarySplit = fc.record({
  share: fc.double({ min: 0.02, max: 0.98, noNaN: true }),
  seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
})

test('as many products are for training as the share says, but for chance', (t) => {
  const many = 3_000
  const check = ({ share, seed }: { share: number; seed: number }, start: number) => {
    const names = Array.from({ length: many }, (_, index) => `jw${String(start).padStart(5, '0')}-o${index}_t001_miri`)
    const trained = names.filter((name) => splitPartOf(name, { share, seed }) === 'train').length
    // Beyond six standard deviations of the binomial distribution: once in 500 million cases.
    return Math.abs(trained - many * share) <= 6 * Math.sqrt(many * share * (1 - share))
  }
  t.notThrows(() => fc.assert(fc.property(arbitrarySplit, fc.nat(99_999), check), propertyOptions(t, 40)))
})

test('a greater share moves products into training alone; another seed shares them out anew', (t) => {
  const isMonotone = (name: string, { share, seed }: { share: number; seed: number }, more: number) =>
    splitPartOf(name, { share, seed }) === 'test' ||
    splitPartOf(name, { share: share + (1 - share) * more, seed }) === 'train'
  const fraction = fc.double({ min: 0, max: 0.99, noNaN: true })
  t.notThrows(() => fc.assert(fc.property(fc.string(), arbitrarySplit, fraction, isMonotone), propertyOptions(t, 500)))
  const names = Array.from({ length: 2_000 }, (_, index) => `jw01001-o${index}`)
  const same = names.filter(
    (name) => splitPartOf(name, { share: 0.5, seed: 1 }) === splitPartOf(name, { share: 0.5, seed: 2 }),
  )
  t.true(Math.abs(same.length - 1_000) < 150, `${same.length} of 2000 in the same part under both seeds`)
})

type Rows = readonly Readonly<Record<string, unknown>>[]

/** The rows of an exported file, as objects. */
async function rowsIn(path: string): Promise<Rows> {
  if (path.endsWith('.csv')) return parse(readFileSync(path), { columns: true })
  if (path.endsWith('.jsonl')) {
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    return lines.map((line) => JSON.parse(line))
  }
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    return (await connection.runAndReadAll(`FROM '${path}'`)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

/** The product of a row by docs/operating.md. */
const productOf = (table: string, row: Readonly<Record<string, unknown>>) =>
  String(table === 'associations' ? row.product : (row.pname ?? row.dname))

/** For each product of an export its part; a product in two parts, or a table that is not whole, fails the test. */
async function partsOf(t: ExecutionContext, db: string, out: string, format: Format): Promise<Map<string, string>> {
  const parts = new Map<string, string>()
  for (const table of TABLE_NAMES) {
    const names: string[] = []
    for (const part of ['train', 'test']) {
      for (const row of await rowsIn(join(out, `${table}.${part}.${format}`))) {
        const name = productOf(table, row)
        t.is(parts.get(name) ?? part, part, `${name} in ${table}`)
        parts.set(name, part)
        names.push(name)
      }
    }
    const expected = readRows(db, table).map((row) => productOf(table, row))
    t.deepEqual(names.sort(), expected.sort(), table)
  }
  return parts
}

test('every row is in one part, a product in the same one in all tables and formats, and stays there when rows come', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'db')
  const split = { share: 0.6, seed: 7 }
  await run(db, [GOLDEN], { prefix: '2024-02-21' })
  const early = join(folder, 'early')
  await exportDatabase(db, { format: 'csv', out: early, split })
  const before = await partsOf(t, db, early, 'csv')
  await run(db, [GOLDEN])
  const all: Map<string, string>[] = []
  for (const format of FORMATS) {
    const out = join(folder, format)
    const report = await exportDatabase(db, { format, out, split, warn: t.fail })
    t.deepEqual(report.split, split)
    t.is(report.tables.length, 2 * TABLE_NAMES.length)
    const files = TABLE_NAMES.flatMap((table) => [`${table}.test.${format}`, `${table}.train.${format}`])
    t.deepEqual(readdirSync(out).sort(), files.sort())
    for (const { path = '', rows } of report.tables) t.is(rows, (await rowsIn(path)).length)
    all.push(await partsOf(t, db, out, format))
  }
  const [parts = new Map()] = all
  for (const other of all) t.deepEqual(other, parts)
  t.true(parts.size > before.size && before.size > 10)
  for (const [name, part] of before) t.is(parts.get(name) ?? part, part, name)
  t.deepEqual(new Set(parts.values()), new Set(['train', 'test']))
})

test('rows since a day are those whose date says so; tables without dates are left out, and named', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'db')
  await run(db, [GOLDEN])
  const warnings: string[] = []
  const out = join(folder, 'out')
  const since = '2024-02-23'
  const report = await exportDatabase(db, { format: 'jsonl', out, since, warn: (text) => warnings.push(text) })
  t.is(report.since, since)
  const dated = TABLE_NAMES.filter((table) => table !== 'associations' && !table.startsWith('rem-'))
  t.deepEqual(readdirSync(out).sort(), dated.map((table) => `${table}.jsonl`).sort())
  t.deepEqual(warnings, ['--since: left out, as without dates: associations, rem-image, rem-spec, rem-tac, rem-fgs'])
  for (const table of dated) {
    const expected = readRows(db, table).filter(({ date = '' }) => date >= since)
    const found = await rowsIn(join(out, `${table}.jsonl`))
    t.deepEqual(
      found.map(({ dname, pname, date }) => [dname, pname, date]),
      expected.map(({ dname, pname, date }) => [dname, pname, date]),
      table,
    )
  }
  t.true((await rowsIn(join(out, 'training.jsonl'))).length > 0)
  t.true((await rowsIn(join(out, 'training.jsonl'))).length < readRows(db, 'training').length)
})

async function seeded(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1, 2, 3, 4, 5, 6))
  t.is((await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])).code, 0)
  return dir
}

test('the command: --split with --seed and --since, told in the report', async (t) => {
  const dir = await seeded(t)
  const args = ['export', 'db', '--format', 'jsonl', '--table', 'train-image', '--json', '-o', 'out']
  const { code, stdout, stderr } = await dir.run([...args, '--split', '.5', '--seed', '7', '--since', '2024-02-21'])
  t.is(code, 0, stderr)
  t.regex(stderr, /^train-image\.train +\d rows?, \d+ bytes in out\/train-image\.train\.jsonl\n/)
  const report: { tables: { part: 'train' | 'test'; rows: number }[] } = JSON.parse(stdout)
  t.like(report, { since: '2024-02-21', split: { share: 0.5, seed: 7 } })
  for (const { part, rows } of report.tables) {
    const found = await rowsIn(dir.path(`out/train-image.${part}.jsonl`))
    t.is(found.length, rows)
    for (const { pname } of found) t.is(splitPartOf(String(pname), { share: 0.5, seed: 7 }), part)
  }
  t.is(report.tables[0]?.rows, 6 - (report.tables[1]?.rows ?? 0))
  const late = await dir.run([
    'export',
    'db',
    '-o',
    '-',
    '--format',
    'jsonl',
    '--table',
    'level1',
    '--since',
    '2024-02-22',
  ])
  t.like(late, { code: 0, stdout: '' })
  const unseeded = await dir.run(['export', 'db', '-q', '--json', '--split', '0.5', '-o', 'unseeded'])
  t.like(JSON.parse(unseeded.stdout), { split: { share: 0.5, seed: 0 } })
})

const WRONG = [
  ['--split 1', /--split <share>' argument '1' is invalid\. Expected a share above 0 and below 1, such as 0\.8/],
  ['--split 80%', /Expected a share above 0 and below 1/],
  ['--split 0', /Expected a share above 0 and below 1/],
  ['--split 0.8 --seed -1', /Expected a whole number, 0 or more/],
  ['--seed 7', /--seed is about --split: give both, or leave it out/],
  ['--since yesterday', /--since: "yesterday" is no day; expected YYYY-MM-DD/],
  ['--split 0.8 --table level1 -o -', /--split makes two files of a table, and standard output takes one/],
  ['--split 0.8 --table rejects', /--split: left out, as without products: rejects; no other table is asked for/],
  ['--since 2024-02-21 --table rem-*', /--since: left out, as without dates: rem-image, .*no other table is asked for/],
] as const

test('what cannot be is a usage error, and makes no file', async (t) => {
  const dir = await seeded(t)
  for (const [args, message] of WRONG) {
    const { code, stderr, stdout } = await dir.run(['export', 'db', ...args.split(' ')])
    t.is(code, 2, args)
    t.regex(stderr, message)
    t.is(stdout, '')
  }
  t.deepEqual(readdirSync(dir.folder).sort(), ['2024-02-21_052.csv', 'db'])
})
