/** Who a claim on a database stands for, and whether that process is still alive. */
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { crc32 } from 'node:zlib'
import { hasCode } from '../errors.js'

/** Who holds a lock. */
export interface LockOwner {
  readonly pid: number
  readonly host: string
  /** When it took the lock by its own clock, ISO 8601; only for people. */
  readonly since: string
}

/** What a claim file holds. What the system cannot tell is left out. */
export interface Claim extends LockOwner {
  /** The machine, by name and identity. */
  readonly machine: string
  /** This run of the machine. */
  readonly boot?: string
  /** The set of process ids that `pid` belongs to: containers have their own. */
  readonly processes?: string
  /** When the process was started, in ticks since boot: tells it from a later one with the same id. */
  readonly start?: string
}

/** Whether this process can tell if the owner of the claim is alive. */
export function isChecked(claim: Claim): boolean {
  const own = ownIdentity()
  return claim.machine === own.machine && claim.boot === own.boot && claim.processes === own.processes
}

export function isDead(claim: Claim): boolean {
  const own = ownIdentity()
  if (claim.machine !== own.machine) return false
  if (claim.boot !== own.boot) return true
  return claim.processes === own.processes && !isAlive(claim)
}

function isAlive({ pid, start }: Claim): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
  }
  const status = processStatus(pid)
  if (status === undefined || start === undefined) return true
  return status.start === start && !status.ended
}

/** What /proc tells of a process; undefined where there is no /proc. */
function processStatus(pid: number): { start: string; ended: boolean } | undefined {
  const text = readText(`/proc/${pid}/stat`)
  // The second field, the name of the program, may hold anything, so count from its end; the third is the state.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, threads, start] = [fields?.[0], fields?.[17], fields?.[19]]
  if (start === undefined) return undefined
  // A killed process nobody has taken notice of yet: over once its other threads are.
  return { start, ended: (state === 'Z' || state === 'X') && Number(threads) <= 1 }
}

let identity: Omit<Claim, 'since'> | undefined

/** What a claim of this process says of it. */
export function ownIdentity(): Omit<Claim, 'since'> {
  identity ??= identify()
  return identity
}

function identify(): Omit<Claim, 'since'> {
  const host = hostname()
  // Hosts can share a name; the machine's own identity is not for publication, hence a checksum with a fraction of it.
  const machine = `${host} ${crc32(readText('/etc/machine-id') ?? '').toString(16)}`
  const boot = readText('/proc/sys/kernel/random/boot_id')?.trim()
  const start = processStatus(process.pid)?.start
  const processes = processSet()
  return {
    pid: process.pid,
    host,
    machine,
    ...(boot === undefined ? {} : { boot }),
    ...(processes === undefined ? {} : { processes }),
    ...(start === undefined ? {} : { start }),
  }
}

function processSet(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
