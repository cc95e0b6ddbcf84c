/** The rebuild of a database: what is right stays byte for byte, what is missing or wrong is made anew. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { checkDatabase } from '../lib/maintain/check.js'
import { type RebuildReport, rebuildDatabase } from '../lib/maintain/rebuild.js'
import { openFolder } from '../lib/store/commit.js'
import { build, copyOf, daily, FIXTURES, Lines, newFolder } from './helpers/damage.js'
import { assertHealthy } from './helpers/healthy.js'

const INPUT = join(FIXTURES, 'golden', 'three-days', 'input')
const SPACEKIT = join(FIXTURES, 'golden', 'three-days', 'expected')
const PRODUCT = 'jw06009-o136_t001_miri_f2100w'
const EXPOSURE = 'jw06009136001_02101_00003_mirimage'
const DERIVED = ['train', 'raw', 'rem'].flatMap((kind) =>
  ['image', 'spec', 'tac', 'fgs'].map((model) => `${kind}-${model}.csv`),
)

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-rebuild-'))
/** A healthy database of day-by-day runs, to be copied. */
const golden = join(base, 'golden')
test.before(async () => {
  await build(golden, daily(INPUT))
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

/** Content and time of every file of a folder. */
function looks(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }) as string[]
  const files = names.sort().filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(
    files.map((name) => {
      const path = join(folder, name)
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12)
      return [name, `${digest} ${statSync(path, { bigint: true }).mtimeNs}`]
    }),
  )
}

/** The files that are not the same in two looks. */
function differing(a: Record<string, string>, b: Record<string, string>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort()
}

/** Lines of a table in text order, behind its header. */
function sorted(folder: string, file: string): string[] {
  const [header = '', ...lines] = new Lines(folder, file).all
  return [header, ...lines.toSorted()]
}

/** The program in the name of a product. */
function programOf(line: string): string {
  return /jw\d{5}/.exec(line)?.[0] ?? ''
}

/** State and number of changed lines of the tables that did not stay as they were. */
function changes({ tables }: RebuildReport): Record<string, string> {
  const others = tables.filter(({ state }) => state !== 'unchanged')
  return Object.fromEntries(others.map(({ file, state, changed }) => [file, `${state} ${changed}`]))
}

const INDEX = ['.jwst-ingest/index', '.jwst-ingest/seen.json']

test.serial('a healthy database stays as it is: no byte and no time of a file changes', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const before = looks(folder)
  const report = await rebuildDatabase({ out: folder })
  t.deepEqual(changes(report), {})
  t.is(report.tables.length, 19)
  t.deepEqual(looks(folder), before)
})

test.serial(
  'of a database that was copied without its index only that is made anew, and the next run trusts it',
  async (t) => {
    const folder = copyOf(golden, join(newFolder(t), 'db'))
    for (const file of ['training.csv', 'level1.csv']) utimesSync(join(folder, file), new Date(), new Date())
    t.deepEqual((await checkDatabase(folder)).notes, [], 'the bytes are those that its index tells of')
    rmSync(join(folder, '.jwst-ingest', 'index'))
    t.is((await checkDatabase(folder)).notes.length, 1)
    const before = looks(folder)
    t.deepEqual(changes(await rebuildDatabase({ out: folder })), {})
    t.deepEqual(differing(looks(folder), before), INDEX)
    t.is(
      readFileSync(join(folder, '.jwst-ingest', 'index'), 'utf8'),
      readFileSync(join(golden, '.jwst-ingest', 'index'), 'utf8'),
    )
    t.deepEqual((await checkDatabase(folder)).notes, [])
  },
)

interface Loss {
  readonly what: string
  readonly file: string
  readonly state: string
  readonly work: (path: string) => void
}

