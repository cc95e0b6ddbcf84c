/** The progress of a run, told and shown. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { generateFiles } from '../bench/generator.js'
import { runCommand } from '../lib/cli/cli.js'
import { progressBar } from '../lib/cli/progress.js'
import { ingest } from '../lib/run/ingest.js'
import type { Progress } from '../lib/run/progress.js'
import { temporaryFolder } from './helpers/database.js'

const ROWS = 3000
const [DAY] = generateFiles({ days: 1, rows: ROWS, seed: 3, start: '2024-02-21', shuffle: false, match: 1, late: 0 })
const CONTENT = [...(DAY?.chunks ?? [])].join('')

/** What a run over one input tells. */
async function told(t: ExecutionContext, name: string, bytes: Buffer, pipe = false): Promise<Progress[]> {
  const folder = temporaryFolder(t)
  const input = join(folder, name)
  writeFileSync(input, bytes)
  const progress: Progress[] = []
  const source = pipe ? { inputs: ['-'], date: '2024-02-21', stdin: Readable.from([bytes]) } : { inputs: [input] }
  await ingest({ ...source, out: join(folder, 'db'), progress: (some) => progress.push(some) })
  return progress
}

test('bytes of a file are counted to its size, rows to their number, then what is settled to all of it', async (t) => {
  const progress = await told(t, '2024-02-21_052.csv', Buffer.from(CONTENT))
  const reading = progress.filter(({ phase }) => phase === 'reading')
  const settling = progress.filter(({ phase }) => phase === 'settling')
  t.deepEqual(progress, [...reading, ...settling])
  t.like(reading.at(-1), { bytes: Buffer.byteLength(CONTENT), total: Buffer.byteLength(CONTENT), rows: ROWS })
  t.is(settling.at(-1)?.bytes, settling.at(-1)?.total)
  for (const list of [reading, settling])
    for (const [index, { bytes }] of list.entries()) t.true(bytes >= (list[index - 1]?.bytes ?? 0))
})

test('of a compressed file the bytes on the disk count', async (t) => {
  const bytes = gzipSync(CONTENT)
  const reading = (await told(t, '2024-02-21_052.csv.gz', bytes)).filter(({ phase }) => phase === 'reading')
  t.like(reading.at(-1), { bytes: bytes.length, total: bytes.length, rows: ROWS })
})

test('of a pipe only rows are known', async (t) => {
  const reading = (await told(t, 'x', Buffer.from(CONTENT), true)).filter(({ phase }) => phase === 'reading')
  t.like(reading.at(-1), { total: undefined, rows: ROWS })
})

/** Something like a terminal, and what was written to it. */
function fakeScreen(): { readonly screen: WriteStream; readonly written: () => string } {
  const chunks: string[] = []
  const stream = new PassThrough().setEncoding('utf8')
  stream.on('data', (chunk) => chunks.push(chunk))
  return {
    screen: Object.assign(stream, { isTTY: true, columns: 100, rows: 30 }) as never,
    written: () => chunks.join(''),
  }
}

const HALF: Progress = { phase: 'reading', bytes: 50e6, total: 100e6, rows: 160_000 }
/** What takes a line off a terminal. */
const CLEARED = ['\x1b[K', '\x1b[0K', '\x1b[1K', '\x1b[2K', '\x1b[J', '\x1b[0J']

async function shown(env: Record<string, string>, ...all: readonly Progress[]): Promise<string> {
  const { screen, written } = fakeScreen()
  const bar = progressBar(screen, env)
  await new Promise((done) => setTimeout(done, 400))
  for (const progress of all) bar.show(progress)
  await new Promise((done) => setTimeout(done, 250))
  bar.stop()
  return written()
}

test('a bar has share, bytes, rows, rate and time left, and is gone when it is stopped', async (t) => {
  const text = await shown({ NO_COLOR: '1' }, HALF)
  t.regex(text, /reading {2}█{12}░{12} {2}50 % {2}50\/100 MB {2}160,000 rows {2}[\d,]+ rows\/s {2}\d+ s left/)
  const rest = text.slice(text.lastIndexOf('left'))
  t.true(CLEARED.some((code) => rest.includes(code)))
})

test('of a pipe rows and rate are shown', async (t) => {
  const text = await shown({ NO_COLOR: '1' }, { ...HALF, total: undefined })
  t.regex(text, /reading {2}160,000 rows {2}[\d,]+ rows\/s/)
  t.false(text.includes('%'))
})

test('colours are used, but not where NO_COLOR is set', async (t) => {
  const COLOUR = '\x1b[36m'
  t.true((await shown({}, HALF)).includes(COLOUR))
  t.false((await shown({ NO_COLOR: '1' }, HALF)).includes(COLOUR))
})

test('a run shows nothing on a terminal with --quiet, and without a terminal', async (t) => {
  const folder = temporaryFolder(t)
  const input = join(folder, '2024-02-21_052.csv')
  writeFileSync(input, CONTENT)
  const { screen, written } = fakeScreen()
  const err: string[] = []
  const terminal = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    out: t.fail,
    env: {},
    signal: new AbortController().signal,
  }
  const tell = (text: string) => err.push(text)
  t.is(await runCommand(['-q', '-o', join(folder, 'a'), input], { ...terminal, err: tell, screen }), 0)
  t.deepEqual([written(), err], ['', []])
  t.is(await runCommand(['-o', join(folder, 'b'), input], { ...terminal, stdin: new PassThrough(), err: tell }), 0)
  t.false(err.join('').includes('%'))
})
