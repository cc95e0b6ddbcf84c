/**
 * What a run did, as text for people.
 */
import { join } from 'node:path'
import { associationLines, associationNotes } from '../asn/notes.js'
import { LEVEL3_EXP_TYPES } from '../rules/association.js'
import type { NewCategory } from '../rules/category-codes.js'
import { MODELS } from '../rules/keywords.js'
import { DROP_REASONS, type DropReason } from '../rules/scrub.js'
import { formatWaiting } from '../settle/counts.js'
import { ENCODINGS_FILE, REJECTS_FILE, type Reject } from '../store/tables.js'
import { visibleName } from '../text/visible.js'
import { counted, few, withExamples } from '../text/words.js'
import type { RejectReason } from './reject-tally.js'
import type { ModelSummary, Summary } from './summary.js'

/** How many examples of a kind are told; the rest is counted. */
const EXAMPLES = 3
/** How many reasons for which rows cannot be used are told. */
const REASONS = 6
/** The same for new category values: each of them may be a mistake that gets a code for good. */
const CATEGORY_EXAMPLES = 10

/** The summary as lines of text: what the run did, then what there is in the database. */
export function formatSummary(summary: Summary): string {
  const { associations, changed, database, dryRun, inputs, models, seconds, waiting } = summary
  const trained = MODELS.map((model) => [model, models[model].trained] as const)
  const speed = inputs === 0 ? '' : `, ${counted(summary.rowsPerSecond, 'row')}/s`
  const lines = [
    ...(inputs === 0 ? [] : rowLines(summary)),
    ...associationLines(associations),
    ...MODELS.map((model) => [model, modelLine(models[model])]),
    ['time', `${seconds.toFixed(2)} s${speed}`],
    ...(changed || dryRun ? [] : [['changed', 'nothing']]),
    [
      'database',
      `${visibleName(database)}${dryRun ? ' would have' : ''}: ${parts(trained, (total) => `${counted(total, 'product')} matched`)}`,
    ],
    ['waiting', formatWaiting(waiting)],
  ]
  return lines.map(([name = '', text = '']) => `${name.padEnd(11)} ${text}\n`).join('')
}

/** What a commit did, in a line. */
export function formatCommit(summary: Summary, number: number, time: string): string {
  const { rows, seconds, models, rejects } = summary
  const products = MODELS.reduce((sum, model) => sum + models[model].products, 0)
  const parts = [
    `${counted(rows, 'row')} in ${seconds.toFixed(2)} s`,
    `${counted(products, 'product')} matched`,
    ...(rejects > 0 ? [counted(rejects, 'reject')] : []),
  ]
  return `commit ${number} at ${time}: ${parts.join(', ')}`
}

/** What became of the rows of a run; one that takes in association files alone has none. */
function rowLines(summary: Summary): string[][] {
  const { inputs, rows, levels, dropped, duplicates, replaced, rejects, rejectsLeftOut, repeatedHeaders } = summary
  const reasons = Object.entries(dropped).map(
    ([reason, number]) => [DROP_REASONS[reason as DropReason], number] as const,
  )
  const byLevel = `Level 1: ${levels.level1}, Level 3: ${levels.level3}, other: ${levels.other}`
  return [
    ['rows read', `${rows} from ${counted(inputs, 'input')} (${byLevel})`],
    ...(repeatedHeaders > 0 ? [['headers', `${counted(repeatedHeaders, 'repeated header line')} skipped`]] : []),
    ['dropped', parts(reasons)],
    ['duplicates', String(duplicates)],
    ...(replaced > 0 ? [['replaced', counted(replaced, 'stored version')]] : []),
    [
      'rejects',
      rejectsLeftOut > 0 ? `${rejects}, ${rejectsLeftOut} of them not in ${REJECTS_FILE}: it is full` : String(rejects),
    ],
  ]
}

function modelLine({ products, exposures }: ModelSummary): string {
  return `${counted(products, 'product')} matched from ${counted(exposures, 'exposure')}`
}

