/** Check and rebuild of databases that association files tell of: damage is told with its place, and mended where it can. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type CheckReport, checkDatabase } from '../lib/maintain/check.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { ingest } from '../lib/run/ingest.js'
import { copyOf, Lines } from './helpers/damage.js'
import { tableSets, withFolder } from './helpers/database.js'
import { poolAssociations, poolInput } from './helpers/database-fixtures.js'
import { assertHealthy } from './helpers/healthy.js'

const POOL = 'coron_nircam'
const PRODUCT = 'jw10005-c1004_t001_nircam_f210m-maskrnd-maska210r'
const PSF = 'jw10005001001_02003_00004_nrca2'

/** A database of the pool, for `work` to damage. */
function withDatabase(work: (folder: string, template: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const out = join(folder, 'db')
    await ingest({ inputs: [poolInput(POOL)], asn: [poolAssociations(POOL)], out })
    await work(copyOf(out, join(folder, 'copy')), out)
  })
}

function told({ violations }: CheckReport): string[] {
  return violations.map(({ kind, file, line, what }) => `${kind} ${file}:${line ?? ''} ${what}`)
}

interface Damage {
  readonly when: string
  readonly tells: RegExp
  /** Damages the database; returns the line that is told. */
  readonly work: (folder: string) => number | ''
}

/** The first line of a table with these texts. */
function lineOf(lines: Lines, ...texts: readonly string[]): number {
  return lines.all.findIndex((line) => texts.every((text) => line.includes(text))) + 1
}

function change(file: string, texts: readonly string[], by: (line: string) => readonly string[]) {
  return (folder: string) => {
    const lines = new Lines(folder, file)
    const line = lineOf(lines, ...texts)
    lines.replace(line, ...by(lines.text(line))).write()
    return line
  }
}

const damages: readonly Damage[] = [
  {
    when: 'the role of an exposure is another',
    tells: /^resolution level1\.csv:LINE .*: role is "science", resolving the rows gives "psf"$/,
    work: change('level1.csv', [PRODUCT, PSF], (line) => [line.replace(/psf$/, 'science')]),
  },
  {
    when: 'an exposure stands in level1.csv twice for one product',
    tells: /^repeated level1\.csv:\d+ jw10005001001_02003_00004_nrca2 of jw10005-c1004_.* stands in line LINE too$/,
    work: change('level1.csv', [PRODUCT, PSF], (line) => [line, line]),
  },
  {
    when: 'a product across observations is in mosaics.csv besides',
    tells: /^place mosaics\.csv:\d+ jw10005-c1004_.* stands in training\.csv:LINE too$/,
    work: (folder) => {
      const training = new Lines(folder, 'training.csv')
      const line = lineOf(training, PRODUCT)
      const cells = training.text(line).split(',')
      new Lines(folder, 'mosaics.csv').add([...cells.slice(0, -3), PRODUCT].join(',')).write()
      return line
    },
  },
  {
    when: 'a member is missing in associations.csv',
    tells: /^resolution level1\.csv:\d+ resolving the rows puts jw10005001001_02003_00004_nrca2 nowhere$/,
    work: change('associations.csv', [PRODUCT, PSF], () => []),
  },
  {
    when: 'a member stands in associations.csv twice',
    tells:
      /^repeated associations\.csv:\d+ jw10005001001_02003_00004_nrca2 of jw10005-c1004_.* stands in line LINE too$/,
    work: change('associations.csv', [PRODUCT, PSF], (line) => [line, line]),
  },
  {
    when: 'associations.csv lacks a column',
    tells: /^table associations\.csv:1 the header is not that of the table: it lacks role/,
    work: change('associations.csv', ['product,candidate'], (line) => [line.replace(',role,', ',part,')]),
  },
  {
    when: 'associations.csv is missing',
    tells: /^table associations\.csv: is missing$/,
    work: (folder) => {
      rmSync(join(folder, 'associations.csv'))
      return ''
    },
  },
]
for (const { when, tells, work } of damages) {
  test(`told: ${when}`, async (t) => {
    await withDatabase(async (folder) => {
      const line = work(folder)
      const pattern = new RegExp(tells.source.replace('LINE', String(line)))
      const found = told(await checkDatabase(folder))
      t.true(
        found.some((one) => pattern.test(one)),
        found.slice(0, 5).join('\n'),
      )
    })
  })
}

test('a rebuild makes the derived tables anew, by the members that are stored', async (t) => {
  await withDatabase(async (folder, template) => {
    rmSync(join(folder, 'train-tac.csv'))
    change('level1.csv', [PRODUCT, PSF], (line) => [line.replace(/psf$/, 'science')])(folder)
    const report = await rebuildDatabase({ out: folder })
    const changed = report.tables.filter(({ state }) => state !== 'unchanged').map(({ file }) => file)
    t.deepEqual(changed.sort(), ['level1.csv', 'train-tac.csv'])
    t.deepEqual(tableSets(folder), tableSets(template))
    await assertHealthy(folder)
  })
})

test('a rebuild makes nothing of associations.csv that is gone', async (t) => {
  await withDatabase(async (folder) => {
    rmSync(join(folder, 'associations.csv'))
    const message =
      /associations\.csv: is missing: [\d,]+ bytes fewer than the last run left; .* restore the table from a backup/
    await t.throwsAsync(rebuildDatabase({ out: folder }), { code: 'TABLE_INVALID', message })
  })
})

test('a line of associations.csv that cannot be read ends a run that has to read all of it', async (t) => {
  await withDatabase(async (folder) => {
    const line = change('associations.csv', [PRODUCT, PSF], (text) => [`${text},surplus`])(folder)
    await t.throwsAsync(ingest({ inputs: [poolInput(POOL)], out: folder }), {
      code: 'TABLE_INVALID',
      message: new RegExp(`associations\\.csv:${line}: expected 8 fields, got 9; `),
    })
  })
})
