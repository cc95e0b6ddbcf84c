import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { IngestError } from '../lib/errors.js'
import { openFolder } from '../lib/store/commit.js'
import { PRIVATE_FOLDER } from '../lib/store/commit-record.js'
import type { Transaction } from '../lib/store/transaction.js'
import { ifClones } from './helpers/clones.js'
import { DRIVER, rows, writeTables } from './helpers/commit-driver.js'
import { filesLike, snapshot, withCopy, withFolder } from './helpers/fault-folders.js'
import {
  driveWithFault,
  isReadable,
  isThere,
  recoveredState,
  type Scene,
  type State,
  stateOf,
  withScene,
} from './helpers/fault-scene.js'
import {
  countOperations,
  type FaultMode,
  inParallel,
  type LoggedOperation,
  type RunResult,
  runWithFault,
  SOAK,
  sampled,
  seldomReadOnly,
  sortOf,
} from './helpers/faults.js'

const RECORD = join(PRIVATE_FOLDER, 'commit.json')
const STAGING = join(PRIVATE_FOLDER, 'staging')

// --- rules of a transaction ---

/** Changes a new folder that holds `table.csv` with two rows. */
async function withTable(work: (folder: string, transaction: Transaction) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'table.csv'), 'a\nb\n')
    const database = await openFolder(folder)
    try {
      await work(folder, await database.begin())
    } finally {
      await database.close()
    }
  })
}

test('what is replaced, appended to, new and removed is there after the commit and not before', (t) =>
  withTable(async (folder, transaction) => {
    await writeFile(join(folder, 'old.csv'), 'x\n')
    const table = await transaction.append('table.csv')
    table.write('c\n')
    const fresh = await transaction.append('new.csv')
    fresh.write('é\n')
    const index = await transaction.replace(`${PRIVATE_FOLDER}/index`)
    index.write('{}')
    await transaction.remove('old.csv')
    await transaction.remove('never.csv')
    t.deepEqual([table.start, table.bytes, fresh.start, fresh.bytes], [4, 2, 0, 3])
    t.deepEqual((await readdir(folder)).sort(), [PRIVATE_FOLDER, 'old.csv', 'table.csv'])
    t.is(await readFile(join(folder, 'table.csv'), 'utf8'), 'a\nb\n')
    await transaction.commit()
    t.deepEqual((await readdir(folder)).sort(), [PRIVATE_FOLDER, 'new.csv', 'table.csv'])
    t.is(await readFile(join(folder, 'table.csv'), 'utf8'), 'a\nb\nc\n')
    t.is(await readFile(join(folder, 'new.csv'), 'utf8'), 'é\n')
    t.is(await readFile(join(folder, PRIVATE_FOLDER, 'index'), 'utf8'), '{}')
    t.deepEqual(await filesLike(folder, /staging|commit/), [])
  }))

for (const clones of [true, false]) {
  test.serial(`a table keeps ranges of what it holds, cloned from its beginning on: ${clones}`, (t) =>
    ifClones(clones, () =>
      withTable(async (folder, transaction) => {
        const old = rows('old', 20_000)
        await writeFile(join(folder, 'table.csv'), old)
        await writeFile(join(folder, 'other.csv'), old)
        await chmod(join(folder, 'table.csv'), 0o640)
        const [first, second] = [
          { offset: 0, length: 300_000 },
          { offset: 400_000, length: 400_000 },
        ] as const
        const patches = ['begin', 'middle'].map((text, at) => ({ offset: at * 250_000, bytes: Buffer.from(text) }))
        const table = await transaction.cut('table.csv', [first, second], patches)
        t.is(table.bytes, 700_000)
        table.write('one\n')
        await table.copyFrom(join(folder, 'other.csv'), [{ offset: 7, length: 9 }])
        table.write('two\n')
        // Nothing of the first one stays at the place that it had.
        const other = await transaction.cut('other.csv', [second])
        t.is(other.bytes, 400_000)
        t.deepEqual(await transaction.commit(), { bytes: 700_017 + 400_000, cloned: clones ? 300_000 : 0 })
        const kept = old.slice(400_000, 800_000)
        const start = `begin${old.slice(5, 250_000)}middle${old.slice(250_006, 300_000)}`
        const expected = `${start}${kept}one\n${old.slice(7, 16)}two\n`
        t.true((await readFile(join(folder, 'table.csv'), 'utf8')) === expected)
        t.true((await readFile(join(folder, 'other.csv'), 'utf8')) === kept)
        t.is((await stat(join(folder, 'table.csv'))).mode & 0o777, 0o640)
        t.deepEqual(await filesLike(folder, /staging|commit/), [])
      }),
    ),
  )
}

