/** The rows of a program, settled as they would be in one run. */

import type { MemberList } from '../../lib/rules/member-list.js'
import type { Row } from '../../lib/rules/row.js'
import { settleProgram } from '../../lib/settle/program.js'
import { settleWithLists } from '../../lib/settle/program-lists.js'
import type { Settled } from '../../lib/settle/settled.js'
import { TABLE_NUMBERS } from '../../lib/store/tables.js'
import { type Columns, exposure, product, stored } from './rows.js'

/** Rows by Dataset, plain but for the given columns. */
export type Rows = Readonly<Record<string, Columns>>

/** The rows of a program. */
export interface ProgramRows {
  readonly exposures?: Rows
  readonly products?: Rows
  /** Rows of training.csv of which level1.csv has no exposure. */
  readonly takenOver?: Rows
  /** Members of products, as association files name them: those of science, or each with its role. */
  readonly members?: Readonly<Record<string, Named>>
  /** Rows of expired.csv. */
  readonly pruned?: Rows
}

type Named = readonly string[] | Readonly<Record<string, string>>

/** Settles a program's rows; in the reverse order, if so asked. */
export function settleRows(rows: ProgramRows, isReversed = false): Settled {
  const { exposures, products, takenOver, members, pruned } = rows
  const fresh = [...rowsOf(exposures, exposure), ...rowsOf(products, product)]
  const old = rowsOf(takenOver, product).map((row) =>
    stored(row, TABLE_NUMBERS.training, { expmode: 'TAC', pname: row.dname }),
  )
  const expired = rowsOf(pruned, (columns) => {
    const row = columns.Dataset?.startsWith('jw01001-') ? product(columns) : exposure(columns)
    return stored(row, TABLE_NUMBERS.expired)
  })
  const lists =
    members === undefined
      ? undefined
      : { stored: [], lines: [], fresh: Object.entries(members).map(listOf), settle: settleWithLists }
  const lines = { pid: 1001, fresh: isReversed ? fresh.toReversed() : fresh, lists, features: () => [] }
  return settleProgram({ ...lines, stored: [...old, ...expired] }, TABLE_NUMBERS, true)
}

function listOf([name, named]: readonly [string, Named]): MemberList {
  const roles = Array.isArray(named) ? named.map((member) => [member, 'science'] as const) : Object.entries(named)
  const members = roles.map(([member, role]) => ({ name: member, role }))
  return { product: name, candidate: '', type: 'image3', rule: '', source: 'a_asn.json', version: '', members }
}

function rowsOf(rows: Rows = {}, make: (columns: Columns) => Row): Row[] {
  return Object.entries(rows).map(([Dataset, columns]) => make({ Dataset, ...columns }))
}

/** A coronagraphic exposure of observation 3 with NIRCam, or a product of such. */
export const CORON = {
  OBSERVTN: '003',
  INSTRUME: 'NIRCAM',
  DETECTOR: 'NRCALONG',
  CHANNEL: 'LONG',
  EXP_TYPE: 'NRC_CORON',
  FILTER: 'F335M',
  PUPIL: 'MASKRND',
  SUBARRAY: 'SUB320',
}
export const BETA = { TARGNAME: 'BETA', TARG_RA: '20' }
