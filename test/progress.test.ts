/** How far a command has come, told and shown. */
import { createReadStream, createWriteStream, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { generateFiles } from '../bench/generator.js'
import { runCommand } from '../lib/cli/cli.js'
import { barFor, progressBar } from '../lib/cli/progress.js'
import { progressLine } from '../lib/cli/progress-line.js'
import type { Bar } from '../lib/cli/terminal.js'
import * as library from '../lib/index.js'
import type { LookOptions, Progress } from '../lib/process/progress.js'
import { ingest } from '../lib/run/ingest.js'
import { temporaryFolder } from './helpers/database.js'
import { needs } from './helpers/needs.js'
import { PROGRAM, pairs, type Running, Workdir } from './helpers/program.js'
import { screenOf } from './helpers/screen.js'

const ROWS = 3000
const [DAY] = generateFiles({ days: 1, rows: ROWS, seed: 3, start: '2024-02-21', shuffle: false, match: 1, late: 0 })
const CONTENT = [...(DAY?.chunks ?? [])].join('')

/** What a run over one input tells. */
async function told(t: ExecutionContext, name: string, bytes: Buffer, pipe = false): Promise<Progress[]> {
  const folder = temporaryFolder(t)
  const input = join(folder, name)
  writeFileSync(input, bytes)
  const progress: Progress[] = []
  const source = pipe ? { inputs: ['-'], date: '2024-02-21', stdin: Readable.from([bytes]) } : { inputs: [input] }
  await ingest({ ...source, out: join(folder, 'db'), progress: (some) => progress.push(some) })
  return progress
}

test('bytes of a file are counted to its size, rows to their number, then what is settled to all of it', async (t) => {
  const progress = await told(t, '2024-02-21_052.csv', Buffer.from(CONTENT))
  const reading = progress.filter(({ phase }) => phase === 'reading')
  const settling = progress.filter(({ phase }) => phase === 'settling')
  const writing = progress.filter(({ phase }) => phase === 'writing')
  t.deepEqual(progress, [...reading, ...settling, ...writing])
  const begun = { phase: 'writing', unit: 'bytes', done: 0, total: undefined, rows: ROWS } as const
  t.deepEqual(writing, [begun], 'said before it begins')
  t.like(reading.at(-1), { done: Buffer.byteLength(CONTENT), total: Buffer.byteLength(CONTENT), rows: ROWS })
  t.is(settling.at(-1)?.done, settling.at(-1)?.total)
  for (const list of [reading, settling])
    for (const [index, { done }] of list.entries()) t.true(done >= (list[index - 1]?.done ?? 0))
})

/** A database of some rows, and options of a run over the same rows again, which changes nothing. */
async function ingested(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '2024-02-21_052.csv'), pairs(1, 2))
  const options = { inputs: [folder], out: join(folder, 'db') }
  await ingest(options)
  return options
}

test('a run that has nothing to write tells of reading, settling and writing in this order, too', async (t) => {
  const phases: string[] = []
  await ingest({ ...(await ingested(t)), progress: ({ phase }) => phases.push(phase) })
  t.deepEqual(
    phases.filter((phase, index) => phase !== phases[index - 1]),
    ['reading', 'settling', 'writing'],
  )
})

test('a run that goes on is at its input again when it had nothing to write', async (t) => {
  const phases: string[] = []
  const stop = new AbortController()
  const progress = ({ phase }: Progress) => {
    // Nothing else ends this run.
    if (phase === 'reading' && phases.at(-1) === 'writing') stop.abort()
    phases.push(phase)
  }
  await ingest({ ...(await ingested(t)), follow: true, stop: stop.signal, progress })
  t.is(phases.at(-1), 'reading')
})

test('while association files are searched, it is said', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, '2024-02-21_052.csv'), pairs(1))
  const progress: Progress[] = []
  const asn = [join(folder, 'none')]
  const options = { inputs: [folder], asn, out: join(folder, 'db'), progress: (its: Progress) => progress.push(its) }
  await t.throwsAsync(ingest(options), { message: /no such association file/ })
  t.deepEqual(progress, [{ phase: 'searching', unit: 'files', done: 0, total: undefined }])
})

test('of a compressed file the bytes on the disk count', async (t) => {
  const bytes = gzipSync(CONTENT)
  const reading = (await told(t, '2024-02-21_052.csv.gz', bytes)).filter(({ phase }) => phase === 'reading')
  t.like(reading.at(-1), { done: bytes.length, total: bytes.length, rows: ROWS })
})

