/**
 * The rows of each association, by the key that their keywords make (specification, section 3.7).
 */
import type { Row } from './row.js'

/** The associations that an exposure or product belongs to by its keywords (section 3.7). */
export function associationsOf(row: Row): readonly string[] {
  return row.kind === 'exposure' || row.kind === 'product' ? [row.params] : []
}

/** The rows of one association. */
export interface Association {
  readonly exposures: Row[]
  readonly products: Row[]
}

/** The rows of each association, by its key. */
export function groupByAssociation(rows: readonly Row[]): Map<string, Association> {
  const associations = new Map<string, Association>()
  for (const row of rows) {
    for (const key of associationsOf(row)) {
      let association = associations.get(key)
      if (association === undefined) {
        association = { exposures: [], products: [] }
        associations.set(key, association)
      }
      association[row.kind === 'exposure' ? 'exposures' : 'products'].push(row)
    }
  }
  return associations
}
