/** Rows of a table on standard output while a run goes on. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { IngestError } from '../lib/errors.js'
import { ingest } from '../lib/run/ingest.js'
import { temporaryFolder } from './helpers/database.js'
import { daily, exposure, PROGRAM, pairs, product, type Result, Workdir } from './helpers/program.js'

/** Runs over rows of a day; returns what was emitted of a table. */
async function emitted(t: ExecutionContext, out: string, table: string, content: string): Promise<string> {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(input, content)
  const stream = new PassThrough()
  const [found] = await Promise.all([
    text(stream),
    ingest({ inputs: [input], out, emit: { table, out: stream } }).finally(() => stream.end()),
  ])
  return found
}

/** What a run of the program ended with. */
function ran(t: ExecutionContext, { code, stderr }: Result, expected: { code: number; stderr: RegExp }): void {
  t.is(code, expected.code, stderr)
  t.regex(stderr, expected.stderr)
}

const sorted = (lines: string) => lines.trimEnd().split('\n').sort()

for (const table of ['training', 'level1.csv', 'train-image', 'raw-image', 'ingest', 'rem-image']) {
  test(`a first run emits all of ${table}`, async (t) => {
    const out = join(temporaryFolder(t), 'db')
    const rows = daily(exposure(1), product(1), exposure(2), product(3))
    const found = await emitted(t, out, table, rows)
    t.is(found, readFileSync(join(out, table.endsWith('.csv') ? table : `${table}.csv`), 'utf8'))
    t.is(found.split('\n').length, table === 'ingest' ? 4 : 3)
  })
}

test('a later run emits the rows that it adds, not those that it puts back', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  // All of one program: the table is written anew without its rows, which are put back.
  await emitted(t, out, 'training', daily(exposure(1), product(1), exposure(2), product(2)))
  const before = sorted(readFileSync(join(out, 'training.csv'), 'utf8'))
  const found = sorted(
    await emitted(t, out, 'training', daily(product(2, { ImageSize: '9000000.5' }), exposure(3), product(3))),
  )
  const after = sorted(readFileSync(join(out, 'training.csv'), 'utf8'))
  t.is(after.length, 4)
  const added = after.filter((line) => !before.includes(line))
  t.is(added.length, 2)
  const [header = ''] = readFileSync(join(out, 'training.csv'), 'utf8').split('\n')
  t.deepEqual(found, [header, ...added].sort())
})

test('a category value without a code is emitted with the code that it gets', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  const odd = { FILTER: 'F9999W' }
  const rows = daily(exposure(1, odd), product(1, odd), exposure(2), product(2))
  const found = await emitted(t, out, 'train-image', rows)
  t.deepEqual(sorted(found), sorted(readFileSync(join(out, 'train-image.csv'), 'utf8')))
  t.false(found.includes('?'))
})

test('rows that a reader keeps stay as they are, however many come behind them', async (t) => {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  const out = join(temporaryFolder(t), 'db')
  // More than what is at work on at a time: then memory is used again.
  const observations = Array.from({ length: 900 }, (_, index) => exposure(index + 1) + product(index + 1)).join('')
  const programs = Array.from({ length: 15 }, (_, index) => observations.replaceAll('01001', `020${10 + index}`))
  writeFileSync(input, daily(...programs))
  const stream = new PassThrough({ highWaterMark: 2 ** 30 })
  await ingest({ inputs: [input], out, emit: { table: 'level1', out: stream } })
  stream.end()
  t.true((await text(stream)) === readFileSync(join(out, 'level1.csv'), 'utf8'))
})

test('a run waits for the one who reads', async (t) => {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(input, daily(pairs(1)))
  const stream = new PassThrough({ highWaterMark: 1 })
  let isDone = false
  const run = ingest({ inputs: [input], out: join(temporaryFolder(t), 'db'), emit: { table: 'training', out: stream } })
  const ended = run.then(() => {
    isDone = true
  })
  await delay(300)
  t.false(isDone)
  stream.resume()
  await ended
})

test('one who reads no more ends nothing else', async (t) => {
  const input = join(temporaryFolder(t), '2024-02-21_052.csv')
  writeFileSync(input, daily(exposure(1), product(1)))
  const stream = new PassThrough({ highWaterMark: 1 })
  const run = ingest({ inputs: [input], out: join(temporaryFolder(t), 'db'), emit: { table: 'training', out: stream } })
  await delay(100)
  stream.destroy()
  t.is((await run).models.IMAGE.products, 1)
})

test('a table that there is none of is a usage error, before anything is read', async (t) => {
  const out = join(temporaryFolder(t), 'db')
  const run = ingest({ inputs: ['nothing'], out, emit: { table: 'trained', out: new PassThrough() } })
  const error = await t.throwsAsync(run, { instanceOf: IngestError })
  t.is(error.code, 'USAGE')
  t.regex(error.message, /no table "trained"; the tables are training, level1, /)
})

test('in a pipe: rows for the next program, the summary on standard error', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', daily(exposure(1), product(1), exposure(2), product(2)))
  const result = await dir.run(['-o', 'db', '--emit', 'train-image', '2024-02-21_052.csv'])
  ran(t, result, { code: 0, stderr: /^IMAGE +2 products matched/m })
  t.is(result.stdout, dir.read('db/train-image.csv'))
  const both = await dir.run(['-o', 'db', '--emit', 'train-image', '--json', '2024-02-21_052.csv'])
  ran(t, both, { code: 2, stderr: /--emit and --json both print on standard output/ })
})

test('a reader that closes the pipe early has what it wants, the run goes on to its end, and says what was not written', async (t) => {
  const dir = new Workdir(t)
  const rows = Array.from({ length: 900 }, (_, number) => exposure(number + 1) + product(number + 1))
  dir.write('2024-02-21_052.csv', daily(...rows))
  const command = `{ '${process.execPath}' '${PROGRAM}' -o db --emit level1 2024-02-21_052.csv; echo "code $?" >&2; } | head -n 1`
  const result = await dir.startCommand('sh', ['-c', command]).result
  ran(t, result, { code: 0, stderr: /^IMAGE +900 products matched/m })
  t.regex(result.stderr, /cannot write all of standard output \(its reader has gone\); the run is committed\ncode 1$/m)
  t.regex(result.stdout, /^dag,imagesize,[^\n]*\n$/)
})
