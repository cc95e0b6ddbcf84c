/** Codes of category values (section 7). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { CATEGORIES, type Category, Encoder, type Encodings } from '../lib/rules/category-codes.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
const shipped = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'lib', 'rules', 'encodings.json'), 'utf8'),
) as Encodings

const ALL: readonly Category[] = [
  ...(['instr', 'detector', 'filter', 'pupil', 'grating'] as const),
  ...(['exp_type', 'channel', 'band', 'subarray', 'visitype'] as const),
]

test('the categories are the ten of section 7', (t) => t.deepEqual([...CATEGORIES].sort(), ALL.toSorted()))

/** Encodings with few values: codes 0 for NONE, others as given. */
function encodings(values: { readonly [category in Category]?: Readonly<Record<string, number>> }): Encodings {
  const of = (category: Category): Readonly<Record<string, number>> => ({ NONE: 0, ...values[category] })
  return Object.fromEntries(ALL.map((category) => [category, of(category)])) as Encodings
}

/** Codes that encodings.json gives. */
const codes: readonly (readonly [category: Category, value: string, code: string])[] = [
  ['instr', 'FGS', '0'],
  ['instr', 'NIRSPEC', '4'],
  ['filter', 'F070LP', '2'],
  ['filter', 'WLP4', '51'],
  ['pupil', 'CLEAR', '1'],
  ['grating', 'G395H', '6'],
  ['exp_type', 'MIR_WFSS', '21'],
  ['channel', 'LONG', '3'],
  ['band', 'SHORT|MEDIUM|LONG', '1'],
  ['band', 'SHORT', '0'],
  ['visitype', 'PRIME_WFSC_ROUTINE', '1'],
  ['visitype', 'PRIME_UNTARGETED', '6'],
  // Detectors.
  ['detector', 'MIRIMAGE', '8'],
  ['detector', 'NRS1|NRS2', '15'],
  ['detector', 'MIRIFULONG|MIRIFUSHORT|MIRIMAGE', '6'],
  ['detector', 'GUIDER1|GUIDER2', '2'],
  ...['NRCA1', 'NRCALONG', 'NRCB4', 'NRCBLONG', 'NRC-S'].map((value) => ['detector', value, '11'] as const),
  ...['NRCA1|NRCA2', 'NRCA1|NRCA2|NRCA3|NRCA4', 'NRCA3|NRCALONG'].map((value) => ['detector', value, '12'] as const),
  ...['NRCB1|NRCB2', 'NRCB1|NRCBLONG'].map((value) => ['detector', value, '13'] as const),
  ...['NRCA1|NRCB1', 'NRCALONG|NRCBLONG', 'NRCA1|NRCA2|NRCB1'].map((value) => ['detector', value, '10'] as const),
  // Subarrays.
  ['subarray', 'FULL', '3'],
  ['subarray', 'ALLSLITS', '1'],
  ['subarray', 'SLITLESSPRISM', '5'],
  ...['MASK', 'MASK1065', 'MASKLYOT', 'MASK9999'].map((value) => ['subarray', value, '4'] as const),
  ...['SUB', 'SUB64', 'SUBGRISM256', 'SUBNEW'].map((value) => ['subarray', value, '6'] as const),
  ...['WFSS', 'WFSS128C', 'WFSS999'].map((value) => ['subarray', value, '7'] as const),
]
for (const [category, value, code] of codes) {
  test(`${category} ${value} has code ${code}`, (t) => {
    const encoder = new Encoder(shipped)
    t.is(encoder.encode(category, value), code)
    t.is(encoder.placeholders, 0)
  })
}

test('nothing has the code of NONE in every category that has one', (t) => {
  const encoder = new Encoder(encodings({}))
  for (const category of ALL) {
    for (const nothing of ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null']) {
      t.is(encoder.encode(category, nothing), '0', `${category} ${nothing}`)
    }
  }
})

test('an instrument of nothing is a new value where NONE has no code', (t) => {
  const encoder = new Encoder(shipped)
  const cell = encoder.encode('instr', '')
  t.deepEqual(encoder.assignCodes(), [{ category: 'instr', value: 'NONE', code: 5 }])
  t.is(encoder.resolve('instr', cell), '5')
})

