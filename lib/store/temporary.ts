/**
 * Files and folders outside a database that are there only while a process is at work on them. Their names tell whose they are, as a
 * lock does, so the next run removes those of a process that was killed, and of no other.
 */
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { isDead, ownIdentity } from './claimant.js'

/** Machine, its start, and its set of processes as checksums; process, its start; a number of its own. */
const MARK = /^([0-9a-f]+)-([0-9a-f]+)-([0-9a-f]+)-(\d+)-(\d*)-[0-9a-f]+\.part$/

const sum = (text = '') => crc32(text).toString(16)

/** A path beside a file for what will take its place, or for what is needed for a moment; no one else has it. */
export function temporaryPath(path: string): string {
  const { machine, boot, processes, pid, start = '' } = ownIdentity()
  const own = Math.floor(Math.random() * 2 ** 48).toString(16)
  return `${path}.${[sum(machine), sum(boot), sum(processes), pid, start, own].join('-')}.part`
}

/** Removes what processes that are gone for sure left beside a file; what cannot be removed is left to the next run. */
export async function removeAbandoned(path: string): Promise<void> {
  const [folder, start] = [dirname(path), `${basename(path)}.`]
  const names = await readdir(folder).catch(() => [])
  const abandoned = names.filter((name) => name.startsWith(start) && isAbandoned(name.slice(start.length)))
  await Promise.all(abandoned.map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(() => {})))
}

function isAbandoned(name: string): boolean {
  const [, machine, boot, processes, pid, start] = MARK.exec(name) ?? []
  if (machine === undefined) return false
  const own = ownIdentity()
  const { start: _, ...rest } = own
  const same = (checksum: string | undefined, text: string | undefined) => sum(text) === checksum
  return isDead({
    ...rest,
    since: '',
    ...(same(machine, own.machine) ? {} : { machine: 'another' }),
    ...(same(boot, own.boot) ? {} : { boot: 'another' }),
    ...(same(processes, own.processes) ? {} : { processes: 'another' }),
    pid: Number(pid),
    ...(start === undefined || start === '' ? {} : { start }),
  })
}
