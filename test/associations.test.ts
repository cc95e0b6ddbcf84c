/** Whole runs with association files (specification, section 9): the naive model, any order, the official associations. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { checkDatabase } from '../lib/maintain/check.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { associationHistoryArbitrary } from './helpers/arbitrary-associations.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'
import { asnFile, runBoth, writeAssociations, writeHistory } from './helpers/association-runs.js'
import {
  fileBytes,
  readRows,
  run,
  tableSets,
  tableTexts,
  temporaryFolder,
  valuesIn,
  withFolder,
  writeDayFiles,
} from './helpers/database.js'
import { differences } from './helpers/database-compare.js'
import { assertPool, dayFilesIn, POOLS, poolAssociations, poolInput } from './helpers/database-fixtures.js'
import { day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import { type AsnFile, type DayFile, type Encodings, modelTables } from './helpers/model.js'

const root = join(import.meta.dirname, '..', '..')
const encodings = JSON.parse(readFileSync(join(root, 'lib', 'rules', 'encodings.json'), 'utf8')) as Encodings

async function assertHealthy(folder: string): Promise<void> {
  const { healthy, violations } = await checkDatabase(folder)
  assert.ok(healthy, JSON.stringify(violations.slice(0, 3)))
}

test('one run with association files makes the tables that the naive model makes', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, async (history) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const { all } = writeHistory(folder, history)
        await runBoth(join(folder, 'db'), all.inputs, all.asn)
        const model = modelTables(history.files, encodings, history.associations)
        assert.deepEqual(differences(model, join(folder, 'db')), [])
        assertPlaces(join(folder, 'db'))
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

/** Every exposure is in the products that have it, or waits once. */
function assertPlaces(database: string): void {
  const matched = readRows(database, 'level1').map(({ dname, pname }) => `${dname} of ${pname}`)
  assert.equal(new Set(matched).size, matched.length)
  const waiting = readRows(database, 'ingest').map(({ dname }) => dname ?? '')
  assert.equal(new Set(waiting).size, waiting.length)
  const names = new Set(readRows(database, 'level1').map(({ dname }) => dname))
  assert.deepEqual(
    waiting.filter((name) => names.has(name)),
    [],
  )
}

