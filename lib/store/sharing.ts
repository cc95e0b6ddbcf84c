/**
 * Mode and group of new files: a database that users of a group share stays theirs, whatever the umask of each.
 * Access control lists decide by themselves: nothing is changed that the umask did not take away.
 */
import { readFileSync, type Stats } from 'node:fs'
import { chmod, chown, stat } from 'node:fs/promises'
import { hasCode } from '../errors.js'
import { attempt, unless } from './commit-files.js'

const PERMISSIONS = 0o777
/** Of a folder: what is made in it gets its group. */
const SET_GROUP_ID = 0o2000

/**
 * Gives a new file the mode and group of the one that it will replace; where there is none, and for folders, those that
 * its folder asks for: see {@link followFolder}. Throws WRITE_FAILED.
 */
export async function inheritRights(path: string, replaced: string, folder: string): Promise<void> {
  const old = await unless('ENOENT', stat(replaced))
  if (old === undefined) await followFolder(path, folder)
  else await attempt(path, 'cannot set mode and group', () => keepRights(path, old))
}

/**
 * Where a folder has the set-group-ID bit, it is shared: a file or folder made in it is for its group, and for others as
 * far as the folder is. Elsewhere the umask decides. Throws WRITE_FAILED.
 */
export async function followFolder(path: string, folder: string): Promise<void> {
  const its = await stat(folder)
  if ((its.mode & SET_GROUP_ID) === 0) return
  await attempt(path, 'cannot set mode and group', async () => {
    const now = await stat(path)
    const all = now.isDirectory() ? PERMISSIONS : 0o666
    const isOfUmask = (now.mode & PERMISSIONS) === (all & ~umask())
    if (!isOfUmask || !(await giveGroup(path, now, { uid: now.uid, gid: its.gid }))) return
    await giveMode(path, now, (its.mode & all) | (now.mode & 0o700))
  })
}

async function keepRights(path: string, old: Stats): Promise<void> {
  const now = await stat(path)
  // Root leaves it to its owner, too.
  const uid = process.geteuid?.() === 0 ? old.uid : now.uid
  const hasGroup = await giveGroup(path, now, { uid, gid: old.gid })
  // Another group shall not have what was the old one's.
  const others = old.mode & 0o007
  await giveMode(path, now, hasGroup ? old.mode : (old.mode & 0o700) | (others << 3) | others)
}

async function giveMode(path: string, now: Stats, mode: number): Promise<void> {
  const wanted = mode & PERMISSIONS
  if ((now.mode & PERMISSIONS) === wanted) return
  const group = now.isDirectory() ? SET_GROUP_ID : 0
  await ifAllowed(() => chmod(path, wanted | group))
}

type Owners = Pick<Stats, 'uid' | 'gid'>

/** Whether the file has the group afterwards. */
async function giveGroup(path: string, now: Owners, { uid, gid }: Owners): Promise<boolean> {
  if (now.gid === gid && now.uid === uid) return true
  return ifAllowed(() => chown(path, uid, gid))
}

/** Does it, where the system allows it; no run fails for it. */
async function ifAllowed(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) return false
    throw error
  }
}

/** The bits that this process takes from what it makes. To ask Node means to change it for a moment. */
function umask(): number {
  return umaskOfSystem() ?? process.umask()
}

function umaskOfSystem(): number | undefined {
  try {
    const [, digits] = /^Umask:\s*([0-7]+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return digits === undefined ? undefined : Number.parseInt(digits, 8)
  } catch {
    return undefined
  }
}