test('detectors that are not all of NIRCam are no family', (t) => {
  const encoder = new Encoder(shipped)
  for (const value of ['NIS|NRCA1', 'XNRCA1']) encoder.encode('detector', value)
  t.deepEqual(
    encoder.assignCodes().map(({ value }) => value),
    ['NIS|NRCA1', 'XNRCA1'],
  )
})

test('families are of detectors and subarrays alone', (t) => {
  const encoder = new Encoder(
    encodings({ filter: { SUB64: 7, NRCA1: 8 }, subarray: { SUB: 2 }, detector: { 'NRC-S': 3 } }),
  )
  t.is(encoder.encode('filter', 'SUB64'), '7')
  t.is(encoder.encode('filter', 'NRCA1'), '8')
  t.is(encoder.encode('subarray', 'SUB64'), '2')
  t.is(encoder.encode('detector', 'NRCA1'), '3')
})

test('a subarray is of the family that it starts with, not of one within it', (t) => {
  const encoder = new Encoder(shipped)
  for (const value of ['XSUB64', 'sub64', 'FULLMASK']) encoder.encode('subarray', value)
  t.deepEqual(
    encoder.assignCodes().map(({ value }) => value),
    ['FULLMASK', 'XSUB64', 'sub64'],
  )
})

test('an unknown value waits for its code as a placeholder, one for each value of each category', (t) => {
  const encoder = new Encoder(encodings({}))
  const cells = [
    encoder.encode('filter', 'F999W'),
    encoder.encode('filter', 'F998W'),
    encoder.encode('pupil', 'F999W'),
    encoder.encode('filter', 'F999W'),
  ]
  t.is(encoder.placeholders, 4)
  t.is(cells[0], cells[3])
  t.not(cells[0], cells[1])
  for (const cell of cells) t.true(Number.isNaN(Number(cell)), 'a placeholder is no code')
  encoder.assignCodes()
  const categories = ['filter', 'filter', 'pupil', 'filter'] as const
  t.deepEqual(
    cells.map((cell, index) => encoder.resolve(categories[index] ?? 'filter', cell)),
    ['2', '1', '1', '2'],
  )
})

test('one unknown value is a placeholder, and only a whole cell is', (t) => {
  const encoder = new Encoder(encodings({}))
  const cell = encoder.encode('filter', 'F999W')
  t.is(encoder.placeholders, 1)
  encoder.assignCodes()
  t.is(encoder.resolve('filter', `x${cell}`), `x${cell}`)
  t.is(encoder.resolve('filter', cell), '1')
})

const mistakes: readonly (readonly [Category, value: string, looksLike: string | undefined])[] = [
  ...['\\N', 'NA', 'na', '<NA>', '#N/A', '(null)', '-', '?', ' NA ', ' ', 'n/a'].map(
    (value) => ['filter', value, 'NONE'] as const,
  ),
  ...['f770w', 'F770W ', ' f770w'].map((value) => ['filter', value, 'F770W'] as const),
  ['subarray', 'sub64', 'SUB'],
  ['detector', 'nrca1|nrca2', 'NRCA-M'],
  ['filter', ' F999W', 'F999W'],
  ['instr', ' NaN', 'NaN'],
  ...['F999W', 'f999w', 'F-770W', 'NAN?'].map((value) => ['filter', value, undefined] as const),
]
for (const [category, value, looksLike] of mistakes) {
  test(`a new ${category} "${value}" looks like ${looksLike ?? 'no other'}, and gets a code all the same`, (t) => {
    const encoder = new Encoder(shipped)
    encoder.encode(category, value)
    const [added, ...others] = encoder.assignCodes()
    t.deepEqual([added?.value, added?.looksLike, others], [value, looksLike, []])
    t.true(Number.isInteger(added?.code))
  })
}

test('members of one family that has no code are one unknown value', (t) => {
  const encoder = new Encoder(encodings({}))
  t.is(encoder.encode('subarray', 'SUB64'), encoder.encode('subarray', 'SUB128'))
  t.is(encoder.encode('detector', 'NRCA1'), encoder.encode('detector', 'NRCB4'))
  t.deepEqual(encoder.assignCodes(), [
    { category: 'detector', value: 'NRC-S', code: 1 },
    { category: 'subarray', value: 'SUB', code: 1 },
  ])
})

