/** `explain --waiting`: its forms, what narrows it, its order. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse } from 'csv-parse/sync'
import { DatabaseReader } from '../lib/inspect/reader.js'
import { sortedWaits } from '../lib/inspect/sorted-waits.js'
import { type Wait, waitsOf } from '../lib/inspect/waits.js'
import { PYTHON } from '../tools/needs.js'
import { FIXTURES } from './helpers/damage.js'
import { needs } from './helpers/needs.js'
import { PROGRAM, Workdir } from './helpers/program.js'

const POOL = join(FIXTURES, 'pools', 'coron_nircam')

async function scene(t: ExecutionContext): Promise<Workdir> {
  const work = new Workdir(t)
  await work.run(['-q', '-o', 'db', join(FIXTURES, 'days')])
  await work.run(['-q', '-o', 'coron', join(POOL, 'raw')])
  return work
}

/** What waits, and its order by the obvious way. */
async function waitsIn(folder: string): Promise<Wait[]> {
  const waits: Wait[] = []
  for await (const wait of waitsOf(folder)) waits.push(wait)
  return waits.sort((a, b) => (`${a.since} ${a.name}` < `${b.since} ${b.name}` ? -1 : 1))
}

test('every form has the same waits, the oldest first, then by name', async (t) => {
  const work = await scene(t)
  const waits = await waitsIn(work.path('db'))
  const expected = waits.map(({ since, kind, name }) => `${since} ${kind} ${name}`)
  t.true(expected.length > 10)
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await work.run(['explain', '--waiting', ...args, 'db'])
    t.deepEqual([code, stderr], [0, ''])
    return stdout
  }
  const json: Wait[] = JSON.parse(await ask('--format', 'json')).waits
  t.deepEqual(
    json.map(({ since, kind, name }) => `${since} ${kind} ${name}`),
    expected,
  )
  t.deepEqual(JSON.parse(await ask('--json')).waits, json)
  const lines = (await ask('--format', 'line')).trimEnd().split('\n')
  t.deepEqual(
    lines.map((line) => line.split(' ').slice(0, 3).join(' ')),
    expected,
  )
  t.deepEqual(
    lines.map((line) => line.split(' ').slice(3, 5).join(' ')),
    json.map(({ model = '-', reason }) => `${model} ${reason}`),
  )
  const text = await ask()
  t.deepEqual(
    text.split('\n\n').map((block) => block.split('\n')[0]),
    json.map(({ name }) => name),
  )
  t.is(await ask('--format', 'text'), text)
  const rows: Record<string, string>[] = parse(await ask('--format', 'csv'), { columns: true })
  t.deepEqual(
    rows,
    json.map((wait) => {
      const { model = '', pid, members, exposures, differs, ...texts } = wait
      const numbers = { pid: String(pid), members: String(members), exposures: String(exposures) }
      return { ...texts, ...numbers, model, differs: differs.join(' ') }
    }),
  )
})

const NARROWED: readonly (readonly [args: readonly string[], isLeft: (wait: Wait) => boolean])[] = [
  [['--model', 'tac'], ({ model }) => model === 'TAC'],
  [['--instrument', 'nircam'], ({ instrument }) => instrument === 'NIRCAM'],
  [['--program', '1120'], ({ pid }) => pid === 1120],
  [['--program', 'jw01120'], ({ pid }) => pid === 1120],
  [['--reason', 'NO-PRODUCT'], ({ reason }) => reason === 'no-product'],
  [['--since', '2024-02-22'], ({ since }) => since >= '2024-02-22'],
  [
    ['--since', '2024-02-22', '--instrument', 'NIRISS'],
    ({ since, instrument }) => since >= '2024-02-22' && instrument === 'NIRISS',
  ],
  [['jw01*', '--model', 'SPEC'], ({ model }) => model === 'SPEC'],
  [['--since', '2025-01-01'], () => false],
]
const USAGE: readonly (readonly [args: readonly string[], stderr: RegExp])[] = [
  [['--format', 'csv', '--json'], /--json and --format csv contradict each other/],
  [['--format', 'xml'], /Allowed choices are text, line, csv, json/],
  [['--by', 'reason', '--format', 'csv'], /--by makes a table: give --format text or json/],
  [['--by', 'reason', '--limit', '3'], /leave out --limit/],
  [['--instrument', 'WFPC2'], /Expected one of FGS, MIRI, NIRCAM, NIRISS, NIRSPEC/],
  [['--program', 'x'], /Expected the number of a program/],
  [['--since', 'today'], /--since: "today" is no day; expected YYYY-MM-DD/],
  [['--limit', '-1'], /Expected a whole number/],
]

