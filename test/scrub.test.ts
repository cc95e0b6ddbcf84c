/** The rules for single rows (section 3) and which rows cannot be used (section 9). */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { ByteWriter } from '../lib/csv/bytes.js'
import { CanonicalLine } from '../lib/csv/row.js'
import { RecordCells } from '../lib/csv/split.js'
import { datasetName, type Level, levelOf, observationIn, observationOf, programOf } from '../lib/rules/dataset.js'
import { parseDay } from '../lib/rules/day.js'
import {
  createLayout,
  FLOAT_COLUMNS,
  otherColumns,
  REQUIRED_COLUMNS,
  tableFields,
  uniteColumns,
} from '../lib/rules/layout.js'
import { dayCells, LineMaker } from '../lib/rules/line-maker.js'
import { NO_OBSERVATION, WHOLE_PROGRAM } from '../lib/rules/partition.js'
import { cell, type Kind, type Row } from '../lib/rules/row.js'
import { type DropReason, type Scrubbed, Scrubber } from '../lib/rules/scrub.js'
import { associationsOf } from '../lib/settle/groups.js'
import { readFresh } from '../lib/store/read/stored.js'
import {
  type Columns,
  exposure,
  fieldsOf,
  INPUT_COLUMNS,
  LAYOUT,
  rowOf,
  scrubbed,
  scrubRecord,
} from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const NOTHING = ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null']

/** What scrubbing makes of a row that comes with quotes, around every field or one. */
function scrubQuoted(columns: Columns, only?: number): Scrubbed {
  const quoted = fieldsOf(columns).map((field, index) =>
    only === undefined || only === index || /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  )
  const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, parseDay(columns.date ?? '2024-02-21', 'test'))
  return scrubRecord(scrubber, quoted.join(','))
}

const levels: readonly (readonly [dag: string, level: Level])[] = [
  ['LEVEL_1', 'level1'],
  ['CALCOEFF_LEVEL1B', 'level1'],
  ['LEVEL_3', 'level3'],
  ['ESTIMATE_LEVEL_3_MEMORY', 'other'],
  ['MEMORY_3', 'other'],
  ['LEVEL_2', 'other'],
  ['2B', 'other'],
  ['', 'other'],
  // 1 comes first, whatever else is there.
  ['LEVEL_13', 'level1'],
  ['ESTIMATE_LEVEL_1_MEMORY', 'level1'],
]
for (const [dag, level] of levels) test(`level of DagNodeName "${dag}": ${level}`, (t) => t.is(levelOf(dag), level))

const datasets: readonly (readonly [dataset: string, dname: string])[] = [
  ['jw01001001001_02101_00001_nis_uncal.fits', 'jw01001001001_02101_00001_nis'],
  ['jw01001001001_02101_00001_nrca1_rateints.fits', 'jw01001001001_02101_00001_nrca1'],
  ['jw01001001001_02101_00001_nis_uncal_fits', 'jw01001001001_02101_00001_nis_uncal'],
  ['jw01001001001_02101_00001_nis', 'jw01001001001_02101_00001_nis'],
  ['jw01001001001_02101_00001_nis_uncal.fits.gz', 'jw01001001001_02101_00001_nis_uncal.fits.gz'],
  ['jw01001-o001_t001_miri_f770w', 'jw01001-o001_t001_miri_f770w'],
  ['jw01001-o001_t001_miri_f770w_i2d.fits', 'jw01001-o001_t001_miri_f770w'],
  ['jw01001.fits', 'jw01001.fits'],
]
for (const [dataset, dname] of datasets) {
  test(`dname of ${dataset}: ${dname}`, (t) => {
    t.is(datasetName(dataset), dname)
    t.is(exposure({ Dataset: dataset }).dname, dname)
  })
}

const programs: readonly (readonly [dname: string, pid: number | undefined])[] = [
  ['jw01018001001_02101', 1018],
  ['jw06004-o792_s000000001', 6004],
  ['jw00042', 42],
  ['jw98765', 98765],
  ['jw00000', 0],
  ['xx01018', 1018],
  ...[
    '',
    'jw',
    'jw1',
    'jw1018',
    'jw1018_',
    'jwABCDE001',
    'jw 1018',
    'jw-1018',
    'jw0:018',
    'jw0/018',
    'jw1e018',
    'jw0x101',
    'jw01.01',
  ].map((dname) => [dname, undefined] as const),
  ['jw\uff10\uff11\uff12\uff13\uff14', undefined],
]
for (const [dname, pid] of programs) {
  test(`program of "${dname}": ${pid ?? 'none'}`, (t) => t.is(programOf(dname), pid))
}

