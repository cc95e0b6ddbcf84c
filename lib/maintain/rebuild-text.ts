/** What a rebuild did, as lines of text. */
import { formatChanges } from '../store/table-change.js'
import type { RebuildReport } from './rebuild.js'

/** The report as lines of text. */
export function formatRebuild({ changes, tables, newCategories, seconds }: RebuildReport): string {
  const codes = newCategories.map(({ category, value, code }) => ['new code', `${category} ${value}: ${code}`])
  const time = ['time', `${seconds.toFixed(2)} s`]
  if (changes !== undefined) return formatLines([...codes, time], 11) + formatChanges(changes)
  const lines = tables.map(({ file, state, lines: total, changed }) => {
    const what =
      state === 'made' ? `made anew (${total} lines)` : state === 'unchanged' ? state : changedLines(changed, total)
    return [file, what]
  })
  return formatLines([...lines, ...codes, time], 24)
}

function formatLines(lines: readonly (readonly string[])[], width: number): string {
  return lines.map(([name = '', what = '']) => `${name.padEnd(width)} ${what}\n`).join('')
}

function changedLines(changed: number, total: number): string {
  if (changed === 0) return `written anew, with the same ${total} lines`
  return `${changed} line${changed === 1 ? '' : 's'} changed, ${total} now`
}
