/** Numbers in the middle of a text are what `Number` reads. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { numberAt } from '../lib/csv/decimal.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

function same(text: string): void {
  const found = numberAt(`12,${text},34`, 3, 3 + text.length)
  assert.ok(Object.is(found, Number(text)), `${text}: ${found}`)
}

const digits = (most: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: most })
const decimal = fc
  .tuple(fc.constantFrom('', '-'), digits(18), fc.constantFrom('', '.'), digits(18))
  .map((parts) => parts.join(''))

test('numbers in the middle of a text are read as Number reads them', (t) => {
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
