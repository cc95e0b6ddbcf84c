/** Errors of the file system, as {@link IngestError}s that say what to do. */
import { IngestError } from './errors.js'

/** Codes that another try cannot cure: something about the folder itself has to be changed. */
const UNUSABLE_CODES = ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']

/** What the user can do about the commonest causes. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on the disk and run again',
  EDQUOT: 'make room within the quota and run again',
  EROFS: 'the file system is read-only',
  EACCES: 'check the permissions of the folder and its files',
  EPERM: 'check the permissions of the folder and its files',
  EIO: 'check the disk, then run again',
}

/** Whether `error` is one of the operating system's, with one of `codes` (any code if none is given). */
export function hasCode(error: unknown, ...codes: string[]): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return false
  return typeof error.code === 'string' && (codes.length === 0 || codes.includes(error.code))
}

/**
 * What to throw for `error`, which came up while doing `act` (`cannot write`) to `file`: WRITE_FAILED or
 * DATABASE_UNUSABLE with the file's name for an error of the operating system, any other error as it is.
 */
export function fileError(error: unknown, file: string, act: string): unknown {
  if (!hasCode(error)) return error
  const code = UNUSABLE_CODES.includes(error.code) ? 'DATABASE_UNUSABLE' : 'WRITE_FAILED'
  const advice = ADVICE[error.code]
  return new IngestError(code, `${act} (${error.message})${advice ? `: ${advice}` : ''}`, { source: file }, error)
}
