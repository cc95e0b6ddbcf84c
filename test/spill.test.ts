/** Records of lines, and the files in which they wait. */
import assert from 'node:assert/strict'
import fs, { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { IngestError } from '../lib/errors.js'
import { endOfRecord, entryOf, type RecordRun, RecordWriter, recordAt } from '../lib/sort/records.js'
import { mergeRuns, SpillFile } from '../lib/sort/spill.js'
import { propertyOptions } from './helpers/arbitrary-rows.js'
import { temporaryFolder } from './helpers/database.js'

interface Line {
  readonly partition: number
  readonly origin: number
  readonly text: string
}

const line = (partition: number, text: string, origin = 255): Line => ({ partition, origin, text })

/** Each line as a record in a block of its own, behind other bytes. */
function* recordsOf(lines: readonly Line[], before = 3): Generator<RecordRun> {
  for (const { partition, origin, text } of lines) {
    const record = new RecordWriter()
    record.add(partition, origin, text)
    yield recordAt(Buffer.concat([Buffer.alloc(before, 'x'), record.take()]), before)
  }
}

function* linesOf(runs: Iterable<RecordRun>): Generator<Line> {
  for (const { partition, block, start, end } of runs) {
    for (let at = start; at < end; at = endOfRecord(block, at)) {
      const record = recordAt(block, at)
      assert.equal(record.partition, partition)
      yield { partition, ...entryOf(record) }
    }
  }
}

/** A spill file that goes with the test. */
function spillFile(t: ExecutionContext, path: string): SpillFile {
  const file = new SpillFile(path)
  t.teardown(() => file.close())
  return file
}

/** What a new file gives back of some lines. */
function backFromFile(t: ExecutionContext, lines: readonly Line[]): Line[] {
  const file = spillFile(t, join(temporaryFolder(t), 'spill'))
  file.write(recordsOf(lines))
  return [...linesOf(file.runs())]
}

const roundTrip = test.macro({
  title: (_, name: string) => `a file gives back ${name}`,
  exec(t, _name: string, lines: readonly Line[]) {
    t.deepEqual(backFromFile(t, lines), lines)
  },
})

const MEGA = 2 ** 20

test(roundTrip, 'nothing, where nothing was added', [])
test(roundTrip, 'a line', [line(1, 'jw01001001001_02101_00001_nrca1')])
test(roundTrip, 'an empty line', [line(1, ''), line(2, 'x')])
test(roundTrip, 'the order within a partition', [line(7, 'b'), line(7, 'a'), line(7, 'c'), line(8, 'a')])
test(roundTrip, 'origins', [line(0, 'a', 0), line(0, 'b', 254), line(0, 'c', 255)])
test(roundTrip, 'the partition of the greatest program number', [line(99_999 * 1024 + 1023, 'a')])
test(roundTrip, 'line ends, quotes and NULs within a line', [line(1, 'a\n"b\r\n","\0')])
test(roundTrip, 'text that is not ASCII', [line(1, 'αβγ Δ'), line(1, '😀,é,\u{10FFFF}'), line(2, '\uFEFFx')])
test(roundTrip, 'lines longer than any block', [
  line(1, 'short'),
  line(1, 'x'.repeat(3 * MEGA)),
  line(2, 'é'.repeat(MEGA)),
  line(3, 'short'),
])

test('a file gives back lines of any lengths, wherever blocks cut them', (t) => {
  const lengths = fc.oneof(fc.nat(400), fc.integer({ min: 60_000, max: 140_000 }), fc.integer({ max: 600_000, min: 0 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(lengths, fc.nat(255)), { maxLength: 40 }), (shapes) => {
      const lines = shapes.map(([length, origin], partition) =>
        line(partition, `${length}é`.padEnd(length, 'ab,'), origin),
      )
      t.deepEqual(backFromFile(t, lines), lines)
    }),
    propertyOptions(t, 15),
  )
})

test('merged sources come in the order of partitions, and within a partition in the order of the sources', (t) => {
  const sources = [
    [line(1, 'a1'), line(1, 'b1'), line(4, 'a4')],
    [],
    [line(0, 'c0'), line(1, 'c1'), line(9, 'c9')],
    [line(1, 'd1'), line(4, 'd4'), line(4, 'e4')],
  ]
  const merged = [...linesOf(mergeRuns(sources.map((lines) => recordsOf(lines))))]
  t.deepEqual(
    merged.map(({ text }) => text),
    ['c0', 'a1', 'b1', 'c1', 'd1', 'a4', 'd4', 'e4', 'c9'],
  )
  t.deepEqual([...mergeRuns([])], [])
})

test('a file that is written from merged files holds the lines of all', (t) => {
  const folder = temporaryFolder(t)
  const texts = Array.from({ length: 3000 }, (_, index) => `${index}`.padStart(100, 'é'))
  const sources = [0, 1, 2].map((source) => {
    const file = spillFile(t, join(folder, String(source)))
    file.write(recordsOf(texts.map((text, partition) => line(partition >> 2, text, source))))
    return file
  })
  const merged = spillFile(t, join(folder, 'merged'))
  merged.write(mergeRuns(sources.map((source) => source.runs())))
  const expected = texts.flatMap((_, partition) =>
    (partition % 4 === 0 ? [0, 1, 2] : []).flatMap((source) => fourOf(partition, source)),
  )
  t.deepEqual([...linesOf(merged.runs())], expected)

  function fourOf(partition: number, source: number): Line[] {
    return texts.slice(partition, partition + 4).map((text) => line(partition >> 2, text, source))
  }
})

test('a file has no name in its folder once it is made, and can still be read', (t) => {
  const folder = temporaryFolder(t)
  const file = spillFile(t, join(folder, 'spill'))
  t.deepEqual(readdirSync(folder), [])
  file.write(recordsOf([line(1, 'a')]))
  t.deepEqual([...linesOf(file.runs())], [line(1, 'a')])
  t.deepEqual(readdirSync(folder), [])
})

test('a file that is there is not overwritten', (t) => {
  const path = join(temporaryFolder(t), 'spill')
  writeFileSync(path, 'precious')
  const error = t.throws(() => new SpillFile(path), {
    instanceOf: IngestError,
    message: /spill: cannot write .*EEXIST/,
  })
  t.is(error?.place.source, path)
  t.is(readFileSync(path, 'utf8'), 'precious')
})

test('a folder that is not there is an error with the path', (t) => {
  const path = join(temporaryFolder(t), 'nowhere', 'spill')
  const error = t.throws(() => new SpillFile(path), { instanceOf: IngestError, code: 'DATABASE_UNUSABLE' })
  t.is(error?.place.source, path)
})

// --- a disk that fails ---

type Call = (...args: unknown[]) => number

/** Replaces a function of node:fs until the test ends. */
function replace(t: ExecutionContext, name: 'writeSync' | 'readSync', make: (old: Call) => Call): void {
  const old = fs[name]
  Object.assign(fs, { [name]: make(old as Call) })
  syncBuiltinESMExports()
  t.teardown(() => {
    Object.assign(fs, { [name]: old })
    syncBuiltinESMExports()
  })
}

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: it failed, ${syscall}`), { code, syscall })
}

const full = test.macro({
  title: (_, code: string, advice: string) =>
    `a write that fails with ${code} is an error with the path that says: ${advice}`,
  exec(t, code: string, advice: string) {
    const path = join(temporaryFolder(t), 'spill')
    const file = spillFile(t, path)
    replace(t, 'writeSync', () => () => {
      throw systemError(code, 'write')
    })
    const error = t.throws(() => file.write(recordsOf([line(1, 'a')])), {
      instanceOf: IngestError,
      code: 'WRITE_FAILED',
    })
    t.is(error?.place.source, path)
    t.true(error?.message.endsWith(advice))
  },
})

test.serial(full, 'ENOSPC', 'make room on the disk and run again')
test.serial(full, 'EDQUOT', 'make room within the quota and run again')

test.serial('writes and reads that do less than they were asked for lose nothing', (t) => {
  const less =
    (old: Call) =>
    (fd: unknown, block: unknown, at: unknown, length: unknown, ...rest: unknown[]) =>
      old(fd, block, at, Math.ceil(Number(length) / 3), ...rest)
  replace(t, 'writeSync', less)
  replace(t, 'readSync', less)
  const lines = Array.from({ length: 5000 }, (_, partition) => line(partition, `${partition}`.padStart(200, 'é')))
  t.deepEqual(backFromFile(t, lines), lines)
})

const unread = test.macro({
  title: (_, name: string) => `a read that ${name} is an error with the path`,
  exec(t, _name: string, call: Call, message: RegExp) {
    const path = join(temporaryFolder(t), 'spill')
    const file = spillFile(t, path)
    file.write(recordsOf([line(1, 'a')]))
    replace(t, 'readSync', () => call)
    const error = t.throws(() => [...file.runs()], { instanceOf: IngestError, code: 'WRITE_FAILED', message })
    t.is(error?.place.source, path)
  },
})

test.serial(unread, 'ends too early', () => 0, /shorter than what was written/)
test.serial(
  unread,
  'fails',
  () => {
    throw systemError('EIO', 'read')
  },
  /cannot read .*EIO/,
)
