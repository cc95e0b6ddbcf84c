/** Association keys (section 3.7), candidates (3.9), targets, models and expected names (section 4). */
import test from 'ava'
import fc from 'fast-check'
import {
  associationKey,
  hasOwnTarget,
  isCandidateName,
  LEVEL3_EXP_TYPES,
  modelOf,
  targetKey,
  ungroupedReason,
} from '../lib/rules/association.js'
import { expectedName, rankTargets } from '../lib/rules/expected-name.js'
import { MODELS } from '../lib/rules/keywords.js'
import { cell, type Row } from '../lib/rules/row.js'
import { type Columns, exposure } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const FIXED = 'PRIME_TARGETED_FIXED'
const MOVING = 'PRIME_TARGETED_MOVING'
const PURE = 'PARALLEL_PURE'
const ROUTINE = 'PRIME_WFSC_ROUTINE'

const LEVEL3 = [
  ...['FGS_IMAGE', 'MIR_IMAGE', 'NRC_IMAGE', 'MIR_LRS-FIXEDSLIT', 'MIR_MRS', 'MIR_LYOT', 'MIR_4QPM'],
  ...['MIR_LRS-SLITLESS', 'MIR_WFSS', 'NRC_CORON', 'NRC_WFSS', 'NRC_TSIMAGE', 'NRC_TSGRISM', 'NIS_IMAGE', 'NIS_AMI'],
  ...['NIS_WFSS', 'NIS_SOSS', 'NRS_FIXEDSLIT', 'NRS_IFU', 'NRS_MSASPEC', 'NRS_BRIGHTOBJ'],
]

test('the exposure types that reach Level 3 are the 21 of section 3.6', (t) => {
  t.deepEqual([...LEVEL3_EXP_TYPES].sort(), LEVEL3.toSorted())
})

const SPECTRUM = {
  ...{ FILTER: 'F100LP', GRATING: 'G140H', PUPIL: 'P', SUBARRAY: 'SUBS200A1', FXD_SLIT: 'S200A1' },
  ...{ EXP_TYPE: 'NRS_FIXEDSLIT', BAND: 'SHORT', INSTRUME: 'NIRSPEC', DETECTOR: 'NRS1' },
}
const WAVEFRONT = {
  ...{ INSTRUME: 'NIRCAM', EXP_TYPE: 'NRC_IMAGE', FILTER: 'F212N', PUPIL: 'WLM8', DETECTOR: 'NRCA3', CHANNEL: 'SHORT' },
  ...{ GRATING: 'G', FXD_SLIT: 'S', BAND: 'B', SUBARRAY: 'SUB160' },
}

