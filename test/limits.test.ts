/** What is beyond a limit, cut, or no place for files: told as what it is. */
import test from 'ava'
import { needs } from './helpers/needs.js'
import { daily, exposure, PROGRAM, pairs, Workdir } from './helpers/program.js'

const DAY = ['--date', '2024-02-21']

const EMPTY: readonly (readonly string[])[] = [
  ['-o', '', 'day.csv'],
  ['-o', 'db', '--tmp', '', 'day.csv'],
  ['-o', 'db', '--asn', '', 'day.csv'],
  ['status', ''],
  ['check', ''],
  ['rebuild', ''],
  ['associate', '', '--asn', 'a_asn.json'],
  ['report', 'db', '--html', ''],
  ['export', 'db', '-o', ''],
  ['explain', '--waiting', '--db', ''],
]
for (const args of EMPTY) {
  test(`an empty path is a usage error: ${args.map((word) => word || "''").join(' ')}`, async (t) => {
    const dir = new Workdir(t)
    dir.write('day.csv', pairs(1))
    const { code, stderr } = await dir.run([...DAY, ...args])
    t.is(code, 2)
    t.regex(stderr, / is invalid( for argument 'db')?\. Expected a path, got an empty one: is a variable not set\?\n/)
  })
}

const LONG = 'a'.repeat(2 ** 20 + 1)

const TOLD: readonly (readonly [title: string, args: readonly string[], day: string, code: number, stderr: RegExp])[] =
  [
    [
      '--memory',
      ['--memory', '900000G'],
      pairs(1),
      0,
      /^jwst-ingest: --memory: 921600000 MiB are more than there are \(\d+ MiB\); /,
    ],
    [
      '--tmp',
      ['-q', '--tmp', 'nosuch'],
      'no\nheader\n',
      1,
      /^jwst-ingest: nosuch: cannot use it as the folder of --tmp \(ENOENT: /,
    ],
    ['--tmp', ['-q', '--tmp', 'day.csv'], 'no\nheader\n', 1, /^jwst-ingest: day\.csv: --tmp needs a folder\n$/],
    [
      'a long header',
      ['-q'],
      `${LONG}\n`,
      1,
      /^jwst-ingest: day\.csv:1: the header line is longer than 1 MiB, and begins with "a{40}"; /,
    ],
    [
      'a long header in quotes',
      ['-q'],
      `"${LONG}`,
      1,
      /^jwst-ingest: day\.csv:1: the header line is longer than 1 MiB, and begins with "\\"a{39}"; /,
    ],
    [
      'no last line end',
      [],
      daily(exposure(1)).slice(0, -3),
      0,
      /\njwst-ingest: the last row of 1 input has no line end; if that is cut short, so may be a number in it:\n {2}day\.csv\n$/,
    ],
    ['no last line end after quotes', [], daily(exposure(1, { TARGNAME: '"' })).slice(0, -1), 0, /\n {2}day\.csv\n$/],
    [
      'a last row that is cut',
      [],
      daily(exposure(1)).slice(0, -30),
      0,
      /too few fields: .*; the last line has no line end: is the file cut short\?\n$/,
    ],
  ]
for (const [title, args, day, code, stderr] of TOLD) {
  test(`told as what it is: ${title}, ${args.join(' ')}`, async (t) => {
    const dir = new Workdir(t)
    dir.write('day.csv', day)
    const result = await dir.run([...args, '-o', 'db', ...DAY, 'day.csv'])
    t.is(result.code, code, result.stderr)
    t.regex(result.stderr, stderr)
  })
}

test('a file whose last row has its line end is no cut one', async (t) => {
  const dir = new Workdir(t)
  dir.write('day.csv', `${pairs(1)}\n`)
  const { stdout, stderr } = await dir.run(['--json', '-o', 'db', ...DAY, 'day.csv'])
  t.notRegex(stderr, /line end/)
  t.like(JSON.parse(stdout), { unendedInputs: [] })
})

const limited = needs('a limit of addresses', 'a command with few addresses')
limited('a limit of addresses that Node itself can do with is enough for a run', async (t) => {
  const dir = new Workdir(t)
  dir.write('day.csv', pairs(1))
  const script = 'ulimit -v 4000000 && exec "$@"'
  const command = [process.execPath, PROGRAM, '-q', '-o', 'db', ...DAY, 'day.csv']
  const { code, stderr } = await dir.startCommand('sh', ['-c', script, 'sh', ...command]).result
  t.is(stderr, '')
  t.is(code, 0)
})
