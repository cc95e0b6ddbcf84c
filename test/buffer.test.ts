/** Lines that wait for the end of the input: what comes out never depends on where they waited. */
import assert from 'node:assert/strict'
import fs, { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join, relative } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import fc from 'fast-check'
import { IngestError } from '../lib/errors.js'
import { NO_OBSERVATION, partitionOf, programOfPartition, WHOLE_PROGRAM } from '../lib/rules/partition.js'
import { LineBuffer, type SpillElsewhere } from '../lib/sort/buffer.js'
import { type Entry, entryOf, FRESH_LIST, RecordWriter, recordAt } from '../lib/sort/records.js'
import { memoryOfSection, type SectionData, sortedRuns } from '../lib/sort/run.js'
import { type SpillTarget, writeRuns } from '../lib/sort/spill.js'
import { historyArbitrary, propertyOptions, rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { fileBytes, run, temporaryFolder, withFolder, writeDayFiles } from './helpers/database.js'
import { needs } from './helpers/needs.js'

function addLine(buffer: LineBuffer, pid: number, observation: number, origin: number, text: string): void {
  const writer = new RecordWriter()
  writer.add(partitionOf(pid, observation), origin, text)
  buffer.addRecords(writer.take())
}

const test = needs('a limit of 1024 open files', 'rows that are spilled to files')

interface Line {
  readonly pid: number
  readonly observation: number
  readonly origin: number
  readonly text: string
}

const line = (pid: number, observation: number, text: string, origin = FRESH_LIST): Line => ({
  pid,
  observation,
  origin,
  text,
})

/** A buffer whose spill files are in a folder that goes with the test. */
function bufferIn(t: ExecutionContext, memory: number, folder = temporaryFolder(t)): LineBuffer {
  const buffer = new LineBuffer(memory, (number) => join(folder, String(number)))
  t.teardown(() => buffer.close())
  return buffer
}

/** The lines of a partition. */
interface Partition {
  readonly pid: number
  readonly entries: readonly Entry[]
}

/** What a buffer makes of lines, given one by one or in blocks of records. */
function unitsOf(buffer: LineBuffer, lines: readonly Line[], wholePrograms = false, perBlock = 0): Partition[] {
  if (perBlock === 0)
    for (const { pid, observation, origin, text } of lines) addLine(buffer, pid, observation, origin, text)
  else addBlocks(buffer, lines, perBlock)
  return unitsIn(buffer, wholePrograms)
}

function addBlocks(buffer: LineBuffer, lines: readonly Line[], perBlock: number): void {
  for (let at = 0; at < lines.length; at += perBlock) {
    const writer = new RecordWriter()
    for (const { pid, observation, origin, text } of lines.slice(at, at + perBlock)) {
      writer.add(partitionOf(pid, observation), origin, text)
    }
    buffer.addRecords(writer.take())
  }
}

/** The partitions that a buffer gives back; a partition is never in two batches. */
function unitsIn(buffer: LineBuffer, wholePrograms: boolean): Partition[] {
  const partitions: (Partition & { readonly entries: Entry[] })[] = []
  for (const batch of buffer.batches(wholePrograms)) {
    let last = Number.NaN
    for (let at = 0; at < batch.length; ) {
      const record = recordAt(batch, at)
      if (record.partition !== last) partitions.push({ pid: programOfPartition(record.partition), entries: [] })
      partitions.at(-1)?.entries.push(entryOf(record))
      last = record.partition
      at = record.end
    }
  }
  return partitions
}

/** The same in the plainest way: sorted by partition, then joined by program where that is settled as a whole. */
function expectedUnits(lines: readonly Line[], wholePrograms: boolean): Partition[] {
  const whole = new Set(lines.filter(({ observation }) => observation === WHOLE_PROGRAM).map(({ pid }) => pid))
  const partitions = new Map<string, { readonly pid: number; readonly entries: Partition['entries'][number][] }>()
  for (const { pid, observation, origin, text } of lines.toSorted(
    (a, b) => a.pid - b.pid || a.observation - b.observation,
  )) {
    const key = wholePrograms || whole.has(pid) ? `${pid}` : `${pid} ${observation}`
    const partition = partitions.get(key) ?? { pid, entries: [] }
    partitions.set(key, partition)
    partition.entries.push({ origin, text })
  }
  return [...partitions.values()]
}

const MEMORIES = [1, 100, 5000, Number.POSITIVE_INFINITY]

const comesOut = test.macro({
  title: (_, rule: string) => rule,
  exec(t, _rule: string, lines: readonly Line[], expected: readonly (readonly string[])[], wholePrograms: boolean) {
    for (const memory of MEMORIES) {
      const partitions = unitsOf(bufferIn(t, memory), lines, wholePrograms)
      t.deepEqual(
        partitions.map(({ entries }) => entries.map(({ text }) => text)),
        expected,
        `memory ${memory}`,
      )
    }
  },
})

test(comesOut, 'no lines make no partitions', [], [], false)
test(
  comesOut,
  'partitions come by program, then by observation, those of a partition in the order in which they were added',
  [line(2, 1, 'd'), line(1, 10, 'c'), line(1, 2, 'b'), line(2, 1, 'a'), line(1, 2, 'a')],
  [['b', 'a'], ['c'], ['d', 'a']],
  false,
)
test(
  comesOut,
  'products across observations are a partition of their own, after the observations',
  [line(1, NO_OBSERVATION, 'c'), line(1, 999, 'b'), line(1, 0, 'a'), line(1, NO_OBSERVATION, 'b')],
  [['a'], ['b'], ['c', 'b']],
  false,
)
test(
  comesOut,
  'a program with a line that has to be settled with all others is one partition, and no other program is',
  [line(1, 2, 'b'), line(1, WHOLE_PROGRAM, 'c'), line(1, 1, 'a'), line(2, 1, 'd'), line(2, 2, 'e')],
  [['a', 'b', 'c'], ['d'], ['e']],
  false,
)
test(
  comesOut,
  'all programs are one partition each where they are settled as a whole',
  [line(2, 2, 'd'), line(1, 2, 'b'), line(1, 1, 'a'), line(2, 1, 'c')],
  [
    ['a', 'b'],
    ['c', 'd'],
  ],
  true,
)
test(
  comesOut,
  'text that is not ASCII is kept',
  [line(1, 1, 'é😀'), line(1, 1, '\u{10FFFF}α'), line(0, 0, '')],
  [[''], ['é😀', '\u{10FFFF}α']],
  false,
)

test('partitions are those of the plainest way, whatever the memory and the lengths of lines', (t) => {
  const lengths = fc.oneof(
    { arbitrary: fc.nat(60), weight: 20 },
    { arbitrary: fc.integer({ min: 300_000, max: 1_200_000 }), weight: 1 },
  )
  const observation = fc.oneof(
    { arbitrary: fc.nat(4), weight: 20 },
    { arbitrary: fc.constantFrom(999, NO_OBSERVATION, WHOLE_PROGRAM), weight: 1 },
  )
  const lines = fc.array(fc.tuple(fc.nat(6), observation, fc.nat(255), lengths), { maxLength: 150, size: 'max' })
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 4000 }), fc.boolean(), (shapes, memory, whole) => {
      const all = shapes.map(([pid, at, origin, length], n) => line(pid, at, `${n}`.padEnd(length, 'é,a'), origin))
      const expected = expectedUnits(all, whole)
      for (const bytes of [memory, 2 ** 20, Number.POSITIVE_INFINITY])
        assert.deepEqual(unitsOf(bufferIn(t, bytes), all, whole), expected)
    }),
    propertyOptions(t, 12),
  )
  t.pass()
})

