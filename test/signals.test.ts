/**
 * A signal ends every command within half a second, with its exit code and nothing changed, or comes too late to stop it:
 * over a database of one program, of which each command does the most in one go. SOAK=1: a larger one, and more often.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Random } from '../bench/generator-random.js'
import { Decision } from '../lib/process/decision.js'
import { openFolder } from '../lib/store/commit.js'
import { seed } from './helpers/arbitrary-rows.js'
import { inParallel, SOAK } from './helpers/faults.js'
import { copyDatabase, namesOf, roundTimes } from './helpers/interrupt-files.js'
import { oneProgram } from './helpers/one-program.js'
import { pairs, Workdir } from './helpers/program.js'
import { EXIT_CODES, runSignalled, type Signal, type SignalledResult } from './helpers/signalled.js'

const ROWS = SOAK ? 60_000 : 4_000
/** Signals to each command. */
const TIMES = SOAK ? 40 : 1
const SIGNALS = Object.keys(EXIT_CODES) as Signal[]
const INTERRUPTED = 'jwst-ingest: interrupted; nothing was changed\n'

/** Half a second of both processors; by the clock more, as other tests keep them. */
const MOST_WORK_MS = 1000
const MOST_TIME_MS = 10_000

const ASN = 'jw01234-o001_20240221t101530_image3_00001_asn.json'

/** Command lines, and whether they change files, so that each needs a folder of its own. */
const COMMANDS: readonly (readonly [writes: boolean, ...args: readonly string[]])[] = [
  [false, 'status', 'db'],
  [false, 'explain', 'jw01234*', '--json', '--db', 'db'],
  [false, 'explain', '--waiting', 'db'],
  [false, 'explain', '--waiting', '--by', 'keyword', '--json', 'db'],
  [false, 'check', 'db'],
  [true, 'report', 'db', '--html', 'out/report.html'],
  [false, 'report', 'db', '--json'],
  [true, 'export', 'db', '-o', 'out', '--force'],
  [false, 'export', 'db', '-o', '-', '--table', 'level1', '--format', 'jsonl'],
  [false, 'prune', 'db', '--older-than', '1d', '--dry-run'],
  [true, 'prune', 'db', '--older-than', '1d'],
  [true, 'rebuild', 'db'],
  [false, '-o', 'db', '--dry-run', '../in/2024-02-22_053.csv'],
  [true, '-o', 'db', '../in/2024-02-22_053.csv'],
  [true, '-o', 'new', '../in/2024-02-21_052.csv'],
  [true, 'associate', 'db', '--asn', `../in/${ASN}`],
]

/** Makes the folder `given` with what commands find, and `in` with what they take in. */
async function makeScene(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  const day = oneProgram(ROWS)
  dir.write('in/2024-02-21_052.csv', day)
  // A few rows again, by which the whole program is settled again.
  dir.write('in/2024-02-22_053.csv', `${day.split('\n').slice(0, 50).join('\n')}\n`)
  const members = [{ expname: 'jw01234001001_02101_00001_mirimage', exptype: 'science' }]
  const products = [{ name: 'jw01234-o001_t001_miri_f770w', members }]
  dir.write(`in/${ASN}`, JSON.stringify({ asn_type: 'image3', asn_rule: 'Asn_Lv3Image', program: '01234', products }))
  dir.write('given/out/report.html', 'the page before')
  dir.write('given/out/level1.parquet', 'the table before')
  const { code, stderr } = await dir.run(['-q', '-o', 'given/db', 'in/2024-02-21_052.csv'])
  t.is(code, 0, stderr)
  // Something for a rebuild to mend.
  dir.write('given/db/raw-image.csv', dir.read('given/db/raw-image.csv').split('\n').toSpliced(1, 1).join('\n'))
  await roundTimes(dir.path('given/db'))
  return dir
}

/** When a page says that it was made. */
const MADE = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:[\d.]+Z)?/g

/** Every file in a folder, but for what tells of the last run or of the time, and is no part of its result. */
function filesIn(dir: Workdir, folder: string): Record<string, string> {
  const names = namesOf(dir.path(folder)).filter((name) => !name.endsWith('seen.json'))
  const textOf = (name: string) => {
    const text = dir.read(join(folder, name))
    return name.endsWith('.html') ? text.replace(MADE, 'TIME') : text
  }
  return Object.fromEntries(names.map((name) => [name, textOf(name)]))
}

/** Whether nothing differs; the files would be too long to print. */
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** Whether a signal came when the command had printed what it has to say; while Node itself ends, it kills the process. */
const isLate = ({ code, stdout, stderr }: SignalledResult, whole: SignalledResult) =>
  code === whole.code || (code === null && stdout + stderr !== '')

