/**
 * Tables read row by row, whatever the order of their columns, with a chunk of the file in memory at a time.
 */
import { join } from 'node:path'
import type { CsvRecord } from '../csv/row.js'
import { IngestError } from '../errors.js'
import type { DatabaseReader } from '../inspect/reader.js'
import { itemsIn } from '../store/read/files.js'

/** Rows of a table that could not be read are left out, and counted. */
export interface Damaged {
  rows: number
}

/** Reads one cell of the current row. */
export type CellOf<Column extends string> = (column: Column) => string

/** What there is to read. */
export interface OpenTables {
  readonly folder: string
  readonly reader: DatabaseReader
  readonly damaged: Damaged
}

/**
 * Reads some columns of a table; a table that is not there has no rows.
 *
 * @throws IngestError TABLE_INVALID where the table lacks one of the columns
 */
export async function readTable<Column extends string>(
  { folder, reader, damaged }: OpenTables,
  file: string,
  columns: readonly Column[],
  row: (cell: CellOf<Column>) => void,
): Promise<void> {
  const opened = reader.opened(file)
  if (opened === undefined) return
  let at: Readonly<Record<Column, number>> | undefined
  let current: CsvRecord | undefined
  const cell: CellOf<Column> = (column) => current?.field(at?.[column] ?? -1) ?? ''
  for await (const items of itemsIn(opened, { meter: reader.meter })) {
    for (const { record } of items) {
      if (record === undefined) damaged.rows++
      else if (at === undefined) at = positions(record.fields, columns, join(folder, file))
      else {
        current = record
        row(cell)
      }
    }
  }
}

function positions<Column extends string>(header: readonly string[], columns: readonly Column[], source: string) {
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new IngestError(
      'TABLE_INVALID',
      `expected columns ${missing.join(', ')}; \`jwst-ingest check\` tells what is wrong, \`jwst-ingest rebuild\` mends it where it can`,
      { source, line: 1 },
    )
  }
  return Object.fromEntries(columns.map((column) => [column, header.indexOf(column)])) as Record<Column, number>
}
