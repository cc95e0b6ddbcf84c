import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { IngestError } from '../lib/errors.js'
import type { LockOwner } from '../lib/store/claimant.js'
import { acquireLock } from '../lib/store/lock.js'
import { DRIVER } from './helpers/commit-driver.js'
import { withFolder } from './helpers/fault-folders.js'
import { countOperations, inParallel, runWithFault, SOAK } from './helpers/faults.js'

/** A process that holds the lock of a folder until it is killed. */
async function holder(folder: string) {
  const child = spawn(process.execPath, [DRIVER, 'hold', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return {
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGKILL')
      await once(child, 'close')
    },
  }
}

/** A claim as this process makes it, for tests to change. */
async function ownClaim(folder: string): Promise<Record<string, unknown>> {
  const lock = await acquireLock(folder)
  const [name = ''] = await readdir(folder)
  const claim = JSON.parse(await readFile(join(folder, name), 'utf8'))
  await lock.release()
  return claim
}

test('a lock leaves nothing behind, can be released twice and taken again', (t) =>
  withFolder(async (folder) => {
    for (let round = 0; round < 2; round++) {
      const lock = await acquireLock(folder)
      t.is((await readdir(folder)).length, 1)
      await lock.release()
      await lock.release()
      t.deepEqual(await readdir(folder), [])
    }
  }))

test('a taken lock is an error that names its owner and tells of --wait, also within a process', (t) =>
  withFolder(async (folder) => {
    const other = await holder(folder)
    const error = await t.throwsAsync(acquireLock(folder), { instanceOf: IngestError })
    t.is(error.code, 'DATABASE_LOCKED')
    t.regex(
      error.message,
      new RegExp(`by process ${other.pid} on \\S+ since \\d{4}-\\d\\d-\\d\\dT\\S+: use --wait SECONDS`),
    )
    await other.end()
    const lock = await acquireLock(folder)
    await t.throwsAsync(acquireLock(folder, { wait: 0.05 }), {
      code: 'DATABASE_LOCKED',
      message: /^the database is in use by .*, still after waiting 0\.05 s: give --wait more SECONDS to wait until/,
    })
    await lock.release()
  }))

test('the lock of a killed process is free; one that waits is told once for whom, and gets it', (t) =>
  withFolder(async (folder) => {
    const other = await holder(folder)
    const owners: LockOwner[] = []
    const waiting = acquireLock(folder, { wait: 20, onWait: (owner) => owners.push(owner) })
    await delay(200)
    t.deepEqual(
      owners.map(({ pid }) => pid),
      [other.pid],
    )
    await other.end()
    await (await waiting).release()
    t.is(owners.length, 1)
    t.deepEqual(await readdir(folder), [])
  }))

const CLAIM = 'lock-000000000000-somewhere-1.json'

for (const [title, change] of [
  ['of a process id that is used again', { start: '1' }],
  ['of a process that does not exist', { pid: 2 ** 22 + 1 }],
  ['from before the machine was started again', { boot: 'another' }],
] as const) {
  test(`a claim ${title} does not count and is removed`, (t) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, CLAIM), JSON.stringify({ ...(await ownClaim(folder)), ...change }))
      await (await acquireLock(folder)).release()
      t.deepEqual(await readdir(folder), [])
    }))
}

for (const [title, text] of [
  ['an empty claim', ''],
  ['a claim cut short', '{"pid":'],
  ['a claim of zeros', '\0'.repeat(100)],
] as const) {
  test(`${title}, as a power failure leaves it, does not count and is removed`, (t) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, CLAIM), text)
      await writeFile(join(folder, CLAIM.replace('json', 'tmp')), text)
      await (await acquireLock(folder)).release()
      t.deepEqual(await readdir(folder), [])
    }))
}

for (const [title, change] of [
  ['of another machine', { machine: 'another', host: 'elsewhere', pid: 2 ** 22 + 1 }],
  ['of another container on this machine', { processes: 'another', host: 'elsewhere', pid: 2 ** 22 + 1 }],
  ['that another version of the program made', { pid: undefined, host: 'elsewhere' }],
] as const) {
  test(`a claim ${title} counts, and the error says how to remove it`, (t) =>
    withFolder(async (folder) => {
      await writeFile(join(folder, CLAIM), JSON.stringify({ ...(await ownClaim(folder)), ...change }))
      const error = await t.throwsAsync(acquireLock(folder), { instanceOf: IngestError })
      t.is(error.code, 'DATABASE_LOCKED')
      t.true(error.message.includes(`remove ${join(folder, CLAIM)} if it is certain`), error.message)
      t.deepEqual(await readdir(folder), [CLAIM])
    }))
}

test('of several that come at once without waiting, exactly one gets the lock, every time', (t) =>
  withFolder(async (folder) => {
    for (let round = 0; round < 15; round++) {
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => acquireLock(folder)))
      const locks = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
      t.is(locks.length, 1)
      await locks[0]?.release()
    }
    t.deepEqual(await readdir(folder), [])
  }))

const PROCESSES = SOAK ? 100 : 24

test.serial(`${PROCESSES} processes that wait get the lock in turn, one at a time`, async (t) => {
  t.timeout(60_000)
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'counter'), '0')
    await inParallel(
      Array.from({ length: PROCESSES }, (_, index) => index),
      (index) => runCounting(t, folder, index),
      PROCESSES,
    )
    t.is(await readFile(join(folder, 'counter'), 'utf8'), String(PROCESSES))
    t.deepEqual(await readdir(folder), ['counter'])
  })
})

async function runCounting(t: ExecutionContext, folder: string, index: number): Promise<void> {
  const child = spawn(process.execPath, [DRIVER, 'count', folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [[status], errors] = await Promise.all([once(child, 'close'), child.stderr.toArray()])
  t.is(status, 0, `process ${index}: ${errors.join('')}`)
}

test.serial('killed at any operation, a process does not keep others from the lock', (t) =>
  withFolder(async (folder) => {
    await writeFile(join(folder, 'counter'), '0')
    const args = [DRIVER, 'count', folder]
    const { operations } = await countOperations(process.execPath, args, { folder })
    for (const { number, path } of operations) {
      if (!/lock-/.test(path)) continue
      const { signal } = await runWithFault(process.execPath, args, { folder, at: number, mode: 'kill' })
      t.is(signal, 'SIGKILL')
      await (await acquireLock(folder)).release()
      t.deepEqual(await readdir(folder), ['counter'], `killed at ${number}`)
    }
  }),
)
