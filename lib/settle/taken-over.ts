/**
 * Products that were taken over without their exposures (specification, section 9): they keep the features they have.
 */

import type { Row } from '../rules/row.js'
import { compareText } from '../rules/values.js'
import type { TakenOverMatch } from './resolve.js'
import type { FeatureLine, ProgramLines, TableNumbers } from './settled.js'

/** The names of stored training rows without a stored exposure; a row without a `pname` is a product that waits. */
export function takenOverProducts(stored: readonly Row[], tables: TableNumbers): Set<string> {
  const known = new Set(stored.filter((row) => row.stored?.table === tables.level1).map((row) => row.stored?.pname))
  const trained = stored.filter((row) => row.stored?.table === tables.training && row.stored.pname !== '')
  return new Set(trained.map((row) => row.dname).filter((name) => !known.has(name)))
}

/**
 * The products that were taken over and are resolved, with the features that they keep.
 *
 * @param latest the last version of each dataset
 * @param isTouched whether a product is resolved
 */
export function withFeatures(
  names: ReadonlySet<string>,
  latest: ReadonlyMap<string, Row>,
  isTouched: (product: Row) => boolean,
  lines: ProgramLines,
): Map<string, TakenOverMatch> {
  const takenOver = new Map<string, TakenOverMatch>()
  const products = [...names].flatMap((name) => latest.get(name) ?? []).filter(isTouched)
  if (products.length === 0) return takenOver
  const features = lines.features(new Set(products.map(({ dname }) => dname)))
  for (const product of products) {
    const own = features.filter(({ name }) => name === product.dname).sort(compareAge)
    const versions = lines.stored.filter((row) => row.dname === product.dname)
    const expmode = versions.find((row) => row.stored?.pname !== '')?.stored?.expmode ?? ''
    takenOver.set(product.dname, { product, expmode, features: new Map(own.map(({ table, cells }) => [table, cells])) })
  }
  return takenOver
}

/** A folder that spacekit wrote may have several rows of one product: the last one counts (section 9). */
function compareAge(a: FeatureLine, b: FeatureLine): number {
  return compareText(a.date, b.date) || a.size - b.size || 0
}
