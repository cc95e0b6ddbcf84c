/**
 * Rows that waited too long and were set aside. They take part in nothing until a row of the same dataset is ingested:
 * then they are back, and versions are compared as ever (specification, section 3.5). In a run that replaces they give
 * way to that row, as all stored versions do.
 */
import { compareVersions, type PlacedLine, type Row } from '../rules/row.js'

/** The lines of a program as far as expired ones matter. */
interface Lines {
  readonly fresh: readonly Row[]
  readonly stored: readonly Row[]
  readonly replaces?: boolean | undefined
}

/** A program's lines without those that stay expired. */
export interface SetAside<L extends Lines> {
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
 * Tells expired rows that come back from those that stay.
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
    expired: lastVersions(staying),
    replaced: leaving.length - back.length,
    leaving: leaving.flatMap((row) => row.stored ?? []),
  }
}

/** A table edited by hand may have a dataset twice. */
function lastVersions(rows: readonly Row[]): Row[] {
  const last = new Map<string, Row>()
  for (const row of rows) {
    const other = last.get(row.dname)
    if (other === undefined || compareVersions(row, other) > 0) last.set(row.dname, row)
  }
  return [...last.values()]
}
