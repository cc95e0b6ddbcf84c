/** The commands as functions: the database first, results as the commands print them, errors and signals. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import * as library from '../lib/index.js'
import { temporaryFolder } from './helpers/database.js'
import { filesOf } from './helpers/interrupt-files.js'
import { pairs, Workdir } from './helpers/program.js'

const DAYS = fileURLToPath(new URL('../../fixtures/days', import.meta.url))
const { check, diff, explain, exportTables, ingest, prune, rebuild, report, reportPage, status, waits } = library

/** A folder with a database of three days, in which something waits. */
async function scene(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  await ingest(dir.path('db'), { inputs: [DAYS] })
  return dir
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** What differs from run to run, and what only the command tells. */
const OWN = /^(seconds.*|made|database|path|command|version|started)$/

/** Without these, and without what is undefined, which JSON has as null or not at all. */
function comparable(value: unknown): unknown {
  const isLeft = (name: string, its: unknown) => its === null || OWN.test(name)
  return JSON.parse(JSON.stringify(value, (name, its) => (isLeft(name, its) ? undefined : its)))
}

/** Items in no order: the command tells the oldest first. */
const lines = (items: readonly unknown[]) => items.map((item) => JSON.stringify(comparable(item))).sort()

test('each gives what its command prints with --json', async (t) => {
  const dir = await scene(t)
  const db = dir.path('db')
  const printed = async (...args: string[]) => {
    const { code, stdout, stderr } = await dir.run([...args.map((arg) => (arg === 'db' ? db : arg)), '--json'])
    t.true(code === 0 || args[0] === 'diff', stderr)
    return JSON.parse(stdout)
  }
  t.deepEqual(comparable(await check(db)), comparable(await printed('check', 'db')))
  t.deepEqual(comparable(await status(db)), comparable(await printed('status', 'db')))
  t.deepEqual(comparable(await report(db)), comparable(await printed('report', 'db')))
  t.deepEqual(comparable(await rebuild(db)), comparable(await printed('rebuild', 'db')))
  const pruned = { olderThan: '1d', asOf: '2024-03-01', dryRun: true }
  t.deepEqual(
    comparable(await prune(db, pruned)),
    comparable(await printed('prune', 'db', '--older-than', '1d', '--as-of', '2024-03-01', '--dry-run')),
  )
  const { explanations } = await printed('explain', 'jw01*', '--db', 'db')
  t.deepEqual(comparable(await collect(explain(db, ['jw01*']))), comparable(explanations))
  t.deepEqual(lines(await collect(waits(db))), lines((await printed('explain', '--waiting', '--db', 'db')).waits))
  const { changes } = await printed('diff', 'db', '--since', '2024-02-22')
  t.deepEqual(comparable(await collect(diff(db, { since: '2024-02-22' }))), comparable(changes))
  t.true(changes.length > 0)
  const exported = await exportTables(db, { out: dir.path('a'), tables: ['train-*'], split: { share: 0.8, seed: 7 } })
  const args = ['export', 'db', '-o', 'b', '--table', 'train-*', '--split', '0.8', '--seed', '7']
  t.deepEqual(comparable(exported), comparable(await printed(...args)))
  t.regex(await reportPage(db), /^<!doctype html>/)
})

test('what goes wrong is an IngestError with its code', async (t) => {
  const dir = await scene(t)
  const db = dir.path('db')
  const none = dir.path('none')
  const fails = (code: string, work: Promise<unknown>) => t.throwsAsync(work, { name: 'IngestError', code })
  for (const work of [check, status, report, rebuild]) await fails('DATABASE_UNUSABLE', work(none))
  await fails('DATABASE_UNUSABLE', prune(none, { olderThan: '1d' }))
  await fails('DATABASE_UNUSABLE', exportTables(none, { out: dir.path('out') }))
  await fails('DATABASE_UNUSABLE', collect(diff(db, { other: none })))
  await fails('DATABASE_UNUSABLE', collect(waits(none)))
  await fails('NAME_UNKNOWN', collect(explain(db, ['jw09999-o001_t001_miri'])))
  await fails('USAGE', collect(diff(db, {})))
  await fails('USAGE', prune(db, { olderThan: 'long' }))
  await fails('USAGE', exportTables(db, { out: dir.path('out'), split: { share: 1 } }))
  await fails('NO_INPUT', ingest(db, { inputs: [dir.path('nothing')] }))
  t.false(existsSync(dir.path('out')))
})

test('what a signal ends is rejected with the reason of the signal, and nothing is changed', async (t) => {
  const dir = await scene(t)
  const db = dir.path('db')
  dir.write('2024-03-01_061.csv', pairs(...Array.from({ length: 900 }, (_, index) => index + 1)))
  const before = filesOf(db)
  class Enough extends Error {}
  const inputs = [dir.path('2024-03-01_061.csv')]
  const out = dir.path('out')
  const works: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    ingest: (signal) => ingest(db, { inputs, signal }),
    check: (signal) => check(db, { signal }),
    status: (signal) => status(db, { signal }),
    report: (signal) => report(db, { signal }),
    rebuild: (signal) => rebuild(db, { signal }),
    prune: (signal) => prune(db, { olderThan: '1d', dryRun: true, signal }),
    explain: (signal) => collect(explain(db, ['jw01*'], { signal })),
    waits: (signal) => collect(waits(db, { signal })),
    diff: (signal) => collect(diff(db, { other: db, signal })),
    exportTables: (signal) => exportTables(db, { out, force: true, signal }),
    pipeline: async (signal) => {
      const { rows, write, close } = await library.createPipeline({ inputs, signal })
      await write(db)(rows()).finally(close)
    },
  }
  for (const reason of [new Enough('enough'), 'a text', undefined]) {
    for (const [name, work] of Object.entries(works)) {
      const aborted = AbortSignal.abort(reason)
      const [early] = await Promise.allSettled([work(aborted)])
      t.is(early.status === 'rejected' && early.reason, aborted.reason, `${name}, before it begins`)
      const controller = new AbortController()
      const working = work(controller.signal)
      setImmediate(() => controller.abort(reason))
      const [late] = await Promise.allSettled([working])
      if (late.status === 'rejected') t.is(late.reason, controller.signal.reason, `${name}, while it goes on`)
      else t.not(name, 'ingest', 'a run of 1800 rows takes longer')
    }
  }
  t.deepEqual([...filesOf(db)], [...before])
})

