import { appendFileSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { type Cells, exportTables, ingest, openDatabase } from '../lib/index.js'
import { readRows, readTable, TABLE_NAMES, temporaryFolder } from './helpers/database.js'
import { daily, exposure, pairs, productName } from './helpers/program.js'

const DAYS = fileURLToPath(new URL('../../fixtures/days', import.meta.url))
const [DAY1 = '', ...LATER] = readdirSync(DAYS)
  .sort()
  .map((name) => join(DAYS, name))

async function database(t: ExecutionContext, inputs: readonly string[]): Promise<string> {
  const out = join(temporaryFolder(t), 'db')
  await ingest(out, { inputs })
  return out
}

async function collect(rows: AsyncIterable<Cells>): Promise<Cells[]> {
  const all: Cells[] = []
  for await (const row of rows) all.push(row)
  return all
}

test('every table with its columns and rows, as another CSV reader reads them', async (t) => {
  const out = await database(t, [DAYS])
  await using db = await openDatabase(out)
  t.deepEqual(db.tables.map(({ name }) => name).sort(), [...TABLE_NAMES, 'rejects'].sort())
  for (const { name, columns, bytes } of db.tables) {
    t.deepEqual(columns, readTable(out, name).columns)
    t.is(bytes, readFileSync(join(out, `${name}.csv`)).length)
    t.deepEqual(await collect(db.rows(name, { typed: false })), readRows(out, name), name)
  }
  t.deepEqual(db.encodings, JSON.parse(readFileSync(join(out, 'encodings.json'), 'utf8')))
  t.is(db.folder, out)
})

test('cells are text with quotes, commas and line ends in them', async (t) => {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(input, daily(exposure(1, { TARGNAME: 'a,"b"\nc', __proto__x: '1' })).replace(/\n/, ',more\n'))
  await using db = await openDatabase(await database(t, [input]))
  t.deepEqual(
    (await collect(db.rows('ingest', { typed: false }))).map(({ TARGNAME, PROGRAM, more }) => [
      TARGNAME,
      PROGRAM,
      more,
    ]),
    [['a,"b"\nc', '01001', '1']],
  )
})

test('a later run is not seen: appended and replaced tables, encodings', async (t) => {
  const out = await database(t, [DAY1])
  await using db = await openDatabase(out)
  const before = new Map(db.tables.map(({ name }) => [name, readRows(out, name)]))
  const half = db.rows('level1', { typed: false })
  await half.next()
  await ingest(out, { inputs: LATER })
  await using after = await openDatabase(out)
  t.true((await collect(after.rows('training', { typed: false }))).length > (before.get('training')?.length ?? 0))
  for (const [name, rows] of before) t.deepEqual(await collect(db.rows(name, { typed: false })), rows, name)
  t.is((await collect(half)).length, (before.get('level1')?.length ?? 0) - 1)
})

test('while a commit is not finished, it waits for its end', async (t) => {
  const out = await database(t, [DAY1])
  const record = join(out, '.jwst-ingest/commit.json')
  writeFileSync(record, '{}')
  const opening = openDatabase(out)
  setTimeout(() => {
    appendFileSync(join(out, 'mosaics.csv'), `${','.repeat(readTable(out, 'mosaics').columns.length - 1)}\n`)
    rmSync(record)
  }, 250)
  await using db = await opening
  t.is((await collect(db.rows('mosaics', { typed: false }))).length, readRows(out, 'mosaics').length)
  t.false(existsSync(record))
})

test('rows are read by several at a time, and no further than asked for', async (t) => {
  const out = await database(t, [DAYS])
  await using db = await openDatabase(out)
  const names = readRows(out, 'training').map(({ pname }) => pname)
  const [a, b] = [db.rows('training'), db.rows('training')]
  for (const name of names) t.deepEqual([(await a.next()).value?.pname, (await b.next()).value?.pname], [name, name])
  for await (const { pname } of db.rows('training')) {
    t.is(pname, names[0])
    break
  }
})

/** Paths of the files that this process has open, where the system tells. */
function openFiles(): string[] {
  if (!existsSync('/proc/self/fd')) return []
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return []
    }
  })
}

test('after it is closed nothing is read, and no file is open', async (t) => {
  const out = await database(t, [DAYS])
  const files = () => openFiles().filter((path) => path.startsWith(out)).length
  t.is(files(), 0)
  const db = await openDatabase(out)
  if (existsSync('/proc/self/fd')) t.true(files() > 10, 'open files are seen')
  const begun = db.rows('level1')
  await begun.next()
  const reading = db.rows('level1').next()
  await Promise.all([db.close(), db.close()])
  const closed = { code: 'USAGE', message: `${out}: the database is closed` }
  await t.throwsAsync(begun.next(), closed)
  await reading.catch((error) => t.like(error, closed))
  t.throws(() => db.rows('training'), closed)
  t.is(files(), 0)
})

