/**
 * What of a database a report is about: a period, programs, instruments.
 */
import { IngestError } from '../errors.js'
import { parseDay } from '../rules/day.js'
import { dayAfter, daysBetween } from './scales.js'

/** What is asked for; what is absent narrows nothing. */
export interface ScopeOptions {
  /** First and last day, YYYY-MM-DD. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly programs?: readonly number[] | undefined
  readonly instruments?: readonly string[] | undefined
}

/** First and last day. */
export type Days = readonly [first: string, last: string]

/** Tells of what is in the database whether the report is about it. */
export class Scope {
  readonly since: string | undefined
  readonly until: string | undefined
  readonly programs: readonly number[]
  readonly instruments: readonly string[]
  readonly #programs: ReadonlySet<number | undefined>
  readonly #instruments: ReadonlySet<string>

  /** @throws IngestError USAGE where a day is none, or the period ends before it begins */
  constructor({ since, until, programs = [], instruments = [] }: ScopeOptions = {}) {
    if (since !== undefined) parseDay(since, '--since')
    if (until !== undefined) parseDay(until, '--until')
    if (since !== undefined && until !== undefined && since > until)
      throw new IngestError('USAGE', `--since ${since} is later than --until ${until}`)
    this.since = since
    this.until = until
    this.programs = programs
    this.instruments = instruments
    this.#programs = new Set(programs)
    this.#instruments = new Set(instruments)
  }

  /** @throws IngestError USAGE for an instrument that is none of these */
  mustKnow(instruments: readonly string[]): void {
    const unknown = this.instruments.find((name) => !instruments.includes(name))
    if (unknown === undefined) return
    throw new IngestError(
      'USAGE',
      `--instrument: no ${unknown} in the database; expected one of ${instruments.join(', ')}`,
    )
  }

  /** Whether it is of a program and an instrument that are asked for, whenever. */
  has(program: number | undefined, instrument: string): boolean {
    return (
      (this.#programs.size === 0 || this.#programs.has(program)) &&
      (this.#instruments.size === 0 || this.#instruments.has(instrument))
    )
  }

  /** Where a day is; one that is none is in a period that has no borders only. */
  when(day: string): 'before' | 'within' | 'after' {
    if (this.since !== undefined && day < this.since) return 'before'
    return this.until !== undefined && day > this.until ? 'after' : 'within'
  }

  /**
   * The period of the same length before this one; undefined where this one has no beginning.
   *
   * @param lastDate the last day of the database, where this one has no end
   */
  daysBefore(lastDate: string | undefined): Days | undefined {
    const end = this.until ?? lastDate
    if (this.since === undefined || end === undefined || end < this.since) return undefined
    return [dayAfter(this.since, -1 - daysBetween(this.since, end)), dayAfter(this.since, -1)]
  }
}
