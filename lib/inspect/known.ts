/** The products, groups and exposures of a program's associations, whether keywords or an association file tell of them. */
import type { MemberList } from '../rules/member-list.js'
import type { Row } from '../rules/row.js'
import type { Match, Resolution } from '../settle/resolve.js'

/** A product of a program, and whether it has its exposures. */
export interface KnownProduct {
  readonly row: Row
  readonly state: 'matched' | 'waits'
  /** What an association file says of it; nothing where keywords tell its exposures. */
  readonly list: MemberList | undefined
  /** Whether any group by keywords could still take it. */
  readonly isFree: boolean
  readonly resolution: Resolution
}

/** A group of a program: one that waits, or the one that a product was made of. */
export interface KnownGroup {
  readonly name: string
  /** In their order, at least one. */
  readonly exposures: readonly Row[]
  readonly state: 'matched' | 'waits'
  /** The product that it was matched with, or that holds it back. */
  readonly product: Row | undefined
  /** Whether it could still take any product by keywords. */
  readonly isFree: boolean
  readonly resolution: Resolution
}

/** An exposure of a program, and what it waits for. */
export interface KnownExposure {
  readonly row: Row
  readonly state: 'matched' | 'in a group' | 'for a named product' | 'in no group'
}

/** The first exposure of a group, which decides what the group is and what it compares (section 5). */
export function leaderOf({ exposures }: { readonly exposures: readonly Row[] }): Row {
  return exposures[0] as Row
}

/** The products of an association, matched ones first. */
export function productsOf(resolution: Resolution): readonly KnownProduct[] {
  const { list, matches, takenOver, products, groups } = resolution
  const taken = new Set(groups.map(({ product }) => product))
  const known = (row: Row, state: KnownProduct['state']): KnownProduct => {
    const isFree = state === 'waits' && list === undefined && !taken.has(row)
    return { row, state, list, isFree, resolution }
  }
  return [
    ...[...matches, ...takenOver].map(({ product }) => known(product, 'matched')),
    ...products.map(({ product }) => known(product, 'waits')),
  ]
}

/** A product's name with what became of it. */
export function toldProduct({ row, state, list }: KnownProduct): string {
  return list === undefined ? `${row.dname} (${state})` : `${row.dname} (${state}, named by ${list.source})`
}

/** The groups of an association, waiting ones first. */
export function groupsOf(resolution: Resolution): readonly KnownGroup[] {
  const { list, groups, matches } = resolution
  return [
    ...groups.map(({ name, exposures, product, waiting }): KnownGroup => {
      const isFree = list === undefined && product === undefined && waiting.length > 0
      return { name, exposures, state: 'waits', product, isFree, resolution }
    }),
    ...matches.map(({ name, exposures, product }): KnownGroup => {
      return { name, exposures, state: 'matched', product, isFree: false, resolution }
    }),
  ]
}

/** Every exposure that takes part, once. */
export function exposuresIn(resolutions: readonly Resolution[]): readonly KnownExposure[] {
  const known = new Map<Row, KnownExposure>()
  for (const its of [...resolutions.flatMap(matchedExposures), ...resolutions.flatMap(waitingExposures)]) {
    if (!known.has(its.row)) known.set(its.row, its)
  }
  return [...known.values()]
}

function matchedExposures({ matches }: Resolution): KnownExposure[] {
  return matches.flatMap(membersOf).map((row) => ({ row, state: 'matched' }))
}

/** All exposures of a match, in whatever role. */
export function membersOf({ exposures, others }: Match): readonly Row[] {
  return others.length === 0 ? exposures : [...exposures, ...others.map(({ exposure }) => exposure)]
}

function waitingExposures({ list, groups, ungrouped }: Resolution): KnownExposure[] {
  const state = (byKeywords: KnownExposure['state']) => (list === undefined ? byKeywords : 'for a named product')
  return [
    ...groups.flatMap(({ waiting }) => waiting).map((row) => ({ row, state: state('in a group') })),
    ...ungrouped.map(({ exposure }) => ({ row: exposure, state: state('in no group') })),
  ]
}
