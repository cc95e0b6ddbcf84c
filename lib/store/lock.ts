/**
 * One writer at a time, by files alone. A contender puts a claim file of its own into the folder and then looks for
 * others: whoever sees no other claim of a living process holds the lock, until it removes its claim. Of two
 * contenders, the one whose claim came later sees the earlier one, so both cannot hold it. Claims have unique names, so
 * anybody may remove that of a dead process without hitting a living one. Time is used for patience only.
 */

import { readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { milliseconds } from '../clock.js'
import { hasCode, IngestError } from '../errors.js'
import { leftover, noLeftover, waitsForRun } from '../process/supervisor.js'
import { type Claim, isChecked, isDead, type LockOwner, ownIdentity } from './claimant.js'
import { attempt, unless } from './commit-files.js'
import { followFolder } from './sharing.js'

const CLAIM_NAME = /^lock-.*\.json$/
const UNFINISHED_CLAIM_NAME = /^lock-.*\.tmp$/

/** How long waiters rest between two looks, in ms: at random, so that many do not come at once. */
const REST_MS = { least: 15, most: 100 }
/** The same for a claim among claims, which is a matter of milliseconds. */
const CONTEST_MS = { least: 1, most: 5 }
/** For how long a claim insists among others, in ms: those that give way need far less. */
const INSIST_MS = 1000

export interface LockOptions {
  /** For how long to wait for a lock that is taken, in seconds; 0 by default. */
  readonly wait?: number | undefined
  /** Ends the waiting; its reason is then thrown. */
  readonly signal?: AbortSignal | undefined
  /** Called once if there is something to wait for. */
  readonly onWait?: ((owner: LockOwner) => void) | undefined
}

export interface Lock {
  /** Gives the lock free; the second time does nothing. */
  release(): Promise<void>
}

/** A claim of another process, as found in the folder. */
interface Found {
  readonly name: string
  readonly owner: LockOwner
  /** Whether it can be told that this process lives; otherwise it only counts as living. */
  readonly checked: boolean
}

/**
 * Takes the lock of folder `dir`. Throws DATABASE_LOCKED, naming the owner, if another process has it for all of
 * `wait` seconds; DATABASE_UNUSABLE or WRITE_FAILED if claims cannot be written. Specification, section 9.
 */
export async function acquireLock(dir: string, options: LockOptions = {}): Promise<Lock> {
  const wait = options.wait ?? 0
  const deadline = milliseconds() + wait * 1000
  let waiting = false
  try {
    for (;;) {
      const outcome = await tryToTake(dir)
      if (typeof outcome === 'string') return { release: () => withdraw(dir, outcome) }
      if (milliseconds() >= deadline) throw locked(dir, outcome, wait)
      if (!waiting) {
        waiting = true
        waitsForRun(true)
        options.onWait?.(outcome.owner)
      }
      await rest(REST_MS, deadline)
      options.signal?.throwIfAborted()
    }
  } finally {
    if (waiting) waitsForRun(false)
  }
}

/** The name of the claim that holds the lock now, or the claim that has it or will have it. */
async function tryToTake(dir: string): Promise<string | Found> {
  for (;;) {
    // Looking first keeps those who wait out of each other's way.
    const [other] = await livingClaims(dir)
    if (other) return other
    const name = await placeClaim(dir)
    if (name !== undefined) return (await contest(dir, name)) ?? name
  }
}

/**
 * With a claim of its own in the folder: returns undefined once it is the only one, or the other it gave way to. The
 * claim whose name sorts first insists, so that of several that come at once one gets through.
 */
async function contest(dir: string, name: string): Promise<Found | undefined> {
  const end = milliseconds() + INSIST_MS
  try {
    for (;;) {
      const others = (await livingClaims(dir)).filter((other) => other.name !== name)
      const first = others[0]
      if (first === undefined) {
        await removeUnfinished(dir)
        return undefined
      }
      if (first.name < name || milliseconds() >= end) {
        await withdraw(dir, name)
        return first
      }
      await rest(CONTEST_MS, end)
    }
  } catch (error) {
    await withdraw(dir, name).catch(() => {})
    throw error
  }
}

async function rest({ least, most }: { least: number; most: number }, deadline: number): Promise<void> {
  const pause = least + Math.random() * (most - least)
  await delay(Math.max(least, Math.min(pause, deadline - milliseconds())))
}

function locked(dir: string, { name, owner, checked }: Found, wait: number): IngestError {
  const [still, how] =
    wait > 0 ? [`, still after waiting ${wait} s`, 'give --wait more SECONDS'] : ['', 'use --wait SECONDS']
  const who = `process ${owner.pid} on ${owner.host} since ${owner.since}`
  const other = checked ? '' : `, or remove ${join(dir, name)} if it is certain that it is gone`
  const advice = `${how} to wait until it is done${other}`
  return new IngestError('DATABASE_LOCKED', `the database is in use by ${who}${still}: ${advice}`)
}

/** Puts a claim into the folder, complete when it can be seen; undefined if it was swept away before that. */
async function placeClaim(dir: string): Promise<string | undefined> {
  const claim = { ...ownIdentity(), since: new Date().toISOString() }
  const host = claim.host.replace(/[^A-Za-z0-9.]/g, '-').slice(0, 64)
  const stem = `lock-${randomName()}-${host}-${claim.pid}`
  const temporary = join(dir, `${stem}.tmp`)
  const name = `${stem}.json`
  for (const path of [temporary, join(dir, name)]) leftover(path)
  return attempt(temporary, 'cannot take the lock', async () => {
    try {
      await writeFile(temporary, `${JSON.stringify(claim)}\n`, { flag: 'wx' })
      await followFolder(temporary, dir)
    } catch (error) {
      await unlink(temporary).catch(() => {})
      throw error
    }
    return unless(
      'ENOENT',
      rename(temporary, join(dir, name)).then(() => name),
    )
  })
}

/** Twelve hexadecimal digits. To load `node:crypto` for them takes longer than all else that the lock does. */
function randomName(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
}

async function withdraw(dir: string, name: string): Promise<void> {
  const path = join(dir, name)
  await attempt(path, 'cannot remove the claim on the database', () => unless('ENOENT', unlink(path)))
  noLeftover(path)
}

/** Removes what contenders that died early left behind; one that lives finds its file gone and starts again. */
async function removeUnfinished(dir: string): Promise<void> {
  await attempt(dir, 'cannot remove what an interrupted run left behind', async () => {
    const names = (await readdir(dir)).filter((name) => UNFINISHED_CLAIM_NAME.test(name))
    await Promise.all(names.map((name) => unless('ENOENT', unlink(join(dir, name)))))
  })
}

/** All claims in the folder that count, by name; those of dead processes are removed. */
async function livingClaims(dir: string): Promise<Found[]> {
  return attempt(dir, 'cannot look for other runs', async () => {
    const names = (await readdir(dir)).filter((name) => CLAIM_NAME.test(name)).sort()
    const found = await Promise.all(names.map((name) => examine(dir, name)))
    return found.filter((claim) => claim !== undefined)
  })
}

async function examine(dir: string, name: string): Promise<Found | undefined> {
  const path = join(dir, name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error
    // Somebody else's, and private: who it is cannot be told.
    return { name, owner: UNKNOWN_OWNER, checked: false }
  }
  const claim = parseClaim(text)
  if (claim === undefined || isDead(claim)) {
    await unless('ENOENT', unlink(path))
    return undefined
  }
  return { name, owner: claim, checked: isChecked(claim) }
}

const UNKNOWN_OWNER: LockOwner = { pid: 0, host: 'an unknown host', since: 'an unknown time' }

/**
 * The claim in a file. One that is cut short was in the making when the machine went down (a claim is complete before
 * others see it), so nobody stands behind it: undefined.
 */
function parseClaim(text: string): Claim | undefined {
  try {
    const claim: unknown = JSON.parse(text)
    const known = typeof claim === 'object' && claim !== null && 'pid' in claim && 'machine' in claim
    // Complete but of another version of the program: nothing can be told about its owner.
    return known ? (claim as Claim) : { ...UNKNOWN_OWNER, machine: '' }
  } catch {
    return undefined
  }
}

/** What to tell a user who waits for another run. */
export function waitingFor(
  { pid, host }: { readonly pid: number; readonly host: string },
  { out, wait = 0 }: { readonly out: string; readonly wait?: number | undefined },
): string {
  const howLong = wait === Number.POSITIVE_INFINITY ? 'as long as it takes' : `up to ${wait} s`
  return `waiting ${howLong} for process ${pid} on ${host}, which is writing to ${out}`
}
