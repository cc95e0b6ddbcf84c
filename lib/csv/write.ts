/** Fields -> lines of CSV. csv-stringify decides how a field is quoted. */
import { stringify as stringifyRows } from 'csv-stringify/sync'

/**
 * A CR is quoted as well: at the end of a row it would become a part of the line end, and pandas ends a row at any CR.
 * Without the second option csv-stringify does so only when the first one is left out.
 */
const STRINGIFY_OPTIONS = { record_delimiter: '\n', quote_record_delimiter: true } as const

function stringify(rows: readonly (readonly string[])[]): string {
  return stringifyRows(rows as string[][], STRINGIFY_OPTIONS)
}

/** What csv-stringify quotes a field for. */
const SPECIAL = /[",\n\r]/

/**
 * Writes one row: the fields with commas between them, quoted only where needed, and `\n` at the end (specification,
 * section 8). It is what csv-stringify writes by default. A row of a single blank field is an empty line, which
 * readers skip.
 */
export function formatRow(fields: readonly string[]): string {
  const row = fields.join(',')
  return needsQuotes(fields, row) ? stringify([fields]) : `${row}\n`
}

/** Looks at the joined row where it can: three searches are faster than one for each field. */
function needsQuotes(fields: readonly string[], row: string): boolean {
  if (row.includes('"') || row.includes('\n') || row.includes('\r')) return true
  for (const field of fields) {
    if (field.includes(',')) return true
  }
  return false
}

/** Writes one field as {@link formatRow} does, for lines that are put together from parts. */
export function formatField(field: string): string {
  return SPECIAL.test(field) ? stringify([[field]]).slice(0, -1) : field
}
