import { deepStrictEqual as deepEqual } from 'node:assert'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import highland from 'highland'
import { tee } from '../lib/run/tee.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** Fails where something takes too long: with a tee that hangs, nothing else would end the test. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done after ${ms} ms`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

interface SinkOptions {
  /** How long an item takes, in ms; none by default, not even a tick. */
  readonly ms?: number
  /** The number of the item, from 0, on which it fails. */
  readonly failOn?: number
  readonly failAtEnd?: boolean
}

/** A sink that keeps its items. */
class Sink extends Writable {
  readonly items: number[] = []
  ended = false
  readonly #options: SinkOptions

  constructor(options: SinkOptions = {}) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#options = options
  }

  override _write(item: number, _encoding: string, done: (error?: Error) => void): void {
    const take = () => {
      if (this.items.length === this.#options.failOn) return done(new Error('no more'))
      this.items.push(item)
      done()
    }
    if (this.#options.ms === undefined) take()
    else setTimeout(take, this.#options.ms)
  }

  override _final(done: (error?: Error) => void): void {
    setTimeout(() => {
      this.ended = true
      done(this.#options.failAtEnd ? new Error('no more') : undefined)
    }, 5)
  }
}

/** Numbers from 0; `onTake` is told how many of them are taken. */
function numbers(count: number, onTake = (_taken: number) => {}): Readable {
  function* all() {
    for (let number = 0; number < count; number++) {
      onTake(number + 1)
      yield number
    }
  }
  return Readable.from(all(), { highWaterMark: 1 })
}

const upTo = (count: number) => Array.from({ length: count }, (_, number) => number)

test('every sink gets every item in order, and the tee finishes after the last of them has', (t) => {
  const speeds = fc.array(fc.option(fc.constantFrom(0, 1, 2), { nil: undefined }), { minLength: 1, maxLength: 5 })
  const property = fc.asyncProperty(fc.nat(12), speeds, async (count, delays) => {
    const sinks = delays.map((ms) => new Sink(ms === undefined ? {} : { ms }))
    await within(5000, pipeline(numbers(count), tee(sinks)))
    for (const sink of sinks) {
      deepEqual(sink.items, upTo(count))
      deepEqual(sink.ended, true)
    }
  })
  return fc.assert(property, { seed, numRuns: 40 }).then(() => t.pass())
})

const ITEMS = 30
const places = { first: 0, middle: ITEMS / 2, last: ITEMS - 1 } as const
for (const failing of [0, 1, 2]) {
  for (const [place, failOn] of [...Object.entries(places), ['end', undefined] as const]) {
    for (const ms of [undefined, 1]) {
      const speed = ms === undefined ? '' : ' after a while'
      test(`sink ${failing} of 3 that fails on the ${place}${speed} ends everything with its error`, async (t) => {
        const options = {
          ...(failOn === undefined ? { failAtEnd: true } : { failOn }),
          ...(ms === undefined ? {} : { ms }),
        }
        const sinks = upTo(3).map((number) => new Sink(number === failing ? options : {}))
        const source = numbers(ITEMS)
        const stream = tee(sinks)
        await t.throwsAsync(within(5000, pipeline(source, stream)), { message: 'no more' })
        for (const one of [source, stream, ...sinks]) t.true(one.destroyed)
      })
    }
  }
}

test('control: with highland alone, a sink that fails leaves the others and the source waiting for ever', async (t) => {
  let taken = 0
  const source = numbers(ITEMS, (count) => (taken = count))
  const [good, bad] = [new Sink(), new Sink({ failOn: 3 })]
  bad.on('error', () => {})
  const items = highland<number>(source)
  for (const sink of [good, bad]) items.fork().pipe(sink)
  await t.throwsAsync(within(300, new Promise((resolve) => good.on('finish', resolve))), { message: /not done/ })
  t.false(source.destroyed)
  t.true(taken < ITEMS)
})

for (const slow of [0, 1, 2]) {
  test(`the source waits for the slowest sink, be it number ${slow}`, async (t) => {
    t.true((await mostInFlight(tee, slow)) <= 6)
  })
}

test('control: a tee that does not wait lets items pile up', async (t) => {
  t.true((await mostInFlight(heedlessTee, 1)) > 100)
})

/** The most items that were between a source of 200 and its slowest sink. */
async function mostInFlight(makeTee: (sinks: readonly Writable[]) => Writable, slow: number): Promise<number> {
  const sinks = upTo(3).map((number) => new Sink(number === slow ? { ms: 1 } : {}))
  let most = 0
  const source = numbers(200, (taken) => {
    most = Math.max(most, taken - Math.min(...sinks.map((sink) => sink.items.length)))
  })
  await within(10_000, pipeline(source, makeTee(sinks)))
  return most
}

/** A tee that takes the next item at once, whatever the sinks say. */
function heedlessTee(sinks: readonly Writable[]): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(item, _encoding, done) {
      for (const sink of sinks) sink.write(item)
      done()
    },
    final(done) {
      const ended = sinks.map((sink) => new Promise((resolve) => sink.end(resolve)))
      Promise.all(ended).then(() => done(), done)
    },
  })
}

test('a source that fails destroys every sink, and none of them ends as if it had all', async (t) => {
  const sinks = [new Sink(), new Sink({ ms: 1 })]
  async function* broken() {
    yield 0
    yield 1
    throw new Error('torn')
  }
  await t.throwsAsync(within(5000, pipeline(broken, tee(sinks))), { message: 'torn' })
  await delay(20)
  for (const sink of sinks) {
    t.true(sink.destroyed)
    t.false(sink.ended)
  }
})

test('a sink that is destroyed, or ended, by somebody else ends everything', async (t) => {
  for (const stop of [(sink: Sink) => sink.destroy(), (sink: Sink) => sink.end()]) {
    const [other, stopped] = [new Sink(), new Sink({ ms: 1 })]
    const source = numbers(1000)
    const done = within(5000, pipeline(source, tee([other, stopped])))
    setTimeout(() => stop(stopped), 20)
    await t.throwsAsync(done, { message: /Premature close|ended before its source|write after end/ })
    for (const one of [source, other, stopped]) t.true(one.destroyed)
  }
})

test('without sinks, the items go nowhere', async (t) => {
  let taken = 0
  await within(
    5000,
    pipeline(
      numbers(10, (count) => (taken = count)),
      tee([]),
    ),
  )
  t.is(taken, 10)
})
