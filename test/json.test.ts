/**
 * `--json` of every command: one object on standard output, with the members that docs/operating.md lists, whatever comes of
 * the command.
 */
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { runCommand } from '../lib/cli/cli.js'
import { openFolder } from '../lib/store/commit.js'
import { describeProgram, readVersion } from '../tools/program.js'
import { ASN, writeInputs } from './helpers/command-inputs.js'
import { daily, exposure, HEADER, pairs, Workdir } from './helpers/program.js'

type Json = Readonly<Record<string, unknown>>

interface Told {
  readonly code: number
  /** Objects on standard output, each with its line end. */
  readonly objects: readonly Json[]
  readonly stderr: string
}

/** A folder with two days and a database of one of them. */
async function makeScene(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  writeInputs(dir)
  t.is((await tell(dir, '-q -o db in/2024-02-21_052.csv')).code, 0)
  return dir
}

/** Runs a command line in this thread; names of files and folders are those of the folder. */
async function tell(dir: Workdir, line: string): Promise<Told> {
  const isPath = (word: string) => /^(db|nodb|new|out|in|page)(?=$|[/.])/.test(word)
  const args = line.split(' ').map((word) => (isPath(word) ? dir.path(word) : word))
  const stdout = new PassThrough()
  let stderr = ''
  const code = await runCommand(args, {
    stdin: Readable.from([]),
    stdout,
    out: (text) => stdout.write(text),
    err: (text) => {
      stderr += text
    },
    env: {},
    signal: new AbortController().signal,
  })
  return { code, objects: parse(String(stdout.read() ?? '')), stderr }
}

/** The objects of an output: each ends with a line end, and no line end within one is behind a brace. */
function parse(stdout: string): Json[] {
  return stdout
    .split(/(?<=^|\})\n(?=\{"command"|$)/)
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Json)
}

const START = Date.now()

/** What every object has. */
function assertCommon(t: ExecutionContext, object: Json, command: string, title: string): void {
  t.deepEqual(Object.keys(object).slice(0, 4), ['command', 'version', 'started', 'database'], title)
  t.like(object, { command, version: readVersion() }, title)
  const started = String(object.started)
  t.is(new Date(started).toISOString(), started, title)
  t.true(Date.parse(started) >= START && Date.parse(started) <= Date.now(), title)
  const { seconds, secondsWaited, secondsWorked } = object as Record<
    'seconds' | 'secondsWaited' | 'secondsWorked',
    number
  >
  t.true(secondsWaited >= 0 && secondsWorked >= 0, title)
  t.is(Math.round((secondsWaited + secondsWorked) * 1000) / 1000, seconds, title)
}

/** Command lines that succeed, and a member of each that is of the command alone. */
const DONE: readonly (readonly [command: string, line: string, member: string])[] = [
  ['ingest', '-o db in/2024-02-22_053.csv', 'rowsPerSecond'],
  ['associate', `associate db --asn in/${ASN}`, 'associations'],
  ['check', 'check db', 'violations'],
  ['rebuild', 'rebuild db', 'tables'],
  ['status', 'status db', 'lastDate'],
  ['explain', 'explain jw01001* --db db', 'explanations'],
  ['explain', 'explain --waiting --db db', 'waits'],
  ['explain', 'explain --waiting --by reason --db db', 'counts'],
  ['report', 'report db', 'encodings'],
  ['report', 'report db --html page.html', 'encodings'],
  ['diff', 'diff db db', 'changes'],
  ['export', 'export db -o out', 'tables'],
  ['prune', 'prune db --older-than 1d --dry-run', 'cutoff'],
  ['prune', 'prune db --older-than 1d', 'cutoff'],
]

/** Commands that change the database, or count all of it. */
const WITH_TOTALS = new Set(['ingest', 'associate', 'rebuild', 'prune', 'status'])

