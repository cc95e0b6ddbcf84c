/**
 * Settles a program of which association files tell (specification, section 9).
 *
 * Its observations hang together: a product may have members in any of them, and an exposure may be in several products
 * and waits only if none has it. So where anything changes, all of the program is resolved anew, from all of its rows.
 */

import type { MemberList } from '../rules/member-list.js'
import { newestLists } from '../rules/member-lists.js'
import { compareVersions, type PlacedLine, type Row } from '../rules/row.js'
import { byName, compareText } from '../rules/values.js'
import { rowsByAssociation } from './groups.js'
import { Datasets } from './member-selection.js'
import { givenExposures, nameProducts, placeWaiting, resolveList } from './members.js'
import { type Resolution, resolveAssociation, type TakenOverMatch } from './resolve.js'
import type { PresentSettled, ProgramLines, ProgramLists, TableNumbers } from './settled.js'
import { takenOverProducts, withFeatures } from './taken-over.js'
import { latestVersions, versionsToCompare } from './versions.js'

/**
 * Settles one program with what association files say of it.
 *
 * @param all whether to write all of it, changed or not, as when a database is taken over
 */
export function settleWithLists(
  lines: ProgramLines,
  lists: ProgramLists,
  tables: TableNumbers,
  all: boolean,
): PresentSettled {
  const { pid, fresh } = lines
  const names = takenOverProducts(lines.stored, tables)
  const stored = withoutCopies(lines.stored, tables)
  const { rows, replaced } = versionsToCompare({ ...lines, stored }, names)
  const latest = latestVersions(rows, names)
  const kept = [...latest.values()]
  const counts = { duplicates: fresh.length + stored.length - kept.length, replaced }
  const change = changeOf(lists)
  const hasNewRows = kept.length !== stored.length || kept.some((row) => row.stored === undefined)
  if (!all && !hasNewRows && !change.isOne) return unchanged(pid, counts)
  const takenOver = withFeatures(names, latest, () => true, lines)
  const resolutions = resolveProgram(kept, change.newest, takenOver)
  const matched = new Set(resolutions.flatMap(({ matches }) => matches.map(({ product }) => product)))
  return {
    pid,
    resolutions,
    mosaics: byName(kept.filter((row) => row.kind === 'mosaic' && !matched.has(row))),
    hidden: byName(kept.filter((row) => row.kind === 'dropped')),
    lists: all || change.replaces ? change.newest : change.added,
    ...counts,
    standing: [],
    leaving: all ? [] : [...linesOfProgram(lines), ...(change.replaces ? lists.lines : [])],
  }
}

function unchanged(pid: number, counts: Pick<PresentSettled, 'duplicates' | 'replaced'>): PresentSettled {
  const none = { resolutions: [], mosaics: [], hidden: [], lists: [] }
  return { pid, ...none, ...counts, standing: undefined, leaving: [] }
}

/** An exposure of several products has a line in `level1.csv` for each; it is one dataset all the same. */
function withoutCopies(stored: readonly Row[], tables: TableNumbers): Row[] {
  const exposures = new Map<string, Row>()
  return stored.filter((row) => {
    if (row.stored?.table !== tables.level1) return true
    const other = exposures.get(row.dname)
    if (other === undefined) exposures.set(row.dname, row)
    return other === undefined || compareVersions(row, other) !== 0
  })
}

/** How new lists change the stored ones. */
interface ListChange {
  readonly newest: readonly MemberList[]
  /** Those of the newest ones that are not stored. */
  readonly added: readonly MemberList[]
  /** Whether a stored one is gone. */
  readonly replaces: boolean
  readonly isOne: boolean
}

function changeOf({ stored, fresh }: ProgramLists): ListChange {
  // Of equal lists the first one stays: a file that is read again changes nothing.
  const newest = newestLists([...stored, ...fresh])
  const known = new Set(stored)
  const added = newest.filter((list) => !known.has(list))
  const replaces = newest.length - added.length < stored.length
  return { newest, added, replaces, isOne: replaces || added.length > 0 }
}

/** All of a program's resolutions: those of lists by the name of the product, then those of keywords by their key. */
function resolveProgram(
  rows: readonly Row[],
  lists: readonly MemberList[],
  takenOver: ReadonlyMap<string, TakenOverMatch>,
): Resolution[] {
  const datasets = new Datasets(rows)
  const named = nameProducts(
    rows.filter(({ kind }) => kind === 'product' || kind === 'mosaic'),
    lists,
  )
  const given = givenExposures(named.keys(), datasets)
  const byLists = [...named].map(([list, products]) => resolveList(list, products, datasets, takenOver))
  const taken = new Set([...named.values()].flat())
  const associations = rowsByAssociation(rows.filter((row) => !taken.has(row)))
  const byKeywords = [...associations]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { exposures, products }]) => resolveAssociation(exposures, products, takenOver, given))
  return placeWaiting([...byLists, ...byKeywords])
}

/** All stored lines of the program but those of lists. */
function linesOfProgram(lines: ProgramLines): PlacedLine[] {
  return [...lines.stored.flatMap(({ stored }) => stored ?? []), ...lines.features()]
}
