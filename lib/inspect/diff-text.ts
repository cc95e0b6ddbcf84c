/**
 * Differences between databases as text and as CSV.
 */
import { formatRow } from '../csv/write.js'
import { counted } from '../text/words.js'
import type { ProductChange } from './diff.js'

/** A product in lines: what became of it, then features and exposures. */
export function formatChange({ change, product, model, features, exposures }: ProductChange): string {
  const told: (readonly [string, string])[] = [
    ...features.map(({ feature, before, after }) => [feature, `${valueText(before)} -> ${valueText(after)}`] as const),
    ...exposures.went.map((name) => ['exposure', `- ${name}`] as const),
    ...exposures.came.map((name) => ['exposure', `+ ${name}`] as const),
  ]
  const width = Math.max(0, ...told.map(([name]) => name.length))
  const lines = told.map(([name, what]) => `  ${name.padEnd(width)}  ${what}\n`)
  return `${change.padEnd('changed'.length)}  ${model.padEnd('IMAGE'.length)}  ${product}\n${lines.join('')}`
}

const valueText = (cell: string) => (cell === '' ? '(none)' : cell)

/** The columns of {@link changeLines}, as a line of CSV. */
export const CHANGE_HEADER = formatRow(['change', 'product', 'model', 'feature', 'before', 'after'])

/**
 * A product as lines of CSV: one for each feature and for each exposure (`exposure`), one without either for a product
 * that came or went.
 */
export function changeLines({ change, product, model, features, exposures }: ProductChange): string {
  const cells = [
    ...features.map(({ feature, before, after }) => [feature, before, after]),
    ...exposures.went.map((name) => ['exposure', name, '']),
    ...exposures.came.map((name) => ['exposure', '', name]),
  ]
  const rows = cells.length === 0 ? [['', '', '']] : cells
  return rows.map((row) => formatRow([change, product, model, ...row])).join('')
}

/** Numbers of products by what became of them. */
export type ChangeCounts = Record<ProductChange['change'], number>

/** The numbers in words: `2 products came, 0 went, 1 changed`. */
export function formatCounts({ came, went, changed }: ChangeCounts): string {
  return `${counted(came, 'product')} came, ${went} went, ${changed} changed`
}