test('every command prints one object that tells when and what it was, and how long it took', async (t) => {
  const dir = await makeScene(t)
  for (const [command, line, member] of DONE) {
    const { code, objects, stderr } = await tell(dir, `${line} --json`)
    t.is(code, 0, `${line}: ${stderr}`)
    t.is(objects.length, 1, line)
    const [object = {}] = objects
    assertCommon(t, object, command, line)
    t.is(object.database, dir.path('db'), line)
    t.true(member in object, line)
    t.false('error' in object, line)
    t.is('totals' in object, WITH_TOTALS.has(command), line)
  }
})

test('a run tells the rows of each input, and every command the same totals of the database', async (t) => {
  const dir = await makeScene(t)
  dir.write('in/2024-02-23_054.csv', daily(exposure(6), 'a,b\n', exposure(7, { DagNodeName: 'LEVEL_2' })))
  dir.write('in/2024-02-24_055.csv', daily())
  const days = ['in/2024-02-22_053.csv', 'in/2024-02-23_054.csv', 'in/2024-02-24_055.csv']
  const { objects } = await tell(dir, `-o db --json ${days.join(' ')}`)
  t.deepEqual(objects[0]?.byInput, [
    { input: dir.path(days[0] ?? ''), level1: 2, level3: 2, other: 0, rejects: 0 },
    { input: dir.path(days[1] ?? ''), level1: 1, level3: 0, other: 1, rejects: 1 },
    { input: dir.path(days[2] ?? ''), level1: 0, level3: 0, other: 0, rejects: 0 },
  ])
  const totals = {
    matched: { IMAGE: 4, SPEC: 0, TAC: 0, FGS: 0 },
    waiting: { groups: 2, exposures: 2, ungrouped: 0, products: 0, mosaics: 0 },
  }
  t.deepEqual(objects[0]?.totals, totals)
  for (const line of ['status db', 'rebuild db', `associate db --asn in/${ASN}`, 'prune db --older-than 99y'])
    t.deepEqual((await tell(dir, `${line} --json`)).objects[0]?.totals, totals, line)
})

test('no command about a database is without --json', (t) => {
  const { commands } = describeProgram()
  const names = commands.map(({ name }) => name).filter((name) => name !== 'completion' && name !== 'help')
  t.deepEqual([...new Set(DONE.map(([command]) => command))].sort(), ['ingest', ...names].sort())
  for (const { name, options } of commands)
    if (names.includes(name))
      t.true(
        options.some(({ long }) => long === '--json'),
        name,
      )
})

const ALL = DONE.map(([command, line]) => [command, line.replaceAll(/(?<= )db\b/g, 'nodb')] as const).filter(
  ([command]) => command !== 'ingest',
)

/** Command lines that fail, and members of `error`; `file` is that of the folder. */
const FAILED: readonly (readonly [command: string, line: string, error: Json, members?: Json])[] = [
  ...ALL.map(([command, line]) => [command, line, { code: 'DATABASE_UNUSABLE', exitCode: 1 }] as const),
  ...DONE.map(([command, line]) => {
    const error = { code: 'USAGE', message: "unknown option '--bogus'", exitCode: 2 }
    return [command, `${line} --bogus`, error, { database: null }] as const
  }),
  ['ingest', '-o db in/none.csv', { code: 'NO_INPUT', file: 'in/none.csv', exitCode: 1 }],
  ['ingest', '-o db nosuch', { code: 'USAGE', exitCode: 2 }],
  ['ingest', '-o db --strict in/2024-02-23_054.csv', { code: 'ROW_REJECTED', line: 2, file: 'in/2024-02-23_054.csv' }],
  ['ingest', '-o db in/2024-02-22_053.csv', { code: 'DATABASE_LOCKED', exitCode: 3 }],
  ['rebuild', 'rebuild db', { code: 'DATABASE_LOCKED', exitCode: 3 }],
  ['explain', 'explain jw01001* jw09999* --db db', { code: 'NAME_UNKNOWN', exitCode: 1 }],
  ['explain', 'explain --waiting --format json jw09999* --db db', { code: 'NAME_UNKNOWN' }, { waits: [] }],
  ['diff', 'diff db --since 2024-02-21', { code: 'DIFFERENT', message: '2 products came, 0 went, 0 changed' }],
  ['check', 'check new', { code: 'TABLE_INVALID', exitCode: 1 }, { healthy: false }],
  // Pairs of which standard output takes one alone.
  ['ingest', '-o db --emit train-image in/2024-02-22_053.csv', { code: 'USAGE', exitCode: 2 }],
  ['explain', 'explain --waiting --format csv --db db', { code: 'USAGE', exitCode: 2 }],
  ['report', 'report db --html -', { code: 'USAGE', exitCode: 2 }],
  ['diff', 'diff db db --format csv', { code: 'USAGE', exitCode: 2 }],
  ['export', 'export db -o - --table level1', { code: 'USAGE', exitCode: 2 }],
]

