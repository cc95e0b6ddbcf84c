/**
 * Explanations as text, each a block of lines. Where they go to a terminal, they keep to its width.
 */
import { counted } from '../text/words.js'
import type { Comparison, ExplainedGroup, ExplainedReason, Explanation } from './explanation.js'
import { formatMemberOf, formatMembers } from './members-text.js'
import { formatDifferences } from './nearest.js'
import { labelled } from './text.js'
import type { Wait } from './waits.js'

/** A label, blank for what goes on from the line before, and the text behind it. */
type Line = readonly [label: string, text: string]

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

/**
 * An explanation, with line ends.
 *
 * @param width columns of the terminal, if it goes to one
 */
export function formatExplanation(explanation: Explanation, width?: number): string {
  const lines = linesIn(explanation).map(([label, text]) => {
    return labelled(`${' '.repeat(INDENT)}${label.padEnd(LABEL)} `, text, width)
  })
  return [labelled('', explanation.name, width), ...lines].map((text) => `${text}\n`).join('')
}

function linesIn(explanation: Explanation): Line[] {
  const { params, groups, namedBy, members, memberOf, withheld, standsFor } = explanation
  const { rejected, reason, compared } = explanation
  const isOne = members.length === 0
  return [
    ['is', whatIs(explanation)],
    ...(params === '' || namedBy !== null ? [] : [['association', params] as const]),
    ...(namedBy === null || memberOf.length > 0 ? [] : [['named by', namedBy] as const]),
    ...(isOne ? limited(groups, (group) => groupLines(group, explanation), 'groups') : []),
    ...formatMembers(members),
    ...formatMemberOf(memberOf).map((text, index): Line => [index === 0 ? 'member of' : '', text]),
    ...limited(withheld, (its) => [['withheld', `${its.name}, which ${its.namedBy} names`]], 'exposures'),
    ...limited(standsFor, (its) => [['stands for', `${its.name} (${its.state})`]], 'products'),
    ...rejected.map((its): Line => ['rejected', `${its.source}:${its.line}: ${its.reason}`]),
    ...(reason === null ? [] : reasonLines(reason)),
    ...limited(compared, comparisonLines, 'more were compared'),
  ]
}

/**
 * Something that waits, in short, with line ends.
 *
 * @param width columns of the terminal, if it goes to one
 */
export function formatWait(wait: Wait, width?: number): string {
  const { kind, name, model, since, members, exposures, reason, detail, remedy } = wait
  const here = exposures === members ? '' : ` (${exposures} waiting in it)`
  const what = kind === 'group' ? `group of ${counted(members, 'exposure')}${here}` : kind
  const whose = model === undefined ? '' : `, ${model}`
  const texts = [`${what}${whose}, since ${since}`, `${reason}: ${detail}`, remedy]
  const lines = [labelled('', name, width), ...texts.map((text) => labelled('  ', text, width))]
  return lines.map((text) => `${text}\n`).join('')
}

function limited<T>(values: readonly T[], toLines: (value: T) => Line[], what: string): Line[] {
  const rest = values.length - TOLD
  const more: Line[] = rest > 0 ? [['', `… ${rest} ${what}`]] : []
  return [...values.slice(0, TOLD).flatMap(toLines), ...more]
}

function reasonLines({ code, sentence, detail, remedy }: ExplainedReason): Line[] {
  return [['waits because', `${code}: ${sentence}`], ...linesOf(detail), ['what helps', remedy]]
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
): Line[] {
  const value = compares.value === '' ? 'which is blank' : compares.value
  const how = match === null ? '' : ending(match, kind === 'product' ? 'the product' : (product ?? 'the product'))
  const members = exposures.slice(0, TOLD).join(', ')
  const more = exposures.length > TOLD ? ` and ${exposures.length - TOLD} more` : ''
  const lines: readonly Line[] = [
    ['group', kind === 'group' ? '' : `${name}, ${counted(exposures.length, 'exposure')}`],
    ['exposures', kind === 'exposure' ? '' : `${members}${more}`],
    ['compares', namedBy === null ? `${compares.keyword} ${value}${how}` : ''],
  ]
  return lines.filter(([, text]) => text !== '')
}

function ending(match: 'exact' | 'fallback', product: string): string {
  return match === 'exact' ? `, as ${product} has it` : `, which ${product} does not have: no other was left`
}

function comparisonLines({ kind, name, where, state, namedBy, differs }: Comparison): Line[] {
  const label = COMPARED[where][kind]
  const told = namedBy === null ? `${name} (${state})` : `${name} (${state}, named by ${namedBy})`
  const agrees = where === 'association' ? 'agrees' : 'has its keywords'
  if (differs.length === 0) return [[label, `${told}: ${agrees}`]]
  return [[label, told], ...linesOf(formatDifferences({ keywords: differs, target: undefined }))]
}

/** A text of several parts, each on its line. */
function linesOf(text: string): Line[] {
  return text.split('; ').map((part) => ['', part])
}
