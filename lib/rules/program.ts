/**
 * Settles the lines of one program: one version of each dataset, grouped by association, each association resolved
 * (specification, sections 3.5, 3.7, 4, 5 and 9).
 *
 * In a run over an existing database the program's stored lines take part. Only the associations that a new row
 * touches are resolved again; in the tables where that takes a line out, the program's other lines are put back.
 */
import { expectedName, rankTargets } from './association.js'
import { setAsideExpired } from './expired.js'
import { type FrozenMatch, type Resolution, resolveAssociation } from './resolve.js'
import { compareVersions, type Row } from './row.js'
import { compareText } from './values.js'

/** A stored line of a table of features, with the name of its product or, in `rem-*`, of its group. */
export interface FeatureLine {
  /** Number of the table. */
  readonly table: number
  readonly name: string
  /** The line, without its end. */
  readonly line: string
  readonly cells: readonly string[]
  /** Date and image size (kB) of the product, where the table has them. */
  readonly date: string
  readonly size: number
}

/** The lines of one program. */
export interface ProgramLines {
  readonly pid: number
  /** Rows of this run's input. */
  readonly fresh: readonly Row[]
  /** Rows of the unencoded tables. */
  readonly stored: readonly Row[]
  /** Lines of the tables of features; asked for only where a touched association has some. */
  readonly features: () => readonly FeatureLine[]
}

/** What became of the lines of a program. */
export interface Settled {
  readonly pid: number
  /** Associations resolved, in text order of their keys. */
  readonly resolutions: readonly Resolution[]
  /** New products across observations, by name. */
  readonly mosaics: readonly Row[]
  /** New datasets whose last version is of no use: they hide their older versions. */
  readonly hidden: readonly Row[]
  /** Expired rows to write: all that stay so where every association is resolved, else none. */
  readonly expired: readonly Row[]
  /** Rows of the input that gave way, and rows that they replaced. */
  readonly duplicates: number
  /** Tables out of which all lines of the program are taken; those that stay are put back. */
  readonly takenOut: ReadonlySet<number>
  /** Stored lines to put back, with their line ends, by table. */
  readonly putBack: ReadonlyMap<number, string>
}

/** The numbers of the tables, as far as settling has to tell them apart. */
export interface TableNumbers {
  readonly training: number
  readonly level1: number
  readonly expired: number
  /** Whether a table of features holds waiting groups, not products. */
  readonly holdsGroups: (table: number) => boolean
}

/**
 * Settles one program.
 *
 * @param lines every stored line of the program, and the input's rows
 * @param all whether to resolve every association, touched or not, as when a database is taken over
 */
export function settleProgram(lines: ProgramLines, tables: TableNumbers, all: boolean): Settled {
  const aside = setAsideExpired(lines, tables.expired)
  const settled = settlePresent(aside.lines, tables, all)
  if (all) return { ...settled, expired: aside.expired }
  if (!aside.isBack) return { ...settled, expired: [] }
  const putBack = new Map(settled.putBack)
  putBack.set(tables.expired, aside.expired.map(({ stored }) => `${stored?.line}\n`).join(''))
  return { ...settled, expired: [], takenOut: new Set([...settled.takenOut, tables.expired]), putBack }
}

/** Settles what is not expired. */
function settlePresent(lines: ProgramLines, tables: TableNumbers, all: boolean): Omit<Settled, 'expired'> {
  const frozen = frozenProducts(lines.stored, tables)
  const latest = latestVersions([...lines.stored, ...lines.fresh.filter((row) => !isUseless(row, frozen))])
  const touched = touchedAssociations(lines.stored, latest, all)
  const kept = [...latest.values()]
  const isNew = (row: Row) => all || row.stored === undefined
  const isOut = (row: Row) => latest.get(row.dname) !== row || associationsOf(row).some((key) => touched.has(key))
  return {
    pid: lines.pid,
    resolutions: resolveTouched(kept, touched, withFeatures(frozen, latest, touched, lines)),
    mosaics: byName(kept.filter((row) => row.kind === 'mosaic' && isNew(row))),
    hidden: byName(kept.filter((row) => row.kind === 'dropped' && isNew(row))),
    duplicates: lines.fresh.length + lines.stored.length - kept.length,
    ...(all ? { takenOut: new Set(), putBack: new Map() } : stayAndGo(lines, tables, isOut, touched)),
  }
}

function byName(rows: Row[]): Row[] {
  return rows.sort((a, b) => compareText(a.dname, b.dname))
}

/** A version without a size could not replace a product that cannot be matched anew. */
function isUseless(row: Row, frozen: ReadonlySet<string>): boolean {
  return frozen.has(row.dname) && Number.isNaN(row.size)
}