test('a run tells how far it has come, and one who asks too late or leaves holds nothing up', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(...Array.from({ length: 900 }, (_, index) => index + 1)))
  const { length } = readFileSync(dir.path('2024-02-21_052.csv'))
  const run = ingest(dir.path('db'), { inputs: [dir.path('2024-02-21_052.csv')] })
  const news = await collect(run.progress())
  const { models } = await run
  t.is(models.IMAGE.products, 900)
  t.true(news.length > 0)
  const last = news.at(-1)
  t.is(last?.rows, 1800)
  for (const { phase, done, total } of news) {
    t.true(phase === 'reading' || phase === 'settling' || phase === 'writing')
    if (phase === 'writing') continue
    t.true(total !== undefined && done <= total, `${done} of ${total}`)
    if (phase === 'reading') t.is(total, length)
  }
  t.deepEqual(await collect(run.progress()), [], 'the run is over')
  const again = ingest(dir.path('db'), { inputs: [dir.path('2024-02-21_052.csv')] })
  for await (const _ of again.progress()) break
  t.false((await again).changed)
  const heard: unknown[] = []
  await ingest(dir.path('other'), { inputs: [DAYS], progress: (its) => heard.push(its) })
  t.true(heard.length > 0)
})

test('the progress of a run that fails ends with the error of the run', async (t) => {
  const folder = temporaryFolder(t)
  const run = ingest(join(folder, 'db'), { inputs: [join(folder, 'none')] })
  await t.throwsAsync(collect(run.progress()), { code: 'NO_INPUT' })
  await t.throwsAsync(run, { code: 'NO_INPUT' })
})

