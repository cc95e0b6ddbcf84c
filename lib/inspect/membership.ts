/**
 * Which exposures association files make members of a product, in which roles, and where each of them is; and the other
 * way round, of which products an exposure is a member.
 */
import { type MemberList, SCIENCE } from '../rules/member-list.js'
import type { Row } from '../rules/row.js'
import { Datasets, hasShare, type Selection, select, shareOf, WHOLE } from '../settle/member-selection.js'
import type { Resolution } from '../settle/resolve.js'
import type { Settled } from '../settle/settled.js'
import { whyDropped } from './dropped.js'
import { membersOf, productsOf } from './known.js'

/** Where a member of a product is. */
export type MemberState =
  /** In `level1.csv` for this product. */
  | 'matched'
  /** In `ingest.csv`. */
  | 'waits'
  /** In `level1.csv`, but for other products. */
  | 'elsewhere'
  /** No row of it has come. */
  | 'missing'
  /** In `expired.csv`. */
  | 'expired'
  /** Dropped, by its exposure type. */
  | 'no Level 3'
  /** A row of that name has come, but of a product. */
  | 'no exposure'
  /** By detector, band or filter it belongs to another product that the same name in the file stands for. */
  | 'of another product'

/** A member of a product that an association file names. */
export interface ExplainedMember {
  readonly name: string
  readonly role: string
  readonly state: MemberState
  /** Of a dropped one the exposure type, as far as it is known. */
  readonly expType: string | null
}

/** That an exposure is a member of a product. */
export interface Membership {
  /** Name of the product; where none has come, its name in the file. */
  readonly product: string
  readonly role: string
  /** What became of the product; `superseded` where a newer file tells what it is made of. */
  readonly state: 'matched' | 'taken over' | 'waits' | 'missing' | 'superseded'
  /** The association file; null where keywords tell. */
  readonly namedBy: string | null
}

/** A product that a name in a file stands for. */
export type NamedProduct = Pick<Membership, 'state'> & { readonly row: Row }

/** The members of a program's products. */
export class Memberships {
  readonly lists: readonly MemberList[]
  readonly #datasets: Datasets
  /** Names, lower case, of datasets that cannot be members, as they take part in nothing. */
  readonly #dropped: ReadonlyMap<string, Row>
  readonly #expired: ReadonlySet<string>
  readonly #products: ReadonlySet<string>
  /** By name of each matched exposure its products by keywords; an exposure that only files name has none. */
  readonly #matched = new Map<string, Membership[]>()
  readonly #byList = new Map<MemberList, Resolution>()
  readonly #selections = new Map<MemberList, Map<string, Selection>>()
  #roles: ReadonlyMap<string, readonly Role[]> | undefined

  constructor({ resolutions, lists, mosaics, hidden, expired }: Settled) {
    this.lists = lists
    this.#datasets = new Datasets([...resolutions.flatMap(exposuresOf), ...hidden])
    this.#dropped = new Map(hidden.map((row) => [row.dname.toLowerCase(), row]))
    this.#expired = new Set(expired.map(({ dname }) => dname.toLowerCase()))
    const products = [...mosaics, ...resolutions.flatMap(productsOf).map(({ row }) => row)]
    this.#products = new Set(products.map(({ dname }) => dname.toLowerCase()))
    for (const resolution of resolutions) {
      if (resolution.list !== undefined) this.#byList.set(resolution.list, resolution)
      this.#addMatches(resolution)
    }
  }