const LEVEL3 = { DagNodeName: 'LEVEL_3', Dataset: 'jw01001-o001_t001_miri_f770w' }
const CANDIDATE = { ...LEVEL3, Dataset: 'jw01001-c1001_t001_miri_f770w' }

const kinds: readonly (readonly [rule: string, columns: Columns, kind: Kind, reason?: DropReason])[] = [
  ['Level 1', {}, 'exposure'],
  ['Level 1 is no candidate, whatever its name', { Dataset: 'jw01001-c1001' }, 'exposure'],
  ['Level 3', LEVEL3, 'product'],
  ['Level 3 across observations', CANDIDATE, 'mosaic'],
  ['Level 1 of another exposure type', { EXP_TYPE: 'NRC_TACQ' }, 'dropped', 'expType'],
  ['Level 3 of another exposure type', { ...LEVEL3, EXP_TYPE: 'MIR_DARK' }, 'dropped', 'expType'],
  ...['mir_image', 'MIR_IMAGE ', ' Nrs_Ifu'].map(
    (EXP_TYPE) => [`Level 1 of exposure type "${EXP_TYPE}"`, { EXP_TYPE }, 'dropped', 'spelling'] as const,
  ),
  ['Level 3 of an exposure type in small letters', { ...LEVEL3, EXP_TYPE: 'mir_mrs' }, 'dropped', 'spelling'],
  ['Level 1 of another exposure type in small letters', { EXP_TYPE: 'nrc_tacq' }, 'dropped', 'expType'],
  ['Level 3 without exposure type', { ...CANDIDATE, EXP_TYPE: 'NONE' }, 'dropped', 'expType'],
  ...['2', '4'].map(
    (CHANNEL) =>
      [
        `MIR_MRS product of channel ${CHANNEL}`,
        { ...LEVEL3, EXP_TYPE: 'MIR_MRS', CHANNEL },
        'dropped',
        'channel',
      ] as const,
  ),
  ['MIR_MRS candidate of channel 2', { ...CANDIDATE, EXP_TYPE: 'MIR_MRS', CHANNEL: '2' }, 'dropped', 'channel'],
  ...['1', '3', '12', '34', '24', 'NONE'].map(
    (CHANNEL) =>
      [`MIR_MRS product of channel ${CHANNEL}`, { ...LEVEL3, EXP_TYPE: 'MIR_MRS', CHANNEL }, 'product'] as const,
  ),
  ['MIR_MRS exposure of channel 2', { EXP_TYPE: 'MIR_MRS', CHANNEL: '2' }, 'exposure'],
  ['other product of channel 2', { ...LEVEL3, CHANNEL: '2' }, 'product'],
]
for (const [rule, columns, kind, reason] of kinds) {
  test(`${rule}: ${kind}`, (t) => {
    const result = scrubbed(columns)
    t.is(result.outcome, reason === undefined ? 'kept' : 'hidden')
    t.is('reason' in result ? result.reason : undefined, reason)
    t.is(rowOf(result).kind, kind)
  })
}

const dropped: readonly (readonly [rule: string, columns: Columns, reason: DropReason])[] = [
  ['of neither level', { DagNodeName: 'LEVEL_2' }, 'level'],
  ['without DagNodeName', { DagNodeName: '' }, 'level'],
  ['that estimates memory', { DagNodeName: 'ESTIMATE_LEVEL_3_MEMORY' }, 'memory'],
  [
    'of neither level and bad in every other way',
    { DagNodeName: 'X', Dataset: '', CRVAL1: 'x', INSTRUME: '' },
    'level',
  ],
]
for (const [rule, columns, reason] of dropped) {
  test(`a row ${rule} is dropped`, (t) =>
    t.deepEqual(scrubbed(columns), { outcome: 'dropped', level: 'other', reason }))
}

