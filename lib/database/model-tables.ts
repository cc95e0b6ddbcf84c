/**
 * The tables of each model: features of matched products, encoded (`train-*`) and not (`raw-*`), and of groups that wait
 * (`rem-*`; specification, section 8).
 */
import type { ByteWriter } from '../csv/bytes.js'
import { addFloat, formatFloat } from '../csv/float.js'
import { formatRow } from '../csv/write.js'
import type { Model } from '../rules/association.js'
import {
  encodedColumns,
  encodedValues,
  gigabytes,
  rawColumns,
  rawValues,
  writeEncoded,
  writeRaw,
} from '../rules/encoded.js'
import type { FrozenMatch, Match } from '../rules/resolve.js'
import type { Row } from '../rules/row.js'
import { type Definition, ofResolutions, type TableContext, type TableSink } from './table.js'

/** The number of a table, by its file. */
type NumberOf = (file: string) => number

/** What a product's features predict, and whose they are. */
const TARGETS = {
  pname: ({ dname }: Row) => dname,
  imagesize: ({ cells, layout }: Row) => cells.field(layout.at.imagesize),
  date: ({ date }: Row) => date,
  imgsize_gb: (product: Row) => formatFloat(gigabytes(product)),
  Dataset: ({ dname }: Row) => dname,
} as const
type Target = keyof typeof TARGETS
const isTarget = (column: string): column is Target => column in TARGETS

/** Writes the same as the end of a line that is plain. */
function targetWriter(targets: readonly Target[]): (product: Row, out: ByteWriter) => void {
  const size = targets.indexOf('imgsize_gb')
  const before = targets.slice(0, size).map((name) => TARGETS[name])
  const behind = targets.slice(size + 1).map((name) => TARGETS[name])
  return (product, out) => {
    let text = ''
    for (const target of before) text += `${target(product)},`
    out.text(text)
    addFloat(gigabytes(product), out)
    text = ''
    for (const target of behind) text += `,${target(product)}`
    out.text(`${text}\n`)
  }
}

/** The lines of products that keep the features they have, with the target as it is now. */
function writeFrozen(frozen: readonly FrozenMatch[], number: number, columns: readonly string[], out: TableSink): void {
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
  numberOf: NumberOf,
  model: Model,
  cells: FeatureCells,
  targets: readonly Target[],
  encoded: boolean,
): Definition {
  const columns = [...cells.columns, ...targets]
  const writeTargets = targetWriter(targets)
  const { write } = ofResolutions(({ matches, frozen }, out, context) => {
    for (const match of matches) {
      if (match.model !== model) continue
      const { product, features } = match
      if (features.isPlain && product.regular !== undefined) {
        cells.write(match, context, out.bytes)
        writeTargets(product, out.bytes)
      } else out.text(formatRow([...cells.values(match, context), ...targets.map((name) => TARGETS[name](product))]))
    }
    if (frozen.length > 0) writeFrozen(frozen, numberOf(file), columns, out)
  })
  return { file, holds: 'products', tail: columns, write, encoded }
}

function trainTable(model: Model, numberOf: NumberOf): Definition {
  const targets = ['pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset'] as const
  return productTable(`train-${model.toLowerCase()}.csv`, numberOf, model, encodedCells(model), targets, true)
}

function rawTable(model: Model, numberOf: NumberOf): Definition {
  const targets = ['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset'] as const
  return productTable(`raw-${model.toLowerCase()}.csv`, numberOf, model, rawCells(model), targets, false)
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

/** @param numberOf tells the number of a table once all of them are there */
export function modelTables(model: Model, numberOf: NumberOf): Definition[] {
  return [trainTable(model, numberOf), rawTable(model, numberOf), remTable(model)]
}