test('a transaction with no operations, or with nothing appended, changes nothing', (t) =>
  withTable(async (folder, transaction) => {
    const { mtimeMs, ino } = await stat(join(folder, 'table.csv'))
    await transaction.append('table.csv')
    await writeFile(transaction.stagingPath('spill'), 'scratch')
    await transaction.commit()
    const now = await stat(join(folder, 'table.csv'))
    t.deepEqual([now.mtimeMs, now.ino], [mtimeMs, ino])
    t.false(await isThere(join(folder, STAGING)))
  }))

test('an aborted transaction leaves no trace; abort and close after the end do nothing', (t) =>
  withFolder(async (folder) => {
    await writeTables(folder)
    const before = await snapshot(folder)
    const database = await openFolder(folder)
    const transaction = await database.begin()
    const table = await transaction.replace('training.csv')
    table.write(rows('new', 10_000))
    await transaction.abort()
    await transaction.abort()
    await t.throwsAsync(transaction.commit(), { message: /over/ })
    const second = await database.begin()
    await second.append('level1.csv')
    await t.throwsAsync(database.begin(), { message: /not finished/ })
    await database.close()
    await database.close()
    t.is(await snapshot(folder), before)
  }))

test('pieces of any size and copied ranges come out in order, and bytes counts them', (t) =>
  withTable(async (folder, transaction) => {
    const source = rows('source', 30_000)
    await writeFile(join(folder, 'source.csv'), source)
    const table = await transaction.replace('table.csv')
    let expected = ''
    for (const size of [0, 1, 300_000, 262_144, 7, 262_143, 1, 600_000]) {
      const piece = `${'ä'.repeat(size / 3)}${'z'.repeat(size % 3)}`
      table.write(size % 2 ? Buffer.from(piece) : piece)
      const ranges = [
        { offset: size, length: size },
        { offset: 7, length: 11 },
      ]
      await table.copyFrom(join(folder, 'source.csv'), ranges)
      expected += piece + source.slice(size, 2 * size) + source.slice(7, 18)
    }
    t.is(table.bytes, Buffer.byteLength(expected))
    table.close()
    t.throws(() => table.write('late'), { message: /closed/ })
    await transaction.commit()
    t.true((await readFile(join(folder, 'table.csv'), 'utf8')) === expected)
  }))

test('a range that a table does not have fails, then and at the commit, and nothing is changed', (t) =>
  withTable(async (folder, transaction) => {
    const table = await transaction.replace('table.csv')
    const copied = table.copyFrom(join(folder, 'table.csv'), [{ offset: 2, length: 3 }])
    const error = await t.throwsAsync(copied, { instanceOf: IngestError })
    t.is(error?.code, 'DATABASE_UNUSABLE')
    t.throws(() => table.write('more'), { is: error })
    await t.throwsAsync(transaction.commit(), { is: error })
    t.is(await readFile(join(folder, 'table.csv'), 'utf8'), 'a\nb\n')
    t.false(await isThere(join(folder, STAGING)))
  }))

for (const name of ['', '.', '..', 'a/b.csv', '../x', '/x', 'x\\y', `${PRIVATE_FOLDER}`, STAGING, RECORD]) {
  test(`"${name}" is no name for a table`, (t) =>
    withTable(async (_, transaction) => {
      await t.throwsAsync(transaction.replace(name), { message: /not a name/ })
      await t.throwsAsync(transaction.remove(name), { message: /not a name/ })
    }))
}

