/**
 * Bytes to records: the header lines taken out, rows that are none told apart (specification, section 2).
 */
import { type CsvError, CsvReader, type CsvRecord } from '../csv/read.js'
import type { Reject } from '../database/tables.js'
import { IngestError } from '../errors.js'
import { REQUIRED_COLUMNS } from '../rules/layout.js'
import type { Tally } from '../summary.js'
import type { HeadedInput, InputChunk } from './read.js'

/** Records of one input that have as many fields as its header, and what could not be read. */
export interface RecordBatch {
  readonly input: HeadedInput
  readonly records: readonly CsvRecord[]
  readonly rejects: readonly Reject[]
}

/** Decodes the chunks of the inputs, one input after the other. */
export class Decoder {
  readonly #tally: Tally
  #input: HeadedInput | undefined
  #reader = new CsvReader()
  #headerSeen = false
  #rows = 0

  constructor(tally: Tally) {
    this.#tally = tally
  }

  /** @throws IngestError HEADER_CHANGED for another header line inside the input */
  decode({ input, bytes }: InputChunk): RecordBatch {
    if (input !== this.#input) {
      this.#input = input
      this.#reader = new CsvReader()
      this.#headerSeen = false
      this.#rows = 0
    }
    const atEnd = bytes === undefined
    const { records, errors } = atEnd ? this.#reader.end() : this.#reader.push(bytes)
    const rejects = errors.map((error) => toReject(input, error, error.message))
    const rows = records.filter((record) => this.#isRow(record, input, rejects, atEnd))
    this.#rows += rows.length + rejects.length
    if (atEnd && this.#rows === 0) this.#tally.emptyInput(input.name)
    return { input, records: rows, rejects: rejects.sort((a, b) => a.line - b.line) }
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

const JOINED = 'a row and a header in one line: does an input before this header lack its last line end?'

/** Why a row of the input cannot be used, whatever its fields say; undefined where it can. */
function wrongRow({ width, text }: CsvRecord, expected: number, unfinished: boolean): string | undefined {
  if (width !== expected) {
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
  if (!record.text.includes('DagNodeName')) return 'none'
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
  // A NUL would keep other programs from reading the table of rejects.
  return { source: name, line, reason, text: text.replaceAll('\0', '\uFFFD') }
}
