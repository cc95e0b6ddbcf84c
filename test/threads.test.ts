/** Tasks on two threads give what they give on one, and what goes wrong on the other one is told. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { generateFiles } from '../bench/generator.js'
import { IngestError } from '../lib/errors.js'
import { ingest } from '../lib/run/ingest.js'
import { FRESH_LIST, RecordWriter } from '../lib/sort/records.js'
import { LineSection, type SectionData } from '../lib/sort/run.js'
import { TABLES } from '../lib/store/tables.js'
import { WorkerPool } from '../lib/workers/pool.js'
import { type ScrubTask, TaskRunner } from '../lib/workers/tasks.js'
import { tableSets, tableTexts, temporaryFolder } from './helpers/database.js'
import { fieldsOf, INPUT_COLUMNS } from './helpers/rows.js'
import { setupOf } from './helpers/threads.js'

const ROW = `${fieldsOf({}).join(',')}\n`
/** So many bytes to come that the other thread is begun. */
const ENOUGH = 2 ** 30
const TWO = availableParallelism() > 1

const scrubTask = (line: number): ScrubTask => ({
  kind: 'scrub',
  input: 0,
  bytes: Buffer.from(ROW.repeat(800)),
  line,
})

/** Waits until the other thread takes tasks. */
async function warmUp(threads: WorkerPool): Promise<void> {
  threads.expect(ENOUGH)
  for (let tries = 0; TWO && !threads.hasOther; tries++) {
    if (tries > 2000) throw new Error('no other thread was begun')
    await new Promise((done) => setTimeout(done, 5))
  }
}

test('results are those of one thread, in the order in which the tasks were given', async (t) => {
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS))
  const alone = new TaskRunner(setupOf(INPUT_COLUMNS))
  await warmUp(threads)
  const results = await Promise.all(Array.from({ length: 40 }, (_, number) => threads.run(scrubTask(number))))
  for (const [number, { records, counts }] of results.entries()) {
    const expected = alone.run(scrubTask(number))
    t.deepEqual(Buffer.from(records), Buffer.from(expected.records))
    t.deepEqual(counts, expected.counts)
  }
  if (TWO) t.true(threads.given > 0, 'the other thread had tasks')
  await threads.close()
})

test('what settling gives is that of one thread, whichever of them does it', async (t) => {
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS))
  t.teardown(() => threads.close())
  const alone = new TaskRunner(setupOf(INPUT_COLUMNS))
  await warmUp(threads)
  const recordsOf = (number: number) => {
    const rows = [1, 2].map((level) =>
      fieldsOf({
        Dataset: level === 1 ? `jw${number}001001_02101_00001_mirimage` : `jw${number}-o001_t001_miri_f770w`,
        DagNodeName: level === 1 ? 'LEVEL_1' : 'LEVEL_3',
        PROGRAM: String(number),
      }).join(','),
    )
    const bytes = Buffer.from(`${rows.join('\n')}\n`)
    return alone.run({ kind: 'scrub', input: 0, bytes, line: 1 }).records
  }
  const settle = async (number: number) => {
    return { number, ...(await threads.run({ kind: 'settle', bytes: recordsOf(number) })) }
  }
  const given = threads.given
  for (let first = 20_000; first < 20_200; first += 10) {
    const results = await Promise.all(Array.from({ length: 10 }, (_, index) => settle(first + index)))
    for (const { number, tables } of results) {
      const expected = alone.run({ kind: 'settle', bytes: recordsOf(number) })
      const texts = (all: typeof tables) => all.map(({ bytes }) => Buffer.from(bytes).toString())
      t.deepEqual(texts(tables), texts(expected.tables), `program ${number}`)
      t.true(texts(tables).some((text) => text.includes(`jw${number}`)))
    }
  }
  if (TWO) t.true(threads.given > given, 'the other thread had tasks')
})

