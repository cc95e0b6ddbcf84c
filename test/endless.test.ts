/** The program on a pipe that does not end, and on folders into which files come. */
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { daily, exposure, HEADER, pairs, product, productName, type Running, Workdir } from './helpers/program.js'

/** Lines of a pair, without a header. */
const pair = (observation: number) => `${exposure(observation)}${product(observation)}`

const products = (dir: Workdir, db = 'db') => dir.read(`${db}/train-image.csv`).trimEnd().split('\n').slice(1)

/** Starts a run on a pipe, and gives it the header. */
function onPipe(dir: Workdir, ...options: readonly string[]): Running & { readonly write: (text: string) => void } {
  const running = dir.start(['-o', 'db', '--date', '2024-02-21', ...options])
  const write = (text: string) => running.child.stdin?.write(text)
  write(`${HEADER}\n`)
  return { ...running, write }
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`${signal} ends the reading: what came whole is committed, with exit code 0`, async (t) => {
    const dir = new Workdir(t)
    const { write, says, child, result } = onPipe(dir, '--commit-every', '2')
    write(pair(1))
    await says('commit 1 at ')
    // Of the next pair, the product has come in part.
    write(pair(2).slice(0, -10))
    await delay(300)
    child.kill(signal)
    const { code, stderr } = await result
    t.is(code, 0, stderr)
    t.regex(stderr, /stopped; <stdin> is in the database up to line [34],/)
    t.deepEqual(products(dir).length, 1)
    const again = await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: daily(exposure(2), product(2)) })
    t.false(again.stderr.includes('broken off'), again.stderr)
    t.deepEqual(products(dir).length, 2)
  })
}

test('a second signal ends a run that does not end at the first, and says what is not in the database', async (t) => {
  const dir = new Workdir(t)
  await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: pairs(1) })
  // Another run has the database: this one waits for it with all that it has read.
  const other = dir.start(['-o', 'db', '--date', '2024-02-21'])
  other.child.stdin?.write(`${HEADER}\n`)
  while (!readdirSync(dir.path('db/.jwst-ingest')).some((name) => name.startsWith('lock-'))) await delay(20)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '2', '--share')
  write(pair(2))
  await says('waiting as long as it takes')
  child.kill('SIGTERM')
  await delay(200)
  t.is(child.exitCode, null)
  child.kill('SIGTERM')
  const { code, stderr } = await result
  t.is(code, 143, stderr)
  t.true(stderr.includes('interrupted; what was read since the last commit is not in the database'), stderr)
  other.child.stdin?.end()
  await other.result
})

test('killed, a run loses what came since the last commit, and the next one says up to where the pipe was taken', async (t) => {
  const dir = new Workdir(t)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '2')
  write(pair(1))
  await says('commit 1 at ')
  write(pair(2).slice(0, -10))
  await delay(200)
  child.kill('SIGKILL')
  await result
  const { code, stderr } = await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: pairs(2, 3) })
  t.is(code, 0, stderr)
  t.regex(stderr, /the run of process \d+ was broken off while it read <stdin>: up to line 3 /)
  t.is(products(dir).length, 3)
})

test('with a time, rows are committed while the pipe is open and nothing comes', async (t) => {
  const dir = new Workdir(t)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '0.2s')
  write(pair(1))
  await says('commit 1 at ')
  t.is(products(dir).length, 1)
  write(pair(2))
  await says('commit 2 at ')
  t.is(products(dir).length, 2)
  child.stdin?.end()
  t.is((await result).code, 0)
})

test('between commits that are shared, another run has its turn; without, it does not', async (t) => {
  const dir = new Workdir(t)
  const shared = onPipe(dir, '--commit-every', '2', '--share')
  shared.write(pair(1))
  await shared.says('commit 1 at ')
  const other = await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: pairs(2) })
  t.is(other.code, 0, other.stderr)
  // The run that reads on is not one that was broken off.
  t.false(other.stderr.includes('broken off'), other.stderr)
  shared.write(pair(3))
  shared.child.stdin?.end()
  t.is((await shared.result).code, 0)
  t.is(products(dir).length, 3)
  const alone = onPipe(dir, '--commit-every', '2')
  alone.write(pair(4))
  await alone.says('commit 1 at ')
  t.is((await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: pairs(5) })).code, 3)
  alone.child.stdin?.end()
  t.is((await alone.result).code, 0)
})

