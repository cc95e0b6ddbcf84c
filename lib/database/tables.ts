/**
 * Every table of the database: its file, its columns, and how what is settled becomes its rows (specification,
 * section 8). The one place to look for, or to add, a table or a column.
 */

import { formatField, formatRow } from '../csv/write.js'
import { MODELS, type Model } from '../rules/association.js'
import type { Encoder } from '../rules/encode.js'
import { encodedColumns, encodedValues, gigabytes, rawColumns, rawValues } from '../rules/encoded.js'
import type { Layout } from '../rules/layout.js'
import type { Settled, TableNumbers } from '../rules/program.js'
import type { FrozenMatch, Match, Resolution, WaitingGroup } from '../rules/resolve.js'
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

/** What the stages hand to the tables: programs settled, rows rejected. */
export interface Results {
  readonly programs: readonly Settled[]
  readonly rejects: readonly Reject[]
}

/** What a table needs to make its rows. */
export interface TableContext {
  readonly layout: Layout
  readonly encoder: Encoder
}

/** One table of the database. */
export interface Table {
  /** Its place in {@link TABLES}. */
  readonly number: number
  /** File name within the database. */
  readonly file: string
  /**
   * What its rows are: scrubbed rows with further cells behind them, names of hidden datasets, features of products
   * or of waiting groups (then the last cell is the name).
   */
  readonly holds: 'rows' | 'hidden' | 'products' | 'groups'
  /** Its columns behind those of a scrubbed row; all of them for a table that does not hold such rows. */
  readonly tail: readonly string[]
  /** The lines, each with its line end, that a program adds to the table. */
  readonly lines: (settled: Settled, context: TableContext) => string
  /** Whether its category columns may hold placeholders of the encoder until the run's end. */
  readonly encoded: boolean
}

/** All columns of a table. */
export function tableColumns(table: Table, layout: Layout): readonly string[] {
  return table.holds === 'rows' ? [...layout.columns, ...table.tail] : table.tail
}

type Definition = Omit<Table, 'number'>

/** A scrubbed row's line with further cells behind it, already formatted. */
function extend(row: Row, tail: string): string {
  return `${row.text},${tail}\n`
}

/** What each resolved association of a program adds. */
function ofResolutions(line: (resolution: Resolution, context: TableContext) => string): Table['lines'] {
  return ({ resolutions }, context) => each(resolutions, (resolution) => line(resolution, context))
}

/** The line of each of some values, joined. */
function each<T>(values: readonly T[], line: (value: T) => string): string {
  let text = ''
  for (const value of values) text += line(value)
  return text
}

function trainingLine(product: Row, expmode: string): string {
  const name = formatField(product.dname)
  return extend(product, `${formatField(expmode)},${name},${name}`)
}

const training: Definition = {
  file: 'training.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset'],
  lines: ofResolutions(
    ({ matches, frozen }) =>
      each(matches, ({ product, model }) => trainingLine(product, model)) +
      each(frozen, ({ product, expmode }) => trainingLine(product, expmode)),
  ),
  encoded: false,
}

const level1: Definition = {
  file: 'level1.csv',
  holds: 'rows',
  tail: ['expmode', 'pname', 'Dataset', 'role'],
  lines: ofResolutions(({ matches }) =>
    each(matches, ({ product, model, exposures }) => {
      const pname = formatField(product.dname)
      return each(exposures, (exposure) => extend(exposure, `${model},${pname},${formatField(exposure.dname)},science`))
    }),
  ),
  encoded: false,
}

function waitingLine(row: Row, expmode: string): string {
  return extend(row, `${expmode},${formatField(row.dname)}`)
}

const ingest: Definition = {
  file: 'ingest.csv',
  holds: 'rows',
  tail: ['expmode', 'Dataset'],
  lines: ofResolutions(
    ({ groups, ungrouped, products }) =>
      each(groups, ({ exposures, model }) => each(exposures, (exposure) => waitingLine(exposure, model))) +
      each(ungrouped, ({ exposure }) => waitingLine(exposure, '')) +
      each(products, ({ product, model }) => waitingLine(product, model ?? '')),
  ),
  encoded: false,
}