test('a table can be changed once in a transaction', (t) =>
  withTable(async (_, transaction) => {
    await transaction.append('table.csv')
    await t.throwsAsync(transaction.remove('table.csv'), { message: /twice/ })
  }))

test('what cannot be replaced is refused before the commit', (t) =>
  withTable(async (folder, transaction) => {
    await mkdir(join(folder, 'folder.csv'))
    await t.throwsAsync(transaction.replace('folder.csv'), {
      code: 'DATABASE_UNUSABLE',
      message: /folder\.csv: is not/,
    })
  }))

test('a replaced table stays as private as it was', (t) =>
  withTable(async (folder, transaction) => {
    await writeFile(join(folder, 'private.csv'), '', { mode: 0o600 })
    const table = await transaction.replace('private.csv')
    table.write('x\n')
    await transaction.commit()
    t.is((await stat(join(folder, 'private.csv'))).mode & 0o777, 0o600)
  }))

test('a folder is made with its parents, unless that is not wanted', (t) =>
  withFolder(async (folder) => {
    const inner = join(folder, 'a', 'b')
    await t.throwsAsync(openFolder(inner, { create: false }), { code: 'DATABASE_UNUSABLE', message: /b: cannot use/ })
    const database = await openFolder(inner)
    t.is(database.recovered, undefined)
    await database.close()
    t.deepEqual(await readdir(inner), [PRIVATE_FOLDER])
    await writeFile(join(folder, 'file'), '')
    await t.throwsAsync(openFolder(join(folder, 'file')), { code: 'DATABASE_UNUSABLE' })
  }))

// --- a commit record that cannot be followed ---

for (const [title, text] of [
  ['empty', ''],
  ['of another version', '{"format":2,"operations":[]}'],
  ['without operations', '{"format":1}'],
  ['leaving the folder', '{"format":1,"operations":[{"kind":"remove","name":"../x"}]}'],
  ['of an unknown kind', '{"format":1,"operations":[{"kind":"move","name":"x","staged":"y","length":1}]}'],
] as const) {
  test(`a commit record ${title} is an error that says what to do, and stays`, (t) =>
    withFolder(async (folder) => {
      await mkdir(join(folder, PRIVATE_FOLDER))
      await writeFile(join(folder, RECORD), text)
      const error = await t.throwsAsync(openFolder(folder), { instanceOf: IngestError })
      t.is(error.code, 'DATABASE_UNUSABLE')
      t.regex(error.message, /commit\.json: .* Restore .* or remove .*commit\.json/)
      t.is(await readFile(join(folder, RECORD), 'utf8'), text)
      await rm(join(folder, RECORD))
      await (await openFolder(folder)).close()
    }))
}

for (const [title, kind, bytes, length] of [
  ['shorter than before the rows that were committed', 'append', 3, 5],
  ['not what a staged file that is gone made of it', 'replace', 3, 5],
] as const) {
  test(`a table ${title} is an error that says what to do`, (t) =>
    withFolder(async (folder) => {
      await mkdir(join(folder, STAGING), { recursive: true })
      await writeFile(join(folder, 'table.csv'), 'x'.repeat(bytes))
      if (kind === 'append') await writeFile(join(folder, STAGING, 'staged'), 'y'.repeat(length))
      const operation = { kind, name: 'table.csv', staged: 'staged', offset: 5, length }
      await writeFile(join(folder, RECORD), JSON.stringify({ format: 1, operations: [operation] }))
      const error = await t.throwsAsync(openFolder(folder), { instanceOf: IngestError })
      t.is(error.code, 'DATABASE_UNUSABLE')
      t.regex(error.message, /table\.csv: has 3 bytes, but 5 .* or remove .*commit\.json/)
      t.is((await stat(join(folder, 'table.csv'))).size, bytes)
    }))
}

