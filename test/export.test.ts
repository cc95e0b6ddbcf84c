import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { DuckDBInstance, type Json } from '@duckdb/node-api'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { safeForSheets } from '../lib/export/csv.js'
import { exportDatabase } from '../lib/export/export.js'
import { ingest } from '../lib/run/ingest.js'
import { readRows, run, TABLE_NAMES, temporaryFolder } from './helpers/database.js'
import { daily, exposure, HEADER, PROGRAM, pairs, Workdir } from './helpers/program.js'

const GOLDEN = 'fixtures/golden/three-days/input'

type JsonRow = Readonly<Record<string, Json>>

/** What DuckDB answers, as JSON values. */
async function ask(sql: string): Promise<readonly JsonRow[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()
  } finally {
    connection.closeSync()
  }
}

/** A folder with a database of the golden days. */
async function golden(t: ExecutionContext): Promise<string> {
  const folder = temporaryFolder(t)
  await run(join(folder, 'db'), [GOLDEN])
  return folder
}

/** What each column is by docs/tables.md, told by hand; all others are text. */
const KINDS: Readonly<Record<string, string>> = {
  rowFloats: 'imagesize TARG_RA TARG_DEC GS_RA GS_DEC GS_MAG RA_REF DEC_REF CRVAL1 CRVAL2 targra',
  rowInts: 'NUMDTHPT year doy pid',
  rowBooleans: 'BKGDTARG IS_IMPRT TSOVISIT CROWDFLD',
  rawFloats:
    'fx_ra fy_dec scale offset targ_offset max_offset mean_offset sigma_offset err_offset sigma1_mean frac targ_max_offset targ_mean_offset targ_sigma_offset targ_err_offset targ_sigma1_mean targ_frac t_offset gs_offset imgsize_gb',
  rawInts: 'NEXPOSUR',
  trainFloats: 'gs_mag',
  trainInts:
    'instr detector exp_type visitype filter pupil grating channel subarray bkgdtarg is_imprt tsovisit nexposur numdthpt band crowdfld',
}

function expectedType(name: string): string {
  const kind = Object.keys(KINDS).find((key) => KINDS[key]?.split(' ').includes(name)) ?? ''
  if (kind.endsWith('Floats')) return 'DOUBLE'
  if (kind.endsWith('Ints')) return 'INTEGER'
  if (kind.endsWith('Booleans')) return 'BOOLEAN'
  return name === 'date' || name === 'expired' ? 'DATE' : 'VARCHAR'
}

/** The value that a cell of the golden tables stands for. */
function expectedValue(name: string, cell: string): Json {
  const type = expectedType(name)
  if (cell === '' || (type === 'BOOLEAN' && cell === 'NONE')) return null
  if (type === 'BOOLEAN') return { True: true, False: false }[cell] ?? 'neither'
  return type === 'DOUBLE' || type === 'INTEGER' ? Number(cell) : cell
}

const expectedRows = (db: string, table: string): JsonRow[] =>
  readRows(db, table).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, expectedValue(name, cell)])),
  )

test('DuckDB reads every table back from Parquet: types, values, blanks as nulls', async (t) => {
  const folder = await golden(t)
  const db = join(folder, 'db')
  const out = join(folder, 'out')
  const report = await exportDatabase(db, { format: 'parquet', out, warn: t.fail })
  t.deepEqual(readdirSync(out).sort(), TABLE_NAMES.map((name) => `${name}.parquet`).sort())
  for (const { table, path = '', rows, bytes, misfits } of report.tables) {
    const types = await ask(`DESCRIBE FROM '${path}'`)
    const [header = ''] = readFileSync(join(db, `${table}.csv`), 'utf8').split('\n')
    t.deepEqual(
      types.map(({ column_name, column_type }) => [column_name, column_type]),
      header.split(',').map((name) => [name, expectedType(name)]),
      table,
    )
    const found = await ask(`FROM '${path}'`)
    t.deepEqual(found, expectedRows(db, table), table)
    t.is(rows, found.length)
    t.is(bytes, readFileSync(path).length)
    t.deepEqual(misfits, [])
  }
  t.is(
    (await ask(`FROM '${join(out, 'rem-fgs.parquet')}'`)).length,
    0,
    'a table without rows has its types all the same',
  )
})

