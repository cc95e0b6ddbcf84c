/** Files that come into folders: each once it is quiet, and again when it has changed. */
import { appendFileSync, chmodSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { Follower } from '../lib/run/follow.js'
import { temporaryFolder } from './helpers/database.js'

const QUIET = 200

function follow(t: ExecutionContext, name = 'raw', prefix?: string) {
  const folder = temporaryFolder(t)
  const told: string[] = []
  const stop = new AbortController()
  const follower = new Follower({
    ...{ names: [join(folder, name)], prefix, stop: stop.signal, quiet: QUIET, lookEvery: 50 },
    warn: (message) => told.push(message),
    alert: (message) => told.push(message),
  })
  const files = follower.files()
  const next = async () => {
    const { done, value } = await files.next()
    return done ? undefined : value.map((path: string) => path.slice(folder.length + 1))
  }
  return {
    folder,
    told,
    follower,
    next,
    stop: () => stop.abort(),
    write: (file: string) => writeFileSync(join(folder, file), 'x'),
  }
}

test('files that nobody has touched for long come at once, in the order of their names', async (t) => {
  const { folder, next, stop, write } = follow(t)
  mkdirSync(join(folder, 'raw'))
  const names = ['raw/2024-02-22_053.csv', 'raw/2024-02-21_052.csv.gz']
  for (const name of names) {
    write(name)
    utimesSync(join(folder, name), 1e9, 1e9)
  }
  write('raw/notes.csv')
  t.deepEqual(await next(), names.toReversed())
  stop()
  t.is(await next(), undefined)
})

test('a file that grows is left until it is quiet, and comes again when it has changed', async (t) => {
  const { folder, next, stop, write } = follow(t)
  mkdirSync(join(folder, 'raw'))
  const path = join(folder, 'raw/2024-02-21_052.csv')
  write('raw/2024-02-21_052.csv')
  let grows = true
  const growing = (async () => {
    for (let turn = 0; turn < 8; turn++) {
      await delay(QUIET / 4)
      appendFileSync(path, 'x')
    }
    grows = false
  })()
  t.deepEqual(await next(), ['raw/2024-02-21_052.csv'])
  t.false(grows)
  await growing
  const again = next()
  appendFileSync(path, 'x')
  t.deepEqual(await again, ['raw/2024-02-21_052.csv'])
  stop()
})

test('a folder that is not there yet, or goes away, is said once and waited for', async (t) => {
  const { folder, told, next, stop, write } = follow(t)
  const first = next()
  await delay(300)
  mkdirSync(join(folder, 'raw'))
  write('raw/2024-02-21_052.csv')
  t.deepEqual(await first, ['raw/2024-02-21_052.csv'])
  rmSync(join(folder, 'raw'), { recursive: true })
  const second = next()
  await delay(300)
  mkdirSync(join(folder, 'raw'))
  write('raw/2024-02-21_052.csv')
  t.deepEqual(await second, ['raw/2024-02-21_052.csv'])
  const raw = join(folder, 'raw')
  t.deepEqual(told, [`${raw}: no such file or folder yet; waiting for it`, `${raw}: is gone; waiting for it`])
  stop()
})

test('a folder without files, and files that tell no day, are said once', async (t) => {
  const { folder, told, next, stop, write } = follow(t)
  mkdirSync(join(folder, 'raw'))
  const first = next()
  await delay(300)
  write('raw/notes.csv')
  write('raw/2024-02-21_052.csv')
  t.deepEqual(await first, ['raw/2024-02-21_052.csv'])
  const raw = join(folder, 'raw')
  const way = 'name them with --date'
  t.deepEqual(told, [
    `${raw}: no files yet; waiting for some`,
    `${raw}: 1 file left out, as not named YYYY-MM-DD_DDD.csv or .csv.gz (notes.csv): ${way}`,
  ])
  stop()
})

test('a file comes again that may be read at another time, and one whose rights change', async (t) => {
  const { folder, follower, next, stop, write } = follow(t)
  mkdirSync(join(folder, 'raw'))
  write('raw/2024-02-21_052.csv')
  const path = join(folder, 'raw/2024-02-21_052.csv')
  t.deepEqual(await next(), ['raw/2024-02-21_052.csv'])
  follower.lookAgain(path)
  t.deepEqual(await next(), ['raw/2024-02-21_052.csv'])
  chmodSync(path, 0o600)
  t.deepEqual(await next(), ['raw/2024-02-21_052.csv'])
  stop()
})

test('a glob is followed, and a prefix counts', async (t) => {
  const { folder, next, stop, write } = follow(t, '*', '2024-02')
  for (const name of ['a', 'b']) mkdirSync(join(folder, name))
  write('2024-02-21_052.csv')
  t.deepEqual(await next(), ['2024-02-21_052.csv'])
  stop()
  const other = follow(t, 'raw', '2024-03')
  mkdirSync(join(other.folder, 'raw'))
  other.write('raw/2024-02-21_052.csv')
  other.write('raw/2024-03-21_081.csv')
  t.deepEqual(await other.next(), ['raw/2024-03-21_081.csv'])
  other.stop()
})

test('stopped, it ends though nothing comes', async (t) => {
  const { next, stop } = follow(t)
  const ended = next()
  await delay(50)
  stop()
  t.is(await ended, undefined)
})
