/** What single cells mean: sections 2, 3.4, 3.7, 4 and 7. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { compareText, isFalse, isNothing, isTrue, isVoid, roundHalfEven, toNumber } from '../lib/rules/values.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const NOTHING = ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null']
const FALSE = ['F', 'f', 'False', 'false', 'FALSE', '0', '0.0']
const TRUE = ['T', 't', 'True', 'true', 'TRUE', '1', '1.0']
const OTHERS = [
  ' ',
  '0',
  '0.0',
  '1',
  'Nan',
  'NAN',
  'n/a',
  'NA',
  'Null',
  'nothing',
  'yes',
  'no',
  'tRUE',
  'fALSE',
  '-',
  '?',
]
const ALL = [...NOTHING, ...FALSE, ...TRUE, ...OTHERS]

const meanings = [
  { rule: 'nothing are the nine texts of section 2', is: isNothing, texts: NOTHING },
  { rule: 'true are T t True true TRUE 1 1.0', is: isTrue, texts: TRUE },
  { rule: 'false are F f False false FALSE 0 0.0', is: isFalse, texts: FALSE },
  { rule: 'left out of a key are nothing and false', is: isVoid, texts: [...NOTHING, ...FALSE] },
]
for (const { rule, is, texts } of meanings) {
  test(`${rule}, and no other text`, (t) => {
    t.deepEqual(
      ALL.filter((text) => is(text)),
      ALL.filter((text) => texts.includes(text)),
    )
  })
}

const numbers: readonly (readonly [text: string, value: number])[] = [
  ['0', 0],
  ['00', 0],
  ['-0.0', -0],
  ['12', 12],
  ['-12.5', -12.5],
  ['+3', 3],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['359.99999999', 359.99999999],
  ['31333341.326', 31333341.326],
]
for (const [text, value] of numbers) test(`${text} is a number`, (t) => t.is(toNumber(text), value))

const noNumbers = [
  ...NOTHING,
  ...['T', 'bright', '12kB', '12h30m', '1,5', '1 2', '1_000', '--1', '.', '-', '+', 'e5', '1e', '1e+', '.e1', '1.2.3'],
  ...['Infinity', '-Infinity', 'inf', '1e400', '-1e400', '0x1f', '0X1F', '0b1', '0B1', '0o7', '0O7', '0x', '-0x1'],
]
for (const text of noNumbers) {
  test(`${JSON.stringify(text)} is no number`, (t) => t.is(toNumber(text), Number.NaN))
}

test('white space is no number', (t) => {
  for (const text of [' ', '\t', '\n', '\u00a0', '  ']) t.is(toNumber(text), Number.NaN, JSON.stringify(text))
})

test('hexadecimal, octal and binary are no numbers behind white space either', (t) => {
  for (const text of [' 0x1f', '\t0b1', ' 0o7', '\u00a00x1f']) t.is(toNumber(text), Number.NaN, JSON.stringify(text))
})

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

test('numbers are what a regular expression of decimal numbers takes, as long as they are finite', (t) => {
  const odd = fc.string({ unit: fc.constantFrom(...'0011579+-..eExXbBoO_,nNaAiIfF'), maxLength: 6 })
  const floats = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
  fc.assert(
    fc.property(fc.oneof(odd, floats), (text) => {
      const value = DECIMAL.test(text) ? Number.parseFloat(text) : Number.NaN
      assert.equal(toNumber(text), Number.isFinite(value) ? value : Number.NaN)
    }),
    { seed, numRuns: 20_000 },
  )
  t.pass()
})

const roundings: readonly (readonly [value: number, decimals: number, rounded: number])[] = [
  [0.5, 0, 0],
  [1.5, 0, 2],
  [2.5, 0, 2],
  [3.5, 0, 4],
  [-0.5, 0, -0],
  [-1.5, 0, -2],
  [-2.5, 0, -2],
  [2.4, 0, 2],
  [2.6, 0, 3],
  [-2.6, 0, -3],
  [0.125, 2, 0.12],
  [0.375, 2, 0.38],
  [-0.125, 2, -0.12],
  [0.49999999999999994, 0, 0],
  [10.12345649, 6, 10.123456],
  [10.12345651, 6, 10.123457],
  [359.999999996, 8, 360],
  [123.123456785, 8, 123.12345678],
  [42, 8, 42],
  [9007199254740992, 8, 9007199254740992],
]
for (const [value, decimals, rounded] of roundings) {
  test(`${value} rounds half to even at ${decimals} decimals to ${rounded}`, (t) => {
    t.true(roundHalfEven(value, decimals) === rounded, String(roundHalfEven(value, decimals)))
  })
}

/** numerator / 2^power, rounded at some decimals, times 10^decimals: in whole numbers alone. */
function roundExactly(numerator: bigint, power: bigint, decimals: bigint): bigint {
  const scaled = numerator * 10n ** decimals
  const unit = 2n ** power
  const rest = ((scaled % unit) + unit) % unit
  const floor = (scaled - rest) / unit
  if (rest * 2n === unit) return floor % 2n === 0n ? floor : floor + 1n
  return rest * 2n > unit ? floor + 1n : floor
}

test('rounding is half to even wherever scaling is exact, halves met often', (t) => {
  // With at most 25 bits, 5^8 times it and eight more binary digits, no product needs more than 53 bits.
  const numerator = fc.integer({ min: -(2 ** 25), max: 2 ** 25 })
  fc.assert(
    fc.property(numerator, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 8 }), (n, power, decimals) => {
      const expected = Number(roundExactly(BigInt(n), BigInt(power), BigInt(decimals))) / 10 ** decimals
      return roundHalfEven(n / 2 ** power, decimals) === expected
    }),
    { seed, numRuns: 10_000 },
  )
  t.pass()
})

test('rounding again changes nothing', (t) => {
  fc.assert(
    fc.property(fc.double({ min: -360, max: 360, noNaN: true }), fc.integer({ min: 0, max: 8 }), (value, decimals) => {
      const once = roundHalfEven(value, decimals)
      return roundHalfEven(once, decimals) === once && Math.abs(once - value) <= 0.5 / 10 ** decimals + 1e-12
    }),
    { seed, numRuns: 5000 },
  )
  t.pass()
})

test('text order is that of UTF-16 code units', (t) => {
  const ordered = ['', '"', '-', '10', '9', 'A', 'B', 'Z', 'a', 'aa', 'b', 'é', '\ud83d\ude00', '\uff5e']
  t.deepEqual(ordered.toReversed().sort(compareText), ordered)
  t.is(compareText('same', 'same'), 0)
})
