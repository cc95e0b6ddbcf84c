/**
 * Bytes to records: the header lines taken out, rows that are none told apart (specification, section 2).
 */
import type { Allocate } from '../csv/bytes.js'
import type { PlainLines } from '../csv/lines.js'
import { type CsvError, type CsvOptions, CsvReader, type CsvRecord } from '../csv/read.js'
import { includesRare } from '../csv/scanner.js'
import type { Reject } from '../database/tables.js'
import { IngestError } from '../errors.js'
import { REQUIRED_COLUMNS } from '../rules/layout.js'
import type { Tally } from '../summary.js'
import type { HeadedInput, InputChunk } from './read.js'

/** Rows of one input, and what could not be read. */
export interface RecordBatch {
  readonly input: HeadedInput
  /** Lines that are all rows, or empty; not split yet. */
  readonly lines: readonly PlainLines[]
  /** Rows that needed a closer look. */
  readonly records: readonly CsvRecord[]
  readonly rejects: readonly Reject[]
}

/** A column's name that no row has in any field. */
const NAME_OF_COLUMN = 'DagNodeName'

/** Decodes the chunks of the inputs, one input after the other. */
export class Decoder {
  readonly #tally: Tally
  readonly #options: CsvOptions
  #input: HeadedInput | undefined
  #reader: CsvReader
  #headerSeen = false
  #hasRows = false

  /** @param allocate gives the memory of each batch's lines, which is then theirs alone */
  constructor(tally: Tally, allocate: Allocate = Buffer.allocUnsafeSlow) {
    this.#tally = tally
    this.#options = { plainLines: true, allocate }
    this.#reader = new CsvReader(this.#options)
  }

  /** @throws IngestError HEADER_CHANGED for another header line inside the input */
  decode({ input, bytes }: InputChunk): RecordBatch {
    if (input !== this.#input) {
      this.#input = input
      this.#reader = new CsvReader(this.#options)
      this.#headerSeen = false
      this.#hasRows = false
    }
    const atEnd = bytes === undefined
    const batch = atEnd ? this.#reader.end() : this.#reader.push(bytes)
    const { lines, records } = this.#withoutHeaders(batch)
    const rejects = batch.errors.map((error) => toReject(input, error, error.message))
    const rows = records.filter((record) => this.#isRow(record, input, rejects, atEnd))
    this.#hasRows ||= rows.length + rejects.length > 0 || lines.some(({ isBlank }) => !isBlank)
    if (atEnd && !this.#hasRows) this.#tally.emptyInput(input.name)
    // Behind the last line end: a number that was cut is one still.
    if (atEnd && rows.length + lines.length > 0) this.#tally.unendedInput(input.name)
    return { input, lines, records: rows, rejects: rejects.sort((a, b) => a.line - b.line) }
  }

  /** Makes records of lines that may be a header. */
  #withoutHeaders({ lines, records }: { readonly lines: readonly PlainLines[]; readonly records: CsvRecord[] }): {
    lines: PlainLines[]
    records: CsvRecord[]
  } {
    const rows: PlainLines[] = []
    const others: CsvRecord[] = []
    let isFirst = !this.#headerSeen
    for (const some of lines) {
      const [first, rest] = isFirst ? some.splitFirst() : [undefined, some]
      for (const part of first === undefined ? [rest] : [first, rest]) {
        if (part === first || includesRare(part.bytes, NAME_OF_COLUMN)) others.push(...part.records)
        else if (part.bytes.length > 0) rows.push(part)
      }
      isFirst &&= others.length === 0
    }
    return { lines: rows, records: [...records, ...others].sort((a, b) => a.line - b.line) }
  }

  #isRow(record: CsvRecord, input: HeadedInput, rejects: Reject[], unfinished: boolean): boolean {
    if (!this.#headerSeen) {
      this.#headerSeen = true
      return false
    }
    const { header } = input
    const names = columnNames(record, header)
    if (names === 'other header') throw changedHeader(record, input)
    if (names === 'header') {
      this.#tally.repeatedHeaders++
      return false
    }
    const reason = names === 'joined' ? JOINED : wrongRow(record, header.length, unfinished)
    if (reason === undefined) return true
    rejects.push(toReject(input, record, reason))
    return false
  }
}

/** The rows of a batch one by one, each looked at, and all rejects; for who does not split the lines himself. */
export function splitBatch({ input, lines, records, rejects }: RecordBatch): {
  readonly records: readonly CsvRecord[]
  readonly rejects: readonly Reject[]
} {
  const all = [...rejects]
  const rows = lines
    .flatMap((some) => some.records)
    .filter((record) => {
      const reason = wrongRow(record, input.header.length)
      if (reason !== undefined) all.push(toReject(input, record, reason))
      return reason === undefined
    })
  const byLine = (a: { readonly line: number }, b: { readonly line: number }) => a.line - b.line
  return { records: [...records, ...rows].sort(byLine), rejects: all.sort(byLine) }
}

const JOINED = 'a row and a header in one line: does an input before this header lack its last line end?'

const RETURNS = 'a carriage return within: do lines end in it alone?'

/** Why a row of the input cannot be used, whatever its fields say; undefined where it can. */
export function wrongRow({ width, text }: CsvRecord, expected: number, unfinished = false): string | undefined {
  if (width !== expected) {
    if (width > expected && text.includes('\r')) return `too many fields: ${width}, expected ${expected}; ${RETURNS}`
    const cut = unfinished ? '; the last line has no line end: is the file cut short?' : ''
    return `too ${width < expected ? 'few' : 'many'} fields: ${width}, expected ${expected}${cut}`
  }
  if (text.includes('\0')) return 'a NUL byte: is the file damaged?'
  // The bytes are gone, and different names could have become one.
  if (text.includes('\uFFFD')) return 'bytes that are no UTF-8, or U+FFFD in place of them'
  return undefined
}

/**
 * What a line with the names of columns in place of values is: no row has even two of them. A row can have a header
 * joined to it where files are put together and one of them lacks its last line end.
 */
function columnNames(record: CsvRecord, header: readonly string[]): 'none' | 'header' | 'other header' | 'joined' {
  if (!record.text.includes(NAME_OF_COLUMN)) return 'none'
  const fields = record.fields.with(0, record.field(0).replace(/^\uFEFF/, ''))
  const width = header.length
  if (sameFields(fields, header)) return 'header'
  const endsInHeader = fields[width - 1]?.endsWith(header[0] ?? '') && sameFields(fields.slice(width), header.slice(1))
  if (endsInHeader) return 'joined'
  return REQUIRED_COLUMNS.filter((name) => fields.includes(name)).length > 1 ? 'other header' : 'none'
}

function sameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, index) => field === b[index])
}

function changedHeader(record: CsvRecord, input: HeadedInput): IngestError {
  const message = `another header line inside the input; put files with different columns in as files of their own
  first header: ${input.header.join(',')}
  this header:  ${record.fields.join(',')}`
  return new IngestError('HEADER_CHANGED', message, { source: input.name, line: record.line })
}

function toReject({ name }: HeadedInput, { line, text }: CsvRecord | CsvError, reason: string): Reject {
  return { source: name, line, reason, text: rejectText(text) }
}

/** A row's text as the table of rejects shows it: a NUL would keep other programs from reading the table. */
export function rejectText(text: string): string {
  return text.replaceAll('\0', '\uFFFD')
}