for (const length of [349_000, 700_000, 1_048_000, 3_000_000]) {
  test(`a line of ${length} characters leaves the lines behind it as they are`, (t) => {
    const short = Array.from({ length: 12_000 }, (_, n) => line(1 + (n % 3), 1, `${n}`.padStart(350, 'a')))
    const long = line(2, 1, 'x'.repeat(length))
    const lines = [...short.slice(0, 100), long, ...short.slice(100), long]
    for (const memory of [2 ** 22, Number.POSITIVE_INFINITY])
      t.true(isSame(unitsOf(bufferIn(t, memory), lines), expectedUnits(lines, false)))
  })
}

/** Without the difference of two megabytes, which nobody could read. */
function isSame(a: readonly Partition[], b: readonly Partition[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

// --- files ---

test.serial('many spill files are merged, so that few are open at a time, and no line is written often', (t) => {
  let written = 0
  replaceWrites(t, (old) => (...args) => {
    const bytes = old(...args)
    written += bytes
    return bytes
  })
  const folder = temporaryFolder(t)
  const buffer = bufferIn(t, 1, folder)
  const before = openFiles()
  let most = 0
  const lines = Array.from({ length: 4500 }, (_, n) => line(n % 7, n % 3, String(n)))
  for (const { pid, observation, origin, text } of lines) {
    addLine(buffer, pid, observation, origin, text)
    most = Math.max(most, openFiles() - before)
  }
  t.true(buffer.spills > lines.length)
  // A record has a head of nine bytes before its text. Each line is written once, and again for each of two merges.
  const once = lines.reduce((bytes, { text }) => bytes + 9 + text.length, 0)
  t.true(written > 2 * once && written <= 3 * once, `${written} bytes were written for ${once}`)
  if (existsSync(FD_FOLDER)) t.true(most > 10 && most < 150, `${most} files were open`)
  t.deepEqual(unitsIn(buffer, false), expectedUnits(lines, false))
  buffer.close()
  t.is(openFiles(), before)
  t.deepEqual(readdirSync(folder), [])
})

const FD_FOLDER = '/proc/self/fd'

/** Number of files that this process has open; 0 on systems that do not tell. */
function openFiles(): number {
  return existsSync(FD_FOLDER) ? readdirSync(FD_FOLDER).length : 0
}

test('spill files have no name in their folder while the buffer is in use', (t) => {
  const folder = temporaryFolder(t)
  const buffer = bufferIn(t, 50, folder)
  for (let n = 0; n < 40; n++) {
    addLine(buffer, n % 5, 0, FRESH_LIST, String(n))
    t.deepEqual(readdirSync(folder), [])
  }
  t.true(buffer.spills > 1)
})

test('nothing is spilled as long as the lines are within the memory, and something as soon as they are not', (t) => {
  const memory = 10_000
  const buffer = bufferIn(t, memory)
  let bytes = 0
  for (let n = 0; buffer.spills === 0; n++) {
    addLine(buffer, 1, n % 4, FRESH_LIST, 'x'.repeat(100))
    bytes += 100
  }
  t.true(bytes > memory / 2 && bytes <= memory, `${bytes} bytes of text made a spill`)
})

test('what a long line leaves empty of a section counts as memory in use', (t) => {
  const buffer = bufferIn(t, 4 * 2 ** 20)
  const add = () => addLine(buffer, 1, 1, FRESH_LIST, 'x'.repeat(600_000))
  for (let n = 0; n < 4; n++) add()
  t.is(buffer.spills, 0)
  add()
  t.true(buffer.spills > 0)
})

test('the memory in use stays near its bound, however many lines come', (t) => {
  const memory = 2 ** 22
  const buffer = bufferIn(t, memory)
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  const writer = new RecordWriter()
  for (let n = 0; n < 150_000; n++) {
    writer.add(partitionOf(n % 1000, n % 7), FRESH_LIST, String(n).padStart(350, '0'))
    if (n % 1000 !== 999) continue
    buffer.addRecords(writer.take())
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  t.true(buffer.spills > 10)
  t.true(most < 4 * memory, `${most} bytes for a bound of ${memory}`)
})

type Write = (...args: unknown[]) => number

/** Replaces writing to files until the test ends, or until what it returns is called. */
function replaceWrites(t: ExecutionContext, make: (old: Write) => Write): () => void {
  const old = fs.writeSync
  const put = (write: unknown) => {
    Object.assign(fs, { writeSync: write })
    syncBuiltinESMExports()
  }
  put(make(old as Write))
  t.teardown(() => put(old))
  return () => put(old)
}

test.serial('a disk that is full is an error with the path of the spill file; nothing stays open', (t) => {
  const folder = temporaryFolder(t)
  const buffer = bufferIn(t, 1000, folder)
  const before = openFiles()
  let writes = 0
  const restore = replaceWrites(t, (old) => (...args) => {
    if (writes++ < 3) return old(...args)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  })
  const error = t.throws(
    () => {
      for (let n = 0; n < 1000; n++) addLine(buffer, 1, n % 9, FRESH_LIST, 'x'.repeat(100))
    },
    { instanceOf: IngestError, code: 'WRITE_FAILED', message: /ENOSPC.*make room on the disk and run again/ },
  )
  restore()
  t.is(error?.place.source, join(folder, '3'))
  buffer.close()
  t.is(openFiles(), before)
})

// --- another thread ---

/** Spills as another thread would: with memory that the buffer has no more, some turns later, or never. */
function otherThread(random: (below: number) => number, fails = false): { spill: SpillElsewhere; given: number } {
  const other = {
    given: 0,
    spill(section: SectionData, file: SpillTarget) {
      if (random(4) === 0) return undefined
      other.given++
      const own = structuredClone(section, { transfer: memoryOfSection(section) })
      return later(own, file)
    },
  }
  const later = async (section: SectionData, file: SpillTarget) => {
    for (let turns = random(3); turns > 0; turns--) await nextTurn()
    if (fails) throw new IngestError('WRITE_FAILED', 'the disk is gone', { source: file.path })
    return { written: writeRuns(file, sortedRuns(section)), section }
  }
  return other
}

test('what another thread spills comes out the same', async (t) => {
  let given = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 4, max: 3000 }), fc.nat(), fc.integer({ min: 1, max: 40 }), async (...drawn) => {
      const [memory, start, perBlock] = drawn
      let state = start
      const random = (below: number) => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return (state >>> 16) % below
      }
      const lines = Array.from({ length: random(400) }, (_, n) =>
        line(random(5), random(3), `${n}`.padEnd(random(50), 'é')),
      )
      const other = otherThread(random)
      await withFolder(async (folder) => {
        const buffer = new LineBuffer(memory, (number) => join(folder, String(number)), other.spill)
        for (let at = 0; at < lines.length; at += perBlock) {
          addBlocks(buffer, lines.slice(at, at + perBlock), perBlock)
          if (random(2) === 0) await nextTurn()
        }
        await buffer.spillRest()
        assert.deepEqual(unitsIn(buffer, false), expectedUnits(lines, false))
        buffer.close()
      })
      given += other.given
    }),
    propertyOptions(t, 24),
  )
  t.true(given > 100, `${given} sections were given away`)
})

