/**
 * What a single cell of the input means: nothing, true, false, a number. (Specification, section 2 and 3.)
 */

/** The texts that stand for "nothing" in the input. */
const NOTHING: ReadonlySet<string> = new Set(['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null'])
/** One list of truth values for every rule (section 2). */
const TRUE: ReadonlySet<string> = new Set(['T', 't', 'True', 'true', 'TRUE', '1', '1.0'])
const FALSE: ReadonlySet<string> = new Set(['F', 'f', 'False', 'false', 'FALSE', '0', '0.0'])

/** Whether a cell means "nothing" (section 2). */
export function isNothing(cell: string): boolean {
  // Most cells are longer, and need no look into the set.
  return cell.length <= 4 && NOTHING.has(cell)
}

/** Whether a cell means true. */
export function isTrue(cell: string): boolean {
  return TRUE.has(cell)
}

/** Whether a cell means false. */
export function isFalse(cell: string): boolean {
  return FALSE.has(cell)
}

/** Whether a cell is left out of an association key: nothing or false (section 3.7). */
export function isVoid(cell: string): boolean {
  return isNothing(cell) || FALSE.has(cell)
}

/**
 * A whole number without the `.0` that programs write behind it where its column has blanks (section 2); any other text
 * as it is.
 */
export function wholeText(text: string): string {
  return text.endsWith('.0') && /^\d+\.0$/.test(text) ? text.slice(0, -2) : text
}

/**
 * The number in a cell, or NaN where the cell holds none.
 *
 * Decimal notation only: `Number` would also take `0x1f`, `0b1`, `0o7`, white space and `Infinity`, which no
 * instrument writes and which read as text in pandas.
 */
export function toNumber(cell: string): number {
  const value = DECIMAL.test(cell) ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/

/**
 * Rounds half to even at a number of decimals, as numpy does: scale, round to an even integer, scale back.
 *
 * @param value any finite number
 * @param decimals digits to keep after the point
 */
export function roundHalfEven(value: number, decimals: number): number {
  const power = 10 ** decimals
  const scaled = value * power
  const floor = Math.floor(scaled)
  const isHalf = scaled - floor === 0.5
  return (isHalf ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(scaled)) / power
}

/** The number in a scrubbed cell, which holds one or is blank: then NaN. */
export function scrubbedNumber(text: string): number {
  return text === '' ? Number.NaN : Number(text)
}

/** Compares two texts by UTF-16 code units: the one text order used wherever a rule says "in text order". */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Sorts rows, or what else has a dataset's name, by that name in text order, in place. */
export function byName<T extends { readonly dname: string }>(rows: T[]): T[] {
  return rows.sort((a, b) => compareText(a.dname, b.dname))
}
