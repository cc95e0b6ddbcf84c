/**
 * Which version of each dataset counts (specification, section 3.5).
 */
import { compareVersions, type PlacedLine, type Row } from '../rules/row.js'

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
interface Versions {
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

/** A program's lines without those that stay expired. */
interface SetAside<L extends Lines> {
  /** What takes part; rows that come back are among the new ones, as for all else they are new. */
  readonly lines: L
  /** Rows that stay expired, one a dataset. */
  readonly expired: readonly Row[]
  /** How many rows give way to a row of a run that replaces. */
  readonly replaced: number
  /** The lines of the rows that do not stay expired. */
  readonly leaving: readonly PlacedLine[]
}

/**
 * Tells rows that waited too long and stay set aside, which take part in nothing, from those that come back, as a row of
 * their dataset is ingested. In a run that replaces they give way to that row, as all stored versions do.
 *
 * @param table the number of the table of expired rows
 */
export function setAsideExpired<L extends Lines>(lines: L, table: number): SetAside<L> {
  const isExpired = ({ stored }: Row) => stored?.table === table
  const set = lines.stored.filter(isExpired)
  if (set.length === 0) return { lines, expired: [], replaced: 0, leaving: [] }
  const stored = lines.stored.filter((row) => !isExpired(row))
  const present = new Set([...lines.fresh, ...stored].map(({ dname }) => dname))
  const leaving = set.filter(({ dname }) => present.has(dname))
  const replacing = new Set(lines.replaces ? lines.fresh.map(({ dname }) => dname) : [])
  const back = leaving.filter(({ dname }) => !replacing.has(dname)).map((row) => row.withStored(undefined))
  const staying = set.filter(({ dname }) => !present.has(dname))
  return {
    lines: { ...lines, fresh: [...back, ...lines.fresh], stored },
    // A table edited by hand may have a dataset twice.
    expired: [...latestVersions(staying, new Set()).values()],
    replaced: leaving.length - back.length,
    leaving: leaving.flatMap((row) => row.stored ?? []),
  }
}
