/** Waiting for work that a signal may end first. */
import { once } from 'node:events'

/**
 * What comes of work; undefined where a signal has come before, and then what becomes of the work is nobody's concern. The
 * signal, which may outlive the run, keeps nothing of it.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return work
  const waiting = new AbortController()
  const aborted = once(signal, 'abort', { signal: waiting.signal }).then(() => undefined)
  for (const left of [work, aborted]) left.catch(() => {})
  try {
    return signal.aborted ? undefined : await Promise.race([work, aborted])
  } finally {
    waiting.abort()
  }
}