const NIRCAM = { INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE', DETECTOR: 'NRCA1', CHANNEL: 'SHORT' }

/** Rows that cannot be used, and what the message names. */
const rejects: readonly (readonly [rule: string, columns: Columns, names: readonly string[]])[] = [
  ...NOTHING.map((Dataset) => [`Dataset "${Dataset}"`, { Dataset }, ['Dataset']] as const),
  ['a name without program', { Dataset: 'jwABCDE001_uncal.fits' }, ['"jwABCDE001"', 'program']],
  ['a short name', { Dataset: 'jw1018' }, ['"jw1018"', 'program']],
  ...FLOAT_COLUMNS.map((name) => [`${name} that is text`, { [name]: 'bright' }, [name, '"bright"']] as const),
  ['ImageSize that is text', { ImageSize: '12kB' }, ['"12kB"']],
  ['a hexadecimal float', { GS_MAG: '0x1f' }, ['GS_MAG', '"0x1f"']],
  ['an infinite float', { TARG_RA: 'inf' }, ['TARG_RA', '"inf"']],
  ['sexagesimal degrees', { RA_REF: '12:30:00' }, ['RA_REF', '"12:30:00"']],
  ['a float of white space', { CRVAL2: ' ' }, ['CRVAL2', '" "']],
  ['a float that overflows', { GS_DEC: '1e999' }, ['GS_DEC', '"1e999"']],
  ['a right ascension that overflows when it is rounded', { TARG_RA: '-1e301' }, ['TARG_RA', '"-1e301"']],
  ['a size with too many digits', { ImageSize: '9'.repeat(400) }, ['999']],
  ...['FILTER', 'TARGNAME', 'NUMDTHPT', 'GS_MAG', 'Dataset'].map(
    (name) =>
      [`${name} that is too long`, { [name]: '1'.repeat(1001) }, [`${name} is longer than 1,000 char`]] as const,
  ),
  ['an exposure of no known instrument', { INSTRUME: 'HST' }, ['INSTRUME', '"HST"']],
  ['an exposure without instrument', { INSTRUME: 'NONE' }, ['INSTRUME', '"NONE"']],
  ...['NONE', 'MULTIPLE', ''].flatMap((DETECTOR) =>
    [{}, LEVEL3, CANDIDATE].map(
      (level) =>
        [
          `a NIRCam ${'Dataset' in level ? level.Dataset : 'exposure'} without CHANNEL, DETECTOR "${DETECTOR}"`,
          { ...NIRCAM, ...level, CHANNEL: 'NONE', DETECTOR },
          ['CHANNEL', `"${DETECTOR}"`],
        ] as const,
    ),
  ),
]
for (const [rule, columns, names] of rejects) {
  test(`rejected: ${rule}; the message tells it`, (t) => {
    const result = scrubbed(columns)
    if (result.outcome !== 'rejected') return t.fail(JSON.stringify(result))
    t.is(result.level, columns.DagNodeName === undefined ? 'level1' : 'level3')
    for (const name of names) t.true(result.message.includes(name), result.message)
    t.deepEqual(scrubQuoted(columns), result)
  })
}

const usable: readonly (readonly [rule: string, columns: Columns])[] = [
  ['a NIRCam exposure whose DETECTOR tells the channel', { ...NIRCAM, CHANNEL: 'NONE', DETECTOR: 'NRCBLONG' }],
  ['a NIRCam product whose DETECTOR tells the channel', { ...NIRCAM, ...LEVEL3, CHANNEL: '', DETECTOR: 'NRCA4' }],
  ['a NIRCam product of several detectors with CHANNEL', { ...NIRCAM, ...LEVEL3, DETECTOR: 'MULTIPLE' }],
  ['a product of no known instrument', { ...LEVEL3, INSTRUME: 'HST' }],
  ['a keyword of the greatest length', { TARGNAME: 'x'.repeat(1000) }],
  ['a row without any number', Object.fromEntries([...FLOAT_COLUMNS, 'ImageSize'].map((name) => [name, 'NONE']))],
  ['texts in columns that no rule reads as numbers', { NUMDTHPT: 'many', CROWDFLD: 'x', IS_IMPRT: '' }],
]
for (const [rule, columns] of usable) test(`kept: ${rule}`, (t) => t.is(scrubbed(columns).outcome, 'kept'))

test('a dropped exposure type needs no channel to hide older versions', (t) => {
  t.is(scrubbed({ ...NIRCAM, EXP_TYPE: 'NRC_TACQ', CHANNEL: 'NONE', DETECTOR: 'MULTIPLE' }).outcome, 'hidden')
})

/** Cells of a scrubbed row. */
const cells: readonly (readonly [rule: string, columns: Columns, cells: Readonly<Record<string, string>>])[] = [
  [
    'dag and imagesize are new names',
    { DagNodeName: 'LEVEL_1', ImageSize: '12.50' },
    { dag: 'LEVEL_1', imagesize: '12.50' },
  ],
  ['PROGRAM has 5 digits, OBSERVTN 3', { PROGRAM: '42', OBSERVTN: '7' }, { PROGRAM: '00042', OBSERVTN: '007' }],
  ...['', 'NaN', 'NONE'].map(
    (text) =>
      [
        `PROGRAM and OBSERVTN "${text}" stay`,
        { PROGRAM: text, OBSERVTN: text },
        { PROGRAM: text, OBSERVTN: text },
      ] as const,
  ),
  ['longer ones stay', { PROGRAM: '123456', OBSERVTN: '1234' }, { PROGRAM: '123456', OBSERVTN: '1234' }],
  ['pid is the number in the name', { Dataset: 'jw00420001_a', PROGRAM: '7' }, { pid: '420', PROGRAM: '00007' }],
  ['the day of the file', { date: '2024-03-01' }, { date: '2024-03-01', year: '2024', doy: '61' }],
  ['the first day of a year', { date: '2023-01-01' }, { date: '2023-01-01', year: '2023', doy: '1' }],
  ['dname without suffix', { Dataset: 'jw01001_a_uncal.fits' }, { dname: 'jw01001_a' }],
  ...NOTHING.flatMap((text) => [
    [
      `degrees and magnitudes "${text}" are blank`,
      Object.fromEntries(FLOAT_COLUMNS.map((name) => [name, text])),
      Object.fromEntries([...FLOAT_COLUMNS, 'targra'].map((name) => [name, ''])),
    ] as const,
    [
      `all numbers "${text}" are blank`,
      Object.fromEntries([...FLOAT_COLUMNS, 'ImageSize'].map((name) => [name, text])),
      Object.fromEntries([...FLOAT_COLUMNS, 'targra', 'imagesize'].map((name) => [name, ''])),
    ] as const,
    [`imagesize "${text}" is blank`, { ImageSize: text }, { imagesize: '' }] as const,
    [`other columns with "${text}" stay`, { FILTER: text, TARGNAME: text }, { FILTER: text, TARGNAME: text }] as const,
  ]),
  [
    'other floats stay as they came',
    { GS_MAG: '14.50', CRVAL1: '+1e1', TARG_DEC: '-.5' },
    { GS_MAG: '14.50', CRVAL1: '+1e1', TARG_DEC: '-.5' },
  ],
  ['commas and quotes stay', { TARGNAME: 'M 31, "core"' }, { TARGNAME: 'M 31, "core"' }],
  // TARG_RA to 8 decimals, targra to 6: half to even.
  ...(
    [
      ['10.123456789123', '10.12345679', '10.123457'],
      ['10.5', '10.5', '10.5'],
      ['10', '10.0', '10.0'],
      ['0', '0.0', '0.0'],
      ['1.0e1', '10.0', '10.0'],
      ['359.99999996', '359.99999996', '360.0'],
      ['359.999999996', '360.0', '360.0'],
      ['2.000000005', '2.0', '2.0'],
      ['2.000000015', '2.00000002', '2.0'],
      ['16.0000005', '16.0000005', '16.0'],
      ['16.0000015', '16.0000015', '16.000002'],
      // Rounded to 8 decimals it is a half of the sixth, which the even digit takes up; rounded once it would not.
      ['10.5000014999996', '10.5000015', '10.500002'],
      ['10.5000004', '10.5000004', '10.5'],
    ] as const
  ).map(([text, TARG_RA, targra]) => [`TARG_RA ${text}`, { TARG_RA: text }, { TARG_RA, targra }] as const),
  ['params', {}, { params: '1001-001-F770W-FULL-MIR_IMAGE' }],
  ['params of padded OBSERVTN', { OBSERVTN: '7' }, { params: '1001-007-F770W-FULL-MIR_IMAGE' }],
]
for (const [rule, columns, expected] of cells) {
  test(`cells: ${rule}`, (t) => {
    for (const result of [scrubbed(columns), scrubQuoted(columns)]) {
      const { fields } = rowOf(result).line
      t.is(fields.length, LAYOUT.columns.length)
      for (const [name, text] of Object.entries(expected)) t.is(fields[LAYOUT.columns.indexOf(name)], text, name)
    }
  })
}

test('a row without optional columns has none of their cells', (t) => {
  const layout = createLayout(otherColumns(REQUIRED_COLUMNS))
  const scrubber = new Scrubber(layout, REQUIRED_COLUMNS, parseDay('2024-02-21', 'test'))
  const fields = REQUIRED_COLUMNS.map((name) => fieldsOf({})[INPUT_COLUMNS.indexOf(name)] ?? '')
  for (const result of [scrubRecord(scrubber, fields.join(',')), scrubber.scrub(fields)]) {
    if (!('text' in result)) return t.fail()
    const read = readFresh(layout, result.text, result.kind)
    t.is(read.line.width, layout.columns.length)
    t.is(read.params, '1001-001-F770W-FULL-MIR_IMAGE')
    t.is(cell(read, 'GS_RA'), '')
  }
})

test('columns that another file of the run has are blank; others are carried through, in any order', (t) => {
  const header = ['EXTRA', ...INPUT_COLUMNS.toReversed(), 'note']
  const layout = createLayout(uniteColumns([otherColumns(INPUT_COLUMNS), ['elsewhere'], otherColumns(header)]))
  const scrubber = new Scrubber(layout, header, parseDay('2024-02-21', 'test'))
  const fields = ['NONE', ...fieldsOf({ TARG_RA: '1' }).toReversed(), ' as it is ']
  for (const result of [scrubRecord(scrubber, fields.join(',')), scrubber.scrub(fields)]) {
    if (!('text' in result)) return t.fail()
    const [line, plain] = [readFresh(layout, result.text, result.kind), exposure({ TARG_RA: '1' })]
    const at = (name: string) => line.line.field(layout.columns.indexOf(name))
    t.deepEqual([at('EXTRA'), at('note'), at('elsewhere')], ['NONE', ' as it is ', ''])
    for (const [index, name] of LAYOUT.columns.entries()) t.is(at(name), plain.line.field(index), name)
  }
})

test('scrubbing what is scrubbed changes nothing', (t) => {
  const odd = {
    PROGRAM: '7',
    OBSERVTN: '',
    TARG_RA: '10.5000014999996',
    GS_MAG: 'NaN',
    ImageSize: 'NONE',
    FILTER: 'N/A',
  }
  const { text } = exposure(odd)
  const lines = new LineMaker(LAYOUT.at, tableFields(LAYOUT, LAYOUT.columns))
  const cells = new RecordCells()
  t.true(cells.loadFields(new CanonicalLine(text).fields))
  t.is(lines.take(cells, 1001), undefined)
  const again = new ByteWriter()
  const name = { dname: 'jw01001001001_02101_00001_mirimage', field: LAYOUT.at.dname }
  lines.write(dayCells(parseDay('2024-02-21', 'test')), name, again)
  t.is(again.take().toString(), text)
})

const ODD = [
  '',
  'NONE',
  'NaN',
  '0',
  '-0',
  '5.',
  '.5',
  '.',
  '-',
  '--1',
  '1.2.3',
  '+3',
  '1e5',
  '0x1f',
  ' 1',
  'inf',
  '10.5',
  'a b',
  'x\ry',
  '\r',
]
const anyColumns = fc
  .record({
    some: fc.dictionary(fc.constantFrom(...INPUT_COLUMNS), fc.constantFrom(...ODD), { maxKeys: 2 }),
    TARG_RA: fc.oneof(fc.double({ min: -1, max: 361, noNaN: true }).map(String), fc.constantFrom(...ODD)),
    PROGRAM: fc.constantFrom('01001', '1001', '', 'NONE', '123456'),
    OBSERVTN: fc.constantFrom('001', '1', 'NaN', '1234'),
    EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_MRS', 'NRC_TACQ'),
    CHANNEL: fc.constantFrom('NONE', '2', '12'),
    DagNodeName: fc.constantFrom('LEVEL_1', 'LEVEL_3'),
  })
  .map(({ some, ...columns }): Columns => ({ ...columns, ...some }))

test('a row with quotes is scrubbed as the same row without', (t) => {
  const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, parseDay('2024-02-21', 'test'))
  const outcomes = new Set<Scrubbed['outcome']>()
  fc.assert(
    fc.property(anyColumns, fc.option(fc.nat(INPUT_COLUMNS.length - 1), { nil: undefined }), (columns, only) => {
      const plain = scrubber.scrub(fieldsOf(columns))
      assert.deepEqual(scrubQuoted(columns, only), plain)
      outcomes.add(plain.outcome)
    }),
    { seed, numRuns: 3000 },
  )
  t.deepEqual([...outcomes].sort(), ['dropped', 'hidden', 'kept', 'rejected'])
})

