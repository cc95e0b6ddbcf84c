/**
 * What an association file says of one product: which exposures it is made of, each in which role (specification,
 * section 9). Pure; where files come from is told in `lib/asn`.
 */
import { formatRow } from '../csv/write.js'
import { compareText } from './values.js'

/** An exposure of an association, in the role that the file gives it. */
export interface Member {
  /** The exposure's dataset, lower case. */
  readonly name: string
  /** `science`, `psf`, `background`, `imprint`, … */
  readonly role: string
}

/** The members of one product, as one association file has them. */
export interface MemberList {
  /** Name of the product in the file, lower case; it may be a template. */
  readonly product: string
  /** The association candidate, as `o001` or `c1001`. */
  readonly candidate: string
  /** Type of the association, as `image3`. */
  readonly type: string
  /** The generator's rule that made it. */
  readonly rule: string
  /** Name of the file, without its folder. */
  readonly source: string
  /** By which a newer file is told: the file's `version_id`, else the time stamp in its name, else blank. */
  readonly version: string
  /** Each once, in text order of their names. */
  readonly members: readonly Member[]
}

/** The role of the exposures that a product's features are computed from. */
export const SCIENCE = 'science'

/** The columns of `associations.csv`; a row is a member of a product. */
export const MEMBER_COLUMNS = ['product', 'candidate', 'type', 'rule', 'member', 'role', 'source', 'version'] as const

/** The lines of a list in `associations.csv`, each with its line end. */
export function memberLines({ product, candidate, type, rule, source, version, members }: MemberList): string {
  let lines = ''
  for (const { name, role } of members)
    lines += formatRow([product, candidate, type, rule, name, role, source, version])
  return lines
}

/** The lists that rows of `associations.csv` make. */
export function readMemberLists(rows: readonly (readonly string[])[]): MemberList[] {
  const lists = new Map<string, MemberList & { readonly members: Member[] }>()
  for (const [
    product = '',
    candidate = '',
    type = '',
    rule = '',
    name = '',
    role = '',
    source = '',
    version = '',
  ] of rows) {
    const key = JSON.stringify([product, candidate, type, rule, source, version])
    const list = lists.get(key) ?? { product, candidate, type, rule, source, version, members: [] }
    list.members.push({ name, role })
    lists.set(key, list)
  }
  return [...lists.values()].map((list) => ({ ...list, members: eachOnce(list.members) }))
}

/**
 * Members in text order of their names, each once: one that is there in several roles has the role science, or else the
 * first by name.
 */
export function eachOnce(members: readonly Member[]): Member[] {
  const roles = new Map<string, string>()
  for (const { name, role } of members) {
    const other = roles.get(name)
    if (other === undefined || role === SCIENCE || (other !== SCIENCE && role < other)) roles.set(name, role)
  }
  return [...roles].map(([name, role]) => ({ name, role })).sort((a, b) => compareText(a.name, b.name))
}

/**
 * The order of two lists of one product: the greater one is newer and counts.
 *
 * By version, and where that does not tell, by content: so which one counts never depends on which came first.
 */
export function compareLists(a: MemberList, b: MemberList): number {
  return compareVersion(a, b) || compareText(memberLines(a), memberLines(b))
}

/** The order of the versions of two lists. */
export function compareVersion(a: MemberList, b: MemberList): number {
  return compareText(ordinal(a.version), ordinal(b.version)) || compareText(a.version, b.version)
}

/** More digits than any number in a version has. */
const WIDTH = 20

/** A version with its numbers as wide as one another, so that 9 comes before 10. */
function ordinal(version: string): string {
  return version.toLowerCase().replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(WIDTH, '0'))
}

/** The newest list of each product, in text order of the products' names. */
export function newestLists(lists: readonly MemberList[]): MemberList[] {
  const newest = new Map<string, MemberList>()
  for (const list of lists) {
    const other = newest.get(list.product)
    if (other === undefined || compareLists(list, other) > 0) newest.set(list.product, list)
  }
  return [...newest.values()].sort((a, b) => compareText(a.product, b.product))
}