test('an appended table that got more than its rows is cut to them', (t) =>
  withFolder(async (folder) => {
    await mkdir(join(folder, STAGING), { recursive: true })
    await writeFile(join(folder, 'table.csv'), 'old\n\0\0\0\0\0\0\0\0')
    await writeFile(join(folder, STAGING, 'staged'), 'new\n')
    const operation = { kind: 'append', name: 'table.csv', staged: 'staged', offset: 4, length: 4 }
    await writeFile(join(folder, RECORD), JSON.stringify({ format: 1, operations: [operation] }))
    const database = await openFolder(folder)
    t.is(database.recovered, 'finished the commit of an interrupted run (1 table)')
    await database.close()
    t.is(await readFile(join(folder, 'table.csv'), 'utf8'), 'old\nnew\n')
    t.deepEqual(await readdir(join(folder, PRIVATE_FOLDER)), [])
  }))

// --- crashes ---

function left(files: number): string {
  return `removed what an interrupted run left behind (${files} file${files === 1 ? '' : 's'})`
}

/** Keeps a copy of a folder unless there is one already that is in the same state (whatever its lock claim says). */
async function keepOnce(kept: Map<string, string>, folder: string, copy: string): Promise<void> {
  const state = (await snapshot(folder)).replaceAll(/^\S*lock-.*\n?/gm, '')
  if (kept.has(state)) return
  kept.set(state, copy)
  await cp(folder, copy, { recursive: true })
}

async function assertSafeCrash(t: ExecutionContext, folder: string, scene: Scene, title: string): Promise<State> {
  t.true(await isReadable(folder, scene), title)
  const committed = await isThere(join(folder, RECORD))
  const staged = (await filesLike(folder, /staging/)).length
  const { state, recovered } = await recoveredState(folder, scene)
  t.not(state, 'between', title)
  if (committed) t.is(state, 'after', title)
  if (committed) t.is(recovered, 'finished the commit of an interrupted run (4 tables)', title)
  else t.is(recovered, staged === 0 ? undefined : left(staged), title)
  return state
}

test.serial(
  'killed at any operation, also of the recovery, a run is undone or done, and the next run says which',
  async (t) => {
    t.timeout(120_000)
    await withScene('run', async (scene) => {
      const faults = sampled(scene.operations).flatMap(({ number, kind }) => {
        const modes: FaultMode[] = kind === 'write' ? ['kill', 'half'] : ['kill']
        return modes.map((mode) => ({ at: number, mode }))
      })
      const states: State[] = []
      const crashed = new Map<string, string>()
      await withFolder(async (kept) => {
        await inParallel(faults, ({ at, mode }) =>
          withCopy(scene.template, async (folder) => {
            const title = `${mode} at ${at}`
            const { signal } = await driveWithFault('run', folder, at, mode)
            t.is(signal, 'SIGKILL', title)
            await keepOnce(crashed, folder, join(kept, title))
            states.push(await assertSafeCrash(t, folder, scene, title))
          }),
        )
        t.true(states.includes('before') && states.includes('after'))
        await assertSafeRecovery(t, [...crashed.values()].sort(), scene)
      })
    })
  },
)

/** A folder that a crash left, and an operation of its recovery. */
interface Recovery {
  readonly template: string
  readonly committed: boolean
  readonly operation: LoggedOperation
}

/** Kills the recovery of crashed folders at the operations that change what is there, then recovers. */
async function assertSafeRecovery(t: ExecutionContext, crashed: string[], scene: Scene): Promise<void> {
  const found = new Map<string, readonly Recovery[]>()
  await inParallel(crashed, async (template) => {
    const committed = await isThere(join(template, RECORD))
    // What precedes the commit is only removed: the state in which all is staged stands for the others.
    if (!committed && !(await isThere(join(template, STAGING, 'commit.json')))) return
    const { operations } = await withCopy(template, (folder) =>
      countOperations(process.execPath, [DRIVER, 'open', folder], { folder }),
    )
    const changes = operations.filter(
      ({ kind, path }) => !/lock-/.test(path) && !['sync', 'close', 'open'].includes(kind),
    )
    found.set(
      template,
      changes.map((operation) => ({ template, committed, operation })),
    )
  })
  const recoveries = someRecoveries(crashed.flatMap((template) => found.get(template) ?? []))
  await inParallel(recoveries, async ({ template, committed, operation: { number, kind } }) => {
    await withCopy(template, async (folder) => {
      await driveWithFault('open', folder, number, kind === 'write' ? 'half' : 'kill')
      const { state } = await recoveredState(folder, scene)
      t.is(state, committed ? 'after' : 'before', `recovery killed at ${number} (${kind}) of ${template}`)
    })
  })
  t.log(`${crashed.length} states after a crash, ${recoveries.length} crashes of the recovery`)
  t.true(recoveries.length > crashed.length)
}

