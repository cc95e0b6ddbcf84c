/** Why something waits, and what is needed to find it out. */
import type { Resolution } from '../settle/resolve.js'
import type { KeywordDifference } from './nearest.js'
import type { Reason } from './reasons.js'
import type { Surroundings } from './surroundings.js'

/** Why something waits. */
export interface Cause {
  readonly reason: Reason
  /** What the reason is about, in short: names, keywords that differ. */
  readonly detail: string
  /** The keywords that differ from the nearest counterpart, where that is the reason. */
  readonly differs: readonly string[]
}

/** Where something waits. */
export interface Scene {
  readonly resolution: Resolution
  readonly around: Surroundings
}

export function because(reason: Reason, detail: string, differs: readonly KeywordDifference[] = []): Cause {
  return { reason, detail, differs: differs.map(({ keyword }) => keyword) }
}

/** How many names a detail tells. */
const TOLD = 3

/** Some names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : ''
  return `${names.slice(0, TOLD).join(', ')}${more}`
}
