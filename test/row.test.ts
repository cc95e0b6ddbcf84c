/** Cells of rows, the order of exposures (section 4) and of versions (section 3.5). */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { CanonicalLine } from '../lib/csv/row.js'
import { createLayout, type Layout, otherColumns, REQUIRED_COLUMNS } from '../lib/rules/layout.js'
import { cell, compareRows, compareVersions, type Kind, numberIn, Row } from '../lib/rules/row.js'
import { type Columns, exposure, LAYOUT, product } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const rowFrom = (layout: Layout, text: string, kind: Kind): Row =>
  new Row(layout, { line: new CanonicalLine(text), kind })

test('a row tells its identity, day, size and association by its cells', (t) => {
  const row = exposure({ Dataset: 'jw01002003004_a_b_uncal.fits', ImageSize: '12.5', date: '2024-02-29' })
  t.is(row.dname, 'jw01002003004_a_b')
  t.is(row.date, '2024-02-29')
  t.is(row.size, 12.5)
  t.is(row.params, '1002-001-F770W-FULL-MIR_IMAGE')
  t.is(row.stored, undefined)
})

test('a blank size is not a number', (t) => {
  for (const ImageSize of ['', 'NaN', 'NONE']) t.is(exposure({ ImageSize }).size, Number.NaN)
})

test('a cell of a column that the input does not have is blank', (t) => {
  const layout = createLayout(otherColumns(REQUIRED_COLUMNS))
  const text = layout.columns.map((name) => `its ${name}`).join(',')
  const row = rowFrom(layout, text, 'exposure')
  t.is(cell(row, 'NUMDTHPT'), '')
  t.is(cell(row, 'BAND'), 'its BAND')
  t.is(numberIn(row, row.layout.at.GS_RA), Number.NaN)
})

test('a number of a row is NaN where the cell is blank', (t) => {
  t.is(numberIn(exposure({ GS_MAG: '14.50' }), LAYOUT.at.GS_MAG), 14.5)
  t.is(numberIn(exposure({ GS_MAG: 'N/A' }), LAYOUT.at.GS_MAG), Number.NaN)
  t.is(numberIn(exposure({ TARG_DEC: '-1.50' }), LAYOUT.at.TARG_DEC), -1.5)
  t.is(numberIn(exposure({ TARG_DEC: '' }), LAYOUT.at.TARG_DEC), Number.NaN)
})

/** Rows in the order of section 4. */
const inOrder: readonly (readonly [rule: string, rows: readonly Columns[]])[] = [
  [
    'date first',
    [
      { date: '2023-12-31', ImageSize: '', Dataset: 'jw01001_z' },
      { date: '2024-01-01', ImageSize: '1', Dataset: 'jw01001_a' },
    ],
  ],
  [
    'then size as a number',
    [
      { ImageSize: '9', Dataset: 'jw01001_z' },
      { ImageSize: '10.0', Dataset: 'jw01001_y' },
      { ImageSize: '1e2', Dataset: 'jw01001_x' },
    ],
  ],
  [
    'a blank size last',
    [
      { ImageSize: '31333341.326', Dataset: 'jw01001_z' },
      { ImageSize: '', Dataset: 'jw01001_a' },
    ],
  ],
  [
    'then the name in text order',
    [{ Dataset: 'jw01001_B' }, { Dataset: 'jw01001_a' }, { Dataset: 'jw01001_a10' }, { Dataset: 'jw01001_a9' }],
  ],
  [
    'the name among sizes that are one number',
    [
      { ImageSize: '1000.0', Dataset: 'jw01001_a' },
      { ImageSize: '1000', Dataset: 'jw01001_b' },
    ],
  ],
  [
    'the name among blank sizes',
    [
      { ImageSize: 'NaN', Dataset: 'jw01001_a' },
      { ImageSize: '', Dataset: 'jw01001_b' },
    ],
  ],
]
for (const [rule, columns] of inOrder) {
  test(`exposures of a group are ordered: ${rule}`, (t) => {
    const rows = columns.map((its) => exposure(its))
    t.deepEqual(rows.toReversed().sort(compareRows), rows)
    for (const row of rows) t.is(compareRows(row, row), 0)
  })
}