test('of a pipe only rows are known', async (t) => {
  const reading = (await told(t, 'x', Buffer.from(CONTENT), true)).filter(({ phase }) => phase === 'reading')
  t.like(reading.at(-1), { total: undefined, rows: ROWS })
})

test('every command over a database tells of each phase how much of all is done', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'db')
  writeFileSync(join(folder, '2024-02-21_052.csv'), CONTENT)
  await ingest({ inputs: [folder], out: db })
  const out = join(folder, 'out')
  const rebuildWithout = (table: string, options: LookOptions & { readonly dryRun: boolean }) => {
    rmSync(join(db, table))
    return library.rebuild(db, options)
  }
  const all: readonly (readonly [readonly string[], (options: LookOptions) => unknown])[] = [
    [['reading', 'checking'], (options) => library.check(db, options)],
    [['reading', 'rebuilding'], (options) => library.rebuild(db, options)],
    [['reading', 'pruning'], (options) => library.prune(db, { ...options, olderThan: '1d', dryRun: true })],
    [['counting'], (options) => library.status(db, options)],
    [['explaining'], (options) => collect(library.waits(db, options))],
    [['explaining'], (options) => collect(library.explain(db, ['jw*'], options))],
    [['comparing'], (options) => collect(library.diff(db, { ...options, other: db }))],
    [['reading', 'explaining'], (options) => library.report(db, options)],
    [['exporting'], (options) => library.exportTables(db, { ...options, out, format: 'csv' })],
    // A table that has to be made anew: a dry run writes none.
    [
      ['reading', 'checking', 'rebuilding'],
      (options) => rebuildWithout('train-image.csv', { ...options, dryRun: true }),
    ],
    [['reading', 'checking', 'rebuilding', 'writing'], (options) => library.rebuild(db, options)],
  ]
  for (const [phases, command] of all) {
    const news: Progress[] = []
    await command({ progress: (its) => news.push(its) })
    t.deepEqual([...new Set(news.map(({ phase }) => phase))], phases)
    for (const its of phases) {
      const own = news.filter(({ phase }) => phase === its)
      t.is(own[0]?.done, 0)
      for (const { done, total = 0 } of own) t.true(done <= total, `${its}: ${done} of ${total}`)
      t.true((own.at(-1)?.done ?? 0) >= 0.9 * (own.at(-1)?.total ?? 0), its)
    }
  }
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const FIRST: Progress = { phase: 'reading', unit: 'bytes', done: 0, total: 100e6, rows: 0 }
const HALF: Progress = { ...FIRST, done: 50e6, rows: 160_000 }
const PIPE = { total: undefined }
const FILES = { phase: 'reading', unit: 'files', done: 1200, total: 4800 } as const
const NONE = { rows: undefined }

for (const [width, now, line] of [
  [100, HALF, `reading  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  50/100 MB  160,000 rows  16,000 rows/s  10 s left`],
  [80, HALF, `reading  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  50/100 MB  16,000 rows/s  10 s left`],
  [60, HALF, `reading  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  10 s left`],
  [40, HALF, `reading  ${'█'.repeat(7)}${'░'.repeat(7)}  50 %  10 s left`],
  [20, HALF, '50 %  10 s left'],
  [8, HALF, '10 s lef'],
  [80, { ...HALF, ...NONE }, `reading  ${'█'.repeat(12)}${'░'.repeat(12)}  50 %  50/100 MB  5.0 MB/s  10 s left`],
  [80, { ...HALF, done: 1e6, ...NONE }, `reading  ${'░'.repeat(24)}  1 %  1.0/100 MB  0.1 MB/s  17 min left`],
  [80, { ...HALF, done: 1e4, ...NONE }, `reading  ${'░'.repeat(24)}  0 %  0.0/100 MB  0.0 MB/s  28 h left`],
  [80, { ...FIRST, ...NONE }, `reading  ${'░'.repeat(24)}  0 %  0.0/100 MB`],
  [100, FILES, `reading  ${'█'.repeat(6)}${'░'.repeat(18)}  25 %  1,200/4,800 files  120 files/s  30 s left`],
  [80, { ...HALF, ...PIPE }, 'reading  160,000 rows  16,000 rows/s'],
  [20, { ...HALF, ...PIPE }, '160,000 rows'],
  [80, { ...FIRST, ...PIPE, ...NONE, phase: 'drawing' }, 'drawing'],
  [80, { ...FIRST, ...PIPE, phase: 'writing' }, 'writing  10 s'],
  [10, { ...FIRST, ...PIPE, phase: 'writing' }, '10 s'],
] as const satisfies readonly (readonly [number, Progress, string])[]) {
  test(`on ${width} columns: ${line}`, (t) => {
    t.is(progressLine(now, { ...now, done: 0, rows: 'rows' in now ? 0 : undefined }, 10, width), line)
  })
}