const mosaics: Definition = {
  file: 'mosaics.csv',
  holds: 'rows',
  tail: ['Dataset'],
  lines: (settled) => each(settled.mosaics, (row) => extend(row, formatField(row.dname))),
  encoded: false,
}

/** Datasets whose last version is of no use: without them, an older version that comes late would come to life. */
const hidden: Definition = {
  file: `${PRIVATE_FOLDER}/hidden.csv`,
  holds: 'hidden',
  tail: ['dname', 'date', 'imagesize'],
  lines: (settled) => each(settled.hidden, (row) => formatRow([row.dname, row.date, cell(row, 'imagesize')])),
  encoded: false,
}

/** What a product's features predict, and whose they are. */
type Target = 'pname' | 'imagesize' | 'date' | 'imgsize_gb' | 'Dataset'

function targetValues(product: Row): Readonly<Record<Target, string>> {
  const { dname, date } = product
  return { pname: dname, imagesize: cell(product, 'imagesize'), date, imgsize_gb: gigabytes(product), Dataset: dname }
}

/** The lines of products that keep the features they have, with the target as it is now. */
function frozenLines(frozen: readonly FrozenMatch[], number: number, columns: readonly string[]): string {
  return each(frozen, ({ product, features }) => {
    const cells = features.get(number)
    if (cells === undefined) return ''
    const target: Readonly<Record<string, string>> = targetValues(product)
    return formatRow(columns.map((column, index) => target[column] ?? cells[index] ?? ''))
  })
}

/** A table of features of matched products: their columns, then the target's. */
function productTable(
  file: string,
  model: Model,
  features: readonly string[],
  targets: readonly Target[],
  values: (match: Match, context: TableContext) => readonly string[],
  encoded: boolean,
): Definition {
  const columns = [...features, ...targets]
  const line = (match: Match, context: TableContext) => {
    const target = targetValues(match.product)
    return formatRow([...values(match, context), ...targets.map((name) => target[name])])
  }
  const number = () => TABLES.findIndex((table) => table.file === file)
  const lines = ofResolutions(
    ({ matches, frozen }, context) =>
      each(matches, (match) => (match.model === model ? line(match, context) : '')) +
      (frozen.length === 0 ? '' : frozenLines(frozen, number(), columns)),
  )
  return { file, holds: 'products', tail: columns, lines, encoded }
}

function trainTable(model: Model): Definition {
  const features = [...encodedColumns(model), 'dname']
  const values = ({ features, name }: Match, { encoder }: TableContext) => [
    ...encodedValues(model, features, encoder),
    name,
  ]
  const targets = ['pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset'] as const
  return productTable(`train-${model.toLowerCase()}.csv`, model, features, targets, values, true)
}

function rawTable(model: Model): Definition {
  const values = ({ features }: Match) => rawValues(model, features)
  const targets = ['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset'] as const
  return productTable(`raw-${model.toLowerCase()}.csv`, model, rawColumns(model), targets, values, false)
}

function remTable(model: Model): Definition {
  const line = ({ features, name }: WaitingGroup, { encoder }: TableContext) =>
    features === undefined ? '' : formatRow([...encodedValues(model, features, encoder), name, name])
  return {
    file: `rem-${model.toLowerCase()}.csv`,
    holds: 'groups',
    tail: [...encodedColumns(model), 'dname', 'Dataset'],
    lines: ofResolutions(({ groups }, context) =>
      each(groups, (group) => (group.model === model ? line(group, context) : '')),
    ),
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
  ...MODELS.flatMap((model) => [trainTable(model), rawTable(model), remTable(model)]),
].map((definition, number) => ({ ...definition, number }))

/** What settling has to know of the tables. */
export const TABLE_NUMBERS: TableNumbers = {
  training: 0,
  level1: 1,
  holdsGroups: (number) => TABLES[number]?.holds === 'groups',
}

/** The table of input rows that could not be used. */
export const REJECTS_FILE = 'rejects.csv'
export const REJECT_COLUMNS = ['source', 'line', 'reason', 'text'] as const

/** The line of a reject, with its line end. */
export function rejectLine({ source, line, reason, text }: Reject): string {
  return formatRow([source, String(line), reason, text])
}
