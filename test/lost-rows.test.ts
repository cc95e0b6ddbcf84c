/** Tables that are missing, cut or short of lines are never taken for the truth; the ways on lead on. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { IngestError } from '../lib/errors.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { associate, ingest } from '../lib/run/ingest.js'
import { asnFile, writeAssociations } from './helpers/association-runs.js'
import { build, copyOf, daily, FIXTURES, Lines, newFolder } from './helpers/damage.js'
import { editTable, fileBytes, readRows, tableSets, writeDayFiles } from './helpers/database.js'
import { BETA, day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import { assertHealthy } from './helpers/healthy.js'
import { tried } from './helpers/tried.js'

const INPUT = join(FIXTURES, 'golden', 'three-days', 'input')
const HIDDEN = '.jwst-ingest/hidden.csv'

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-lost-'))
/** A healthy database, to be copied. */
const golden = join(base, 'golden')
test.before(async () => {
  await build(golden, daily(INPUT))
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

function copy(t: ExecutionContext): string {
  return copyOf(golden, join(newFolder(t), 'db'))
}

/** What ends every command that writes, with nothing changed. */
const WRITERS: Readonly<Record<string, (out: string, t: ExecutionContext) => Promise<unknown>>> = {
  ingest: (out) => ingest({ inputs: daily(INPUT)[0] ?? [], out }),
  'ingest --replace': (out) => ingest({ inputs: daily(INPUT)[2] ?? [], out, replace: true }),
  associate: (out, t) => {
    const asn = asnFile({ [productName(1)]: { [exposureName(1)]: 'science' } })
    return associate({ out, asn: writeAssociations(newFolder(t), [asn]) })
  },
  prune: (out) => pruneDatabase({ out, olderThan: '1d', asOf: '2024-03-01' }),
  'prune --dry-run': (out) => pruneDatabase({ out, olderThan: '1d', asOf: '2024-03-01', dryRun: true }),
  rebuild: (out) => rebuildDatabase({ out }),
}

/** Writes the lines of a table that stay. */
function keep(file: string, stays: (line: string, index: number, count: number) => boolean): (folder: string) => void {
  return (folder) => {
    const path = join(folder, file)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    const left = lines.filter((line, index) => stays(line, index, lines.length))
    writeFileSync(path, left.map((line) => `${line}\n`).join(''))
  }
}

const cut = (file: string) => keep(file, (_, index) => index < 3)
const headerAlone = (file: string) => keep(file, (_, index) => index === 0)
const holed = (file: string) => keep(file, (_, index) => index < 2 || index > 4)
const shortened = (file: string) => (folder: string) => {
  const bytes = readFileSync(join(folder, file))
  writeFileSync(join(folder, file), bytes.subarray(0, -40))
}

interface Loss {
  readonly when: string
  readonly work: (folder: string) => void
  readonly message: RegExp
  /** Writers that make the table anew. */
  readonly except?: readonly string[]
}

const MISSING = ['training.csv', 'level1.csv', 'ingest.csv', 'mosaics.csv', 'associations.csv', 'expired.csv', HIDDEN]
const BACKUP =
  'restore the tables? from a backup, give all days again into a new folder, or go on without these rows with'
const WAYS = `nothing was changed: (mend the line, )?${BACKUP} \`jwst-ingest rebuild --accept-loss `

function lost(file: string, what: string): RegExp {
  return new RegExp(
    `/${file.replaceAll('.', '\\.')}:? ?.*${what}.*[\\d,]+ bytes fewer than the last run left.*; ${WAYS}`,
  )
}

const LOSSES: readonly Loss[] = [
  ...MISSING.map((file) => ({
    when: `${file} is missing`,
    work: (folder: string) => rmSync(join(folder, file)),
    message: lost(file, 'is missing'),
  })),
  {
    when: 'all tables are missing',
    work: (folder) => {
      for (const file of Object.keys(fileBytes(folder))) if (file.endsWith('.csv')) rmSync(file)
    },
    message: /training\.csv: is missing.*level1\.csv is missing|no table is in it/,
  },
  ...[cut, headerAlone, holed].map((work) => ({
    when: `training.csv has lost lines (${work === cut ? 'its end' : work === holed ? 'some' : 'all'})`,
    work: work('training.csv'),
    message: lost('training.csv', 'lacks the products of \\d+ exposures in level1.csv \\(jw06\\S+, '),
  })),
  ...[cut, headerAlone, holed].map((work) => ({
    when: `level1.csv has lost lines (${work === cut ? 'its end' : work === holed ? 'some' : 'all'})`,
    work: work('level1.csv'),
    message: lost('level1.csv', 'lacks exposures of \\d+ products? in training.csv \\(jw06\\S+'),
  })),
  ...[cut, headerAlone, holed].map((work) => ({
    when: `ingest.csv has lost lines (${work === cut ? 'its end' : work === holed ? 'some' : 'all'})`,
    work: work('ingest.csv'),
    message: lost('ingest.csv', 'lacks \\d+ exposures that groups in rem-\\* count'),
  })),
  ...['mosaics.csv', HIDDEN].flatMap((file) => [
    { when: `${file} has lost its end`, work: cut(file), message: lost(file, 'has lost its end with jw06') },
    { when: `${file} has lost all rows`, work: headerAlone(file), message: lost(file, 'has no rows') },
  ]),
  ...['training.csv', 'level1.csv', 'ingest.csv', 'mosaics.csv', HIDDEN].map((file) => ({
    when: `${file} ends within a line`,
    work: shortened(file),
    message: lost(file, 'expected \\d+ fields, got \\d+|ends within a line'),
  })),
  {
    when: 'training.csv is empty',
    work: (folder) => writeFileSync(join(folder, 'training.csv'), ''),
    message: lost('training.csv', 'the table is empty'),
  },
  {
    when: 'an older training.csv was restored',
    work: (folder) => {
      const older = readRows(folder, 'training')
        .map(({ dname = '' }) => dname)
        .slice(-9)
      editTable(folder, 'training', (rows) => rows.filter(({ dname = '' }) => !older.includes(dname)))
    },
    message: lost('training.csv', 'lacks 9 products with features|lacks the products of'),
  },
  ...['train-image.csv', 'raw-spec.csv'].flatMap((file) =>
    [cut, shortened, (one: string) => (folder: string) => rmSync(join(folder, one))].map((work, index) => ({
      when: `${file} ${['has lost its end', 'ends within a line', 'is missing'][index]}`,
      work: work(file),
      message: new RegExp(`${file.replace('.', '\\.')}.* bytes fewer .*: \`jwst-ingest rebuild \\S+\` makes it anew$`),
      except: ['rebuild'],
    })),
  ),
  {
    when: 'rem-image.csv is missing',
    work: (folder) => rmSync(join(folder, 'rem-image.csv')),
    message: /rem-image\.csv: is missing.*makes it anew$/,
    except: ['rebuild'],
  },
]

for (const { when, work, message, except = [] } of LOSSES) {
  test(`every command that writes refuses where ${when}`, async (t) => {
    const folder = copy(t)
    work(folder)
    const before = fileBytes(folder)
    for (const [name, write] of Object.entries(WRITERS)) {
      tried('lost rows')
      if (except.includes(name)) continue
      const error = await t.throwsAsync(write(folder, t), { instanceOf: IngestError }, name)
      t.is(error?.exitCode, 1)
      t.regex(error?.message ?? '', message, name)
      t.deepEqual(fileBytes(folder), before, name)
    }
    if (except.includes('rebuild')) await rebuildDatabase({ out: folder })
    else if (readRows(golden, 'training').length > 0 && when !== 'all tables are missing') {
      const warnings: string[] = []
      await rebuildDatabase({ out: folder, acceptLoss: true, warn: (text) => warnings.push(text) })
      t.regex(warnings[0] ?? '', /^lost for good: \S+ /)
    } else return
    await assertHealthy(folder)
    await ingest({ inputs: daily(INPUT)[0] ?? [], out: folder })
    await assertHealthy(folder)
  })
}

test('days that are given again bring back what was lost from training.csv', async (t) => {
  const folder = copy(t)
  cut('training.csv')(folder)
  await rebuildDatabase({ out: folder, acceptLoss: true })
  t.notDeepEqual(tableSets(folder), tableSets(golden))
  for (const inputs of daily(INPUT)) await ingest({ inputs, out: folder })
  t.deepEqual(tableSets(folder), tableSets(golden))
})

interface Edit {
  readonly what: string
  readonly work: (folder: string) => void
  readonly note: string | undefined
}

/** What may be done to a database without a loss, and what is told of it. */
const EDITS: readonly Edit[] = [
  {
    what: 'a product taken out of every table',
    work: (folder) => {
      const [{ dname = '' } = {}] = readRows(folder, 'training').filter(({ expmode }) => expmode === 'IMAGE')
      for (const name of ['training', 'level1', 'train-image', 'raw-image'])
        editTable(folder, name, (rows) => rows.filter(({ pname }) => pname !== dname))
    },
    note: String.raw`training\.csv \([\d,]+ bytes fewer\), level1\.csv \([\d,]+ bytes fewer\), train-image\.csv \([\d,]+ bytes fewer\), raw-image\.csv \([\d,]+ bytes fewer\)`,
  },
  {
    what: 'a product across observations taken out',
    work: keep('mosaics.csv', (_, index) => index !== 2),
    note: String.raw`mosaics\.csv \([\d,]+ bytes fewer\)`,
  },
  {
    what: 'a cell changed, without a change of size',
    work: (folder) => {
      const lines = new Lines(folder, 'level1.csv')
      lines
        .set(
          2,
          'imagesize',
          lines.get(2, 'imagesize').replace(/^\d/, (digit) => (digit === '9' ? '8' : '9')),
        )
        .write()
    },
    note: String.raw`level1\.csv`,
  },
  {
    what: 'a line put in',
    work: (folder) => {
      const lines = readFileSync(join(folder, 'ingest.csv'), 'utf8').trimEnd().split('\n')
      appendFileSync(join(folder, 'ingest.csv'), `${lines.at(-1)}\n`)
    },
    note: String.raw`ingest\.csv \([\d,]+ bytes more\)`,
  },
  { what: 'all of it copied without its times', work: copiedWithoutTimes, note: undefined },
  { what: 'its index lost', work: (folder) => rmSync(join(folder, '.jwst-ingest/index')), note: undefined },
  {
    what: 'its private folder lost',
    work: (folder) => rmSync(join(folder, '.jwst-ingest'), { recursive: true }),
    note: undefined,
  },
]

function copiedWithoutTimes(folder: string): void {
  cpSync(folder, `${folder}-copy`, { recursive: true })
  rmSync(folder, { recursive: true })
  cpSync(`${folder}-copy`, folder, { recursive: true })
}

for (const { what, work, note } of EDITS) {
  test(`a database with ${what} goes on`, async (t) => {
    const folder = copy(t)
    work(folder)
    const warnings: string[] = []
    await ingest({ inputs: daily(INPUT)[2] ?? [], out: folder, warn: (text) => warnings.push(text) })
    if (note === undefined) t.deepEqual(warnings, [])
    else t.regex(warnings.join('\n'), new RegExp(`^changed since the last run, and not by one: ${note}$`))
    await assertHealthy(folder)
    const again: string[] = []
    await ingest({ inputs: daily(INPUT)[2] ?? [], out: folder, warn: (text) => again.push(text) })
    t.deepEqual(again, [], 'the next run finds the tables as this one left them')
  })
}

test('products that were taken over without their exposures are no loss, beside others that have theirs', async (t) => {
  const folder = join(newFolder(t), 'db')
  const [first = '', second = '', third = ''] = writeDayFiles(newFolder(t), [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [exposure(3, BETA), product(2, BETA)]),
    day('2024-02-23', [exposure(4, BETA)]),
  ])
  await ingest({ inputs: [first], out: folder })
  rmSync(join(folder, 'level1.csv'))
  await rebuildDatabase({ out: folder, acceptLoss: true })
  await ingest({ inputs: [second], out: folder })
  copiedWithoutTimes(folder)
  await ingest({ inputs: [third], out: folder })
  await assertHealthy(folder)
  t.deepEqual(
    readRows(folder, 'train-image')
      .map(({ nexposur }) => nexposur)
      .sort(),
    ['2', '2'],
  )
  rmSync(join(folder, 'raw-image.csv'))
  const message = /raw-image\.csv: is missing and lacks 2 products in training\.csv .*rebuild --accept-loss/
  await t.throwsAsync(rebuildDatabase({ out: folder }), { code: 'TABLE_INVALID', message })
})

const MAIN = join(import.meta.dirname, '..', 'lib', 'main.js')

function jwst(...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { cwd: base, encoding: 'utf8' })
}

