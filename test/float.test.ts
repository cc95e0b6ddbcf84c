import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { formatFloat, wholePartAt } from '../lib/csv/float.js'
import { toNumber } from '../lib/rules/values.js'
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

/** The whole part of a number among others. */
function wholePart(text: string): number {
  return wholePartAt(Buffer.from(`12,${text},34`), 3, 3 + text.length)
}

test('the whole part of a plain decimal number is told among bytes, that of any other text is not', (t) => {
  const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: most })
  const decimals = fc.tuple(fc.constantFrom('', '-'), digits(18), fc.constantFrom('', '.'), digits(18))
  const texts = fc.oneof(
    decimals.map((parts) => parts.join('')),
    fc.string({ unit: fc.constantFrom(...'01289.-+eE n'), maxLength: 8 }),
    fc.string({ maxLength: 6 }).map((text) => text.replace(/[^ -~]/g, '')),
  )
  let plain = 0
  fc.assert(
    fc.property(texts, (text) => {
      const isPlain = /^-?(\d+\.?\d*|\.\d+)$/.test(text)
      if (isPlain) plain++
      const expected = isPlain ? Number(/\d*/.exec(text.replace('-', ''))?.[0] ?? '') : Number.NaN
      const found = wholePart(text)
      // Digits beyond those that a float holds make it inexact, which no limit is near to.
      assert.ok(Object.is(found, expected) || Math.abs(found / expected - 1) < 1e-12, `${text}: ${found}`)
      if (!Number.isNaN(found)) assert.ok(!Number.isNaN(toNumber(text)), text)
    }),
    propertyOptions(t, 20_000),
  )
  t.true(plain > 1000)
  t.is(wholePart('9'.repeat(301)), Number.NaN)
})
