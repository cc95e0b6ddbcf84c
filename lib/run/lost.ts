/** What even a quiet run tells: that nothing could be used of an input, or of all association files. */
import type { FaultyFiles } from '../settle/named-counts.js'
import { counted } from '../text/words.js'
import type { LostInput } from './summary.js'

/** How many inputs are told; the rest is counted. */
const EXAMPLES = 3

/** A line for each of the first few inputs of which no row could be used, and one for the others. */
export function lostTexts(inputs: readonly LostInput[]): readonly string[] {
  const more = inputs.length - EXAMPLES
  const rest = more > 0 ? [`${counted(more, 'more input')} without a row that could be used`] : []
  return [...inputs.slice(0, EXAMPLES).map(lostText), ...rest]
}

function lostText({ name, rejects, example: { line, reason }, alike }: LostInput): string {
  const some = alike === rejects ? '' : `${alike} of them `
  const rows = `${counted(rejects, 'row')} rejected, ${some}as line ${line}: ${reason}`
  return `${name}: no row of Level 1 or Level 3 could be used (${rows}): correct the file and ingest it again`
}

/** That no association file could be used, with the commonest reason. */
export function lostAssociations(faults: readonly FaultyFiles[]): string {
  const all = faults.reduce((sum, { count }) => sum + count, 0)
  const most = Math.max(...faults.map(({ count }) => count))
  const example = faults.find(({ count }) => count === most)?.examples[0]
  const which = all === 1 ? '' : `${counted(all, 'file')}, ${most} of them as `
  return `no association file could be used (${which}${example}): give the observatory's files, named *_asn.json`
}