test('runs over daily files and association files, in any order and again, make the rows of one run', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, async (history) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const { all, each } = writeHistory(folder, history)
        const [one, many] = [join(folder, 'one'), join(folder, 'many')]
        await runBoth(one, all.inputs, all.asn)
        for (const { inputs, asn } of each) await runBoth(many, inputs, asn)
        assert.deepEqual(tableSets(many), tableSets(one))
        await assertHealthy(many)
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

test('the order of association files, and memory for next to nothing, change no byte of any table', async (t) => {
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, fc.integer({ min: 1, max: 3000 }), async (history, memory) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const { all, each } = writeHistory(folder, history)
        const [roomy, tight] = [join(folder, 'roomy'), join(folder, 'tight')]
        for (const { inputs, asn } of [all, ...each]) {
          await runBoth(roomy, inputs, asn)
          await runBoth(tight, inputs, asn.toReversed(), { memory })
          assert.deepEqual(tableTexts(tight), tableTexts(roomy))
        }
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

test('a second identical run, as a whole or file by file, changes no byte of any table', async (t) => {
  const unlogged = (folder: string) =>
    Object.fromEntries(Object.entries(fileBytes(folder)).filter(([path]) => !/(rejects\.csv|seen\.json)$/.test(path)))
  await fc.assert(
    fc.asyncProperty(associationHistoryArbitrary, async (history) => {
      fc.pre(history.files.length > 0)
      await withFolder(async (folder) => {
        const { all } = writeHistory(folder, history)
        const out = join(folder, 'db')
        await runBoth(out, all.inputs, all.asn)
        const before = unlogged(out)
        await runBoth(out, all.inputs, all.asn)
        assert.deepEqual(unlogged(out), before)
        for (const path of all.inputs) await runBoth(out, [path], [])
        for (const path of all.asn) await runBoth(out, [], [path])
        assert.deepEqual(unlogged(out), before)
      })
    }),
    propertyOptions(t, 5),
  )
  t.pass()
})

// --- the official associations ---

/** The ways in which the rows of a pool and its association files come together: inputs and files of each run. */
const WAYS: Readonly<Record<string, (raw: string, asn: string, thirds: readonly string[]) => readonly Run[]>> = {
  'at once': (raw, asn) => [{ inputs: [raw], asn: [asn] }],
  'rows first, then files': (raw, asn) => [
    { inputs: [raw], asn: [] },
    { inputs: [], asn: [asn] },
  ],
  'files first, then rows': (raw, asn) => [
    { inputs: [], asn: [asn] },
    { inputs: [raw], asn: [] },
  ],
  'both over three days': (_, asn, thirds) =>
    thirds.map((inputs, index) => ({
      inputs: [inputs],
      asn: [join(asn, `*${[...'147369258'][index] ?? ''}_asn.json`)],
    })),
}

interface Run {
  readonly inputs: readonly string[]
  readonly asn: readonly string[]
}

for (const [name, , of] of POOLS) {
  test(`every product of pool ${name} is made of its official members, whatever comes first`, async (t) => {
    const folder = temporaryFolder(t)
    const thirds = writeDayFiles(folder, dayFilesIn(poolInput(name)).flatMap(inThirds))
    const files = poolAssociations(name)
    const databases: string[] = []
    for (const [way, runs] of Object.entries(WAYS)) {
      const out = join(folder, way)
      for (const { inputs, asn } of runs(poolInput(name), files, thirds)) {
        const there = asn.filter((one) => !one.includes('*') || matches(files, one))
        if (inputs.length + there.length > 0) await runBoth(out, inputs, there)
      }
      if (way === 'both over three days') await runBoth(out, [], [files])
      t.notThrows(() => assertPool(name, out, of, of))
      await assertHealthy(out)
      databases.push(out)
    }
    for (const other of databases.slice(1)) t.deepEqual(tableSets(other), tableSets(databases[0] ?? ''))
    t.deepEqual(readRows(databases[0] ?? '', 'mosaics'), [])
  })
}

function matches(folder: string, pattern: string): boolean {
  const ending = pattern.slice(pattern.lastIndexOf('*') + 1)
  return readdirSync(folder).some((name) => name.endsWith(ending))
}

/** The rows of a day in three files of that day, neighbours apart. */
function inThirds(file: DayFile): DayFile[] {
  const [header = '', ...lines] = file.text.trimEnd().split('\n')
  return [0, 1, 2].map((third) => ({
    ...file,
    text: [header, ...lines.filter((_, index) => index % 3 === third), ''].join('\n'),
  }))
}

test('--no-candidates leaves the products across observations of a pool in mosaics.csv, and no others', async (t) => {
  const out = temporaryFolder(t)
  const summary = await run(out, [poolInput('candidates')], {
    asn: [poolAssociations('candidates')],
    candidates: false,
  })
  t.is(summary.associations.candidatesLeft, 6)
  t.is(readRows(out, 'mosaics').length, 6)
  t.is(readRows(out, 'training').length, 14)
  t.deepEqual(
    valuesIn(out, 'associations', 'product').filter((name) => /-c/.test(name.slice(7, 9))),
    [],
  )
  await assertHealthy(out)
  await runBoth(out, [], [poolAssociations('candidates')])
  t.is(readRows(out, 'training').length, 20)
})

test('a database whose index is lost is read whole and gives the same tables', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  await run(out, [poolInput('coron_nircam')], { asn: [poolAssociations('coron_nircam')] })
  const before = tableSets(out)
  rmSync(join(out, '.jwst-ingest', 'index'))
  await run(out, writeDayFiles(folder, [day('2024-02-21', [])]))
  t.deepEqual(tableSets(out), before)
  t.deepEqual(valuesIn(out, 'level1', 'role').filter((role) => role === 'psf').length, 36 - 18)
  await assertHealthy(out)
})

test('an exposure that waits for several products is not taken for lost where the index is', async (t) => {
  await withFolder(async (folder) => {
    const out = join(folder, 'db')
    const [mosaic, own] = ['jw01001-c1001_t001_miri_f770w', productName(1)]
    const asn = writeAssociations(folder, [
      asnFile({ [mosaic]: { [exposureName(1)]: 'science' }, [own]: { [exposureName(1)]: 'science' } }),
    ])
    const [first, second] = writeDayFiles(folder, [day('2024-02-21', [exposure(1)]), day('2024-02-22', [exposure(2)])])
    if (first === undefined || second === undefined) throw new Error('two days')
    await runBoth(out, [first], asn)
    rmSync(join(out, '.jwst-ingest', 'index'))
    await runBoth(out, [second], [])
    await assertHealthy(out)
    t.is(readRows(out, 'ingest').length, 2)
  })
})

test('a run that brings nothing new leaves the tables alone, and counts every row as one duplicate', async (t) => {
  const out = temporaryFolder(t)
  const both = { asn: [poolAssociations('coron_nircam')] }
  const first = await run(out, [poolInput('coron_nircam')], both)
  t.is(first.duplicates, 0)
  const tables = () => readdirSync(out).filter((name) => name.endsWith('.csv') && name !== 'rejects.csv')
  const look = () => tables().map((name) => `${name} ${statSync(join(out, name)).mtimeMs}`)
  const before = look()
  const again = await run(out, [poolInput('coron_nircam')], both)
  t.is(again.duplicates, again.rows)
  t.deepEqual(look(), before)
})

// --- one case each ---

interface Case {
  readonly days: readonly DayFile[]
  readonly files: readonly AsnFile[]
  readonly check: (t: ExecutionContext, database: string) => void
}

/** Days and files in several ways: the check holds, and all have the same rows. */
const example = test.macro({
  title: (rule = '') => rule,
  async exec(t, { days, files, check }: Case) {
    const folder = temporaryFolder(t)
    const [inputs, asn] = [writeDayFiles(folder, days), writeAssociations(folder, files)]
    const ways: readonly (readonly Run[])[] = [
      [{ inputs, asn }],
      [{ inputs, asn: [] }, ...asn.map((path) => ({ inputs: [], asn: [path] }))],
      [
        ...asn.toReversed().map((path) => ({ inputs: [], asn: [path] })),
        ...inputs.map((path) => ({ inputs: [path], asn: [] })),
      ],
      [...inputs.toReversed().map((path) => ({ inputs: [path], asn })), { inputs, asn }],
    ]
    for (const [number, runs] of ways.entries()) {
      const out = join(folder, `db-${number}`)
      for (const { inputs: some, asn: others } of runs) await runBoth(out, some, others)
      check(t, out)
      await assertHealthy(out)
      t.deepEqual(tableSets(out), tableSets(join(folder, 'db-0')))
    }
  },
})

const members = (database: string) =>
  readRows(database, 'level1')
    .map(({ dname, pname, role }) => `${dname} ${pname} ${role}`)
    .sort()
const CANDIDATE = 'jw01001-c1001_t001_miri_f770w'
const ELSEWHERE = { Dataset: 'jw01001002001_02101_00001_mirimage_uncal.fits', OBSERVTN: '002' }
const OTHER = 'jw01001002001_02101_00001_mirimage'

test('a product across observations leaves mosaics.csv; its exposures are in the products of theirs, too', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2, ELSEWHERE), product(1)]),
    day('2024-02-22', [product(1, { Dataset: CANDIDATE })]),
  ],
  files: [asnFile({ [CANDIDATE]: { [exposureName(1)]: 'science', [OTHER]: 'science' } })],
  check(t, database) {
    t.deepEqual(members(database), [
      `${exposureName(1)} ${CANDIDATE} science`,
      `${exposureName(1)} ${productName(1)} science`,
      `${OTHER} ${CANDIDATE} science`,
    ])
    t.deepEqual(valuesIn(database, 'train-image', 'nexposur'), ['1', '2'])
    t.deepEqual(valuesIn(database, 'train-image', 'dname'), [CANDIDATE, 'jw01001-o001_t1_miri_f770w'])
    for (const table of ['mosaics', 'ingest', 'rem-image']) t.deepEqual(readRows(database, table), [])
  },
})

