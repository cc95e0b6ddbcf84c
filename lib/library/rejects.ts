/**
 * Rows that cannot be used, on their way from the stages that meet them to the tables, which open later.
 */
import type { Reject } from '../store/tables.js'

type Take = (rejects: readonly Reject[]) => void

/** Gives rejects to a listener, and to every queue. */
export class RejectQueue {
  readonly #listener: ((reject: Reject) => void) | undefined
  readonly #queues: { take: Take }[] = []

  constructor(listener?: (reject: Reject) => void) {
    this.#listener = listener
  }

  add(rejects: readonly Reject[]): void {
    if (rejects.length === 0) return
    for (const reject of rejects) this.#listener?.(reject)
    for (const queue of this.#queues) queue.take(rejects)
  }

  /** A queue that keeps rejects until there is somebody to take them. */
  queue(): { readonly drain: (take: Take) => void } {
    const kept: Reject[] = []
    const queue = {
      take: (rejects: readonly Reject[]) => {
        kept.push(...rejects)
      },
    }
    this.#queues.push(queue)
    return {
      drain: (take) => {
        take(kept)
        queue.take = take
      },
    }
  }
}
