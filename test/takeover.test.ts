/** Folders that another program wrote or somebody edited, taken over as databases (specification, section 9). */
import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { IngestError } from '../lib/errors.js'
import { HEADER } from './helpers/arbitrary-rows.js'
import {
  editTable,
  fileBytes,
  readRows,
  readTable,
  rowsWith,
  run,
  tableSets,
  temporaryFolder,
  valuesIn,
  writeDayFiles,
  writeTable,
} from './helpers/database.js'
import { assertGolden, GOLDEN_CASES, goldenInput, goldenTables } from './helpers/database-fixtures.js'
import { BETA, day, exposure, exposureName, product, productName } from './helpers/database-rows.js'
import type { TableRow } from './helpers/model.js'
import type { Keywords } from './helpers/model-modes.js'

const MODELS = ['image', 'spec', 'tac', 'fgs']
const UNENCODED = ['training', 'ingest', 'level1', 'mosaics']

/** A copy of the folder that spacekit wrote for a golden case. */
function spacekitFolder(t: ExecutionContext, name = 'three-days'): string {
  const folder = join(temporaryFolder(t), 'db')
  cpSync(goldenTables(name), folder, { recursive: true })
  return folder
}

/** The last daily file of a golden case, all of whose rows the folder has already. */
function lastDay(name = 'three-days'): string {
  return join(goldenInput(name), readdirSync(goldenInput(name)).sort().at(-1) ?? '')
}

/** The tables' rows in the file of a day. */
function dayPath(t: ExecutionContext, date: string, rows: readonly Keywords[]): string {
  return writeDayFiles(temporaryFolder(t), [day(date, rows)])[0] ?? ''
}

/** The input row that a row of an unencoded table came from, with some cells changed. */
function inputRow(row: TableRow, changes: Keywords = {}): Keywords {
  const header = Object.fromEntries(HEADER.map((name) => [name, row[name] ?? '']))
  const renamed = { Dataset: row.dname ?? '', DagNodeName: row.dag ?? '', ImageSize: row.imagesize ?? '' }
  return { ...header, ...renamed, ...changes }
}

/** The row of a table with this Dataset. */
function theRow(database: string, table: string, dataset: string): TableRow {
  return rowsWith(database, table, 'Dataset', dataset)[0] ?? {}
}

/** Rows by their Dataset, as far as they have these columns. */
function byDataset(rows: readonly TableRow[], columns: readonly string[]): Record<string, TableRow> {
  return Object.fromEntries(
    rows.map((row) => [row.Dataset ?? '', Object.fromEntries(columns.map((column) => [column, row[column] ?? '']))]),
  )
}

// --- with level1.csv ---

const takeover = test.macro({
  title: (_, name: string) =>
    `the tables that spacekit made of golden case ${name} become those of a run over its input`,
  async exec(t, name: string) {
    const folder = spacekitFolder(t, name)
    await run(folder, [lastDay(name)])
    t.notThrows(() => assertGolden(name, folder))
    const fresh = join(temporaryFolder(t), 'fresh')
    await run(fresh, [goldenInput(name)])
    t.deepEqual(tableSets(folder), tableSets(fresh))
  },
})

for (const name of GOLDEN_CASES) test.serial(takeover, name)

/** Ways in which a folder may differ from the expected one, and still mean the same. */
const VARIANTS: Readonly<Record<string, (folder: string) => void>> = {
  'columns in another order'(folder) {
    for (const name of tablesIn(folder)) {
      const { columns, rows } = readTable(folder, name)
      writeTable(folder, name, { columns: columns.toReversed(), rows: rows.map((row) => row.toReversed()) })
    }
  },
  'unencoded rem tables'(folder) {
    for (const model of MODELS) {
      const columns = readTable(folder, `raw-${model}`).columns.filter((column) => !/size|date|pname/.test(column))
      writeTable(folder, `rem-${model}`, { columns, rows: [columns.map((column) => `${column} as it came`)] })
    }
  },
  'no raw tables': (folder) => remove(folder, /^raw-/),
  'no tables of features': (folder) => remove(folder, /^(raw|train|rem)-/),
  'rows in another order'(folder) {
    for (const name of tablesIn(folder)) editTable(folder, name, (rows) => rows.toReversed())
  },
  'repeated rows of products'(folder) {
    for (const name of tablesIn(folder).filter((one) => /^(training|train-|raw-)/.test(one))) {
      editTable(folder, name, (rows) => [...rows, ...rows.map(older), ...rows.map(smaller)])
    }
  },
  'lines that end in CRLF'(folder) {
    for (const name of tablesIn(folder)) {
      const path = join(folder, `${name}.csv`)
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'))
    }
  },
}

