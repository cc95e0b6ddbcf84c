/**
 * Many runs on one database: one writes at a time, none is lost, and nobody who reads is kept waiting or misled
 * (specification, section 9). All of it with the program as it is installed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { type GeneratorOptions, generateDays } from '../bench/generator.js'
import { tableSets } from './helpers/database.js'
import { runWithFault } from './helpers/faults.js'
import { type Files, filesOf, namesOf, publicFiles } from './helpers/interrupt-files.js'
import { DAYS } from './helpers/interrupt-scene.js'
import { HEADER, PROGRAM, pairs, type Result, Workdir } from './helpers/program.js'
import { tried } from './helpers/tried.js'

const MINUTE = 60_000
/** Runs at the same time. */
const RUNS = process.env.SOAK === '1' ? 100 : 12
const WAIT = '300'

/** What a run may leave in a database besides its tables. */
const KEPT = /^\.jwst-ingest\/(hidden\.csv|index|seen\.json)$/

/** Daily files in the folder of a test; returns their names. */
function writeDays(dir: Workdir, options: Partial<GeneratorOptions>): string[] {
  return [...generateDays(options)].map(({ name, lines }) => {
    dir.write(name, `${lines.join('\n')}\n`)
    return name
  })
}

/** Runs the program to its end, however many others it has to wait for. */
async function ingest(dir: Workdir, ...args: readonly string[]): Promise<Omit<Result, 'stdout'>> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: dir.folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const [[code], errors] = await Promise.all([once(child, 'close'), child.stderr.toArray()])
  return { code, stderr: Buffer.concat(errors).toString() }
}

test.serial(`${RUNS} runs at the same time, each with its own day, make the rows of one run over all`, async (t) => {
  t.timeout(10 * MINUTE)
  const dir = new Workdir(t)
  const days = writeDays(dir, { days: RUNS, rows: 12, late: 0.5, shuffle: true })
  t.is((await ingest(dir, '-q', '-o', 'one', ...days)).code, 0)
  const started = Date.now()
  const results = await Promise.all(days.map((day) => ingest(dir, '-o', 'db', '--wait', WAIT, day)))
  tried('writers at once', RUNS)
  t.log(`${RUNS} runs in ${((Date.now() - started) / 1000).toFixed(1)} s`)
  t.deepEqual(
    results.filter(({ code }) => code !== 0),
    [],
  )
  t.true(results.some(({ stderr }) => stderr.includes(`waiting up to ${WAIT} s for process`)))
  t.false(results.some(({ stderr }) => /finished|removed what/.test(stderr)))
  t.deepEqual(tableSets(dir.path('db')), tableSets(dir.path('one')))
  const others = namesOf(dir.path('db')).filter((name) => name.startsWith('.') && !KEPT.test(name))
  t.deepEqual(others, [])
})

/** A run that has the lock and waits for its input. */
async function holder(dir: Workdir) {
  const running = dir.start(['-o', 'db', '--date', '2024-02-21'])
  running.child.stdin?.write(`${HEADER}\n`)
  for (let tries = 0; !isLocked(dir); tries++) {
    if (tries > 3000) throw new Error('the program never took the lock')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return running
}

function isLocked(dir: Workdir): boolean {
  try {
    return readdirSync(dir.path('db/.jwst-ingest')).includes('staging')
  } catch {
    return false
  }
}

test.serial(
  'without --wait, a run on a database in use ends at once with exit code 3 and names the owner',
  async (t) => {
    const dir = new Workdir(t)
    dir.write('2024-02-21_052.csv', pairs(1))
    const owner = await holder(dir)
    const { code, stderr } = await ingest(dir, '-o', 'db', '2024-02-21_052.csv')
    t.is(code, 3)
    t.regex(
      stderr,
      new RegExp(
        `^jwst-ingest: the database is in use by process ${owner.child.pid} on \\S+ since \\S+: use --wait SECONDS to wait until it is done\n$`,
      ),
    )
    const patient = ingest(dir, '-o', 'db', '--wait', WAIT, '2024-02-21_052.csv')
    owner.child.stdin?.end(pairs(2).slice(HEADER.length + 1))
    t.is((await owner.result).code, 0)
    t.is((await patient).code, 0)
    t.is(readFileSync(dir.path('db/training.csv'), 'utf8').trim().split('\n').length, 3)
  },
)

test.serial('a lock that a killed process left is taken over without a word', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  t.is((await ingest(dir, '-o', 'clean', '2024-02-21_052.csv')).code, 0)
  const folder = dir.path('db')
  const args = [PROGRAM, '-o', folder, dir.path('2024-02-21_052.csv')]
  // Killed when it has the lock, and nothing else yet.
  const { operations } = await runWithFault(process.execPath, args, { folder, at: 0, mode: 'kill' })
  rmSync(folder, { recursive: true })
  const at = operations.findIndex(({ kind, path }) => kind === 'mkdir' && path.endsWith('staging')) + 1
  await runWithFault(process.execPath, args, { folder, at, mode: 'kill' })
  t.is(namesOf(folder).length, 1)
  t.regex(namesOf(folder)[0] ?? '', /^\.jwst-ingest\/lock-.*\.json$/)
  const { code, stderr } = await ingest(dir, '-o', 'db', '2024-02-21_052.csv')
  t.is(code, 0)
  t.notRegex(stderr, /^jwst-ingest: /m)
  t.deepEqual(filesOf(folder), filesOf(dir.path('clean')))
})