const LOSSES: readonly Loss[] = [
  ...DERIVED.map((file): Loss => ({ what: 'is missing', file, state: 'made', work: (path) => rmSync(path) })),
  ...['train-image.csv', 'raw-spec.csv', 'rem-tac.csv'].flatMap((file): Loss[] => [
    { what: 'is empty', file, state: 'changed', work: (path) => writeFileSync(path, '') },
    { what: 'is no CSV', file, state: 'changed', work: (path) => writeFileSync(path, 'PK\u0003\u0004\0"\u0014\n\0"x') },
    {
      what: 'is cut short',
      file,
      state: 'changed',
      work: (path) => writeFileSync(path, readFileSync(path).subarray(0, -200)),
    },
    {
      what: 'has a line that cannot be read',
      file,
      state: 'changed',
      work: (path) => writeFileSync(path, `${readFileSync(path, 'utf8')}one,two\n`),
    },
    {
      what: 'has columns in another order',
      file,
      state: 'changed',
      work: (path) => {
        const rows = readFileSync(path, 'utf8').trimEnd().split('\n')
        writeFileSync(path, rows.map((row) => `${row.split(',').reverse().join(',')}\n`).join(''))
      },
    },
  ]),
]

for (const { what, file, state, work } of LOSSES) {
  test.serial(`${file} ${what}: it is made anew, and no other table changes`, async (t) => {
    const folder = copyOf(golden, join(newFolder(t), 'db'))
    work(join(folder, file))
    const before = looks(folder)
    const report = await rebuildDatabase({ out: folder })
    t.deepEqual(Object.keys(changes(report)), [file])
    t.is(report.tables.find((table) => table.file === file)?.state, state as 'made')
    t.deepEqual(differing(looks(folder), before), [...INDEX, file].sort())
    t.deepEqual(sorted(folder, file), sorted(golden, file))
    await assertHealthy(folder)
    t.deepEqual((await checkDatabase(folder)).notes, [])
  })
}

test.serial('codes that the database has given stay', async (t) => {
  const folder = newFolder(t)
  const text = readFileSync(join(INPUT, '2024-02-21_052.csv'), 'utf8')
  writeFileSync(join(folder, '2024-02-21_052.csv'), text.replaceAll('F2100W', 'F2100X').replaceAll('P750L', 'A750L'))
  writeFileSync(join(folder, '2024-02-20_051.csv'), text.replaceAll('F2100W', 'F2100Z').replaceAll('o136', 'o137'))
  const db = await build(join(folder, 'db'), [
    [join(folder, '2024-02-20_051.csv')],
    [join(folder, '2024-02-21_052.csv')],
  ])
  const encodings = readFileSync(join(db, 'encodings.json'), 'utf8')
  const { filter } = JSON.parse(encodings) as { filter: Record<string, number> }
  // In one run A750L would have come before F2100Z.
  t.true((filter.F2100Z ?? 0) < (filter.A750L ?? 0))
  const before = DERIVED.map((file) => sorted(db, file))
  for (const file of DERIVED) rmSync(join(db, file))
  const { newCategories } = await rebuildDatabase({ out: db })
  t.deepEqual(newCategories, [])
  t.deepEqual(
    DERIVED.map((file) => sorted(db, file)),
    before,
  )
  t.is(readFileSync(join(db, 'encodings.json'), 'utf8'), encodings)
})

test.serial('features follow an exposure that was edited; the edited table stays', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const lines = new Lines(folder, 'level1.csv')
  lines.set(lines.find(EXPOSURE), 'CRVAL1', '132.7').write()
  const before = looks(folder)
  t.deepEqual(changes(await rebuildDatabase({ out: folder })), {
    'train-image.csv': 'changed 1',
    'raw-image.csv': 'changed 1',
  })
  t.deepEqual(differing(looks(folder), before), [...INDEX, 'raw-image.csv', 'train-image.csv'])
  const raw = new Lines(folder, 'raw-image.csv')
  const old = new Lines(golden, 'raw-image.csv')
  t.not(raw.get(raw.find(PRODUCT), 'mean_offset'), old.get(old.find(PRODUCT), 'mean_offset'))
  // Of other programs the lines stay, and are copied in the order in which they stand.
  for (const program of new Set(old.all.slice(1).map(programOf))) {
    const its = (lines: Lines) => lines.all.filter((line) => programOf(line) === program)
    if (program !== programOf(PRODUCT)) t.deepEqual(its(raw), its(old))
  }
  await assertHealthy(folder)
})

