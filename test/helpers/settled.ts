/** The rows of a program, settled as they would be in one run. */
import { TABLE_NUMBERS } from '../../lib/database/tables.js'
import type { MemberList } from '../../lib/rules/member-list.js'
import { type Settled, settleProgram } from '../../lib/rules/program.js'
import type { Row } from '../../lib/rules/row.js'
import { type Columns, exposure, product, stored } from './rows.js'

/** Rows by Dataset, plain but for the given columns. */
export type Rows = Readonly<Record<string, Columns>>

/** The rows of a program. */
export interface ProgramRows {
  readonly exposures?: Rows
  readonly products?: Rows
  /** Rows of training.csv of which level1.csv has no exposure. */
  readonly takenOver?: Rows
  /** Science members of products, as association files name them. */
  readonly members?: Readonly<Record<string, readonly string[]>>
}

/** Settles a program's rows; in the reverse order, if so asked. */
export function settleRows({ exposures, products, takenOver, members }: ProgramRows, isReversed = false): Settled {
  const fresh = [...rowsOf(exposures, exposure), ...rowsOf(products, product)]
  const old = rowsOf(takenOver, product).map((row) =>
    stored(row, TABLE_NUMBERS.training, { expmode: 'TAC', pname: row.dname }),
  )
  const lists = members === undefined ? undefined : { stored: [], fresh: Object.entries(members).map(listOf) }
  const lines = { pid: 1001, fresh: isReversed ? fresh.toReversed() : fresh, stored: old, lists, features: () => [] }
  return settleProgram(lines, TABLE_NUMBERS, true)
}

function listOf([name, members]: readonly [string, readonly string[]]): MemberList {
  const science = members.map((member) => ({ name: member, role: 'science' }))
  return { product: name, candidate: '', type: 'image3', rule: '', source: 'a_asn.json', version: '', members: science }
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