test('JSON lines hold the same values', async (t) => {
  const folder = await golden(t)
  const out = join(folder, 'out')
  await exportDatabase(join(folder, 'db'), { format: 'jsonl', out })
  for (const table of TABLE_NAMES) {
    const lines = readFileSync(join(out, `${table}.jsonl`), 'utf8').split('\n')
    t.is(lines.pop(), '')
    const rows: unknown[] = lines.map((line) => JSON.parse(line))
    t.deepEqual(rows, expectedRows(join(folder, 'db'), table), table)
  }
})

test('categories have dictionaries, and codes their meaning in the metadata of the file', async (t) => {
  const folder = await golden(t)
  const out = join(folder, 'out')
  await exportDatabase(join(folder, 'db'), { format: 'parquet', out })
  const chunks = await ask(`FROM parquet_metadata('${join(out, 'level1.parquet')}')`)
  for (const name of ['dag', 'INSTRUME', 'FILTER', 'EXP_TYPE', 'SUBARRAY', 'expmode', 'role']) {
    const chunk = chunks.find(({ path_in_schema }) => path_in_schema === name)
    t.regex(String(chunk?.encodings), /DICTIONARY/, name)
    t.is(chunk?.compression, 'SNAPPY')
  }
  const metadata = (table: string) =>
    ask(
      `SELECT decode(value) AS text FROM parquet_kv_metadata('${join(out, `${table}.parquet`)}') WHERE key = 'encodings'`,
    )
  const [encodings] = await metadata('train-spec')
  t.deepEqual(JSON.parse(String(encodings?.text)), JSON.parse(readFileSync(join(folder, 'db/encodings.json'), 'utf8')))
  t.deepEqual(await metadata('raw-spec'), [], 'a table without codes')
})

test('a long table is written in row groups, each of its rows once', async (t) => {
  const folder = await golden(t)
  const path = join(folder, 'db/training.csv')
  const [header = '', line = ''] = readFileSync(path, 'utf8').split('\n')
  const rows = 20_000
  const cells = line.split(',')
  const numbered = (number: number) => cells.with(header.split(',').indexOf('doy'), String(number)).join(',')
  writeFileSync(path, `${header}\n${Array.from({ length: rows }, (_, number) => `${numbered(number)}\n`).join('')}`)
  await exportDatabase(join(folder, 'db'), { format: 'parquet', out: folder, tables: ['training'] })
  const file = join(folder, 'training.parquet')
  const [counted] = await ask(
    `SELECT count(*) AS n, count(DISTINCT doy) AS different, sum(doy) AS total FROM '${file}'`,
  )
  t.like(counted, { n: String(rows), different: String(rows), total: String((rows * (rows - 1)) / 2) })
  const groups = await ask(
    `SELECT DISTINCT row_group_id, row_group_num_rows AS n FROM parquet_metadata('${file}') ORDER BY 1`,
  )
  t.deepEqual(
    groups.map(({ n }) => Number(n)),
    [8192, 8192, 3616],
  )
})

test('what does not fit its column is null, told with its line; columns that are carried through stay text', async (t) => {
  const dir = new Workdir(t)
  const extra = { NUMDTHPT: 'many', TSOVISIT: 'perhaps', NOTE: '0042', LIST: 'a,"b"' }
  const lines = daily(exposure(1, extra), exposure(2, { NOTE: '', LIST: 'c', NUMDTHPT: '4.0', CROWDFLD: 'T' }))
  dir.write(
    '2024-02-21_052.csv',
    lines.replace(/^.*/, (header) => `${header},NOTE,LIST`),
  )
  await ingest({ inputs: [dir.path('2024-02-21_052.csv')], out: dir.path('db') })
  const { code, stderr } = await dir.run(['export', 'db', '--table', 'ingest.csv', '-o', 'out'])
  t.is(code, 0)
  t.regex(stderr, /ingest\.csv:2: 1 value of NUMDTHPT not of type int, as "many": null in the export/)
  t.regex(stderr, /ingest\.csv:2: 1 value of TSOVISIT not of type boolean, as "perhaps"/)
  const rows = await ask(
    `SELECT PROGRAM, NUMDTHPT, TSOVISIT, CROWDFLD, PUPIL, NOTE, LIST FROM '${dir.path('out/ingest.parquet')}' ORDER BY dname`,
  )
  t.deepEqual(rows, [
    { PROGRAM: '01001', NUMDTHPT: null, TSOVISIT: null, CROWDFLD: false, PUPIL: 'NONE', NOTE: '0042', LIST: 'a,"b"' },
    { PROGRAM: '01001', NUMDTHPT: 4, TSOVISIT: false, CROWDFLD: true, PUPIL: 'NONE', NOTE: null, LIST: 'c' },
  ])
})