/** Commands that read a database as far as it is there. */
const READERS: Readonly<Record<string, readonly string[]>> = {
  status: ['status', 'db'],
  'explain --waiting': ['explain', '--waiting', 'db'],
  explain: ['explain', 'jw06001*', 'db'],
  report: ['report', 'db', '--html', 'page.html'],
  export: ['export', 'db', '--table', 'level1', '--format', 'jsonl', '--out', 'rows'],
}

test('commands that read note what is missing, and check tells it; the command line accepts a loss', (t) => {
  copyOf(golden, join(base, 'db'))
  for (const args of Object.values(READERS)) t.notRegex(jwst(...args).stderr, /missing/, args.join(' '))
  for (const file of ['training.csv', 'mosaics.csv', 'encodings.json']) rmSync(join(base, 'db', file))
  const note =
    'training.csv, mosaics.csv, encodings.json are missing, and what they held is left out: `jwst-ingest check db` tells more'
  for (const [name, args] of Object.entries(READERS)) {
    const { stderr, status } = jwst(...args)
    t.is(stderr.split(`jwst-ingest: ${note}\n`).length, 2, `${name}: ${stderr}`)
    t.is(status, 0, name)
  }
  const checked = jwst('check', 'db')
  t.is(checked.status, 1)
  for (const file of ['training.csv', 'mosaics.csv', 'encodings.json'])
    t.regex(checked.stdout, new RegExp(`^db/${file}: is missing`, 'm'))
  const refused = jwst('rebuild', 'db')
  t.is(refused.status, 1)
  t.regex(refused.stderr, /^jwst-ingest: db\/training\.csv: is missing .*`jwst-ingest rebuild --accept-loss db`\n$/)
  const accepted = jwst('rebuild', '--accept-loss', 'db')
  t.is(accepted.status, 0, accepted.stderr)
  t.regex(accepted.stderr, /^jwst-ingest: lost for good: training\.csv is missing .*; mosaics\.csv is missing: /)
  t.is(jwst('check', 'db').status, 0)
  t.is(jwst('status', 'db').stderr, '')
})
