/** `diff`: which products came, went or changed between two databases, or in one since a day. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { diffDatabase, type ProductChange } from '../lib/inspect/diff.js'
import { readRows, run, temporaryFolder } from './helpers/database.js'
import { daily, exposure, pairs, product, productName, Workdir } from './helpers/program.js'

const GOLDEN = 'fixtures/golden/three-days/input'
const RAW = ['image', 'spec', 'tac', 'fgs'].map((model) => `raw-${model}`)

async function changesOf(...args: Parameters<typeof diffDatabase>): Promise<ProductChange[]> {
  const changes: ProductChange[] = []
  for await (const change of diffDatabase(...args)) changes.push(change)
  return changes
}

/** Cells of each product: of `raw-*` by column, and its exposures. */
function productsOf(db: string): Map<string, Readonly<Record<string, string>>> {
  const exposures = readRows(db, 'level1')
  return new Map(
    RAW.flatMap((table) => readRows(db, table)).map(({ pname = '', Dataset, ...features }) => {
      const names = exposures.filter((row) => row.pname === pname).map(({ dname }) => dname)
      return [pname, { ...features, exposures: names.sort().join(' ') }]
    }),
  )
}

/** What is different, told by the tables alone: a line for each product and for each of its features. */
function expectedLines(before: ReturnType<typeof productsOf>, after: ReturnType<typeof productsOf>): string[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((name) => {
    const [old, now] = [before.get(name), after.get(name)]
    if (old === undefined) return [`came ${name}`]
    if (now === undefined) return [`went ${name}`]
    const changed = Object.keys(now).filter((column) => now[column] !== old[column] && column !== 'exposures')
    const lines = changed.map((column) => `${name} ${column}: ${old[column]} -> ${now[column]}`)
    return old.exposures === now.exposures ? lines : [...lines, `${name} exposures`]
  })
}

function toLines({ change, product: name, features, exposures }: ProductChange): string[] {
  if (change !== 'changed') return [`${change} ${name}`]
  const lines = features.map(({ feature, before, after }) => `${name} ${feature}: ${before} -> ${after}`)
  return exposures.came.length + exposures.went.length === 0 ? lines : [...lines, `${name} exposures`]
}

test('all that is different in the tables is told, in both directions, and nothing else', async (t) => {
  const folder = temporaryFolder(t)
  const [early, late] = [join(folder, 'early'), join(folder, 'late')]
  await run(early, [`${GOLDEN}/2024-02-21_052.csv`, `${GOLDEN}/2024-02-22_053.csv`])
  await run(late, [`${GOLDEN}/2024-02-22_053.csv`, `${GOLDEN}/2024-02-23_054.csv`, `${GOLDEN}/2024-02-24_055.csv`])
  const expected = expectedLines(productsOf(early), productsOf(late))
  const found = await changesOf(early, { other: late, warn: t.fail })
  t.deepEqual(found.flatMap(toLines).sort(), [...expected].sort())
  t.deepEqual(
    found.map(({ pid, product: name }) => [pid, name]),
    found.map(({ pid, product: name }) => [pid, name] as const).sort(([a, x], [b, y]) => a - b || (x < y ? -1 : 1)),
    'programs ascending, products by name',
  )
  for (const kind of ['came', 'went', 'changed'])
    t.true(
      found.some(({ change }) => change === kind),
      `a product ${kind}`,
    )
  const back = await changesOf(late, { other: early })
  t.deepEqual(back.flatMap(toLines).sort(), expectedLines(productsOf(late), productsOf(early)).sort())
  t.deepEqual(await changesOf(late, { other: late }), [])
})

test('since a day: products of it came, and earlier ones with exposures of it changed', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'db')
  await run(db, [GOLDEN])
  const since = '2024-02-23'
  const training = readRows(db, 'training')
  const came = training.filter(({ date = '' }) => date >= since).map(({ pname }) => pname)
  const late = readRows(db, 'level1').filter(({ date = '' }) => date >= since)
  const earlier = new Set(training.map(({ pname }) => pname).filter((name) => !came.includes(name)))
  const grown = new Set(late.map(({ pname }) => pname).filter((name) => earlier.has(name)))
  const found = await changesOf(db, { since })
  const names = (kind: string) => found.filter(({ change }) => change === kind).map((change) => change.product)
  t.deepEqual(names('came').sort(), came.sort())
  t.deepEqual(names('changed').sort(), [...grown].sort())
  t.deepEqual(names('went'), [])
  t.true(came.length > 0 && came.length < training.length)
  for (const { product: name, exposures } of found.filter(({ change }) => change === 'changed'))
    t.deepEqual(
      exposures.came,
      late
        .filter(({ pname }) => pname === name)
        .map(({ dname }) => dname ?? '')
        .sort(),
    )
})

/** A folder with a database `old`, and one `new` in which products 1, 2 and 3 changed, stayed and went, and 4 came. */
async function scene(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('old.csv', pairs(1, 2, 3))
  const Dataset = 'jw01001001001_02101_00002_mirimage_uncal.fits'
  const moved = exposure(1, { Dataset, CRVAL1: '10.6', RA_REF: '10.6' })
  dir.write('new.csv', daily(exposure(1), moved, product(1, { ImageSize: '6000000.0' }), exposure(2), product(2)))
  dir.write('more.csv', pairs(4))
  for (const [db, ...files] of [
    ['old', 'old.csv'],
    ['new', 'new.csv', 'more.csv'],
  ] as const)
    t.like(await dir.run(['-q', '-o', db, '--date', '2024-02-21', ...files]), { code: 0, stderr: '' })
  return dir
}