test.serial('a signal ends a run that waits for another one', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  const owner = await holder(dir)
  const running = dir.start(['-o', 'db', '--wait', WAIT, '2024-02-21_052.csv'])
  await running.says('waiting up to')
  const started = Date.now()
  running.child.kill('SIGINT')
  t.is((await running.result).code, 130)
  t.true(Date.now() - started < 10_000)
  owner.child.stdin?.end()
  t.is((await owner.result).code, 0)
})

// --- readers ---

/** The tables after each of a number of runs, first before any. */
type Versions = readonly Files[]

/** Runs days one after the other, as the runs that are watched do. */
async function versionsOf(t: ExecutionContext, dir: Workdir, days: readonly string[]): Promise<Versions> {
  const versions: Files[] = []
  for (const day of days) {
    t.is((await ingest(dir, '-q', '-o', 'slow', day)).code, 0)
    versions.push(publicFiles(filesOf(dir.path('slow'))))
  }
  return versions
}

/**
 * The version that a table shows, from the one that it last showed on: a whole one, or one that rows are being appended
 * to. Undefined if it is neither.
 */
function versionShown(texts: readonly string[], text: string, last: number): number | undefined {
  const exact = texts.findIndex((version, index) => index >= last && version === text)
  if (exact >= 0) return exact
  if (!text.endsWith('\n')) return undefined
  const growing = texts.findIndex(
    (version, index) => index >= last && text.startsWith(version) && (texts[index + 1] ?? '').startsWith(text),
  )
  return growing >= 0 ? growing : undefined
}

/**
 * A table's text. A system under load can show the first pages of a write before the others: a text that does not end
 * with a line is read again.
 */
async function readWhole(path: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    const text = readFileSync(path, 'latin1')
    if (text.endsWith('\n') || tries === 100) return text
    await delay(10)
  }
}

test.serial('a table that is read while runs go on is whole, and never older or shorter than before', async (t) => {
  t.timeout(10 * MINUTE)
  const dir = new Workdir(t)
  // Days that replace tables, then days whose rows are appended, in more than one write.
  const days = [...DAYS, ...writeDays(dir, { days: 4, rows: 2500, late: 0, start: '2025-01-01' })]
  const versions = await versionsOf(t, dir, days)
  t.is((await ingest(dir, '-q', '-o', 'db', days[0] ?? '')).code, 0)
  let running = true
  const runs = (async () => {
    for (const day of days.slice(1)) t.is((await ingest(dir, '-q', '-o', 'db', day)).code, 0)
  })().finally(() => {
    running = false
  })
  const names = [...(versions[0]?.keys() ?? [])].filter((name) => name.endsWith('.csv'))
  const last = new Map<string, number>()
  let reads = 0
  const seen = new Map<string, boolean>()
  while (running) {
    for (const name of names) {
      const texts = versions.map((files) => files.get(name) ?? '')
      const text = await readWhole(dir.path(`db/${name}`))
      const version = versionShown(texts, text, last.get(name) ?? 0)
      if (version === undefined) return t.fail(`${name} is torn, or older than before`)
      last.set(name, version)
      reads++
      seen.set(`${name} ${version} ${text.length}`, text !== texts[version])
    }
    await nextTurn()
  }
  await runs
  const partial = [...seen.values()].filter((isPartial) => isPartial).length
  tried('reads beside a run', reads)
  t.log(`${reads} reads, ${seen.size} states of ${names.length} tables, ${partial} of them in the midst of a commit`)
  t.true(seen.size > names.length)
  t.deepEqual(publicFiles(filesOf(dir.path('db'))), versions.at(-1))
})