/** A stream that takes its first bytes only when it is told to. */
class Patient extends Writable {
  text = ''
  readonly begun: Promise<void>
  #begin: () => void = () => {}
  #release: () => void = () => {}
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve
  })

  constructor() {
    super({ highWaterMark: 1 })
    this.begun = new Promise((resolve) => {
      this.#begin = resolve
    })
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#begin()
    this.text += chunk.toString()
    this.#released.then(done)
  }

  release(): void {
    this.#release()
  }
}

test('the table is that of the moment at which the export began, whatever runs do meanwhile', async (t) => {
  const dir = new Workdir(t)
  const observations = Array.from({ length: 900 }, (_, index) => index + 1)
  dir.write('2024-02-21_052.csv', pairs(...observations))
  dir.write('2024-02-22_053.csv', pairs(1, 2, 950))
  await ingest({ inputs: [dir.path('2024-02-21_052.csv')], out: dir.path('db') })
  const before = readRows(dir.path('db'), 'level1').map(({ dname, date }) => ({ dname, date }))
  const stream = new Patient()
  const exported = exportDatabase(dir.path('db'), { format: 'jsonl', tables: ['level1'], out: stream })
  await stream.begun
  t.true(stream.text.split('\n').length < observations.length, 'a part of it is written')
  await ingest({ inputs: [dir.path('2024-02-22_053.csv')], out: dir.path('db') })
  t.notDeepEqual(
    readRows(dir.path('db'), 'level1').map(({ dname, date }) => ({ dname, date })),
    before,
  )
  stream.release()
  const { tables } = await exported
  t.is(tables[0]?.rows, before.length)
  const found = stream.text
    .trimEnd()
    .split('\n')
    .map((line): { dname: string; date: string } => JSON.parse(line))
  t.deepEqual(
    found.map(({ dname, date }) => ({ dname, date })),
    before,
  )
})

async function seeded(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1, 2))
  await ingest({ inputs: [dir.path('2024-02-21_052.csv')], out: dir.path('db') })
  return dir
}

const fails = test.macro<[args: readonly string[], code: number, message: RegExp, prepare?: (dir: Workdir) => void]>({
  exec: async (
    t,
    args: readonly string[],
    code: number,
    message: RegExp,
    prepare: (dir: Workdir) => void = () => {},
  ) => {
    const dir = await seeded(t)
    prepare(dir)
    const before = readdirSync(dir.folder, { recursive: true, encoding: 'utf8' }).sort()
    const result = await dir.run(['export', ...args])
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, message)
    t.notRegex(result.stderr, /\n {4}at /, 'no stack trace')
    if (args.includes('--json')) t.is(JSON.parse(result.stdout).error.exitCode, code)
    else t.is(result.stdout, '')
    const made = readdirSync(dir.folder, { recursive: true, encoding: 'utf8' }).filter((name) => !before.includes(name))
    t.deepEqual(
      made.filter((name) => name !== 'out' && name !== 'jwst-export'),
      [],
      'no file is left',
    )
  },
  title: (name, args) => `${name}: jwst-ingest export ${args.join(' ')}`,
})
test('no database', fails, ['none'], 1, /none: no such folder; give the folder of a database/)
test(
  'no table of this name',
  fails,
  ['db', '--table', 'train-x*'],
  2,
  /no table "train-x\*"; the tables are training, /,
)
test('several tables for one stream', fails, ['db', '-o', '-'], 2, /standard output takes one table, not \d+: give one/)
test('two things on standard output', fails, ['db', '--json', '-o', '-', '--table', 'ingest'], 2, /--json: standard/)
test('an unknown format', fails, ['db', '--format', 'orc'], 2, /'orc' is invalid.*parquet, jsonl/)
test(
  'a file is there already',
  fails,
  ['db', '-o', 'out', '--no-clobber'],
  1,
  /out\/level1\.parquet: is there already; give another name, or let it be replaced/,
  (dir) => dir.write('out/level1.parquet', 'mine'),
)
const databaseOut: readonly (readonly [
  name: string,
  out: string,
  message: RegExp,
  prepare?: (dir: Workdir) => void,
])[] = [
  [
    'into the database itself',
    './db',
    /^jwst-ingest: \.\/db: is a database: give another folder for the files with -o/,
  ],
  ['into a database by a link', 'link', /link: is a database: give/, (dir) => symlinkSync('db', dir.path('link'))],
  ['into what a run keeps', 'db/.jwst-ingest', /is inside \.jwst-ingest of a database: give another folder/],
  [
    'into a new folder there',
    'db/../db/.jwst-ingest/a/b',
    /is inside \.jwst-ingest of a database: give another folder/,
  ],
  [
    'into a database of spacekit',
    'other',
    /other: is a database \(it has tables, and no \.jwst-export of an export\): give another folder/,
    (dir) => cpSync('fixtures/golden/three-days/expected', dir.path('other'), { recursive: true }),
  ],
  [
    'into a database without its tables',
    'other',
    /other: is a database: give another folder/,
    (dir) => dir.write('other/.jwst-ingest/index', ''),
  ],
  [
    'into an export that has become a database',
    'other',
    /other: is a database: give another folder/,
    (dir) => {
      cpSync(dir.path('db'), dir.path('other'), { recursive: true })
      dir.write('other/.jwst-export', '')
    },
  ],
]
for (const [name, out, message, prepare] of databaseOut)
  test(name, fails, ['db', '--format', 'csv', '-o', out, '--force'], 2, message, prepare)
