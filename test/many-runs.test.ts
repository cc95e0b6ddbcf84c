/** The database is a function of the rows ingested, whatever the runs that brought them (specification, section 9). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import {
  HEADER,
  type History,
  historyArbitrary,
  mixedHistoryArbitrary,
  propertyOptions,
  type RawRow,
  rowsArbitrary,
  toDayFiles,
} from './helpers/arbitrary-rows.js'
import {
  fileBytes,
  readRows,
  readTable,
  rowsWith,
  run,
  tableLines,
  tableSets,
  tableTexts,
  temporaryFolder,
  valuesIn,
  withFolder,
  writeDayFiles,
} from './helpers/database.js'
import { assertGolden, dayFilesIn, GOLDEN_CASES, goldenInput } from './helpers/database-fixtures.js'
import { BETA, day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import type { DayFile } from './helpers/model.js'

const knownEncodings: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'lib', 'rules', 'encodings.json'), 'utf8'),
)

function encodingsOf(database: string): unknown {
  return JSON.parse(readFileSync(join(database, 'encodings.json'), 'utf8'))
}

/** Runs over some files of a list each, one after the other, into a database. */
async function runAll(database: string, paths: readonly string[], runs: History['runs']): Promise<void> {
  for (const indices of runs) {
    await run(
      database,
      indices.map((index) => paths[index] ?? ''),
    )
  }
}

// --- any split, any order, any repetition ---

test('runs over files of one header, in any order and again, make the lines of one run over all', async (t) => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, async ({ files, runs }) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        const paths = writeDayFiles(folder, files)
        const [one, many] = [join(folder, 'one'), join(folder, 'many')]
        await run(one, paths)
        await runAll(many, paths, runs)
        assert.deepEqual(tableSets(many), tableSets(one))
        // Lines with codes of values seen for the first time may differ; all others may not.
        if ([one, many].every((database) => isKnown(encodingsOf(database)))) {
          assert.deepEqual(tableLines(many), tableLines(one))
        }
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

function isKnown(encodings: unknown): boolean {
  try {
    assert.deepEqual(encodings, knownEncodings)
    return true
  } catch {
    return false
  }
}

test('runs over files that differ in columns, in any order and again, make the rows of one run over all', async (t) => {
  await fc.assert(
    fc.asyncProperty(mixedHistoryArbitrary, async ({ files, runs }) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        const paths = writeDayFiles(folder, files)
        await run(join(folder, 'one'), paths)
        await runAll(join(folder, 'many'), paths, runs)
        assert.deepEqual(tableSets(join(folder, 'many')), tableSets(join(folder, 'one')))
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

test('a second identical run, as a whole or file by file, changes no byte of any table', async (t) => {
  await fc.assert(
    fc.asyncProperty(mixedHistoryArbitrary, async ({ files }) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        const paths = writeDayFiles(folder, files)
        const out = join(folder, 'db')
        await run(out, paths)
        const before = unlogged(fileBytes(out))
        await run(out, paths)
        assert.deepEqual(unlogged(fileBytes(out)), before)
        for (const path of paths) await run(out, [path])
        assert.deepEqual(unlogged(fileBytes(out)), before)
      })
    }),
    propertyOptions(t, 3),
  )
  t.pass()
})

test('rows of dropped types that come again change no byte either', async (t) => {
  const folder = temporaryFolder(t)
  const [out, dropped] = [join(folder, 'db'), { EXP_TYPE: 'MIR_TACQ', GS_MAG: '15.5' }]
  const paths = writeDayFiles(folder, [
    day('2024-02-21', [exposure(1, dropped), exposure(2, dropped)]),
    day('2024-02-22', [exposure(1, { ...dropped, Dataset: 'jw01002001001_02101_00001_mirimage_uncal.fits' })]),
  ])
  await run(out, paths)
  const before = unlogged(fileBytes(out))
  await run(out, paths.slice(0, 1))
  t.deepEqual(unlogged(fileBytes(out)), before)
})

/** Without the rejects, which every run adds to, and without the record of the tables' times. */
function unlogged(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !/(rejects\.csv|seen\.json)$/.test(path)))
}

