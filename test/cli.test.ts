import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { runCommand } from '../lib/cli/cli.js'
import type { GivenTerminal } from '../lib/cli/terminal.js'
import { ingest } from '../lib/run/ingest.js'
import { openFolder } from '../lib/store/commit.js'
import { fileBytes, readRows, tableTexts, valuesIn } from './helpers/database.js'
import { commandsIn } from './helpers/help.js'
import { needs } from './helpers/needs.js'
import {
  daily,
  exposure,
  HEADER,
  PROGRAM,
  PROGRAM_WITHOUT_RIGHTS,
  pairs,
  product,
  productName,
  type Result,
  type RunOptions,
  Workdir,
} from './helpers/program.js'

const DAY = ['--date', '2024-02-21']

/** A folder with a database of one product, made by the library, which is faster than a process. */
async function seeded(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('2024-02-20_051.csv', pairs(90))
  await ingest({ inputs: [dir.path('2024-02-20_051.csv')], out: dir.path('db') })
  return dir
}

/** The names of the products in a database. */
const products = (dir: Workdir, db = 'db') => valuesIn(dir.path(db), 'training', 'pname')

/** What holds for every run that is not asked to print to standard output. */
function ran(t: ExecutionContext, { code, stdout, stderr }: Result, expected: { code: number; stderr?: RegExp }): void {
  t.is(code, expected.code, stderr)
  t.is(stdout, '', 'only --json, --help and --version print to standard output')
  if (expected.stderr !== undefined) t.regex(stderr, expected.stderr)
  t.notRegex(stderr, /\n {4}at /, 'no stack trace')
}

// Inputs

const inputs = test.macro<[args: readonly string[], observations: readonly number[], options?: RunOptions]>({
  exec: async (t, args: readonly string[], observations: readonly number[], options: RunOptions = {}) => {
    const dir = new Workdir(t)
    dir.write('raw/2024-02-21_052.csv', pairs(1))
    dir.write('raw/2024-02-22_053.csv.gz', gzipSync(pairs(2)))
    dir.write('raw/2023-11-01_305.csv', pairs(3))
    dir.write('raw/other.csv', 'not\nfor,us\n')
    dir.write('named-otherwise.csv', pairs(4))
    ran(t, await dir.run(['-o', 'db', ...args], options), { code: 0, stderr: /^rows read +\d+ from \d inputs? /m })
    t.deepEqual(products(dir), observations.map(productName))
    t.is(readRows(dir.path('db'), 'level1').length, observations.length)
    t.is(dir.read('db/rejects.csv'), 'source,line,reason,text\n')
  },
  title: (_, args, observations) => `jwst-ingest -o db ${args.join(' ')}: reads ${observations.length} of the inputs`,
})
test(inputs, ['raw/2024-02-21_052.csv', 'raw/2024-02-22_053.csv.gz'], [1, 2])
test(inputs, ['raw'], [1, 2, 3])
test(inputs, ['raw/2024-02-*'], [1, 2])
test(inputs, ['raw/202[34]-{02-21,11-01}_*.csv', ...DAY, 'named-otherwise.csv'], [1, 3, 4])
test(inputs, ['raw', '--prefix', '2024-02'], [1, 2])
test(inputs, ['raw', '--prefix', '*_3'], [3])
test(inputs, ['raw', '--prefix', '2024-0?-2'], [1, 2])
test(inputs, DAY, [7], { stdin: pairs(7) })
test(inputs, ['raw/2024-02-21_052.csv', '-', ...DAY], [1, 7], { stdin: gzipSync(pairs(7)) })

test('the day comes from the name; --date gives it to other names and to standard input', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  dir.write('2024-02-22_052.csv', pairs(2))
  dir.write('other.csv', pairs(3))
  const names = ['2024-02-21_052.csv', '2024-02-22_052.csv', 'other.csv', '-']
  const result = await dir.run([...names, '--date', '2023-12-31', '-o', 'db'], { stdin: pairs(4) })
  ran(t, result, { code: 0 })
  t.regex(
    result.stderr,
    /^jwst-ingest: 2024-02-22_052\.csv: day of year 052 is not that of 2024-02-22 \(53\); the date /,
  )
  t.deepEqual(
    readRows(dir.path('db'), 'training').map(({ date, year, doy }) => [date, year, doy]),
    [
      ['2024-02-21', '2024', '52'],
      ['2024-02-22', '2024', '53'],
      ['2023-12-31', '2023', '365'],
      ['2023-12-31', '2023', '365'],
    ],
  )
})

test("standard input without --date takes today's UTC date and says so, quiet or not", async (t) => {
  const dir = new Workdir(t)
  const today = () => new Date().toISOString().slice(0, 10)
  const before = today()
  const [told, quiet] = await Promise.all([
    dir.run(['-o', 'told'], { stdin: pairs(1) }),
    dir.run(['--quiet', '-o', 'quiet', '-'], { stdin: pairs(1) }),
  ])
  // The day may end while this goes on.
  const days = [before, today()]
  const dayIn = (db: string) => valuesIn(dir.path(db), 'training', 'date')[0] ?? ''
  t.true(days.includes(dayIn('told')) && days.includes(dayIn('quiet')))
  const note = (db: string) => `jwst-ingest: standard input without --date: taking today's UTC date, ${dayIn(db)}\n`
  t.true(told.stderr.startsWith(note('told')), told.stderr)
  t.is(quiet.stderr, note('quiet'))
  t.deepEqual([told.code, quiet.code], [0, 0])
})

test('other names need --date beside standard input, too: it has no day to give', async (t) => {
  const dir = new Workdir(t)
  dir.write('other.csv', pairs(1))
  const result = await dir.run(['-o', 'db', '-', 'other.csv'], { stdin: pairs(2) })
  ran(t, result, { code: 2, stderr: /other\.csv: the name tells no day .*: give it with --date/ })
})

