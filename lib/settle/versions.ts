/**
 * Which version of each dataset counts (specification, section 3.5).
 */
import { compareVersions, type Row } from '../rules/row.js'

/**
 * The last version of each dataset; of equal ones the first, so a stored one stays.
 *
 * @param rows stored rows, then new ones
 * @param takenOver products that cannot be matched anew: a new version of them without a size is of no use
 */
export function latestVersions(rows: readonly Row[], takenOver: ReadonlySet<string>): Map<string, Row> {
  const latest = new Map<string, Row>()
  for (const row of rows) {
    if (row.stored === undefined && Number.isNaN(row.size) && takenOver.has(row.dname)) continue
    const other = latest.get(row.dname)
    if (other === undefined || compareVersions(row, other) > 0) latest.set(row.dname, row)
  }
  return latest
}

/** Stored and new rows of one program. */
interface Lines {
  readonly stored: readonly Row[]
  readonly fresh: readonly Row[]
  /** Whether new rows count before stored versions of their datasets, whatever the dates. */
  readonly replaces?: boolean | undefined
}

/** Versions to compare, stored ones first. */
export interface Versions {
  readonly rows: readonly Row[]
  /** How many stored rows are left out. */
  readonly replaced: number
}

/**
 * The rows among which the last version of each dataset counts: all of them, unless the run replaces. Then a stored row
 * of which the run has a version is left out, save one that is the same as the last of these: it stays where it is.
 */
export function versionsToCompare({ stored, fresh, replaces }: Lines, takenOver: ReadonlySet<string>): Versions {
  if (!replaces) return { rows: [...stored, ...fresh], replaced: 0 }
  const own = latestVersions(fresh, takenOver)
  const staying = stored.filter((row) => {
    const other = own.get(row.dname)
    return other === undefined || compareVersions(other, row) === 0
  })
  return { rows: [...staying, ...fresh], replaced: stored.length - staying.length }
}