test.serial('where unencoded tables are not what resolving their rows gives, that is said and written', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  const training = new Lines(folder, 'training.csv')
  training.set(training.find(PRODUCT), 'expmode', 'SPEC').set(training.find(PRODUCT), 'pid', '1').write()
  const level1 = new Lines(folder, 'level1.csv')
  level1.add(level1.text(level1.find(EXPOSURE))).write()
  const warnings: string[] = []
  const report = await rebuildDatabase({ out: folder, warn: (message) => warnings.push(message) })
  t.deepEqual(changes(report), { 'training.csv': 'changed 1', 'level1.csv': 'changed 1' })
  t.deepEqual(warnings, [
    'changed since the last run, and not by one: training.csv (4 bytes fewer), level1.csv (457 bytes more)',
    'training.csv was not what resolving its rows gives, and is now',
    'level1.csv was not what resolving its rows gives, and is now',
  ])
  for (const file of ['training.csv', 'level1.csv']) t.deepEqual(sorted(folder, file), sorted(golden, file))
  await assertHealthy(folder)
})

test.serial('a table with other line ends or needless quotes is written anew with the same lines', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  new Lines(folder, 'level1.csv').write('\r\n')
  const raw = new Lines(folder, 'raw-image.csv')
  raw.replace(raw.find(PRODUCT), raw.text(raw.find(PRODUCT)).replaceAll(PRODUCT, `"${PRODUCT}"`)).write()
  const report = await rebuildDatabase({ out: folder })
  t.deepEqual(changes(report), { 'level1.csv': 'changed 0', 'raw-image.csv': 'changed 0' })
  for (const file of ['level1.csv', 'raw-image.csv']) t.deepEqual(sorted(folder, file), sorted(golden, file))
  t.deepEqual((await checkDatabase(folder)).notes, [])
})

test.serial('runs go on after a rebuild as if there had been none', async (t) => {
  const folder = join(newFolder(t), 'db')
  const [first = [], ...others] = daily(INPUT)
  await build(folder, [first])
  for (const inputs of others) {
    for (const file of ['train-image.csv', 'rem-spec.csv', 'raw-fgs.csv']) rmSync(join(folder, file))
    await rebuildDatabase({ out: folder })
    await build(folder, [inputs])
    await assertHealthy(folder)
  }
  for (const file of [...DERIVED, 'training.csv', 'level1.csv', 'ingest.csv'])
    t.deepEqual(sorted(folder, file), sorted(golden, file))
})

test.serial(
  'a waiting group that is named by another program than its exposures keeps its place in the index',
  async (t) => {
    const folder = newFolder(t)
    const [header = '', ...rows] = readFileSync(join(INPUT, '2024-02-21_052.csv'), 'utf8').split('\n')
    const isExposure = (row: string) => row.includes('jw06009136001') && row.includes('LEVEL_1')
    const exposures = rows.filter(isExposure).map((row) => row.replace(/,0?6009,/, ',6010,'))
    t.true(exposures.length > 1)
    const path = join(folder, '2024-02-21_052.csv')
    const db = join(folder, 'db')
    writeFileSync(path, [header, ...exposures.slice(1), ''].join('\n'))
    await build(db, [[path]])
    t.is(new Lines(db, 'rem-image.csv').find('jw06010-o136'), 2)
    await assertHealthy(db)
    t.deepEqual(changes(await rebuildDatabase({ out: db })), {})
    rmSync(join(db, '.jwst-ingest', 'index'))
    t.deepEqual(changes(await rebuildDatabase({ out: db })), { 'rem-image.csv': 'changed 0' })
    writeFileSync(path, [header, exposures[0], ''].join('\n'))
    await build(db, [[path]])
    t.is(new Lines(db, 'rem-image.csv').all.length, 2)
    await assertHealthy(db)
  },
)