test('a command that fails prints one object, with the error that it tells', async (t) => {
  const dir = await makeScene(t)
  dir.write('in/2024-02-23_054.csv', `${HEADER}\na,b\n`)
  t.is((await tell(dir, '-q -o new in/2024-02-21_052.csv')).code, 0)
  dir.write('new/raw-image.csv', dir.read('new/raw-image.csv').replace('1000.5', '1'))
  dir.write('new/train-image.csv', 'x\n')
  for (const [command, line, error, members = { command }] of FAILED) {
    const holder = error.code === 'DATABASE_LOCKED' ? await openFolder(dir.path('db')) : undefined
    const { code, objects, stderr } = await tell(dir, `${line} --json`)
    await holder?.close()
    t.is(objects.length, 1, `${line}: ${stderr}`)
    const [object = {}] = objects
    assertCommon(t, object, command, line)
    t.like(object, members, line)
    const told = object.error as Json
    const { file, ...others } = error
    t.like(told, others, line)
    if (file !== undefined) t.is(told.file, dir.path(String(file)), line)
    t.is(told.exitCode, code, line)
    t.true(stderr.includes(`jwst-ingest: ${told.message}\n`), `${line}: ${stderr}`)
  }
})

test('a run that fails tells the inputs that it has read, and their rows', async (t) => {
  const dir = await makeScene(t)
  dir.write('in/2024-02-23_054.csv', daily(exposure(6), exposure(7), 'a,b\n'))
  dir.write('in/2024-02-24_055.csv', pairs(8))
  dir.write('in/2024-02-25_056.csv', 'x,y\n')
  const days = [22, 23, 24].map((day) => `in/2024-02-${day}_0${day + 31}.csv`)
  const failed = async (line: string) => {
    const { code, objects } = await tell(dir, `${line} --json`)
    t.is(code, 1, line)
    t.is(objects.length, 1, line)
    return objects[0]?.byInput
  }
  t.deepEqual(await failed(`-o db --strict ${days.join(' ')}`), [
    { input: dir.path(days[0] ?? ''), level1: 2, level3: 2, other: 0, rejects: 0 },
    { input: dir.path(days[1] ?? ''), level1: 2, level3: 0, other: 0, rejects: 1 },
  ])
  t.deepEqual(
    await failed(`-o db ${days[0]} in/2024-02-25_056.csv`),
    [days[0] ?? '', 'in/2024-02-25_056.csv'].map((name) => ({ input: dir.path(name) })),
    'before anything is read, what it was given',
  )
  t.deepEqual(await failed('associate db --asn nosuch --asn in/none_asn.json'), [
    { input: 'nosuch' },
    { input: dir.path('in/none_asn.json') },
  ])
  const { objects } = await tell(dir, `-o db --json --emit level1 ${days[0]}`)
  t.false('byInput' in (objects[0] ?? {}), 'not for a command line that cannot be')
  t.deepEqual((await tell(dir, `-o db --json ${days[0]}`)).objects[0]?.byInput, [
    { input: dir.path(days[0] ?? ''), level1: 2, level3: 2, other: 0, rejects: 0 },
  ])
})

