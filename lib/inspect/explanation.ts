/** What is told of a dataset, a group or a name: the JSON of `explain --json`. */
import type { Model } from '../rules/keywords.js'
import type { Row } from '../rules/row.js'
import type { Cause } from './cause.js'
import type { Dropped } from './dropped.js'
import type { ExplainedMember, Membership } from './membership.js'
import { type KeywordDifference, observationsOf } from './nearest.js'
import type { Compared } from './parts.js'
import { REASONS, type Reason, remedyOf } from './reasons.js'

/** Where a row stands that could not be used, and why. */
export interface Rejected {
  /** The input file, as it was given or found. */
  readonly source: string
  /** 1-based line in it. */
  readonly line: number
  readonly reason: string
}

/** A product or group that something was compared with. */
export interface Comparison {
  readonly kind: 'product' | 'group' | 'mosaic'
  readonly name: string
  /** Where it is: a candidate of the same association, near it in the same observation, or across observations. */
  readonly where: 'association' | 'observation' | 'program'
  readonly state: 'matched' | 'waits'
  /** The association file that names its members; else null. */
  readonly namedBy: string | null
  /** What tells the two apart: keywords of the key, then the compared value; nothing where they agree. */
  readonly differs: readonly KeywordDifference[]
}

/** A group as an explanation tells it. */
export interface ExplainedGroup {
  readonly name: string
  readonly exposures: readonly string[]
  readonly compares: Compared
  /** How it came by its product: it has the compared value, or no other product was left for it. */
  readonly match: 'exact' | 'fallback' | null
}

/** An exposure that an association file gives to another product. */
export interface WithheldExposure {
  readonly name: string
  /** The association file. */
  readonly namedBy: string
}

/** A product that a name in an association file stands for. */
export interface StandsFor {
  readonly name: string
  readonly state: Membership['state']
}

/** Why something waits. */
export interface ExplainedReason {
  readonly code: Reason
  readonly sentence: string
  readonly detail: string
  /** What helps, in one line. */
  readonly remedy: string
}

/** What became of something. */
export interface Explanation {
  readonly name: string
  /** `template`: a name in an association file that stands for products of other names; `rejected`: a row of no table. */
  readonly kind: 'exposure' | 'group' | 'product' | 'mosaic' | 'template' | 'dropped' | 'rejected'
  /** `missing`: an association file names it, and no row of it has come; `superseded`: a newer file counts. */
  readonly outcome: 'matched' | 'taken over' | 'waits' | 'expired' | 'missing' | 'superseded' | 'dropped' | 'rejected'
  readonly model: Model | null
  /** Null of a rejected row without one. */
  readonly pid: number | null
  /** Three digits; blank where there is none. */
  readonly observation: string
  /** The day of the dataset; of a group the first of its exposures'. YYYY-MM-DD; blank where no row of it has come. */
  readonly date: string
  /** The association key; blank for what is in no association. */
  readonly params: string
  /** The group by keywords of an exposure, or the one in which it waits; of a product all that it was made of. */
  readonly groups: readonly ExplainedGroup[]
  /** The product that a group or exposure was matched with, or that holds it back; of several the first. */
  readonly product: string | null
  /** Why it waits. */
  readonly reason: ExplainedReason | null
  readonly compared: readonly Comparison[]
  /** The association file that names the members; then nothing is compared. */
  readonly namedBy: string | null
  /** Of what an association file names: every member. */
  readonly members: readonly ExplainedMember[]
  /** Of an exposure: every product that has it as a member, matched or not. */
  readonly memberOf: readonly Membership[]
  /** Of a product by keywords: exposures of its own group that an association file gives to another product. */
  readonly withheld: readonly WithheldExposure[]
  /** Of a template: its products. */
  readonly standsFor: readonly StandsFor[]
  /** Why it was dropped. */
  readonly dropped: Dropped | null
  /** Where its rejected rows stand. */
  readonly rejected: readonly Rejected[]
}

/** What most explanations have nothing of. */
export const NOTHING_TOLD = {
  ...{ model: null, date: '', params: '', groups: [], product: null, reason: null, compared: [], namedBy: null },
  ...{ members: [], memberOf: [], withheld: [], standsFor: [], dropped: null, rejected: [] },
} as const satisfies Partial<Explanation>

/** What a row tells of itself. */
export function ofRow(row: Row, pid: number): Pick<Explanation, 'name' | 'pid' | 'observation' | 'date' | 'params'> {
  const [observation = ''] = observationsOf(row)
  return { name: row.dname, pid, observation, date: row.date, params: row.params }
}

/**
 * Why something waits, with its sentence and its remedy.
 *
 * @param model its model
 * @param database as the remedy calls it
 */
export function becauseOf(
  { reason, detail, differs }: Cause,
  model: Model | null | undefined,
  database: string | undefined,
): Pick<Explanation, 'reason'> {
  const remedy = remedyOf(reason, { model, differs, database })
  return { reason: { code: reason, sentence: REASONS[reason], detail, remedy } }
}