test('half of what is spilled is given away, and nothing while that is not back', async (t) => {
  const folder = temporaryFolder(t)
  const given: { readonly path: string; readonly back: () => void }[] = []
  const spill: SpillElsewhere = (section, file) => {
    const own = structuredClone(section, { transfer: memoryOfSection(section) })
    const written = writeRuns(file, sortedRuns(own))
    return new Promise((done) => given.push({ path: file.path, back: () => done({ written, section: own }) }))
  }
  const buffer = new LineBuffer(4000, (number) => join(folder, String(number)), spill)
  t.teardown(() => buffer.close())
  const lines: Line[] = []
  const addUntil = (spills: number) => {
    for (; buffer.spills < spills; lines.push(line(lines.length % 5, 0, String(lines.length))))
      addLine(buffer, lines.length % 5, 0, FRESH_LIST, String(lines.length))
  }
  addUntil(4)
  t.deepEqual(
    given.map(({ path }) => path),
    ['0', '1'].map((name) => join(folder, name)),
  )
  addUntil(6)
  t.is(given.length, 2)
  for (const { back } of given) back()
  await nextTurn()
  addUntil(10)
  t.is(given.length, 4)
  for (const { back } of given) back()
  await buffer.spillRest()
  t.deepEqual(unitsIn(buffer, false), expectedUnits(lines, false))
})

