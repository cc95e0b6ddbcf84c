/**
 * A naive reference of the whole ingest (sections 1 to 8 of the specification): one run over all rows, in memory.
 * It is written from the specification alone and shares no code with the library, so that tests can compare the two.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Encodings, encode, encodedColumns, withNewValues } from './model-encode.js'
import { featuresOf } from './model-features.js'
import { type Group, groupExposures, type ModelName } from './model-groups.js'
import { type Match, matchGroups } from './model-match.js'
import { type AsnFile, type NamedMatch, nameMembers } from './model-members.js'
import { cleanRows, type DayFile } from './model-rows.js'
import { type Cells, cell, distinct, floatText, numberIn } from './model-values.js'

export type { Encodings } from './model-encode.js'
export type { AsnFile } from './model-members.js'
export type { DayFile } from './model-rows.js'

/** One row of a table: the text of each cell by column. */
export type TableRow = Readonly<Record<string, string>>

/** All tables of section 8 but `rejects`, by name without `.csv`. Rows are in no particular order. */
export interface ModelTables {
  readonly columns: Readonly<Record<string, readonly string[]>>
  readonly rows: Readonly<Record<string, readonly TableRow[]>>
}

/** What the associations came to: everything that the tables are written from. */
interface Resolved {
  /** What waits, by association. */
  readonly lots: Lot[]
  readonly matches: { readonly match: Match; readonly features: Cells; readonly others: NamedMatch['others'] }[]
  readonly waitingGroups: Group[]
  /** Those of the groups that keywords alone make, and that have no product. */
  readonly guesses: Set<Group>
  readonly waitingRows: TableRow[]
}

/** What waits in one association. */
interface Lot {
  readonly groups: readonly Group[]
  readonly products: readonly Cells[]
  readonly ungrouped: readonly Cells[]
}

const MODELS: readonly ModelName[] = ['IMAGE', 'SPEC', 'TAC', 'FGS']
const RAW_HEADER_AND_OFFSETS = (
  'NEXPOSUR fx_ra fy_dec PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC INSTRUME FILTER ' +
  'PUPIL GRATING FXD_SLIT EXP_TYPE CHANNEL SUBARRAY NUMDTHPT GS_RA GS_DEC GS_MAG CROWDFLD RA_REF DEC_REF CRVAL1 CRVAL2 ' +
  'scale offset targ_offset DETECTOR BAND max_offset mean_offset sigma_offset err_offset sigma1_mean frac ' +
  'targ_max_offset targ_mean_offset targ_sigma_offset targ_err_offset targ_sigma1_mean targ_frac t_offset gs_offset'
).split(' ')
const RAW_FGS = (
  'PROGRAM OBSERVTN BKGDTARG IS_IMPRT VISITYPE TSOVISIT TARGNAME TARG_RA TARG_DEC INSTRUME DETECTOR FILTER PUPIL GRATING ' +
  'FXD_SLIT EXP_TYPE CHANNEL BAND SUBARRAY NUMDTHPT GS_RA GS_DEC GS_MAG CROWDFLD RA_REF DEC_REF CRVAL1 CRVAL2 NEXPOSUR'
).split(' ')

/** The tables that one run over these files makes of an empty database. Bad rows and association files are skipped. */
export function modelTables(
  files: readonly DayFile[],
  encodings: Encodings,
  associations: readonly AsnFile[] = [],
): ModelTables {
  const { columns, mosaics, named, isLeft, resolved } = resolveAll(files, associations)
  const tables = [
    ...unencodedTables(columns, onlyWaiting(resolved), mosaics.filter(isLeft), named.rows),
    ...MODELS.flatMap((model) => modelSpecificTables(model, onlyWaiting(resolved), encodings)),
  ]
  return {
    columns: Object.fromEntries(tables.map((table) => [table.name, table.columns])),
    rows: Object.fromEntries(tables.map((table) => [table.name, table.rows.map((row) => pick(row, table.columns))])),
  }
}

