/**
 * Lists of members beside one another: those that rows of `associations.csv` make, and which of several counts
 * (specification, section 9). Needed only where association files tell of a program.
 */
import { type Member, type MemberList, memberLines, SCIENCE } from './member-list.js'
import { compareText } from './values.js'

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
