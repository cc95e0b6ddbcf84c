/** Lines of tables read back as the rows and features that were written (sections 8 and 9). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { CanonicalLine } from '../lib/csv/row.js'
import { Encoder, type Encodings } from '../lib/rules/category-codes.js'
import { NO_OBSERVATION, WHOLE_PROGRAM } from '../lib/rules/partition.js'
import { cell, type Kind, type Row } from '../lib/rules/row.js'
import { settleProgram } from '../lib/settle/program.js'
import type { Settled } from '../lib/settle/settled.js'
import { TableTexts } from '../lib/store/format.js'
import { readFeatures, readFresh, readStored } from '../lib/store/read/stored.js'
import { TableReader } from '../lib/store/read/table-reader.js'
import type { Table } from '../lib/store/table.js'
import { TABLE_NUMBERS, TABLES, tableColumns } from '../lib/store/tables.js'
import { type Columns, exposure, fieldsOf, INPUT_COLUMNS, LAYOUT, product, rowOf, scrubbed } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const shipped = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'lib', 'rules', 'encodings.json'), 'utf8'),
) as Encodings

function table(file: string): Table {
  const found = TABLES.find((its) => its.file === file || its.file.endsWith(`/${file}`))
  if (found === undefined) throw new Error(`no table ${file}`)
  return found
}

const settle = (...fresh: readonly Row[]): Settled =>
  settleProgram({ pid: 1001, fresh, stored: [], features: () => [] }, TABLE_NUMBERS, false)

/** The text that a program adds to a table. */
function tableLines(its: Table, settled: Settled): string {
  const texts = new TableTexts({ layout: LAYOUT, encoder: new Encoder(shipped) })
  texts.add(settled)
  return texts.lastOf(its).toString()
}

/** A line of a table, as it is read from its file. */
function readLine(file: string, line: string): TableReader {
  const its = table(file)
  const reader = new TableReader(its, LAYOUT, tableColumns(its, LAYOUT))
  assert.equal(reader.takeFields(parse(line)[0] ?? []), undefined)
  return reader
}

/** The lines that a program adds to a table, without their ends; none of these rows has a line feed in it. */
function linesOf(file: string, settled: Settled): string[] {
  const text = tableLines(table(file), settled)
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}

/** All that a row tells, but for where it was read from. */
function content(row: Row): Record<string, unknown> {
  const { kind, dname, date, size, params, text, keywords } = row
  const { shared: _, ...others } = keywords
  return { kind, dname, date, size, params, text, keywords: others, fields: cellsOf(row) }
}
const cellsOf = (row: Row) => LAYOUT.columns.map((_, index) => row.line.field(index))

const QUOTED = 'M 31, "core"'

interface Case {
  readonly rule: string
  readonly file: string
  readonly rows: readonly Row[]
  /** The row that the table holds, and what stands behind it. */
  readonly row: Row
  readonly expmode?: string
  readonly pname?: string
  readonly kind: Kind
}

const e = (name: string, columns: Columns = {}) => exposure({ Dataset: `jw01001_${name}`, ...columns })
const p = (name: string, columns: Columns = {}) => product({ Dataset: `jw01001_${name}`, ...columns })
const candidate = (columns: Columns = {}) => product({ Dataset: 'jw01001-c1001_t001', ...columns })

