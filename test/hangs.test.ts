/** What once went on for ever, deaf to signals: ends by itself, with a message. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { ingest } from '../lib/run/ingest.js'
import { makeFolders } from '../lib/store/commit-files.js'
import { PROGRAM, pairs, Workdir } from './helpers/program.js'

/** Where no folder can be made, though it is there itself. */
const PROC = '/proc'
const hasProc = existsSync(join(PROC, 'self'))

const PLACES: readonly (readonly [title: string, args: string, stderr: RegExp])[] = [
  [
    'a run',
    '-q --date 2024-02-21 -o /proc/db day.csv',
    /^jwst-ingest: \/proc\/db: cannot use this folder as a database \(ENOENT: /,
  ],
  [
    'a run below it',
    '-q --date 2024-02-21 -o /proc/a/b/db day.csv',
    /^jwst-ingest: \/proc\/a\/b\/db: cannot use this folder as a database/,
  ],
  ['an export', 'export db -q -o /proc/out', /^jwst-ingest: \/proc\/out: cannot make the folder \(ENOENT: /],
]
for (const [title, args, stderr] of hasProc ? PLACES : []) {
  test(`${title} where no folder can be made`, async (t) => {
    const dir = new Workdir(t)
    dir.write('day.csv', pairs(1))
    await ingest({ inputs: [dir.path('day.csv')], date: '2024-02-20', out: dir.path('db') })
    const result = await dir.run(args.split(' '))
    t.is(result.code, 1)
    t.regex(result.stderr, stderr)
  })
}

for (const args of ['-q -o db DIR/2024-02-20_051.csv', 'status DIR/db', 'export DIR/db -o out', 'help']) {
  test(`jwst-ingest ${args}, called in a folder that is gone`, async (t) => {
    const dir = new Workdir(t)
    dir.write('2024-02-20_051.csv', pairs(1))
    dir.write('gone/file', '')
    await ingest({ inputs: [dir.path('2024-02-20_051.csv')], out: dir.path('db') })
    const script = 'cd gone && rm -r ../gone && exec "$@"'
    const command = args.replaceAll('DIR', dir.folder).split(' ')
    const running = dir.startCommand('sh', ['-c', script, 'sh', process.execPath, PROGRAM, ...command])
    running.child.stdin?.end()
    const { code, stderr } = await running.result
    t.is(code, 1)
    t.regex(stderr, /^jwst-ingest: the folder in which the command was called is gone; call it in one that is there\n$/)
  })
}

test('folders are made with those above them, and told', async (t) => {
  const dir = new Workdir(t)
  const at = (name: string) => dir.path(name)
  t.deepEqual(await makeFolders(at('a/b/c')), [at('a'), at('a/b'), at('a/b/c')])
  t.deepEqual(await makeFolders(at('a/b/c')), [])
  t.deepEqual(await makeFolders(at('a/d')), [at('a/d')])
  dir.write('file', '')
  await t.throwsAsync(makeFolders(at('file')), { code: 'EEXIST' })
  await t.throwsAsync(makeFolders(at('file/a')), { code: 'ENOTDIR' })
})

test('many who make the same folder at once all have it, and one made it', async (t) => {
  const dir = new Workdir(t)
  for (let round = 0; round < 300; round++) {
    const path = dir.path(`${round}/db/.jwst-ingest`)
    const made = await Promise.all(Array.from({ length: 4 }, () => makeFolders(path)))
    t.deepEqual(made.flat().sort(), [dirname(dirname(path)), dirname(path), path])
  }
})

const PATTERNS: readonly (readonly [args: readonly string[], stderr: RegExp])[] = [
  [['explain', `${'*'.repeat(30)}Z`, 'db'], /nothing in the database is called/],
  [['explain', `${'*a'.repeat(30)}Z`, 'db'], /nothing in the database is called/],
  [['explain', '--waiting', `${'*'.repeat(30)}Z`, 'db'], /nothing that waits is called/],
  [['-o', 'db', '--prefix', `${'*'.repeat(30)}Z`, '.'], /no file named .* whose name starts with/],
  [['export', 'db', '--table', `${'*'.repeat(30)}Z`], /--table: no table/],
]
for (const [args, stderr] of PATTERNS) {
  test(`jwst-ingest ${args.join(' ')}: the pattern is for nothing`, async (t) => {
    const dir = new Workdir(t)
    dir.write('2024-02-20_051.csv', pairs(1, 2))
    await ingest({ inputs: [dir.path('2024-02-20_051.csv')], out: dir.path('db') })
    const result = await dir.run(args)
    t.true(result.code === 1 || result.code === 2, 'it ends by itself')
    t.regex(result.stderr, stderr)
  })
}
