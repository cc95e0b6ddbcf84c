/** Dry runs: what they say would change is what the run then changes, and the folder stays as it is, byte for byte. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import type { ErrorCode, IngestError } from '../lib/errors.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { associate, ingest } from '../lib/run/ingest.js'
import type { IngestOptions } from '../lib/run/options.js'
import type { Summary } from '../lib/run/summary.js'
import { openFolder } from '../lib/store/commit.js'
import { INDEX_FILE } from '../lib/store/index-file.js'
import { LineDigests } from '../lib/store/line-digests.js'
import { isChange, type TableChange } from '../lib/store/table-change.js'
import { copyOf, FIXTURES } from './helpers/damage.js'
import { daily, exposure, HEADER, pairs, product, Workdir } from './helpers/program.js'

const DAYS = join(FIXTURES, 'days')
const [FIRST = '', SECOND = '', THIRD = ''] = readdirSync(DAYS)
  .sort()
  .map((name) => join(DAYS, name))
const POOL = join(FIXTURES, 'pools', 'coron_nircam')

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-dry-'))
/** Where dry runs keep what they need. */
const scratch = join(base, 'scratch')
/** A database of two days, and one without association files. */
const twoDays = join(base, 'two-days')
const pool = join(base, 'pool')
test.before(async () => {
  mkdirSync(scratch)
  process.env.TMPDIR = scratch
  await ingest({ out: twoDays, inputs: [FIRST, SECOND] })
  await ingest({ out: pool, inputs: [join(POOL, 'raw')] })
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

/** What dry runs have left there, where tests have folders, too. */
const left = () => readdirSync(scratch).filter((name) => /dry-run|spill/.test(name))

let folders = 0
const newFolder = () => {
  const folder = join(base, String(folders++))
  mkdirSync(folder)
  return folder
}

/** A daily file with these lines. */
function inputOf(...lines: readonly string[]): string {
  const path = join(newFolder(), '2024-02-24_055.csv')
  writeFileSync(path, daily(...lines))
  return path
}

/** Everything in a folder with its bytes and times; nothing where there is none. */
function looks(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort()
  return [folder, ...names.map((name) => join(folder, name))].map((path) => {
    const { mtimeNs, mode, ino } = statSync(path, { bigint: true })
    return `${path} ${mtimeNs} ${mode} ${ino} ${statSync(path).isFile() ? readFileSync(path, 'base64') : ''}`
  })
}

/** Every table's bytes by name. */
function tablesOf(folder: string): ReadonlyMap<string, Buffer> {
  const names = existsSync(folder) ? (readdirSync(folder, { recursive: true }) as string[]) : []
  const tables = names.filter((name) => name.endsWith('.csv'))
  return new Map(tables.map((name) => [name, readFileSync(join(folder, name))]))
}

/** How often a text has each of its lines, its header left out; no test has a line end in a cell. */
function counts(bytes: Buffer | undefined): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const lines = bytes?.toString('latin1').split(/(?<=\n)/) ?? []
  for (const line of lines.slice(1)) found.set(line, (found.get(line) ?? 0) + 1)
  return found
}

function more(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  return [...a].reduce((sum, [line, count]) => sum + Math.max(0, count - (b.get(line) ?? 0)), 0)
}

/** What became of every table. */
function changesOf(before: ReadonlyMap<string, Buffer>, after: ReadonlyMap<string, Buffer>): TableChange[] {
  return [...after].map(([file, bytes]) => {
    const [old, now] = [counts(before.get(file)), counts(bytes)]
    const bytesBefore = before.get(file)?.length ?? 0
    return { file, added: more(now, old), removed: more(old, now), bytesBefore, bytesAfter: bytes.length }
  })
}

const byFile = (changes: readonly TableChange[] = []) => changes.toSorted((a, b) => (a.file < b.file ? -1 : 1))

/** What a dry run does not tell as the run does. */
const comparable = ({ dryRun, changes, commits, written, seconds, rowsPerSecond, ...rest }: Summary) => rest

interface Case {
  readonly what: string
  /** What is there before the run. */
  readonly database?: string
  readonly options: Omit<IngestOptions, 'out'>
  /** Is done to the database before. */
  readonly edit?: (folder: string) => void
  /** A table of which lines come, or go. */
  readonly adds?: string
  readonly removes?: string
  readonly isNothing?: boolean
}

const edited = (file: string, edit: (lines: string[]) => readonly string[]) => (folder: string) => {
  const path = join(folder, file)
  writeFileSync(path, edit(readFileSync(path, 'utf8').split(/(?<=\n)/)).join(''))
}

const NEW_FILTER = { FILTER: 'F9999W', INSTRUME: 'MIRI' }

const CASES: readonly Case[] = [
  { what: 'a first run, without a folder', options: { inputs: [FIRST, SECOND] }, adds: 'train-image.csv' },
  { what: 'a further day', database: twoDays, options: { inputs: [THIRD] }, adds: 'level1.csv', removes: 'ingest.csv' },
  { what: 'the same days again', database: twoDays, options: { inputs: [FIRST, SECOND] }, isNothing: true },
  {
    what: 'rows that spill',
    database: twoDays,
    options: { inputs: [THIRD], memory: 1 },
    adds: 'level1.csv',
  },
  {
    what: 'a late exposure of a matched product',
    database: join(base, 'matched'),
    options: { inputs: [inputOf(exposure(1, { Dataset: 'jw01001001001_02101_00002_mirimage_uncal.fits' }))] },
    adds: 'train-image.csv',
    removes: 'train-image.csv',
  },
  {
    what: 'category values without a code',
    database: join(base, 'matched'),
    options: {
      inputs: [
        inputOf(exposure(7, NEW_FILTER), product(7, { ...NEW_FILTER, Dataset: 'jw01001-o007_t001_miri_f9999w' })),
      ],
    },
    adds: 'train-image.csv',
  },
  {
    what: 'rows that cannot be used',
    database: join(base, 'matched'),
    options: { inputs: [inputOf(exposure(8), exposure(9, { ImageSize: 'much' }), 'one,two\n')] },
    adds: 'rejects.csv',
  },
  {
    what: 'stored versions replaced',
    database: join(base, 'matched'),
    options: { inputs: [inputOf(exposure(1, { GS_MAG: '11.5' }))], date: '2023-01-01', replace: true },
    removes: 'level1.csv',
  },
  {
    what: 'a new column, for which all tables are written anew',
    database: join(base, 'matched'),
    options: { inputs: [join(base, 'column', '2024-02-25_056.csv')] },
    removes: 'training.csv',
  },
  {
    what: 'a table that was edited by hand',
    database: twoDays,
    options: { inputs: [THIRD] },
    edit: edited('mosaics.csv', (lines) => lines.toSpliced(1, 1)),
    adds: 'level1.csv',
  },
  {
    what: 'a table with other line ends and quotes',
    database: twoDays,
    options: { inputs: [THIRD] },
    edit: edited('training.csv', (lines) =>
      lines.map((line) => line.replace(/^(jw\w*)/, '"$1"').replace('\n', '\r\n')),
    ),
    removes: 'training.csv',
  },
  {
    what: 'association files',
    database: pool,
    options: { inputs: [join(POOL, 'raw')], asn: [join(POOL, 'asn')] },
    adds: 'associations.csv',
  },
]

test.before(async () => {
  const input = inputOf(...[1, 2, 3].flatMap((number) => [exposure(number), product(number)]), 'three,fields,only\n')
  await ingest({ out: join(base, 'matched'), inputs: [input] })
  const [, ...lines] = pairs(1, 4).split('\n')
  mkdirSync(join(base, 'column'))
  const wider = [`${HEADER},EXTRA`, ...lines.filter((line) => line !== '').map((line) => `${line},x`)]
  writeFileSync(join(base, 'column', '2024-02-25_056.csv'), `${wider.join('\n')}\n`)
})

for (const { what, database, options, edit, adds, removes, isNothing = false } of CASES) {
  test.serial(`tells what the run then changes: ${what}`, async (t) => {
    const out = join(newFolder(), 'db')
    if (database !== undefined) copyOf(database, out)
    edit?.(out)
    const before = looks(out)
    const tables = tablesOf(out)
    const dry = await ingest({ ...options, out, dryRun: true })
    t.deepEqual(looks(out), before)
    t.deepEqual(left(), [])
    const done = await ingest({ ...options, out })
    t.deepEqual(byFile(dry.changes), byFile(changesOf(tables, tablesOf(out))))
    t.deepEqual(comparable(dry), comparable(done))
    t.like(dry, { dryRun: true, commits: 0, written: { bytes: 0, cloned: 0 } })
    t.is(done.dryRun, false)
    t.false('changes' in done)
    const found = (file: string | undefined) => dry.changes?.find((change) => change.file === file)
    if (adds !== undefined) t.true((found(adds)?.added ?? 0) > 0)
    if (removes !== undefined) t.true((found(removes)?.removed ?? 0) > 0)
    t.is(dry.changes?.some(isChange), !isNothing)
  })
}

test('lines that come and go are told apart, whatever pieces they come in', (t) => {
  const digestsOf = (lines: readonly string[], size: number) => {
    const digests = new LineDigests({ skip: 1 })
    const bytes = Buffer.from(`head\n${lines.join('\n')}`)
    for (let at = 0; at < bytes.length; at += size) digests.add(bytes.subarray(at, at + size))
    return digests
  }
  const many = Array.from({ length: 1000 }, (_, number) => `row ${number},"with a\nline end"`)
  for (const size of [1, 7, 64_000]) {
    const [before, after] = [
      ['a', 'b', 'b', ...many, 'last'],
      ['b', 'c', ...many.toReversed().slice(3), 'a', 'a', 'last'],
    ]
    t.deepEqual(digestsOf(before, size).changesTo(digestsOf(after, 11)), { added: 2, removed: 4 })
    t.is(digestsOf(before, size).count, 1004)
    t.is(digestsOf([''], size).count, 0)
  }
})

test.serial('associate tells what it then changes', async (t) => {
  const out = copyOf(pool, join(newFolder(), 'db'))
  const before = looks(out)
  const tables = tablesOf(out)
  const options = { out, asn: [join(POOL, 'asn')] }
  const dry = await associate({ ...options, dryRun: true })
  t.deepEqual(looks(out), before)
  const done = await associate(options)
  t.deepEqual(byFile(dry.changes), byFile(changesOf(tables, tablesOf(out))))
  t.deepEqual(comparable(dry), comparable(done))
  t.true(dry.changes?.some(({ file, removed }) => file === 'ingest.csv' && removed > 0))
})

const REBUILDS: Readonly<Record<string, (folder: string) => void>> = {
  'is healthy': () => {},
  'lacks lines of a derived table': edited('raw-image.csv', (lines) => lines.toSpliced(1, 2)),
  'lacks derived tables': (folder) => {
    for (const file of ['train-spec.csv', 'rem-image.csv']) rmSync(join(folder, file))
  },
  'has other cells and line ends': edited('train-tac.csv', (lines) =>
    lines.map((line) => line.replace(/^\d/, '8').replace('\n', '\r\n')),
  ),
  'has a group twice': edited('rem-spec.csv', (lines) => [...lines, ...lines.slice(1, 2)]),
  'lacks its codes': (folder) => rmSync(join(folder, 'encodings.json')),
  'lacks its index': (folder) => rmSync(join(folder, INDEX_FILE)),
  'lacks its rejects': (folder) => rmSync(join(folder, 'rejects.csv')),
}

for (const [what, edit] of Object.entries(REBUILDS)) {
  test.serial(`rebuild tells what it then changes in a database that ${what}`, async (t) => {
    const out = copyOf(twoDays, join(newFolder(), 'db'))
    edit(out)
    const before = looks(out)
    const tables = tablesOf(out)
    const { changes, ...dry } = await rebuildDatabase({ out, dryRun: true })
    t.deepEqual(looks(out), before)
    t.deepEqual(left(), [])
    const done = await rebuildDatabase({ out })
    t.deepEqual(byFile(changes), byFile(changesOf(tables, tablesOf(out))))
    t.deepEqual({ ...dry, dryRun: false, seconds: 0 }, { ...done, seconds: 0 })
  })
}

test.serial('a run that commits meanwhile changes nothing of what is told', async (t) => {
  const out = copyOf(twoDays, join(newFolder(), 'db'))
  const bytes = readFileSync(THIRD)
  const middle = bytes.indexOf('\n', bytes.length / 2) + 1
  async function* stdin(meanwhile: () => Promise<unknown>): AsyncGenerator<Buffer> {
    yield bytes.subarray(0, middle)
    await meanwhile()
    yield bytes.subarray(middle)
  }
  const options = { out, inputs: ['-'], date: '2024-02-23', dryRun: true }
  const alone = await ingest({ ...options, stdin: stdin(async () => {}) })
  const beside = await ingest({ ...options, stdin: stdin(() => ingest({ out, inputs: [THIRD] })) })
  t.deepEqual(beside.changes, alone.changes)
  t.true(alone.changes?.some(({ removed }) => removed > 0))
  t.false((await ingest({ ...options, stdin: stdin(async () => {}) })).changes?.some(isChange))
})

test.serial('a commit that was interrupted is not finished, but told', async (t) => {
  const out = copyOf(twoDays, join(newFolder(), 'db'))
  const record = join(out, '.jwst-ingest', 'commit.json')
  writeFileSync(record, '{"format":1,"operations":[]}\n')
  const before = looks(out)
  const ended = new AbortController()
  const run = ingest({ out, inputs: [THIRD], dryRun: true, signal: ended.signal })
  setTimeout(() => ended.abort(new Error('waited enough')), 150)
  await t.throwsAsync(run, { message: 'waited enough' })
  t.deepEqual(looks(out), before)
})

test.serial('what an interrupted run staged stays, and a run that is on keeps no dry run waiting', async (t) => {
  const out = copyOf(twoDays, join(newFolder(), 'db'))
  const other = await openFolder(out)
  const staged = await other.begin()
  ;(await staged.replace('training.csv')).write('nothing\n')
  const before = looks(out)
  t.true((await ingest({ out, inputs: [THIRD], dryRun: true })).changes?.some(isChange))
  t.deepEqual(looks(out), before)
  await other.close()
})

interface Failure {
  readonly options: Omit<IngestOptions, 'out'>
  readonly code: ErrorCode
}

const FAILURES: Readonly<Record<string, Failure>> = {
  'a row that ends it': { options: { inputs: [inputOf('one,two\n')], strict: true }, code: 'ROW_REJECTED' },
  'an input that is not there': { options: { inputs: [join(base, 'none.csv')] }, code: 'NO_INPUT' },
  'files that it would follow': { options: { inputs: [DAYS], follow: true }, code: 'USAGE' },
  'commits on its way': { options: { inputs: [FIRST], commitEvery: { rows: 10 } }, code: 'USAGE' },
}

for (const [what, { options, code }] of Object.entries(FAILURES)) {
  for (const database of [undefined, twoDays]) {
    test.serial(`${what}: nothing is left, ${database ? 'and the database' : 'and no database is made'}`, async (t) => {
      const out = database === undefined ? join(newFolder(), 'new') : copyOf(database, join(newFolder(), 'db'))
      const before = looks(out)
      const error = await t.throwsAsync<IngestError>(ingest({ ...options, out, dryRun: true }))
      t.is(error?.code, code)
      t.deepEqual(looks(out), before)
      t.deepEqual(left(), [])
    })
  }
}

test.serial('what it cannot read is an error, as in a run', async (t) => {
  const out = copyOf(twoDays, join(newFolder(), 'db'))
  rmSync(join(out, 'training.csv'))
  await t.throwsAsync(ingest({ out, inputs: [THIRD], dryRun: true }), { message: /training\.csv/ })
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  await t.throwsAsync(ingest({ out: file, inputs: [THIRD], dryRun: true }), {
    message: /cannot read the database \(ENOTDIR/,
  })
  t.deepEqual(left(), [])
})

test.serial('--emit prints the rows that the run then adds', async (t) => {
  const out = copyOf(twoDays, join(newFolder(), 'db'))
  const emitted = async (dryRun: boolean) => {
    const stream = new PassThrough()
    const rows = text(stream)
    await ingest({ out, inputs: [THIRD], dryRun, emit: { table: 'train-image', out: stream } })
    stream.end()
    return rows
  }
  const dry = await emitted(true)
  t.true(dry.split('\n').length > 2)
  t.is(dry, await emitted(false))
})

const env = { TMPDIR: scratch }

test.serial('the program prints what would change, on standard output, and as JSON', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  dir.write('2024-02-22_053.csv', daily(exposure(2), exposure(3, { ImageSize: 'much' })))
  const call = ['-o', 'db', '--dry-run', '2024-02-21_052.csv', '2024-02-22_053.csv']
  const { code, stdout, stderr } = await dir.run(call, { env })
  t.is(code, 0)
  t.true(stdout.startsWith('20 tables would change\n'))
  t.regex(stdout, /^ {2}training\.csv +\+1 -0 lines +\+\d+ bytes$/m)
  t.regex(stdout, /^ {2}rejects\.csv +\+1 -0 lines +\+\d+ bytes$/m)
  t.true(stdout.endsWith('\nnothing was changed (--dry-run)\n'))
  t.regex(stderr, /^database {4}db would have: 1 product matched \(IMAGE: 1\)$/m)
  t.regex(stderr, /1 row could not be used and would go to db\/rejects\.csv:/)
  t.false(existsSync(dir.path('db')))
  const json = await dir.run(['--json', ...call], { env })
  t.like(JSON.parse(json.stdout), { dryRun: true, changed: true, commits: 0 })
  t.true(json.stderr.endsWith(stdout))
  t.deepEqual(await dir.run(['--quiet', ...call], { env }), { code: 0, stdout: '', stderr: '' })
})

test.serial('a signal in its midst ends it, with nothing left', async (t) => {
  const dir = new Workdir(t)
  const { child, result } = dir.start(['-o', 'db', '--dry-run', '--date', '2024-02-24', '-'], { env })
  child.stdin?.write(daily(exposure(1)))
  for (let waited = 0; left().length === 0 && waited < 10_000; waited += 5) await delay(5)
  t.is(left().length, 1)
  child.kill('SIGTERM')
  t.like(await result, { code: 143, stderr: 'jwst-ingest: interrupted; nothing was changed\n' })
  t.deepEqual(left(), [])
  t.false(existsSync(dir.path('db')))
})