/** A total, and what it is made of. */
function parts(entries: readonly (readonly [string, number])[], format: (total: number) => string = String): string {
  const total = entries.reduce((sum, [, number]) => sum + number, 0)
  const named = entries.filter(([, number]) => number > 0).map(([name, number]) => `${name}: ${number}`)
  return named.length === 0 ? format(total) : `${format(total)} (${named.join(', ')})`
}

/** What in a run the user may want to look into: a text for each matter, the first line of which says what it is. */
export function formatNotes(summary: Summary): string[] {
  const { database, dryRun, emptyInputs, unendedInputs, rejects, rejectReasons, multipleMatches, newCategories } =
    summary
  const { spelling } = summary.dropped
  const notes = emptyInputs.slice(0, EXAMPLES).map((name) => `${visibleName(name)}: no rows`)
  const moreEmpty = emptyInputs.length - notes.length
  if (moreEmpty > 0) notes.push(`${counted(moreEmpty, 'more input')} without rows`)
  if (unendedInputs.length > 0) {
    const title = `the last row of ${counted(unendedInputs.length, 'input')} has no line end; if that is cut short, so may be a number in it:`
    notes.push(withExamples(title, unendedInputs.slice(0, EXAMPLES).map(visibleName), unendedInputs.length))
  }
  if (spelling > 0) {
    const what = 'dropped, as EXP_TYPE is one that reaches Level 3 but for letter case or blanks around it'
    notes.push(
      `${counted(spelling, 'row')} ${what}: write it as in ${few([...LEVEL3_EXP_TYPES])} and ingest the file again`,
    )
  }
  if (rejects > 0) {
    const where = dryRun ? ' and would go to' : ', see'
    const title = `${counted(rejects, 'row')} could not be used${where} ${visibleName(join(database, REJECTS_FILE))}:`
    const others = rejectReasons.slice(REASONS)
    const rest = others.reduce((rows, reason) => rows + reason.rows, 0)
    const more = rest === 0 ? [] : [`and ${counted(rest, 'row')} for ${counted(others.length, 'other reason')}`]
    notes.push([title, ...rejectReasons.slice(0, REASONS).flatMap(reasonLines), ...more].join('\n  '))
  }
  notes.push(...associationNotes(summary.associations))
  if (multipleMatches.length > 0) {
    const title = `${counted(multipleMatches.length, 'product')} left waiting, as another fits the same exposures as well:`
    notes.push(withExamples(title, multipleMatches.slice(0, EXAMPLES), multipleMatches.length))
  }
  if (newCategories.length > 0) {
    const kept = dryRun ? 'to be kept' : 'kept'
    const title = `${counted(newCategories.length, 'category value')} had no code; new ones, ${kept} in ${visibleName(join(database, ENCODINGS_FILE))}:`
    notes.push(withExamples(title, newCategories.slice(0, CATEGORY_EXAMPLES).map(categoryText), newCategories.length))
    if (newCategories.some(({ looksLike }) => looksLike !== undefined)) notes.push(remedyOf(summary))
  }
  return notes
}

/** A single row as it is; several with their number and the first of them. */
function reasonLines({ reason, rows, examples }: RejectReason): string[] {
  if (rows === 1) return examples.map(rejectText)
  const more = rows - examples.length
  return [
    `${reason}: ${counted(rows, 'row')}`,
    ...examples.map((example) => `  ${rejectText(example)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function rejectText({ source, line, reason }: Reject): string {
  return `${visibleName(source)}:${line}: ${reason}`
}

function categoryText({ category, value, code, looksLike }: NewCategory): string {
  const text = `${category} ${JSON.stringify(value)}: ${code}`
  if (looksLike === undefined) return text
  return `${text}, looks like ${looksLike === 'NONE' ? 'a missing value' : JSON.stringify(looksLike)}`
}

/** What to do about values that look like others. */
function remedyOf({ dryRun }: Summary): string {
  const what = 'a value that looks like another, or like a missing one, is a mistake in most cases'
  const how = 'correct it in the file (a missing one is an empty field)'
  if (dryRun) return `${what}: ${how}`
  return `${what}: ${how} and ingest that again with --replace; the code of a value that no row has any more does no harm`
}