/** Section 3.7. */
const keys: readonly (readonly [rule: string, columns: Columns, key: string])[] = [
  ['all nine columns, in order', SPECTRUM, '1001-001-F100LP-G140H-P-SUBS200A1-S200A1-NRS_FIXEDSLIT-SHORT'],
  ['without nothings', { FILTER: 'NONE', SUBARRAY: 'N/A', OBSERVTN: '' }, '1001-MIR_IMAGE'],
  ...['F', 'f', 'False', 'false', 'FALSE', '0', 'NaN', 'nan', 'None', 'none', 'NULL', 'null'].map(
    (FILTER) => [`without ${FILTER}`, { FILTER }, '1001-001-FULL-MIR_IMAGE'] as const,
  ),
  ['without 0.0', { FILTER: '0.0' }, '1001-001-FULL-MIR_IMAGE'],
  ['with 0.00, which is none of these', { FILTER: '0.00' }, '1001-001-0.00-FULL-MIR_IMAGE'],
  ['with true', { FXD_SLIT: 'True' }, '1001-001-F770W-FULL-True-MIR_IMAGE'],
  ['OBSERVTN as it is padded', { OBSERVTN: '0' }, '1001-000-F770W-FULL-MIR_IMAGE'],
  ['pid of the name, not PROGRAM', { PROGRAM: '07777' }, '1001-001-F770W-FULL-MIR_IMAGE'],
  ['without pid 0', { Dataset: 'jw00000001001_a' }, '001-F770W-FULL-MIR_IMAGE'],
  [
    'whatever target, channel and detector',
    { TARGNAME: 'X', CHANNEL: '12', DETECTOR: 'D' },
    '1001-001-F770W-FULL-MIR_IMAGE',
  ],
  ...['PRIME_WFSC_SENSING_ONLY', ROUTINE, 'PRIME_WFSC_SENSING_CONTROL'].map(
    (VISITYPE) => [`by detector for ${VISITYPE}`, { ...WAVEFRONT, VISITYPE }, '1001-001-F212N-WLM8-NRCA3'] as const,
  ),
  ...['PRIME_WFSC_NEW', 'WFSC', FIXED, MOVING, PURE].map(
    (VISITYPE) =>
      [`as usual for ${VISITYPE}`, { ...WAVEFRONT, VISITYPE }, '1001-001-F212N-G-WLM8-SUB160-S-NRC_IMAGE-B'] as const,
  ),
  [
    'without nothings for wavefront sensing',
    { ...WAVEFRONT, VISITYPE: ROUTINE, PUPIL: 'NONE' },
    '1001-001-F212N-NRCA3',
  ],
  [
    'nothing for a detector that is named like a member of objects',
    { DETECTOR: 'constructor' },
    '1001-001-F770W-FULL-MIR_IMAGE',
  ],
  [
    '-12 for MIRIFUSHORT',
    { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFUSHORT', BAND: 'LONG' },
    '1001-001-F770W-FULL-MIR_MRS-LONG-12',
  ],
  [
    '-34 for MIRIFULONG',
    { EXP_TYPE: 'MIR_MRS', DETECTOR: 'MIRIFULONG', BAND: 'LONG' },
    '1001-001-F770W-FULL-MIR_MRS-LONG-34',
  ],
  ['-12 after a wavefront key', { VISITYPE: ROUTINE, DETECTOR: 'MIRIFUSHORT' }, '1001-001-F770W-MIRIFUSHORT-12'],
]
for (const [rule, columns, key] of keys) {
  test(`association key: ${rule}`, (t) => {
    const row = exposure(columns)
    t.is(row.params, key)
    t.is(
      associationKey((column) => cell(row, column), String(Number(row.dname.slice(2, 7)))),
      key,
    )
  })
}

const names: readonly (readonly [dname: string, isCandidate: boolean])[] = [
  ['jw01018-c1001_t001_miri_f770w', true],
  ['jw01018-c1001', true],
  ['jw01018-o001_t001_nircam_clear-f200w', false],
  ['jw01018-o001_t001_miri_f770w-c1001', false],
  ['jw01018-a3001_t001_miri_f770w', true],
  ['jw01018-r0001_t001_miri_f770w', true],
  ['jw01018-C1001_t001', true],
  ['jw01018c1001', false],
  ['jw01018-', true],
  ['jw01018001001_02101_00001-seg001_nis', false],
  ['-c1001', true],
  ['c-o001', false],
]
for (const [dname, isCandidate] of names) {
  test(`${dname} is ${isCandidate ? 'a' : 'no'} product across observations`, (t) =>
    t.is(isCandidateName(dname), isCandidate))
}

/** Target keys, and whether the target is the group's own (neither t0 nor GS_MAG). */
const targets: readonly (readonly [rule: string, columns: Columns, key: string | number | undefined, own: boolean])[] =
  [
    ['a fixed target by targra', { VISITYPE: FIXED, TARG_RA: '10.5000004' }, 10.5, true],
    ['a fixed target without name too', { VISITYPE: FIXED, TARGNAME: 'NONE' }, 10.5, true],
    ['targra, not TARG_RA: 6 decimals', { VISITYPE: FIXED, TARG_RA: '10.50000151' }, 10.500002, true],
    ['none for a fixed target without targra', { VISITYPE: FIXED, TARG_RA: '' }, undefined, false],
    ['a moving target by name', { VISITYPE: MOVING, TARGNAME: 'ALPHA' }, 'ALPHA', true],
    ['a parallel one by name', { VISITYPE: PURE, TARGNAME: 'ALPHA' }, 'ALPHA', true],
    ['a name like a number is text', { VISITYPE: MOVING, TARGNAME: '14.5' }, '14.5', true],
    ['without a name by GS_MAG', { VISITYPE: MOVING, TARGNAME: 'NONE', GS_MAG: '14.50' }, 14.5, false],
    ['a blank name is none', { VISITYPE: 'PRIME_UNTARGETED', TARGNAME: '', GS_MAG: '15' }, 15, false],
    ['GS_MAG 0 is one', { VISITYPE: MOVING, TARGNAME: '', GS_MAG: '0' }, 0, false],
    ['none without name and GS_MAG', { VISITYPE: MOVING, TARGNAME: 'N/A', GS_MAG: 'NaN' }, undefined, false],
    ['none for PARALLEL_PURE without a name', { VISITYPE: PURE, TARGNAME: 'NONE' }, undefined, false],
    ['GS_MAG for other parallels', { VISITYPE: 'PARALLEL_SLEW_CALIBRATION', TARGNAME: 'NONE' }, 14.5, false],
  ]
for (const [rule, columns, key, own] of targets) {
  test(`target key: ${rule}`, (t) => {
    t.is(targetKey(exposure(columns)), key)
    t.is(hasOwnTarget(exposure(columns)), own)
  })
}

const SOURCE_BASED = ['MIR_WFSS', 'NRC_WFSS', 'NIS_WFSS', 'NRS_MSASPEC', 'NRS_FIXEDSLIT']

test('a source has a target of its own but in PARALLEL_PURE, where its group is t0', (t) => {
  for (const EXP_TYPE of SOURCE_BASED) {
    const nameless = { EXP_TYPE, INSTRUME: 'NIRISS', TARGNAME: 'NONE' }
    for (const VISITYPE of [FIXED, MOVING]) t.true(hasOwnTarget(exposure({ ...nameless, VISITYPE })), EXP_TYPE)
    t.false(hasOwnTarget(exposure({ ...nameless, VISITYPE: PURE })), EXP_TYPE)
    t.false(hasOwnTarget(exposure({ EXP_TYPE, INSTRUME: 'NIRISS', VISITYPE: PURE, TARGNAME: 'ALPHA' })), EXP_TYPE)
  }
})

const moving = (TARGNAME: string, GS_MAG = '14.5') => exposure({ VISITYPE: MOVING, TARGNAME, GS_MAG })
const fixedAt = (TARG_RA: string) => exposure({ VISITYPE: FIXED, TARG_RA })

const near = (magnitude: string) => moving('NONE', magnitude)

/** Exposures, and the ranks of their targets. */
const rankings: readonly (readonly [rule: string, rows: readonly Row[], ranks: readonly number[]])[] = [
  ['names in text order', [moving('b'), moving('B'), moving('10'), moving('9')], [4, 3, 1, 2]],
  ['numbers ascending', [fixedAt('100'), fixedAt('9'), fixedAt('20.5')], [3, 1, 2]],
  ['names first', [fixedAt('1'), moving('z'), near('0.5')], [3, 1, 2]],
  ['each key once', [moving('b'), moving('a'), moving('b'), fixedAt('10.5'), fixedAt('10.5000001')], [2, 1, 2, 3, 3]],
  ['targra and GS_MAG alike', [fixedAt('14.5'), near('14.50'), near('3')], [2, 2, 1]],
  ['no rank without a key', [fixedAt(''), near('')], [0, 0]],
  ['one target where targra is a step apart', [fixedAt('10.500001'), fixedAt('10.5'), fixedAt('11')], [1, 1, 2]],
  ['two targets where it is two steps apart', [fixedAt('10.500002'), fixedAt('10.5')], [2, 1]],
  ['each step joins its predecessor', ['2', '0', '1'].map((step) => fixedAt(`10.50000${step}`)), [1, 1, 1]],
  ['no step joins magnitudes', [near('10.500001'), near('10.5')], [2, 1]],
  ['no step joins a magnitude', [near('10.500001'), fixedAt('10.500001'), fixedAt('10.5')], [2, 1, 1]],
]
for (const [rule, rows, expectedRanks] of rankings) {
  test(`target ranks: ${rule}, from 1 on`, (t) => {
    for (const order of [rows, rows.toReversed()]) {
      const ranks = rankTargets(order)
      t.deepEqual(
        rows.map((row) => ranks.of(row)),
        expectedRanks,
      )
    }
  })
}

test('sources are not ranked', (t) => {
  const source = exposure({ EXP_TYPE: 'NIS_WFSS', INSTRUME: 'NIRISS', TARGNAME: 'A', VISITYPE: MOVING })
  t.is(rankTargets([source, moving('a')]).of(moving('a')), 1)
})

test('ranks depend on the keys alone, not on the order of exposures', (t) => {
  const row = fc
    .record({
      VISITYPE: fc.constantFrom(FIXED, MOVING, PURE),
      TARGNAME: fc.constantFrom('NONE', 'a', 'B', '10', '9'),
      TARG_RA: fc.constantFrom('', '9', '10', '10.000001', '10.000002', '100'),
      GS_MAG: fc.constantFrom('', '9', '10.0'),
    })
    .map((columns) => exposure(columns))
  const shuffled = fc
    .array(row, { maxLength: 8 })
    .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })))
  fc.assert(
    fc.property(shuffled, ([rows, others]) => {
      const [ranks, same] = [rankTargets(rows), rankTargets(others)]
      return rows.every((one) => ranks.of(one) === same.of(one))
    }),
    { seed, numRuns: 500 },
  )
  t.pass()
})