test('whatever is done, no line is longer than it may be, and the time left is the last to go', (t) => {
  for (let width = 1; width <= 110; width++) {
    for (const done of [1e3, 7e7, 99_999_999, 1e8]) {
      const line = progressLine({ ...HALF, done }, FIRST, 100, width)
      t.true(line.length <= width)
      if (width >= 12) t.regex(line, /\d+ (s|min|h) left$/)
    }
  }
})

/** Something like a terminal, and what was written to it. */
function fakeScreen(columns = 100): { readonly screen: WriteStream; readonly written: () => string } {
  const chunks: string[] = []
  const stream = new PassThrough().setEncoding('utf8')
  stream.on('data', (chunk) => chunks.push(chunk))
  return {
    screen: Object.assign(stream, { isTTY: true, columns, rows: 30 }) as never,
    written: () => chunks.join(''),
  }
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let waited = 0; !isSo() && waited < 20_000; waited += 10) await new Promise((done) => setTimeout(done, 10))
}

test('a bar is not longer than the terminal is wide, and gone when it is taken off', async (t) => {
  const { screen, written } = fakeScreen(60)
  const bar = progressBar(screen, 0)
  bar.show(FIRST)
  bar.show(HALF)
  await until(() => written().includes('50 %'))
  const [line = ''] = screenOf(written())
  t.regex(line, /^reading {2}█+░+ {2}50 % /)
  t.true(line.length < 60)
  bar.clear()
  t.deepEqual(screenOf(written()), [''])
  bar.show({ ...HALF, done: 75e6 })
  await until(() => written().includes('75 %'))
  t.regex(screenOf(written())[0] ?? '', /75 %/)
  bar.stop()
  t.deepEqual(screenOf(written()), [''])
  const { length } = written()
  bar.show(HALF)
  await new Promise((done) => setTimeout(done, 250))
  t.is(written().length, length)
})

test('a bar is not there before its time, nor again so soon after something was written', async (t) => {
  const { screen, written } = fakeScreen()
  const bar = progressBar(screen)
  bar.show(HALF)
  bar.clear()
  bar.show(HALF)
  await new Promise((done) => setTimeout(done, 250))
  t.is(written(), '')
  bar.stop()
})

test('no bar with NO_COLOR, on a dumb terminal, and without a terminal', (t) => {
  const { screen } = fakeScreen()
  const { signal } = new AbortController()
  const isThere = (env: Record<string, string>, its: WriteStream | undefined = screen) =>
    barFor({ env, screen: its, signal }) !== undefined
  t.true(isThere({ TERM: 'xterm' }))
  t.true(isThere({}))
  t.true(isThere({ NO_COLOR: '' }), 'an empty variable says nothing')
  t.false(isThere({ NO_COLOR: '1' }))
  t.false(isThere({ TERM: 'dumb' }))
  t.is(barFor({ env: {}, screen: undefined, signal }), undefined)
})

/** Runs a command here, and says how often it told how far it has come. */
async function toldBy(args: readonly string[], isFile = false): Promise<number> {
  let told = 0
  const bar: Bar = { show: () => told++, clear: () => {}, stop: () => {} }
  const code = await runCommand(args, {
    stdin: new PassThrough(),
    stdout: Object.assign(new PassThrough().resume(), { isFile }),
    out: () => {},
    err: () => {},
    env: {},
    signal: new AbortController().signal,
    bar,
  })
  return code === 0 ? told : -1
}

test('rows that are printed have no bar between them, unless they go to a file', async (t) => {
  const folder = temporaryFolder(t)
  const input = join(folder, '2024-02-21_052.csv')
  writeFileSync(input, CONTENT)
  const emit = ['--emit', 'train-image', input]
  t.true((await toldBy(['-o', join(folder, 'a'), input])) > 0)
  t.is(await toldBy(['-o', join(folder, 'b'), ...emit]), 0)
  t.true((await toldBy(['-o', join(folder, 'c'), ...emit], true)) > 0)
})