test('the database is -o, else $JWST_INGEST_DB, else ./jwst-db', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  const env = { JWST_INGEST_DB: 'from-env' }
  const run = (args: readonly string[], options: RunOptions) => dir.run([...args, '2024-02-21_052.csv'], options)
  await run(['--out', 'a/deep/folder'], { env })
  t.deepEqual(readdirSync(dir.folder).sort(), ['2024-02-21_052.csv', 'a'])
  await Promise.all([run([], { env }), run([], { env: { JWST_INGEST_DB: '' } })])
  t.deepEqual(readdirSync(dir.folder).sort(), ['2024-02-21_052.csv', 'a', 'from-env', 'jwst-db'])
  for (const db of ['a/deep/folder', 'from-env', 'jwst-db']) t.deepEqual(products(dir, db), [productName(1)])
})

test('--memory and --tmp change where rows wait, not what comes out, and leave no files', async (t) => {
  const dir = new Workdir(t)
  dir.write('tmp/other', '')
  const stdin = pairs(...Array.from({ length: 30 }, (_, number) => number + 1))
  const [all, few, elsewhere, missing] = await Promise.all([
    dir.run([...DAY, '-o', 'all'], { stdin }),
    dir.run([...DAY, '-o', 'few', '--memory', '1k'], { stdin }),
    dir.run([...DAY, '-o', 'elsewhere', '--memory', '2K', '--tmp', 'tmp'], { stdin }),
    dir.run([...DAY, '-o', 'missing', '--memory', '1k', '--tmp', 'nowhere'], { stdin }),
  ])
  for (const result of [all, few, elsewhere]) ran(t, result, { code: 0 })
  ran(t, missing, { code: 1, stderr: /^jwst-ingest: nowhere: .*ENOENT/ })
  for (const db of ['few', 'elsewhere']) t.deepEqual(tableTexts(dir.path(db)), tableTexts(dir.path('all')))
  t.deepEqual(readdirSync(dir.path('tmp')), ['other'])
  t.deepEqual(readdirSync(dir.path('few/.jwst-ingest')).sort(), readdirSync(dir.path('all/.jwst-ingest')).sort())
})

// What is printed

test('--json prints one object with all counts, and nothing else, on standard output', async (t) => {
  const dir = await seeded(t)
  const rows = [
    exposure(1),
    product(1),
    product(1, { ImageSize: '6000000.0' }),
    product(1, { Dataset: `${productName(1)}-b` }),
    exposure(2),
    product(3, { Dataset: 'jw01001-c1003_t001_miri_f770w' }),
    exposure(4, { DagNodeName: 'LEVEL_2' }),
    product(4, { DagNodeName: 'ESTIMATE_LEVEL_3_MEMORY' }),
    exposure(5, { EXP_TYPE: 'NRC_TACQ' }),
    exposure(6, { TARG_RA: 'ten' }),
    exposure(7, { FILTER: 'F9999W', DETECTOR: 'MIRIX' }),
  ]
  const { code, stdout, stderr } = await dir.run(['--json', '-o', 'db', ...DAY], { stdin: daily(...rows) })
  t.is(code, 0)
  t.is(stdout.indexOf('\n'), stdout.length - 1, 'one line')
  const { seconds, secondsWaited, secondsWorked, started, version, rowsPerSecond, written, ...rest } =
    JSON.parse(stdout)
  t.deepEqual([secondsWaited, secondsWorked], [0, seconds])
  t.true(started.endsWith('Z') && /^\d/.test(version))
  t.true(seconds > 0 && rowsPerSecond > 0)
  t.true(written.bytes > 1000, JSON.stringify(written))
  t.is(written.cloned, 0)
  const waiting = { groups: 2, exposures: 2, products: 1, mosaics: 1 }
  const nothing = { groups: 0, exposures: 0, products: 0, mosaics: 0 }
  const none = { products: 0, exposures: 0, trained: 0, waiting: nothing }
  const unusable = {
    source: '<stdin>',
    line: 11,
    reason: 'TARG_RA is no number: "ten"',
    text: exposure(6, { TARG_RA: 'ten' }).trim(),
  }
  t.deepEqual(rest, {
    command: 'ingest',
    database: 'db',
    inputs: 1,
    byInput: [{ input: '<stdin>', level1: 4, level3: 4, other: 2, rejects: 1 }],
    rows: 11,
    levels: { level1: 4, level3: 4, other: 2 },
    dropped: { level: 1, memory: 1, expType: 1, spelling: 0, channel: 0 },
    duplicates: 1,
    replaced: 0,
    repeatedHeaders: 0,
    dryRun: false,
    changed: true,
    commits: 1,
    models: { IMAGE: { products: 1, exposures: 1, trained: 2, waiting }, SPEC: none, TAC: none, FGS: none },
    waiting: { ...waiting, ungrouped: 0 },
    totals: { matched: { IMAGE: 2, SPEC: 0, TAC: 0, FGS: 0 }, waiting: { ...waiting, ungrouped: 0 } },
    multipleMatches: [`${productName(1)}-b`],
    rejects: 1,
    rejectsLeftOut: 0,
    rejectExamples: [unusable],
    rejectReasons: [{ reason: 'TARG_RA is no number', rows: 1, examples: [unusable] }],
    emptyInputs: [],
    unendedInputs: [],
    leftOut: [],
    associations: {
      ...{ files: 0, products: 0, skipped: 0, candidatesLeft: 0, unusable: 0, faults: [] },
      ...{ matched: 0, waiting: 0, waitingMosaics: 0, incomplete: 0, incompleteMosaics: 0, incompleteExamples: [] },
      ...{ passedOver: 0, passedOverExamples: [], withheld: 0, withheldExamples: [] },
    },
    newCategories: [
      { category: 'filter', value: 'F9999W', code: codeOf(dir, 'filter', 'F9999W') },
      { category: 'detector', value: 'MIRIX', code: codeOf(dir, 'detector', 'MIRIX') },
    ],
  })
  t.regex(stderr, /^rows read +11 from 1 input \(Level 1: 4, Level 3: 4, other: 2\)$/m)
  t.regex(stderr, /^IMAGE +1 product matched from 1 exposure$/m)
  t.regex(
    stderr,
    /^database +db: 2 products matched \(IMAGE: 2\)\nwaiting +2 groups, 2 exposures, 1 product, 1 mosaic$/m,
  )
  const notes = `jwst-ingest: 1 row could not be used, see db/rejects.csv:
  <stdin>:11: TARG_RA is no number: "ten"
jwst-ingest: 1 product left waiting, as another fits the same exposures as well:
  ${productName(1)}-b
jwst-ingest: 2 category values had no code; new ones, kept in db/encodings.json:
  filter "F9999W": ${codeOf(dir, 'filter', 'F9999W')}
  detector "MIRIX": ${codeOf(dir, 'detector', 'MIRIX')}
`
  t.is(stderr.slice(stderr.indexOf('jwst-ingest:')), notes)
})

