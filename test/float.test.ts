import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { ByteWriter } from '../lib/csv/bytes.js'
import { addFloat, floatTexts, formatFloat, formatScaled } from '../lib/csv/float.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'

/** What `repr` of Python says of these floats. */
const PYTHON_REPR: readonly (readonly [number, string])[] = [
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [-1, '-1.0'],
  [100, '100.0'],
  [1e5, '100000.0'],
  [0.1, '0.1'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1 / 3, '0.3333333333333333'],
  [265.1288672816, '265.1288672816'],
  [-68.5062535585, '-68.5062535585'],
  [36052781.054, '36052781.054'],
  [1e15, '1000000000000000.0'],
  [2 ** 53, '9007199254740992.0'],
  [2 ** 53 + 2, '9007199254740994.0'],
  [9999999999999998, '9999999999999998.0'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [-123456789012345680, '-1.2345678901234568e+17'],
  [1e21, '1e+21'],
  [1e22, '1e+22'],
  [1e23, '1e+23'],
  [1e100, '1e+100'],
  [1.7976931348623157e308, '1.7976931348623157e+308'],
  [0.0001, '0.0001'],
  [0.00012345, '0.00012345'],
  [9.999999999999999e-5, '9.999999999999999e-05'],
  [1e-5, '1e-05'],
  [-1e-5, '-1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e-10, '1e-10'],
  [2.2250738585072014e-308, '2.2250738585072014e-308'],
  [3 * 2 ** -1074, '1.5e-323'],
  [5e-324, '5e-324'],
  [Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, '-inf'],
]

test('formatFloat writes a float as repr of Python does', (t) => {
  for (const [value, expected] of PYTHON_REPR) t.is(formatFloat(value), expected)
})

test('formatFloat writes NaN as a blank', (t) => {
  t.is(formatFloat(Number.NaN), '')
})

test('formatFloat writes text that reads back as the same float and is no integer literal', (t) => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = formatFloat(value)
      return Object.is(Number(text), value) && /[.e]/.test(text)
    }),
    propertyOptions(t, 5000),
  )
  t.pass()
})

/** What is written among other numbers. */
function written(value: number): string {
  const floats = floatTexts()
  floats.values.set([1.5, value, -7])
  floats.write(3)
  const { ends, text } = floats
  assert.equal(Buffer.from(text.subarray((ends[0] ?? 0) + 1, (ends[1] ?? 0) + 1)).toString(), '1.5,')
  assert.equal(Buffer.from(text.subarray((ends[2] ?? 0) + 1, (ends[3] ?? 0) + 1)).toString(), '-7.0,')
  assert.equal(text[ends[2] ?? 0], 44)
  return Buffer.from(text.subarray((ends[1] ?? 0) + 1, ends[2])).toString('latin1')
}

test('FloatTexts writes a float as repr of Python does', (t) => {
  for (const [value, expected] of PYTHON_REPR) {
    t.is(written(value), expected)
    t.is(written(-value), expected.startsWith('-') ? expected.slice(1) : `-${expected}`)
  }
  t.is(written(Number.NaN), '')
})

const FLOAT = new Float64Array(1)
const BITS = new BigInt64Array(FLOAT.buffer)

/** The float that is so many steps from another one. */
function beside(value: number, steps: number): number {
  FLOAT[0] = value
  BITS[0] = (BITS[0] ?? 0n) + BigInt(steps)
  return FLOAT[0] ?? 0
}

// JavaScript's own text is the reference: it is the shortest one, too, and of several the nearest.
test('FloatTexts finds the shortest text: for all floats near a power of ten or of two', (t) => {
  const powers = [
    ...Array.from({ length: 24 }, (_, exponent) => Number(`1e${exponent - 6}`)),
    ...Array.from({ length: 80 }, (_, exponent) => 2 ** (exponent - 20)),
  ]
  for (const power of powers) {
    for (let steps = -40; steps <= 40; steps++) {
      const value = beside(power, steps)
      if (written(value) !== formatFloat(value)) t.is(written(value), formatFloat(value))
    }
  }
  t.pass()
})

const ANY_FLOAT = fc.tuple(fc.bigInt(0n, 2n ** 52n - 1n), fc.integer({ min: -18, max: 58 })).map(([bits, exponent]) => {
  BITS[0] = (BigInt(exponent + 1023) << 52n) | bits
  return FLOAT[0] ?? 0
})
/** What people and programs write: few digits. */
const DECIMAL = fc
  .tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: -6, max: 18 }))
  .map(([digits, power]) => Number(`${digits}e-${power}`.replace('--', '')))
/** Those with a short neighbour, where a shorter text would be that of another number. */
const BESIDE_DECIMAL = fc.tuple(DECIMAL, fc.integer({ min: -3, max: 3 })).map(([value, steps]) => beside(value, steps))

for (const [title, floats] of [
  ['any bits', ANY_FLOAT],
  ['few digits', DECIMAL],
  ['what stands beside few digits', BESIDE_DECIMAL],
] as const) {
  test(`FloatTexts finds the shortest text: ${title}`, (t) => {
    const same = (value: number) => written(value) === formatFloat(value) && written(-value) === formatFloat(-value)
    fc.assert(fc.property(floats, same), propertyOptions(t, 50_000))
    t.pass()
  })
}

test('formatScaled is the text of the quotient', (t) => {
  const integers = fc.oneof(
    fc.integer({ min: 0, max: 400 * 10 ** 8 }),
    fc.maxSafeInteger(),
    fc.tuple(fc.nat(4000), fc.nat(12)).map(([digits, zeros]) => digits * 10 ** zeros),
    fc.constantFrom(-0, Number.NaN, 1e15, 1e15 - 1, 9999, 10_000, 99, 100, Number.POSITIVE_INFINITY),
  )
  fc.assert(
    fc.property(integers, fc.nat(12), (integer, decimals) => {
      assert.equal(formatScaled(integer, decimals), formatFloat(integer / 10 ** decimals))
    }),
    propertyOptions(t, 20_000),
  )
  t.is(formatScaled(10_012_345_000, 8), '100.12345')
  t.is(formatScaled(10_000_000_000, 8), '100.0')
  t.is(formatScaled(9999, 8), '9.999e-05')
})

test('addFloat adds the text and nothing else', (t) => {
  const out = new ByteWriter()
  for (const value of [1.5, Number.NaN, -1e-7, 0]) {
    addFloat(value, out)
    out.text('|')
  }
  t.is(out.take().toString(), '1.5||-1e-07|0.0|')
})
