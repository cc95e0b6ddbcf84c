/** The tables of a database as a reader of CSV sees them, for judging what is told of them. */
import { readRows } from './database.js'
import type { TableRow } from './model.js'

/** A row of an unencoded table. */
export interface Placed {
  readonly file: string
  readonly row: TableRow
}

const UNENCODED = ['training', 'level1', 'ingest', 'mosaics', 'expired'] as const
const MODELS = ['image', 'spec', 'tac', 'fgs']
const VOID = ['', 'NaN', 'nan', 'N/A', 'NONE', 'None', 'none', 'NULL', 'null', 'F', 'f', 'False', 'false', 'FALSE', '0']

/** Everything that the tables of a database say. */
export class Tables {
  /** Rows of unencoded tables. */
  readonly rows: readonly Placed[]
  readonly hidden: readonly TableRow[]
  readonly associations: readonly TableRow[]
  /** Names that products are expected to have, but for those of another program than the product. */
  readonly expected: readonly string[]
  /** Names of datasets in rows that could not be used. */
  readonly rejected: readonly string[]

  constructor(folder: string) {
    this.rows = UNENCODED.flatMap((file) => readRows(folder, file).map((row) => ({ file, row })))
    this.hidden = readRows(folder, '.jwst-ingest/hidden')
    this.associations = readRows(folder, 'associations')
    const encoded = ['train', 'rem'].flatMap((kind) => MODELS.flatMap((model) => readRows(folder, `${kind}-${model}`)))
    this.expected = encoded.flatMap(({ dname = '', Dataset = '' }) => {
      return dname.slice(0, 7) === Dataset.slice(0, 7) ? dname : []
    })
    // Columns come in any order, so the name is what looks like one.
    this.rejected = readRows(folder, 'rejects').flatMap(({ text = '' }) => {
      const name = text.split(/[",]/).find((part) => part.startsWith('jw'))
      return name === undefined ? [] : name.replace(/(?:_(?!wfscmb)[^_]*)?\.fits$/, '')
    })
  }

  /** Every name that a table holds, each once. */
  get names(): string[] {
    const rows = [...this.rows.map(({ row }) => row), ...this.hidden].map(({ dname = '' }) => dname)
    const named = this.associations.flatMap(({ product = '', member = '' }) => [product, member])
    return [...new Set([...rows, ...named, ...this.expected, ...this.rejected])]
  }

  /** Names of the files that have a dataset. */
  filesOf(dname: string): string[] {
    const files = this.rows.flatMap(({ file, row }) => (row.dname === dname ? file : []))
    return [...new Set([...files, ...(this.hidden.some((row) => row.dname === dname) ? ['hidden'] : [])])].sort()
  }

  /** The same of a member, whose name a file may have in another letter case. */
  filesOfMember(name: string): string[] {
    const names = [...this.rows.map(({ row }) => row), ...this.hidden].map(({ dname = '' }) => dname)
    return [
      ...new Set(
        names.filter((dname) => dname.toLowerCase() === name.toLowerCase()).flatMap((its) => this.filesOf(its)),
      ),
    ]
  }

  /** Exposures or products of a program, pruned ones too, of an instrument in some observations: by OBSERVTN or name. */
  at(kind: 'exposure' | 'product', pid: number, instrument: string, observations: readonly string[]): Placed[] {
    return this.rows.filter(({ row }) => {
      if (Number(row.pid) !== pid) return false
      const isExposure = row.dag?.includes('1') === true
      if (isExposure !== (kind === 'exposure')) return false
      const isThere = observationsOf(row).some((observation) => observations.includes(observation))
      return isThere && (isVoid(row.INSTRUME) || row.INSTRUME?.toUpperCase() === instrument.toUpperCase())
    })
  }

  /** Products that an association file gives members in some observations to. */
  namedAt(observations: readonly string[]): string[] {
    const there = this.associations.filter(({ member = '' }) => observations.includes(member.slice(7, 10)))
    return there.map(({ product = '' }) => product)
  }

  /** Names of the members that a file gives to a product, or to what a name in it stands for. */
  membersOf(product: string, source: string): string[] {
    const its = this.associations.filter((row) => row.product === product && row.source === source)
    return its.map(({ member = '' }) => member)
  }
}

function isVoid(text = ''): boolean {
  return VOID.includes(text)
}

/** The observations of a row, by OBSERVTN and by name. */
function observationsOf({ OBSERVTN = '', dname = '' }: TableRow): string[] {
  const [, named] = /^jw\d{5}(?:-o)?(\d{3})/.exec(dname) ?? []
  return [...(isVoid(OBSERVTN) ? [] : [OBSERVTN]), ...(named === undefined ? [] : [named])]
}

/** The association key of a row without its observation. */
export function keyAcross(row: TableRow): string {
  const isWavefront = ['PRIME_WFSC_SENSING_ONLY', 'PRIME_WFSC_ROUTINE', 'PRIME_WFSC_SENSING_CONTROL'].includes(
    row.VISITYPE ?? '',
  )
  const columns = isWavefront
    ? ['FILTER', 'PUPIL', 'DETECTOR']
    : ['FILTER', 'GRATING', 'PUPIL', 'SUBARRAY', 'FXD_SLIT', 'EXP_TYPE', 'BAND']
  const unit = /^MIRIFU(?:SHORT|LONG)$/.exec(row.DETECTOR ?? '')?.[0] ?? ''
  return [...columns.map((column) => (isVoid(row[column]) ? '' : row[column])), isWavefront ? '' : unit].join(' ')
}
