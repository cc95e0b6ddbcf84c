/** A command in a thread of its own does and prints what it does on the main thread. */
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { inflateRawSync } from 'node:zlib'
import test from 'ava'
import { runCommand } from '../lib/cli/cli.js'
import { ingest } from '../lib/run/ingest.js'
import { FIXTURES } from './helpers/damage.js'
import { tableTexts } from './helpers/database.js'
import { copyDatabase, roundTimes } from './helpers/interrupt-files.js'
import { oneProgram } from './helpers/one-program.js'
import { type Result, Workdir } from './helpers/program.js'

/** Runs a command line here, in a folder. */
async function runHere(folder: string, args: readonly string[]): Promise<Result> {
  const output = { stdout: '', stderr: '' }
  const stdout = new PassThrough().setEncoding('utf8').on('data', (text) => (output.stdout += text))
  const code = await runCommand(args, {
    stdin: Readable.from([]),
    stdout,
    out: (text) => stdout.write(text),
    err: (text) => (output.stderr += text),
    env: { JWST_INGEST_DB: folder },
    signal: new AbortController().signal,
  })
  await once(stdout.end(), 'end')
  return { code, ...output }
}

/** What waits is packed in the page, with the path of the database. */
const unpacked = (text: string) =>
  text.replace(/(id="(?:packed|texts)">)([^<]+)/g, (_, tag: string, packed: string) => {
    return tag + inflateRawSync(Buffer.from(packed, 'base64')).toString()
  })

/** Without what no two runs have in common. */
const plain = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replace(/\d+\.\d+ s|"seconds\w*":[\d.]+|"(?:made|started)":"[^"]+"|[Mm]ade .* UTC/g, '…'))

const COMMANDS: readonly (readonly string[])[] = [
  ['check'],
  ['check', '--json'],
  ['explain', 'jw01*'],
  ['explain', '--waiting', '--json'],
  ['explain', 'jw99999*'],
  ['explain'],
  ['report', '--json'],
  ['report', '--html', '-'],
  ['export', '-o', '-', '--table', 'train-image'],
  ['export', '-o', '-', '--format', 'jsonl', '--table', 'level1'],
  ['export', '--table', 'nothing'],
  ['export', '--format', 'xml'],
  ['rebuild', '--json'],
  ['prune', '--older-than', '1d', '--as-of', '2024-03-01', '--json'],
  ['prune'],
  ['check', 'not-there'],
]

for (const args of COMMANDS) {
  test(`jwst-ingest ${args.join(' ')}: the same on either thread`, async (t) => {
    const dir = new Workdir(t)
    // Of one length, as what is told wraps lines with the path in them.
    const [own, other] = [dir.path('here/db'), dir.path('away/db')]
    await ingest({ inputs: [join(FIXTURES, 'days')], out: other })
    await roundTimes(other)
    await copyDatabase(other, own)
    const here = await runHere(own, args)
    const apart = await dir.run(args, { env: { JWST_INGEST_DB: other } })
    t.is(apart.code, here.code)
    for (const stream of ['stdout', 'stderr'] as const)
      t.deepEqual(plain(unpacked(apart[stream])), plain(unpacked(here[stream]).replaceAll(own, other)))
    t.deepEqual(tableTexts(other), tableTexts(own))
  })
}

test('a reader that closes early is told, and no more', async (t) => {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', oneProgram(2000))
  t.is((await dir.run(['-q', '-o', 'db', '2024-02-21_052.csv'])).code, 0)
  for (const args of [
    ['explain', 'jw01234*', '--db', 'db'],
    ['export', 'db', '-q', '-o', '-', '--format', 'jsonl', '--table', 'level1'],
    ['report', 'db', '--html', '-'],
  ]) {
    const running = dir.start(args)
    running.child.stdout?.once('data', () => running.child.stdout?.destroy())
    const stderr = 'jwst-ingest: cannot write all of standard output (its reader has gone)\n'
    const result = await running.result
    // A page may have been written to its end by then.
    t.like(result, result.code === 0 ? { stderr: '' } : { code: 1, stderr }, args.join(' '))
  }
})
