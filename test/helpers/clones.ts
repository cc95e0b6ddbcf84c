/** File systems that can clone files, and others, wherever the tests run. */
import { constants, promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Does work as if on a file system that clones files, if `clones`: a copy stands for that. */
export async function ifClones(clones: boolean, work: () => Promise<void>): Promise<void> {
  const { copyFile } = promises
  const copied: typeof copyFile = (from, to, flags = 0) => copyFile(from, to, flags & ~constants.COPYFILE_FICLONE_FORCE)
  const none: typeof copyFile = async () => {
    throw Object.assign(new Error('ENOTSUP'), { code: 'ENOTSUP', syscall: 'copyfile' })
  }
  Object.assign(promises, { copyFile: clones ? copied : none })
  syncBuiltinESMExports()
  try {
    await work()
  } finally {
    Object.assign(promises, { copyFile })
    syncBuiltinESMExports()
  }
}
