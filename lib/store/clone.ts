/** Files that share the blocks of another one on the disk, where the file system can do that (Btrfs, XFS, APFS, bcachefs). */
import { constants } from 'node:fs'
import { copyFile, type FileHandle, open, rm } from 'node:fs/promises'
import { hasCode } from '../file-errors.js'

/** Fewer bytes than these are copied in no more time. */
const LEAST_BYTES = 2 ** 16

/** What a file system says that cannot do it; EACCES where the file may be read only. */
const REFUSALS = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'ENOTTY', 'EACCES']

/**
 * Makes a file that begins as another one does, to be written on; undefined where it cannot be made so: then
 * these bytes have to be copied.
 */
export async function cloneStart(source: string, path: string, length: number): Promise<FileHandle | undefined> {
  if (length < LEAST_BYTES) return undefined
  try {
    await copyFile(source, path, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL)
    const handle = await open(path, 'r+')
    try {
      await handle.truncate(length)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    if (!hasCode(error, ...REFUSALS)) throw error
    await rm(path, { force: true })
    return undefined
  }
}