test('what goes wrong on another thread ends the run with its error', async (t) => {
  const folder = temporaryFolder(t)
  const make = () => {
    const buffer = new LineBuffer(1000, (number) => join(folder, String(number)), otherThread(() => 1, true).spill)
    t.teardown(() => buffer.close())
    for (let n = 0; buffer.spills === 0; n++) addLine(buffer, 1, n % 9, FRESH_LIST, 'x')
    return buffer
  }
  const expected = { instanceOf: IngestError, code: 'WRITE_FAILED', message: /the disk is gone/ } as const
  await t.throwsAsync(make().spillRest(), expected)
  const buffer = make()
  for (let turns = 0; turns < 3; turns++) await nextTurn()
  t.throws(() => {
    for (let n = 0; n < 1000; n++) addLine(buffer, 1, n % 9, FRESH_LIST, 'x'.repeat(100))
  }, expected)
})

// --- whole runs ---

/** Every file of a database by its path within it, but for the record of the tables' times. */
function databaseFiles(database: string): Record<string, string> {
  const entries = Object.entries(fileBytes(database)).map(([path, bytes]) => [relative(database, path), bytes])
  return Object.fromEntries(entries.filter(([path]) => !path?.endsWith('seen.json')))
}

/** The same without the table whose rows tell their line in the input. */
function withoutRejects(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'rejects.csv'))
}