test('a product waits while a science member is missing, which is told; others are not waited for', example, {
  days: [day('2024-02-21', [exposure(1), product(1), exposure(2), product(1, { Dataset: CANDIDATE })])],
  files: [
    asnFile({
      [productName(1)]: { [exposureName(1)]: 'science', [exposureName(9)]: 'science' },
      [CANDIDATE]: { [exposureName(2)]: 'science', [exposureName(8)]: 'psf' },
    }),
  ],
  check(t, database) {
    t.deepEqual(members(database), [`${exposureName(2)} ${CANDIDATE} science`])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [productName(1), exposureName(1)])
    t.deepEqual(valuesIn(database, 'ingest', 'expmode'), ['', 'IMAGE'])
    t.deepEqual(readRows(database, 'rem-image'), [])
  },
})

test('a member of an exposure type that is never kept is not waited for', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [exposure(2, { EXP_TYPE: 'MIR_TACQ' })]),
  ],
  files: [asnFile({ [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'science' } })],
  check(t, database) {
    t.deepEqual(members(database), [`${exposureName(1)} ${productName(1)} science`])
  },
})

test('members in other roles are in level1.csv, and not in the features', example, {
  days: [day('2024-02-21', [exposure(1), exposure(2), product(1)]), day('2024-02-22', [exposure(3)])],
  files: [
    asnFile({
      [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'psf', [exposureName(3)]: 'background' },
    }),
  ],
  check(t, database) {
    t.deepEqual(members(database), [
      `${exposureName(1)} ${productName(1)} science`,
      `${exposureName(2)} ${productName(1)} psf`,
      `${exposureName(3)} ${productName(1)} background`,
    ])
    t.deepEqual(valuesIn(database, 'raw-image', 'NEXPOSUR'), ['1'])
  },
})