const cases = (TARGNAME: string): Case[] => {
  const its = { TARGNAME }
  const [e1, p1, p2] = [e('e1', its), p('p1', its), p('p2', { ...its, TARG_RA: '99' })]
  return [
    {
      rule: 'a matched product',
      file: 'training.csv',
      rows: [e1, p1],
      row: p1,
      expmode: 'IMAGE',
      pname: 'jw01001_p1',
      kind: 'product',
    },
    {
      rule: 'a matched exposure',
      file: 'level1.csv',
      rows: [e1, p1],
      row: e1,
      expmode: 'IMAGE',
      pname: 'jw01001_p1',
      kind: 'exposure',
    },
    { rule: 'a waiting exposure', file: 'ingest.csv', rows: [e1], row: e1, expmode: 'IMAGE', kind: 'exposure' },
    {
      rule: 'a waiting exposure of no size',
      file: 'ingest.csv',
      rows: [e('e1', { ...its, ImageSize: '' })],
      row: e('e1', { ...its, ImageSize: '' }),
      expmode: 'IMAGE',
      kind: 'exposure',
    },
    {
      rule: 'an exposure in no group',
      file: 'ingest.csv',
      rows: [e('e1', { ...its, EXP_TYPE: 'MIR_LRS-SLITLESS' })],
      row: e('e1', { ...its, EXP_TYPE: 'MIR_LRS-SLITLESS' }),
      kind: 'exposure',
    },
    { rule: 'a waiting product', file: 'ingest.csv', rows: [p1], row: p1, kind: 'product' },
    {
      rule: 'a product that lost a multiple match',
      file: 'ingest.csv',
      rows: [e('e1', { ...its, TARG_RA: '98' }), p1, p2],
      row: p2,
      expmode: 'IMAGE',
      kind: 'product',
    },
    {
      rule: 'a product across observations',
      file: 'mosaics.csv',
      rows: [candidate(its)],
      row: candidate(its),
      kind: 'mosaic',
    },
  ]
}
for (const [text, TARGNAME] of [
  ['plain', 'ALPHA'],
  ['with quotes', QUOTED],
] as const) {
  for (const { rule, file, rows, row, expmode = '', pname = '', kind } of cases(TARGNAME)) {
    test(`${file}: ${rule}, ${text}, reads back as it was`, async (t) => {
      const lines = linesOf(file, settle(...rows))
      t.is(lines.length, 1)
      const [line = ''] = lines
      const { number } = table(file)
      const read = readStored(LAYOUT, number, new CanonicalLine(line), undefined, 99)
      t.deepEqual(content(read), { ...content(row), kind })
      t.deepEqual(read.stored, { table: number, offset: 99, line, expmode, pname })
      // What stands in the table is what section 8 says, as any reader of CSV sees it.
      const [fields = []] = parse(line) as string[][]
      const columns = tableColumns(table(file), LAYOUT)
      t.is(fields.length, columns.length)
      const named = Object.fromEntries(columns.map((name, index) => [name, fields[index]]))
      t.like(named, {
        ...Object.fromEntries(LAYOUT.columns.map((name, index) => [name, row.line.field(index)])),
        Dataset: row.dname,
      })
      t.is(named.expmode ?? '', expmode)
      t.is(named.pname ?? '', pname)
      t.is(named.role, file === 'level1.csv' ? 'science' : undefined)
    })
  }
}

const sizes: readonly (readonly [ImageSize: string, size: number])[] = [
  ['1000.0', 1000],
  ['', Number.NaN],
]
for (const [ImageSize, size] of sizes) {
  test(`a hidden dataset of size "${ImageSize}" reads back with its version, exposure type and channel`, async (t) => {
    const columns = { EXP_TYPE: 'MIR_DARK', CHANNEL: '12', ImageSize, date: '2024-02-29' }
    const lines = linesOf('hidden.csv', settle(e('e1', columns)))
    t.deepEqual(lines, [`jw01001_e1,2024-02-29,${ImageSize},MIR_DARK,12`])
    const { number } = table('hidden.csv')
    const read = readStored(LAYOUT, number, new CanonicalLine(lines[0] ?? ''))
    t.like(read, { dname: 'jw01001_e1', date: '2024-02-29', size, kind: 'dropped' })
    t.deepEqual(read.stored, { table: number, offset: 0, line: lines[0] ?? '', expmode: '', pname: '' })
    t.like(read, { params: '', keywords: { TARGNAME: '', EXP_TYPE: 'MIR_DARK', CHANNEL: '12' } })
  })
}