const memories = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 40, max: 8000 }))

test('every file of the database is the same, byte by byte, whatever the memory and the order of rows', async (t) => {
  const rows = rowsArbitrary.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
  )
  await fc.assert(
    fc.asyncProperty(rows, memories, async ([all, shuffled], memory) => {
      fc.pre(all.length > 0)
      await withFolder(async (folder) => {
        const tmp = join(folder, 'tmp')
        mkdirSync(tmp)
        const made = []
        for (const [name, its] of Object.entries({ all, shuffled })) {
          const inputs = writeDayFiles(join(folder, name), toDayFiles(its))
          const out = (kind: string) => join(folder, `${name}-${kind}`)
          await run(out('roomy'), inputs)
          await run(out('tight'), inputs, { memory })
          await run(out('elsewhere'), inputs, { memory: 3 * memory, tmp })
          assert.deepEqual(readdirSync(tmp), [])
          const [roomy, tight, elsewhere] = ['roomy', 'tight', 'elsewhere'].map((kind) => databaseFiles(out(kind)))
          assert.deepEqual(tight, roomy)
          assert.deepEqual(elsewhere, roomy)
          made.push(withoutRejects(roomy ?? {}))
        }
        assert.deepEqual(made[1], made[0])
      })
    }),
    propertyOptions(t, 12),
  )
  t.pass()
})

test('runs over a database that is there write the same files, byte by byte, whatever the memory', async (t) => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, memories, async ({ files, runs }, memory) => {
      fc.pre(files.length > 0)
      await withFolder(async (folder) => {
        const paths = writeDayFiles(folder, files)
        const [roomy, tight, tmp] = ['roomy', 'tight', 'tmp'].map((name) => join(folder, name)) as [
          string,
          string,
          string,
        ]
        mkdirSync(tmp)
        for (const [number, indices] of runs.entries()) {
          const inputs = indices.map((index) => paths[index] ?? '')
          await run(roomy, inputs)
          await run(tight, inputs, { memory: memory * (1 + (number % 3)), ...(number % 2 === 0 ? { tmp } : {}) })
          assert.deepEqual(databaseFiles(tight), databaseFiles(roomy))
        }
        assert.deepEqual(readdirSync(tmp), [])
      })
    }),
    propertyOptions(t, 12),
  )
  t.pass()
})

test('a folder of another program is taken over alike, whatever the memory', async (t) => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary, memories, async ({ files }, memory) => {
      fc.pre(files.length > 1)
      await withFolder(async (folder) => {
        const [first = '', ...rest] = writeDayFiles(folder, files)
        const made = []
        for (const options of [{}, { memory }]) {
          const out = join(folder, `db-${made.length}`)
          await run(out, [first])
          // Without its index, a folder is as good as one of another program: all its lines go through the buffer.
          fs.rmSync(join(out, '.jwst-ingest'), { recursive: true, force: true })
          await run(out, rest, options)
          made.push(databaseFiles(out))
        }
        assert.deepEqual(made[1], made[0])
      })
    }),
    propertyOptions(t, 15),
  )
  t.pass()
})
