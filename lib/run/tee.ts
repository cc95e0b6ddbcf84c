/**
 * Fans the results out to every table: one highland stream, a fork for each table, back-pressure from the slowest.
 *
 * A highland fork whose sink fails stops without a word, and its source waits for it for ever. So each sink's failure
 * destroys the tee here, and with it the whole pipeline that the tee ends.
 */
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import highland from 'highland'

/**
 * A stream that gives each item written to it to every sink, and finishes when all of them have finished. It takes an
 * item only when every sink has room for it. It fails as soon as a sink fails, or ends before it was told to.
 *
 * @param sinks object-mode streams of its own; they are destroyed with the tee
 */
export function tee<T>(sinks: readonly Writable[]): Writable {
  const items = highland<T>()
  for (const sink of sinks) items.fork().pipe(sink)
  if (sinks.length === 0) items.resume()
  let told = false
  const ended = Promise.all(
    sinks.map(async (sink) => {
      await finished(sink)
      if (!told) throw new Error('a sink of the tee ended before its source')
    }),
  )
  const stream = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(item: T, _encoding, done) {
      if (items.write(item)) done()
      else items.once('drain', () => done())
    },
    final(done) {
      told = true
      items.end()
      ended.then(() => done(), done)
    },
    destroy(error, done) {
      for (const sink of sinks) sink.destroy()
      done(error)
    },
  })
  ended.catch((error) => stream.destroy(error))
  return stream
}
