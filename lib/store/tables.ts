/**
 * Every table of the database: its file, its columns, and how what is settled becomes its rows (specification,
 * section 8). The place to look for, or to add, a table or a column; those of each model are in `model-tables.ts`.
 */
import { formatField, formatRow } from '../csv/write.js'
import { MODELS } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import { MEMBER_COLUMNS, memberLines, SCIENCE } from '../rules/member-list.js'
import { cell, nameCell, type Row } from '../rules/row.js'
import type { TableNumbers } from '../settle/settled.js'
import { PRIVATE_FOLDER } from './commit-record.js'
import { modelTables, ofResolutions } from './model-tables.js'
import type { Definition, Table, TableSink } from './table.js'

/** An input row that could not be used. */
export interface Reject {
  readonly source: string
  /** 1-based line on which the row starts. */
  readonly line: number
  readonly reason: string
  readonly text: string
}

/** All columns of a table. */
export function tableColumns(table: Table, layout: Layout): readonly string[] {
  return table.holds === 'rows' ? [...layout.columns, ...table.tail] : table.tail
}

function writeTrained(product: Row, expmode: string, out: TableSink): void {
  const name = nameCell(product)
  out.row(product, `,${expmode},${name},${name}`)
}

const training: Definition = {
  file: 'training.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset'],
  ...ofResolutions(({ matches, takenOver }, out) => {
    for (const { product, model } of matches) writeTrained(product, model, out)
    for (const { product, expmode } of takenOver) writeTrained(product, formatField(expmode), out)
  }),
  encoded: false,
}

const level1: Definition = {
  file: 'level1.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset', 'role'],
  ...ofResolutions(({ matches }, out) => {
    for (const { product, model, exposures, others } of matches) {
      const write = (exposure: Row, role: string) =>
        out.row(exposure, `,${model},${nameCell(product)},${nameCell(exposure)},${formatField(role)}`)
      for (const exposure of exposures) write(exposure, SCIENCE)
      for (const { exposure, role } of others) write(exposure, role)
    }
  }),
  encoded: false,
}

function waitingCells(row: Row, expmode: string): string {
  return `${expmode},${nameCell(row)}`
}

function writeWaiting(row: Row, expmode: string, out: TableSink): void {
  out.row(row, `,${waitingCells(row, expmode)}`)
}

const ingest: Definition = {
  file: 'ingest.csv',
  holds: 'rows',
  tail: ['expmode', 'Dataset'],
  ...ofResolutions(({ groups, ungrouped, products }, out) => {
    for (const { waiting, model } of groups) for (const exposure of waiting) writeWaiting(exposure, model, out)
    for (const { exposure } of ungrouped) writeWaiting(exposure, '', out)
    // A product across observations that waits is in mosaics.csv.
    for (const { product, model } of products) if (product.kind !== 'mosaic') writeWaiting(product, model ?? '', out)
  }),
  encoded: false,
}

const mosaics: Definition = {
  file: 'mosaics.csv',
  holds: 'rows',
  tail: ['Dataset'],
  write: (settled, _context, out) => {
    for (const row of settled.mosaics) out.row(row, `,${nameCell(row)}`)
  },
  encoded: false,
}

/** The cells that are kept of a hidden dataset: its version, and why it is dropped (sections 3.6 and 3.8). */
export const HIDDEN_COLUMNS = ['dname', 'date', 'imagesize', 'EXP_TYPE', 'CHANNEL'] as const

/** Datasets whose last version is of no use: without them, an older version that comes late would come to life. */
const hidden: Definition = {
  file: `${PRIVATE_FOLDER}/hidden.csv`,
  holds: 'hidden',
  tail: HIDDEN_COLUMNS,
  write: (settled, _context, out) => {
    for (const row of settled.hidden) out.text(formatRow(HIDDEN_COLUMNS.map((column) => cell(row, column))))
  },
  encoded: false,
}

/** What association files say, so that later runs know it without the files. */
const associations: Definition = {
  file: 'associations.csv',
  holds: 'members',
  tail: MEMBER_COLUMNS,
  write: (settled, _context, out) => {
    for (const list of settled.lists) out.text(memberLines(list))
  },
  encoded: false,
}

/** Rows that waited too long, with the day on which they were set aside. */
const expired: Definition = {
  file: 'expired.csv',
  holds: 'rows',
  tail: ['expmode', 'Dataset', 'expired'],
  write: (settled, _context, out) => {
    for (const { stored } of settled.expired) out.text(`${stored?.line}\n`)
  },
  encoded: false,
}

/** The line, without its end, of a row that waited too long: that of ingest.csv, and the day (YYYY-MM-DD). */
export function expiredLine(row: Row, expmode: string, day: string): string {
  return `${row.text},${waitingCells(row, expmode)},${day}`
}

/** All tables that hold datasets, unencoded ones first. */
export const TABLES: readonly Table[] = [
  training,
  level1,
  ingest,
  mosaics,
  hidden,
  associations,
  expired,
  ...MODELS.flatMap((model) => modelTables(model, numberOf)),
].map(({ file, holds, tail, write, encoded }, number) => {
  // All made in one place: what V8 compiles for one of them is good for the others.
  return { number, file, holds, tail, write, encoded }
})

function numberOf(file: string): number {
  return TABLES.findIndex((table) => table.file === file)
}

/** What settling has to know of the tables. */
export const TABLE_NUMBERS: TableNumbers = {
  training: 0,
  level1: 1,
  associations: TABLES.findIndex(({ holds }) => holds === 'members'),
  expired: numberOf(expired.file),
  holdsGroups: (number) => TABLES[number]?.holds === 'groups',
}

/** File of the category codes. */
export const ENCODINGS_FILE = 'encodings.json'

/** The file that an export leaves beside its CSV files: these are called as tables are, and make no database. */
export const EXPORT_MARK = '.jwst-export'

/** The table of input rows that could not be used. */
export const REJECTS_FILE = 'rejects.csv'
export const REJECT_COLUMNS = ['source', 'line', 'reason', 'text'] as const

/** The line of a reject, with its line end. */
export function rejectLine({ source, line, reason, text }: Reject): string {
  return formatRow([source, String(line), reason, text])
}
