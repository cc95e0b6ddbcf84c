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
  t.deepEqual(
    index.flat.parts.flatMap((part) => [...part]),
    [],
  )
})

test('line ranges keep the order of the table, and each program has its own', (t) => {
  const index = lineRanges(lineRange(7, 10, 5), lineRange(3, 15, 1), lineRange(7, 16, 4))
  t.deepEqual(index.all, [lineRange(7, 10, 5), lineRange(3, 15, 1), lineRange(7, 16, 4)])
  t.deepEqual(index.of(7), [lineRange(7, 10, 5), lineRange(7, 16, 4)])
  t.deepEqual(index.of(3), [lineRange(3, 15, 1)])
  t.deepEqual(index.of(4), [])
  t.deepEqual([...index.programs], [7, 3])
  const words = index.all.flatMap(({ pid, length, sum }) => [pid, length, sum])
  t.is(index.flat.start, 10)
  t.deepEqual(
    index.flat.parts.flatMap((part) => [...part]),
    words,
  )
  t.deepEqual(words.slice(0, 2), [7, 5])
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
  const index = new LineRanges({ start: 0, parts: [Uint32Array.of(1, 2, 7)] })
  for (let at = 1; at < 1000; at++) index.add({ pid: at % 3, offset: 2 * at, length: 2, sum: at })
  // The first goes on with the one before it.
  t.is(index.all.length, 999)
  t.deepEqual(index.all.at(-1), { pid: 0, offset: 1998, length: 2, sum: 999 })
  t.is(index.of(2).length, 333)
  t.deepEqual(index.of(2).at(-1), { pid: 2, offset: 1996, length: 2, sum: 998 })
})

test('plain data read back as the same line ranges, which are as few as can be and cover the same bytes', (t) => {
  fc.assert(
    fc.property(pieces, (list) => {
      const index = lineRanges(...list)
      const again = new LineRanges(index.flat)
      assert.deepEqual(again.all, index.all)
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
      const words = Uint32Array.from(index.words.flatMap((part) => [...part]))
      assert.deepEqual(LineRanges.ofWords(words, bytes).all, index.all)
    }),
    { seed, numRuns: 300 },
  )
  t.pass()
})

/** Line ranges of many runs, some of which write programs in their order, and some of few programs. */
const runs = fc.array(
  fc
    .record({
      pids: fc.array(fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 99_999 }), fc.constant(-1)), { maxLength: 90 }),
      isOrdered: fc.boolean(),
    })
    .map(({ pids, isOrdered }) => (isOrdered ? pids.toSorted((a, b) => a - b) : pids)),
  { maxLength: 12 },
)

/** Pieces of a table, run by run; some do not follow the one before. */
function piecesOf(list: readonly (readonly number[])[], hasGaps: boolean): LineRange[][] {
  let end = 1000
  return list.map((pids) =>
    pids.map((pid) => {
      // The second gap is longer than a word can tell.
      const gap = hasGaps && pid % 7 === 0 ? (pid % 2 === 0 ? 5 : 2 ** 33) : 0
      const piece = { pid, offset: end + gap, length: 1 + (Math.abs(pid) % 50), sum: Math.abs(pid) }
      end = piece.offset + piece.length
      return piece
    }),
  )
}

/** Program, first byte and last byte of each line range that pieces make. */
function spansOf(list: readonly LineRange[]): number[][] {
  const spans: number[][] = []
  for (const { pid, offset, length } of list) {
    const last = spans.at(-1)
    if (last?.[0] === pid && last[2] === offset) last[2] += length
    else spans.push([pid, offset, offset + length])
  }
  return spans
}

test('what is added to line ranges that are given on is what it is in one piece; they stay what they were', (t) => {
  fc.assert(
    fc.property(runs, fc.boolean(), (list, hasGaps) => {
      const all = piecesOf(list, hasGaps)
      const generations = [new LineRanges()]
      for (const added of all) {
        const next = new LineRanges(generations.at(-1)?.flat)
        for (const piece of added) next.add(piece)
        generations.push(next)
      }
      for (const [number, ranges] of generations.entries()) {
        const own = all.slice(0, number).flat()
        assert.deepEqual(spansOf(ranges.all), spansOf(own))
        assert.deepEqual(ranges.all, lineRanges(...own).all)
      }
      const last = generations.at(-1) ?? new LineRanges()
      const pids = new Set(list.flat())
      assert.deepEqual(new Set(last.programs), pids)
      for (const ranges of [last, new LineRanges(last.flat)])
        for (const pid of [...pids, 77]) {
          const its = last.all.filter((one) => one.pid === pid)
          assert.deepEqual(ranges.of(pid), its)
        }
    }),
    { seed, numRuns: 150 },
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
  t.deepEqual(byLine.all, whole.all)
  t.deepEqual(whole.differing(byLine), [])
  const other = new LineRanges()
  other.add({ pid: 7, offset: 10, length: text.length, sum: checksum(text.replace('2', '3')) })
  t.deepEqual(whole.differing(other), [7])
})