test('exposures that a file gives to another product of the observation are in no group of keywords', example, {
  days: [day('2024-02-21', [exposure(1), exposure(2), exposure(3), product(1), product(2)])],
  files: [asnFile({ [productName(2)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'imprint' } })],
  check(t, database) {
    t.deepEqual(members(database), [
      `${exposureName(1)} ${productName(2)} science`,
      `${exposureName(2)} ${productName(2)} imprint`,
      `${exposureName(3)} ${productName(1)} science`,
    ])
  },
})

test('a group that a file names waits under the name of its product until that comes', example, {
  days: [day('2024-02-21', [exposure(1), exposure(2)])],
  files: [asnFile({ 'jw01001-o001_{source_id}_miri_f770w': { [exposureName(1)]: 'science' } })],
  check(t, database) {
    t.deepEqual(valuesIn(database, 'rem-image', 'dname'), [
      'jw01001-o001_s000000001_miri_f770w',
      'jw01001-o001_t1_miri_f770w',
    ])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [exposureName(1), exposureName(2)])
  },
})

test('a newer file for a product replaces the older one, by version_id or by the time stamp in its name', example, {
  days: [day('2024-02-21', [exposure(1), exposure(2), product(1)])],
  files: [
    asnFile({ [productName(1)]: { [exposureName(1)]: 'science' } }, { version: '20240301t120000' }),
    asnFile({ [productName(1)]: { [exposureName(2)]: 'science' } }, { stamp: '20240302t000000' }),
    asnFile({ [productName(1)]: { [exposureName(3)]: 'science' } }),
  ],
  check(t, database) {
    t.deepEqual(members(database), [`${exposureName(2)} ${productName(1)} science`])
    t.deepEqual(valuesIn(database, 'associations', 'version'), ['20240302t000000'])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [exposureName(1)])
  },
})

