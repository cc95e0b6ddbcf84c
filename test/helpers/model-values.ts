/** Small value rules of the naive model: what "nothing" is, what a number is, and how a number is written. */

/** A table row or an input row: the text of every cell by column name. */
export type Cells = Readonly<Record<string, string>>

const NOTHING = ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null']
const FALSE = ['F', 'f', 'False', 'false', 'FALSE', '0', '0.0']
const TRUE = ['T', 't', 'True', 'true', 'TRUE', '1', '1.0']
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** Whether a cell holds a value (section 2 lists the texts that mean "nothing"). */
export function has(text: string): boolean {
  return !NOTHING.includes(text)
}

/** The texts that count as true (section 2). */
export function isTrue(text: string): boolean {
  return TRUE.includes(text)
}

/** The texts that count as false (section 2). */
export function isFalse(text: string): boolean {
  return FALSE.includes(text)
}

/** Whether a text is a decimal number. */
export function isNumber(text: string): boolean {
  return FLOAT.test(text)
}

/** The number in a cell, or undefined for nothing and for text that is no number. */
export function numberIn(text: string): number | undefined {
  return isNumber(text) ? Number(text) : undefined
}

/** A computed float as text: shortest form that reads back the same, whole ones with `.0` (section 8). */
export function floatText(value: number): string {
  return Number.isInteger(value) ? `${String(value)}.0` : String(value)
}

/** Rounds to a number of decimals, half to even, the way numpy does: scale, round, scale back. */
export function roundTo(value: number, decimals: number): number {
  const scaled = value * 10 ** decimals
  const below = Math.floor(scaled)
  const rest = scaled - below
  if (rest < 0.5) return below / 10 ** decimals
  if (rest > 0.5) return (below + 1) / 10 ** decimals
  return (below % 2 === 0 ? below : below + 1) / 10 ** decimals
}

/** Text order: by code unit, independent of any locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Number order with "no number" last. */
export function compareNumber(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a - b
}

/** The cell of a column, blank when there is no such column. */
export function cell(row: Cells, column: string): string {
  return Object.hasOwn(row, column) ? (row[column] ?? '') : ''
}

/** The distinct values of a list, in text order. */
export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compareText)
}

/** The parts that are there, joined by `-`. */
export function dashed(parts: readonly string[]): string {
  return parts.filter(has).join('-')
}