/** Versions of one dataset; the last one wins. */
const versions: readonly (readonly [rule: string, rows: readonly Columns[]])[] = [
  [
    'the later date wins whatever the sizes',
    [
      { date: '2024-02-20', ImageSize: '' },
      { date: '2024-02-21', ImageSize: '1' },
    ],
  ],
  ['of one day, the greater number wins', [{ ImageSize: '9' }, { ImageSize: '10' }, { ImageSize: '1e2' }]],
  ['of one day, a blank size wins', [{ ImageSize: '31333341.326' }, { ImageSize: '' }]],
  ['of one day and size, the one that is kept wins', [{ EXP_TYPE: 'NRC_TACQ' }, { EXP_TYPE: 'MIR_IMAGE' }]],
  [
    'so it does where neither has a size',
    [
      { EXP_TYPE: 'ZZZ', ImageSize: '' },
      { EXP_TYPE: 'FGS_IMAGE', ImageSize: '' },
    ],
  ],
  ['a dropped version wins by its date', [{ date: '2024-02-20' }, { date: '2024-02-21', EXP_TYPE: 'NRC_TACQ' }]],
  ['a dropped version wins by its size', [{ ImageSize: '1' }, { ImageSize: '2', EXP_TYPE: 'NRC_TACQ' }]],
  [
    'ties: the first column that differs decides',
    [
      { BAND: 'A', CHANNEL: '2' },
      { BAND: 'B', CHANNEL: '1' },
    ],
  ],
  // TARGNAME stands before FILTER in the file, but after it in the order of names.
  [
    'ties: columns count in the order of their names',
    [
      { FILTER: 'A', TARGNAME: 'B' },
      { FILTER: 'B', TARGNAME: 'A' },
    ],
  ],
  [
    'ties: upper-case names count before lower-case ones',
    [
      { TSOVISIT: 'F', ImageSize: '1000.0' },
      { TSOVISIT: 'T', ImageSize: '1000' },
    ],
  ],
  ['ties: equal sizes are told apart by their text', [{ ImageSize: '1000' }, { ImageSize: '1000.0' }]],
]
for (const [rule, columns] of versions) {
  test(`of versions of a dataset the last one wins: ${rule}`, (t) => {
    const rows = columns.map((its) => exposure(its))
    t.deepEqual(rows.toReversed().sort(compareVersions), rows)
  })
}

test('ties are decided by columns alike whatever order the columns have', (t) => {
  const columns = LAYOUT.columns.slice(2, -7)
  const reversed = createLayout(columns.toReversed())
  const asReversed = (row: Row) => {
    const fields = row.text.split(',')
    const text = reversed.columns.map((name) => fields[LAYOUT.columns.indexOf(name)]).join(',')
    return rowFrom(reversed, text, row.kind)
  }
  const a = exposure({ FILTER: 'A', TARGNAME: 'B' })
  const b = exposure({ FILTER: 'B', TARGNAME: 'A' })
  t.is(Math.sign(compareVersions(a, b)), -1)
  t.is(Math.sign(compareVersions(asReversed(a), asReversed(b))), -1)
})

test('versions of equal cells are equal, whether their text has quotes or not', (t) => {
  const row = exposure()
  const text = row.text.replace('ALPHA', '"ALPHA"')
  const quoted = rowFrom(LAYOUT, text, 'exposure')
  t.not(quoted.text, row.text)
  t.is(compareVersions(row, quoted), 0)
  t.is(compareVersions(quoted, row), 0)
})

test('equal versions are equal', (t) => {
  t.is(compareVersions(exposure(), exposure()), 0)
  t.is(compareVersions(product({ ImageSize: '' }), product({ ImageSize: 'NONE' })), 0)
})

const version = fc
  .record({
    date: fc.constantFrom('2024-02-20', '2024-02-21'),
    ImageSize: fc.constantFrom('', '9', '10', '10.0'),
    EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'NRC_TACQ'),
    FILTER: fc.constantFrom('A', 'B'),
    TARGNAME: fc.constantFrom('A', 'B', 'a,"b"'),
  })
  .map((columns) => exposure(columns))

/** What tells versions apart: of dropped ones only these cells are kept. */
const contentOf = (row: Row) =>
  row.kind === 'dropped'
    ? [row.date, row.size, row.keywords.EXP_TYPE, row.keywords.CHANNEL, cell(row, 'imagesize')].join()
    : row.text

test('versions are in one total order', (t) => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) || 0)
      assert.equal(compareVersions(a, b) === 0, contentOf(a) === contentOf(b))
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0) assert.ok(compareVersions(a, c) <= 0)
    }),
    { seed, numRuns: 2000 },
  )
  t.pass()
})