const groups: readonly (readonly [model: string, columns: Columns, optics: string])[] = [
  ['image', {}, 'miri_f770w'],
  ['spec', { EXP_TYPE: 'MIR_MRS', FILTER: 'NONE', CHANNEL: '12', BAND: 'SHORT' }, 'miri_ch1-short'],
  ['tac', { TSOVISIT: 'T' }, 'miri_f770w'],
  ['fgs', { INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', FILTER: 'NONE' }, 'fgs_'],
]
for (const [model, columns, optics] of groups) {
  test(`features of ${model} read back with the name of their product or group, and the product's date and size`, async (t) => {
    const its = { ...columns, TARGNAME: QUOTED }
    const matched = settle(e('e1', its), p('p1', { ...its, date: '2024-02-29' }))
    for (const file of [`train-${model}.csv`, `raw-${model}.csv`]) {
      const [line = '', ...more] = linesOf(file, matched)
      t.deepEqual(more, [])
      const { number } = table(file)
      t.like(readFeatures(number, line), { table: number, name: 'jw01001_p1', line, date: '2024-02-29', size: 5e6 })
      t.deepEqual([...readFeatures(number, line).cells], parse(line)[0])
      t.is(readFeatures(number, line).cells.length, tableColumns(table(file), LAYOUT).length)
      t.deepEqual(linesOf(`rem-${model}.csv`, matched), [])
    }
    const waiting = settle(e('e1', its))
    const [line = '', ...more] = linesOf(`rem-${model}.csv`, waiting)
    t.deepEqual(more, [])
    const { number } = table(`rem-${model}.csv`)
    t.like(readFeatures(number, line), {
      table: number,
      name: `jw01001-o001_t1_${optics}`,
      line,
      date: '',
      size: Number.NaN,
    })
    for (const file of [`train-${model}.csv`, `raw-${model}.csv`]) t.deepEqual(linesOf(file, waiting), [])
  })
}

test('a group without coordinates has no features to read back', async (t) => {
  const settled = settle(e('e1', { CRVAL1: '' }))
  t.deepEqual(linesOf('rem-image.csv', settled), [])
  t.is(linesOf('ingest.csv', settled).length, 1)
})

test('the program of a line is that in its name, whatever table it is of', async (t) => {
  const of = async (file: string, ...rows: Row[]) => {
    const [line = ''] = linesOf(file, settle(...rows))
    return readLine(file, line).pid
  }
  for (const file of ['training.csv', 'level1.csv', 'train-image.csv', 'raw-image.csv'])
    t.is(await of(file, e('e1'), p('p1')), 1001, file)
  for (const file of ['ingest.csv', 'rem-image.csv']) t.is(await of(file, e('e1')), 1001, file)
  t.is(await of('mosaics.csv', candidate()), 1001)
  t.is(await of('hidden.csv', e('e1', { EXP_TYPE: 'X' })), 1001)
  const hidden = new TableReader(table('hidden.csv'), LAYOUT, tableColumns(table('hidden.csv'), LAYOUT))
  t.is(hidden.takeFields(['jwABCDE', '', '', '', '']), 'no program in the name of the dataset')
})

test('the partition of a line is that of the row it was made of; features and hidden datasets have only a name', async (t) => {
  const of = async (file: string, ...rows: Row[]) => {
    const [line = ''] = linesOf(file, settle(...rows))
    return readLine(file, line).observation
  }
  const level1 = (columns: Columns = {}) => exposure({ Dataset: 'jw01001042001_a', OBSERVTN: '042', ...columns })
  const level3 = product({ Dataset: 'jw01001-o042_t1', OBSERVTN: '042' })
  for (const file of ['training.csv', 'level1.csv', 'train-image.csv', 'raw-image.csv']) {
    t.is(await of(file, level1(), level3), 42, file)
  }
  for (const file of ['ingest.csv', 'rem-image.csv']) t.is(await of(file, level1()), 42, file)
  t.is(await of('ingest.csv', level1({ OBSERVTN: '043' })), WHOLE_PROGRAM)
  t.is(await of('ingest.csv', level1({ Dataset: 'jw01001-c1001_a' })), WHOLE_PROGRAM)
  t.is(await of('hidden.csv', level1({ OBSERVTN: '043', EXP_TYPE: 'X' })), 42)
  t.is(await of('mosaics.csv', candidate()), NO_OBSERVATION)
})

/** Texts that CSV has a use for. */
const text = fc
  .array(fc.constantFrom('a', '1.5', ' ', ',', '"', '\n', '\r', '\r\n', 'é', '\u2028', '\ufeff', ';', "'"), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''))
const anyColumns = fc
  .record({
    some: fc.dictionary(fc.constantFrom('TARGNAME', 'FILTER', 'IS_IMPRT', 'CROWDFLD', 'TSOVISIT', 'PUPIL'), text, {
      maxKeys: 3,
    }),
    ImageSize: fc.constantFrom('', '1e3', '31333341.326'),
    EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_IMAGE', 'MIR_DARK'),
    name: fc.constantFrom('jw01001_e1', 'jw01001-o001_t1', 'jw01001-c1001', 'jw01001_"x"', 'jw01001_a,b', 'jw01001_\n'),
  })
  .map(({ some, name, ...columns }): Columns => ({ ...columns, ...some, Dataset: name }))

test('a row reads back from the text that scrubbing made of it', (t) => {
  fc.assert(
    fc.property(anyColumns, (columns) => {
      const result = scrubbed(columns)
      if (!('text' in result)) throw new Error('a row is expected')
      const row = rowOf(result)
      assert.equal(row.text, result.text)
      assert.equal(row.kind === 'dropped', result.outcome === 'hidden')
      // The columns that scrubbing leaves alone are as they were.
      const fields = fieldsOf(columns)
      for (const name of ['TARGNAME', 'FILTER', 'IS_IMPRT', 'CROWDFLD', 'TSOVISIT', 'PUPIL', 'EXP_TYPE'] as const) {
        assert.equal(cell(row, name), fields[INPUT_COLUMNS.indexOf(name)])
      }
      assert.equal(row.dname, columns.Dataset)
      assert.deepEqual(parse(result.text, { record_delimiter: '\n' })[0], cellsOf(row))
      assert.deepEqual(readFresh(LAYOUT, row.text, row.kind), row)
    }),
    { seed, numRuns: 2000 },
  )
  t.pass()
})

/** The lines of a table's text as a reader of CSV tells them apart, each as it stands there. */
function records(lines: string): string[] {
  const options = { record_delimiter: '\n', raw: true, relax_column_count: true } as const
  const found = parse(lines, options) as unknown as { readonly raw: string }[]
  return found.map(({ raw }) => raw.replace(/\n$/, ''))
}

test('rows of any text read back from the tables, and are written again as they stood', async (t) => {
  await fc.assert(
    fc.asyncProperty(anyColumns, anyColumns, async (one, other) => {
      const rows = [exposure(one), product(other)]
      const settled = settle(...(one.Dataset === other.Dataset ? rows.slice(0, 1) : rows))
      for (const its of TABLES) {
        const { number, file, holds } = its
        if (holds !== 'rows') continue
        for (const line of records(tableLines(its, settled))) {
          const read = readStored(LAYOUT, number, new CanonicalLine(line), undefined, 99)
          const row = rows.find(({ dname, kind }) => dname === read.dname && kind === read.kind)
          if (row === undefined) throw new Error(`${file} has a row of its own: ${line}`)
          assert.deepEqual(content(read), content(row))
          assert.equal(read.stored?.line, line)
        }
      }
    }),
    { seed, numRuns: 500 },
  )
  t.pass()
})
