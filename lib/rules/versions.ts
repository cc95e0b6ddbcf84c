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
    if (other === undefined || compareVersions(row, other) > 0) latest.set(row.dname, row)
  }
  return latest
}
