/** Runs that commit while they read: the database is that of one run over the same rows (specification, section 9). */
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import test from 'ava'
import fc from 'fast-check'
import { ingest } from '../lib/run/ingest.js'
import type { Summary } from '../lib/run/summary.js'
import { filesArbitrary, historyArbitrary, propertyOptions } from './helpers/arbitrary-rows.js'
import { run, runStdin, tableLines, tableSets, temporaryFolder, withFolder, writeDayFiles } from './helpers/database.js'
import { day, exposure, product } from './helpers/database-rows.js'
import type { DayFile } from './helpers/model.js'

/** Rows of a portion, so that files have about as many. */
function portionOf(files: readonly DayFile[], parts: number): number {
  const lines = files.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0)
  return Math.max(1, Math.ceil(lines / parts))
}

test('the same lines, wherever commits are, of files', async (t) => {
  const property = fc.asyncProperty(historyArbitrary, fc.integer({ min: 2, max: 5 }), async ({ files }, parts) => {
    fc.pre(files.length > 0)
    const rows = portionOf(files, parts)
    await withFolder(async (folder) => {
      const paths = writeDayFiles(folder, files)
      const [one, many] = [join(folder, 'one'), join(folder, 'many')]
      const atOnce = await run(one, paths)
      const commits: Summary[] = []
      const whole = await run(many, paths, { commitEvery: { rows }, onCommit: (commit) => commits.push(commit) })
      assert.deepEqual(tableSets(many), tableSets(one))
      assert.equal(whole.commits, commits.length)
      for (const name of ['rows', 'rejects', 'repeatedHeaders'] as const) assert.equal(whole[name], atOnce[name], name)
      assert.deepEqual([whole.levels, whole.dropped], [atOnce.levels, atOnce.dropped])
      assert.deepEqual(whole.waiting, atOnce.waiting)
      assert.ok(commits.every((commit) => commit.rows <= rows))
    })
  })
  await fc.assert(property, propertyOptions(t, 4))
  t.pass()
})

test('the same lines, wherever commits are, of a pipe in chunks of any size, shared or not', async (t) => {
  const sizes = fc.integer({ min: 1, max: 3000 })
  const property = fc.asyncProperty(
    filesArbitrary,
    fc.tuple(fc.integer({ min: 2, max: 5 }), sizes, fc.boolean()),
    async ([file], [parts, size, share]) => {
      if (file === undefined) return
      const rows = portionOf([file], parts)
      await withFolder(async (folder) => {
        const [one, many] = [join(folder, 'one'), join(folder, 'many')]
        await runStdin(one, file, size)
        await runStdin(many, file, size, { commitEvery: { rows }, share })
        assert.deepEqual(tableSets(many), tableSets(one))
      })
    },
  )
  await fc.assert(property, propertyOptions(t, 3))
  t.pass()
})

const ROWS = [exposure(1), product(1), exposure(2), product(2), exposure(3), product(3)]

test('the last commit of a run leaves nothing of the others', async (t) => {
  const folder = temporaryFolder(t)
  const paths = writeDayFiles(folder, [day('2024-02-21', ROWS)])
  await run(join(folder, 'one'), paths)
  await run(join(folder, 'many'), paths, { commitEvery: { rows: 2 } })
  t.deepEqual(tableLines(join(folder, 'many')), tableLines(join(folder, 'one')))
  const told: string[] = []
  await run(join(folder, 'many'), paths, { warn: (message) => told.push(message) })
  t.deepEqual(told, [])
})

test('after an error the database is as the last commit left it, and the next run says up to where', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const [path = ''] = writeDayFiles(folder, [day('2024-02-21', ROWS)])
  const { text } = day('2024-02-21', ROWS)
  async function* broken() {
    yield Buffer.from(text.split('\n').slice(0, 6).join('\n'))
    throw new Error('the line is dead')
  }
  const told: string[] = []
  const options = { inputs: ['-'], out, date: '2024-02-21', warn: (message: string) => told.push(message) }
  await t.throwsAsync(ingest({ ...options, stdin: broken(), commitEvery: { rows: 2 } }), {
    message: 'the line is dead',
  })
  t.deepEqual(told, [
    '2 commits before this error: <stdin> is in the database up to line 5, and so are all inputs before it',
  ])
  t.is(tableLines(out).training?.length, 3)
  told.length = 0
  await run(out, [path], { warn: (message) => told.push(message) })
  t.is(told.length, 1)
  t.regex(told[0] ?? '', /^the run of process \d+ was broken off while it read <stdin>: up to line 5 /)
  await run(join(folder, 'one'), [path])
  t.deepEqual(tableSets(out), tableSets(join(folder, 'one')))
  // It is said once.
  told.length = 0
  await run(out, [path], { warn: (message) => told.push(message) })
  t.deepEqual(told, [])
})

