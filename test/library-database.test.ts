import { appendFileSync, existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { type Cells, ingest, openDatabase } from '../lib/index.js'
import { readRows, readTable, TABLE_NAMES, temporaryFolder } from './helpers/database.js'
import { daily, exposure, pairs, productName } from './helpers/program.js'

const DAYS = fileURLToPath(new URL('../../fixtures/days', import.meta.url))
const [DAY1 = '', ...LATER] = readdirSync(DAYS)
  .sort()
  .map((name) => join(DAYS, name))

async function database(t: ExecutionContext, inputs: readonly string[]): Promise<string> {
  const out = join(temporaryFolder(t), 'db')
  await ingest({ inputs, out })
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
    t.deepEqual(await collect(db.rows(name)), readRows(out, name), name)
  }
  t.deepEqual(db.encodings, JSON.parse(readFileSync(join(out, 'encodings.json'), 'utf8')))
  t.is(db.folder, out)
})

test('cells are text with quotes, commas and line ends in them', async (t) => {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(input, daily(exposure(1, { TARGNAME: 'a,"b"\nc', __proto__x: '1' })).replace(/\n/, ',more\n'))
  await using db = await openDatabase(await database(t, [input]))
  t.deepEqual(
    (await collect(db.rows('ingest'))).map(({ TARGNAME, PROGRAM, more }) => [TARGNAME, PROGRAM, more]),
    [['a,"b"\nc', '01001', '1']],
  )
})

test('a later run is not seen: appended and replaced tables, encodings', async (t) => {
  const out = await database(t, [DAY1])
  await using db = await openDatabase(out)
  const before = new Map(db.tables.map(({ name }) => [name, readRows(out, name)]))
  const half = db.rows('level1')
  await half.next()
  await ingest({ inputs: LATER, out })
  await using after = await openDatabase(out)
  t.true((await collect(after.rows('training'))).length > (before.get('training')?.length ?? 0))
  for (const [name, rows] of before) t.deepEqual(await collect(db.rows(name)), rows, name)
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
  t.is((await collect(db.rows('mosaics'))).length, readRows(out, 'mosaics').length)
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
      t.is((await collect(db.rows('level1')))[0]?.pname, productName(1), 'other tables can be read')
      await collect(db.rows(table))
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