test('the command tells of products, features and exposures, as text', async (t) => {
  const dir = await scene(t)
  const { code, stdout, stderr } = await dir.run(['diff', 'old', 'new'])
  t.is(code, 1)
  t.is(stderr, 'jwst-ingest: 1 product came, 1 went, 1 changed\n')
  const [first = '', ...lines] = stdout.trimEnd().split('\n')
  t.is(first, `changed  IMAGE  ${productName(1)}`)
  t.deepEqual(lines.slice(-3), [
    '  exposure           + jw01001001001_02101_00002_mirimage',
    `went     IMAGE  ${productName(3)}`,
    `came     IMAGE  ${productName(4)}`,
  ])
  t.true(lines.includes('  NEXPOSUR           1 -> 2'), stdout)
  t.true(lines.includes('  imagesize          5000000.0 -> 6000000.0'), stdout)
  t.like(await dir.run(['diff', 'new', 'new']), { code: 0, stdout: '', stderr: 'no difference\n' })
  t.like(await dir.run(['diff', '-q', 'new', 'new']), { code: 0, stdout: '', stderr: '' })
})

test('as CSV a line for each feature, as JSON an object', async (t) => {
  const dir = await scene(t)
  const csv = await dir.run(['diff', 'old', 'new', '--format', 'csv'])
  const json = await dir.run(['diff', 'old', 'new', '--json'])
  t.deepEqual([csv.code, json.code], [1, 1])
  const { database, other, changes }: { database: string; other: string; changes: ProductChange[] } = JSON.parse(
    json.stdout,
  )
  t.deepEqual([database, other], ['old', 'new'])
  t.deepEqual(
    changes.map(({ change, product: name, model, pid }) => [change, name, model, pid]),
    [
      ['changed', productName(1), 'IMAGE', 1001],
      ['went', productName(3), 'IMAGE', 1001],
      ['came', productName(4), 'IMAGE', 1001],
    ],
  )
  const rows: Record<string, string>[] = parse(csv.stdout, { columns: true })
  const [changed] = changes
  t.deepEqual(
    rows.filter(({ feature }) => feature !== 'exposure' && feature !== ''),
    changed?.features.map((feature) => ({ change: 'changed', product: productName(1), model: 'IMAGE', ...feature })),
  )
  t.like(rows.at(-3), { feature: 'exposure', before: '', after: 'jw01001001001_02101_00002_mirimage' })
  t.deepEqual(rows.at(-1), {
    change: 'came',
    product: productName(4),
    model: 'IMAGE',
    feature: '',
    before: '',
    after: '',
  })
  const since = await dir.run(['diff', '--json', 'new', '--since', '2024-02-22'])
  t.is(since.code, 0)
  const { database: later, since: day, changes: none } = JSON.parse(since.stdout)
  t.deepEqual([later, day, none], ['new', '2024-02-22', []])
})

test('a number that is written in another way is the same; lines that cannot be read are left out, and told', async (t) => {
  const dir = await scene(t)
  cpSync(dir.path('new'), dir.path('copy'), { recursive: true })
  const path = dir.path('copy/raw-image.csv')
  const [header = '', first = '', ...others] = readFileSync(path, 'utf8').split('\n')
  const at = header.split(',').indexOf('imagesize')
  const cells = first.split(',')
  const rewritten = cells.with(at, `${cells[at]}0`).join(',')
  t.not(rewritten, first)
  writeFileSync(path, [header, rewritten, ...others].join('\n'))
  t.like(await dir.run(['diff', 'new', 'copy']), { code: 0, stdout: '' })
  writeFileSync(path, [header, 'broken', ...others].join('\n'))
  const { code, stdout, stderr } = await dir.run(['diff', 'new', 'copy'])
  t.is(code, 1)
  t.regex(stdout, /^changed .*\n {2}NEXPOSUR +\d -> \(none\)\n/)
  t.regex(stderr, /1 line or table cannot be read, and left out: `jwst-ingest check copy` names them/)
})

const WRONG = [
  ['diff old', 2, /diff: give either a second database or the day since when \(--since\)/],
  ['diff old new --since 2024-02-21', 2, /diff: give either a second database or the day/],
  ['diff old --since today', 2, /--since: "today" is no day; expected YYYY-MM-DD/],
  ['diff old new --json --format csv', 2, /--json and --format csv both print on standard output/],
  ['diff old new third', 2, /too many arguments/],
  ['diff old none', 1, /none: no such folder; give the folder of a database/],
  ['diff none old', 1, /none: no such folder; give the folder of a database/],
] as const

test('what cannot be compared', async (t) => {
  const dir = await scene(t)
  for (const [args, code, message] of WRONG) {
    const result = await dir.run(args.split(' '))
    t.is(result.code, code, args)
    t.regex(result.stderr, message)
    if (!args.includes('--json')) t.is(result.stdout, '')
  }
})
