/** Explanations as text, each a block of lines. */

import { counted } from '../text/words.js'
import type { Comparison, ExplainedGroup, Explanation } from './explanation.js'
import { formatMemberOf, formatMembers } from './members-text.js'
import { formatDifferences } from './nearest.js'
import { labelled } from './text.js'
import type { Wait } from './waits.js'

const INDENT = 2
const LABEL = 14
/** How many names and comparisons of a kind are told. */
const TOLD = 10

/** What stands before comparisons of each kind. */
const COMPARED = {
  association: { product: 'candidate', group: 'other group', mosaic: '' },
  observation: { product: 'near', group: 'near', mosaic: 'near' },
  program: { product: '', group: 'its keywords', mosaic: 'could use it' },
} as const satisfies Record<Comparison['where'], Record<Comparison['kind'], string>>

/** An explanation, with line ends. */
export function formatExplanation(explanation: Explanation): string {
  const { name, params, groups, namedBy, members, memberOf, withheld, standsFor } = explanation
  const { rejected, reason, compared } = explanation
  const isOne = members.length === 0
  const lines = [
    name,
    line('is', whatIs(explanation)),
    ...(params === '' || namedBy !== null ? [] : [line('association', params)]),
    ...(namedBy === null || memberOf.length > 0 ? [] : [line('named by', namedBy)]),
    ...(isOne ? limited(groups, (group) => groupLines(group, explanation), 'groups') : []),
    ...formatMembers(members).map(([label, text]) => line(label, text)),
    ...formatMemberOf(memberOf).map((text, index) => line(index === 0 ? 'member of' : '', text)),
    ...limited(withheld, (its) => [line('withheld', `${its.name}, which ${its.namedBy} names`)], 'exposures'),
    ...limited(standsFor, (its) => [line('stands for', `${its.name} (${its.state})`)], 'products'),
    ...rejected.map((its) => line('rejected', `${its.source}:${its.line}: ${its.reason}`)),
    ...(reason === null
      ? []
      : [
          line('waits because', `${reason.code}: ${reason.sentence}`),
          ...linesOf('', reason.detail),
          line('what helps', reason.remedy),
        ]),
    ...limited(compared, comparisonLines, 'more were compared'),
  ]
  return lines.map((text) => `${text}\n`).join('')
}

/** Something that waits, in short, with line ends. */
export function formatWait(wait: Wait): string {
  const { kind, name, model, since, members, exposures, reason, detail, remedy } = wait
  const here = exposures === members ? '' : ` (${exposures} waiting in it)`
  const what = kind === 'group' ? `group of ${counted(members, 'exposure')}${here}` : kind
  const whose = model === undefined ? '' : `, ${model}`
  const lines = [
    name,
    labelled('  ', `${what}${whose}, since ${since}`),
    labelled('  ', `${reason}: ${detail}`),
    labelled('  ', remedy),
  ]
  return lines.map((text) => `${text}\n`).join('')
}

function line(label: string, text: string): string {
  return labelled(`${' '.repeat(INDENT)}${label.padEnd(LABEL)} `, text)
}

function limited<T>(values: readonly T[], toLines: (value: T) => string[], what: string): string[] {
  const rest = values.length - TOLD
  const more = rest > 0 ? [line('', `… ${rest} ${what}`)] : []
  return [...values.slice(0, TOLD).flatMap(toLines), ...more]
}

const KINDS: Readonly<Record<Explanation['kind'], string>> = {
  exposure: 'an exposure',
  group: 'a group',
  product: 'a product',
  mosaic: 'a product of another candidate than an observation',
  template: 'a name in an association file',
  dropped: 'a dataset',
  rejected: 'a dataset',
}

function whatIs(explanation: Explanation): string {
  const { kind, outcome, model, date, dropped, standsFor } = explanation
  const what = KINDS[kind]
  const whose = model === null ? '' : `, ${model}`
  if (outcome === 'superseded') return `${what} that a newer file replaces`
  if (kind === 'template') {
    const products = standsFor.length === 0 ? 'products of which none has come' : counted(standsFor.length, 'product')
    return `${what} that stands for ${products}`
  }
  switch (outcome) {
    case 'dropped':
      return `${what} of ${date} that was dropped: ${dropped?.sentence}`
    case 'rejected':
      return `${what} of which no row could be used`
    case 'missing':
      return `${what} of which no row has come`
    case 'taken over':
      return `${what}${whose}, taken over without its exposures, ${date}`
    case 'expired':
      return `${what}${whose}, ${date}, pruned; ingest it again to bring it back`
    case 'waits':
      return `${what}${whose}, waits since ${date}`
    case 'matched':
      return `${what}${whose}, ${date}, matched with ${counterpart(explanation)}`
  }
}

function counterpart({ kind, product, groups, members, memberOf }: Explanation): string {
  const products = memberOf.filter(({ state }) => state === 'matched')
  if (kind === 'exposure' && products.length > 1) return counted(products.length, 'product')
  if (product !== null) return product
  const byFile = members.filter(({ state }) => state === 'matched').length
  return counted(
    groups.reduce((sum, group) => sum + group.exposures.length, byFile),
    'exposure',
  )
}

function groupLines(
  { name, exposures, compares, match }: ExplainedGroup,
  { kind, product, namedBy }: Explanation,
): string[] {
  const value = compares.value === '' ? 'which is blank' : compares.value
  const how = match === null ? '' : ending(match, kind === 'product' ? 'the product' : (product ?? 'the product'))
  const members = exposures.slice(0, TOLD).join(', ')
  const more = exposures.length > TOLD ? ` and ${exposures.length - TOLD} more` : ''
  return [
    ...(kind === 'group' ? [] : [line('group', `${name}, ${counted(exposures.length, 'exposure')}`)]),
    ...(kind === 'exposure' ? [] : [line('exposures', `${members}${more}`)]),
    ...(namedBy === null ? [line('compares', `${compares.keyword} ${value}${how}`)] : []),
  ]
}

function ending(match: 'exact' | 'fallback', product: string): string {
  return match === 'exact' ? `, as ${product} has it` : `, which ${product} does not have: no other was left`
}

function comparisonLines({ kind, name, where, state, namedBy, differs }: Comparison): string[] {
  const label = COMPARED[where][kind]
  const told = namedBy === null ? `${name} (${state})` : `${name} (${state}, named by ${namedBy})`
  const agrees = where === 'association' ? 'agrees' : 'has its keywords'
  if (differs.length === 0) return [line(label, `${told}: ${agrees}`)]
  return [line(label, told), ...linesOf('', formatDifferences({ keywords: differs, target: undefined }))]
}

/** A text of several parts, each on its line. */
function linesOf(label: string, text: string): string[] {
  return text.split('; ').map((part, index) => line(index === 0 ? label : '', part))
}
