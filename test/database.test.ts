import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { statusOf } from '../lib/inspect/status.js'
import { checkDatabase } from '../lib/maintain/check.js'
import { ingest } from '../lib/run/ingest.js'

const FIRST_DAY = 'fixtures/days/2024-02-21_052.csv'
const SECOND_DAY = 'fixtures/days/2024-02-22_053.csv'

/** A database of the first day. */
async function firstDay(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jwst-ingest-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const out = join(folder, 'db')
  await ingest({ inputs: [FIRST_DAY], out })
  return out
}

/** Exchanges a text of the same length in a file, and makes it look as if nothing had happened. */
async function forge(path: string, from: string, to: string): Promise<void> {
  const { atime, mtime } = await stat(path)
  const seen = await stat(path, { bigint: true })
  await writeFile(path, (await readFile(path, 'utf8')).replace(from, to))
  await utimes(path, atime, mtime)
  const now = await stat(path, { bigint: true })
  if (now.mtimeNs === seen.mtimeNs) return
  // Times are set to the millisecond at best: what the last run saw has to be forged along with the table.
  const look = join(path, '..', '.jwst-ingest', 'seen.json')
  const file = path.split('/').at(-1) ?? ''
  const looks = JSON.parse(await readFile(look, 'utf8')) as Record<string, { bytes: number; modified: string }>
  looks[file] = { bytes: Number(now.size), modified: String(now.mtimeNs) }
  await writeFile(look, JSON.stringify(looks))
}

test('a table with other columns than this version gives it is not trusted, but written anew', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'jwst-ingest-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const out = join(folder, 'db')
  const whole = join(folder, 'whole')
  await ingest({ inputs: [FIRST_DAY], out })
  await forge(join(out, 'train-image.csv'), 'instr,detector', 'detector,instr')
  await ingest({ inputs: [SECOND_DAY], out })
  await ingest({ inputs: [FIRST_DAY, SECOND_DAY], out: whole })
  const lines = async (database: string) =>
    (await readFile(join(database, 'train-image.csv'), 'utf8')).split('\n').sort()
  t.deepEqual(await lines(out), await lines(whole))
})

test('a copy without its times is trusted, and added to, as its bytes are those that its index tells of', async (t) => {
  const out = await firstDay(t)
  const files = (await readdir(out)).filter((file) => file.endsWith('.csv'))
  for (const file of [...files, '.jwst-ingest/hidden.csv']) await utimes(join(out, file), 1_000_000, 1_000_000)
  t.false((await ingest({ inputs: [FIRST_DAY], out })).changed)
  t.deepEqual((await checkDatabase(out)).notes, [])
  const looks = await Promise.all(files.map((file) => stat(join(out, file))))
  t.true(
    looks.every(({ mtimeMs }) => mtimeMs === 1_000_000_000),
    'no table was written anew',
  )
})

for (const [what, from, to] of [
  ['a digit of a line', '01001', '01002'],
  ['the order of columns', 'dag,imagesize', 'imagesize,dag'],
] as const) {
  test(`a copy without its times in which ${what} is another one is not trusted`, async (t) => {
    const out = await firstDay(t)
    const path = join(out, 'level1.csv')
    const text = await readFile(path, 'utf8')
    t.true(text.includes(from))
    await writeFile(path, text.replace(from, to))
    await utimes(path, 1_000_000, 1_000_000)
    t.is((await checkDatabase(out)).notes.filter(({ what: note }) => note.includes('changed or copied')).length, 1)
  })
}

test('a table edited after an interrupted run is noticed, though the run had to be cleaned up after', async (t) => {
  const out = await firstDay(t)
  // What a run that was killed before its commit leaves, and then an edit that keeps the size.
  await mkdir(join(out, '.jwst-ingest', 'staging'))
  await writeFile(join(out, '.jwst-ingest', 'staging', '1'), 'half a table')
  const training = join(out, 'training.csv')
  const [header = '', ...lines] = (await readFile(training, 'utf8')).trimEnd().split('\n')
  await writeFile(training, `${[header, ...lines.reverse()].join('\n')}\n`)
  await ingest({ inputs: [SECOND_DAY], out })
  const { violations } = await checkDatabase(out)
  t.deepEqual(violations, [])
})

test('an index of an earlier version, without a census, is as good as none: status resolves, and the next run restores it', async (t) => {
  const out = await firstDay(t)
  const index = join(out, '.jwst-ingest', 'index')
  const [version] = /"version":\d+/.exec(await readFile(index, 'latin1')) ?? []
  await writeFile(index, '{"version":2,"others":[],"tables":{}}')
  const { waiting } = await statusOf(out)
  const warnings: string[] = []
  const summary = await ingest({ inputs: [FIRST_DAY], out, warn: (message) => warnings.push(message) })
  t.deepEqual(warnings, [])
  t.deepEqual(summary.waiting, waiting)
  t.deepEqual((await statusOf(out)).waiting, waiting)
  t.is(/"version":\d+/.exec(await readFile(index, 'latin1'))?.[0], version)
  t.deepEqual((await checkDatabase(out)).violations, [])
})

test('--replace with rows that are stored already changes nothing', async (t) => {
  const out = await firstDay(t)
  const before = await readFile(join(out, 'training.csv'), 'utf8')
  t.false((await ingest({ inputs: [FIRST_DAY], out, replace: true })).changed)
  t.is(await readFile(join(out, 'training.csv'), 'utf8'), before)
})

test('a byte of the index that changed by itself is told with its place, and the tables are read instead', async (t) => {
  const out = await firstDay(t)
  const index = join(out, '.jwst-ingest', 'index')
  for (const part of [0.01, 0.05, 0.3, 0.6, 1]) {
    const file = await readFile(index)
    const at = Math.floor(part * (file.length - 1))
    file.writeUInt8(file.readUInt8(at) ^ 1, at)
    await writeFile(index, file)
    const warnings: string[] = []
    await ingest({ inputs: [FIRST_DAY], out, warn: (message) => warnings.push(message) })
    t.deepEqual(warnings, [`${index} is not as a run wrote it: all tables are read, and it is made anew`])
    t.deepEqual((await checkDatabase(out)).violations, [])
  }
})