function codeOf(dir: Workdir, category: string, value: string): number {
  return JSON.parse(dir.read('db/encodings.json'))[category][value]
}

test('a run that changes nothing says so, and leaves every file as it is; what there is it tells all the same', async (t) => {
  const dir = new Workdir(t)
  const run = (...lines: string[]) => dir.run(['-o', 'db', ...DAY], { stdin: daily(...lines) })
  const bad = exposure(6, { TARG_RA: 'ten' })
  const first = await run(exposure(1), product(1), exposure(2), bad)
  t.notRegex(first.stderr, /^changed/m)
  const tables = (files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith('seen.json')))
  const before = fileBytes(dir.path('db'))
  const again = await run(exposure(2), exposure(1), product(1), bad)
  t.is(again.code, 0)
  t.regex(
    again.stderr,
    /^time .*\nchanged +nothing\ndatabase +db: 1 product matched \(IMAGE: 1\)\nwaiting +1 group, 1 exposure, 0 products, 0 mosaics\n/m,
  )
  t.deepEqual(tables(fileBytes(dir.path('db'))), tables(before))
  const more = await run(exposure(3))
  t.notRegex(more.stderr, /^changed/m)
  t.regex(more.stderr, /^database +db: 1 product matched \(IMAGE: 1\)\nwaiting +2 groups, 2 exposures, /m)
})

test('--quiet prints errors only: no warning, no summary', async (t) => {
  const dir = await seeded(t)
  dir.write('2024-02-22_052.csv', daily(exposure(1, { TARG_RA: 'ten' }), exposure(1)))
  const [quiet, failed] = await Promise.all([
    dir.run(['-q', '--json', '2024-02-22_052.csv', '-', '-o', 'db', ...DAY], { stdin: daily() }),
    dir.run(['--quiet', 'missing.csv', '-o', 'db2']),
  ])
  t.like(quiet, { code: 0, stderr: '' })
  t.like(JSON.parse(quiet.stdout), { rows: 2, rejects: 1, emptyInputs: ['<stdin>'] })
  ran(t, failed, { code: 1, stderr: /^jwst-ingest: missing\.csv: no such file or folder\n$/ })
})

const LOST =
  /^jwst-ingest: day\.csv: no row of Level 1 or Level 3 could be used \((.*)\): correct the file and ingest it again\n$/
const lostDays: readonly (readonly [title: string, day: string, rows: string])[] = [
  [
    'decimal commas and an estimate of memory',
    daily(
      exposure(1, { TARG_RA: '10,5' }),
      exposure(2, { Dataset: 'x' }),
      exposure(3, { TARG_RA: '11,5' }),
      product(1, { DagNodeName: 'ESTIMATE_LEVEL_3_MEMORY' }),
    ),
    '3 rows rejected, 2 of them as line 2: TARG_RA is no number: "10,5"',
  ],
  [
    'a comma behind each row',
    daily(exposure(1), product(1)).replaceAll(/\n(?=.)/g, '\n,'),
    '2 rows rejected, as line 2: too many fields: 32, expected 31',
  ],
  [
    'a body of carriage returns',
    `${HEADER}\n${(exposure(1) + product(1)).replaceAll('\n', '\r')}`,
    '1 row rejected, as line 2: too many fields: 61, expected 31; a carriage return within: do lines end in it alone?',
  ],
]
for (const [title, day, rows] of lostDays) {
  test(`a day of which no row can be used is told in spite of --quiet: ${title}`, async (t) => {
    const dir = new Workdir(t)
    dir.write('day.csv', day)
    for (const more of [[], ['--commit-every', '1'], ['--dry-run']]) {
      const { code, stderr } = await dir.run(['-q', '-o', `db${more.length}`, ...DAY, ...more, 'day.csv'])
      t.is(code, 0)
      t.is(LOST.exec(stderr)?.[1], rows, stderr)
    }
  })
}

test('a day with a row that can be used, or without rows, is not told', async (t) => {
  const dir = new Workdir(t)
  const bad = exposure(6, { TARG_RA: 'ten' })
  const dropped = exposure(1, { EXP_TYPE: 'NRC_TACQ' })
  for (const day of [daily(), daily(bad, exposure(1)), daily(bad, dropped), daily(product(1, { DagNodeName: 'X' }))])
    t.deepEqual(await dir.run(['-q', '-o', 'db', ...DAY], { stdin: day }), { code: 0, stdout: '', stderr: '' })
})

test('of many such days the first few are told, and how many more there are', async (t) => {
  const dir = new Workdir(t)
  for (let day = 1; day <= 5; day++)
    dir.write(`raw/2024-02-0${day}_03${day + 1}.csv`, daily(exposure(day, { Dataset: 'x' })))
  const lines = (await dir.run(['-q', '-o', 'db', 'raw'])).stderr.trim().split('\n')
  t.is(lines.length, 4)
  t.is(lines[3], 'jwst-ingest: 2 more inputs without a row that could be used')
})