test('a day of other programs or observations only adds lines: what is there stays in place', async (t) => {
  const inTwoPlaces = fc.tuple(rowsArbitrary, rowsArbitrary, fc.boolean())
  await fc.assert(
    fc.asyncProperty(inTwoPlaces, async ([rows, otherRows, program]) => {
      const [first, second] = [toDayFiles(rows), toDayFiles(otherRows.map((row) => elsewhere(row, program)))]
      fc.pre(first.length > 0 && second.length > 0)
      await withFolder(async (folder) => {
        const out = join(folder, 'db')
        await run(out, writeDayFiles(join(folder, 'first'), first))
        const before = tableTexts(out)
        const paths = writeDayFiles(join(folder, 'second'), second)
        await run(out, paths)
        const after = tableTexts(out)
        await run(join(folder, 'alone'), paths)
        const alone = tableTexts(join(folder, 'alone'))
        for (const [name, text] of Object.entries(before)) {
          assert.equal(after[name]?.slice(0, text.length), text, name)
          if (alone[name]?.split('\n').length === 2) assert.equal(after[name], text, name)
        }
      })
    }),
    propertyOptions(t, 3),
  )
  t.pass()
})

/** The row in another program or in another observation of the same one. */
function elsewhere(row: RawRow, inProgram: boolean): RawRow {
  const { Dataset = '', PROGRAM = '', OBSERVTN = '' } = row.cells
  const cells = inProgram
    ? {
        ...row.cells,
        Dataset: Dataset.replace(/^jw01/, 'jw02'),
        PROGRAM: PROGRAM.padStart(5, '0').replace(/^01/, '02'),
      }
    : {
        ...row.cells,
        Dataset: Dataset.replace(/^(jw\d{5}(?:-o|-c)?)[01]/, '$12'),
        OBSERVTN: OBSERVTN.padStart(3, '0').replace(/^0/, '2'),
      }
  return { ...row, cells }
}

// --- golden cases ---

const golden = test.macro({
  title: (_, name: string, how: string) => `runs ${how} make the expected tables of golden case ${name}`,
  async exec(t, name: string, _how: string, order: (files: readonly DayFile[]) => readonly DayFile[]) {
    const folder = temporaryFolder(t)
    for (const path of writeDayFiles(folder, order(dayFilesIn(goldenInput(name)))))
      await run(join(folder, 'db'), [path])
    t.notThrows(() => assertGolden(name, join(folder, 'db')))
  },
})

for (const name of GOLDEN_CASES) {
  test(golden, name, 'day by day', (files) => files)
  test(golden, name, 'day by day in reverse order', (files) => files.toReversed())
  test(golden, name, 'over each day twice', (files) => files.flatMap((file) => [file, file]))
}

// --- one case each ---

interface Case {
  readonly days: readonly DayFile[]
  /** What is in the database after a run for each day. */
  readonly check: (t: ExecutionContext, database: string) => void
}

/** The days one by one, then in every other way of {@link otherWays}: the check holds, and all have the same rows. */
const example = test.macro({
  title: (rule = '') => rule,
  async exec(t, { days, check }: Case) {
    const folder = temporaryFolder(t)
    const paths = writeDayFiles(folder, days)
    const byDay = join(folder, 'day by day')
    for (const path of paths) await run(byDay, [path])
    check(t, byDay)
    for (const [way, runs] of Object.entries(otherWays(paths))) {
      const database = join(folder, way)
      for (const inputs of runs) await run(database, inputs)
      check(t, database)
      t.deepEqual(tableSets(database), tableSets(byDay), way)
    }
  },
})

function otherWays(paths: readonly string[]): Record<string, readonly (readonly string[])[]> {
  const [first = '', ...others] = paths
  return {
    'in one run': [paths],
    'in one run, last day first': [paths.toReversed()],
    'in reverse order': paths.toReversed().map((path) => [path]),
    'each twice': paths.flatMap((path) => [[path], [path]]),
    'the first at the end again': [...paths.map((path) => [path]), [first]],
    'the first after all others': [others, [first]],
  }
}

test('a group that gains an exposure after it matched updates its training row', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [exposure(3)]),
    day('2024-02-23', [exposure(4)]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'training', 'dname'), [productName(1)])
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['4'])
    t.deepEqual(valuesIn(database, 'raw-image', 'NEXPOSUR'), ['4'])
    t.deepEqual(valuesIn(database, 'level1', 'dname'), [1, 2, 3, 4].map(exposureName))
    t.deepEqual(readRows(database, 'ingest'), [])
  },
})

test('a product that came first is matched when its exposures come', example, {
  days: [day('2024-02-21', [product(1)]), day('2024-02-22', [exposure(1), exposure(2)])],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['2'])
    t.deepEqual(readRows(database, 'ingest'), [])
  },
})

