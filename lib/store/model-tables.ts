/**
 * The tables of each model: features of matched products, encoded (`train-*`) and not (`raw-*`), and of groups that wait
 * (`rem-*`; specification, section 8).
 */
import { formatFloat } from '../csv/float.js'
import { formatField } from '../csv/write.js'
import type { Model } from '../rules/keywords.js'
import { nameCell, type Row } from '../rules/row.js'
import { encodedCells, encodedColumns, gigabytes, rawCells, rawColumns } from '../settle/model-columns.js'
import type { Match, Resolution, TakenOverMatch } from '../settle/resolve.js'
import type { Definition, Table, TableContext, TableSink } from './table.js'

/** The number of a table, by its file. */
type NumberOf = (file: string) => number

/** What a product's features predict, and whose they are: cells as they are written. */
const TARGETS = {
  pname: nameCell,
  imagesize: ({ line, layout }: Row) => line.cell(layout.at.imagesize),
  date: ({ date }: Row) => date,
  imgsize_gb: (product: Row) => formatFloat(gigabytes(product)),
  Dataset: nameCell,
} as const
type Target = keyof typeof TARGETS
const isTarget = (column: string): column is Target => column in TARGETS

/** The lines of products that keep the features they have, with the target as it is now. */
function writeTakenOver(
  takenOver: readonly TakenOverMatch[],
  number: number,
  columns: readonly string[],
  out: TableSink,
): void {
  for (const { product, features } of takenOver) {
    const fields = features.get(number)
    if (fields === undefined) continue
    const cells = columns.map((name, index) => {
      return isTarget(name) ? TARGETS[name](product) : formatField(fields[index] ?? '')
    })
    out.line(cells)
  }
}

/** How the lines of a table of features begin. */
interface FeatureCells {
  readonly columns: readonly string[]
  readonly cells: (match: Pick<Match, 'features' | 'name'>, context: TableContext) => readonly string[]
}

function encodedBeginning(model: Model): FeatureCells {
  return {
    columns: [...encodedColumns(model), 'dname'],
    cells: ({ features, name }, { encoder }) => [...encodedCells(model, features, encoder), formatField(name)],
  }
}

function rawBeginning(model: Model): FeatureCells {
  return { columns: rawColumns(model), cells: ({ features }) => rawCells(model, features) }
}

/** A table of features of matched products: their columns, then the target's. */
function productTable(
  file: string,
  numberOf: NumberOf,
  model: Model,
  beginning: FeatureCells,
  targets: readonly Target[],
  encoded: boolean,
): Definition {
  const columns = [...beginning.columns, ...targets]
  const { write } = ofResolutions(({ matches, takenOver }, out, context) => {
    for (const match of matches) {
      if (match.model !== model) continue
      const { product } = match
      out.line([...beginning.cells(match, context), ...targets.map((target) => TARGETS[target](product))])
    }
    if (takenOver.length > 0) writeTakenOver(takenOver, numberOf(file), columns, out)
  })
  return { file, holds: 'products', tail: columns, write, encoded }
}

function trainTable(model: Model, numberOf: NumberOf): Definition {
  const targets = ['pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset'] as const
  return productTable(`train-${model.toLowerCase()}.csv`, numberOf, model, encodedBeginning(model), targets, true)
}

function rawTable(model: Model, numberOf: NumberOf): Definition {
  const targets = ['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset'] as const
  return productTable(`raw-${model.toLowerCase()}.csv`, numberOf, model, rawBeginning(model), targets, false)
}

function remTable(model: Model): Definition {
  const { columns, cells } = encodedBeginning(model)
  return {
    file: `rem-${model.toLowerCase()}.csv`,
    holds: 'groups',
    tail: [...columns, 'Dataset'],
    ...ofResolutions(({ groups }, out, context) => {
      for (const { model: own, features, name } of groups) {
        if (own !== model || features === undefined) continue
        out.line([...cells({ features, name }, context), formatField(name)])
      }
    }),
    encoded: true,
  }
}

/** @param numberOf tells the number of a table once all of them are there */
export function modelTables(model: Model, numberOf: NumberOf): Definition[] {
  return [trainTable(model, numberOf), rawTable(model, numberOf), remTable(model)]
}

/** What each resolved association of a program adds. */
export function ofResolutions(
  write: (resolution: Resolution, out: TableSink, context: TableContext) => void,
): Pick<Table, 'write'> {
  return {
    write: ({ resolutions }, context, out) => {
      for (const resolution of resolutions) write(resolution, out, context)
    },
  }
}