test('an error of the other thread comes with its code and place', async (t) => {
  const folder = temporaryFolder(t)
  const [table] = TABLES
  writeFileSync(join(folder, table?.file ?? ''), 'short')
  const stored = {
    folder,
    lineRanges: new Map([[table?.file ?? '', { start: 0, parts: [Uint32Array.of(1001, 100, 0)] }]]),
    census: new Uint32Array(),
  }
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS, { stored }))
  await warmUp(threads)
  const writer = new RecordWriter()
  writer.add(1001 * 1024, FRESH_LIST, 'x')
  const bytes = writer.take()
  const given = threads.given
  const error = await t.throwsAsync(threads.run({ kind: 'settle', bytes }), { instanceOf: IngestError })
  t.is(threads.given, given + (TWO ? 1 : 0))
  t.is(error.code, 'TABLE_INVALID')
  t.is(error.place.source, join(folder, table?.file ?? ''))
  t.is(error.message, `${join(folder, table?.file ?? '')}: the table is shorter than its index says`)
  await threads.close()
})

/** A section of some lines, and what a file has to hold of them. */
function sectionOf(lines: number): { readonly section: SectionData; readonly expected: Buffer } {
  const section = new LineSection(2 ** 20, 0, new Set())
  const bytes = new RecordWriter()
  const writer = new RecordWriter()
  for (let n = 0; n < lines; n++) writer.add((n * 7919) % 100, FRESH_LIST, `line ${n}`)
  section.addRecords(writer.take(), 0)
  for (let partition = 0; partition < 100; partition++)
    for (let n = 0; n < lines; n++) if ((n * 7919) % 100 === partition) bytes.add(partition, FRESH_LIST, `line ${n}`)
  return { section: section.data, expected: bytes.take() }
}

test('the other thread spills a section, sorted, and gives its memory back', async (t) => {
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS))
  t.teardown(() => threads.close())
  await warmUp(threads)
  const path = join(temporaryFolder(t), 'spill')
  const file = { path, fd: openSync(path, 'wx') }
  const { section, expected } = sectionOf(5000)
  const { length } = section.bytes
  const spilling = threads.spill(section, file)
  t.is(spilling !== undefined, TWO)
  if (spilling === undefined) return
  t.is(section.bytes.length, 0, 'this thread has it no more')
  const { written, section: back } = await spilling
  t.is(written, expected.length)
  t.deepEqual(readFileSync(path), expected)
  t.is(back.bytes.length, length)
  closeSync(file.fd)
  await threads.close()
  t.is(threads.spill(back, file), undefined)
})

test('a section that the other thread cannot spill is an error with the path of the file', async (t) => {
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS))
  t.teardown(() => threads.close())
  await warmUp(threads)
  const path = join(temporaryFolder(t), 'spill')
  writeFileSync(path, '')
  const file = { path, fd: openSync(path, 'r') }
  const spilling = threads.spill(sectionOf(5).section, file)
  if (spilling !== undefined) {
    const error = await t.throwsAsync(spilling, { instanceOf: IngestError, code: 'WRITE_FAILED', message: /EBADF/ })
    t.is(error.place.source, path)
  }
  closeSync(file.fd)
  t.pass()
})

test('tasks of another thread that ends are told, and so are later ones', async (t) => {
  const threads = new WorkerPool(setupOf(INPUT_COLUMNS))
  await warmUp(threads)
  if (!TWO) {
    t.pass()
    return
  }
  const pending = threads.run(scrubTask(1))
  const failed = t.throwsAsync(pending, { message: /thread/ })
  await threads.close()
  await failed
  await t.throwsAsync(threads.run(scrubTask(2)), { message: /thread/ })
})

test('a run on two threads makes the tables of runs on one, byte for byte whatever is spilled', async (t) => {
  const folder = temporaryFolder(t)
  const inputs: string[] = []
  for (const { name, chunks } of generateFiles({
    days: 2,
    rows: 56_000,
    seed: 11,
    start: '2024-02-21',
    shuffle: true,
    match: 0.8,
    late: 0.5,
  })) {
    inputs.push(join(folder, name))
    writeFileSync(join(folder, name), [...chunks].join(''))
  }
  const [together, daily, spilled] = ['together', 'daily', 'spilled'].map((name) => join(folder, name))
  if (together === undefined || daily === undefined || spilled === undefined) throw new Error('three folders')
  await ingest({ inputs, out: together })
  await ingest({ inputs, out: spilled, memory: 2 ** 20 })
  for (const input of inputs) await ingest({ inputs: [input], out: daily })
  t.deepEqual(tableSets(daily), tableSets(together))
  t.deepEqual(tableTexts(spilled), tableTexts(together))
})