test('what narrows it, and what contradicts', async (t) => {
  const work = await scene(t)
  const waits = await waitsIn(work.path('db'))
  const told = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await work.run(['explain', '--waiting', '--format', 'line', ...args, 'db'])
    t.is(code, 0, stderr)
    return stdout.split('\n').flatMap((line) => line.split(' ')[2] ?? [])
  }
  for (const [args, isLeft] of NARROWED) {
    const left = waits.filter(isLeft).map(({ name }) => name)
    t.true(left.length < waits.length)
    t.deepEqual(await told(args), left, args.join(' '))
    t.deepEqual(await told([...args, '--limit', '2']), left.slice(0, 2), args.join(' '))
  }
  for (const [args, message] of USAGE) {
    const { code, stdout, stderr } = await work.run(['explain', '--waiting', ...args, 'db'])
    t.is(code, 2, args.join(' '))
    if (!args.includes('--json')) t.is(stdout, '', args.join(' '))
    t.regex(stderr, message)
  }
  for (const args of [
    ['--format', 'csv'],
    ['--limit', '1'],
    ['--since', '2024-01-01'],
    ['--instrument', 'MIRI'],
  ]) {
    const { code, stderr } = await work.run(['explain', 'jw01*', ...args, 'db'])
    t.is(code, 2)
    t.regex(stderr, /is about what waits: give --waiting too/)
  }
})

test('where more waits than is held at a time, the order is the same', async (t) => {
  const work = await scene(t)
  const reader = await DatabaseReader.open(work.path('coron'))
  const sorted = async (limit: number | undefined, mostHeld: number) => {
    const waits: Wait[] = []
    for await (const wait of sortedWaits(reader, {}, limit, mostHeld)) waits.push(wait)
    return waits
  }
  const all = await sorted(undefined, 10_000)
  t.true(all.length > 20)
  for (const mostHeld of [1, 3, all.length - 1, all.length, all.length + 1]) {
    t.deepEqual(await sorted(undefined, mostHeld), all, `${mostHeld} held`)
    t.deepEqual(await sorted(7, mostHeld), all.slice(0, 7), `${mostHeld} held, 7 asked for`)
  }
  t.deepEqual(await sorted(0, 3), [])
  await reader.close()
})

test('by keyword, coronagraphy says that association files are the answer', async (t) => {
  const work = await scene(t)
  const { stdout } = await work.run(['explain', '--waiting', '--by', 'keyword', 'coron'])
  const waits = (await waitsIn(work.path('coron'))).filter(({ reason }) => /candidate-only|across/.test(reason))
  const count = (kind: string) => waits.filter((wait) => wait.kind === kind).length
  t.true(count('group') > 1 && count('mosaic') > 1)
  t.is(
    stdout.replace(/\s+/g, ' ').replace(/^no keyword keeps anything from matching /, ''),
    `${waits.length} more wait for association files, whatever their keywords; ` +
      `candidate-only: ${count('group')} groups, across-observations: ${count('mosaic')} mosaics ` +
      'give the association files of these products: `jwst-ingest associate coron --asn asn` ',
  )
  const { stdout: json } = await work.run(['explain', '--waiting', '--by', 'keyword', '--json', 'coron'])
  const { counts, needFiles } = JSON.parse(json)
  t.deepEqual(counts, [])
  t.deepEqual(
    needFiles.map(({ value, kind, total }: Record<string, unknown>) => [value, kind, total]),
    [
      ['candidate-only', 'group', count('group')],
      ['across-observations', 'mosaic', count('mosaic')],
    ],
  )
  // With its files nothing of that is left.
  await work.run(['-q', 'associate', 'coron', '--asn', join(POOL, 'asn')])
  const { stdout: after } = await work.run(['explain', '--waiting', '--by', 'keyword', 'coron'])
  t.notRegex(after, /association files/)
})

test('a reader that has enough ends it, as any command', async (t) => {
  const work = await scene(t)
  for (const format of ['text', 'line', 'csv', 'json']) {
    const script = 'trap "" PIPE; "$@" 2>err; echo $? >code'
    const call = [process.execPath, PROGRAM, 'explain', '--waiting', '--format', format, 'db']
    const piped = `{ ${script}; } | head -n 1`
    const { stdout } = await work.startCommand('sh', ['-c', piped, 'sh', ...call]).result
    t.is(stdout.split('\n').length, 2, format)
    t.regex(
      `${work.read('code')}${work.read('err')}`,
      /^(0\n|1\njwst-ingest: cannot write all of standard output \(its reader has gone\)\n)$/,
    )
  }
})

needs('pandas', 'what waits, read by pandas')('pandas reads what waits', async (t) => {
  const work = await scene(t)
  const { stdout } = await work.run(['explain', '--waiting', '--format', 'csv', 'db'])
  work.write('waits.csv', stdout)
  const script = `
import pandas
waits = pandas.read_csv('waits.csv', dtype={'observation': str}, parse_dates=['since'])
print(len(waits), waits['pid'].dtype, waits['exposures'].sum(), waits['since'].is_monotonic_increasing)`
  const { stdout: told, stderr } = spawnSync(PYTHON, ['-c', script], { cwd: work.folder, encoding: 'utf8' })
  const waits = await waitsIn(work.path('db'))
  const exposures = waits.reduce((sum, wait) => sum + wait.exposures, 0)
  t.is(told.trim(), `${waits.length} int64 ${exposures} True`, stderr)
})
