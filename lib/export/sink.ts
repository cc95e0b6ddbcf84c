/**
 * The formats of an export.
 */

import type { Encodings } from '../rules/category-codes.js'
import type { Column } from './cells.js'
import type { Output } from './output.js'
import type { RowSink } from './row-sink.js'

/** The formats, which are the extensions of the files as well. */
export const FORMATS = ['parquet', 'jsonl', 'csv'] as const
export type Format = (typeof FORMATS)[number]

/** How a table is written. */
export interface SinkOptions {
  readonly format: Format
  /** What the table's codes stand for, where it has some. */
  readonly encodings: Encodings | undefined
  /** In CSV: whether cells that are formulas to a spreadsheet become text. */
  readonly safeForSheets?: boolean | undefined
}

/** Begins a table in a format; the library for it is loaded now. */
export async function createSink(
  columns: readonly Column[],
  output: Output,
  { format, encodings, safeForSheets = false }: SinkOptions,
): Promise<RowSink> {
  if (format === 'jsonl') return new (await import('./jsonl.js')).JsonLines(columns, output)
  if (format === 'csv') return new (await import('./csv.js')).CsvLines(columns, output, safeForSheets)
  return new (await import('./parquet.js')).ParquetFile(columns, output, encodings)
}
