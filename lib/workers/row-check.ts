/**
 * Rows that are none: wrong in their fields, whatever these say, or header lines inside an input (specification,
 * sections 2 and 9).
 */
import type { CsvRecord } from '../csv/row.js'
import { IngestError } from '../errors.js'
import { REQUIRED_COLUMNS } from '../rules/layout.js'

/** What rows are checked for. */
export interface RowForm {
  /** The input's name. */
  readonly name: string
  readonly header: readonly string[]
}

/** A column's name that no row has in any field. */
export const NAME_OF_COLUMN = 'DagNodeName'

/**
 * What is wrong with a record of an input; `header` for its header once more, undefined for a row.
 *
 * @param isUnended whether the input ends within its line
 * @throws IngestError HEADER_CHANGED for another header line
 */
export function wrongRow(record: CsvRecord, form: RowForm, isUnended = false): string | undefined {
  const { text, width } = record
  const names = text.includes(NAME_OF_COLUMN) ? columnNames(record, form.header) : 'none'
  if (names === 'other header') throw changedHeader(record, form)
  if (names !== 'none') return names
  if (width !== form.header.length) return wrongWidth(record, form.header.length, isUnended)
  if (text.includes('\0')) return 'a NUL byte: is the file damaged?'
  // The bytes are gone, and different names could have become one.
  return text.includes('\uFFFD') ? 'bytes that are no UTF-8, or U+FFFD in place of them' : undefined
}

function wrongWidth({ text, width }: CsvRecord, expected: number, isUnended: boolean): string {
  const counts = `${width}, expected ${expected}`
  if (width > expected && text.includes('\r')) return `too many fields: ${counts}; ${RETURNS}`
  const cut = isUnended ? '; the last line has no line end: is the file cut short?' : ''
  return `too ${width < expected ? 'few' : 'many'} fields: ${counts}${cut}`
}

/** {@link wrongRow} of a header line: nothing is wrong with it. */
export const HEADER = 'header'

const JOINED = 'a row and a header in one line: does an input before this header lack its last line end?'

const RETURNS = 'a carriage return within: do lines end in it alone?'

/**
 * What a line with the names of columns in place of values is: no row has even two of them. A row can have a header
 * joined to it where files are put together and one of them lacks its last line end.
 */
function columnNames(
  record: CsvRecord,
  header: readonly string[],
): 'none' | typeof HEADER | 'other header' | typeof JOINED {
  const fields = record.fields.with(0, record.field(0).replace(/^\uFEFF/, ''))
  const width = header.length
  if (sameFields(fields, header)) return HEADER
  const endsInHeader = fields[width - 1]?.endsWith(header[0] ?? '') && sameFields(fields.slice(width), header.slice(1))
  if (endsInHeader) return JOINED
  return REQUIRED_COLUMNS.filter((name) => fields.includes(name)).length > 1 ? 'other header' : 'none'
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, index) => field === b[index])
}

function changedHeader(record: CsvRecord, { name, header }: RowForm): IngestError {
  const message = `another header line inside the input; put files with different columns in as files of their own
  first header: ${header.join(',')}
  this header:  ${record.fields.join(',')}`
  return new IngestError('HEADER_CHANGED', message, { source: name, line: record.line })
}

/** A row's text as the table of rejects shows it: a NUL would keep other programs from reading the table. */
export function rejectText(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}
