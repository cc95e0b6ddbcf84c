/**
 * Every table of the database: its file, its columns, and how what is settled becomes its rows (specification,
 * section 8). The one place to look for, or to add, a table or a column.
 */

import type { ByteWriter } from '../csv/bytes.js'
import { addFloat, formatFloat } from '../csv/float.js'
import { formatField, formatRow } from '../csv/write.js'
import { MODELS, type Model } from '../rules/association.js'
import type { Encoder } from '../rules/encode.js'
import {
  encodedColumns,
  encodedValues,
  gigabytes,
  rawColumns,
  rawValues,
  writeEncoded,
  writeRaw,
} from '../rules/encoded.js'
import type { Layout } from '../rules/layout.js'
import { MEMBER_COLUMNS, memberLines, SCIENCE } from '../rules/member-list.js'
import type { Settled, TableNumbers } from '../rules/program.js'
import type { FrozenMatch, Match, Resolution } from '../rules/resolve.js'
import { cell, type Row } from '../rules/row.js'
import { PRIVATE_FOLDER } from './commit.js'

/** An input row that could not be used. */
export interface Reject {
  readonly source: string
  /** 1-based line on which the row starts. */
  readonly line: number
  readonly reason: string
  readonly text: string
}

/** What a table needs to make its rows. */
export interface TableContext {
  readonly layout: Layout
  readonly encoder: Encoder
}

/** Takes the lines of a table. */
export interface TableSink {
  /** Text of lines. */
  text(lines: string): void
  /** Takes bytes of lines. */
  readonly bytes: ByteWriter
  /** The line of a scrubbed row with further cells behind it, already formatted. */
  row(row: Row, tail: string): void
}

/** One table of the database. */
export interface Table {
  /** Its place in {@link TABLES}. */
  readonly number: number
  /** File name within the database. */
  readonly file: string
  /**
   * What its rows are: scrubbed rows with further cells behind them, names of hidden datasets, members of products by
   * association files (then the first cell is the product's name), features of products or of waiting groups (then the
   * last cell is the name).
   */
  readonly holds: 'rows' | 'hidden' | 'members' | 'products' | 'groups'
  /** Its columns behind those of a scrubbed row; all of them for a table that does not hold such rows. */
  readonly tail: readonly string[]
  /** Writes the lines, each with its line end, that a program adds to the table. */
  readonly write: (settled: Settled, context: TableContext, out: TableSink) => void
  /** Whether its category columns hold codes. */
  readonly encoded: boolean
}

/** All columns of a table. */
export function tableColumns(table: Table, layout: Layout): readonly string[] {
  return table.holds === 'rows' ? [...layout.columns, ...table.tail] : table.tail
}

type Definition = Omit<Table, 'number'>

/** What each resolved association of a program adds. */
function ofResolutions(
  write: (resolution: Resolution, out: TableSink, context: TableContext) => void,
): Pick<Table, 'write'> {
  return {
    write: ({ resolutions }, context, out) => {
      for (const resolution of resolutions) write(resolution, out, context)
    },
  }
}

/** A dataset's name as a field; that of a regular row needs no quotes. */
function nameField({ dname, regular }: Row): string {
  return regular === undefined ? formatField(dname) : dname
}

function writeTrained(product: Row, expmode: string, out: TableSink): void {
  const name = nameField(product)
  out.row(product, `${expmode},${name},${name}`)
}

const training: Definition = {
  file: 'training.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset'],
  ...ofResolutions(({ matches, frozen }, out) => {
    for (const { product, model } of matches) writeTrained(product, model, out)
    for (const { product, expmode } of frozen) writeTrained(product, formatField(expmode), out)
  }),
  encoded: false,
}

const level1: Definition = {
  file: 'level1.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset', 'role'],
  ...ofResolutions(({ matches }, out) => {
    for (const { product, model, exposures, others } of matches) {
      const start = `${model},${nameField(product)}`
      for (const exposure of exposures) out.row(exposure, `${start},${nameField(exposure)},${SCIENCE}`)
      for (const { exposure, role } of others) out.row(exposure, `${start},${nameField(exposure)},${formatField(role)}`)
    }
  }),
  encoded: false,
}

function waitingCells(row: Row, expmode: string): string {
  return `${expmode},${nameField(row)}`
}

function writeWaiting(row: Row, expmode: string, out: TableSink): void {
  out.row(row, waitingCells(row, expmode))
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
    for (const row of settled.mosaics) out.row(row, nameField(row))
  },
  encoded: false,
}

