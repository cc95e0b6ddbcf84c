/** Columns and values of the model tables, encoded (section 7) and not (section 6). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { formatFloat } from '../lib/csv/float.js'
import { unquoted } from '../lib/csv/row.js'
import { Encoder, type Encodings } from '../lib/rules/category-codes.js'
import { MODELS, type Model } from '../lib/rules/keywords.js'
import type { Row } from '../lib/rules/row.js'
import { groupFeatures } from '../lib/settle/features.js'
import { encodedCells, encodedColumns, gigabytes, rawCells, rawColumns } from '../lib/settle/model-columns.js'
import { type Columns, exposure, product } from './helpers/rows.js'

const root = join(import.meta.dirname, '..', '..')
const golden = join(root, 'fixtures', 'golden', 'three-days', 'expected')
const shipped = JSON.parse(readFileSync(join(root, 'lib', 'rules', 'encodings.json'), 'utf8')) as Encodings
const goldenHeader = (table: string) => (readFileSync(join(golden, table), 'utf8').split('\n', 1)[0] ?? '').split(',')

const OFFSETS = [
  ...['targ_max_offset', 'offset', 'max_offset', 'mean_offset', 'sigma_offset', 'err_offset', 'sigma1_mean', 'frac'],
  'targ_frac',
]
const ENCODED = [
  ...['instr', 'detector', 'exp_type', 'visitype', 'filter', 'pupil', 'grating', 'fxd_slit', 'channel', 'subarray'],
  ...['bkgdtarg', 'is_imprt', 'tsovisit', 'nexposur', 'numdthpt', 'band', ...OFFSETS, 'gs_mag', 'crowdfld'],
]

for (const model of MODELS) {
  test(`${model}: the columns are those of section 7 and of the golden tables, in order`, (t) => {
    const columns = encodedColumns(model)
    t.deepEqual(
      [...columns],
      ENCODED.filter((name) => model !== 'FGS' || !OFFSETS.includes(name)),
    )
    const tail = ['dname', 'pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset']
    t.deepEqual([...columns, ...tail], goldenHeader(`train-${model.toLowerCase()}.csv`))
    t.deepEqual([...columns, 'dname', 'Dataset'], goldenHeader(`rem-${model.toLowerCase()}.csv`))
    const rawTail = ['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset']
    t.deepEqual([...rawColumns(model), ...rawTail], goldenHeader(`raw-${model.toLowerCase()}.csv`))
  })
}

function valuesOf(
  model: Model,
  rows: readonly Row[],
): { raw: Record<string, string>; encoded: Record<string, string> } {
  const features = groupFeatures(model, rows)
  if (features === undefined) throw new Error('the group has no features')
  const byName = (names: readonly string[], values: readonly string[]) =>
    Object.fromEntries(names.map((name, index) => [name, values[index] ?? 'absent']))
  return {
    raw: byName(rawColumns(model), rawCells(model, features).map(unquoted)),
    encoded: byName(encodedColumns(model), encodedCells(model, features, new Encoder(shipped)).map(unquoted)),
  }
}

/** Two exposures on the equator, 2 x 0.00275 degrees = 19.8 arcsec apart: 90 pixels of 0.11 arcsec from the middle. */
function pair(columns: Columns = {}): Row[] {
  const common = { CRVAL2: '0', DEC_REF: '0', TARG_RA: '10.00275', TARG_DEC: '0', GS_RA: '10.00275', GS_DEC: '0.00275' }
  return ['10', '10.0055'].map((ra, index) =>
    exposure({ ...common, CRVAL1: ra, RA_REF: ra, Dataset: `jw01001001001_e${index}`, ...columns }),
  )
}

const CATEGORIES: Columns = {
  ...{ INSTRUME: 'NIRSPEC', DETECTOR: 'NRS2', EXP_TYPE: 'NRS_FIXEDSLIT', VISITYPE: 'PARALLEL_PURE', FILTER: 'F100LP' },
  ...{ PUPIL: 'CLEARP', GRATING: 'G140H', FXD_SLIT: 'S200A1', CHANNEL: 'LONG', SUBARRAY: 'SUBS200A1', BAND: 'ULTRA' },
}

test('an encoded group has the codes of its categories, the slit as text, the others as numbers', (t) => {
  const { encoded } = valuesOf('SPEC', pair({ ...CATEGORIES, BAND: 'SHORT', NUMDTHPT: '4', GS_MAG: '14.50' }))
  const { targ_max_offset, offset, max_offset, mean_offset, sigma_offset, err_offset, ...others } = encoded
  t.deepEqual(others, {
    ...{ instr: '4', detector: '16', exp_type: '18', visitype: '2', filter: '6', pupil: '2', grating: '7' },
    ...{ fxd_slit: 'S200A1', channel: '3', subarray: '6', bkgdtarg: '0', is_imprt: '0', tsovisit: '0', nexposur: '2' },
    ...{ numdthpt: '4', band: '0', sigma1_mean: '0.0', frac: '0.0', targ_frac: '0.0', gs_mag: '14.50', crowdfld: '0' },
  })
  // 9.9 arcsec are 82.5 pixels of 0.12.
  for (const text of [targ_max_offset, offset, max_offset, mean_offset])
    t.true(Math.abs(Number(text) - 82.5) < 1e-6, text)
  for (const text of [sigma_offset, err_offset]) t.true(Math.abs(Number(text)) < 1e-6, text)
})