const optics = (instrument: string, columns: Columns): Columns => ({
  INSTRUME: instrument,
  DETECTOR: 'NRCA1',
  CHANNEL: 'LONG',
  ...columns,
})
const nircam = (EXP_TYPE: string, FILTER: string, PUPIL: string, more: Columns = {}) =>
  optics('NIRCAM', { EXP_TYPE, FILTER, PUPIL, ...more })
const niriss = (EXP_TYPE: string, FILTER: string, PUPIL: string, more: Columns = {}) =>
  optics('NIRISS', { EXP_TYPE, FILTER, PUPIL, DETECTOR: 'NIS', CHANNEL: 'NONE', ...more })
const nirspec = (EXP_TYPE: string, FILTER: string, GRATING: string, more: Columns = {}) =>
  optics('NIRSPEC', { EXP_TYPE, FILTER, GRATING, DETECTOR: 'NRS1', CHANNEL: 'NONE', ...more })
const miri = (EXP_TYPE: string, FILTER: string, more: Columns = {}) =>
  optics('MIRI', { EXP_TYPE, FILTER, DETECTOR: 'MIRIMAGE', CHANNEL: 'NONE', ...more })

const MRS = { EXP_TYPE: 'MIR_MRS', INSTRUME: 'MIRI', FILTER: 'NONE', DETECTOR: 'MIRIFUSHORT', CHANNEL: '12' }

