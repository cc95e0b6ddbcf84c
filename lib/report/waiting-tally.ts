/**
 * Counts what waits, and keeps the oldest of it.
 */
import { REASONS, type Reason } from '../inspect/reasons.js'
import type { Wait } from '../inspect/waits.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { compareText } from '../rules/values.js'
import { countPending, type ModelWaiting, noCensus, waitingIn, waitingOf } from '../settle/census.js'
import type { AgedWait, WaitingModel, WaitingReason, WaitingReport, Waits } from './data.js'
import { AGE_BINS, binOf, daysBetween, isDay } from './scales.js'

/** How many of the oldest are kept at most. */
export const MOST_ROWS = 1000

/** Every model, and none. */
const ALL_MODELS: readonly (Model | undefined)[] = [...MODELS, undefined]

type Pending = Omit<AgedWait, 'age'>
type Counts = { -readonly [Name in keyof Waits]: Waits[Name] }

/** Counts by some key; a key that was never counted has none. */
class Tally<Key> {
  readonly #counts = new Map<Key, Counts>()

  add(key: Key, of: keyof Counts, number = 1): void {
    const counts = this.#counts.get(key) ?? { groups: 0, others: 0 }
    counts[of] += number
    this.#counts.set(key, counts)
  }

  of(key: Key): Waits {
    return this.#counts.get(key) ?? { groups: 0, others: 0 }
  }

  get entries(): readonly (readonly [Key, Waits])[] {
    return [...this.#counts]
  }

  get total(): number {
    return this.entries.reduce((sum, [, { groups, others }]) => sum + groups + others, 0)
  }
}

/** Counts what waits; keeps days, reasons and the {@link MOST_ROWS} oldest. */
export class WaitingTally {
  /** By day, as the last day of the database is known only in the end. */
  readonly #days = new Map(ALL_MODELS.map((model) => [model, new Tally<string>()]))
  readonly #reasons = new Map<Reason, Tally<Model | undefined>>()
  readonly #census = noCensus()
  #oldest: Pending[] = []

  add(wait: Wait): void {
    const { kind, name, model, instrument, since, exposures, reason, detail } = wait
    countPending(this.#census, wait, [since])
    const of = kind === 'group' ? 'groups' : 'others'
    this.#days.get(model)?.add(since, of)
    const models = this.#reasons.get(reason) ?? new Tally()
    this.#reasons.set(reason, models)
    models.add(model, of)
    this.#oldest.push({ kind, name, model, instrument, since, exposures, reason, detail })
    if (this.#oldest.length >= 2 * MOST_ROWS) this.#keepOldest()
  }

  /** First and last day since which something waits. */
  get span(): readonly [string, string] | undefined {
    const days = [...this.#days.values()].flatMap(daysOf).sort(compareText)
    const [first, ...others] = days
    return first === undefined ? undefined : [first, others.at(-1) ?? first]
  }

  /** @param lastDate the day that ages are counted to */
  report(lastDate: string | undefined): WaitingReport {
    this.#keepOldest()
    return {
      ...waitingIn(this.#census),
      models: [...this.#days].map(([model, days]) =>
        modelReport(model, waitingOf(this.#census[model ?? 'none']), days, lastDate),
      ),
      reasons: [...this.#reasons]
        .sort(([a, x], [b, y]) => y.total - x.total || compareText(a, b))
        .map(([reason, models]) => reasonReport(reason, models)),
      oldest: this.#oldest.map((pending) => ({ ...pending, age: ageOf(pending.since, lastDate) })),
    }
  }

  #keepOldest(): void {
    this.#oldest.sort((a, b) => compareText(a.since, b.since) || compareText(a.name, b.name))
    this.#oldest = this.#oldest.slice(0, MOST_ROWS)
  }
}

function daysOf(days: Tally<string>): string[] {
  return days.entries.map(([day]) => day).filter(isDay)
}

function modelReport(
  model: Model | undefined,
  waiting: ModelWaiting,
  days: Tally<string>,
  lastDate: string | undefined,
): WaitingModel {
  const ages = new Tally<number>()
  for (const [day, counts] of days.entries) {
    const bin = binOf(AGE_BINS, ageOf(day, lastDate))
    for (const of of ['groups', 'others'] as const) ages.add(bin, of, counts[of])
  }
  const { exposures, products, mosaics } = waiting
  return {
    model,
    ...waiting,
    others: products + mosaics + (model === undefined ? exposures : 0),
    oldestWaiting: daysOf(days).sort(compareText)[0],
    ages: AGE_BINS.map((from, bin) => ({ from, to: AGE_BINS[bin + 1], ...ages.of(bin) })),
  }
}

function reasonReport(reason: Reason, models: Tally<Model | undefined>): WaitingReason {
  return { reason, meaning: REASONS[reason], models: ALL_MODELS.map((model) => ({ model, ...models.of(model) })) }
}

/** Days from one day to the last of the database; 0 where a day is none. */
function ageOf(day: string, lastDate: string | undefined): number {
  return lastDate === undefined || !isDay(day) ? 0 : daysBetween(day, lastDate)
}
