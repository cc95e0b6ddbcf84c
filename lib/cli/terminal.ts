/** What a command has of the process. */
import type { Readable, Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'

/** What the command line touches of the process, so that it can be called without one. */
export interface Terminal {
  /** Read at most once, where a run has no other input, and destroyed at its end. */
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** Prints for people; what a terminal would obey in it is escaped. */
  readonly out: (text: string) => void
  /** The stream that `out` writes to, for programs: JSON, tables, pages, which stay as they are. */
  readonly stdout: Writable & { readonly isTTY?: boolean | undefined; readonly columns?: number | undefined }
  /** The same on standard error. */
  readonly err: (text: string) => void
  /** Where a bar can be shown: standard error, if that is a terminal. */
  readonly screen?: WriteStream | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Has a command end by itself at the first signal; absent where no signals come. */
  readonly onFirstSignal?: (end: () => void) => void
  /** Runs a command line in a thread of its own, and returns its exit code; absent where this is one. */
  readonly runApart?: (args: readonly string[]) => Promise<number>
}

/** The columns of the terminal that standard output is; undefined where it is none, or does not say. */
export function widthOf({ stdout }: Pick<Terminal, 'stdout'>): number | undefined {
  // Some pseudo-terminals have 0 columns.
  return stdout.isTTY && stdout.columns ? stdout.columns : undefined
}