test('no folder can be made', fails, ['db', '-o', 'file/out'], 1, /file\/out: cannot make the folder/, (dir) =>
  dir.write('file', ''),
)
test('a missing table', fails, ['db', '--table', 'raw-fgs'], 1, /db\/raw-fgs\.csv: is missing/, (dir) =>
  rmSync(dir.path('db/raw-fgs.csv')),
)
test(
  'a line that cannot be read',
  fails,
  ['db', '-o', 'out'],
  1,
  /train-image\.csv:4: expected \d+ fields, got 1/,
  (dir) => dir.write('db/train-image.csv', `${dir.read('db/train-image.csv')}short\n`),
)

test('files are replaced; names with * choose tables; -o of the command is no database', async (t) => {
  const dir = await seeded(t)
  dir.write('out/train-image.parquet', 'mine')
  const args = ['export', '--table', 'train-*', '--table', 'raw-imag?', '-o', 'out', '--json', '-q']
  const { code, stdout, stderr } = await dir.run(['-o', 'db', ...args])
  t.is(code, 0, stderr)
  t.is(stderr, '')
  const names = ['raw-image', 'train-fgs', 'train-image', 'train-spec', 'train-tac']
  t.deepEqual(
    readdirSync(dir.path('out')),
    names.map((name) => `${name}.parquet`),
  )
  const report: { tables: { table: string; rows: number }[] } = JSON.parse(stdout)
  t.deepEqual(report.tables.map(({ table }) => table).sort(), names)
  t.is((await ask(`FROM '${dir.path('out/train-image.parquet')}'`)).length, 2)
})

test('an export into the folder of the one before: every night, of all tables or some, in any format', async (t) => {
  const dir = await seeded(t)
  const nightly = ['export', 'db', '--format', 'csv', '-o', 'out', '-q']
  const first = await dir.run(nightly)
  t.deepEqual(first, { code: 0, stdout: '', stderr: '' })
  const made = TABLE_NAMES.map((name) => `${name}.csv`)
  t.deepEqual(readdirSync(dir.path('out')).sort(), ['.jwst-export', ...made].sort())
  dir.write('2024-02-22_053.csv', pairs(3, 2))
  t.is((await dir.run(['-q', '-o', 'db', '2024-02-22_053.csv'])).code, 0)
  const rows = () => parse(dir.read('out/training.csv'), { columns: true }).length
  const before = rows()
  for (const more of [
    [],
    ['--table', 'train-*'],
    ['--card'],
    ['--format', 'parquet'],
    ['--format', 'jsonl', '--card'],
  ]) {
    const again = await dir.run([...nightly, ...more])
    t.deepEqual(again, { code: 0, stdout: '', stderr: '' }, more.join(' '))
  }
  t.true(rows() > before, 'files that are there are replaced')
  const itself = await dir.run(['export', 'out', '--format', 'csv', '-o', './out'])
  t.is(itself.code, 2, 'but not those that it reads')
  t.regex(itself.stderr, /^jwst-ingest: \.\/out: is a database: give another folder/)
})