test('--quiet asks for no terminal', async (t) => {
  const folder = temporaryFolder(t)
  const input = join(folder, '2024-02-21_052.csv')
  writeFileSync(input, CONTENT)
  const { screen, written } = fakeScreen()
  const terminal = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    out: t.fail,
    err: t.fail,
    env: {},
    signal: new AbortController().signal,
    get screen() {
      t.fail()
      return screen
    },
  }
  t.is(await runCommand(['-q', '-o', join(folder, 'a'), input], terminal), 0)
  t.is(written(), '')
})

const terminalTest = needs('script of util-linux', 'bars on a terminal')
/** Makes the program's clock run ahead: its patience is over at once. */
const FAST = { NODE_OPTIONS: `--import=${join(import.meta.dirname, 'helpers', 'fast-clock.js')}` }

/** A program on a terminal, and a pipe that it reads or writes. */
interface OnTerminal {
  readonly running: Running
  /** All that it has written so far. */
  readonly written: () => string
  readonly pipe: string
}

/** Runs the program on a terminal, beside a pipe in which it waits for somebody. */
async function onTerminal(work: Workdir, pipe: string, args: string, env: Readonly<Record<string, string>> = {}) {
  const words = `'${process.execPath}' '${PROGRAM}' ${args}`
  const command = `mkfifo ${pipe}; stty cols 60 -echo; exec ${words}`
  const running = work.startCommand('script', ['-qec', command, '/dev/null'], { TERM: 'xterm', ...FAST, ...env })
  let text = ''
  running.child.stdout?.on('data', (chunk) => (text += chunk))
  await until(() => existsSync(work.path(pipe)))
  return { running, written: () => text, pipe: work.path(pipe) } satisfies OnTerminal
}

const ROWS_IN_PIPE = pairs(...Array.from({ length: 1500 }, (_, index) => index + 1))

/** What is left of a bar on a screen. */
const leftOf = (lines: readonly string[]) => lines.filter((line) => /reading|settling|drawing|explaining|␛/.test(line))

terminalTest('a run on a terminal shows a bar, but where none is wanted, and leaves nothing of it', async (t) => {
  const work = new Workdir(t)
  const start = (name: string, args = '', env = {}) =>
    onTerminal(work, name, `-o db-${name} --date 2024-02-21 ${args} - < ${name}`, env)
  const shown = await start('shown')
  const quiet = await start('quiet', '--quiet')
  const others = [await start('plain', '', { NO_COLOR: '1' }), await start('dumb', '', { TERM: 'dumb' })]
  const pipes = [shown, quiet, ...others].map(({ pipe }) => createWriteStream(pipe))
  for (const pipe of pipes) pipe.write(ROWS_IN_PIPE)
  await until(() => shown.written().includes('rows/s'))
  t.regex(screenOf(shown.written()).join('\n'), /^reading {2}[\d,]+ rows {2}[\d,]+ rows\/s$/)
  for (const pipe of pipes) pipe.end()
  const { code, stdout } = await shown.running.result
  t.is(code, 0)
  const lines = screenOf(stdout)
  t.regex(lines[0] ?? '', /^rows read +3000 from 1 input/)
  t.deepEqual(leftOf(lines), [])
  t.like(await quiet.running.result, { code: 0, stdout: '' })
  for (const { running } of others) {
    const result = await running.result
    t.regex(result.stdout, /^rows read/)
    t.false(result.stdout.includes('\x1b'))
  }
})

terminalTest('a command on a thread of its own shows one, and leaves nothing of it, be it ended or done', async (t) => {
  const work = new Workdir(t)
  work.write('2024-02-21_052.csv', pairs(1))
  t.is((await work.run(['-q', '-o', 'db', '2024-02-21_052.csv'])).code, 0)
  const both = await Promise.all(['a', 'b'].map((pipe) => onTerminal(work, pipe, `report db --html ${pipe}`)))
  for (const { written } of both) {
    await until(() => written().includes('drawing'))
    t.deepEqual(screenOf(written()), ['drawing'])
  }
  const [ended, done] = both
  ended?.running.child.stdin?.write('\x03')
  const signalled = await ended?.running.result
  t.is(signalled?.code, 130)
  t.deepEqual(screenOf(signalled?.stdout ?? ''), ['jwst-ingest: interrupted; nothing was changed'])
  createReadStream(done?.pipe ?? '').resume()
  const result = await done?.running.result
  t.is(result?.code, 0)
  const [line = '', ...more] = screenOf(result?.stdout ?? '')
  t.regex(line, /^report {6}b, \d+ kB$/)
  t.deepEqual(more, [])
})