test('--json prints an object for each commit, and one for the whole', async (t) => {
  const dir = new Workdir(t)
  const args = ['-o', 'db', '--date', '2024-02-21', '--commit-every', '2', '--json', '-q']
  const { code, stdout, stderr } = await dir.run(args, { stdin: pairs(1, 2, 3) })
  t.is(code, 0, stderr)
  t.is(stderr, '')
  const objects = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    objects.map(({ commit }) => commit),
    [1, 2, 3, undefined],
  )
  t.deepEqual(
    objects.map(({ rows }) => rows),
    [2, 2, 2, 6],
  )
  t.is(objects[3].commits, 3)
  for (const { time } of objects.slice(0, 3)) t.is(new Date(time).toISOString(), time)
})

test('--emit prints rows while the pipe is open', async (t) => {
  const dir = new Workdir(t)
  const { write, child, result } = onPipe(dir, '--commit-every', '2', '--emit', 'training', '-q')
  write(pair(1))
  const [first] = await once(child.stdout ?? child, 'data')
  t.true(String(first).startsWith('dag,imagesize,'), String(first))
  write(pair(2))
  child.stdin?.end()
  const { stdout } = await result
  t.is(stdout.trimEnd().split('\n').length, 3)
  t.true(stdout.includes(productName(2)), stdout)
})

test('--follow takes files as they come, renamed, grown, or in a folder that goes away and comes back', async (t) => {
  const dir = new Workdir(t)
  const { says, child, result } = dir.start(['-o', 'db', '--follow', 'raw'])
  await says('raw: no such file or folder yet; waiting for it')
  mkdirSync(dir.path('raw'))
  dir.write('raw/.new', pairs(1))
  renameSync(dir.path('raw/.new'), dir.path('raw/2024-02-21_052.csv'))
  await says('commit 1 at ')
  dir.write('raw/2024-02-22_053.csv', 'nothing of the kind\n')
  await says('left out until it changes')
  dir.write('raw/2024-02-22_053.csv', pairs(2))
  await says('commit 2 at ')
  rmSync(dir.path('raw'), { recursive: true })
  await delay(300)
  mkdirSync(dir.path('raw'))
  dir.write('raw/2024-02-23_054.csv', pairs(3))
  await says('commit 3 at ')
  child.kill('SIGTERM')
  const { code, stderr } = await result
  t.is(code, 0, stderr)
  t.true(stderr.includes('stopped following'), stderr)
  t.is(products(dir).length, 3)
})

test('a file that cannot be read is left out and told, even with --quiet, and keeps nothing back; the lock is kept', async (t) => {
  const dir = new Workdir(t)
  const [broken, good, later] = ['2024-02-21_052.csv.gz', '2024-02-22_053.csv', '2024-02-23_054.csv']
  const whole = gzipSync(pairs(1))
  dir.write(`raw/${broken}`, whole.subarray(0, whole.length - 20))
  dir.write(`raw/${good}`, pairs(2))
  const { says, child, result } = dir.start(['-o', 'db', '--follow', '--json', '-q', 'raw'])
  await says('left out until it changes')
  while (!existsSync(dir.path('db/train-image.csv'))) await delay(20)
  t.is((await dir.run(['-o', 'db', '--date', '2024-02-21'], { stdin: pairs(9) })).code, 3)
  dir.write(`raw/${later}`, pairs(3))
  while (products(dir).length < 2) await delay(20)
  child.kill('SIGTERM')
  const { code, stdout, stderr } = await result
  t.is(code, 0, stderr)
  t.is(stderr.match(/left out/g)?.length, 1, stderr)
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  // The file beside it is read again, but in one commit.
  t.like(summary, { inputs: 2, rows: 4, rejects: 0, commits: 2 })
  t.deepEqual(
    summary.byInput.map(({ input }: { input: string }) => input),
    [`raw/${good}`, `raw/${later}`],
  )
  t.is(summary.leftOut.length, 1)
  t.is(summary.leftOut[0].input, `raw/${broken}`)
  t.regex(summary.leftOut[0].reason, /^raw\/2024-02-21_052\.csv\.gz: /)
})