test('a table on standard output; a reader that closes early is told', async (t) => {
  const dir = await seeded(t)
  const { code, stderr } = await dir.startCommand('sh', [
    '-c',
    `"${process.execPath}" "${PROGRAM}" export db -q -o - --table training > training.parquet`,
  ]).result
  t.is(code, 0, stderr)
  t.is((await ask(`FROM '${dir.path('training.parquet')}'`)).length, 2)
  const path = dir.path('db/level1.csv')
  const [header = '', line = ''] = readFileSync(path, 'utf8').split('\n')
  writeFileSync(path, `${header}\n${`${line}\n`.repeat(20_000)}`)
  const early = await dir.startCommand('sh', [
    '-c',
    `{ "${process.execPath}" "${PROGRAM}" export db -o - --format jsonl --table level1; echo "code $?" >&2; } | head -n 1`,
  ]).result
  t.regex(early.stdout, /^\{"dag":"LEVEL_1",.*\}\n$/)
  t.regex(early.stderr, /^jwst-ingest: cannot write all of standard output \(its reader has gone\)\ncode 1\n$/m)
})

const CELLS: readonly (readonly [cell: string, safe: string])[] = [
  ['=1+1', "'=1+1"],
  ['+cmd', "'+cmd"],
  ['-x', "'-x"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['-5.25', '-5.25'],
  ['+1e-3', '+1e-3'],
  ['-.5', '-.5'],
  ['-', "'-"],
  ['--1', "'--1"],
  ['a=1', 'a=1'],
  ['', ''],
]
for (const [cell, safe] of CELLS) {
  test(`in a spreadsheet ${JSON.stringify(cell)} is ${JSON.stringify(safe)}`, (t) => t.is(safeForSheets(cell), safe))
}

test('CSV is that of the table, and safe for spreadsheets where that is asked for', async (t) => {
  const dir = new Workdir(t)
  const header = `${HEADER},=HYPERLINK(A1)`
  const row = exposure(1, { TARGNAME: '=cmd,"x"', TARG_RA: '-0', TARG_DEC: '-5.25', '=HYPERLINK(A1)': '@x' })
  dir.write('day.csv', `${header}\n${row}`)
  t.is((await dir.run(['-q', '-o', 'db', '--date', '2024-02-21', 'day.csv'])).code, 0)
  const ask = ['export', 'db', '-q', '-o', '-', '--table', 'ingest', '--format', 'csv']
  const rowsOf = (text: string) => parse(text, { columns: true }) as Record<string, string>[]
  const [plain] = rowsOf((await dir.run(ask)).stdout)
  t.like(plain, { TARGNAME: '=cmd,"x"', TARG_DEC: '-5.25', BKGDTARG: 'false', '=HYPERLINK(A1)': '@x', NUMDTHPT: '4' })
  const [safe] = rowsOf((await dir.run([...ask, '--safe-for-sheets'])).stdout)
  t.like(safe, { TARGNAME: `'=cmd,"x"`, TARG_DEC: '-5.25', "'=HYPERLINK(A1)": "'@x", NUMDTHPT: '4' })
  t.deepEqual(Object.keys(plain ?? {}), dir.read('db/ingest.csv').split('\n')[0]?.split(','))
  const refused = await dir.run(['export', 'db', '--safe-for-sheets'])
  t.is(refused.code, 2)
  t.regex(
    refused.stderr,
    /^jwst-ingest: --safe-for-sheets is about CSV: give --format csv, as parquet has no formulas\n$/,
  )
})

test('a signal leaves no file', async (t) => {
  const dir = await seeded(t)
  const controller = new AbortController()
  controller.abort()
  mkdirSync(dir.path('out'))
  const options = {
    format: 'parquet',
    out: dir.path('out'),
    signal: controller.signal,
  } as const
  await t.throwsAsync(exportDatabase(dir.path('db'), options), { any: true })
  t.deepEqual(readdirSync(dir.path('out')), [])
  t.true(existsSync(dir.path('db/training.csv')))
})