function tablesIn(folder: string): string[] {
  return readdirSync(folder).map((file) => file.slice(0, -'.csv'.length))
}

function remove(folder: string, which: RegExp): void {
  for (const name of readdirSync(folder)) if (which.test(name)) rmSync(join(folder, name))
}

function older(row: TableRow): TableRow {
  return {
    ...row,
    date: '2023-11-02',
    ...(row.year === undefined ? {} : { year: '2023', doy: '306' }),
    imagesize: '9e9',
  }
}

function smaller(row: TableRow): TableRow {
  return { ...row, imagesize: '0.5', ...(row.imgsize_gb === undefined ? {} : { imgsize_gb: '5e-07' }) }
}

const variant = test.macro({
  title: (_, name: string) => `a folder of spacekit with ${name} is taken over like any other`,
  async exec(t, name: string) {
    const [folder, plain] = [spacekitFolder(t), spacekitFolder(t)]
    VARIANTS[name]?.(folder)
    await run(folder, [lastDay()])
    await run(plain, [lastDay()])
    t.deepEqual(tableSets(folder), tableSets(plain))
  },
})

for (const name of Object.keys(VARIANTS)) test.serial(variant, name)

test.serial('columns that only the taken-over tables have are kept', async (t) => {
  const folder = spacekitFolder(t)
  for (const name of UNENCODED) {
    const { columns, rows } = readTable(folder, name)
    writeTable(folder, name, { columns: ['EXTRA', ...columns], rows: rows.map((row) => ['kept', ...row]) })
  }
  await run(folder, [lastDay(), dayPath(t, '2024-03-01', [exposure(1)])])
  const extras = (name: string) => new Set(valuesIn(folder, name, 'EXTRA'))
  t.deepEqual(extras('training'), new Set(['kept']))
  t.deepEqual(extras('level1'), new Set(['kept']))
  t.deepEqual(extras('ingest'), new Set(['', 'kept']))
  t.is(theRow(folder, 'ingest', exposureName(1)).EXTRA, '')
})

// --- waiting exposures ---

const waiting = test.macro({
  title: (_, which: string) => `waiting exposures of a folder ${which} level1.csv are matched when their product comes`,
  async exec(t, which: string) {
    const folder = spacekitFolder(t)
    if (which === 'without') rmSync(join(folder, 'level1.csv'))
    const before = tableRowCounts(folder)
    const groups = MODELS.flatMap((model) => readRows(folder, `rem-${model}`).map((row) => ({ model, row })))
    const { model, group, members } = groupOfName(folder, groups)
    const name = `${group.slice(0, 'jw06038-o290'.length)}_t900_new`
    const path = dayPath(t, '2024-03-01', [
      inputRow(members[0] ?? {}, { Dataset: name, DagNodeName: 'LEVEL_3', ImageSize: '7000000.5' }),
    ])
    await run(folder, [path])
    t.like(theRow(folder, 'training', name), { expmode: model.toUpperCase(), imagesize: '7000000.5', pname: name })
    t.is(theRow(folder, `train-${model}`, name).nexposur, String(members.length))
    t.deepEqual(
      rowsWith(folder, 'level1', 'pname', name).map((row) => row.dname ?? ''),
      members.map((row) => row.dname ?? ''),
    )
    t.is(readRows(folder, `rem-${model}`).length, (before[`rem-${model}`] ?? 0) - 1)
    t.is(readRows(folder, 'ingest').length, (before.ingest ?? 0) - members.length)
  },
})

test.serial(waiting, 'with')
test.serial(waiting, 'without')

function tableRowCounts(folder: string): Record<string, number> {
  return Object.fromEntries(tablesIn(folder).map((name) => [name, readRows(folder, name).length]))
}

