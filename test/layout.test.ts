/** Columns of the unencoded tables (section 8) and the check of header lines (section 2). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { type ErrorCode, IngestError } from '../lib/errors.js'
import {
  checkHeader,
  createLayout,
  FLOAT_COLUMNS,
  inputColumns,
  inputPositions,
  OPTIONAL_COLUMNS,
  otherColumns,
  REQUIRED_COLUMNS,
  uniteColumns,
} from '../lib/rules/layout.js'
import { INPUT_COLUMNS, LAYOUT } from './helpers/rows.js'

const golden = join(import.meta.dirname, '..', '..', 'fixtures', 'golden', 'three-days', 'expected')
const goldenHeader = (table: string) => (readFileSync(join(golden, table), 'utf8').split('\n', 1)[0] ?? '').split(',')

const OPTIONAL = ['BKGDTARG', 'IS_IMPRT', 'CROWDFLD', 'GS_RA', 'GS_DEC', 'NUMDTHPT']

test('six columns of section 2 are optional, the others required', (t) => {
  t.deepEqual([...OPTIONAL_COLUMNS].sort(), OPTIONAL.toSorted())
  t.deepEqual([...REQUIRED_COLUMNS].sort(), INPUT_COLUMNS.filter((name) => !OPTIONAL.includes(name)).sort())
})

test('degrees and magnitudes are the nine columns of section 3.4', (t) => {
  const floats = ['CRVAL1', 'CRVAL2', 'RA_REF', 'DEC_REF', 'GS_RA', 'GS_DEC', 'GS_MAG', 'TARG_RA', 'TARG_DEC']
  t.deepEqual([...FLOAT_COLUMNS].sort(), floats.sort())
})

test('a scrubbed row has the columns of training.csv but for its last three', (t) => {
  const training = goldenHeader('training.csv')
  t.deepEqual(training.slice(-3), ['expmode', 'pname', 'Dataset'])
  t.deepEqual(LAYOUT.columns, training.slice(0, -3))
})

test('other columns of the input keep their order and stand before the added ones', (t) => {
  const header = ['EXTRA', 'ImageSize', ...REQUIRED_COLUMNS.filter((name) => name !== 'ImageSize').reverse(), 'note']
  const layout = createLayout(otherColumns(header))
  const others = header.filter((name) => !['Dataset', 'DagNodeName', 'ImageSize'].includes(name))
  t.deepEqual(layout.columns, [
    ...['dag', 'imagesize', ...others],
    ...['date', 'year', 'doy', 'dname', 'pid', 'targra', 'params'],
  ])
})

test('the position of every known column is where it stands, -1 for an optional one that is absent', (t) => {
  const layout = createLayout(otherColumns(REQUIRED_COLUMNS))
  for (const name of OPTIONAL_COLUMNS) t.is(layout.at[name], -1, name)
  for (const [name, index] of Object.entries(layout.at)) if (index >= 0) t.is(layout.columns[index], name)
  for (const name of ['dag', 'imagesize', 'date', 'year', 'doy', 'dname', 'pid', 'targra', 'params', 'GS_MAG']) {
    t.true(name in layout.at, name)
  }
})

for (const table of ['training.csv', 'level1.csv', 'ingest.csv', 'mosaics.csv']) {
  test(`the input's columns are told from those that were added in ${table}`, (t) => {
    t.deepEqual(inputColumns([...goldenHeader(table), 'role']), otherColumns(INPUT_COLUMNS))
  })
}

test('a column without a name is none of the other columns, in an input or in a table of an earlier version', (t) => {
  t.deepEqual(otherColumns(['', ...INPUT_COLUMNS]), otherColumns(INPUT_COLUMNS))
  t.deepEqual(otherColumns([...INPUT_COLUMNS, '']), otherColumns(INPUT_COLUMNS))
  t.deepEqual(createLayout(['', 'NOTE', ...INPUT_COLUMNS]), createLayout(['NOTE', ...INPUT_COLUMNS]))
})

test("columns of several headers: the first one's order, then what each further one adds", (t) => {
  t.deepEqual(uniteColumns([['b', 'a'], ['a', 'c', 'b'], [], ['d', 'c']]), ['b', 'a', 'c', 'd'])
  t.deepEqual(uniteColumns([]), [])
})

const headers: readonly (readonly [rule: string, header: readonly string[]])[] = [
  ['all columns of section 2', INPUT_COLUMNS],
  ['columns in another order', INPUT_COLUMNS.toReversed()],
  ['required columns alone', REQUIRED_COLUMNS],
  ['further columns', [...INPUT_COLUMNS, 'EXTRA', 'note']],
  ['a column without a name, as pandas writes an index', ['', ...INPUT_COLUMNS]],
]
for (const [rule, header] of headers) {
  test(`a header may have ${rule}`, (t) => t.notThrows(() => checkHeader(header, 'day.csv')))
}

const without = (...names: string[]) => INPUT_COLUMNS.filter((name) => !names.includes(name))

const faults: readonly (readonly [
  rule: string,
  header: readonly string[],
  code: ErrorCode,
  names: readonly string[],
])[] = [
  ...REQUIRED_COLUMNS.map((name) => [`${name} is missing`, without(name), 'HEADER_INVALID', [name]] as const),
  ['several are missing', without('PUPIL', 'GS_MAG'), 'HEADER_INVALID', ['columns missing: PUPIL, GS_MAG']],
  ['a required one is spelt in lower case', [...without('FILTER'), 'filter'], 'HEADER_INVALID', ['FILTER']],
  ['one is there twice', [...INPUT_COLUMNS, 'BAND'], 'HEADER_INVALID', ['column more than once: BAND']],
  ['two are there twice', [...INPUT_COLUMNS, 'X', 'BAND', 'X'], 'HEADER_INVALID', ['columns more than once: BAND, X']],
  ['two have no name', ['', ...INPUT_COLUMNS, ''], 'HEADER_INVALID', ['columns without a name: 1, 33 of 33;']],
  [
    'many have no name',
    ['', ...INPUT_COLUMNS, '', '', '', 'X', '', ''],
    'HEADER_INVALID',
    ['without a name: 1, 33-35, 37-38 of 38;'],
  ],
  ['one that is missing has no name', ['', '', ...without('PUPIL')], 'HEADER_INVALID', ['without a name: 1-2 of 32;']],
  ...['dag', 'imagesize', 'date', 'year', 'doy', 'dname', 'pid', 'targra', 'params', 'expmode', 'pname', 'role'].map(
    (name) => [`${name} is of the tables`, [...INPUT_COLUMNS, name], 'HEADER_INVALID', [name]] as const,
  ),
  ['several are of the tables', [...INPUT_COLUMNS, 'params', 'date'], 'HEADER_INVALID', ['params, date']],
  ['none is known', ['a', 'b'], 'INPUT_NOT_CSV', ['a,b']],
  ['the first line is blank', [''], 'INPUT_NOT_CSV', ['""']],
  ['the first line is binary', ['PK\u0003\u0004\0\0'], 'INPUT_NOT_CSV', ['binary']],
]
for (const [rule, header, code, names] of faults) {
  test(`a header is no good where ${rule}; the message tells file, line and column`, (t) => {
    const error = t.throws(() => checkHeader(header, 'day.csv'), { instanceOf: IngestError })
    t.is(error.code, code)
    t.deepEqual(error.place, { source: 'day.csv', line: 1 })
    for (const name of ['day.csv:1: ', ...names]) t.true(error.message.includes(name), error.message)
  })
}

test('the columns of an input are found under the names that scrubbing gives them', (t) => {
  const header = ['EXTRA', ...REQUIRED_COLUMNS.toReversed()]
  const at = inputPositions(header)
  const renamed = { dag: 'DagNodeName', imagesize: 'ImageSize', dname: 'Dataset' } as const
  for (const name of ['dag', 'imagesize', 'dname'] as const) t.is(at[name], header.indexOf(renamed[name]), name)
  for (const name of ['PROGRAM', 'TARG_RA', 'GS_MAG', 'CRVAL2'] as const) t.is(at[name], header.indexOf(name), name)
  for (const name of [...OPTIONAL_COLUMNS, 'date', 'pid', 'params'] as const) t.is(at[name], -1, name)
})

test('the message names no column that is in order', (t) => {
  const { message } = t.throws(() => checkHeader(without('PUPIL', 'GS_MAG'), 'x'), { instanceOf: IngestError })
  for (const name of without('PUPIL', 'GS_MAG')) t.false(message.includes(name), message)
})