/** Names of section 4 with a target of rank 1. */
const expected: readonly (readonly [rule: string, columns: Columns, name: string])[] = [
  // Images.
  ['image without pupil: filter', miri('MIR_IMAGE', 'F770W'), 't1_miri_f770w'],
  ['image with CLEAR: pupil first', nircam('NRC_IMAGE', 'F200W', 'CLEAR'), 't1_nircam_clear-f200w'],
  ['image with CLEARP: pupil first', niriss('NIS_IMAGE', 'F380M', 'CLEARP'), 't1_niriss_clearp-f380m'],
  ['image with F405N: pupil first', nircam('NRC_IMAGE', 'F444W', 'F405N'), 't1_nircam_f405n-f444w'],
  ['image with another pupil: filter first', nircam('NRC_IMAGE', 'F444W', 'F470N'), 't1_nircam_f444w-f470n'],
  ['image with filter CLEAR: filter first', niriss('NIS_IMAGE', 'CLEAR', 'F200W'), 't1_niriss_clear-f200w'],
  [
    'image on a subarray',
    nircam('NRC_IMAGE', 'F200W', 'CLEAR', { SUBARRAY: 'SUB160' }),
    't1_nircam_clear-f200w-sub160',
  ],
  ['image without a subarray', miri('MIR_IMAGE', 'F770W', { SUBARRAY: 'NONE' }), 't1_miri_f770w'],
  [
    'image of a time series',
    nircam('NRC_TSIMAGE', 'F212N', 'WLP8', { SUBARRAY: 'SUB64P' }),
    't1_nircam_f212n-wlp8-sub64p',
  ],
  ['image of FGS without optics', { EXP_TYPE: 'FGS_IMAGE', INSTRUME: 'FGS', FILTER: 'NONE' }, 't1_fgs_'],
  [
    'image without grating, slit and band',
    miri('MIR_IMAGE', 'F770W', { GRATING: 'G', FXD_SLIT: 'S', BAND: 'B' }),
    't1_miri_f770w',
  ],
  ...[ROUTINE, 'PRIME_WFSC_SENSING_ONLY', 'PRIME_WFSC_SENSING_CONTROL', 'PRIME_WFSC_NEW'].map(
    (VISITYPE) =>
      [
        `image of ${VISITYPE}: with detector`,
        nircam('NRC_IMAGE', 'F212N', 'WLM8', { VISITYPE, DETECTOR: 'NRCA3' }),
        't1_nircam_f212n-wlm8-nrca3',
      ] as const,
  ),
  [
    'spectrum of a WFSC visit: without detector',
    nircam('NRC_WFSS', 'F322W2', 'GRISMR', { VISITYPE: ROUTINE }),
    's000000001_nircam_f322w2-grismr',
  ],
  // Spectra.
  ['NRC_WFSS: filter first', nircam('NRC_WFSS', 'F322W2', 'GRISMR'), 's000000001_nircam_f322w2-grismr'],
  [
    'NIS_SOSS: filter first',
    niriss('NIS_SOSS', 'CLEAR', 'GR700XD', { SUBARRAY: 'SUBSTRIP256' }),
    't1_niriss_clear-gr700xd-substrip256',
  ],
  [
    'NRC_TSGRISM: filter first',
    nircam('NRC_TSGRISM', 'F444W', 'GRISMR', { SUBARRAY: 'SUBGRISM256' }),
    't1_nircam_f444w-grismr-subgrism256',
  ],
  ['NIS_WFSS: pupil first', niriss('NIS_WFSS', 'GR150C', 'F200W'), 's000000001_niriss_f200w-gr150c'],
  ['NIS_AMI: pupil first', niriss('NIS_AMI', 'F480M', 'NRM', { SUBARRAY: 'SUB80' }), 't1_niriss_nrm-f480m-sub80'],
  [
    'NRC_CORON: pupil first, -image3',
    nircam('NRC_CORON', 'F335M', 'MASKRND', { SUBARRAY: 'SUB320A335R' }),
    't1_nircam_maskrnd-f335m-sub320a335r-image3',
  ],
  ['spectrum with a pupil: no grating', nirspec('NRS_IFU', 'F100LP', 'G140M', { PUPIL: 'P' }), 't1_nirspec_p-f100lp'],
  ['NRS_IFU: grating first', nirspec('NRS_IFU', 'F100LP', 'G140M'), 't1_nirspec_g140m-f100lp'],
  ['NRS_IFU: prism first too', nirspec('NRS_IFU', 'CLEAR', 'PRISM'), 't1_nirspec_prism-clear'],
  ['other gratings: filter first', nirspec('NRS_MSASPEC', 'F170LP', 'G235M'), 's000000001_nirspec_f170lp-g235m'],
  ['neither pupil nor grating: filter', miri('MIR_LRS-FIXEDSLIT', 'P750L'), 't1_miri_p750l'],
  [
    'coronagraphy of MIRI: filter, subarray',
    miri('MIR_4QPM', 'F1140C', { SUBARRAY: 'MASK1140' }),
    't1_miri_f1140c-mask1140',
  ],
  [
    'slit, then subarray',
    nirspec('NRS_FIXEDSLIT', 'F100LP', 'G140H', { FXD_SLIT: 'S200A1', SUBARRAY: 'SUBS200A1' }),
    's000000001_nirspec_f100lp-g140h-s200a1-subs200a1',
  ],
  [
    'slit, without FULL',
    nirspec('NRS_FIXEDSLIT', 'F100LP', 'G140H', { FXD_SLIT: 'S200A1' }),
    's000000001_nirspec_f100lp-g140h-s200a1',
  ],
  [
    'spectrum without a subarray',
    nirspec('NRS_IFU', 'F100LP', 'G140M', { SUBARRAY: 'N/A' }),
    't1_nirspec_g140m-f100lp',
  ],
  ['band behind channel', { ...MRS, BAND: 'SHORT' }, 't1_miri_ch1-short'],
  ['band of channels 34', { ...MRS, CHANNEL: '34', DETECTOR: 'MIRIFULONG', BAND: 'MEDIUM' }, 't1_miri_ch3-medium'],
  ['band behind a subarray', { ...MRS, SUBARRAY: 'SUB64', BAND: 'LONG' }, 't1_miri_-sub64ch1-long'],
  ['no channel without a band', MRS, 't1_miri_'],
  // Slits of the time series.
  [
    'NRS_BRIGHTOBJ, CLEAR and PRISM: no slit',
    nirspec('NRS_BRIGHTOBJ', 'CLEAR', 'PRISM', { FXD_SLIT: 'S1600A1', SUBARRAY: 'SUB512' }),
    't1_nirspec_clear-prism-sub512',
  ],
  [
    'NRS_BRIGHTOBJ, other grating: slit',
    nirspec('NRS_BRIGHTOBJ', 'F170LP', 'G235H', { FXD_SLIT: 'S1600A1', SUBARRAY: 'SUB2048' }),
    't1_nirspec_f170lp-g235h-s1600a1-sub2048',
  ],
  [
    'NRS_BRIGHTOBJ, PRISM without CLEAR: slit',
    nirspec('NRS_BRIGHTOBJ', 'F170LP', 'PRISM', { FXD_SLIT: 'S1600A1' }),
    't1_nirspec_f170lp-prism-s1600a1',
  ],
  [
    'NRS_BRIGHTOBJ, CLEAR without PRISM: slit',
    nirspec('NRS_BRIGHTOBJ', 'CLEAR', 'G235H', { FXD_SLIT: 'S1600A1' }),
    't1_nirspec_clear-g235h-s1600a1',
  ],
  [
    'slit, CLEAR and PRISM of TSOVISIT: no slit',
    nirspec('NRS_FIXEDSLIT', 'CLEAR', 'PRISM', { FXD_SLIT: 'S1', TSOVISIT: 'true' }),
    's000000001_nirspec_clear-prism',
  ],
  [
    'slit, CLEAR and PRISM of no time series: slit',
    nirspec('NRS_FIXEDSLIT', 'CLEAR', 'PRISM', { FXD_SLIT: 'S1' }),
    's000000001_nirspec_clear-prism-s1',
  ],
  // Targets.
  ...SOURCE_BASED.map(
    (EXP_TYPE) => [`source of ${EXP_TYPE}`, miri(EXP_TYPE, 'P750L'), 's000000001_miri_p750l'] as const,
  ),
  ...SOURCE_BASED.map(
    (EXP_TYPE) => [`PARALLEL_PURE ${EXP_TYPE}`, miri(EXP_TYPE, 'P750L', { VISITYPE: PURE }), 't0_miri_p750l'] as const,
  ),
  ['no target key', miri('MIR_IMAGE', 'F770W', { VISITYPE: PURE, TARGNAME: 'NONE' }), 't0_miri_f770w'],
  ['fixed target without targra', miri('MIR_IMAGE', 'F770W', { TARG_RA: 'NaN' }), 't0_miri_f770w'],
]
for (const [rule, columns, rest] of expected) {
  test(`expected name: ${rule}`, (t) => {
    const row = exposure(columns)
    t.is(expectedName(row, rankTargets([row])), `jw01001-o001_${rest}`)
  })
}