/** A waiting group whose members can be told without its rules: all waiting exposures of its observation are one group. */
function groupOfName(folder: string, groups: readonly { readonly model: string; readonly row: TableRow }[]) {
  const exposures = readRows(folder, 'ingest').filter((row) => row.dag?.includes('1'))
  for (const { model, row } of groups) {
    const group = row.dname ?? ''
    const members = exposures.filter((one) => group.startsWith(`jw${one.PROGRAM}-o${one.OBSERVTN}_`))
    if (String(members.length) === row.nexposur) return { model, group, members }
  }
  throw new Error('no waiting group is alone in its observation')
}

// --- without level1.csv ---

/** A folder of spacekit without level1.csv: one training row, and what a test adds to it. */
async function unknownExposures(t: ExecutionContext, ...others: readonly Keywords[]): Promise<string> {
  const folder = join(temporaryFolder(t), 'db')
  await run(folder, [dayPath(t, '2024-02-21', [exposure(1), exposure(2), product(1), ...others])])
  rmSync(join(folder, '.jwst-ingest'), { recursive: true })
  rmSync(join(folder, 'encodings.json'))
  rmSync(join(folder, 'rejects.csv'))
  rmSync(join(folder, 'level1.csv'))
  return folder
}

test.serial('without level1.csv every training row keeps its features', async (t) => {
  const folder = spacekitFolder(t)
  rmSync(join(folder, 'level1.csv'))
  const names = tablesIn(folder).filter((name) => !name.startsWith('rem-'))
  const before = names.map((name) => ({ name, ...readTable(folder, name), rows: readRows(folder, name) }))
  await run(folder, [dayPath(t, '2024-03-01', [exposure(1), product(1)])])
  for (const { name, columns, rows } of before) {
    const kept = readRows(folder, name).filter((row) => !row.Dataset?.startsWith('jw01001'))
    t.deepEqual(byDataset(kept, columns), byDataset(rows, columns), name)
    t.is(kept.length, rows.length)
  }
  t.deepEqual(valuesIn(folder, 'level1', 'dname'), [exposureName(1)])
})

test.serial(
  'without level1.csv the last by date and size of the rows of a product stays, with its features',
  async (t) => {
    const folder = await unknownExposures(t)
    for (const name of ['training', 'train-image', 'raw-image']) {
      editTable(folder, name, ([row = {}]) => [
        { ...row, imagesize: '9.5', date: '2024-02-22', frac: '0.25' },
        { ...row, imagesize: '10.5', date: '2024-02-22', frac: '0.5', ...(name === 'training' ? { doy: '53' } : {}) },
        { ...row, imagesize: '99.5', date: '2024-02-20', frac: '0.75' },
      ])
    }
    await run(folder, [dayPath(t, '2024-03-01', [exposure(5, { OBSERVTN: '777' })])])
    for (const name of ['training', 'train-image', 'raw-image']) {
      t.deepEqual(valuesIn(folder, name, 'imagesize'), ['10.5'], name)
      t.deepEqual(valuesIn(folder, name, 'date'), ['2024-02-22'], name)
    }
    t.deepEqual(valuesIn(folder, 'train-image', 'frac'), ['0.5'])
    t.deepEqual(valuesIn(folder, 'raw-image', 'frac'), ['0.5'])
    t.deepEqual(valuesIn(folder, 'train-image', 'imgsize_gb'), ['1.05e-05'])
  },
)

const reprocessed = test.macro({
  title: (_, raw: string) =>
    `without level1.csv, ${raw} raw tables, a reprocessed product updates size and day everywhere`,
  async exec(t, raw: string) {
    const folder = spacekitFolder(t)
    rmSync(join(folder, 'level1.csv'))
    if (raw === 'without') remove(folder, /^raw-/)
    const old = readRows(folder, 'training').find((row) => row.expmode === 'SPEC') ?? {}
    const name = old.dname ?? ''
    const features = theRow(folder, 'train-spec', name)
    const paths = [
      dayPath(t, '2024-12-31', [inputRow(old, { ImageSize: '12500000.5' })]),
      dayPath(t, '2024-12-30', [inputRow(old, { ImageSize: '99999999' })]),
      dayPath(t, '2025-01-01', [inputRow(old, { ImageSize: '' })]),
    ]
    for (const path of paths) await run(folder, [path])
    const size = { imagesize: '12500000.5', date: '2024-12-31' }
    t.deepEqual(theRow(folder, 'training', name), { ...old, ...size, year: '2024', doy: '366' })
    t.deepEqual(theRow(folder, 'train-spec', name), { ...features, ...size, imgsize_gb: '12.5000005' })
    if (raw === 'with') t.like(theRow(folder, 'raw-spec', name), { ...size, imgsize_gb: '12.5000005' })
    else t.deepEqual(readRows(folder, 'raw-spec'), [])
    t.deepEqual(rowsWith(folder, 'ingest', 'dname', name), [])
  },
})