test('--version prints the version of the package, --help the options with examples', async (t) => {
  const dir = new Workdir(t)
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const [version, short, help] = await Promise.all([dir.run(['--version']), dir.run(['-V']), dir.run(['--help'])])
  for (const result of [version, short]) t.deepEqual(result, { code: 0, stdout: `${manifest.version}\n`, stderr: '' })
  t.like(help, { code: 0, stderr: '' })
  for (const word of ['--out', '--date', '--prefix', '--strict', '--wait', '--json', '--quiet', '--version']) {
    t.true(help.stdout.includes(word), word)
  }
  t.regex(help.stdout, /Examples:\n {2}cat day\.csv \| jwst-ingest/)
  t.regex(help.stdout, /Exit codes: 0 done, 1 .*, 2 usage error, 3 /)
  t.deepEqual(readdirSync(dir.folder), [])
})

test('help prints what --help prints', async (t) => {
  const dir = new Workdir(t)
  const help = await dir.run(['--help'])
  t.is(help.code, 0)
  t.deepEqual(await dir.run(['help']), help)
  for (const command of commandsIn(help.stdout)) {
    const own = await dir.run([command, '--help'])
    t.true(own.stdout.startsWith(`Usage: jwst-ingest ${command} `))
    t.deepEqual(await dir.run(['help', command]), own)
  }
  t.deepEqual(readdirSync(dir.folder), [])
})

test('an input that is there is read, though it may look like a command', async (t) => {
  const dir = new Workdir(t)
  dir.write('stauts', pairs(1))
  dir.write('raw/2024-02-21_052.csv', pairs(2))
  dir.write('help', pairs(3))
  ran(t, await dir.run(['stauts', 'raw', './help', ...DAY, '-o', 'db']), { code: 0 })
  t.deepEqual(products(dir), [1, 2, 3].map(productName))
  for (const name of ['raw.csv', 'raw/', './raws', 'raw2', 'raw_x', '*raws']) {
    ran(t, await dir.run([name, ...DAY, '-o', 'db2']), { code: name === 'raw/' ? 0 : 1 })
  }
})

test('without inputs on a terminal it prints the help and reads nothing', async (t) => {
  const out: string[] = []
  const stdin = Object.assign(new Readable({ read: () => t.fail('it reads') }), { isTTY: true })
  const rest = { stdout: new PassThrough(), env: {}, signal: AbortSignal.abort() }
  const fake: GivenTerminal = { stdin, out: (text) => out.push(text), err: t.fail, ...rest }
  t.is(await runCommand([], fake), 0)
  t.regex(out.join(''), /^Usage: jwst-ingest /)
})

const terminalTest = needs('script of util-linux', 'the program on a real terminal')
terminalTest('on a real terminal, too', async (t) => {
  const dir = new Workdir(t)
  const command = `'${process.execPath}' '${PROGRAM}'`
  const { code, stdout } = await dir.startCommand('/usr/bin/script', ['-qec', command, '/dev/null']).result
  t.is(code, 0)
  t.regex(stdout, /^Usage: jwst-ingest /)
  t.deepEqual(readdirSync(dir.folder), [])
})

test('a reader of standard output that closes it early is told, and the run is committed', async (t) => {
  const dir = new Workdir(t)
  const running = dir.start(['--json', '-o', 'db', ...DAY])
  running.child.stdout?.destroy()
  running.child.stdin?.end(pairs(1))
  ran(t, await running.result, { code: 1, stderr: /\(its reader has gone\); the run is committed\n$/ })
  t.deepEqual(products(dir), [productName(1)])
})

// Usage errors

const usage = test.macro<[args: readonly string[], stderr: RegExp]>({
  exec: async (t, args: readonly string[], stderr: RegExp) => {
    const dir = new Workdir(t)
    dir.write('2024-02-21_052.csv', pairs(1))
    dir.write('2024-02-31_052.csv', pairs(1))
    dir.write('other.csv', pairs(1))
    const database = args[0] === 'help' ? [] : ['-o', 'db']
    ran(t, await dir.run([...database, ...args], { stdin: pairs(1) }), { code: 2, stderr })
    t.false(existsSync(dir.path('db')))
  },
  title: (_, args) => `usage error, exit code 2: jwst-ingest ${args.join(' ')}`,
})
test(usage, ['--bogus'], /^jwst-ingest: unknown option '--bogus'\n\(jwst-ingest --help shows all options\)\n$/)
test(usage, ['check', '--bogus'], /'--bogus'\n\(jwst-ingest check --help shows all options\)\n$/)
test(usage, ['prune'], /'--older-than <age>' not specified\n\(jwst-ingest prune --help shows all options\)\n$/)
test(usage, ['help', '--bogus'], /'--bogus'\n\(jwst-ingest help --help shows all options\)\n$/)
test(usage, ['--date', '2024-02-30'], /^jwst-ingest: --date: "2024-02-30" is no day; expected YYYY-MM-DD\n$/)
test(usage, ['--date', 'today', '2024-02-21_052.csv'], /--date: "today" is no day/)
test(usage, [...DAY, '-', '-'], /standard input \(-\) can be read only once/)
test(usage, [''], /argument 'inputs'\. Expected a path, got an empty one: is a variable not set\?\n/)
test(usage, ['2024-02-21_052.csv', ''], /argument 'inputs'\. Expected a path, got an empty one/)
test(usage, ['other.csv'], /other\.csv: the name tells no day .*--date YYYY-MM-DD/)
test(usage, ['2024-02-31_052.csv'], /2024-02-31_052\.csv: "2024-02-31" is no day/)
test(usage, ['--wait', '-1'], /'--wait <seconds>' argument '-1' is invalid\. Expected a number of seconds/)
test(usage, ['--wait', 'long'], /argument 'long' is invalid/)
test(usage, ['stauts', 'db'], /^jwst-ingest: there is no command or input "stauts"; did you mean "status"\?\n$/)
test(usage, ['Re-build'], /there is no command or input "Re-build"; did you mean "rebuild"\?\n$/)
test(usage, ['2024-02-21_052.csv', 'raw'], /there is no command or input "raw"; jwst-ingest help shows all commands\n$/)
test(usage, ['2024-02-21_052.csv', 'check'], /there is no input "check"; a command comes first: jwst-ingest check …\n$/)
test(usage, ['help', 'explian'], /^jwst-ingest: there is no command "explian"; did you mean "explain"\?\n$/)
test(usage, ['help', 'me'], /^jwst-ingest: there is no command "me"; jwst-ingest help shows all commands\n$/)
for (const [before, command, option] of [
  [['--dry-run'], ['export', 'db', '-o', 'out'], '--dry-run'],
  [['--prefix', '2024'], ['report', 'db'], '--prefix'],
  [['--json', '--follow', '--replace'], ['check', 'db'], '--replace'],
  [['--emit', 'train-fgs'], ['status', 'db'], '--emit'],
  [['-q'], ['status', 'db'], '--quiet'],
  [['--no-candidates'], ['explain', 'jw01001*', 'db'], '--no-candidates'],
  [['--replace'], ['prune', 'db', '--older-than', '1d'], '--replace'],
] as const) {
  const [name] = command
  test(`usage error, exit code 2: jwst-ingest ${[...before, ...command].join(' ')}`, async (t) => {
    const dir = await seeded(t)
    const files = fileBytes(dir.folder)
    const { code, stdout, stderr } = await dir.run([...before, ...command])
    const told = `${name} has no option ${option}; jwst-ingest ${name} --help shows those that it has`
    t.deepEqual([code, stderr], [2, `jwst-ingest: ${told}\n`])
    t.is(stdout === '' ? undefined : JSON.parse(stdout).error.message, name === 'check' ? told : undefined)
    t.deepEqual(fileBytes(dir.folder), files)
  })
}