/** Each sort of operation twice for what is undone, and for what is done, in other folders where it can be; all with SOAK=1. */
function someRecoveries(all: readonly Recovery[]): readonly Recovery[] {
  if (SOAK) return all
  const sorts = new Map<string, Recovery[]>()
  for (const recovery of all) {
    const sort = `${recovery.committed} ${sortOf(recovery.operation)}`
    sorts.set(sort, [...(sorts.get(sort) ?? []), recovery])
  }
  const ends = [...sorts.values()].flatMap((alike) => [alike[0], alike.at(-1)])
  return all.filter((recovery) => ends.includes(recovery))
}

test.serial('control: a table placed before the commit is found out by the same comparison', async (t) => {
  t.timeout(60_000)
  await withScene('broken', async (scene) => {
    const [early, commit] = ['training.csv', RECORD].map((name) =>
      scene.operations.findIndex(({ kind, path }) => kind === 'rename' && path.endsWith(`/${name}`)),
    ) as [number, number]
    t.true(early >= 0 && early < commit)
    const states: State[] = []
    const points = sampled(scene.operations.slice(early, commit + 2))
    await inParallel(points, ({ number }) =>
      withCopy(scene.template, async (folder) => {
        await driveWithFault('broken', folder, number, 'kill')
        states.push((await recoveredState(folder, scene)).state)
      }),
    )
    const exposed = points.filter((point) => scene.operations.slice(early + 1, commit + 1).includes(point))
    t.true(exposed.length > 0)
    t.is(states.filter((state) => state === 'between').length, exposed.length)
  })
})

// --- errors ---

/** Where each fault strikes. */
const ERRORS: readonly (readonly [FaultMode, RegExp])[] = [
  ['EIO', /./],
  ['ENOSPC', /^(write|writeFile|open|mkdir)$/],
  // What a mount point, a link to elsewhere, or somebody else's file in a sticky folder answers.
  ['EXDEV', /^rename$/],
  ['EBUSY', /^(rename|rmdir|unlink)$/],
  ['EPERM', /^(rename|rmdir|unlink|open)$/],
  // From there on, so that cleaning up fails too.
  ['EROFS+', /./],
]

test.serial(
  'an error at any operation has a code, names a file, and leaves the state before or after the run',
  async (t) => {
    t.timeout(120_000)
    await withScene('run', async (scene) => {
      const faults: Fault[] = ERRORS.flatMap(([mode, kinds]) =>
        sampled(scene.operations)
          .filter(({ kind }) => kinds.test(kind))
          .map(({ number: at, kind, path }) => ({ at, mode, kind, path })),
      )
      const seen = new Set<string>()
      await inParallel(seldomReadOnly(faults), async (fault) => {
        seen.add(await withCopy(scene.template, (folder) => assertSafeError(t, folder, scene, fault)))
      })
      t.log([...seen].sort().join(', '))
      t.true(seen.has('EROFS+ before true') && seen.has('EIO after false') && seen.has('ENOSPC before false'))
    })
  },
)

interface Fault {
  readonly at: number
  readonly mode: FaultMode
  readonly kind: string
  readonly path: string
}

