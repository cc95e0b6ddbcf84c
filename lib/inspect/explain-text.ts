/** Explanations as text, each a block of lines. */
import type { Comparison, ExplainedGroup, Explanation } from './explain.js'
import { formatDifferences } from './nearest.js'
import { counted, labelled } from './text.js'
import type { Wait } from './waits.js'

const INDENT = 2
const LABEL = 14
/** How many names and comparisons of a kind are told. */
const TOLD = 10

/** What stands before comparisons of each kind. */
const COMPARED = {
  association: { product: 'candidate', group: 'other group', mosaic: '' },
  observation: { product: 'near', group: 'near', mosaic: '' },
  program: { product: '', group: 'its keywords', mosaic: 'could use it' },
} as const satisfies Record<Comparison['where'], Record<Comparison['kind'], string>>

/** An explanation, with line ends. */
export function formatExplanation(explanation: Explanation): string {
  const { name, params, groups, reason, compared, namedBy } = explanation
  const lines = [
    name,
    line('is', whatIs(explanation)),
    ...(params === '' || namedBy !== null ? [] : [line('association', params)]),
    ...(namedBy === null ? [] : [line('named by', namedBy)]),
    ...limited(groups, (group) => groupLines(group, explanation), 'groups'),
    ...(reason === null
      ? []
      : [line('waits because', `${reason.code}: ${reason.sentence}`), ...linesOf('', reason.detail)]),
    ...limited(compared, comparisonLines, 'more were compared'),
  ]
  return lines.map((text) => `${text}\n`).join('')
}

/** Something that waits, in short, with line ends. */
export function formatWait({ kind, name, model, since, exposures, reason, detail }: Wait): string {
  const what = kind === 'group' ? `group of ${counted(exposures, 'exposure')}` : kind
  const whose = model === undefined ? '' : `, ${model}`
  const lines = [name, labelled('  ', `${what}${whose}, since ${since}`), labelled('  ', `${reason}: ${detail}`)]
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

function whatIs({ kind, outcome, model, date, product, groups }: Explanation): string {
  const what = kind === 'mosaic' ? 'a c-candidate product' : `${kind === 'exposure' ? 'an' : 'a'} ${kind}`
  const whose = model === null ? '' : `, ${model}`
  if (outcome === 'dropped') return `a dataset of ${date} that was dropped, by its exposure type or channel`
  if (outcome === 'taken over') return `${what}${whose}, taken over without its exposures, ${date}`
  if (outcome === 'expired') return `${what}${whose}, ${date}, pruned; ingest it again to bring it back`
  if (outcome === 'waits') return `${what}${whose}, waits since ${date}`
  const exposures = groups.reduce((sum, group) => sum + group.exposures.length, 0)
  const counterpart = product ?? counted(exposures, 'exposure')
  return `${what}${whose}, ${date}, matched with ${counterpart}`
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

function comparisonLines({ kind, name, where, state, differs }: Comparison): string[] {
  const label = COMPARED[where][kind]
  const agrees = where === 'association' ? 'agrees' : 'has its keywords'
  if (differs.length === 0) return [line(label, `${name} (${state}): ${agrees}`)]
  return [
    line(label, `${name} (${state})`),
    ...linesOf('', formatDifferences({ keywords: differs, target: undefined })),
  ]
}

/** A text of several parts, each on its line. */
function linesOf(label: string, text: string): string[] {
  return text.split('; ').map((part, index) => line(index === 0 ? label : '', part))
}