/** Datasets whose last version is of no use: without them, an older version that comes late would come to life. */
const hidden: Definition = {
  file: `${PRIVATE_FOLDER}/hidden.csv`,
  holds: 'hidden',
  tail: ['dname', 'date', 'imagesize'],
  write: (settled, _context, out) => {
    for (const row of settled.hidden) out.text(formatRow([row.dname, row.date, cell(row, 'imagesize')]))
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

/** What a product's features predict, and whose they are. */
const TARGETS = {
  pname: ({ dname }: Row) => dname,
  imagesize: (product: Row) => cell(product, 'imagesize'),
  date: ({ date }: Row) => date,
  imgsize_gb: (product: Row) => formatFloat(gigabytes(product)),
  Dataset: ({ dname }: Row) => dname,
} as const
type Target = keyof typeof TARGETS
/** Writes the same as the end of a line that is plain. */
function writeTargets(targets: readonly Target[], product: Row, out: ByteWriter): void {
  let text = ''
  for (let index = 0; index < targets.length; index++) {
    const name = targets[index] as Target
    const end = index === targets.length - 1 ? '\n' : ','
    if (name === 'imgsize_gb') {
      out.text(text)
      addFloat(gigabytes(product), out)
      text = end
    } else text += TARGETS[name](product) + end
  }
  out.text(text)
}

const isTarget = (column: string): column is Target => column in TARGETS

/** The lines of products that keep the features they have, with the target as it is now. */
function writeFrozen(frozen: readonly FrozenMatch[], file: string, columns: readonly string[], out: TableSink): void {
  const number = TABLES.findIndex((table) => table.file === file)
  for (const { product, features } of frozen) {
    const cells = features.get(number)
    if (cells === undefined) continue
    out.text(formatRow(columns.map((name, index) => (isTarget(name) ? TARGETS[name](product) : (cells[index] ?? '')))))
  }
}

/** How the lines of a table of features begin. */
interface FeatureCells {
  readonly columns: readonly string[]
  readonly values: (match: Pick<Match, 'features' | 'name'>, context: TableContext) => string[]
  /** Writes the same, each with a comma behind it: for features that are plain. */
  readonly write: (match: Pick<Match, 'features' | 'name'>, context: TableContext, out: ByteWriter) => void
}

function encodedCells(model: Model): FeatureCells {
  return {
    columns: [...encodedColumns(model), 'dname'],
    values: ({ features, name }, { encoder }) => [...encodedValues(model, features, encoder), name],
    write: ({ features, name }, { encoder }, out) => {
      writeEncoded(model, features, encoder, out)
      out.text(`${name},`)
    },
  }
}

function rawCells(model: Model): FeatureCells {
  return {
    columns: rawColumns(model),
    values: ({ features }) => rawValues(model, features),
    write: ({ features }, _context, out) => writeRaw(model, features, out),
  }
}

/** A table of features of matched products: their columns, then the target's. */
function productTable(
  file: string,
  model: Model,
  cells: FeatureCells,
  targets: readonly Target[],
  encoded: boolean,
): Definition {
  const columns = [...cells.columns, ...targets]
  const { write } = ofResolutions(({ matches, frozen }, out, context) => {
    for (const match of matches) {
      if (match.model !== model) continue
      const { product, features } = match
      if (features.isPlain && product.regular !== undefined) {
        cells.write(match, context, out.bytes)
        writeTargets(targets, product, out.bytes)
      } else out.text(formatRow([...cells.values(match, context), ...targets.map((name) => TARGETS[name](product))]))
    }
    if (frozen.length > 0) writeFrozen(frozen, file, columns, out)
  })
  return { file, holds: 'products', tail: columns, write, encoded }
}

function trainTable(model: Model): Definition {
  const targets = ['pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset'] as const
  return productTable(`train-${model.toLowerCase()}.csv`, model, encodedCells(model), targets, true)
}

function rawTable(model: Model): Definition {
  const targets = ['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset'] as const
  return productTable(`raw-${model.toLowerCase()}.csv`, model, rawCells(model), targets, false)
}

function remTable(model: Model): Definition {
  const cells = encodedCells(model)
  return {
    file: `rem-${model.toLowerCase()}.csv`,
    holds: 'groups',
    tail: [...cells.columns, 'Dataset'],
    ...ofResolutions(({ groups }, out, context) => {
      for (const { model: own, features, name } of groups) {
        if (own !== model || features === undefined) continue
        const group = { features, name }
        if (features.isPlain) {
          cells.write(group, context, out.bytes)
          out.text(`${name}\n`)
        } else out.text(formatRow([...cells.values(group, context), name]))
      }
    }),
    encoded: true,
  }
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
  ...MODELS.flatMap((model) => [trainTable(model), rawTable(model), remTable(model)]),
].map((definition, number) => ({ ...definition, number }))

/** What settling has to know of the tables. */
export const TABLE_NUMBERS: TableNumbers = {
  training: 0,
  level1: 1,
  associations: TABLES.findIndex(({ holds }) => holds === 'members'),
  expired: TABLES.findIndex(({ file }) => file === expired.file),
  holdsGroups: (number) => TABLES[number]?.holds === 'groups',
}

/** The table of input rows that could not be used. */
export const REJECTS_FILE = 'rejects.csv'
export const REJECT_COLUMNS = ['source', 'line', 'reason', 'text'] as const

/** The line of a reject, with its line end. */
export function rejectLine({ source, line, reason, text }: Reject): string {
  return formatRow([source, String(line), reason, text])
}