test('a carriage return within a row gets quotes, as readers would take it for the end of the row', (t) => {
  const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, parseDay('2024-02-21', 'test'))
  const result = scrubber.scrub(fieldsOf({ TARGNAME: 'x\ry' }))
  if (!('text' in result)) return t.fail()
  t.true(result.text.includes(',"x\ry",'), result.text)
  t.is(rowOf(result).keywords.TARGNAME, 'x\ry')
})

const [L1, L3] = ['LEVEL_1', 'LEVEL_3']
type Partition = readonly [
  rule: string,
  dname: string,
  keywords: { dag: string; obs: string } | undefined,
  partition: number,
]

const partitions: readonly Partition[] = [
  ['of an exposure: the digits behind the program', 'jw01001042001_02101', { dag: L1, obs: '042' }, 42],
  ['of a product: the digits behind -o', 'jw01001-o042_t001', { dag: L3, obs: '042' }, 42],
  ['-o counts behind the program alone', 'jw01001042001-o013', { dag: L1, obs: '042' }, 42],
  ['000 is one', 'jw01001000001', { dag: L1, obs: '000' }, 0],
  ['by the name alone', 'jw01001042001_02101', undefined, 42],
  ['none for a product across observations', 'jw01001-c1001_t001', { dag: L3, obs: '042' }, NO_OBSERVATION],
  ['none for a name across observations', 'jw01001-c1001_t001', undefined, NO_OBSERVATION],
  ['the program for an exposure of such a name', 'jw01001-c1001_t001', { dag: L1, obs: '042' }, WHOLE_PROGRAM],
  ['the program where OBSERVTN is another', 'jw01001042001_02101', { dag: L1, obs: '043' }, WHOLE_PROGRAM],
  ['the program where OBSERVTN is nothing', 'jw01001-o042_t001', { dag: L3, obs: 'NONE' }, WHOLE_PROGRAM],
  ['the program where OBSERVTN has more digits', 'jw01001042001', { dag: L1, obs: '0042' }, WHOLE_PROGRAM],
  ['the program where OBSERVTN has fewer', 'jw01001042001', { dag: L1, obs: '42' }, WHOLE_PROGRAM],
  ['the program where the name has no digits', 'jw01001_a', { dag: L1, obs: '042' }, WHOLE_PROGRAM],
  ['the program where neither has any', 'jw01001_a', { dag: L1, obs: 'abc' }, WHOLE_PROGRAM],
  ['the program where a name of no digits is all', 'jw01001-ox', undefined, WHOLE_PROGRAM],
  ['none for a candidate of any letter', 'jw01001-a3001_t001', undefined, NO_OBSERVATION],
  ['the observation of a segment', 'jw01001042001_02101_00001-seg001_nis', { dag: L1, obs: '042' }, 42],
]
for (const [rule, dname, keywords, partition] of partitions) {
  test(`the partition that a row is buffered under: ${rule}`, (t) => {
    const read = keywords && { level: levelOf(keywords.dag), observation: observationIn(keywords.obs) }
    t.is(observationOf(dname, read), partition)
  })
}

