/**
 * How the features of a model changed: those of products of the period beside those of all products before it.
 */
import { CATEGORIES, type Encodings } from '../rules/category-codes.js'
import type { Model } from '../rules/keywords.js'
import { toNumber } from '../rules/values.js'
import { featureType } from '../settle/column-types.js'
import { encodedColumns } from '../settle/model-columns.js'
import type { DriftFeature, ModelDrift } from './data.js'
import { Shares, Sketch } from './sketch.js'

type When = 'within' | 'before'

/** The features of one model. What it keeps does not grow with the products. */
export class DriftTally {
  readonly #model: Model
  /** The columns that are counted: those of features, and the target. */
  readonly columns: readonly string[]
  readonly #numbers: readonly (readonly [string, Record<When, Sketch>])[]
  readonly #categories: readonly (readonly [string, Record<When, Shares>])[]
  readonly #products: Record<When, number> = { within: 0, before: 0 }

  constructor(model: Model) {
    this.#model = model
    this.columns = [...encodedColumns(model), 'imgsize_gb']
    const isCategory = (column: string) => isCode(column) || isFlag(column) || featureType(column) === 'category'
    this.#numbers = this.columns
      .filter((column) => !isCategory(column))
      .map((column) => [column, { within: new Sketch(), before: new Sketch() }])
    this.#categories = this.columns
      .filter(isCategory)
      .map((column) => [column, { within: new Shares(), before: new Shares() }])
  }

  product(when: When, cell: (column: string) => string): void {
    this.#products[when]++
    for (const [column, sketches] of this.#numbers) sketches[when].add(toNumber(cell(column)))
    for (const [column, shares] of this.#categories) shares[when].add(cell(column))
  }

  /** @param encodings the codes of the database */
  report(encodings: Encodings): ModelDrift {
    const numbers = this.#numbers.map(([feature, { within, before }]): DriftFeature => {
      return {
        feature,
        shift: within.distance(before),
        quantiles: rounded(feature, within.quantiles()),
        quantilesBefore: rounded(feature, before.quantiles()),
      }
    })
    const categories = this.#categories.map(([feature, { within, before }]): DriftFeature => {
      const value = within.mostChanged(before) ?? ''
      const shares = { share: within.share(value), shareBefore: before.share(value) }
      return { feature, shift: within.distance(before), value: codeText(feature, value, encodings), ...shares }
    })
    return {
      model: this.#model,
      products: this.#products.within,
      productsBefore: this.#products.before,
      features: [...numbers, ...categories].sort((a, b) => b.shift - a.shift),
    }
  }
}

/** Columns that count something. */
const COUNTS: ReadonlySet<string> = new Set(['nexposur', 'numdthpt'])

/** Whether a column holds 0 or 1. */
function isFlag(column: string): boolean {
  return featureType(column) === 'int' && !isCode(column) && !COUNTS.has(column)
}

function rounded(feature: string, quantiles: readonly number[]): readonly number[] {
  return COUNTS.has(feature) ? quantiles.map(Math.round) : quantiles
}

function isCode(column: string): column is (typeof CATEGORIES)[number] {
  return CATEGORIES.some((category) => category === column)
}

/** What a code stands for; several values can share one. */
function codeText(column: string, cell: string, encodings: Encodings): string {
  if (isFlag(column)) return cell === '1' ? 'true' : 'false'
  if (!isCode(column)) return cell
  const values = Object.entries(encodings[column]).filter(([, code]) => String(code) === cell)
  return values.map(([value]) => value).join(', ') || cell
}