test('an option before a command counts as one behind it, where the command has it', async (t) => {
  const dir = await seeded(t)
  const before = fileBytes(dir.path('db'))
  const dry = await dir.run(['--dry-run', 'prune', 'db', '--older-than', '1d', '--as-of', '2030-01-01'])
  t.is(dry.code, 0, dry.stderr)
  t.deepEqual(fileBytes(dir.path('db')), before)
  const { code, stdout } = await dir.run(['--json', '-o', 'db', 'status'])
  t.is(code, 0)
  t.like(JSON.parse(stdout), { command: 'status', database: 'db' })
  for (const its of [
    ['--replace', 'check', '--help'],
    ['-d', 'db', 'help', 'check'],
  ]) {
    const help = await dir.run(its)
    t.deepEqual([help.code, help.stdout.startsWith('Usage: jwst-ingest check ')], [0, true])
  }
  t.is((await dir.run(['-d', 'db', 'completion', 'bash'])).code, 0)
})

test(usage, ['--memory', '0'], /argument '0' is invalid\. Expected a size/)

// One writer at a time

test('a database in use by a living process: exit code 3, its owner named; --wait waits for it', async (t) => {
  const dir = await seeded(t)
  const before = fileBytes(dir.path('db'))
  const holder = await openFolder(dir.path('db'))
  const run = (args: readonly string[]) => dir.start([...args, '-o', 'db', ...DAY])
  const [refused, waiting] = [run([]), run(['--wait', '20'])]
  // Its writer keeps the pipe open, which must not keep the program from ending.
  refused.child.stdin?.write(pairs(1))
  waiting.child.stdin?.end(pairs(2))
  ran(t, await refused.result, {
    code: 3,
    stderr: new RegExp(`^jwst-ingest: the database is in use by process ${process.pid} on .*--wait`),
  })
  await waiting.says(`waiting up to 20 s for process ${process.pid} on `)
  await delay(100)
  t.is(waiting.child.exitCode, null)
  // Looked at once, and before the other run has its turn: it makes files of its own while it waits.
  const now = fileBytes(dir.path('db'))
  t.deepEqual({ ...now, ...before }, now, 'nothing that was there is changed')
  await holder.close()
  ran(t, await waiting.result, { code: 0 })
  t.deepEqual(products(dir), [productName(2), productName(90)])
})

// Input that cannot be used: the run ends, the database is as it was

const unusable = test.macro({
  exec: async (t, args: readonly string[], files: Readonly<Record<string, string | Buffer>>, stderr: RegExp) => {
    const dir = await seeded(t)
    for (const [name, content] of Object.entries(files)) dir.write(name, content)
    const before = fileBytes(dir.path('db'))
    ran(t, await dir.run([...args, '-o', 'db', ...DAY, '2024-02-20_051.csv']), { code: 1, stderr })
    t.deepEqual(fileBytes(dir.path('db')), before)
    t.deepEqual(
      readdirSync(dir.path('db/.jwst-ingest'), { withFileTypes: true }).filter((e) => e.isDirectory()),
      [],
    )
  },
  title: (title) => `exit code 1 and an untouched database: ${title}`,
})
const LONG = gzipSync(daily(...Array.from({ length: 3000 }, (_, n) => exposure(n % 900, { ImageSize: `${n * 7919}` }))))
const GARBAGE = Buffer.concat([
  Buffer.from([0x1f, 0x8b, 8, 0]),
  Buffer.from(Array.from({ length: 999 }, (_, n) => (n * 151) % 256)),
])
const NO_CSV = 'this is no CSV file of calibration metadata'
const without = (...names: readonly string[]) =>
  pairs(1)
    .split('\n')
    .map((line) =>
      line
        .split(',')
        .filter((_, at) => !names.includes(HEADER.split(',')[at] ?? ''))
        .join(','),
    )
    .join('\n')

