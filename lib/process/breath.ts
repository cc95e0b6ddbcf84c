/** Work that waits for nothing, in pieces: between them signals, timers and whoever else waits have their turn. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { milliseconds } from '../clock.js'

/** How long work goes on without a turn of the event loop, in ms. */
const LONGEST = 50

/**
 * Makes a function to be called between the pieces, as often as one likes: it waits only where it is time to.
 *
 * @param signal its reason is thrown
 */
export function breather(signal: AbortSignal | undefined): () => Promise<void> {
  let last = milliseconds()
  return async () => {
    if (milliseconds() - last >= LONGEST) {
      await nextTurn()
      last = milliseconds()
    }
    signal?.throwIfAborted()
  }
}
