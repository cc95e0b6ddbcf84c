/** How near a product comes to exposures: the keywords of the key, and the compared value. */
import test from 'ava'
import fc from 'fast-check'
import {
  agreeInTarget,
  hasTargetOf,
  keyDifferences,
  keyParts,
  observationsOf,
  positionDifference,
  targetDifference,
} from '../lib/inspect/nearest.js'
import { type Columns, exposure, product } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const numRuns = Number(process.env.FC_RUNS ?? 300)

const value = fc.constantFrom('A1', 'B2', 'NONE', '', '0', 'F', 'N/A')
const keywords: fc.Arbitrary<Columns> = fc.record({
  OBSERVTN: fc.constantFrom('001', '002'),
  VISITYPE: fc.constantFrom('PRIME_TARGETED_FIXED', 'PRIME_WFSC_ROUTINE', 'PRIME_WFSC_SENSING_ONLY'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_MRS'),
  ...{ FILTER: value, GRATING: value, PUPIL: value, SUBARRAY: value, FXD_SLIT: value, BAND: value },
  DETECTOR: fc.constantFrom('MIRIMAGE', 'MIRIFUSHORT', 'MIRIFULONG'),
})

test('the parts of a key are what params is made of', (t) => {
  fc.assert(
    fc.property(keywords, (columns) => {
      const row = exposure(columns)
      const values = keyParts(row).map((part) => part.value)
      const unit = { MIRIFUSHORT: '-12', MIRIFULONG: '-34' }[row.keywords.DETECTOR] ?? ''
      // Behind a key that ends in the detector itself, its suffix says nothing more.
      const suffix = row.keywords.VISITYPE.includes('WFSC') ? unit : ''
      t.is(values.filter((text) => text !== '').join('-') + suffix, row.params)
    }),
    { seed, numRuns },
  )
})

test('a row and a product differ in some keyword, or are of one association', (t) => {
  fc.assert(
    fc.property(keywords, keywords, (a, b) => {
      const [row, other] = [exposure(a), product(b)]
      const differences = keyDifferences(row, other)
      if (differences.length === 0) t.is(row.params, other.params)
      for (const { exposures, product: its } of differences) t.not(exposures, its)
      t.deepEqual(
        keyDifferences(other, row).map((its) => its.keyword),
        differences.map((its) => its.keyword),
      )
    }),
    { seed, numRuns },
  )
})

const FIXED = { VISITYPE: 'PRIME_TARGETED_FIXED', TARGNAME: 'NONE' }
const UNTARGETED = { VISITYPE: 'PRIME_UNTARGETED', TARGNAME: 'NONE' }

for (const [rule, exposures, its, difference] of [
  ['by name', [{}], {}, undefined],
  ['another name', [{}], { TARGNAME: 'BETA' }, 'TARGNAME ALPHA BETA'],
  ['no name', [{}], { TARGNAME: 'N/A' }, 'TARGNAME ALPHA none'],
  ['the name of one of several', [{ TARGNAME: 'BETA' }, {}], {}, undefined],
  ['several names', [{ TARGNAME: 'C' }, { TARGNAME: 'B' }], {}, 'TARGNAME B, C ALPHA'],
  ['more names', ['D', 'C', 'B', 'A'].map((TARGNAME) => ({ TARGNAME })), {}, 'TARGNAME A, B, C, … ALPHA'],
  ['by position', [FIXED], { TARG_RA: '10.5000001' }, undefined],
  ['another position', [FIXED], { TARG_RA: '10.51' }, 'targra 10.5 10.51'],
  ['a blank position agrees with nothing', [{ ...FIXED, TARG_RA: '' }], { TARG_RA: '' }, 'targra none none'],
  ['by guide star, as a number', [UNTARGETED], { GS_MAG: '14.50' }, undefined],
  ['another guide star', [UNTARGETED], { GS_MAG: '14.51' }, 'GS_MAG 14.5 14.51'],
] as const satisfies readonly (readonly [string, readonly Columns[], Columns, string | undefined])[]) {
  test(`target: ${rule}`, (t) => {
    const rows = exposures.map((columns) => exposure(columns))
    const found = targetDifference(
      rows.map((row) => [row]),
      product(its),
    )
    t.is(found && `${found.keyword} ${found.exposures} ${found.product}`, difference)
    t.is(
      rows.some((row) => hasTargetOf(row, product(its))),
      difference === undefined,
    )
  })
}

test('target: the name of the first exposure of a group, the position of any', (t) => {
  const at = (TARG_RA: string) => exposure({ ...FIXED, TARG_RA })
  t.true(agreeInTarget([at('10.6'), at('10.5')], product()))
  t.is(targetDifference([[at('10.6'), at('10.5')]], product()), undefined)
  t.is(targetDifference([[at('10.6'), at('10.7')]], product())?.exposures, '10.6')
  t.false(agreeInTarget([exposure({ TARGNAME: 'BETA' }), exposure()], product()))
})

test('position: in 6 decimals, a step of the last one left out, where the names agree', (t) => {
  for (const TARG_RA of ['10.50000001', '10.500001'])
    t.is(positionDifference([exposure({ TARG_RA })], product()), undefined, TARG_RA)
  t.deepEqual(positionDifference([exposure({ TARG_RA: '10.500002' })], product()), {
    keyword: 'targra',
    exposures: '10.500002',
    product: '10.5',
  })
})

for (const [name, columns, observations] of [
  ['by keyword and name', { Dataset: 'jw01001-o001_t001_miri' }, ['001']],
  ['that differ', { Dataset: 'jw01001-o007_t001_miri' }, ['001', '007']],
  ['by name alone', { Dataset: 'jw01001-o007_t001_miri', OBSERVTN: 'NONE' }, ['007']],
  ['by keyword alone', { Dataset: 'jw01001-c1001_t001_miri' }, ['001']],
  ['of none', { Dataset: 'jw01001-c1001_t001_miri', OBSERVTN: '' }, []],
] as const) {
  test(`observation ${name}`, (t) => {
    t.deepEqual(observationsOf(product(columns)), observations)
  })
}
