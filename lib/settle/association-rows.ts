/**
 * The rows of each association, by the key that their keywords make (specification, section 3.7).
 */
import type { Row } from '../rules/row.js'

/** The associations that an exposure or product belongs to by its keywords (section 3.7). */
export function associationsOf(row: Row): readonly string[] {
  return isAssociated(row) ? [row.params] : []
}

function isAssociated({ kind }: Row): boolean {
  return kind === 'exposure' || kind === 'product'
}

/** The rows of one association. */
export interface AssociationRows {
  readonly exposures: Row[]
  readonly products: Row[]
}

/** The rows of each association, by its key. */
export function rowsByAssociation(rows: readonly Row[]): Map<string, AssociationRows> {
  const associations = new Map<string, AssociationRows>()
  let last: AssociationRows = { exposures: [], products: [] }
  let lastKey: string | undefined
  for (const row of rows) {
    if (!isAssociated(row)) continue
    const { params } = row
    if (params !== lastKey) {
      last = associations.get(params) ?? { exposures: [], products: [] }
      lastKey = params
      associations.set(params, last)
    }
    if (row.kind === 'exposure') last.exposures.push(row)
    else last.products.push(row)
  }
  return associations
}