/** What waits without the exposures that some product has, each other one once; and without groups of none but such. */
function onlyWaiting(resolved: Resolved): Resolved {
  const matched = new Set(
    resolved.matches.flatMap(({ match, others }) =>
      [...match.group.exposures, ...others.map(({ row }) => row)].map((row) => cell(row, 'dname')),
    ),
  )
  const isLeft = (row: Cells): boolean => !matched.has(cell(row, 'dname'))
  const seen = new Set<string>()
  const waitingRows = resolved.waitingRows.filter((row) => {
    const name = cell(row, 'dname')
    const isFirst = !seen.has(name)
    seen.add(name)
    return isFirst && isLeft(row)
  })
  const isNone = (group: Group): boolean => resolved.guesses.has(group) && !group.exposures.some(isLeft)
  return { ...resolved, waitingRows, waitingGroups: resolved.waitingGroups.filter((group) => !isNone(group)) }
}

function resolveAll(files: readonly DayFile[], associations: readonly AsnFile[] = []) {
  const { columns, exposures, products, mosaics, dropped } = cleanRows(files)
  const named = nameMembers(associations, exposures, [...products, ...mosaics], dropped)
  const resolved: Resolved = { lots: [], matches: [], waitingGroups: [], waitingRows: [], guesses: new Set() }
  for (const match of named.matches) {
    resolved.matches.push({ match: { ...match, parts: [match.group] }, features: match.features, others: match.others })
  }
  resolved.waitingRows.push(...named.places.map(({ row, model }) => ({ ...row, expmode: model })))
  resolved.waitingGroups.push(...named.waitingGroups)
  const others = products.filter((row) => !named.products.has(row))
  for (const params of distinct([...exposures, ...others].map((row) => cell(row, 'params')))) {
    const inAssociation = (row: Cells): boolean => cell(row, 'params') === params
    resolve(exposures.filter(inAssociation), others.filter(inAssociation), named.given, resolved)
  }
  const made = resolved.matches.map(({ match }) => cell(match.product, 'dname'))
  const isLeft = (row: Cells): boolean => !made.includes(cell(row, 'dname'))
  const waitingProducts = products.filter((row) => named.products.has(row) && isLeft(row))
  resolved.waitingRows.push(...waitingProducts.map((row) => ({ ...row, expmode: '' })))
  return { columns, mosaics, named, isLeft, resolved }
}

/**
 * The names of the datasets that a prune sets aside: of what waits after one run over these files, all that is of days
 * before `cutoff`. A group goes as a whole; where groups and products of one association wait, all of them or none.
 */
export function staleNames(files: readonly DayFile[], cutoff: string): string[] {
  const isStale = (rows: readonly Cells[]) => rows.every((row) => cell(row, 'date') < cutoff)
  const stale = resolveAll(files).resolved.lots.flatMap(({ groups, products, ungrouped }) => {
    const units = [...groups.map(({ exposures }) => exposures), ...products.map((row) => [row])]
    const joined = groups.length > 0 && products.length > 0 ? [units.flat()] : units
    return [...joined, ...ungrouped.map((row) => [row])].filter(isStale).flat()
  })
  return stale.map((row) => cell(row, 'dname')).sort()
}

/** Writes every table as NAME.csv into a folder, which is made if it is missing. */
export function writeModel(tables: ModelTables, folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, columns] of Object.entries(tables.columns)) {
    const lines = [columns, ...(tables.rows[name] ?? []).map((row) => columns.map((column) => cell(row, column)))]
    writeFileSync(join(folder, `${name}.csv`), lines.map((line) => `${line.map(quoted).join(',')}\n`).join(''))
  }
}

/** Resolves one association and adds the outcome. */
function resolve(
  exposures: readonly Cells[],
  products: readonly Cells[],
  given: ReadonlySet<Cells>,
  into: Resolved,
): void {
  const { groups, ungrouped } = groupExposures(exposures, given)
  const { matches, waiting, pending, lost } = matchGroups(groups, products)
  for (const group of waiting) into.guesses.add(group)
  const waitingGroups = [...waiting]
  const waitingProducts = [...pending]
  for (const match of matches) {
    const features = featuresOf(match.group)
    // Without a size the product has nothing to predict; without features there is nothing to predict it from.
    if (features !== undefined && numberIn(cell(match.product, 'imagesize')) !== undefined) {
      into.matches.push({ match, features, others: [] })
    } else {
      waitingGroups.push(...match.parts)
      waitingProducts.push(match.product)
    }
  }
  into.lots.push({ groups: waitingGroups, products: waitingProducts, ungrouped })
  into.waitingGroups.push(...waitingGroups)
  into.waitingRows.push(
    ...ungrouped.map((row) => ({ ...row, expmode: '' })),
    ...waitingGroups.flatMap((group) => group.exposures.map((row) => ({ ...row, expmode: group.model }))),
    ...waitingProducts.map((row) => ({ ...row, expmode: lost.get(cell(row, 'dname')) ?? '' })),
  )
}

