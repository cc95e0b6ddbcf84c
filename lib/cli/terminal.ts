/** What a command has of the process. */
import type { Readable, Writable } from 'node:stream'
import type { WriteStream } from 'node:tty'
import type { Progress } from '../process/progress.js'
import type { CommandRecord } from './record.js'

/** Standard output, and what of it matters for what is printed. */
export type StandardOutput = Writable & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  /** Whether a file takes it, so that nobody sees it beside a bar. */
  readonly isFile?: boolean | undefined
}

/** Shows how far a command has come. */
export interface Bar {
  readonly show: (progress: Progress) => void
  /** Takes the bar off, for somebody who writes to the terminal; it comes back if the command goes on for long. */
  readonly clear: () => void
  /** Takes the bar off, for good. */
  readonly stop: () => void
}

/** What the command line touches of the process, so that it can be called without one. */
export interface Terminal {
  /** Read at most once, where a run has no other input, and destroyed at its end. */
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** Prints for people; what a terminal would obey in it is escaped. */
  readonly out: (text: string) => void
  /** The stream that `out` writes to, for programs: JSON, tables, pages, which stay as they are. */
  readonly stdout: StandardOutput
  /** The same on standard error. */
  readonly err: (text: string) => void
  /** Where a bar can be shown: standard error, if that is a terminal. */
  readonly screen?: WriteStream | undefined
  /** The bar of the command; absent where none is to be seen. */
  readonly bar?: Bar | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Takes what `--json` prints when the command ends. */
  readonly record: CommandRecord
  /** Has a command end by itself at the first signal; absent where no signals come. */
  readonly onFirstSignal?: (end: () => void) => void
  /** Runs a command line in a thread of its own, and returns its exit code; absent where this is one. */
  readonly runApart?: (args: readonly string[], bar: Bar | undefined) => Promise<number>
}

/** A terminal as it is given: the record of a command can be made when it is called. */
export type GivenTerminal = Omit<Terminal, 'record'> & Partial<Pick<Terminal, 'record'>>

/** The columns of the terminal that standard output is; undefined where it is none, or does not say. */
export function widthOf({ stdout }: Pick<Terminal, 'stdout'>): number | undefined {
  // Some pseudo-terminals have 0 columns.
  return stdout.isTTY && stdout.columns ? stdout.columns : undefined
}