function assertInterrupted(t: ExecutionContext, signal: Signal, result: SignalledResult, title: string): void {
  t.is(result.code, EXIT_CODES[signal], title)
  t.true(result.stderr.endsWith(INTERRUPTED), title)
  t.true(result.worked < MOST_WORK_MS, `${title}: ${result.worked} ms of the processor`)
  t.true(result.took < MOST_TIME_MS, `${title}: ${result.took} ms`)
}

/** One that was printed already is whole, and tells of no signal. */
function assertObject(t: ExecutionContext, signal: Signal, { stdout, code }: SignalledResult, title: string): void {
  const { error } = JSON.parse(stdout) as { readonly error?: unknown }
  if (error === undefined) return
  t.deepEqual(
    error,
    { code: 'INTERRUPTED', message: 'interrupted; nothing was changed', signal, exitCode: code },
    title,
  )
}

interface Scene {
  readonly dir: Workdir
  /** What is in the folder before the command, and after it. */
  readonly before: Record<string, string>
  readonly after: Record<string, string>
  /** The command undisturbed. */
  readonly whole: SignalledResult
}

/** Sends a signal to a command, and looks at what came of it; undefined where it came too late. */
async function interrupt(
  t: ExecutionContext,
  [writes, ...args]: (typeof COMMANDS)[number],
  { dir, before, after, whole }: Scene,
  { signal, delay }: { readonly signal: Signal; readonly delay: number },
): Promise<SignalledResult | undefined> {
  const folder = writes ? `${signal}-${delay}` : 'given'
  if (writes) await copyDatabase(dir.path('given'), dir.path(folder))
  const result = await runSignalled({ args, cwd: dir.path(folder), signals: [signal], after: delay })
  const title = `jwst-ingest ${args.join(' ')}: ${signal} after ${delay} ms: ${result.stderr}`
  const late = isLate(result, whole)
  if (!late) assertInterrupted(t, signal, result, title)
  if (!late && args.includes('--json')) assertObject(t, signal, result, title)
  t.true(isSame(filesIn(dir, folder), late ? after : before), title)
  if (writes) await rm(dir.path(folder), { recursive: true })
  return late ? undefined : result
}

test.serial('a signal at any time ends a command, which has changed nothing then, or comes too late', async (t) => {
  t.timeout(SOAK ? 7_200_000 : 900_000)
  const random = new Random(seed)
  t.log(`FC_SEED=${seed}`)
  const dir = await makeScene(t)
  const before = filesIn(dir, 'given')
  for (const command of COMMANDS) {
    const [, ...args] = command
    await copyDatabase(dir.path('given'), dir.path('whole'))
    const whole = await runSignalled({ args, cwd: dir.path('whole') })
    const scene = { dir, before, after: filesIn(dir, 'whole'), whole }
    await rm(dir.path('whole'), { recursive: true })
    const ended: SignalledResult[] = []
    const times = Array.from({ length: TIMES }, (_, index) => (whole.took * (index + random.next())) / TIMES)
    await inParallel(times, async (delay) => {
      const result = await interrupt(t, command, scene, { signal: random.pick(SIGNALS), delay })
      if (result !== undefined) ended.push(result)
    })
    const [took, worked] = (['took', 'worked'] as const).map((key) => Math.max(0, ...ended.map((its) => its[key])))
    const count = `${ended.length} of ${TIMES} signals ended it`
    t.log(`${args.join(' ')}, ${whole.took} ms: ${count}, in ${took} ms, ${worked} ms of the processor`)
  }
})

/** A folder with a small database, and a day for it. */
async function makeSmall(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1, 2))
  dir.write('2024-02-22_053.csv', pairs(3))
  dir.write(ASN, JSON.stringify({ asn_type: 'image3', asn_rule: 'Asn_Lv3Image', program: '01001', products: [] }))
  const { code, stderr } = await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])
  t.is(code, 0, stderr)
  return dir
}

test.serial('a signal ends what waits for a reader who has gone to sleep', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', oneProgram(SOAK ? 12_000 : 4_000))
  const { code, stderr } = await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])
  t.is(code, 0, stderr)
  const before = filesIn(dir, '.')
  for (const args of [
    ['export', 'db', '-o', '-', '--table', 'level1', '--format', 'jsonl'],
    ['explain', 'jw01234*', '--db', 'db'],
    ['report', 'db', '--html', '-'],
    ['-o', 'new', '--emit', 'level1', '2024-02-21_052.csv'],
  ]) {
    const result = await runSignalled({ args, cwd: dir.folder, signals: ['SIGTERM'], isStuck: true })
    assertInterrupted(t, 'SIGTERM', result, args.join(' '))
    t.true(isSame(filesIn(dir, '.'), before), args.join(' '))
  }
})