test('stopped, a run commits the rows that came whole, and says up to where', async (t) => {
  const folder = temporaryFolder(t)
  const out = join(folder, 'db')
  const stop = new AbortController()
  const { text } = day('2024-02-21', ROWS)
  async function* endless() {
    // Half of the fourth row has come, too.
    yield Buffer.from(text.split('\n').slice(0, 5).join('\n').slice(0, -20))
    setTimeout(() => stop.abort(), 50)
    await new Promise(() => {})
  }
  const told: string[] = []
  const summary = await ingest({
    ...{ inputs: ['-'], out, date: '2024-02-21', stdin: endless(), stop: stop.signal },
    ...{ commitEvery: { rows: 1000 }, warn: (message: string) => told.push(message) },
  })
  t.is(summary.rows, 3)
  t.is(summary.commits, 1)
  t.deepEqual(told, ['stopped; <stdin> is in the database up to line 4, and so are all inputs before it'])
})

test('rows are emitted once, under one header, and again with new values when a later row changes them', async (t) => {
  const folder = temporaryFolder(t)
  const later = product(1, { ImageSize: '9000000.5' })
  const paths = writeDayFiles(folder, [day('2024-02-21', [...ROWS, later])])
  const out = new PassThrough()
  const [printed] = await Promise.all([
    text(out),
    run(join(folder, 'db'), paths, { commitEvery: { rows: 2 }, emit: { table: 'training', out } }).finally(() =>
      out.end(),
    ),
  ])
  const [header = '', ...lines] = printed.trimEnd().split('\n')
  t.true(header.startsWith('dag,imagesize,'))
  t.false(lines.includes(header))
  t.deepEqual(
    lines.map((line) => line.split(',')[1]).filter((size) => size === '9000000.5'),
    ['9000000.5'],
  )
  t.is(lines.length, 4)
})

test('signals keep nothing of commits that are made: a run may never end', async (t) => {
  const folder = temporaryFolder(t)
  // A value without a code has its row wait for the end of its step.
  const rows = Array.from({ length: 16 }, (_, number) =>
    exposure(number, { FILTER: `F${number}W`, OBSERVTN: String(number) }),
  )
  const paths = writeDayFiles(folder, [day('2024-02-21', rows)])
  const [stop, end] = [new AbortController(), new AbortController()]
  const most = { stop: 0, end: 0 }
  const out = new PassThrough().resume()
  const options = { stop: stop.signal, signal: end.signal, emit: { table: 'rem-image', out } }
  const onCommit = () => {
    most.stop = Math.max(most.stop, getEventListeners(stop.signal, 'abort').length)
    most.end = Math.max(most.end, getEventListeners(end.signal, 'abort').length)
  }
  const { commits } = await run(join(folder, 'db'), paths, { ...options, commitEvery: { rows: 1 }, onCommit })
  t.is(commits, 16)
  t.true(most.stop <= 1 && most.end <= 2, JSON.stringify(most))
  t.deepEqual(getEventListeners(stop.signal, 'abort'), [])
  t.deepEqual(getEventListeners(end.signal, 'abort'), [])
})

for (const [name, options, message] of [
  ['--share', { share: true }, /^--share gives others their turn between commits/],
  ['--no-candidates', { candidates: false }, /^--no-candidates is about association files: give some with --asn, or/],
  ['--replace', { commitEvery: { rows: 1 }, replace: true }, /^--replace and --commit-every do not go together/],
  ['--replace', { follow: true, replace: true }, /^--replace and --follow do not go together: a version/],
  ['--follow', { follow: true, inputs: [] }, /^--follow waits for files/],
  ['--follow', { follow: true, inputs: ['-'] }, /^--follow waits for files/],
] as const) {
  test(`${name} is refused where it means nothing: ${JSON.stringify(options)}`, async (t) => {
    const out = join(temporaryFolder(t), 'db')
    await t.throwsAsync(ingest({ inputs: ['x.csv'], out, ...options }), { code: 'USAGE', message })
    t.false(existsSync(out))
  })
}