interface Table {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: readonly TableRow[]
}

function unencodedTables(
  columns: readonly string[],
  { matches, waitingRows }: Resolved,
  mosaics: readonly Cells[],
  members: readonly Cells[],
) {
  const matchedColumns = [...columns, 'expmode', 'pname', 'Dataset']
  const training = matches.map(({ match: { product, group } }) => ({
    ...product,
    expmode: group.model,
    pname: cell(product, 'dname'),
  }))
  const level1 = matches.flatMap(({ match: { product, group }, others }) =>
    [...group.exposures.map((row) => ({ row, role: 'science' })), ...others].map(({ row, role }) => ({
      ...row,
      expmode: group.model,
      pname: cell(product, 'dname'),
      role,
    })),
  )
  return [
    { name: 'training', columns: matchedColumns, rows: training },
    { name: 'level1', columns: [...matchedColumns, 'role'], rows: level1 },
    { name: 'ingest', columns: [...columns, 'expmode', 'Dataset'], rows: waitingRows },
    { name: 'mosaics', columns: [...columns, 'Dataset'], rows: mosaics },
    {
      name: 'associations',
      columns: ['product', 'candidate', 'type', 'rule', 'member', 'role', 'source', 'version'],
      rows: members,
    },
    { name: 'expired', columns: [...columns, 'expmode', 'Dataset', 'expired'], rows: [] },
  ]
}

/** `train-`, `raw-` and `rem-` of one model. */
function modelSpecificTables(model: ModelName, { matches, waitingGroups }: Resolved, encodings: Encodings): Table[] {
  const waiting = waitingGroups.flatMap((group) => {
    const features = featuresOf(group)
    return features === undefined ? [] : [{ group, features }]
  })
  const codes = withNewValues(
    encodings,
    [...matches, ...waiting].map(({ features }) => features),
  )
  const mine = matches.filter(({ match }) => match.group.model === model)
  const target = ({ product }: Match): TableRow => ({
    pname: cell(product, 'dname'),
    imagesize: cell(product, 'imagesize'),
    date: cell(product, 'date'),
    imgsize_gb: floatText((numberIn(cell(product, 'imagesize')) ?? 0) / 1e6),
    Dataset: cell(product, 'dname'),
  })
  const inputs = encodedColumns(model)
  return [
    {
      name: `train-${model.toLowerCase()}`,
      columns: [...inputs, 'dname', 'pname', 'imagesize', 'date', 'imgsize_gb', 'Dataset'],
      rows: mine.map(({ match, features }) => ({
        ...encode(features, model, codes),
        dname: match.group.name,
        ...target(match),
      })),
    },
    {
      name: `raw-${model.toLowerCase()}`,
      columns: [
        ...(model === 'FGS' ? RAW_FGS : RAW_HEADER_AND_OFFSETS),
        ...['imagesize', 'date', 'pname', 'imgsize_gb', 'Dataset'],
      ],
      rows: mine.map(({ match, features }) => ({ ...features, ...target(match) })),
    },
    {
      name: `rem-${model.toLowerCase()}`,
      columns: [...inputs, 'dname', 'Dataset'],
      rows: waiting
        .filter(({ group }) => group.model === model)
        .map(({ group, features }) => ({
          ...encode(features, model, codes),
          dname: group.name,
          Dataset: group.name,
        })),
    },
  ]
}

function pick(row: TableRow, columns: readonly string[]): TableRow {
  return Object.fromEntries(columns.map((column) => [column, cell(row, column)]))
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
