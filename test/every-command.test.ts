/**
 * Every command against faults: those that read change no file of the database and go on beside a run, those that write
 * are undone or done when they are killed or the disk is full. docs/reliability.md has the whole of it.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openFolder } from '../lib/store/commit.js'
import { ASN, writeInputs } from './helpers/command-inputs.js'
import { countOperations, type FaultMode, inParallel, runWithFault, sampled, sampledAnew } from './helpers/faults.js'
import { copyDatabase, differing, filesOf, roundTimes } from './helpers/interrupt-files.js'
import { PROGRAM, Workdir } from './helpers/program.js'

const READERS = [
  'status db',
  'explain --waiting --db db',
  'explain --waiting --format csv --limit 2 --db db',
  'explain jw01001* --db db',
  'check db',
  'report db --html page.html',
  'report db --json',
  'export db -o out',
  'export db -o out --split 0.5 --card --force',
  'diff db db',
  'diff db --since 2030-01-01',
  'export db -o - --format jsonl --table level1',
  'prune db --older-than 1d --dry-run',
  '-o db in/2024-02-22_053.csv --dry-run',
  `associate db --asn in/${ASN} --dry-run`,
  'rebuild db --dry-run',
]

const WRITERS = [
  '-o db in/2024-02-22_053.csv',
  `associate db --asn in/${ASN}`,
  'rebuild db',
  'prune db --older-than 1d',
]

/** Makes `db`, for a rebuild with something to mend, and `in` with what commands take in. */
async function makeScene(t: ExecutionContext, args = ''): Promise<Workdir> {
  const dir = new Workdir(t)
  writeInputs(dir)
  t.like(await dir.run(['-q', '-o', 'db', 'in/2024-02-21_052.csv']), { code: 0, stderr: '' })
  if (args === 'rebuild db')
    dir.write('db/raw-image.csv', dir.read('db/raw-image.csv').split('\n').toSpliced(1, 1).join('\n'))
  await roundTimes(dir.path('db'))
  return dir
}

test('commands that read change no file of a database, and need not wait for a run', async (t) => {
  const dir = await makeScene(t)
  const run = await openFolder(dir.path('db'))
  const before = filesOf(dir.path('db'))
  for (const args of READERS) {
    const options = { folder: dir.path('db'), cwd: dir.folder }
    const { status, stderr, operations } = await countOperations(
      process.execPath,
      [PROGRAM, ...args.split(' ')],
      options,
    )
    t.is(status, 0, `${args}: ${stderr}`)
    t.deepEqual(operations, [], args)
  }
  t.deepEqual(differing(filesOf(dir.path('db')), before), [])
  await run.close()
})

/** Commands that write files elsewhere. */
const OUTPUTS = ['report db --html out/page.html', 'export db -o out', 'export db -o out --format jsonl']

/** What a file under a temporary name is called. */
const PARTIAL = /\.(part|new)$/

for (const args of OUTPUTS) {
  test.serial(`${args}: a full disk leaves no file, and a kill none in part`, async (t) => {
    const dir = await makeScene(t)
    const options = { folder: dir.path('out'), cwd: dir.folder, env: { UV_THREADPOOL_SIZE: '1' } }
    const call = [PROGRAM, ...args.split(' ')]
    const start = () => {
      rmSync(dir.path('out'), { recursive: true, force: true })
      mkdirSync(dir.path('out'))
    }
    start()
    const { status, stderr, operations } = await countOperations(process.execPath, call, options)
    t.is(status, 0, stderr)
    const whole = filesOf(dir.path('out'))
    for (const { number, kind, path } of sampled(operations)) {
      start()
      await runWithFault(process.execPath, call, { ...options, at: number, mode: 'kill' })
      const found = [...filesOf(dir.path('out'))].filter(([name]) => !PARTIAL.test(name))
      for (const [name, text] of found) t.is(text, whole.get(name) ?? '', `killed at ${number}: ${name}`)
      if (!/^(open|write)/.test(kind)) continue
      start()
      const full = await runWithFault(process.execPath, call, { ...options, at: number, mode: 'ENOSPC' })
      t.is(full.status, 1, `${kind} ${path}`)
      t.regex(full.stderr, /ENOSPC/)
      t.deepEqual([...filesOf(dir.path('out')).keys()], [])
    }
  })
}

const FAULTS: readonly (readonly [mode: FaultMode, kinds: RegExp])[] = [
  ['kill', /./],
  ['ENOSPC', /^(write|writeFile|open|mkdir)$/],
]
for (const [mode, kinds] of FAULTS) {
  const met = new Set<string>()
  for (const args of WRITERS) {
    test.serial(`${args.replace(/ db.*| -o.*/, '')}: ${mode} at any operation undoes or does it`, async (t) => {
      t.timeout(600_000)
      const dir = await makeScene(t, args)
      const options = (db: string) => ({ folder: db, cwd: dirname(db), env: { UV_THREADPOOL_SIZE: '1' } })
      const call = (db: string) =>
        [PROGRAM, ...args.replaceAll('in/', `${dir.path('in')}/`).split(' '), '--quiet'].map((word) =>
          word === 'db' ? db : word,
        )
      const clean = dir.path('clean/db')
      await copyDatabase(dir.path('db'), clean)
      const { status, stderr, operations } = await countOperations(process.execPath, call(clean), options(clean))
      t.is(status, 0, stderr)
      const [before, after] = [filesOf(dir.path('db')), filesOf(clean)]
      t.true(differing(before, after).length > 0)
      const points = sampledAnew(
        operations.filter(({ kind }) => kinds.test(kind)),
        met,
      )
      await inParallel(points, async ({ number, kind, path }) => {
        const title = `${mode} at ${number}: ${kind} ${path}`
        const db = dir.path(`run-${number}/db`)
        await copyDatabase(dir.path('db'), db)
        const result = await runWithFault(process.execPath, call(db), { ...options(db), at: number, mode })
        if (mode !== 'kill') t.true(result.status === 1 || path.endsWith('seen.json.new'), `${title}: ${result.stderr}`)
        await (await openFolder(db)).close()
        const found = filesOf(db)
        const isDone = differing(found, after).length === 0
        t.deepEqual(differing(found, isDone ? after : before), [], title)
        rmSync(dirname(db), { recursive: true })
      })
      t.log(`${points.length} of ${operations.length} operations`)
    })
  }
}