/** Returns what came of it: the fault, the state, and whether cleaning up failed too. */
async function assertSafeError(t: ExecutionContext, folder: string, scene: Scene, fault: Fault): Promise<string> {
  const result = await driveWithFault('run', folder, fault.at, fault.mode)
  const title = `${fault.mode} at ${fault.at} (${fault.kind} ${fault.path}): ${result.stderr}`
  // The scratch file is the caller's own, and so are its errors.
  if (!fault.path.includes('scratch-')) assertErrorSays(t, result, fault.mode, folder, title)
  const promised = result.stdout === 'committed\n' || result.stderr.includes('the run is committed')
  if (!promised && fault.mode !== 'EROFS+') t.is(await stateOf(await tidied(folder), scene), 'before', title)
  const { state } = await recoveredState(folder, scene)
  t.is(state, promised ? 'after' : 'before', title)
  return `${fault.mode} ${state} ${result.stderr.includes('could not be removed')}`
}

function assertErrorSays(t: ExecutionContext, result: RunResult, mode: FaultMode, folder: string, title: string): void {
  t.is(result.status, 1, title)
  t.regex(result.stderr, /^E(ROFS|PERM)/.test(mode) ? /^DATABASE_UNUSABLE / : /^WRITE_FAILED /, title)
  t.true(result.stderr.includes(folder), title)
}

/** The folder without what a failed run cannot remove: its claim, which ends with its process. */
async function tidied(folder: string): Promise<string> {
  for (const name of await filesLike(folder, /lock-/)) await rm(join(folder, name))
  return folder
}

test.serial('a write that the system cuts short is continued', async (t) => {
  await withScene('run', async (scene) => {
    const writes = sampled(scene.operations).filter(({ kind, path }) => kind === 'write' && !path.includes('spill'))
    await inParallel(writes, ({ number }) =>
      withCopy(scene.template, async (folder) => {
        const { status } = await driveWithFault('run', folder, number, 'short')
        t.is(status, 0)
        t.is(await stateOf(folder, scene), 'after', `short at ${number}`)
      }),
    )
  })
})

// --- what makes it true when the power fails ---

test.serial(
  'all that is staged is on the disk before the commit, the commit before any table, the tables before the end',
  (t) =>
    withScene('run', async ({ operations }) => {
      const at = (kind: string, path: RegExp) => operations.filter((done) => done.kind === kind && path.test(done.path))
      const [commit] = at('rename', /staging\/commit\.json -> /)
      const [forget] = at('unlink', /\.jwst-ingest\/commit\.json$/)
      const [clear] = at('rmdir', /staging$/)
      if (!commit || !forget || !clear) return t.fail()
      const durable = (path: string, after: number, before: number) =>
        operations.some(
          (done) => done.kind === 'sync' && done.path === path && done.start > after && (done.end ?? Infinity) < before,
        )
      const lastEnd = (done: LoggedOperation[]) => Math.max(...done.map(({ end }) => end ?? Infinity))
      const staged = at('open', /staging\/(\d|commit)/)
      t.is(staged.length, 6)
      for (const { path } of staged) {
        const writes = operations.filter((done) => done.path === path && ['open', 'write'].includes(done.kind))
        t.true(durable(path, lastEnd(writes), commit.start), path)
      }
      const privateFolder = clear.path.replace(/\/staging$/, '')
      const folder = privateFolder.replace(/\/\.jwst-ingest$/, '')
      t.true(durable(clear.path, lastEnd(staged.slice(0, -1)), commit.start), 'names of staged files')
      t.true(durable(privateFolder, lastEnd(at('mkdir', /staging$/)), commit.start), 'name of the staging folder')
      const placed = [...at('rename', /-> .*\.csv$|-> .*index$/), ...at('unlink', /mosaics/)]
      const appended = at('write', /ingest-test-[^/]*\/level1\.csv$/)
      t.deepEqual([placed.length, appended.length > 1], [4, true])
      // The first one asks before the commit whether the table can be written to.
      const opened = at('open', /\/level1\.csv$/).slice(1)
      const first = Math.min(...[...placed, ...appended, ...opened].map(({ start }) => start))
      t.true(durable(privateFolder, commit.end ?? Infinity, first), 'name of the commit record')
      const removals = at('rm', /staging/).map(({ start }) => start)
      t.true(durable(`${folder}/level1.csv`, lastEnd(appended), Math.min(...removals)), 'appended rows')
      for (const path of [folder, privateFolder]) t.true(durable(path, lastEnd(placed), Math.min(...removals)), path)
      t.true(lastEnd([clear]) < forget.start)
      t.true(durable(privateFolder, forget.end ?? Infinity, Infinity), 'end of the commit')
    }),
)