test('new codes follow the greatest of their category, in text order whatever order the values came in', (t) => {
  const known = encodings({ filter: { A: 7, B: 7, C: 3 }, band: { SHORT: 0 } })
  for (const values of [
    ['b', 'Z', '10', '9', 'a'],
    ['a', 'b', '9', '10', 'Z'],
  ]) {
    const encoder = new Encoder(known)
    for (const value of values) encoder.encode('filter', value)
    encoder.encode('band', 'ULTRA')
    const added = encoder.assignCodes()
    t.deepEqual(
      added.filter(({ category }) => category === 'filter').map(({ value, code }) => [value, code]),
      [
        ['10', 8],
        ['9', 9],
        ['Z', 10],
        ['a', 11],
        ['b', 12],
      ],
    )
    t.deepEqual(
      added.filter(({ category }) => category === 'band'),
      [{ category: 'band', value: 'ULTRA', code: 1 }],
    )
  }
})

test('the first code of a category without values is 0', (t) => {
  const encoder = new Encoder({ ...encodings({}), pupil: {} })
  encoder.encode('pupil', 'P')
  t.deepEqual(encoder.assignCodes(), [{ category: 'pupil', value: 'P', code: 0 }])
})

test('all encodings hold what was known and what is new, so that a later run gives the same codes', (t) => {
  const first = new Encoder(shipped)
  const cell = first.encode('filter', 'F999W')
  first.assignCodes()
  t.deepEqual(first.encodings, { ...shipped, filter: { ...shipped.filter, F999W: 52 } })
  const second = new Encoder(JSON.parse(JSON.stringify(first.encodings)) as Encodings)
  t.is(second.encode('filter', 'F999W'), first.resolve('filter', cell))
  t.is(second.placeholders, 0)
  t.deepEqual(second.assignCodes(), [])
})

test('values that another encoder met get the same codes as if this one had met them', (t) => {
  const [alone, first, second] = [new Encoder(shipped), new Encoder(shipped), new Encoder(shipped)]
  for (const value of ['F999W', 'F998W', 'F770W']) alone.encode('filter', value)
  const cell = first.encode('filter', 'F999W')
  second.encode('filter', 'F998W')
  for (const encoder of [first, second]) second.learn(encoder.unknown)
  t.deepEqual(second.assignCodes(), alone.assignCodes())
  t.is(second.resolve('filter', cell), '53')
})

test('a run without new values adds none', (t) => {
  const encoder = new Encoder(shipped)
  encoder.encode('filter', 'F770W')
  t.deepEqual(encoder.assignCodes(), [])
  t.deepEqual(encoder.encodings, shipped)
  t.is(encoder.resolve('filter', '45'), '45')
})

test('values that are named like members of objects are values', (t) => {
  const encoder = new Encoder(shipped)
  const cells = ['constructor', '__proto__', 'toString'].map((value) => encoder.encode('filter', value))
  encoder.assignCodes()
  t.deepEqual(
    cells.map((cell) => encoder.resolve('filter', cell)),
    ['53', '52', '54'],
  )
  const again = new Encoder(JSON.parse(JSON.stringify(encoder.encodings)) as Encodings)
  t.is(again.encode('filter', '__proto__'), '52')
})

test('codes do not depend on the order in which values come', (t) => {
  const value = fc.tuple(fc.constantFrom('filter' as const, 'pupil' as const), fc.string({ maxLength: 3 }))
  const shuffled = fc
    .array(value, { maxLength: 8 })
    .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })))
  const codesOf = (values: readonly (readonly [Category, string])[]) => {
    const encoder = new Encoder(shipped)
    const cells = values.map(([category, text]) => [category, text, encoder.encode(category, text)] as const)
    encoder.assignCodes()
    return cells.map(([category, text, cell]) => `${category} ${text} ${encoder.resolve(category, cell)}`).sort()
  }
  fc.assert(
    fc.property(shuffled, ([values, others]) => {
      const found = codesOf(values)
      assert.deepEqual(codesOf(others), found)
      for (const line of found) assert.match(line, / \d+$/)
    }),
    { seed, numRuns: 1000 },
  )
  t.pass()
})
