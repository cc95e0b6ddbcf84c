/** Numbers among bytes are what `Number` reads. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { decimalAt, isPlainDecimal } from '../lib/csv/decimal.js'
import { toNumber } from '../lib/rules/values.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

function same(text: string): void {
  const found = decimalAt(Buffer.from(`12,${text},34`), 3, 3 + text.length)
  const hasFewDigits = /^-?(\d+\.?\d*|\.\d+)$/.test(text) && text.replace(/\D/g, '').length <= 15
  const expected = hasFewDigits ? Number(text) : Number.NaN
  assert.ok(Object.is(found, expected), `${text}: ${found}`)
}

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: most })
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits(18), fc.constantFrom('', '.'), digits(18))
  .map((parts) => parts.join(''))

test('decimals of few digits are read as Number reads them, and nothing else', (t) => {
  const others = fc.oneof(
    fc.double({ noNaN: true }).map(String),
    fc.string({ unit: fc.constantFrom(...'0123456789.-+eEx '), maxLength: 20 }),
  )
  fc.assert(fc.property(decimal, same), { seed, numRuns: 20_000 })
  fc.assert(fc.property(others, same), { seed, numRuns: 10_000 })
  t.log(`FC_SEED=${seed}`)
  t.pass()
})

for (const text of [
  '0',
  '-0',
  '.5',
  '5.',
  '-',
  '.',
  '-.',
  '',
  '1.2.3',
  '999999999999999',
  '9007199254740993',
  '0.1',
  '1e5',
])
  test(`the number ${JSON.stringify(text)}`, (t) => {
    same(text)
    t.pass()
  })

test('plain decimals are digits with a minus and a point at most, and such bytes are a number', (t) => {
  const odd = fc.string({ unit: fc.constantFrom(...'0123456789-..+e /:,'), maxLength: 5 })
  fc.assert(
    fc.property(odd, odd, odd, (before, text, after) => {
      const [start, whole] = [before.length, before + text + after]
      const isPlain = isPlainDecimal(Buffer.from(whole), start, start + text.length)
      assert.equal(isPlain, /^-?(\d+\.?\d*|\.\d+)$/.test(text))
      assert.ok(!isPlain || !Number.isNaN(toNumber(text)))
    }),
    { seed, numRuns: 20_000 },
  )
  t.pass()
})