test.serial(reprocessed, 'with')
test.serial(reprocessed, 'without')

test.serial(
  'an exposure that comes late for a product of unknown exposures waits, in this run and later ones',
  async (t) => {
    const folder = await unknownExposures(t)
    const before = ['training', 'train-image', 'raw-image'].map((name) => readRows(folder, name))
    for (const date of ['2024-03-01', '2024-03-02']) await run(folder, [dayPath(t, date, [exposure(3)])])
    t.deepEqual(
      ['training', 'train-image', 'raw-image'].map((name) => readRows(folder, name)),
      before,
    )
    t.deepEqual(readRows(folder, 'level1'), [])
    t.like(theRow(folder, 'ingest', exposureName(3)), { expmode: 'IMAGE', date: '2024-03-02' })
    t.deepEqual(valuesIn(folder, 'rem-image', 'dname'), ['jw01001-o001_t1_miri_f770w'])
  },
)

test.serial('another target of the association is matched beside a product of unknown exposures', async (t) => {
  const folder = await unknownExposures(t, exposure(3, BETA))
  await run(folder, [dayPath(t, '2024-03-01', [product(2, BETA), exposure(4, BETA)])])
  t.deepEqual(valuesIn(folder, 'training', 'dname'), [productName(1), productName(2)])
  t.deepEqual(valuesIn(folder, 'level1', 'dname'), [exposureName(3), exposureName(4)])
  t.deepEqual(valuesIn(folder, 'train-image', 'nexposur'), ['2', '2'])
})

test.serial('a product whose exposures alone are gone from level1.csv keeps its features', async (t) => {
  const folder = spacekitFolder(t)
  const [product = {}] = readRows(folder, 'training').filter((row) => row.expmode === 'IMAGE')
  const name = product.dname ?? ''
  const features = theRow(folder, 'train-image', name)
  const known = readRows(folder, 'level1').filter((row) => row.pname !== name)
  editTable(folder, 'level1', () => known)
  await run(folder, [dayPath(t, '2024-03-01', [exposure(1)])])
  t.deepEqual(theRow(folder, 'training', name), product)
  t.deepEqual(theRow(folder, 'train-image', name), features)
  t.deepEqual(valuesIn(folder, 'level1', 'dname'), known.map((row) => row.dname ?? '').sort())
  t.deepEqual(valuesIn(folder, 'training', 'dname'), valuesIn(goldenTables('three-days'), 'training', 'dname'))
})

// --- tables edited by hand ---

/** A database of this program with a row in most tables. */
async function ownDatabase(t: ExecutionContext): Promise<string> {
  const folder = join(temporaryFolder(t), 'db')
  const rows = [exposure(1), exposure(2), product(1), product(2, BETA), exposure(3, { FILTER: 'F560W' })]
  await run(folder, [dayPath(t, '2024-02-21', rows)])
  return folder
}

/** What somebody may do to a table: the table, the new text of the file, and the line with the error. */
const DAMAGES: Readonly<Record<string, readonly [table: string, edit: (text: string) => string, line: number]>> = {
  'a field too many': ['level1', (text) => text.replace(/\n(.*)\n/, '\n$1,\n'), 2],
  'a field too few': ['ingest', (text) => text.replace(/,[^,]*\n$/, '\n'), 3],
  'a quote that is never closed': ['training', (text) => text.replace(/\n./, '\n"'), 2],
  'half of a line': ['train-image', (text) => text.slice(0, -60), 2],
  'features without names': ['raw-image', (text) => text.slice(text.indexOf('\n') + 1), 1],
  'a size that is no number': ['level1', (text) => text.replace(',1000.0,', ',1000 kB,'), 2],
  'a coordinate that is no number': ['training', (text) => text.replace(',-5.25,', ',5° S,'), 2],
  'a day that is none': ['ingest', (text) => text.replaceAll('2024-02-21', '2024-02-31'), 2],
  'a day written otherwise': ['ingest', (text) => text.replaceAll('2024-02-21', '21.02.2024'), 2],
  'a name without a program': ['level1', (text) => text.replaceAll('jw01001', 'jwxxxxx'), 2],
  'a column less': ['training', (text) => text.replace('EXP_TYPE', 'EXPTYPE'), 1],
  'its header gone': ['level1', (text) => text.slice(text.indexOf('\n') + 1), 1],
  'nothing in it': ['training', () => '', 1],
}

