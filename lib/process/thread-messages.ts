/** What the thread of a command and the main thread say to each other. */
import type { Progress } from './progress.js'

/** When a command began. */
export interface Began {
  /** ISO 8601, UTC. */
  readonly time: string
  /** The same moment by the clock that nobody sets. */
  readonly clock: number
}

/** What is known of a command while it goes on: what its thread says to the main thread, too. */
export interface Known {
  /** The database, as it was given. */
  readonly database?: string
  /** Milliseconds that it has waited for other runs, and since when it waits now. */
  readonly waited: number
  readonly waitsSince?: number | undefined
}

/** What the thread is given when it begins. */
export interface CommandSetup {
  readonly args: readonly string[]
  /** Memory of the decision. */
  readonly decision: SharedArrayBuffer
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean
  /** Its columns then. */
  readonly columns: number | undefined
  /** Whether somebody sees how far it has come. */
  readonly hasBar: boolean
  /** When the command began. */
  readonly began: Began
}

export type StreamName = 'stdout' | 'stderr'

/** What the thread says. */
export type Said =
  /** Bytes for a stream; the next ones come when these are taken. */
  | { readonly kind: 'write'; readonly stream: StreamName; readonly bytes: Uint8Array }
  /** A path that has to go if the command is stopped, or does not have to any more. */
  | { readonly kind: 'leftover'; readonly path: string; readonly isThere: boolean }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** What is known of the command now. */
  | { readonly kind: 'known'; readonly known: Known }
  | { readonly kind: 'exit'; readonly code: number }

/** What it hears: that a stream has taken bytes, or why not. */
export interface Taken {
  readonly stream: StreamName
  /** Plain data, as an error loses its code on the way. */
  readonly error: Pick<NodeJS.ErrnoException, 'message' | 'code' | 'syscall'> | undefined
}