test(
  'an empty file',
  unusable,
  ['x.csv'],
  { 'x.csv': '' },
  /^jwst-ingest: x\.csv:1: the input is empty; expected .* header/,
)
test('blank lines only', unusable, ['x.csv'], { 'x.csv': '\n\r\n\n' }, /x\.csv:1: the input is empty/)
test(
  'an empty file, compressed',
  unusable,
  ['x.csv.gz'],
  { 'x.csv.gz': gzipSync('') },
  /x\.csv\.gz:1: the input is empty/,
)
test('no bytes on standard input', unusable, ['-'], {}, /<stdin>:1: the input is empty/)
test(
  'a binary file',
  unusable,
  ['x.csv'],
  { 'x.csv': readFileSync(process.execPath).subarray(0, 5000) },
  RegExp(`x\\.csv:1: ${NO_CSV} \\(it looks binary\\)`),
)
test(
  'a web page',
  unusable,
  ['x.csv'],
  { 'x.csv': '<!DOCTYPE html>\n<title>Not found</title>\n' },
  RegExp(`x\\.csv:1: ${NO_CSV} \\(its first line is "<!DOCTYPE html>"\\)`),
)
test('a missing file', unusable, ['x.csv'], {}, /x\.csv: no such file or folder/)
test(
  'a folder without matching files',
  unusable,
  ['raw'],
  { 'raw/x.csv': pairs(1) },
  /raw: the folder has no file named YYYY-MM-DD_DDD\.csv or \.csv\.gz; name its other files with --date \(x\.csv\)\n/,
)
test(
  'a prefix that no file has',
  unusable,
  ['raw', '--prefix', '2025'],
  { 'raw/2024-02-21_052.csv': pairs(1) },
  /raw: the folder has no file named .* whose name starts with 2025\n/,
)
test('a glob without a match', unusable, ['raw/*.csv'], {}, /raw\/\*\.csv: no file matches this pattern/)
test(
  'a folder in place of a file',
  unusable,
  ['raw'],
  { 'raw/2024-02-21_052.csv/x': '' },
  /raw\/2024-02-21_052\.csv: is a folder, though it has the name of a daily file: rename it/,
)
test(
  'a compressed file cut short, behind a readable start',
  unusable,
  ['x.csv.gz'],
  { 'x.csv.gz': LONG.subarray(0, -99) },
  /x\.csv\.gz: the compressed file is cut short or damaged \(unexpected end of file\)/,
)
test(
  'a compressed file cut short in its header',
  unusable,
  ['x.csv.gz'],
  { 'x.csv.gz': LONG.subarray(0, 12) },
  /x\.csv\.gz: the compressed file is cut short or damaged/,
)
test(
  'a compressed file of garbage',
  unusable,
  ['x.csv.gz'],
  { 'x.csv.gz': GARBAGE },
  /x\.csv\.gz: the compressed file is cut short or damaged \(inv/,
)
test(
  'a compressed file with a changed byte',
  unusable,
  ['x.csv.gz'],
  { 'x.csv.gz': Buffer.from(LONG).fill(0, 9000, 9020) },
  /x\.csv\.gz: the compressed file is cut short or damaged/,
)
test(
  'a missing column',
  unusable,
  ['x.csv'],
  { 'x.csv': without('CRVAL1') },
  /x\.csv:1: required column missing: CRVAL1\n/,
)
test(
  'missing columns',
  unusable,
  ['x.csv'],
  { 'x.csv': without('CRVAL1', 'PROGRAM') },
  /x\.csv:1: required columns missing: PROGRAM, CRVAL1\n/,
)
test(
  'a repeated column',
  unusable,
  ['x.csv'],
  { 'x.csv': pairs(1).replaceAll('GS_RA,', 'GS_RA,GS_RA,') },
  /x\.csv:1: column more than once: GS_RA\n/,
)
test(
  'columns without a name',
  unusable,
  ['x.csv'],
  { 'x.csv': pairs(1).replaceAll('\n', ',,\n') },
  /^jwst-ingest: x\.csv:1: columns without a name: 32-33 of 33; give them names/,
)
test(
  'lines that end in CR alone',
  unusable,
  ['2024-02-20_051.csv', 'x.csv'],
  { 'x.csv': readFileSync(new URL('../../fixtures/cases/cr-only-line-ends/raw.csv', import.meta.url)) },
  /^jwst-ingest: x\.csv:1: a line ends in a carriage return alone, .* expected line feeds.* tr '\\r' '\\n'\n$/,
)
test('a table of the database', unusable, ['db/training.csv'], {}, /db\/training\.csv:1: required column/)
test(
  'another header inside a stream',
  unusable,
  ['x.csv'],
  { 'x.csv': `${pairs(1)}${HEADER.replace('GS_RA,', '')}\n` },
  RegExp(
    `x\\.csv:4: another header line inside the input.*\n +first header: ${HEADER}\n +this header: +Dataset,.*NUMDTHPT,GS_DEC,`,
  ),
)
test(
  '--strict and a bad row',
  unusable,
  ['--strict', 'x.csv'],
  { 'x.csv': daily(exposure(1), exposure(2, { TARG_RA: 'x' }), product(1), 'a,b\n') },
  /^jwst-ingest: x\.csv:3: TARG_RA is no number: "x"; nothing was changed \(--strict\)\n$/,
)

test('an error is told at once, though the writer of standard input keeps it open', async (t) => {
  const dir = await seeded(t)
  const run = (args: readonly string[], text: string) => {
    const running = dir.start(['-o', 'db', ...DAY, ...args])
    running.child.stdin?.write(text)
    return running.result
  }
  const results = await Promise.all([
    run([], 'a,b\n'),
    run(['--strict', '--wait', '20'], daily('a,b\n')),
    run(['-', 'db/training.csv'], pairs(1)),
  ])
  // One that waits is killed, and has no exit code.
  for (const result of results) ran(t, result, { code: 1 })
})

test('a folder on standard input is told as such', async (t) => {
  const dir = await seeded(t)
  const before = fileBytes(dir.folder)
  for (const inputs of ['', '-', '2024-02-20_051.csv -']) {
    const command = `exec "$0" "$1" -o db ${DAY.join(' ')} ${inputs} < db`
    const result = await dir.startCommand('/bin/sh', ['-c', command, process.execPath, PROGRAM]).result
    const stderr = 'jwst-ingest: <stdin>: standard input is a folder: give its name as an argument, without <\n'
    t.deepEqual(result, { code: 1, stdout: '', stderr }, inputs)
  }
  t.deepEqual(fileBytes(dir.folder), before)
})

test('a link to nothing as the database, or in it, is told as such', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-20_051.csv', pairs(1))
  dir.write('in/other', '')
  symlinkSync('gone', dir.path('db'))
  symlinkSync('gone', dir.path('in/.jwst-ingest'))
  for (const [out, link] of [
    ['db', 'db'],
    ['db/below', 'db'],
    ['in', 'in/.jwst-ingest'],
  ] as const) {
    const stderr = `jwst-ingest: ${link}: is a link to nothing: remove it, or make the folder that it leads to\n`
    t.deepEqual(await dir.run(['-o', out, '2024-02-20_051.csv']), { code: 1, stdout: '', stderr }, out)
  }
  t.deepEqual(readdirSync(dir.folder).sort(), ['2024-02-20_051.csv', 'db', 'in'])
})