const SPELLINGS = ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null']
for (const column of ['CHANNEL', 'PROGRAM', 'OBSERVTN'] as const) {
  test(`expected name: it is the same however a ${column} that says nothing is written`, (t) => {
    const names = SPELLINGS.map((nothing) => {
      const row = exposure(
        miri('MIR_MRS', 'NONE', { DETECTOR: 'MIRIFUSHORT', BAND: 'SHORT', CHANNEL: '12', [column]: nothing }),
      )
      return expectedName(row, rankTargets([row]))
    })
    t.is(new Set(names).size, 1, names.join())
  })
}

test('expected name: padded PROGRAM and OBSERVTN, rank among the targets of the association', (t) => {
  const third = exposure({ VISITYPE: MOVING, TARGNAME: 'c', PROGRAM: '42', OBSERVTN: '7' })
  const ranks = rankTargets([third, moving('b'), fixedAt('1'), moving('a')])
  t.is(expectedName(third, ranks), 'jw00042-o007_t3_miri_f770w')
  t.is(expectedName(fixedAt('1'), ranks), 'jw01001-o001_t4_miri_f770w')
})

test('models are IMAGE, SPEC, TAC and FGS', (t) => t.deepEqual([...MODELS], ['IMAGE', 'SPEC', 'TAC', 'FGS']))

