/** Members of products as text, by what became of them and by their roles. */
import { SCIENCE } from '../rules/member-list.js'
import type { ExplainedMember, MemberState, Membership } from './membership.js'

/** How many names of a kind, and how many products, are told: a file may name thousands. */
const TOLD = 100

/** What became of members: before a list of them, and behind their number. */
const STATES: Readonly<Record<MemberState, readonly [label: string, words: string]>> = {
  matched: ['matched', 'matched'],
  waits: ['waiting', 'waiting'],
  elsewhere: ['elsewhere', 'in other products'],
  missing: ['missing', 'missing'],
  expired: ['pruned', 'pruned'],
  'no Level 3': ['no Level 3', 'of exposure types without Level 3'],
  'no exposure': ['no exposure', 'that are no exposures'],
  'of another product': ['others', 'of another detector, band or filter'],
}

/** Lines with their labels: how many members there are, then all of them. */
export function formatMembers(members: readonly ExplainedMember[]): (readonly [label: string, text: string])[] {
  if (members.length === 0) return []
  const states = (Object.keys(STATES) as MemberState[]).flatMap((state) => {
    const its = members.filter((member) => member.state === state)
    return its.length === 0 ? [] : { state, its }
  })
  const counts = states.map(({ state, its }) => `${its.length} ${STATES[state][1]}`)
  return [
    ['members', `${members.length}: ${counts.join(', ')}`],
    ...states.flatMap(({ state, its }) => {
      const roles = [...new Set(its.toSorted(scienceFirst).map(shownRole))]
      return roles.map((role, index) => {
        const names = its.flatMap((member) => (shownRole(member) === role ? member.name : []))
        return [index === 0 ? STATES[state][0] : '', `${role}: ${limited(names, ', ')}`] as const
      })
    }),
  ]
}

function scienceFirst(a: ExplainedMember, b: ExplainedMember): number {
  return Number(b.role === SCIENCE) - Number(a.role === SCIENCE)
}

/** A role, with the exposure type that reaches no Level 3. */
function shownRole({ role, expType }: ExplainedMember): string {
  return expType === null ? role : `${role} (${expType})`
}

function limited(texts: readonly string[], separator: string): string {
  const more = texts.length > TOLD ? ` and ${texts.length - TOLD} more, which --json has` : ''
  return `${texts.slice(0, TOLD).join(separator)}${more}`
}

const PRODUCT_STATES: Readonly<Record<Membership['state'], string>> = {
  matched: 'matched',
  'taken over': 'taken over without its exposures',
  waits: 'waits',
  missing: 'no row of it has come',
  superseded: 'superseded by a newer file',
}

/** A line for each product of an exposure; none where keywords tell its only one, which the rest of the text is about. */
export function formatMemberOf(memberOf: readonly Membership[]): string[] {
  if (memberOf.every(({ namedBy }) => namedBy === null) && memberOf.length < 2) return []
  const lines = memberOf.slice(0, TOLD).map(({ product, role, state, namedBy }) => {
    const by = namedBy === null ? 'by keywords' : `named by ${namedBy}`
    return `${product} (${PRODUCT_STATES[state]}) as ${role}, ${by}`
  })
  const more = memberOf.length - TOLD
  return more > 0 ? [...lines, `… ${more} more, which --json has`] : lines
}
