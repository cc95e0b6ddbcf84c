/**
 * Small inputs that went wrong in the world (`fixtures/cases`), each with the right answer, with the program as it is
 * built. Those about commands other than ingesting are with the tests of these.
 */
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readRows, tableSets, valuesIn } from './helpers/database.js'
import { assertTruth } from './helpers/database-fixtures.js'
import { Workdir } from './helpers/program.js'

const CASES = join(import.meta.dirname, '..', '..', 'fixtures', 'cases')

/** Ingests a case's rows, and its association files if it has some. */
async function ingest(t: ExecutionContext, name: string): Promise<{ database: string; stderr: string }> {
  const workdir = new Workdir(t)
  cpSync(join(CASES, name), workdir.path('case'), { recursive: true })
  const asn = existsSync(join(CASES, name, 'truth.csv')) ? ['--asn', 'case'] : []
  const { code, stderr } = await workdir.run(['-o', 'db', '--date', '2024-03-01', ...asn, 'case/raw.csv'])
  t.is(code, 0, stderr)
  const { code: health, stdout } = await workdir.run(['check', 'db'])
  t.is(health, 0, stdout)
  return { database: workdir.path('db'), stderr }
}

const WITH_FILES: readonly (readonly [name: string, products: number, what: string])[] = [
  ['nrs-ifu-name', 1, 'an IFU product has the filter behind the name of its association'],
  [
    'nrs-ifu-wrong-exposures',
    1,
    'an IFU product is made of the exposures in light alone, never of those that a file leaves out',
  ],
  ['msa-b-v-source-ids', 3, 'a source id is s, b or v and digits'],
  ['fss-two-slits', 1, 'a slit name may be two slits'],
  ['version-id-null-text', 1, 'a version_id NULL as text says nothing; the time stamp of the name does'],
  ['asn-name-with-suffix', 1, 'a suffix and .fits behind the name of a product do not count'],
  ['wfs-fits-names', 2, 'names of wavefront-sensing products with .fits stay apart'],
]
for (const [name, products, what] of WITH_FILES) {
  test(`${what} (${name})`, async (t) => {
    const { database } = await ingest(t, name)
    t.notThrows(() => assertTruth(join(CASES, name, 'truth.csv'), database, products, products))
  })
}

test('a product of exposures that no file names is no product of those that one does (explain-none-of-observation)', async (t) => {
  const { database } = await ingest(t, 'explain-none-of-observation')
  const truth = join(CASES, 'explain-none-of-observation', 'truth.csv')
  t.notThrows(() => assertTruth(truth, database, 1, 1))
  t.is(readRows(database, 'ingest').length, 2)
})

test('a band of two dichroics counts as both, and gets no code of its own (band-cross-dichroic)', async (t) => {
  const { database, stderr } = await ingest(t, 'band-cross-dichroic')
  t.deepEqual(valuesIn(database, 'raw-spec', 'BAND'), ['SHORT|LONG'])
  t.deepEqual(valuesIn(database, 'train-spec', 'band'), ['0'])
  t.notRegex(stderr, /category value/)
})

test('an exposure without a reference point is no part of any feature (missing-reference-point)', async (t) => {
  const { database } = await ingest(t, 'missing-reference-point')
  const [row = {}, ...others] = readRows(database, 'rem-spec')
  t.deepEqual(others, [])
  t.is(row.nexposur, '1')
  t.is(row.detector, '14')
})

test('a target that crosses a rounding boundary is one target (targra-at-rounding-boundary)', async (t) => {
  const { database } = await ingest(t, 'targra-at-rounding-boundary')
  t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['2'])
  t.deepEqual(readRows(database, 'ingest'), [])
})

test('truth values may be written in capitals (boolean-TRUE)', async (t) => {
  const { database } = await ingest(t, 'boolean-TRUE')
  for (const column of ['bkgdtarg', 'tsovisit', 'crowdfld']) t.deepEqual(valuesIn(database, 'train-tac', column), ['1'])
})

/** What spacekit may leave of a product that waits: its row, as the last one of training.csv, changed by each of these. */
const LEFT: Readonly<Record<string, (training: string) => string>> = {
  'without the column pname': (training) => training,
  'with a blank pname': (training) =>
    training.replace('expmode,Dataset', 'expmode,pname,Dataset').replace(/,([^,]*)$/, ',,$1'),
  ...Object.fromEntries(
    ['nan', 'NaN', 'None'].map((nothing) => [
      `with the pname ${nothing}`,
      (training: string) =>
        training.replace('expmode,Dataset', 'expmode,pname,Dataset').replace(/,([^,]*)$/, `,${nothing},$1`),
    ]),
  ),
  'a field short, as rows without pname are appended to a table that has it': (training) =>
    training.replace('expmode,Dataset', 'expmode,pname,Dataset'),
  'without its last fields': (training) =>
    training.replace('expmode,Dataset', 'expmode,pname,Dataset').replace(/,,[^,]*$/, '\n'),
}

for (const [how, change] of Object.entries(LEFT)) {
  test(`a product that spacekit left in training.csv, ${how}, waits (takeover-unmatched-product)`, async (t) => {
    const workdir = new Workdir(t)
    cpSync(join(CASES, 'takeover-unmatched-product'), workdir.path('.'), { recursive: true })
    workdir.write('database/training.csv', change(workdir.read('database/training.csv')))
    const days = ['2024-02-27_058.csv', '2024-02-28_059.csv']
    const next = await workdir.run(['-o', 'database', days[1] ?? ''])
    t.is(next.code, 0, next.stderr)
    t.regex(next.stderr, /1 row of training\.csv without a pname/)
    t.is((await workdir.run(['check', 'database'])).code, 0)
    t.is((await workdir.run(['-o', 'both', ...days])).code, 0)
    t.deepEqual(tableSets(workdir.path('database')), tableSets(workdir.path('both')))
  })
}

test('a line of training.csv that was cut by accident ends the run, with nothing changed', async (t) => {
  const workdir = new Workdir(t)
  cpSync(join(CASES, 'takeover-unmatched-product'), workdir.path('.'), { recursive: true })
  const whole = workdir.read('database/training.csv')
  const cuts = [
    whole.slice(0, whole.indexOf('_clear-f200w', 300)),
    whole.replace('LEVEL_3', 'LEVEL_1').replace(/,,[^,]*$/, '\n'),
  ]
  for (const cut of cuts) {
    workdir.write('database/training.csv', cut)
    const { code, stderr } = await workdir.run(['-o', 'database', '2024-02-28_059.csv'])
    t.is(code, 1)
    t.regex(stderr, /training\.csv:2: expected 39 fields/)
    t.is(workdir.read('database/training.csv'), cut)
  }
})