const anyPartition = fc.record({
  Dataset: fc.constantFrom(
    ...['jw01001001001_a', 'jw01001001002_a', 'jw01001002001_a', 'jw01001_a', 'jw01001000001_a'],
    ...['jw01001-o001_t1', 'jw01001-o002_t1', 'jw01001-x', 'jw01001-c1001_t1'],
  ),
  DagNodeName: fc.constantFrom('LEVEL_1', 'LEVEL_3'),
  OBSERVTN: fc.constantFrom('001', '1', '002', '000', '0', '', 'NONE', '0001'),
  VISITYPE: fc.constantFrom('PRIME_TARGETED_FIXED', 'PRIME_WFSC_ROUTINE'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_IMAGE', 'MIR_DARK'),
})

/** Whether two rows have to be settled together: versions of one dataset, or rows of one association. */
function belongTogether(a: Row, b: Row): boolean {
  return a.dname === b.dname || associationsOf(a).some((key) => associationsOf(b).includes(key))
}

test('rows that belong together are buffered in one partition, or with the whole program', (t) => {
  fc.assert(
    fc.property(anyPartition, anyPartition, (one, other) => {
      const [a, b] = [scrubbed(one), scrubbed(other)]
      if (!('text' in a && 'text' in b)) throw new Error('rows are expected')
      const pair = [a.observation, b.observation]
      const isOne = pair[0] === pair[1] || pair.includes(WHOLE_PROGRAM)
      assert.ok(isOne || !belongTogether(rowOf(a), rowOf(b)), pair.join(' and '))
    }),
    { seed, numRuns: 5000 },
  )
  t.pass()
})