test.serial('a folder that spacekit wrote is taken over as a run does it', async (t) => {
  const folder = newFolder(t)
  const [rebuilt, taken] = [join(folder, 'rebuilt'), join(folder, 'taken')]
  for (const into of [rebuilt, taken]) cpSync(SPACEKIT, into, { recursive: true })
  await rebuildDatabase({ out: rebuilt })
  const [header = ''] = readFileSync(join(INPUT, '2024-02-21_052.csv'), 'utf8').split('\n')
  writeFileSync(join(folder, '2024-02-21_052.csv'), `${header}\n`)
  await build(taken, [[join(folder, '2024-02-21_052.csv')]])
  t.deepEqual(readdirSync(rebuilt).sort(), readdirSync(taken).sort())
  for (const file of readdirSync(taken).filter((name) => name.endsWith('.csv')))
    t.deepEqual(sorted(rebuilt, file), sorted(taken, file), file)
  await assertHealthy(rebuilt)
  t.deepEqual((await checkDatabase(rebuilt)).notes, [])
})

/** A database taken over without the exposures of its products. */
async function takenOver(folder: string): Promise<string> {
  cpSync(SPACEKIT, folder, { recursive: true })
  rmSync(join(folder, 'level1.csv'))
  await rebuildDatabase({ out: folder })
  return folder
}

test.serial('products taken over without their exposures keep their features', async (t) => {
  const folder = await takenOver(join(newFolder(t), 'db'))
  for (const file of ['train-image.csv', 'raw-tac.csv']) t.deepEqual(sorted(folder, file), sorted(SPACEKIT, file))
  const before = looks(folder)
  t.deepEqual(changes(await rebuildDatabase({ out: folder })), {})
  t.deepEqual(looks(folder), before)
})

test.serial(
  'a line that cannot be read and is all that is known of a product stays until its loss is accepted',
  async (t) => {
    const folder = await takenOver(join(newFolder(t), 'db'))
    const lines = new Lines(folder, 'train-image.csv')
    const line = lines.find(PRODUCT)
    lines.replace(line, lines.text(line).slice(0, 40)).write()
    const before = looks(folder)
    const refused = `train-image\\.csv:${line}: expected 33 fields, got \\d+ and lacks 1 product in training.csv \\(${PRODUCT}\\)`
    await t.throwsAsync(rebuildDatabase({ out: folder }), { code: 'TABLE_INVALID', message: new RegExp(refused) })
    t.deepEqual(looks(folder), before)
    const warnings: string[] = []
    await rebuildDatabase({ out: folder, acceptLoss: true, warn: (message) => warnings.push(message) })
    t.regex(warnings[0] ?? '', /^lost for good: train-image\.csv:\d+ expected 33 fields, /)
    t.deepEqual(warnings.slice(2), [
      `${PRODUCT} was taken over without its exposures and has no features: only a backup of train-* has them`,
    ])
    await assertHealthy(folder)
  },
)

test.serial('without an index, features that cannot be read may be all that is known of a product, too', async (t) => {
  const folder = await takenOver(join(newFolder(t), 'db'))
  const lines = new Lines(folder, 'train-image.csv')
  const line = lines.find(PRODUCT)
  lines.replace(line, lines.text(line).slice(0, 40)).write()
  rmSync(join(folder, '.jwst-ingest', 'index'))
  const message = new RegExp(`got \\d+; it may hold the features of ${PRODUCT}, `)
  await t.throwsAsync(rebuildDatabase({ out: folder }), { code: 'TABLE_INVALID', message })
})

interface Refusal {
  readonly when: string
  readonly message: RegExp
  readonly work: (folder: string) => void
}