const damaged = test.macro({
  title: (_, damage: string, whose: string) => `a table of ${whose} with ${damage} is an error and nothing changes`,
  async exec(t, damage: string, whose: string) {
    const folder = await ownDatabase(t)
    if (whose === 'another program') rmSync(join(folder, '.jwst-ingest'), { recursive: true })
    const [table, edit, line] = DAMAGES[damage] ?? ['', String, 0]
    const path = join(folder, `${table}.csv`)
    writeFileSync(path, edit(readFileSync(path, 'utf8')))
    const before = fileBytes(folder)
    const error = await t.throwsAsync(run(folder, [dayPath(t, '2024-02-22', [exposure(4)])]), {
      instanceOf: IngestError,
    })
    t.is(error?.code, 'TABLE_INVALID')
    t.deepEqual(error?.place, { source: path, line })
    t.true(error?.message.startsWith(`${path}:${line}: `), error?.message)
    t.deepEqual(fileBytes(folder), before)
  },
})

for (const damage of Object.keys(DAMAGES)) {
  test.serial(damaged, damage, 'this program')
  test.serial(damaged, damage, 'another program')
}

test.serial('encodings.json that no longer parses is an error and nothing changes', async (t) => {
  const folder = await ownDatabase(t)
  appendFileSync(join(folder, 'encodings.json'), '}')
  const before = fileBytes(folder)
  const error = await t.throwsAsync(run(folder, [dayPath(t, '2024-02-22', [exposure(4)])]), { instanceOf: IngestError })
  t.is(error?.code, 'TABLE_INVALID')
  t.is(error?.place.source, join(folder, 'encodings.json'))
  t.deepEqual(fileBytes(folder), before)
})

/** What somebody may do to a database, and the rows that would have made the same one. */
const EDITS: Readonly<Record<string, readonly [edit: (folder: string) => void, rows: readonly Keywords[]]>> = {
  'a touched table': [
    (folder) => utimesSync(join(folder, 'training.csv'), 1, 1),
    [exposure(1), exposure(2), product(1), product(2, BETA), exposure(3, { FILTER: 'F560W' })],
  ],
  'a waiting group removed': [
    (folder) => {
      editTable(folder, 'ingest', (rows) => rows.filter((row) => row.dname !== exposureName(3)))
      editTable(folder, 'rem-image', () => [])
    },
    [exposure(1), exposure(2), product(1), product(2, BETA)],
  ],
  'a product removed from every table': [
    (folder) => {
      for (const name of ['training', 'level1', 'train-image', 'raw-image']) editTable(folder, name, () => [])
    },
    [product(2, BETA), exposure(3, { FILTER: 'F560W' })],
  ],
  'a cell of an exposure changed': [
    (folder) => editTable(folder, 'level1', (rows) => rows.map((row) => ({ ...row, GS_MAG: '16.5' }))),
    [
      ...[exposure(1, { GS_MAG: '16.5' }), exposure(2, { GS_MAG: '16.5' }), product(1), product(2, BETA)],
      exposure(3, { FILTER: 'F560W' }),
    ],
  ],
}

const edited = test.macro({
  title: (_, edit: string) => `a database with ${edit} goes on from the rows that it has`,
  async exec(t, name: string) {
    const [edit, rows] = EDITS[name] ?? [() => {}, []]
    const folder = await ownDatabase(t)
    edit(folder)
    const next = dayPath(t, '2024-02-22', [exposure(4), exposure(5, BETA)])
    await run(folder, [next])
    const fresh = join(temporaryFolder(t), 'fresh')
    await run(fresh, [dayPath(t, '2024-02-21', rows), next])
    t.deepEqual(tableSets(folder), tableSets(fresh))
    t.true(existsSync(join(folder, 'train-image.csv')))
  },
})

for (const edit of Object.keys(EDITS)) test.serial(edited, edit)
