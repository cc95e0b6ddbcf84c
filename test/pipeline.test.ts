import { EventEmitter } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Duplex, PassThrough, Readable, Stream, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { asStream, gen } from 'stream-chain'
import { parseDay } from '../lib/rules/day.js'
import defaultEncodings from '../lib/rules/encodings.json' with { type: 'json' }
import { otherColumns } from '../lib/rules/layout.js'
import { Decoder } from '../lib/run/decode.js'
import { ingest } from '../lib/run/ingest.js'
import type { IngestOptions } from '../lib/run/options.js'
import { decodeStage, scrubStage } from '../lib/run/pipeline.js'
import { type HeadedInput, readInputs } from '../lib/run/read.js'
import type { PendingBatch } from '../lib/run/settle-stage.js'
import { Tally } from '../lib/run/summary.js'
import { tee } from '../lib/run/tee.js'
import { LineBuffer } from '../lib/sort/buffer.js'
import { StoredLines } from '../lib/store/read/stored-lines.js'
import { TableUpdate } from '../lib/store/table-update.js'
import { TABLES } from '../lib/store/tables.js'
import { Update } from '../lib/store/update.js'
import { WorkerPool } from '../lib/workers/pool.js'
import { fileBytes, tableSets, temporaryFolder } from './helpers/database.js'
import { daily, exposure, HEADER, pairs, product } from './helpers/program.js'
import { summaryOf } from './helpers/summary.js'

const LIMIT_MS = 10_000
const DAYS = new URL('../../fixtures/days/', import.meta.url)
const [DAY1 = '', ...LATER] = readdirSync(DAYS)
  .sort()
  .map((name) => new URL(name, DAYS).pathname)