test('exposures that came first are matched when their product comes', example, {
  days: [day('2024-02-21', [exposure(1)]), day('2024-02-22', [exposure(2)]), day('2024-02-23', [product(1)])],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['2'])
    t.deepEqual(readRows(database, 'rem-image'), [])
    t.deepEqual(readRows(database, 'ingest'), [])
  },
})

test('a reprocessed product has its new size and day in every table', example, {
  days: [
    day('2024-02-21', [exposure(1), product(1)]),
    day('2024-02-22', [product(1, { ImageSize: '6500000.5' })]),
    day('2024-02-23', [exposure(2)]),
  ],
  check(t, database) {
    const [training] = readRows(database, 'training')
    t.like(training, { imagesize: '6500000.5', date: '2024-02-22', year: '2024', doy: '53' })
    for (const name of ['train-image', 'raw-image']) {
      t.is(readRows(database, name).length, 1)
      t.like(readRows(database, name)[0], { imagesize: '6500000.5', date: '2024-02-22', imgsize_gb: '6.5000005' })
    }
  },
})

test('a product reprocessed without a size waits, and its exposures with it', example, {
  days: [day('2024-02-21', [exposure(1), product(1)]), day('2024-02-22', [product(1, { ImageSize: '' })])],
  check(t, database) {
    t.deepEqual(readRows(database, 'training'), [])
    t.deepEqual(readRows(database, 'raw-image'), [])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [productName(1), exposureName(1)])
    t.deepEqual(valuesIn(database, 'rem-image', 'nexposur'), ['1'])
  },
})

test('an exposure reprocessed with other keywords moves to another association', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [product(2, { FILTER: 'F560W' }), exposure(2, { FILTER: 'F560W' })]),
  ],
  check(t, database) {
    const members = readRows(database, 'level1').map(({ dname, pname }) => `${dname} ${pname}`)
    t.deepEqual(members.sort(), [`${exposureName(1)} ${productName(1)}`, `${exposureName(2)} ${productName(2)}`])
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['1', '1'])
  },
})

test('a product waits again when its only exposure moves to another association', example, {
  days: [day('2024-02-21', [exposure(1), product(1)]), day('2024-02-22', [exposure(1, { FILTER: 'F560W' })])],
  check(t, database) {
    t.deepEqual(readRows(database, 'training'), [])
    t.deepEqual(readRows(database, 'train-image'), [])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [productName(1), exposureName(1)])
    t.deepEqual(valuesIn(database, 'rem-image', 'dname'), ['jw01001-o001_t1_miri_f560w'])
  },
})

test('a product reprocessed with other keywords moves, and its exposures wait again', example, {
  days: [
    day('2024-02-21', [exposure(1), product(1)]),
    day('2024-02-22', [exposure(2, { FILTER: 'F560W' }), product(1, { FILTER: 'F560W' })]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'level1', 'dname'), [exposureName(2)])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [exposureName(1)])
    t.is(readRows(database, 'train-image').length, 1)
  },
})

test('an exposure reprocessed with a dropped type leaves its group, and no older version comes back', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [exposure(2, { EXP_TYPE: 'MIR_TACQ' })]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['1'])
    t.deepEqual(valuesIn(database, 'level1', 'dname'), [exposureName(1)])
    t.deepEqual(readRows(database, 'ingest'), [])
  },
})

test('of two versions of a dataset with one day and size the same one stays, whichever came first', example, {
  days: [
    day('2024-02-21', [exposure(1, { GS_MAG: '14.75' }), exposure(2), product(1)]),
    day('2024-02-21', [exposure(1, { GS_MAG: '15.25' }), exposure(2, { EXP_TYPE: 'MIR_TACQ' })]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'level1', 'GS_MAG'), ['14.5', '15.25'])
  },
})

test('a product taken for want of an exact one is given back when that comes', example, {
  days: [
    day('2024-02-21', [exposure(1), product(2, BETA)]),
    day('2024-02-22', [product(1)]),
    day('2024-02-23', [exposure(2, BETA)]),
  ],
  check(t, database) {
    const members = readRows(database, 'level1').map(({ dname, pname }) => `${dname} ${pname}`)
    t.deepEqual(members.sort(), [`${exposureName(1)} ${productName(1)}`, `${exposureName(2)} ${productName(2)}`])
  },
})

