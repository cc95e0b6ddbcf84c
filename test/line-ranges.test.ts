/** The index of where each program's lines stand in a table. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { checksum } from '../lib/store/checksum.js'
import { type LineRange, LineRanges } from '../lib/store/line-ranges.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** A table whose bytes are all over the place. */
const TABLE = Buffer.from(Array.from({ length: 2000 }, (_, at) => (at * 37 + (at >> 3)) % 251))

const lineRange = (pid: number, offset: number, length: number): LineRange => ({
  pid,
  offset,
  length,
  sum: checksum(TABLE.subarray(offset, offset + length)),
})

function lineRanges(...list: readonly LineRange[]): LineRanges {
  const index = new LineRanges()
  for (const its of list) index.add(its)
  return index
}

test('an index without line ranges is empty', (t) => {
  const index = new LineRanges()
  t.deepEqual(index.all, [])
  t.deepEqual(index.of(1), [])
  t.deepEqual([...index.programs], [])
  t.deepEqual([...index.flat], [])
})

test('line ranges keep the order of the table, and each program has its own', (t) => {
  const index = lineRanges(lineRange(7, 10, 5), lineRange(3, 15, 1), lineRange(7, 16, 4))
  t.deepEqual(index.all, [lineRange(7, 10, 5), lineRange(3, 15, 1), lineRange(7, 16, 4)])
  t.deepEqual(index.of(7), [lineRange(7, 10, 5), lineRange(7, 16, 4)])
  t.deepEqual(index.of(3), [lineRange(3, 15, 1)])
  t.deepEqual(index.of(4), [])
  t.deepEqual([...index.programs], [7, 3])
  const numbers = index.all.flatMap(({ pid, offset, length, sum }) => [pid, offset, length, sum])
  t.deepEqual([...index.flat], numbers)
  t.deepEqual(numbers.slice(0, 3), [7, 10, 5])
})

test('a piece that goes on with the same program lengthens the last line range', (t) => {
  const index = lineRanges(lineRange(7, 10, 5), lineRange(7, 15, 1), lineRange(7, 16, 4), lineRange(3, 20, 1))
  t.deepEqual(index.all, [lineRange(7, 10, 10), lineRange(3, 20, 1)])
  t.deepEqual(index.of(7), [lineRange(7, 10, 10)])
})

test('a piece that does not follow the last line range stands by itself', (t) => {
  const pieces = [lineRange(7, 10, 5), lineRange(7, 16, 4)]
  t.deepEqual(lineRanges(...pieces).all, pieces)
  t.deepEqual(lineRanges(...pieces).of(7), pieces)
})

test('after another program, a piece of the first is a line range of its own', (t) => {
  const index = lineRanges(lineRange(7, 0, 5), lineRange(3, 5, 5), lineRange(7, 10, 5), lineRange(7, 15, 5))
  t.deepEqual(index.of(7), [lineRange(7, 0, 5), lineRange(7, 10, 10)])
})

test('a program is found in what was added after it was asked for', (t) => {
  const index = lineRanges(lineRange(7, 0, 5))
  t.deepEqual(index.of(3), [])
  index.add(lineRange(3, 5, 5))
  t.deepEqual(index.of(3), [lineRange(3, 5, 5)])
  index.add(lineRange(3, 10, 5))
  t.deepEqual(index.of(3), [lineRange(3, 5, 10)])
})

const pieces = fc
  .array(
    fc.record({
      pid: fc.integer({ min: 0, max: 4 }),
      gap: fc.constantFrom(0, 0, 3),
      length: fc.integer({ min: 1, max: 9 }),
    }),
  )
  .map((list) => {
    let end = 100
    return list.map(({ pid, gap, length }) => {
      const its = lineRange(pid, end + gap, length)
      end += gap + length
      return its
    })
  })

/** Every byte of a table with the program it belongs to. */
function bytes(list: readonly LineRange[]): string[] {
  return list.flatMap(({ pid, offset, length }) => Array.from({ length }, (_, index) => `${offset + index}:${pid}`))
}

test('there is room for as many line ranges as come', (t) => {
  const index = new LineRanges([1, 0, 2, 7])
  const expected = [1, 0, 2, 7]
  for (let at = 1; at < 1000; at++) {
    index.add({ pid: at % 3, offset: 2 * at, length: 2, sum: at })
    expected.push(at % 3, 2 * at, 2, at)
  }
  // The first goes on with the one before it.
  t.deepEqual([...index.flat].slice(-4), expected.slice(-4))
  t.is(index.all.length, 999)
  t.is(index.of(2).length, 333)
})

test('flat numbers read back as the same line ranges, which are as few as can be and cover the same bytes', (t) => {
  fc.assert(
    fc.property(pieces, (list) => {
      const index = lineRanges(...list)
      const again = new LineRanges(index.flat)
      assert.deepEqual(again.all, index.all)
      assert.deepEqual(again.flat, index.flat)
      assert.deepEqual(bytes(index.all), bytes(list))
      for (const { pid, offset, length, sum } of index.all)
        assert.deepEqual({ pid, offset, length, sum }, lineRange(pid, offset, length))
      for (const pid of [0, 1, 2, 3, 4, 5]) {
        assert.deepEqual(
          index.of(pid),
          index.all.filter((its) => its.pid === pid),
        )
        assert.deepEqual(again.of(pid), index.of(pid))
      }
      for (const [at, its] of index.all.entries()) {
        const next = index.all[at + 1]
        assert.ok(next === undefined || next.pid !== its.pid || next.offset > its.offset + its.length)
      }
      assert.deepEqual(new Set(index.programs), new Set(list.map(({ pid }) => pid)))
    }),
    { seed, numRuns: 1000 },
  )
  t.pass()
})

test('a table that is all line ranges below its header reads back from their words', (t) => {
  const whole = fc.array(fc.record({ pid: fc.nat({ max: 99_999 }), length: fc.integer({ min: 1, max: 30 }) }))
  // A header, then terabytes.
  const starts = fc.constantFrom(0, 100, 2 ** 42)
  fc.assert(
    fc.property(whole, starts, (list, start) => {
      const index = new LineRanges()
      let bytes = start
      for (const { pid, length } of list) {
        index.add({ pid, offset: bytes, length, sum: checksum(String(bytes)) })
        bytes += length
      }
      const again = LineRanges.ofWords(index.words, bytes)
      assert.deepEqual(again.flat, index.flat)
      // What was read is added to without a change to it.
      const before = again.flat.slice()
      new LineRanges(again.flat).add({ pid: list.at(-1)?.pid ?? 1, offset: bytes, length: 5, sum: 5 })
      assert.deepEqual(again.flat, before)
    }),
    { seed, numRuns: 300 },
  )
  t.pass()
})

test('lines that are added one by one are the same line ranges as in one piece', (t) => {
  const lines = ['one,1', 'two,2', '"th""ree",3']
  const text = lines.map((line) => `${line}\n`).join('')
  const byLine = new LineRanges()
  let offset = 10
  for (const line of lines) {
    byLine.addContent(7, offset, line.length + 1, `${line}\n`)
    offset += line.length + 1
  }
  const whole = new LineRanges()
  whole.add({ pid: 7, offset: 10, length: text.length, sum: checksum(text) })
  t.deepEqual(byLine.flat, whole.flat)
  t.deepEqual(whole.differing(byLine), [])
  const other = new LineRanges()
  other.add({ pid: 7, offset: 10, length: text.length, sum: checksum(text.replace('2', '3')) })
  t.deepEqual(whole.differing(other), [7])
})