  #addMatches({ list, matches }: Resolution): void {
    for (const match of matches) {
      const { product } = match
      for (const { dname } of membersOf(match)) {
        const its = this.#matched.get(dname) ?? []
        this.#matched.set(dname, its)
        if (list === undefined) its.push({ product: product.dname, role: SCIENCE, state: 'matched', namedBy: null })
      }
    }
  }

  /** Whether a product has an exposure. */
  isMatched({ dname }: Row): boolean {
    return this.#matched.has(dname)
  }

  /** Whether a row of this name, lower case, has come. */
  hasCome(name: string): boolean {
    const isUseless = this.#dropped.has(name) || this.#expired.has(name)
    return isUseless || this.#products.has(name) || this.#datasets.exposure(name) !== undefined
  }

  /** The products that a list's name stands for, matched ones first; undefined where newer files tell of all of them. */
  productsOf(list: MemberList): readonly NamedProduct[] | undefined {
    const resolution = this.#byList.get(list)
    if (resolution === undefined) return undefined
    const { matches, takenOver, products } = resolution
    return [
      ...matches.map(({ product }) => ({ row: product, state: 'matched' as const })),
      ...takenOver.map(({ product }) => ({ row: product, state: 'taken over' as const })),
      ...products.map(({ product }) => ({ row: product, state: 'waits' as const })),
    ]
  }

  /**
   * The members that a list gives to one of its products.
   *
   * @param row the product, or an exposure of it where it has not come; all members belong together without
   */
  membersOf(list: MemberList, row?: Row): ExplainedMember[] {
    const { science, others, missing } = this.#select(list, row)
    const own = new Set([...science, ...others.map(({ exposure }) => exposure)])
    const mayCome = new Set(missing)
    const matches = this.#byList.get(list)?.matches.filter(({ product }) => row === undefined || product === row) ?? []
    const made = new Set(matches.flatMap(membersOf))
    return list.members.map(({ name, role }): ExplainedMember => {
      const exposure = this.#datasets.exposure(name)
      const state =
        exposure === undefined
          ? this.#stateOfAbsent(name, role === SCIENCE && !mayCome.has(name))
          : this.#stateOf(exposure, own, made)
      const dropped = state === 'no Level 3' ? this.#dropped.get(name) : undefined
      const expType = dropped === undefined ? null : whyDropped(dropped).expType
      return { name: exposure?.dname ?? name, role, state, expType }
    })
  }

  #stateOf(exposure: Row, own: ReadonlySet<Row>, made: ReadonlySet<Row>): MemberState {
    if (!own.has(exposure)) return 'of another product'
    if (made.has(exposure)) return 'matched'
    return this.isMatched(exposure) ? 'elsewhere' : 'waits'
  }

  #stateOfAbsent(name: string, isOthers: boolean): MemberState {
    if (this.#dropped.has(name)) return 'no Level 3'
    if (isOthers) return 'of another product'
    if (this.#products.has(name)) return 'no exposure'
    return this.#expired.has(name) ? 'expired' : 'missing'
  }

  /** Members by what they share; the products of a template share all of them. */
  #select(list: MemberList, row: Row | undefined): Selection {
    const share = row === undefined ? WHOLE : shareOf(row, list)
    const key = JSON.stringify(share)
    const known = this.#selections.get(list) ?? new Map<string, Selection>()
    this.#selections.set(list, known)
    const selection = known.get(key) ?? select(list, share, this.#datasets)
    known.set(key, selection)
    return selection
  }

  /** Every product that has a dataset as a member: by keywords, then by file, in the order of the products' names. */
  of(name: string): Membership[] {
    const lower = name.toLowerCase()
    const exposure = this.#datasets.exposure(lower)
    this.#roles ??= rolesIn(this.lists)
    const named = this.#roles.get(lower) ?? []
    return [
      ...(this.#matched.get(name) ?? []),
      // Of names that differ in letter case alone, one is the member.
      ...(exposure === undefined || exposure.dname === name
        ? named.flatMap((role) => this.#byFile(lower, exposure, role))
        : []),
    ]
  }

  #byFile(name: string, exposure: Row | undefined, { list, role }: Role): Membership[] {
    const told = { role, namedBy: list.source }
    const products = this.productsOf(list)
    if (products === undefined) return [{ ...told, product: list.product, state: 'superseded' }]
    const isMember = (row: Row) =>
      exposure === undefined
        ? this.#dropped.has(name) || role !== SCIENCE || this.#select(list, row).missing.includes(name)
        : hasShare(shareOf(row, list), exposure)
    const its = products.filter(({ row }) => isMember(row))
    if (its.length === 0) return [{ ...told, product: list.product, state: 'missing' }]
    return its.map(({ row, state }) => ({ ...told, product: row.dname, state }))
  }
}

/** The role that a list gives to a dataset. */
interface Role {
  readonly list: MemberList
  readonly role: string
}

function rolesIn(lists: readonly MemberList[]): ReadonlyMap<string, readonly Role[]> {
  const roles = new Map<string, Role[]>()
  for (const list of lists) {
    for (const { name, role } of list.members) {
      const its = roles.get(name)
      if (its === undefined) roles.set(name, [{ list, role }])
      else its.push({ list, role })
    }
  }
  return roles
}

function exposuresOf({ matches, groups, ungrouped }: Resolution): Row[] {
  return [
    ...matches.flatMap(membersOf),
    ...groups.flatMap(({ exposures, waiting }) => [...exposures, ...waiting]),
    ...ungrouped.map(({ exposure }) => exposure),
  ]
}
