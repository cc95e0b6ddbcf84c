/**
 * Every error that the program itself raises, with its code and exit code, in one catalogue; and those of the file system
 * as such errors, that say what to do.
 */
import { visibleName } from './text/visible.js'

/** Exit codes of the command: done, data or I/O error, usage error, database in use by another run. */
export const EXIT = { done: 0, failed: 1, usage: 2, locked: 3 } as const

/** What can go wrong, and with which exit code the command ends then. */
const CATALOGUE = {
  USAGE: EXIT.usage,
  NO_INPUT: EXIT.failed,
  INPUT_UNREADABLE: EXIT.failed,
  INPUT_NOT_CSV: EXIT.failed,
  HEADER_INVALID: EXIT.failed,
  HEADER_CHANGED: EXIT.failed,
  GZIP_BROKEN: EXIT.failed,
  ROW_REJECTED: EXIT.failed,
  ASSOCIATION_INVALID: EXIT.failed,
  TABLE_INVALID: EXIT.failed,
  NAME_UNKNOWN: EXIT.failed,
  DATABASE_UNUSABLE: EXIT.failed,
  DATABASE_LOCKED: EXIT.locked,
  WRITE_FAILED: EXIT.failed,
  OUTPUT_EXISTS: EXIT.failed,
  MEMORY_LIMITED: EXIT.failed,
  DIFFERENT: EXIT.failed,
} as const

/** The code of an {@link IngestError}. */
export type ErrorCode = keyof typeof CATALOGUE

/** What is wrong with an input, not with the run or its database. */
const OF_INPUTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NO_INPUT',
  'INPUT_UNREADABLE',
  'INPUT_NOT_CSV',
  'HEADER_INVALID',
  'HEADER_CHANGED',
  'GZIP_BROKEN',
  'USAGE',
])

/** Whether an error is about an input: a run can go on with others. */
export function isOfInput(error: unknown): error is IngestError {
  return error instanceof IngestError && OF_INPUTS.has(error.code)
}

/** Where an error is: a file (or `<stdin>`) and the 1-based line in it. */
export interface Place {
  readonly source?: string
  readonly line?: number
}

/** An error the user can act on: its message names what was expected and what to do; `cause` keeps the original. */
export class IngestError extends Error {
  override readonly name = 'IngestError'
  readonly code: ErrorCode
  readonly place: Place
  /** The message without the place. */
  readonly detail: string

  constructor(code: ErrorCode, detail: string, place: Place = {}, cause?: unknown) {
    super(locate(detail, place), cause === undefined ? undefined : { cause })
    this.code = code
    this.place = place
    this.detail = detail
  }

  /** The command's exit code for this error. */
  get exitCode(): number {
    return CATALOGUE[this.code]
  }
}

/** `source:line: message`, as far as the place is known. */
function locate(message: string, { source, line }: Place): string {
  if (source === undefined) return message
  const name = visibleName(source)
  return line === undefined ? `${name}: ${message}` : `${name}:${line}: ${message}`
}

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