/** What programs without types give by mistake: the option, its value, and what is expected. */
const MISTAKES: readonly (readonly [option: string, value: unknown, expected: string])[] = [
  ['inputs', 'raw', 'a list of texts, got "raw"'],
  ['inputs', [1], 'a list of texts, got 1'],
  ['asn', 'asn', 'a list of texts, got "asn"'],
  ['date', new Date(0), 'a text, got '],
  ['memory', 'lots', 'a number of bytes, 1 or more, got "lots"'],
  ['memory', 0, 'a number of bytes, 1 or more, got 0'],
  ['wait', '60', 'a number of seconds, 0 or more, got "60"'],
  ['wait', Number.NaN, 'a number of seconds, 0 or more, got NaN'],
  ['maxRejects', 1.5, 'a whole number, 0 or more, got 1.5'],
  ['strict', 'no', 'true or false, got "no"'],
  ['warn', console, 'a function, got '],
  ['alert', true, 'a function, got true'],
  ['signal', new AbortController(), 'an AbortSignal, got '],
  ['stdin', 'text', 'an async iterable of Buffers, such as a stream, got "text"'],
  ['commitEvery', 1000, '{ rows } or { seconds }, with a number above 0, got 1000'],
]

/** Whether an error is of an option, and says so. */
const saysOf = (option: string, expected: string) => ({
  instanceOf: library.IngestError,
  code: 'USAGE',
  message: (message: string) => message.startsWith(`${option}: expected ${expected}`),
})

for (const [option, value, expected] of MISTAKES) {
  test(`an option of the wrong type is a usage error that names it: ${option}, ${expected}`, async (t) => {
    const folder = join(temporaryFolder(t), 'db')
    const options = { inputs: [DAYS], [option]: value } as never
    await t.throwsAsync(ingest(folder, options), saysOf(option, expected))
    const isOfPipelines = ['inputs', 'date', 'strict', 'warn', 'alert', 'signal', 'stdin'].includes(option)
    if (isOfPipelines) await t.throwsAsync(library.createPipeline(options), saysOf(option, expected))
    t.false(existsSync(folder))
  })
}

test('an argument of the wrong type is a usage error of every function', async (t) => {
  const { createPipeline, openDatabase } = library
  const none = undefined as never
  const isDatabase = saysOf('the database', 'the path of its folder, got undefined')
  const works: readonly (() => Promise<unknown>)[] = [
    () => ingest(none, { inputs: [DAYS] }),
    () => library.associate(none, { asn: ['asn'] }),
    () => check(none),
    () => status(none),
    () => report(none),
    () => reportPage(none),
    () => rebuild(none),
    () => prune(none, { olderThan: '1y' }),
    () => exportTables(none, { out: 'out' }),
    () => collect(diff(none, { since: '2024-02-22' })),
    () => collect(waits(none)),
    () => openDatabase(none),
    async () => (await createPipeline({ inputs: [DAYS] })).write(none),
  ]
  for (const work of works) await t.throwsAsync(work, isDatabase)
  await t.throwsAsync(collect(explain('db', 'jw01' as never)), saysOf('names', 'a list of texts, got "jw01"'))
})

test('a program whose run says nothing of inputs gets an error, not its standard input', async (t) => {
  const folder = join(temporaryFolder(t), 'db')
  const nothing = { code: 'USAGE', message: /^no inputs: give files, folders or globs in `inputs`, .* `stdin`$/ }
  for (const options of [undefined, {}, { inputs: [] }]) {
    await t.throwsAsync(ingest(folder, options), nothing)
    await t.throwsAsync(library.createPipeline(options), nothing)
  }
  t.false(existsSync(folder))
  const stdin = Readable.from([Buffer.from(pairs(1))])
  t.is((await ingest(folder, { stdin, date: '2024-02-21' })).models.IMAGE.products, 1)
})

test('everything that a command does has a function', (t) => {
  const commands = 'ingest associate check rebuild status explain report exportTables prune diff openDatabase'.split(
    ' ',
  )
  for (const name of commands) t.is(typeof Reflect.get(library, name), 'function', name)
})