// --- readers ---

test.serial('somebody who reads meanwhile finds a replaced table whole, and an appended one never shorter', (t) =>
  withFolder(async (folder) => {
    await writeTables(folder)
    const versions = new Set([
      rows('old', 7000),
      ...Array.from({ length: 30 }, (_, index) => rows(`version${index + 1}`, 2000)),
    ])
    let running = true
    const run = countOperations(process.execPath, [DRIVER, 'many', folder], { folder }).finally(() => {
      running = false
    })
    const found = new Set<string>()
    let last = await readFile(join(folder, 'level1.csv'), 'utf8')
    while (running) {
      const training = await readFile(join(folder, 'training.csv'), 'utf8')
      if (!versions.has(training)) t.fail('a table in part')
      found.add(training)
      const level1 = await readFile(join(folder, 'level1.csv'), 'utf8')
      if (!level1.startsWith(last)) t.fail('rows are gone')
      last = level1
    }
    t.is((await run).status, 0)
    t.true(found.size > 5, `${found.size} versions seen`)
  }),
)

// --- the tool itself ---

const EVERY_FORM = `
import fs, { writeSync, createWriteStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
const at = (name) => process.env.FAULT_FOLDER + '/' + name
const fd = fs.openSync(at('sync'), 'w')
writeSync(fd, 'text')
fs.fsyncSync(fd)
fs.closeSync(fd)
await pipeline(['stream'], createWriteStream(at('stream')))
const handle = await open(at('handle'), 'w')
await handle.write(Buffer.from('handle'))
await handle.sync()
await handle.close()
await writeFile(at('promise'), 'promise')
await promisify(fs.writeFile)(at('callback'), 'callback')
fs.appendFileSync(at('sync'), 'more')
fs.renameSync(at('sync'), at('renamed'))
fs.readFileSync(at('renamed'))
fs.writeFileSync(process.env.FAULT_FOLDER + '-outside', '')
fs.rmSync(process.env.FAULT_FOLDER + '-outside')
`

test('operations are counted in every form of node:fs, once, and only below the folder', (t) =>
  withFolder(async (folder) => {
    const args = ['--input-type=module', '--eval', EVERY_FORM]
    const { operations, status, stderr } = await countOperations(process.execPath, args, { folder })
    t.is(status, 0, stderr)
    t.deepEqual(
      operations.map(({ kind, path }) => `${kind} ${path.replaceAll(`${folder}/`, '')}`),
      [
        ...['open sync', 'write sync', 'fsync sync', 'close sync', 'open stream', 'write stream', 'close stream'],
        ...['open handle', 'write handle', 'sync handle', 'close handle', 'writeFile promise', 'writeFile callback'],
        ...['appendFile sync', 'rename sync -> renamed'],
      ],
    )
    t.true(operations.every(({ end }) => end !== undefined))
  }))

test('half a write is done before the process is killed', (t) =>
  withFolder(async (folder) => {
    const files = ['sync', 'stream', 'handle', 'promise', 'callback'] as const
    const numbers = [2, 6, 9, 12, 13]
    await inParallel(files.entries(), async ([index, name]) => {
      const own = join(folder, name)
      await mkdir(own)
      const args = ['--input-type=module', '--eval', EVERY_FORM]
      const at = numbers[index] ?? 0
      const { signal } = await runWithFault(process.execPath, args, { folder: own, at, mode: 'half' })
      t.is(signal, 'SIGKILL')
      const whole = name === 'sync' ? 'text' : name
      t.is(await readFile(join(own, name), 'utf8'), whole.slice(0, Math.floor(whole.length / 2)))
    })
  }))