test('a new target renumbers those of the groups that wait', example, {
  days: [day('2024-02-21', [exposure(2, BETA)]), day('2024-02-22', [exposure(1)])],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'rem-image', 'dname'), ['jw01001-o001_t1_miri_f770w', 'jw01001-o001_t2_miri_f770w'])
  },
})

test('a reprocessed mosaic replaces the one that was there', example, {
  days: [
    day('2024-02-21', [product(1, { Dataset: 'jw01001-c1001_t001_miri_f770w' })]),
    day('2024-02-22', [product(1, { Dataset: 'jw01001-c1001_t001_miri_f770w', ImageSize: '7000000' }), exposure(1)]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'mosaics', 'imagesize'), ['7000000'])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [exposureName(1)])
  },
})

test('a rejected row is no version of its dataset', example, {
  days: [
    day('2024-02-21', [exposure(1), product(1)]),
    day('2024-02-22', [exposure(1, { CRVAL1: '12h30m' }), exposure(2, { Dataset: 'NONE' })]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'level1', 'date'), ['2024-02-21'])
    t.deepEqual(valuesIn(database, 'training', 'dname'), [productName(1)])
  },
})

test('groups of one expected name in two associations keep their own rows', example, {
  // The association key has the detector of a wavefront-sensing visit; the name of a spectrum has not.
  days: [
    day('2024-02-21', [exposure(1, namesake('MIRIMAGE'))]),
    day('2024-02-22', [exposure(2, namesake('MIRIFUSHORT'))]),
    day('2024-02-23', [exposure(3, namesake('MIRIFUSHORT'))]),
    day('2024-02-24', [product(1, namesake('MIRIMAGE'))]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'train-spec', 'nexposur'), ['1'])
    t.deepEqual(valuesIn(database, 'rem-spec', 'nexposur'), ['2'])
  },
})

function namesake(detector: string): Record<string, string> {
  return { EXP_TYPE: 'MIR_LRS-FIXEDSLIT', FILTER: 'P750L', VISITYPE: 'PRIME_WFSC_ROUTINE', DETECTOR: detector }
}

test('an exposure whose name or OBSERVTN is that of another observation belongs to the one of its keywords', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2, { Dataset: 'jw01001-c1001_02101_00002_mirimage_uncal.fits' })]),
    day('2024-02-22', [product(1), exposure(3, { Dataset: 'jw01001777001_02101_00003_mirimage_uncal.fits' })]),
    day('2024-02-23', [exposure(4, { OBSERVTN: '777' })]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['3'])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [exposureName(4)])
  },
})

test('a column that only a later day has is blank in the rows of the days before', example, {
  days: [
    day('2024-02-21', [exposure(1), product(1)]),
    day('2024-02-22', [exposure(2, { EXTRA: 'a,"b"' })], ['EXTRA', ...HEADER.toReversed()]),
  ],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'level1', 'EXTRA'), ['', 'a,"b"'])
    t.deepEqual(valuesIn(database, 'training', 'EXTRA'), [''])
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['2'])
  },
})

test('the new column comes behind those that the tables have', async (t) => {
  const folder = temporaryFolder(t)
  const days = [day('2024-02-21', [exposure(1)]), day('2024-02-22', [exposure(2)], ['EXTRA', ...HEADER])]
  for (const path of writeDayFiles(folder, days)) await run(join(folder, 'db'), [path])
  const { columns } = readTable(join(folder, 'db'), 'ingest')
  t.is(columns.indexOf('EXTRA'), columns.indexOf('CRVAL2') + 1)
})

test('a category value never seen before keeps its code in every later run', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const paths = writeDayFiles(folder, [
    day('2024-02-21', [exposure(1, { FILTER: 'F999W' }), product(1, { FILTER: 'F999W' })]),
    day('2024-02-22', [exposure(2, { FILTER: 'F111W' })]),
    day('2024-02-23', [exposure(3, { FILTER: 'F999W' })]),
  ])
  const [first = '', ...others] = paths
  await run(out, [first])
  const [code] = valuesIn(out, 'train-image', 'filter')
  t.deepEqual(code, '52')
  for (const path of others) await run(out, [path])
  t.deepEqual(valuesIn(out, 'train-image', 'filter'), [code])
  t.deepEqual(valuesIn(out, 'train-image', 'nexposur'), ['2'])
  t.deepEqual(valuesIn(out, 'rem-image', 'filter'), ['53'])
  t.is(rowsWith(out, 'level1', 'FILTER', 'F999W').length, 2)
})
