/** What waits, narrowed, the oldest first. */
import type { Model } from '../rules/keywords.js'
import { compareText } from '../rules/values.js'
import type { DatabaseReader } from './reader.js'
import type { Reason } from './reasons.js'
import { type Wait, waitsFrom } from './waits.js'

/** Which waits are asked for; all by default. */
export interface WaitFilter {
  readonly model?: Model | undefined
  /** In capitals. */
  readonly instrument?: string | undefined
  readonly program?: number | undefined
  readonly reason?: Reason | undefined
  /** Those that wait since this day or a later one, YYYY-MM-DD. */
  readonly since?: string | undefined
  readonly isNamed?: ((name: string) => boolean) | undefined
}

/** Whether a wait is asked for. */
export function isAsked(wait: Wait, { model, instrument, program, reason, since, isNamed }: WaitFilter): boolean {
  return (
    // The names first: each is to be noted as found.
    isNamed?.(wait.name) !== false &&
    (model ?? wait.model) === wait.model &&
    (instrument ?? wait.instrument) === wait.instrument &&
    (program ?? wait.pid) === wait.pid &&
    (reason ?? wait.reason) === wait.reason &&
    (since ?? '') <= wait.since
  )
}

/** So many are held and sorted at a time, and up to as many again while they are chosen. */
export const MOST_HELD = 40_000

/** A wait and its place among all that are asked for. */
interface Placed {
  readonly wait: Wait
  readonly place: number
}

/**
 * The waits that are asked for: by the day since which they wait, then by name.
 *
 * Memory is bounded without files of its own: where there are more than can be held, the database, which is seen as it
 * was when it was opened, is gone over once more for the next ones.
 *
 * @param limit how many, at most
 */
export async function* sortedWaits(
  reader: DatabaseReader,
  filter: WaitFilter,
  limit = Number.POSITIVE_INFINITY,
  mostHeld = MOST_HELD,
): AsyncGenerator<Wait> {
  let last: Placed | undefined
  for (let left = limit; left > 0; ) {
    const held = new Oldest(Math.min(mostHeld, left))
    let place = 0
    for await (const wait of waitsFrom(reader, filter.program)) {
      if (!isAsked(wait, filter)) continue
      const placed = { wait, place: place++ }
      if (last === undefined || byAge(placed, last) > 0) held.add(placed)
    }
    const sorted = held.take()
    for (const { wait } of sorted) yield wait
    if (!held.isCut) return
    left -= sorted.length
    last = sorted.at(-1)
  }
}

function byAge(a: Placed, b: Placed): number {
  return compareText(a.wait.since, b.wait.since) || compareText(a.wait.name, b.wait.name) || a.place - b.place
}

/** Keeps the first ones of many. */
class Oldest {
  readonly #most: number
  #held: Placed[] = []
  /** Whether there were more. */
  isCut = false

  constructor(most: number) {
    this.#most = most
  }

  add(placed: Placed): void {
    this.#held.push(placed)
    if (this.#held.length >= 2 * this.#most) this.#cut()
  }

  take(): readonly Placed[] {
    this.#cut()
    return this.#held
  }

  #cut(): void {
    this.#held.sort(byAge)
    this.isCut ||= this.#held.length > this.#most
    this.#held.length = Math.min(this.#held.length, this.#most)
  }
}