test('of many files that are there one that cannot be read is left out, and all others are one commit', async (t) => {
  const dir = new Workdir(t)
  const nameOf = (number: number) => `raw/2024-02-${10 + number}_0${40 + number}.csv`
  for (const number of [1, 2, 3, 4, 5]) {
    dir.write(nameOf(number), number === 3 ? 'nothing of the kind\n' : pairs(number))
    utimesSync(dir.path(nameOf(number)), 1e9, 1e9)
  }
  const { says, child, result } = dir.start(['-o', 'db', '--follow', '--json', 'raw'])
  await says('commit 1 at ')
  child.kill('SIGTERM')
  const { stdout, stderr } = await result
  const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  t.like(summary, { inputs: 4, rows: 8, commits: 1 }, stderr)
  t.deepEqual(
    summary.leftOut.map(({ input }: { input: string }) => input),
    [nameOf(3)],
  )
})

test('a file that was left out is taken when it is whole, and is left out no more', async (t) => {
  const dir = new Workdir(t)
  const path = 'raw/2024-02-21_052.csv'
  dir.write(path, 'nothing of the kind\n')
  const { says, child, result } = dir.start(['-o', 'db', '--follow', '--json', 'raw'])
  await says('left out until it changes')
  dir.write(path, pairs(1))
  await says('commit 1 at ')
  child.kill('SIGTERM')
  const { stdout } = await result
  t.like(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''), { leftOut: [], rows: 2, inputs: 1 })
})

test('a signal before the header of a pipe has come ends the run at once, with nothing made', async (t) => {
  const dir = new Workdir(t)
  const { says, child, result } = dir.start(['-o', 'db', '--commit-every', '1s'])
  child.stdin?.write(HEADER.slice(0, 20))
  await says('without --date')
  const start = performance.now()
  child.kill('SIGTERM')
  const { code, stderr } = await result
  t.is(code, 0, stderr)
  t.true(performance.now() - start < 5000)
  t.regex(stderr, /stopped; nothing was read/)
  t.false(existsSync(dir.path('db')))
})

test('a database that is gone between commits is not begun anew', async (t) => {
  const dir = new Workdir(t)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '2', '--share')
  write(pair(1))
  await says('commit 1 at ')
  rmSync(dir.path('db'), { recursive: true })
  write(pair(2))
  child.stdin?.end()
  const { code, stderr } = await result
  t.is(code, 1, stderr)
  t.regex(stderr, /jwst-ingest: db: is gone since the last commit of this run, .* begin the run anew/)
  t.false(stderr.includes('commit before this error'), stderr)
  t.false(existsSync(dir.path('db')))
})

test('what a run was broken off at is told even by a quiet one, as only the next run can', async (t) => {
  const dir = new Workdir(t)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '2')
  write(pair(1))
  await says('commit 1 at ')
  child.kill('SIGKILL')
  await result
  const { stderr } = await dir.run(['-q', '-o', 'db', '--date', '2024-02-21'], { stdin: pairs(2) })
  t.regex(stderr, /was broken off while it read <stdin>: up to line 3 /)
})

test('where the reading was stopped is in the JSON of a quiet run, too', async (t) => {
  const dir = new Workdir(t)
  const { write, child, result } = onPipe(dir, '--commit-every', '2', '--json', '-q')
  write(pair(1))
  while (!existsSync(dir.path('db/train-image.csv'))) await delay(20)
  await delay(200)
  child.kill('SIGTERM')
  const { stdout, stderr } = await result
  t.like(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''), { stoppedAt: { source: '<stdin>', lines: 3 } })
  t.is(stderr, 'jwst-ingest: stopped; <stdin> is in the database up to line 3, and so are all inputs before it\n')
})

test('what is to be looked into is told with each commit: new codes, rejects', async (t) => {
  const dir = new Workdir(t)
  const { write, says, child, result } = onPipe(dir, '--commit-every', '2')
  write(exposure(1, { FILTER: 'F9999W' }) + product(1, { FILTER: 'F9999W' }))
  await says('had no code')
  write(exposure(2, { ImageSize: 'large' }) + product(2))
  await says('could not be used')
  child.stdin?.end()
  t.is((await result).code, 0)
})

test('with --strict, an error after a commit does not say that nothing was changed', async (t) => {
  const dir = new Workdir(t)
  const rows = pairs(1) + exposure(2, { ImageSize: 'large' }) + product(2)
  const { code, stderr } = await dir.run(['-o', 'db', '--date', '2024-02-21', '--commit-every', '2', '--strict'], {
    stdin: rows,
  })
  t.is(code, 1)
  t.regex(stderr, /1 commit before this error: <stdin> is in the database up to line 3/)
  t.regex(stderr, /imagesize is no number: "large"; nothing more was changed \(--strict\)/)
})