/** The last version of each dataset (section 3.5); of equal ones the first, so a stored one stays. */
function latestVersions(rows: readonly Row[]): Map<string, Row> {
  const latest = new Map<string, Row>()
  for (const row of rows) {
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

/** The associations that an exposure or product belongs to: today the one that its keywords name (section 3.7). */
export function associationsOf(row: Row): readonly string[] {
  return row.kind === 'exposure' || row.kind === 'product' ? [row.params] : []
}

/** The associations that gain or lose a row, and those that share a waiting group's name with one of these. */
function touchedAssociations(stored: readonly Row[], latest: ReadonlyMap<string, Row>, all: boolean): Set<string> {
  const touched = new Set<string>()
  for (const row of latest.values()) {
    if (all || row.stored === undefined) for (const key of associationsOf(row)) touched.add(key)
  }
  for (const row of stored) {
    if (latest.get(row.dname) !== row) for (const key of associationsOf(row)) touched.add(key)
  }
  if (!all) addNamesakes(stored, touched)
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
  const associations = groupByAssociation(stored)
  return [...associations].flatMap(([key, { exposures }]) => {
    const waiting = exposures.filter((row) => row.stored?.pname === '')
    if (waiting.length === 0) return []
    const ranks = rankTargets(exposures)
    return [...new Set(waiting.map((row) => expectedName(row, ranks)))].map((name) => ({ key, name }))
  })
}

interface Association {
  readonly exposures: Row[]
  readonly products: Row[]
}

function groupByAssociation(rows: readonly Row[]): Map<string, Association> {
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

function resolveTouched(
  kept: readonly Row[],
  touched: ReadonlySet<string>,
  frozen: ReadonlyMap<string, FrozenMatch>,
): Resolution[] {
  const associations = groupByAssociation(kept.filter((row) => touched.has(row.params)))
  const keys = [...associations.keys()].sort(compareText)
  return keys.map((key) => {
    const { exposures = [], products = [] } = associations.get(key) ?? {}
    return resolveAssociation(exposures, products, frozen)
  })
}

/** The names of stored training rows without a stored exposure. */
function frozenProducts(stored: readonly Row[], tables: TableNumbers): Set<string> {
  const known = new Set(stored.filter((row) => row.stored?.table === tables.level1).map((row) => row.stored?.pname))
  const trained = stored.filter((row) => row.stored?.table === tables.training && !known.has(row.dname))
  return new Set(trained.map((row) => row.dname))
}

/** The frozen products of touched associations, with the features that they keep. */
function withFeatures(
  names: ReadonlySet<string>,
  latest: ReadonlyMap<string, Row>,
  touched: ReadonlySet<string>,
  lines: ProgramLines,
): Map<string, FrozenMatch> {
  const frozen = new Map<string, FrozenMatch>()
  const products = [...names].flatMap((name) => latest.get(name) ?? []).filter((row) => touched.has(row.params))
  if (products.length === 0) return frozen
  const features = lines.features()
  for (const product of products) {
    const own = features.filter(({ name }) => name === product.dname).sort(compareAge)
    const versions = lines.stored.filter((row) => row.dname === product.dname)
    const expmode = versions.find((row) => row.stored?.pname !== '')?.stored?.expmode ?? ''
    frozen.set(product.dname, { product, expmode, features: new Map(own.map(({ table, cells }) => [table, cells])) })
  }
  return frozen
}

/** A folder that spacekit wrote may have several rows of one product: the last one counts (section 9). */
function compareAge(a: FeatureLine, b: FeatureLine): number {
  return compareText(a.date, b.date) || a.size - b.size || 0
}

/** Which tables lose lines, and which of the program's lines in them stay. */
function stayAndGo(
  lines: ProgramLines,
  tables: TableNumbers,
  isOut: (row: Row) => boolean,
  touched: ReadonlySet<string>,
): Pick<Settled, 'takenOut' | 'putBack'> {
  const out = lines.stored.filter(isOut)
  const takenOut = new Set(out.flatMap((row) => row.stored?.table ?? []))
  const putBack = new Map<number, string>()
  const put = (table: number, line: string) => putBack.set(table, `${putBack.get(table) ?? ''}${line}\n`)
  for (const { stored } of lines.stored.filter((row) => !isOut(row))) {
    if (stored !== undefined && takenOut.has(stored.table)) put(stored.table, stored.line)
  }
  if (out.length > 0) {
    const products = new Set(out.flatMap((row) => (row.stored?.table === tables.training ? row.dname : [])))
    const groups = new Set(waitingNames(lines.stored).flatMap(({ key, name }) => (touched.has(key) ? name : [])))
    const goes = ({ table, name }: FeatureLine) => (tables.holdsGroups(table) ? groups : products).has(name)
    const features = lines.features()
    for (const { table } of features.filter(goes)) takenOut.add(table)
    for (const line of features) if (takenOut.has(line.table) && !goes(line)) put(line.table, line.line)
  }
  return { takenOut, putBack }
}