test('a value that has no code is a placeholder until the run ends', (t) => {
  const features = groupFeatures('SPEC', pair(CATEGORIES))
  if (features === undefined) return t.fail()
  const encoder = new Encoder(shipped)
  const cell = encodedCells('SPEC', features, encoder)[encodedColumns('SPEC').indexOf('band')] ?? ''
  t.deepEqual(encoder.assignCodes(), [{ category: 'band', value: 'ULTRA', code: 2 }])
  t.is(encoder.resolve('band', cell), '2')
})

test('categories without a value have the code of NONE, a slit the text', (t) => {
  const nothing = {
    PUPIL: 'N/A',
    GRATING: '',
    CHANNEL: 'null',
    BAND: 'NaN',
    FXD_SLIT: 'None',
    SUBARRAY: 'NONE',
    VISITYPE: '',
  }
  const { encoded } = valuesOf('IMAGE', pair(nothing))
  for (const name of ['pupil', 'grating', 'channel', 'band', 'subarray', 'visitype']) t.is(encoded[name], '0', name)
  t.is(encoded.fxd_slit, 'NONE')
})

test('the detectors of a group are encoded as their family', (t) => {
  const nircam = { INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE', CHANNEL: 'SHORT' }
  const [one, other] = [pair({ ...nircam, DETECTOR: 'NRCA1' }), pair({ ...nircam, DETECTOR: 'NRCB1' })]
  t.is(valuesOf('IMAGE', one).encoded.detector, '11')
  t.is(valuesOf('IMAGE', [...one, ...other]).encoded.detector, '10')
  t.is(valuesOf('IMAGE', [...one, ...other]).raw.DETECTOR, 'NRCA1|NRCB1')
})

const BOOLEANS = ['BKGDTARG', 'TSOVISIT', 'IS_IMPRT', 'CROWDFLD'] as const
const booleans: readonly (readonly [text: string, code: string])[] = [
  ...['True', 'T', 't', 'true', 'TRUE', '1', '1.0'].map((text) => [text, '1'] as const),
  ...['False', 'F', 'f', 'false', 'FALSE', '0', '0.0', '', 'NONE', 'NaN', 'yes', '2'].map(
    (text) => [text, '0'] as const,
  ),
]
for (const [text, code] of booleans) {
  test(`boolean "${text}" is encoded as ${code}`, (t) => {
    for (const column of BOOLEANS) {
      t.is(valuesOf('IMAGE', pair({ [column]: text })).encoded[column.toLowerCase()], code, column)
    }
  })
}

const numbers: readonly (readonly [text: string, encoded: string])[] = [
  ['14.50', '14.50'],
  ['7', '7'],
  ['-1', '-1'],
  ['1e3', '1e3'],
  ['', '0'],
  ['NaN', '0'],
  ['NONE', '0'],
  ['many', '0'],
  ['inf', '0'],
  ['0x1f', '0'],
]
for (const [text, encoded] of numbers) {
  test(`number "${text}" is encoded as ${encoded}`, (t) => {
    t.is(valuesOf('IMAGE', pair({ NUMDTHPT: text })).encoded.numdthpt, encoded)
    if (encoded !== '0' || text === '') t.is(valuesOf('FGS', pair({ GS_MAG: text })).encoded.gs_mag, encoded)
  })
}

test('a group without target has blanks in raw and zeros in encoded', (t) => {
  const { raw, encoded } = valuesOf('IMAGE', pair({ TARG_RA: '', GS_RA: 'NaN', GS_MAG: '' }))
  const targets = [
    'targ_offset',
    ...['max_offset', 'mean_offset', 'sigma_offset', 'err_offset', 'sigma1_mean', 'frac'].map((n) => `targ_${n}`),
  ]
  for (const name of [...targets, 't_offset', 'gs_offset', 'TARG_RA', 'GS_RA', 'GS_MAG']) t.is(raw[name], '', name)
  for (const name of ['targ_max_offset', 'targ_frac', 'gs_mag']) t.is(encoded[name], '0', name)
  t.not(raw.max_offset, '')
})

test('a raw row has the header values of the reference exposure as they came', (t) => {
  const odd: Columns = {
    PROGRAM: '42',
    OBSERVTN: '7',
    NUMDTHPT: '04',
    IS_IMPRT: 'N/A',
    GS_MAG: '14.50',
    TARGNAME: 'M 31, "x"',
  }
  const rows = [
    ...pair({ NUMDTHPT: '99' }),
    exposure({
      ...CATEGORIES,
      ...odd,
      CRVAL1: '10.003',
      CRVAL2: '0',
      Dataset: 'jw01001_e2',
      TSOVISIT: 'T',
      CROWDFLD: 'True',
    }),
  ]
  const { raw } = valuesOf('IMAGE', rows)
  t.like(raw, {
    ...{
      NEXPOSUR: '3',
      PROGRAM: '00042',
      OBSERVTN: '007',
      BKGDTARG: 'False',
      IS_IMPRT: 'N/A',
      VISITYPE: 'PARALLEL_PURE',
    },
    ...{
      TSOVISIT: 'T',
      TARGNAME: 'M 31, "x"',
      TARG_RA: '10.5',
      TARG_DEC: '-5.25',
      INSTRUME: 'NIRSPEC',
      FILTER: 'F100LP',
    },
    ...{ PUPIL: 'CLEARP', GRATING: 'G140H', FXD_SLIT: 'S200A1', EXP_TYPE: 'NRS_FIXEDSLIT', CHANNEL: 'LONG' },
    ...{ SUBARRAY: 'SUBS200A1', NUMDTHPT: '04', GS_RA: '10.55', GS_DEC: '-5.28', GS_MAG: '14.50', CROWDFLD: 'True' },
    ...{ RA_REF: '10.5', DEC_REF: '-5.25', CRVAL1: '10.003', CRVAL2: '0', scale: '0.12' },
    ...{ DETECTOR: 'MIRIMAGE|NRS2', BAND: 'ULTRA' },
  })
})

test('a raw row has what is measured, every offset under its own name', (t) => {
  // As in the tests of features: 50 20 10 10 50 pixels from the fiducial, 90 60 50 30 10 from the target.
  const rows = [0, 3.3, 4.4, 6.6, 11].map((arcsec, index) =>
    exposure({
      ...{ Dataset: `jw01001_e${index}`, CRVAL1: String(10 + arcsec / 3600), CRVAL2: '0', TARG_RA: '10.00275' },
      ...{ TARG_DEC: '0', GS_RA: String(10 + 5.5 / 3600), GS_DEC: String(11 / 3600) },
    }),
  )
  const expected = {
    ...{ fx_ra: 10 + 5.5 / 3600, fy_dec: 0, scale: 0.11, offset: 10, targ_offset: 50, t_offset: 40, gs_offset: 100 },
    ...{ max_offset: 50, mean_offset: 28, sigma_offset: Math.sqrt(336), err_offset: Math.sqrt(336 / 5) },
    ...{ sigma1_mean: 50, frac: 0.4, targ_max_offset: 90, targ_mean_offset: 48, targ_sigma_offset: Math.sqrt(736) },
    ...{ targ_err_offset: Math.sqrt(736 / 5), targ_sigma1_mean: 90, targ_frac: 0.2 },
  }
  const { raw, encoded } = valuesOf('IMAGE', rows)
  for (const [name, value] of Object.entries(expected)) {
    t.true(Math.abs(Number(raw[name]) - value) < 1e-6 && raw[name] !== '', `${name}: ${raw[name]}, not ${value}`)
  }
  for (const name of OFFSETS) t.is(encoded[name], raw[name], name)
  t.is(encoded.nexposur, '5')
})

test('FGS has neither fiducial nor offsets, and the detector and band of the first exposure', (t) => {
  const rows = [
    ...pair({ INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', DETECTOR: 'GUIDER2', FILTER: 'NONE', NUMDTHPT: '1' }),
    ...pair({ INSTRUME: 'FGS', EXP_TYPE: 'FGS_IMAGE', DETECTOR: 'GUIDER1', BAND: 'X' }),
  ]
  const { raw, encoded } = valuesOf('FGS', rows)
  t.like(raw, { DETECTOR: 'GUIDER2', BAND: 'NONE', NEXPOSUR: '4', CRVAL1: '10', NUMDTHPT: '1' })
  t.like(encoded, {
    instr: '0',
    detector: '3',
    exp_type: '1',
    filter: '0',
    nexposur: '4',
    numdthpt: '1',
    gs_mag: '14.5',
  })
  for (const values of [raw, encoded]) {
    t.deepEqual(
      Object.keys(values).filter((name) => /offset|fx_|fy_|frac|sigma|scale/.test(name)),
      [],
    )
  }
})

for (const model of MODELS) {
  test(`${model}: imgsize_gb is imagesize / 1e6 as the golden tables have it`, (t) => {
    const [header = '', ...lines] = readFileSync(join(golden, `train-${model.toLowerCase()}.csv`), 'utf8')
      .trimEnd()
      .split('\n')
    const [size, gb] = ['imagesize', 'imgsize_gb'].map((name) => header.split(',').indexOf(name))
    t.true(lines.length > 0)
    for (const line of lines) {
      const cells = line.split(',')
      t.is(formatFloat(gigabytes(product({ ImageSize: cells[size ?? -1] ?? '' }))), cells[gb ?? -1] ?? 'absent')
    }
  })
}

test('imgsize_gb of whole gigabytes has a .0', (t) =>
  t.is(formatFloat(gigabytes(product({ ImageSize: '5000000' }))), '5.0'))