test('a database that cannot be made there: exit code 1', async (t) => {
  const dir = new Workdir(t)
  dir.write('file', 'precious')
  const run = (out: string) => dir.run(['-o', out, ...DAY], { stdin: pairs(1) })
  const [isFile, underFile] = await Promise.all([run('file'), run('file/db')])
  for (const result of [isFile, underFile])
    ran(t, result, { code: 1, stderr: /^jwst-ingest: file.*: cannot use this folder as a database \(E/ })
  t.is(dir.read('file'), 'precious')
})

test('a database folder without write permission: exit code 1', async (t) => {
  const dir = await seeded(t)
  const before = fileBytes(dir.path('db'))
  chmodSync(dir.folder, 0o755)
  chmodSync(dir.path('db/.jwst-ingest'), 0o555)
  t.teardown(() => chmodSync(dir.path('db/.jwst-ingest'), 0o755))
  const { child, result } = dir.startCommand(process.execPath, [PROGRAM_WITHOUT_RIGHTS, '-o', 'db', ...DAY])
  child.stdin?.end(pairs(1))
  ran(t, await result, { code: 1, stderr: /^jwst-ingest: .*EACCES/ })
  t.deepEqual(fileBytes(dir.path('db')), before)
})

// Input with faults in it: the rest is used, nothing is lost

test('rows that cannot be used are in rejects.csv with file, line, reason and text; the rest is ingested', async (t) => {
  const dir = new Workdir(t)
  const shorter = exposure(1).split(',').slice(0, 3).join(',')
  const bad: readonly (readonly [line: string, reason: string])[] = [
    [shorter, 'too few fields: 3, expected 31'],
    [`${exposure(1).trim()},surplus`, 'too many fields: 32, expected 31'],
    [exposure(1, { TARGNAME: 'AL\0PHA' }).trim(), 'a NUL byte: is the file damaged?'],
    [exposure(1, { TARGNAME: 'CAF\xc9' }).trim(), 'bytes that are no UTF-8, or U+FFFD in place of them'],
    [exposure(1, { Dataset: '' }).trim(), 'no Dataset'],
    [
      exposure(1, { Dataset: 'jwx' }).trim(),
      'no program in the name "jwx": expected five digits as its characters 3-7',
    ],
    [exposure(1, { CRVAL1: '1O.5' }).trim(), 'CRVAL1 is no number: "1O.5"'],
    [exposure(1).trim().replace('ALPHA', 'AL"PHA'), 'a quote in a field that does not begin with one'],
    [exposure(1).trim().replace('ALPHA', '"AL"PHA'), 'a quote is not closed'],
  ]
  const text = daily(exposure(1), ...bad.map(([line]) => `${line}\n`), product(1))
  dir.write('2024-02-21_052.csv', Buffer.from(text, 'latin1'))
  const result = await dir.run(['2024-02-21_052.csv', '-o', 'db'])
  ran(t, result, { code: 0, stderr: /^jwst-ingest: 9 rows could not be used, see db\/rejects\.csv:$/m })
  t.true(result.stderr.endsWith('\n  and 3 rows for 3 other reasons\n'))
  t.is(result.stderr.match(/^ {2}2024-02-21_052\.csv:\d+: /gm)?.length, 6)
  t.deepEqual(products(dir), [productName(1)])
  const rejects = readRows(dir.path('db'), 'rejects').sort((a, b) => Number(a.line) - Number(b.line))
  t.deepEqual(
    rejects,
    bad.map(([line, reason], index) => ({
      source: '2024-02-21_052.csv',
      line: String(index + 3),
      reason,
      text: line.replaceAll(/[\0\xc9]/g, '\uFFFD'),
    })),
  )
})

/** The same lines with row numbers in front, as pandas writes them, or R, which begins with 1 and quotes them. */
const numbered: Readonly<Record<string, (line: string, index: number) => string>> = {
  pandas: (line, index) => (index === 0 ? `,${line}` : `${index - 1},${line}`),
  R: (line, index) => (index === 0 ? `"",${line}` : `"${index}",${line}`),
}

for (const [program, number] of Object.entries(numbered)) {
  test(`row numbers of ${program}, a column without a name, are left out, which is said`, async (t) => {
    const dir = new Workdir(t)
    const [first, second] = ['2024-02-21_052.csv', '2024-02-22_053.csv']
    for (const [name, text] of [[first, pairs(1, 2)] as const, [second, pairs(2, 3)] as const]) {
      dir.write(`plain/${name}`, text)
      dir.write(`numbered/${name}`, `${text.trimEnd().split('\n').map(number).join('\n')}\n`)
    }
    ran(t, await dir.run(['-o', 'expected', 'plain']), { code: 0 })
    const { stderr } = await dir.run(['-o', 'db', 'numbered'])
    const place = join('numbered', first)
    const note = 'column 1 has no name and is left out, as row numbers are, and one of 1 more input; a name keeps it'
    t.true(stderr.includes(`jwst-ingest: ${place}: ${note}\n`), stderr)
    t.deepEqual(tableTexts(dir.path('db')), tableTexts(dir.path('expected')))
    t.is((await dir.run(['-q', '-o', 'db', `plain/${second}`])).stderr, '')
    t.deepEqual(tableTexts(dir.path('db')), tableTexts(dir.path('expected')))
  })
}

test('a column without a name that tables have, from an earlier version or pandas, is taken out by the next run', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  ran(t, await dir.run(['2024-02-21_052.csv', '-o', 'db']), { code: 0 })
  const expected = tableTexts(dir.path('db'))
  // In one table where an earlier version had it, in the other one where pandas has it.
  for (const [table, place] of [['training', /^[^,]*,[^,]*,/] as const, ['level1', /^/] as const]) {
    const lines = dir.read(`db/${table}.csv`).trimEnd().split('\n')
    const more = lines.map((line, index) => line.replace(place, `$&${index === 0 ? '' : index},`))
    dir.write(`db/${table}.csv`, `${more.join('\n')}\n`)
  }
  ran(t, await dir.run(['2024-02-21_052.csv', '-o', 'db']), { code: 0 })
  t.deepEqual(tableTexts(dir.path('db')), expected)
  t.is((await dir.run(['check', 'db'])).code, 0)
})