const REFUSALS: readonly Refusal[] = [
  {
    when: 'training.csv is missing in a folder of spacekit',
    message:
      /training\.csv: is missing, though train-\* has some; nothing was changed: restore the table from a backup, /,
    work: (folder) => {
      rmSync(folder, { recursive: true })
      cpSync(SPACEKIT, folder, { recursive: true })
      rmSync(join(folder, 'training.csv'))
    },
  },
  {
    when: 'a line of level1.csv cannot be read',
    message:
      /level1\.csv:3: expected 41 fields, got 1 and lacks exposures of 1 product in training\.csv .*: mend the line, /,
    work: (folder) => new Lines(folder, 'level1.csv').replace(3, 'LEVEL_1').write(),
  },
  {
    when: 'training.csv lacks a column',
    message: /training\.csv:1: the table lacks EXP_TYPE /,
    work: (folder) => {
      const lines = new Lines(folder, 'training.csv')
      lines.replace(1, lines.text(1).replace('EXP_TYPE', 'EXPTYPE')).write()
    },
  },
]

for (const { when, message, work } of REFUSALS) {
  test.serial(`nothing is changed when ${when}`, async (t) => {
    const folder = copyOf(golden, join(newFolder(t), 'db'))
    work(folder)
    const before = looks(folder)
    await t.throwsAsync(rebuildDatabase({ out: folder }), { code: 'TABLE_INVALID', message })
    t.deepEqual(looks(folder), before)
    t.false(readdirSync(join(folder, '.jwst-ingest')).includes('staging'))
  })
}

test.serial('a rebuild that is ended changes nothing', async (t) => {
  const folder = copyOf(golden, join(newFolder(t), 'db'))
  rmSync(join(folder, 'train-image.csv'))
  const before = looks(folder)
  await t.throwsAsync(rebuildDatabase({ out: folder, signal: AbortSignal.abort(new Error('ended')) }), {
    message: 'ended',
  })
  t.deepEqual(looks(folder), before)
})

const MAIN = join(import.meta.dirname, '..', 'lib', 'main.js')

function jwst(args: readonly string[], cwd: string) {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd, encoding: 'utf8' })
}

test.serial('rebuild: exit code 0, and a line for each table on standard output', (t) => {
  const folder = newFolder(t)
  const db = copyOf(golden, join(folder, 'jwst-db'))
  rmSync(join(db, 'train-fgs.csv'))
  const lines = new Lines(db, 'raw-image.csv')
  lines.set(lines.find(PRODUCT), 'max_offset', '1.0').write()
  const { status, stdout, stderr } = jwst(['rebuild'], folder)
  t.is(status, 0)
  t.regex(stderr, /^jwst-ingest: changed since the last run, and not by one: raw-image\.csv [^\n]*\n$/)
  const count = new Lines(golden, 'train-fgs.csv').all.length - 1
  const told = stdout.split('\n').map((line) => line.replace(/ +/, ' '))
  t.deepEqual(
    told.filter((line) => / (made|[\d]+ lines? changed)/.test(line)),
    [`raw-image.csv 1 line changed, ${lines.all.length - 1} now`, `train-fgs.csv made anew (${count} lines)`],
  )
  t.is(told.filter((line) => line.endsWith(' unchanged')).length, 17)
})

test.serial('rebuild --json --quiet: the report as one JSON object, and nothing else', (t) => {
  const { status, stdout, stderr } = jwst(['rebuild', '--json', '--quiet', 'golden'], base)
  t.is(status, 0)
  t.is(stderr, '')
  const report = JSON.parse(stdout) as RebuildReport
  t.is(report.database, 'golden')
  t.deepEqual(changes(report), {})
})

test.serial('rebuild: exit code 1 where there is no database, and nothing is made; 3 beside a run', async (t) => {
  const folder = newFolder(t)
  const none = jwst(['rebuild', 'none'], folder)
  t.is(none.status, 1)
  t.regex(none.stderr, /^jwst-ingest: none: no such folder; give the folder of a database, /)
  t.is(jwst(['rebuild', '.'], folder).status, 1)
  t.deepEqual(readdirSync(folder), [])
  const open = await openFolder(copyOf(golden, join(folder, 'db')))
  t.is(jwst(['rebuild', 'db'], folder).status, 3)
  const waited = jwst(['rebuild', '--wait', '0.1', 'db'], folder)
  t.is(waited.status, 3)
  t.regex(waited.stderr, /^jwst-ingest: waiting up to 0\.1 s for process \d+ on /)
  await open.close()
})
