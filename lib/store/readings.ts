/**
 * How far runs have come that commit while they read: the index keeps it until they end, so that the next run can tell
 * what one that was broken off has left behind.
 */
import { type Claim, isDead, ownIdentity } from './claimant.js'

/** A place in the inputs of a run. */
export interface InputPlace {
  /** Name of an input. */
  readonly source: string
  /** So many lines of it, the header among them; of the inputs before it, all. */
  readonly lines: number
}

/** Up to where a run has committed that goes on reading. */
export interface Reading extends InputPlace {
  /** The run; `since` is the time of the commit. */
  readonly owner: Claim
}

/** What this process has committed of an input. */
export function ownReading(place: InputPlace): Reading {
  return { ...place, owner: { ...ownIdentity(), since: new Date().toISOString() } }
}

const isOwn = ({ owner }: Reading) => {
  const own = ownIdentity()
  return owner.pid === own.pid && owner.start === own.start && owner.machine === own.machine
}

/** Those of runs that ended before their inputs did. */
export function endedReadings(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter((reading) => isOwn(reading) || isDead(reading.owner))
}

/** Those of other runs that may go on. */
export function othersReadings(readings: readonly Reading[]): readonly Reading[] {
  return readings.filter((reading) => !isOwn(reading) && !isDead(reading.owner))
}

/** What to tell a user of a run that was broken off. */
export function brokenOff({ source, lines, owner }: Reading): string {
  const run = `the run of process ${owner.pid} was broken off while it read ${source}`
  const state = `up to line ${lines} (and all inputs before it that could be read) that is in the database, since ${owner.since}`
  return `${run}: ${state}; give the rest again, or all of it, as rows that are there change nothing`
}