const refuses = test.macro<
  [arrange: (out: string) => void, table: string, expected: { code: string; message: RegExp }]
>({
  async exec(t, arrange, table, expected) {
    const input = join(temporaryFolder(t), '2024-02-21_052.csv')
    writeFileSync(input, pairs(1))
    const out = await database(t, [input])
    arrange(out)
    await t.throwsAsync(async () => {
      await using db = await openDatabase(out)
      t.is((await collect(db.rows('level1', { typed: false })))[0]?.pname, productName(1), 'other tables can be read')
      await collect(db.rows(table, { typed: false }))
    }, expected)
  },
  title: (title) => `refuses ${title}, and says why`,
})
const nothing = () => {}
test('an unknown table', refuses, nothing, 'trainings', {
  code: 'USAGE',
  message: /^no table "trainings"; the tables are training, level1, .*rejects$/,
})
test('a private file', refuses, nothing, '.jwst-ingest/hidden', { code: 'USAGE', message: /^no table / })
test('a table that is gone', refuses, (out) => rmSync(join(out, 'training.csv')), 'training', {
  code: 'TABLE_INVALID',
  message: /training\.csv: the table is not there; /,
})
test('a line with too few fields', refuses, (out) => appendFileSync(join(out, 'training.csv'), 'a,b\n'), 'training', {
  code: 'TABLE_INVALID',
  message: /training\.csv:3: expected \d+ fields, got 2$/,
})
test('an open quote', refuses, (out) => appendFileSync(join(out, 'training.csv'), '"a,b\n'), 'training', {
  code: 'TABLE_INVALID',
  message: /training\.csv:3: a quote is not closed$/,
})
test('encodings that are none', refuses, (out) => writeFileSync(join(out, 'encodings.json'), '[]'), 'training', {
  code: 'TABLE_INVALID',
  message: /encodings\.json: expected an object/,
})
test('a folder without tables', refuses, (out) => rmSync(out, { recursive: true }), 'training', {
  code: 'DATABASE_UNUSABLE',
  message: /: no such folder; give the folder of a database/,
})

/** What docs/tables.md says of columns, told by hand; all others are text. */
const KINDS: readonly (readonly [type: string, columns: string])[] = [
  [
    'number',
    'imagesize TARG_RA TARG_DEC GS_RA GS_DEC GS_MAG RA_REF DEC_REF CRVAL1 CRVAL2 targra NUMDTHPT year doy pid line fx_ra fy_dec scale offset targ_offset max_offset mean_offset sigma_offset err_offset sigma1_mean frac targ_max_offset targ_mean_offset targ_sigma_offset targ_err_offset targ_sigma1_mean targ_frac t_offset gs_offset imgsize_gb NEXPOSUR gs_mag instr detector exp_type visitype filter pupil grating channel subarray bkgdtarg is_imprt tsovisit nexposur numdthpt band crowdfld',
  ],
  ['boolean', 'BKGDTARG IS_IMPRT TSOVISIT CROWDFLD'],
]

test('values have the type of their column, as the export gives them; a blank is null', async (t) => {
  const out = await database(t, [DAYS])
  await using db = await openDatabase(out)
  for (const { name } of db.tables) {
    const exported = join(temporaryFolder(t), 'out')
    await exportTables(out, { format: 'jsonl', out: exported, tables: [name] })
    const lines = readFileSync(join(exported, `${name}.jsonl`), 'utf8')
      .split('\n')
      .slice(0, -1)
    const rows: unknown[] = []
    for await (const row of db.rows(name)) {
      rows.push(row)
      for (const [column, value] of Object.entries(row)) {
        const [kind = 'string'] = KINDS.find(([, columns]) => columns.split(' ').includes(column)) ?? []
        t.true(value === null || typeof value === kind, `${name} ${column}: ${value}`)
      }
    }
    t.deepEqual(
      rows,
      lines.map((line) => JSON.parse(line)),
      name,
    )
  }
  const first = db.rows('train-image')
  for await (const { imgsize_gb, pname, date } of first) {
    // The types of the columns are known.
    const gigabytes: number | null = imgsize_gb
    const texts: readonly (string | null)[] = [pname, date]
    t.true((gigabytes ?? 0) > 0)
    t.regex(texts[1] ?? '', /^\d{4}-\d\d-\d\d$/)
    break
  }
})

test('the columns that the types of rows have are those of the tables', async (t) => {
  const out = await database(t, [DAYS])
  await using db = await openDatabase(out)
  const declared = readFileSync('lib/library/table-rows.ts', 'utf8')
  for (const { name, columns } of db.tables.filter((table) => /^(train|raw|rem)-/.test(table.name)))
    for (const column of columns) t.true(declared.includes(`'${column}'`), `${name} ${column}`)
})
