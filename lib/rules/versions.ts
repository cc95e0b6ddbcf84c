/**
 * Which version of each dataset counts (specification, section 3.5).
 */
import { compareVersions, type Row } from './row.js'

/**
 * The last version of each dataset; of equal ones the first, so a stored one stays.
 *
 * @param rows stored rows, then new ones
 * @param frozen products that cannot be matched anew: a new version of them without a size is of no use
 */
export function latestVersions(rows: readonly Row[], frozen: ReadonlySet<string>): Map<string, Row> {
  const latest = new Map<string, Row>()
  for (const row of rows) {
    if (row.stored === undefined && Number.isNaN(row.size) && frozen.has(row.dname)) continue
    const other = latest.get(row.dname)
    if (other === undefined || (compareVersions(row, other) > 0 && !isSameHidden(row, other)))
      latest.set(row.dname, row)
  }
  return latest
}

/** Of a stored dataset that is of no use only name, date and size are known: a row with the same ones changes nothing. */
function isSameHidden(row: Row, stored: Row): boolean {
  if (stored.stored === undefined || row.kind !== 'dropped' || stored.kind !== 'dropped') return false
  return row.date === stored.date && Object.is(row.size, stored.size)
}