test('MIR_MRS products have the members of their detector and band, and wait for no others', example, {
  days: [
    day('2024-02-21', [
      exposure(1, mrs('jw01001001001_02101_00001_mirifushort', '12', 'SHORT')),
      exposure(2, mrs('jw01001001001_02101_00002_mirifushort', '12', 'MEDIUM')),
      exposure(3, mrs('jw01001001001_02101_00003_mirifulong', '34', 'SHORT')),
      product(1, mrs('jw01001-o001_t001_miri_ch1-short', '1', 'SHORT')),
      product(1, mrs('jw01001-o001_t001_miri_ch3-short', '3', 'SHORT')),
    ]),
  ],
  files: [
    asnFile({
      'jw01001-o001_t001_miri': {
        jw01001001001_02101_00001_mirifushort: 'science',
        jw01001001001_02101_00002_mirifushort: 'science',
        jw01001001001_02101_00003_mirifulong: 'science',
        jw01001001001_02101_00004_mirifulong: 'science',
      },
    }),
  ],
  check(t, database) {
    t.deepEqual(members(database), ['jw01001001001_02101_00001_mirifushort jw01001-o001_t001_miri_ch1-short science'])
    t.deepEqual(valuesIn(database, 'rem-spec', 'dname'), ['jw01001-o001_t001_miri_ch1-medium'])
    t.deepEqual(valuesIn(database, 'ingest', 'dname'), [
      'jw01001-o001_t001_miri_ch3-short',
      'jw01001001001_02101_00002_mirifushort',
      'jw01001001001_02101_00003_mirifulong',
    ])
  },
})

function mrs(Dataset: string, CHANNEL: string, BAND: string) {
  const DETECTOR = CHANNEL.startsWith('1') ? 'MIRIFUSHORT' : 'MIRIFULONG'
  return { EXP_TYPE: 'MIR_MRS', FILTER: 'NONE', Dataset, DETECTOR, CHANNEL, BAND }
}

test('a product taken over without its exposures is made of its members once all of them are there', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const [first = '', second = ''] = writeDayFiles(folder, [
    day('2024-02-21', [exposure(1), exposure(2), product(1)]),
    day('2024-02-22', [exposure(1, { ImageSize: '2000' })]),
  ])
  const asn = writeAssociations(folder, [
    asnFile({ [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'psf' } }),
  ])
  await run(out, [first])
  rmSync(join(out, 'level1.csv'))
  await rebuildDatabase({ out, acceptLoss: true })
  await runBoth(out, [], asn)
  t.deepEqual(valuesIn(out, 'train-image', 'nexposur'), ['2'], 'it keeps its features')
  await assertHealthy(out)
  await run(out, [second])
  t.deepEqual(members(out), [`${exposureName(1)} ${productName(1)} science`])
  t.deepEqual(valuesIn(out, 'train-image', 'nexposur'), ['1'])
  await run(out, [first])
  t.deepEqual(members(out), [
    `${exposureName(1)} ${productName(1)} science`,
    `${exposureName(2)} ${productName(1)} psf`,
  ])
  await assertHealthy(out)
})

test('an exposure that goes and comes back changes every product that has it', example, {
  days: [
    day('2024-02-21', [exposure(1), exposure(2), product(1), product(1, { Dataset: CANDIDATE })]),
    day('2024-02-22', [exposure(2, { EXP_TYPE: 'MIR_TACQ' })]),
    day('2024-02-23', [exposure(2, { ImageSize: '2000' })]),
  ],
  files: [
    asnFile({
      [productName(1)]: { [exposureName(1)]: 'science', [exposureName(2)]: 'science' },
      [CANDIDATE]: { [exposureName(1)]: 'science', [exposureName(2)]: 'background' },
    }),
  ],
  check(t, database) {
    t.deepEqual(members(database), [
      `${exposureName(1)} ${CANDIDATE} science`,
      `${exposureName(1)} ${productName(1)} science`,
      `${exposureName(2)} ${CANDIDATE} background`,
      `${exposureName(2)} ${productName(1)} science`,
    ])
    t.deepEqual(valuesIn(database, 'level1', 'imagesize'), ['1000.0', '1000.0', '2000', '2000'])
  },
})
