/** Nothing that stands in a name or a value gets to a terminal as what it obeys. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { visible } from '../lib/text/visible.js'
import { daily, exposure, product, Workdir } from './helpers/program.js'

const seen: readonly (readonly [text: string, visible: string])[] = [
  ['plain, é 漢 😀 and\nlines\n', 'plain, é 漢 😀 and\nlines\n'],
  ['\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
  ['\x1b[2J\x1b]52;c;aGk=\x1b\\', '\\u001b[2J\\u001b]52;c;aGk=\\u001b\\'],
  ['a\rb\tc\0', 'a\\u000db\\u0009c\\u0000'],
  ['\x7f\x9b31m\x85', '\\u007f\\u009b31m\\u0085'],
  [
    '\u202etxt.exe\u202c \u2066x\u2069 \u200e\u200f\u061c',
    '\\u202etxt.exe\\u202c \\u2066x\\u2069 \\u200e\\u200f\\u061c',
  ],
  ['\u2028\u2029', '\\u2028\\u2029'],
]
for (const [text, expected] of seen) {
  test(`${JSON.stringify(text)} is seen as ${JSON.stringify(expected)}`, (t) => t.is(visible(text), expected))
}

test('of any text nothing is left that is obeyed, and what is not stays', (t) => {
  const check = (text: string) => {
    const codes = Array.from(visible(text), (character) => character.codePointAt(0) ?? 0)
    t.true(codes.every((code) => code === 10 || (code >= 32 && (code < 127 || code > 159))))
    t.is(visible(visible(text)), visible(text))
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), check))
})

/** Sets the title, clears the screen, writes the clipboard, turns the direction of writing. */
const EVIL = '\x1b]0;owned\x07\x1b[2J\x1b]52;c;aGk=\x07\u202e\x9b'
const OBEYED = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u

/** Commands with a name or a value of this kind in what they print; what is expected in it. */
const COMMANDS: readonly (readonly [args: readonly string[], shown: RegExp])[] = [
  [['-o', 'db', '--date', '2024-02-21', `${EVIL}.csv`], /owned/],
  [['-o', 'db', `nothing${EVIL}`], /nothing\\u001b\]0;owned/],
  [['-o', 'db', `--no${EVIL}`], /unknown option/],
  [[`stat${EVIL}`], /owned/],
  [['-o', 'db', '--prefix', EVIL, '.'], /owned/],
  [['-o', `file/${EVIL}`, '--date', '2024-02-21', 'day.csv'], /owned/],
  [['explain', `jw01001${EVIL}*`, 'db'], /owned/],
  [['explain', 'jw01001*', 'db'], /owned/],
  [['explain', '--waiting', 'db'], /owned/],
  [['check', 'db'], /owned/],
  [['status', `none${EVIL}`], /owned/],
  [['export', 'db', '--table', EVIL], /owned/],
]
for (const [args, shown] of COMMANDS) {
  test(
    `jwst-ingest ${args.join(' ')}: what a terminal would obey is escaped`.replace(new RegExp(OBEYED, 'gu'), '.'),
    async (t) => {
      const dir = new Workdir(t)
      dir.write('file', '')
      const rows = [
        exposure(1),
        product(1, { FILTER: `F${EVIL}` }),
        exposure(2, { FILTER: `F${EVIL}`, TARGNAME: EVIL }),
      ]
      dir.write('day.csv', daily(...rows, exposure(3, { ImageSize: EVIL })))
      dir.write(`${EVIL}.csv`, dir.read('day.csv'))
      const made = await dir.run(['-o', 'db', '--date', '2024-02-21', 'day.csv'])
      t.notRegex(made.stderr, OBEYED)
      // A value that does not agree with its table, so that a check has something to say.
      if (args[0] === 'check') dir.write('db/ingest.csv', dir.read('db/ingest.csv').replace('2024-02-21', EVIL))
      const { stdout, stderr } = await dir.run(args)
      t.notRegex(`${stdout}${stderr}`, OBEYED)
      t.regex(`${stdout}${stderr}`, shown)
    },
  )
}

/** Commands on a database whose name has a line feed in it; what is expected of the name. */
const NAMED: readonly (readonly [args: readonly string[], shown: RegExp])[] = [
  [['--date', '2024-02-21', 'day.csv'], /^database +a\\u000ab: 0 products matched/m],
  [['--date', '2024-02-21', 'day\n.csv'], /could not be used, see a\\u000ab\/rejects\.csv:\n {2}day\\u000a\.csv:3: /],
  [['status'], /^a\\u000ab, last date 2024-02-21$/m],
  [['check'], /^a\\u000ab is healthy: 2 lines of 1 program in /],
  [['prune', '--older-than', '1d', '--dry-run'], /^expired +1 row would go to a\\u000ab\/expired\.csv:/m],
  [['export', '--table', 'ingest', '-o', 'out\nput'], / in out\\u000aput\/ingest\.parquet$/m],
  [['report', '--html', 'page\n.html'], /^report +page\\u000a\.html, /],
  [['report', '--html', 'none\nhere/page.html'], /^jwst-ingest: none\\u000ahere\/page\.html: cannot write the page/],
]
for (const [args, shown] of NAMED) {
  test(`jwst-ingest ${args.map((arg) => JSON.stringify(arg)).join(' ')}: a line feed in a name ends no line`, async (t) => {
    const dir = new Workdir(t)
    dir.write('day.csv', daily(exposure(1)))
    dir.write('day\n.csv', daily(exposure(1), exposure(2, { ImageSize: 'big' })))
    const made = await dir.run(['-q', '-o', 'a\nb', '--date', '2024-02-21', 'day.csv'])
    t.is(made.code, 0, made.stderr)
    const [first = '', ...rest] = args
    const { stdout, stderr } = await dir.run(
      first.startsWith('-') ? ['-o', 'a\nb', ...args] : [first, '--db', 'a\nb', ...rest],
    )
    t.regex(`${stdout}${stderr}`, shown)
    t.notRegex(stdout + stderr, /^(b|put|here|\.html|\.csv)\b/m)
  })
}

test('what programs read stays as it is', async (t) => {
  const dir = new Workdir(t)
  dir.write('day.csv', daily(exposure(1, { TARGNAME: 'a\u202e\x9b' }), exposure(2, { FILTER: 'F\x1b\u202e' })))
  const day = ['--date', '2024-02-21', 'day.csv']
  const emitted = await dir.run(['-q', '-o', 'db', '--emit', 'ingest', ...day])
  t.true(emitted.stdout.includes('a\u202e\x9b'))
  t.true(readFileSync(dir.path('db/ingest.csv'), 'utf8').includes('a\u202e\x9b'))
  const { stdout } = await dir.run(['explain', '--waiting', '--json', 'db'])
  t.true(stdout.includes('\u202e'), stdout)
})