const TAC = ['MIR_4QPM', 'MIR_LYOT', 'NRC_CORON', 'NIS_AMI', 'NRS_BRIGHTOBJ', 'NRC_TSGRISM', 'NRC_TSIMAGE']
const IMAGES = ['FGS_IMAGE', 'MIR_IMAGE', 'NRC_IMAGE', 'NIS_IMAGE']
const modelled = (EXP_TYPE: string, more: Columns = {}) => modelOf(exposure({ EXP_TYPE, INSTRUME: 'NIRISS', ...more }))

for (const EXP_TYPE of LEVEL3) {
  const model = TAC.includes(EXP_TYPE) ? 'TAC' : IMAGES.includes(EXP_TYPE) ? 'IMAGE' : 'SPEC'
  test(`model of ${EXP_TYPE}: ${model}; TAC in a time series, FGS with that instrument`, (t) => {
    t.is(modelled(EXP_TYPE), model)
    for (const TSOVISIT of ['T', 't', 'True', 'true', 'TRUE', '1', '1.0'])
      t.is(modelled(EXP_TYPE, { TSOVISIT }), 'TAC', TSOVISIT)
    for (const TSOVISIT of ['F', 'false', '2', 'NONE', '']) t.is(modelled(EXP_TYPE, { TSOVISIT }), model, TSOVISIT)
    t.is(modelled(EXP_TYPE, { INSTRUME: 'FGS', TSOVISIT: 'T' }), 'FGS')
  })
}

