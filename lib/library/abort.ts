/**
 * What ends by a signal is rejected with the reason of the signal, whichever of its parts noticed the signal first.
 */

/** Runs work that a signal can end. @throws the signal's reason, where the signal ended it */
export async function withReason<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted()
  try {
    return await work()
  } catch (error) {
    throw reasonOf(error, signal)
  }
}

/** The same for what is given item by item. @throws the signal's reason, where the signal ended it */
export async function* itemsWithReason<T>(
  signal: AbortSignal | undefined,
  items: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  signal?.throwIfAborted()
  try {
    yield* items()
  } catch (error) {
    throw reasonOf(error, signal)
  }
}

/** Streams of Node make an AbortError of their own, which has the reason as its cause. */
function reasonOf(error: unknown, signal: AbortSignal | undefined): unknown {
  const isAbort = error instanceof Error && error.name === 'AbortError'
  return isAbort && signal?.aborted ? signal.reason : error
}