test('a run that a signal ends tells what it has read of a pipe', async (t) => {
  const dir = await makeScene(t)
  const { child, result } = dir.start(['-o', 'db', '--date', '2024-02-26', '--json', '-q', '-'])
  // More than a pipe holds: when it is written, the run has read some of it.
  const rows = pairs(...Array.from({ length: 800 }, (_, index) => 100 + index))
  await new Promise((resolve) => child.stdin?.write(rows, resolve))
  child.kill('SIGTERM')
  const { code, stdout } = await result
  t.is(code, 143)
  const [{ byInput } = {}] = parse(stdout) as { readonly byInput?: readonly Json[] }[]
  t.is(byInput?.[0]?.input, '<stdin>')
  t.is(typeof byInput?.[0]?.level1, 'number', stdout)
})

test('without --json a command that fails prints nothing on standard output', async (t) => {
  const dir = await makeScene(t)
  for (const line of ['status nodb', 'rebuild --bogus', '-o db in/none.csv', 'status nodb -- --json'])
    t.like(await tell(dir, line), { objects: [] }, line)
})

test('a run that commits while it reads prints an object a commit, and one at its end or failure', async (t) => {
  const dir = await makeScene(t)
  const cut = daily(exposure(6), 'a,b\n')
  dir.write('in/2024-02-23_054.csv', cut)
  const days = 'in/2024-02-22_053.csv in/2024-02-23_054.csv'
  const { objects } = await tell(dir, `-o new --json --commit-every 2 ${days}`)
  t.deepEqual(
    objects.map(({ commit }) => commit),
    [1, 2, 3, undefined],
  )
  for (const object of objects) t.like(object, { command: 'ingest', started: objects[0]?.started })
  assertCommon(t, objects.at(-1) ?? {}, 'ingest', 'the whole')
  const failed = await tell(dir, `-o db --json --strict --commit-every 2 ${days}`)
  t.is(failed.code, 1)
  const last = failed.objects.at(-1) ?? {}
  assertCommon(t, last, 'ingest', 'the failure')
  t.like(last, { commits: 2, error: { code: 'ROW_REJECTED' } })
  t.is(failed.objects.length, 3)
})

test('what waits for another run tells how long; one that a signal ends tells that, too', async (t) => {
  const dir = new Workdir(t)
  dir.write('in/2024-02-21_052.csv', pairs(1))
  t.is((await tell(dir, '-q -o db in/2024-02-21_052.csv')).code, 0)
  const holder = await openFolder(dir.path('db'))
  // One of a thread of its own, and one of the main thread.
  const lines = ['rebuild db', '-o db in/2024-02-21_052.csv']
  const running = [...lines, ...lines].map((line) => dir.start([...line.split(' '), '--json', '--wait', '60']))
  for (const { says } of running) await says('waiting up to 60 s for process')
  await delay(50)
  const stopped = running.slice(2)
  for (const { child } of stopped) child.kill('SIGTERM')
  const message = 'interrupted; nothing was changed'
  const error = { code: 'INTERRUPTED', message, signal: 'SIGTERM', exitCode: 143 }
  for (const { result } of stopped) {
    const { code, stdout, stderr } = await result
    t.is(code, 143)
    t.true(stderr.endsWith(`jwst-ingest: ${message}\n`))
    const [object = {}, ...others] = parse(stdout)
    t.deepEqual(others, [])
    assertCommon(t, object, String(object.command), stdout)
    t.like(object, { database: 'db', error })
    t.true((object.secondsWaited as number) > 0.04, stdout)
  }
  await holder.close()
  for (const { result } of running.slice(0, 2)) {
    const { code, stdout } = await result
    t.is(code, 0)
    const [object = {}] = parse(stdout)
    assertCommon(t, object, String(object.command), stdout)
    t.true((object.secondsWaited as number) > 0.04, stdout)
    t.true((object.secondsWorked as number) > 0, stdout)
  }
})