test('a signal ends the waiting for another run', async (t) => {
  const dir = await makeSmall(t)
  const holder = await openFolder(dir.path('db'))
  const before = filesIn(dir, '.')
  for (const args of [
    ['rebuild', 'db'],
    ['prune', 'db', '--older-than', '1d'],
    ['associate', 'db', '--asn', ASN],
    ['-o', 'db', '2024-02-22_053.csv'],
  ]) {
    const run = { args: [...args, '--wait', '60'], cwd: dir.folder, says: 'waiting up to 60 s for process' }
    assertInterrupted(t, 'SIGHUP', await runSignalled({ ...run, signals: ['SIGHUP'] }), args.join(' '))
    t.deepEqual(filesIn(dir, '.'), before)
  }
  await holder.close()
})

test('a signal that comes while the program is loaded ends it as any other', async (t) => {
  const dir = await makeSmall(t)
  const before = filesIn(dir, '.')
  // From its standard input, which does not end: a run over a file may be over before the signal comes.
  for (const args of [
    ['check', 'db'],
    ['report', 'db'],
    ['-o', 'db', '--date', '2024-02-22'],
  ]) {
    const run = { args, cwd: dir.folder, signals: ['SIGINT'] as const }
    let result = await runSignalled(run)
    for (let tries = 1; result.code === 0 && tries < 5; tries++) result = await runSignalled(run)
    assertInterrupted(t, 'SIGINT', result, args.join(' '))
  }
  t.deepEqual(filesIn(dir, '.'), before)
})

test('further signals change neither exit code nor message', async (t) => {
  const dir = await makeSmall(t)
  const run = { args: ['-o', 'db', '--json'], cwd: dir.folder, says: 'without --date', signals: SIGNALS }
  const result = await runSignalled(run)
  // The system hands over what has come meanwhile in an order of its own.
  const { error } = JSON.parse(result.stdout) as { readonly error: { readonly signal: Signal } }
  assertInterrupted(t, error.signal, result, result.stderr)
  assertObject(t, error.signal, result, result.stderr)
  t.is(result.stderr.split(INTERRUPTED).length, 2)
})

const withPipes = process.platform === 'win32' ? test.skip : test
withPipes('a signal ends what reads or writes a pipe with a name, whoever is at its other end', async (t) => {
  const dir = await makeSmall(t)
  execFileSync('mkfifo', ['2024-02-23_054.csv', 'page.html'], { cwd: dir.folder })
  const read = ['-o', 'db', '2024-02-23_054.csv']
  const write = ['report', 'db', '--html', 'page.html']
  const signalled = (args: readonly string[]) =>
    runSignalled({ args, cwd: dir.folder, signals: ['SIGTERM'], after: 300 })
  for (const args of [read, write]) assertInterrupted(t, 'SIGTERM', await signalled(args), `${args.join(' ')}: nobody`)
  for (const [args, bytes] of [
    [read, ''],
    [read, pairs(3)],
    [write, ''],
  ] as const) {
    // With both ends open it never ends; it holds less than the page.
    const pipe = openSync(dir.path(args.at(-1) ?? ''), 'r+')
    writeSync(pipe, bytes)
    assertInterrupted(t, 'SIGTERM', await signalled(args), `${args.join(' ')}: ${bytes.length} bytes`)
    closeSync(pipe)
  }
  t.is((await dir.run(['check', 'db'])).code, 0)
})

withPipes('a pipe with a name is read to its end, and a page written into one', async (t) => {
  const dir = await makeSmall(t)
  execFileSync('mkfifo', ['2024-02-23_054.csv', 'page.html'], { cwd: dir.folder })
  const reading = dir.start(['-o', 'db', '2024-02-23_054.csv'])
  writeFileSync(dir.path('2024-02-23_054.csv'), pairs(4, 5))
  t.like(await reading.result, { code: 0 })
  t.is(dir.read('db/training.csv').split('\n').length, 6)
  const writing = dir.start(['report', 'db', '--html', 'page.html'])
  const page = await readFile(dir.path('page.html'), 'utf8')
  t.like(await writing.result, { code: 0 })
  t.regex(page, /^<!doctype html>.*<\/html>\n$/s)
})

test('a command is stopped or decides, whichever comes first', (t) => {
  const stopped = new Decision()
  t.deepEqual([stopped.stop(), stopped.take(), stopped.stop()], [true, false, true])
  const taken = new Decision()
  t.deepEqual([taken.take(), new Decision(taken.memory).stop(), taken.take()], [true, false, true])
})
