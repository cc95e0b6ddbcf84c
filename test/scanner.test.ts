/** The scanner of fields: what a plain search finds. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { isPlainDecimal } from '../lib/csv/decimal.js'
import { countLineFeeds, FieldRoom, includesRare } from '../lib/csv/scanner.js'

const seed = Number(process.env.FC_SEED ?? 20240221)
test.before((t) => t.log(`seed ${seed}`))

const [COMMA, LINE_FEED] = [44, 10]

/** Where each comma is, then where the line ends. */
function placesIn(text: Uint8Array, start: number, end: number): number[] {
  const lineFeed = text.subarray(0, end).indexOf(LINE_FEED, start)
  const lineEnd = lineFeed === -1 ? end : lineFeed
  const places = Array.from({ length: lineEnd - start }, (_, index) => start + index)
  return [...places.filter((place) => text[place] === COMMA), lineEnd]
}

/** Bytes of any kind, those that matter among them more often, and as many as some steps of the scanner take. */
const texts = fc.uint8Array({ maxLength: 300 }).chain((bytes) =>
  fc.array(fc.nat(Math.max(0, bytes.length - 1)), { maxLength: 40 }).map((places) => {
    for (const [index, place] of places.entries())
      if (bytes.length > 0) bytes[place] = index % 9 === 8 ? LINE_FEED : COMMA
    return bytes
  }),
)

test('the places of commas and of the end of a line', (t) => {
  const room = new FieldRoom()
  let ends = 0
  fc.assert(
    fc.property(texts, fc.nat(300), fc.nat(300), fc.nat(50), (text, a, b, first) => {
      const [start = 0, end = 0] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y)
      // What is left of an earlier text behind this one is none of it.
      room.load(new Uint8Array(400).fill(COMMA))
      room.load(text)
      const next = room.scan(start, end, first)
      assert.deepEqual([...room.ends.subarray(first, next)], placesIn(text, start, end))
      if (room.ends[next - 1] === end) ends++
    }),
    { seed, numRuns: 3000 },
  )
  t.true(ends > 500 && ends < 2900, `${ends} ended where they were told to`)
})

test('the text and the places are as many as there are', (t) => {
  const room = new FieldRoom()
  const expected: number[] = []
  for (const length of [10, 100_000, 1_000, 3_000_000, 40_000]) {
    const text = new Uint8Array(length).fill(COMMA)
    room.load(text)
    t.is(room.scan(0, length, expected.length), expected.length + length + 1)
    for (let place = 0; place <= length; place++) expected.push(place)
  }
  t.true(Buffer.from(Int32Array.from(expected).buffer).equals(Buffer.from(room.ends.slice(0, expected.length).buffer)))
})

test('the number of line feeds', (t) => {
  fc.assert(
    fc.property(texts, fc.nat(3), (text, times) => {
      // Also more than are counted at a time.
      const all = Buffer.concat([Buffer.alloc(times * 30_011, 10), text])
      assert.equal(countLineFeeds(all), times * 30_011 + text.filter((byte) => byte === LINE_FEED).length)
    }),
    { seed, numRuns: 1000 },
  )
  t.is(countLineFeeds(new Uint8Array()), 0)
})

/** Fields that are numbers, and such that nearly are. */
const fields = fc.array(
  fc.oneof(
    fc.stringMatching(/^-?[0-9]{0,9}\.?[0-9]{0,9}$/),
    fc.array(fc.constantFrom('-', '.', '0', '9', '/', ':', 'e', ' '), { maxLength: 4 }).map((parts) => parts.join('')),
    fc.constantFrom('', '1', '12.5', '-0.25'),
  ),
  { minLength: 1, maxLength: 64 },
)

test('whether fields are blank or decimal numbers', (t) => {
  const room = new FieldRoom()
  let [yes, no] = [0, 0]
  fc.assert(
    fc.property(fields, fc.nat(20), fc.integer(), fc.integer(), (row, before, low, high) => {
      const text = Buffer.from(`${'x'.repeat(before)}${row.join(',')}`)
      room.load(text)
      room.ends[7] = before - 1
      room.scan(before, text.length, 8)
      const meant = row.flatMap((field, index) => (((index < 32 ? low : high) >>> (index % 32)) & 1 ? field : []))
      const isDecimal = (field: string) => isPlainDecimal(Buffer.from(field), 0, field.length)
      const expected = meant.every((field) => field === '' || (field.length <= 16 && isDecimal(field)))
      const [ofRow, ofNext] = [Math.min(row.length, 32), Math.max(row.length - 32, 0)]
      const bits = (value: number, count: number) => (count === 32 ? value : value & ((1 << count) - 1))
      assert.equal(room.areDecimals(7, bits(low, ofRow), bits(high, ofNext)), expected)
      if (expected) yes++
      else no++
    }),
    { seed, numRuns: 3000 },
  )
  t.true(yes > 300 && no > 300, `${yes} yes, ${no} no`)
})

test('whether a rare text is included', (t) => {
  const text = 'DagNodeName'
  const parts = fc.array(fc.constantFrom('D', 'ag', 'gN', 'Node', 'DagNode', 'Name', text, 'x'), { maxLength: 12 })
  let found = 0
  fc.assert(
    // Behind more bytes than are looked at at a time, and across the end of these.
    fc.property(parts, fc.constantFrom(0, 1, 65_460, 65_472, 131_000), fc.nat(20), (some, far, near) => {
      const bytes = Buffer.from(`${'.'.repeat(far + near)}${some.join('')}`)
      const expected = some.join('').includes(text)
      assert.equal(includesRare(bytes, text), expected)
      if (expected) found++
    }),
    { seed, numRuns: 1500 },
  )
  t.true(found > 200 && found < 1300, `${found}`)
})
