/**
 * Where signals can stop the command of this thread: what it has to ask, and to say, on its way. Without a supervisor, as
 * in programs that use the library, nothing of this does anything.
 */
import type { Decision } from './decision.js'

/** Who stops the command. */
export interface Supervisor {
  readonly decision: Decision
  /** Takes a path that has to go if the command is stopped in the midst of its work, and takes it back. */
  readonly leftover?: (path: string, isThere: boolean) => void
  /** Takes that the command begins to wait for another run, or has waited. */
  readonly waits?: (isWaiting: boolean) => void
}

/** One for a thread, as a process has one command. */
let supervisor: Supervisor | undefined

/** From now on the command of this thread is supervised. */
export function superviseBy(one: Supervisor): void {
  supervisor = one
}

/**
 * Decides to change something; to be called right before the first change that stays.
 *
 * @throws the reason of the signal; an AbortError where the command was stopped
 */
export function decide(signal?: AbortSignal): void {
  signal?.throwIfAborted()
  if (supervisor?.decision.take() === false) throw new DOMException('the command was stopped', 'AbortError')
}

/** Says that what was decided on is done, and that the command goes on: its next change is to be decided on anew. */
export function undecide(): void {
  supervisor?.decision.reopen()
}

/** Says of a path, before it is made, that it has to go if the command is stopped. */
export function leftover(path: string): void {
  supervisor?.leftover?.(path, true)
}

/** Says that it is gone, or has come to stay. */
export function noLeftover(path: string): void {
  supervisor?.leftover?.(path, false)
}

/** Says that the command begins to wait for another run, or has waited. */
export function waitsForRun(isWaiting: boolean): void {
  supervisor?.waits?.(isWaiting)
}