test('rows that end in CR alone, behind a header that does not, are told as such', async (t) => {
  const dir = new Workdir(t)
  const rows = [exposure(1), product(1)].join('').replaceAll('\n', '\r')
  const { code, stderr } = await dir.run(['-o', 'db', ...DAY], { stdin: `${HEADER}\n${rows}` })
  t.is(code, 0)
  t.regex(stderr, /<stdin>:2: too many fields: 61, expected 31; a carriage return within: do lines end in it alone\?\n/)
})

test('a last line cut short is rejected with its line; what comes before it is ingested', async (t) => {
  const dir = new Workdir(t)
  const { stderr, code } = await dir.run(['-o', 'db', ...DAY], { stdin: `${pairs(1, 2)}${exposure(3).slice(0, 60)}` })
  t.is(code, 0)
  t.regex(stderr, /<stdin>:6: too few fields: 3, expected 31; the last line has no line end: is the file cut short\?\n/)
  t.deepEqual(products(dir), [1, 2].map(productName))
})

test('a header without rows is no fault, and said', async (t) => {
  const dir = await seeded(t)
  const before = tableTexts(dir.path('db'))
  for (const day of [22, 23, 24, 25, 26]) dir.write(`raw/2024-02-${day}_0${day + 31}.csv`, day % 2 ? daily() : HEADER)
  const { code, stderr } = await dir.run(['raw', '-o', 'db'])
  t.is(code, 0)
  t.regex(stderr, /^rows read +0 from 5 inputs/m)
  t.regex(stderr, /^jwst-ingest: raw\/2024-02-22_053\.csv: no rows$/m)
  t.true(stderr.endsWith('\njwst-ingest: 2 more inputs without rows\n'))
  t.deepEqual(tableTexts(dir.path('db')), before)
})

test('byte-order marks, CRLF and the same header again are ordinary input', async (t) => {
  const dir = new Workdir(t)
  const crlf = (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`
  dir.write('2024-02-21_052.csv', `${crlf(pairs(1))}${crlf(pairs(2))}${crlf(daily())}`)
  await dir.run(['--date', '2024-02-21', '-o', 'plain'], { stdin: pairs(1, 2) })
  const { code, stdout, stderr } = await dir.run(['--json', '2024-02-21_052.csv', '-o', 'db'])
  t.is(code, 0)
  t.like(JSON.parse(stdout), { rows: 4, repeatedHeaders: 2, rejects: 0 })
  t.regex(stderr, /^headers +2 repeated header lines skipped$/m)
  t.deepEqual(tableTexts(dir.path('db')), tableTexts(dir.path('plain')))
})

test('files put together where one lacks its last line end: that row is rejected, all others count', async (t) => {
  const dir = new Workdir(t)
  const { code, stderr } = await dir.run(['-o', 'db', ...DAY], { stdin: `${pairs(1, 2).trim()}${pairs(3)}` })
  t.is(code, 0)
  t.regex(
    stderr,
    /<stdin>:5: a row and a header in one line: does an input before this header lack its last line end\?\n/,
  )
  t.deepEqual(products(dir), [1, 3].map(productName))
})

test('other columns and quoted fields are carried through untouched, with quotes where needed', async (t) => {
  const dir = new Workdir(t)
  const notes = ['a, b', 'he said "no"', 'two\nlines', ' spaces ', 'plain', '']
  const rows = notes.flatMap((Note, n) => [exposure(n + 1, { Note, Empty: '' }), product(n + 1, { Note, Empty: '' })])
  dir.write('2024-02-21_052.csv', `${HEADER},Note,Empty\n${rows.join('')}`)
  dir.write('2024-02-22_053.csv', pairs(9))
  ran(t, await dir.run(['-o', 'db', '2024-02-21_052.csv', '2024-02-22_053.csv']), { code: 0 })
  const expected = [...notes, ''].map((Note) => ({ Note, Empty: '' }))
  for (const table of ['training', 'level1']) {
    const found = readRows(dir.path('db'), table).map(({ Note, Empty }) => ({ Note, Empty }))
    t.deepEqual(found, expected, table)
  }
  const training = dir.read('db/training.csv')
  for (const cell of [',"a, b",', ',"he said ""no""",', ',"two\nlines",', ', spaces ,', ',plain,'])
    t.true(training.includes(cell), cell)
})

// Signals

const interrupted = test.macro({
  exec: async (t, signal: 'SIGINT' | 'SIGTERM', code: number, stdin: string) => {
    const dir = await seeded(t)
    const before = fileBytes(dir.path('db'))
    const running = dir.start(['-o', 'db'])
    running.child.stdin?.write(stdin)
    await running.says('without --date')
    for (let tries = 0; stdin !== '' && tries < 500 && !existsSync(dir.path('db/.jwst-ingest/staging')); tries++)
      await delay(10)
    running.child.kill(signal)
    ran(t, await running.result, { code, stderr: /\njwst-ingest: interrupted; nothing was changed\n$/ })
    t.deepEqual(fileBytes(dir.path('db')), before)
    t.false(existsSync(dir.path('db/.jwst-ingest/staging')))
  },
  title: (title, signal, code) => `${signal} ${title}: exit code ${code}, the database untouched`,
})
test('before anything comes on standard input', interrupted, 'SIGINT', 130, '')
test('while it waits for more of standard input', interrupted, 'SIGTERM', 143, pairs(1, 2, 3))