test('the family of images is told by what follows the last _ of EXP_TYPE', (t) => {
  for (const EXP_TYPE of ['IMAGE', 'X_IMAGE', 'X_Y_IMAGE', 'X_TSIMAGE2']) t.is(modelled(EXP_TYPE), 'IMAGE', EXP_TYPE)
  for (const EXP_TYPE of ['IMAGE_X', 'X_IMAGE_Y', 'X_IMAGE_', 'X_IMAG']) t.is(modelled(EXP_TYPE), 'SPEC', EXP_TYPE)
})

const ungrouped: readonly (readonly [rule: string, columns: Columns, isUngrouped: boolean])[] = [
  ['slitless spectrum of no time series', { EXP_TYPE: 'MIR_LRS-SLITLESS', TSOVISIT: 'False' }, true],
  ['slitless spectrum without TSOVISIT', { EXP_TYPE: 'MIR_LRS-SLITLESS', TSOVISIT: 'NONE' }, true],
  ...['T', 't', 'True', 'true', 'TRUE', '1', '1.0'].map(
    (TSOVISIT) =>
      [`slitless spectrum, TSOVISIT ${TSOVISIT}`, { EXP_TYPE: 'MIR_LRS-SLITLESS', TSOVISIT }, false] as const,
  ),
  ['spectrum through the slit', { EXP_TYPE: 'MIR_LRS-FIXEDSLIT' }, false],
  ['wavefront image on a subarray', { VISITYPE: ROUTINE, SUBARRAY: 'SUB64' }, true],
  ['wavefront image of a new kind on a subarray', { VISITYPE: 'PRIME_WFSC_NEW', SUBARRAY: 'SUB64' }, true],
  ['wavefront image without a subarray', { VISITYPE: ROUTINE, SUBARRAY: 'NONE' }, true],
  ['wavefront image of the full detector', { VISITYPE: ROUTINE, SUBARRAY: 'FULL' }, false],
  ['other image on a subarray', { VISITYPE: FIXED, SUBARRAY: 'SUB64' }, false],
  ['wavefront visit, spectrum on a subarray', { VISITYPE: ROUTINE, SUBARRAY: 'SUB64', EXP_TYPE: 'MIR_MRS' }, false],
]
for (const [rule, columns, isUngrouped] of ungrouped) {
  test(`${rule}: in ${isUngrouped ? 'no' : 'a'} group`, (t) => {
    const reason = ungroupedReason(exposure(columns))
    t.is(reason !== undefined, isUngrouped)
    if (isUngrouped) t.regex(reason ?? '', /TSOVISIT|subarray/)
  })
}