/** Fails where something takes too long: with a pipeline that hangs, nothing else would end the test. */
async function within<T>(promise: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = delay(LIMIT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done after ${LIMIT_MS} ms`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

/** Puts something else in place of a method until the test is over, or the returned function is called. */
function patch<T extends object, K extends keyof T>(
  t: ExecutionContext,
  object: T,
  name: K,
  make: (old: T[K]) => T[K],
): () => void {
  const old = object[name]
  object[name] = make(old)
  const undo = () => {
    object[name] = old
  }
  t.teardown(undo)
  return undo
}

/** Every stream that gets a listener from now on, as each one in a pipeline does. */
function watchStreams(t: ExecutionContext): () => Stream[] {
  const seen = new Set<Stream>()
  for (const name of ['on', 'addListener'] as const) {
    patch(
      t,
      EventEmitter.prototype,
      name,
      (old) =>
        function on(this: EventEmitter, ...args: Parameters<typeof old>) {
          if (this instanceof Stream) seen.add(this)
          return old.apply(this, args)
        },
    )
  }
  const own: readonly Stream[] = [process.stdin, process.stdout, process.stderr]
  return () => [...seen].filter((stream) => !own.includes(stream))
}

const openFiles = () => (existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0)

/** Waits for what a test is about to become true, as closing a file takes a moment. */
async function soon(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 200 && !condition(); tries++) await delay(10)
  return condition()
}

const fault = new Error('injected')
type Options = Partial<Omit<IngestOptions, 'out'>>
/** Brings a fault about; returns what the run is to be given. */
type Arrange = (t: ExecutionContext) => Options | Promise<Options>

/** The run fails with the fault, in time, and leaves nothing behind: no changed file, no open file, no live stream. */
const fails = test.macro<[database: 'new' | 'existing', arrange: Arrange, expected?: string]>({
  async exec(t, database, arrange, expected) {
    const out = join(temporaryFolder(t), 'db')
    if (database === 'existing') await ingest({ inputs: [DAY1], out })
    const before = database === 'existing' ? fileBytes(out) : {}
    const options = await arrange(t)
    const streams = watchStreams(t)
    const files = openFiles()
    const error: unknown = await t.throwsAsync(within(ingest({ inputs: LATER, ...options, out })), { any: true })
    if (typeof expected === 'string') t.like(error, { code: expected })
    else t.is(error, fault)
    t.deepEqual(fileBytes(out), before)
    t.false(existsSync(join(out, '.jwst-ingest/staging')))
    t.true(await soon(() => openFiles() <= files), `${openFiles()} files are open, ${files} were before`)
    const alive = () => streams().filter((stream) => !(stream as Readable).destroyed)
    t.true(await soon(() => alive().length === 0), `not destroyed: ${alive().map((stream) => stream.constructor.name)}`)
    t.true(streams().length >= 3, 'the streams were seen')
  },
  title: (title, database) => `a fault ends the run and leaves nothing behind: ${title}, ${database} database`,
})

/** A fault at the n-th of the calls of a method that each instance gets. */
function onCall<T extends object, K extends keyof T>(t: ExecutionContext, object: T, name: K, call: number): Options {
  const calls = new WeakMap<object, number>()
  patch(t, object, name, (old) => {
    function faulty(this: object, ...args: unknown[]) {
      const number = calls.get(this) ?? 0
      calls.set(this, number + 1)
      if (number === call) throw fault
      return (old as (...args: unknown[]) => unknown).apply(this, args)
    }
    return faulty as T[K]
  })
  return {}
}

/** Standard input that fails after some text. */
async function* torn(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text)
  throw fault
}

/** Enough rows for several batches of results, whatever a batch is. */
const MANY = daily(
  ...Array.from({ length: 100 }, (_, program) => {
    const observations = Array.from({ length: 20 }, (__, number) => exposure(number + 1) + product(number + 1)).join('')
    return observations.replaceAll('01001', String(2001 + program).padStart(5, '0'))
  }),
)

interface Counts {
  programs: number
  items: number
}
const counted = new Map<'new' | 'existing', Counts>()

/** How many batches of programs a table's sink gets of these rows, and how many items each sink gets. */
async function countItems(t: ExecutionContext, database: 'new' | 'existing'): Promise<Counts> {
  const known = counted.get(database)
  if (known !== undefined) return known
  const counts = { programs: 0, items: 0 }
  const out = join(temporaryFolder(t), 'count')
  if (database === 'existing') await ingest({ inputs: [DAY1], out })
  const restore = [
    patch(t, Update.prototype, 'reject', (old) => {
      return function reject(this: Update, ...args) {
        counts.items++
        return old.apply(this, args)
      }
    }),
    patch(t, Tally.prototype, 'settled', (old) => {
      return function settled(this: Tally, ...args) {
        // The tally of the whole run counts it, too, without a census.
        if (args[1].length > 0) counts.programs++
        return old.apply(this, args)
      }
    }),
  ]
  await ingest({ inputs: [write(t, MANY)], out })
  for (const undo of restore) undo()
  t.true(counts.items >= 3)
  counted.set(database, counts)
  return counts
}

const stdinOf = (stdin: AsyncIterable<Buffer>): Options => ({ inputs: ['-'], date: '2024-02-22', stdin })
const write = (t: ExecutionContext, content: string | Buffer): string => {
  const path = join(temporaryFolder(t), '2024-02-28_059.csv')
  writeFileSync(path, content)
  return path
}
const LONG = daily(
  ...Array.from({ length: 4000 }, (_, number) => exposure(number % 900, { ImageSize: `${number * 7919}` })),
)

for (const database of ['new', 'existing'] as const) {
  const serial = (title: string, arrange: Arrange, expected?: string) =>
    test.serial(title, fails, database, arrange, expected)
  serial('the source fails', () => stdinOf(torn(pairs(1))))
  serial(
    'decompression fails',
    (t) => ({ inputs: [...LATER, write(t, gzipSync(LONG).subarray(0, -50))] }),
    'GZIP_BROKEN',
  )
  serial('decoding fails', (t) => ({ inputs: [...LATER, write(t, `${LONG}${HEADER},x\n${LONG}`)] }), 'HEADER_CHANGED')
  serial(
    'scrubbing fails',
    (t) => ({ inputs: [...LATER, write(t, `${LONG}${exposure(1, { CRVAL1: 'x' })}${LONG}`)], strict: true }),
    'ROW_REJECTED',
  )
  serial('buffering fails', (t) => onCall(t, LineBuffer.prototype, 'addRecords', 1))
  serial(
    'a run that stalls after a bad row does not wait for its source',
    (t) => {
      const stdin = new PassThrough()
      stdin.write(daily('a,b\n'))
      t.teardown(() => stdin.destroy())
      return { ...stdinOf(stdin), strict: true }
    },
    'ROW_REJECTED',
  )
  serial('settling fails', (t) => ({ ...onCall(t, Tally.prototype, 'settled', 1), inputs: [write(t, MANY)] }))
  serial(
    'the signal comes while the source stalls',
    (t) => {
      const stdin = new PassThrough()
      stdin.write(pairs(1))
      t.teardown(() => stdin.destroy())
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 150)
      return { ...stdinOf(stdin), signal: controller.signal }
    },
    'ABORT_ERR',
  )
  serial(
    'the signal comes amid the results',
    (t) => {
      const controller = new AbortController()
      let calls = 0
      patch(
        t,
        Tally.prototype,
        'settled',
        (old) =>
          function settled(this: Tally, ...args) {
            if (calls++ === 1) controller.abort()
            return old.apply(this, args)
          },
      )
      return { inputs: [write(t, MANY)], signal: controller.signal }
    },
    'ABORT_ERR',
  )
  for (const place of ['first', 'middle', 'last'] as const) {
    const callOf = (calls: number) => ({ first: 0, middle: calls >> 1, last: calls - 1 })[place]
    for (const table of [0, TABLES.length >> 1, TABLES.length - 1]) {
      serial(`the sink of ${TABLES[table]?.file} fails on the ${place} item`, async (t) => {
        const call = callOf((await countItems(t, database)).programs)
        let instances = 0
        const numbers = new WeakMap<object, { number: number; calls: number }>()
        patch(
          t,
          TableUpdate.prototype,
          'add',
          (old) =>
            function add(this: TableUpdate, ...args) {
              const own = numbers.get(this) ?? { number: instances++, calls: 0 }
              numbers.set(this, own)
              if (own.number === table && own.calls++ === call) throw fault
              return old.apply(this, args)
            },
        )
        return { inputs: [write(t, MANY)] }
      })
    }
    serial(`the sink of rejects fails on the ${place} item`, async (t) => ({
      ...onCall(t, Update.prototype, 'reject', callOf((await countItems(t, database)).items)),
      inputs: [write(t, MANY)],
    }))
  }
}
test.serial('reading stored lines fails', fails, 'existing', (t) => onCall(t, StoredLines.prototype, 'of', 2))

test.serial('after a run that failed, the next one ends as if there had been none', async (t) => {
  const folder = temporaryFolder(t)
  const [failed, clean] = [join(folder, 'failed'), join(folder, 'clean')]
  await ingest({ inputs: [DAY1], out: failed })
  await t.throwsAsync(ingest({ inputs: ['-', ...LATER], date: '2024-02-22', stdin: torn(pairs(1)), out: failed }), {
    is: fault,
  })
  await ingest({ inputs: LATER, out: failed })
  await ingest({ inputs: [DAY1], out: clean })
  await ingest({ inputs: LATER, out: clean })
  t.deepEqual(tableSets(failed), tableSets(clean))
  t.is(readFileSync(join(failed, 'rejects.csv'), 'utf8'), readFileSync(join(clean, 'rejects.csv'), 'utf8'))
})

// Back-pressure

const CHUNKS = 200

/** The most chunks of input that were on their way between the source and a slow sink among fast ones. */
async function mostInFlight(
  makeTee: (sinks: readonly Writable[]) => Writable,
): Promise<{ most: number; rows: number }> {
  const chunk = Buffer.from(exposure(1).repeat(10))
  let given = 0
  let taken = 0
  let most = 0
  async function* chunks() {
    yield Buffer.from(`${HEADER}\n`)
    for (let number = 0; number < CHUNKS; number++) {
      given++
      most = Math.max(most, given - taken)
      yield chunk
    }
  }
  const header = HEADER.split(',')
  const input: HeadedInput = {
    name: 'x',
    header,
    day: parseDay('2024-02-21', 'test'),
    seekable: false,
    bytes: undefined,
    open: chunks,
  }
  const tally = new Tally()
  const setup = { others: otherColumns(header), inputs: [input], encodings: defaultEncodings, stored: undefined }
  const context = { decoder: new Decoder(tally), inputs: [input], pool: new WorkerPool(setup) }
  const sink = (ms: number) =>
    new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(_batch, _encoding, done) {
        if (ms === 0) return done()
        setTimeout(() => {
          taken++
          done()
        }, ms)
      },
    })
  const rows: Duplex = asStream(gen(decodeStage(context), scrubStage(context)), {
    writableHighWaterMark: 1,
    readableHighWaterMark: 8,
  })
  async function* counted(batches: AsyncIterable<PendingBatch>): AsyncGenerator<number> {
    for await (const { scrubbed } of batches) {
      const { counts } = await scrubbed
      for (const some of counts) tally.rows(some)
      yield counts.length
    }
  }
  const bytes = Readable.from(readInputs([input]), { highWaterMark: 1 })
  await within(pipeline(bytes, rows, counted, makeTee([sink(0), sink(1), sink(0)]), {}))
  return { most, rows: summaryOf(tally).rows }
}

test.serial('with one slow sink the source waits: few chunks are on their way at any time', async (t) => {
  const { most, rows } = await mostInFlight(tee)
  t.true(most <= 20, `${most} chunks`)
  t.is(rows, CHUNKS * 10)
})

test.serial('control: with a tee that does not wait, most of the input is on its way', async (t) => {
  const heedless = (sinks: readonly Writable[]) =>
    new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(item, _encoding, done) {
        for (const sink of sinks) sink.write(item)
        done()
      },
      final(done) {
        Promise.all(sinks.map((sink) => new Promise((resolve) => sink.end(resolve)))).then(() => done(), done)
      },
    })
  t.true((await mostInFlight(heedless)).most > CHUNKS / 2)
})
