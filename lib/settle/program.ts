/**
 * Settles the lines of one program: one version of each dataset, grouped by association, each association resolved
 * (specification, sections 3.5, 3.7, 4, 5 and 9).
 *
 * In a run over an existing database the program's stored lines take part. Only the associations that a new row
 * touches are resolved again: their lines leave the tables, all others stay.
 */

import { expectedName, rankTargets } from '../rules/expected-name.js'
import type { PlacedLine, Row } from '../rules/row.js'
import { byName, compareText } from '../rules/values.js'
import { type AssociationRows, associationsOf, rowsByAssociation } from './groups.js'
import { type Resolution, resolveAssociation, type TakenOverMatch } from './resolve.js'
import type { FeatureLine, PresentSettled, ProgramLines, Settled, TableNumbers } from './settled.js'
import { takenOverProducts, withFeatures } from './taken-over.js'
import { latestVersions, setAsideExpired, versionsToCompare } from './versions.js'

/**
 * Settles one program.
 *
 * @param lines every stored line of the program, and the input's rows
 * @param all whether to resolve every association, touched or not, as when a database is taken over
 */
export function settleProgram(lines: ProgramLines, tables: TableNumbers, all: boolean): Settled {
  const aside = setAsideExpired(lines, tables.expired)
  const { lists } = aside.lines
  const present =
    lists === undefined ? settlePresent(aside.lines, tables, all) : lists.settle(aside.lines, lists, tables, all)
  const { replaced } = aside
  const settled = {
    ...present,
    duplicates: present.duplicates + replaced,
    replaced: present.replaced + replaced,
  }
  if (all) return { ...settled, expired: aside.expired }
  return { ...settled, expired: [], leaving: [...settled.leaving, ...aside.leaving] }
}

/** Settles what is not expired. */
function settlePresent(lines: ProgramLines, tables: TableNumbers, all: boolean): PresentSettled {
  const takenOver = takenOverProducts(lines.stored, tables)
  const { rows, replaced } = versionsToCompare(lines, takenOver)
  const latest = latestVersions(rows, takenOver)
  // Absent where every association is resolved.
  const touched = all ? undefined : touchedAssociations(lines.stored, latest)
  const kept = [...latest.values()]
  const isTouched = ({ params }: Row) => touched === undefined || touched.has(params)
  const isNew = (row: Row) => all || row.stored === undefined
  const isOut = (row: Row) =>
    latest.get(row.dname) !== row || (touched !== undefined && associationsOf(row).some((key) => touched.has(key)))
  return {
    pid: lines.pid,
    resolutions: resolveAll(
      rowsByAssociation(touched === undefined ? kept : kept.filter(isTouched)),
      withFeatures(takenOver, latest, isTouched, lines),
    ),
    mosaics: byName(kept.filter((row) => row.kind === 'mosaic' && isNew(row))),
    hidden: byName(kept.filter((row) => row.kind === 'dropped' && isNew(row))),
    lists: [],
    duplicates: lines.fresh.length + lines.stored.length - kept.length,
    replaced,
    standing: kept.filter((row) => !isNew(row) && !isOut(row)),
    leaving: touched === undefined ? [] : leavingLines(lines, tables, isOut, touched),
  }
}

/** The associations that gain or lose a row, and those that share a waiting group's name with one of these. */
function touchedAssociations(stored: readonly Row[], latest: ReadonlyMap<string, Row>): Set<string> {
  const touched = new Set<string>()
  for (const row of latest.values()) {
    if (row.stored === undefined) for (const key of associationsOf(row)) touched.add(key)
  }
  for (const row of stored) {
    if (latest.get(row.dname) !== row) for (const key of associationsOf(row)) touched.add(key)
  }
  addNamesakes(stored, touched)
  return touched
}

/**
 * Two associations may expect a product of one name. A waiting group's row in `rem-*` tells only the name, so both
 * have to be resolved when one is.
 */
function addNamesakes(stored: readonly Row[], touched: Set<string>): void {
  const groups = waitingNames(stored)
  for (let before = -1; before !== touched.size; ) {
    before = touched.size
    const names = new Set(groups.filter(({ key }) => touched.has(key)).map(({ name }) => name))
    for (const { key, name } of groups) if (names.has(name)) touched.add(key)
  }
}

/** Association and expected name of each stored exposure that waits. */
function waitingNames(stored: readonly Row[]): { readonly key: string; readonly name: string }[] {
  const associations = rowsByAssociation(stored)
  return [...associations].flatMap(([key, { exposures }]) => {
    const waiting = exposures.filter((row) => row.stored?.pname === '')
    if (waiting.length === 0) return []
    const ranks = rankTargets(exposures)
    return [...new Set(waiting.map((row) => expectedName(row, ranks)))].map((name) => ({ key, name }))
  })
}

/** Resolves associations, in text order of their keys. */
function resolveAll(
  associations: ReadonlyMap<string, AssociationRows>,
  takenOver: ReadonlyMap<string, TakenOverMatch>,
): Resolution[] {
  const keys = [...associations.keys()]
  if (keys.length > 1) keys.sort(compareText)
  const resolutions: Resolution[] = []
  for (const key of keys) {
    const { exposures, products } = associations.get(key) as AssociationRows
    resolutions.push(resolveAssociation(exposures, products, takenOver))
  }
  return resolutions
}

/** The stored lines of rows that go or are resolved again, and of the features that were made of them. */
function leavingLines(
  lines: ProgramLines,
  tables: TableNumbers,
  isOut: (row: Row) => boolean,
  touched: ReadonlySet<string>,
): readonly PlacedLine[] {
  const out = lines.stored.filter(isOut)
  if (out.length === 0) return []
  const products = new Set(out.flatMap((row) => (row.stored?.table === tables.training ? row.dname : [])))
  const groups = new Set(waitingNames(lines.stored).flatMap(({ key, name }) => (touched.has(key) ? name : [])))
  const goes = ({ table, name }: FeatureLine) => (tables.holdsGroups(table) ? groups : products).has(name)
  const features = lines.features(new Set([...groups, ...products])).filter(goes)
  return [...out.flatMap(({ stored }) => stored ?? []), ...features]
}
