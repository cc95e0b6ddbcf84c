/**
 * The text of an association file to what it says of products (specification, section 9). Pure; names in it are data,
 * and nothing is ever opened by them.
 */

import { programOf } from '../rules/dataset.js'
import { type Member, type MemberList, SCIENCE } from '../rules/member-list.js'
import { eachOnce } from '../rules/member-lists.js'
import { isExposureName, memberName } from '../rules/member-name.js'
import { nameInFile } from '../rules/product-name.js'
import { isNothing } from '../rules/values.js'

/** What is wrong with a file that cannot be used. */
export class AssociationFault extends Error {
  /** What faults of its kind have in common, to count them by. */
  readonly kind: string

  constructor(kind: string, message = kind) {
    super(message)
    this.kind = kind
  }
}

/** What a file says. */
export interface ParsedAssociation {
  readonly level: 2 | 3
  /** One for each product of a Level 3 file; none for a Level 2 file. */
  readonly lists: readonly MemberList[]
  /** Members that were passed over, as their names are those of no exposures. */
  readonly passedOver: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/** A time stamp in a file's name, as `jw01018-o001_20240221t101530_image3_00001_asn.json` has it. */
const TIME_STAMP = /\d{8}t\d{6}/i
/** What the names of products are made of; placeholders of templates are in braces. */
const PRODUCT_NAME = /^jw\d{5}[-\w.{}+]*$/

/**
 * Reads an association file.
 *
 * @param source name of the file, without its folder
 * @throws AssociationFault where it cannot be used
 */
export function parseAssociation(text: string, source: string): ParsedAssociation {
  const root = parseJson(text)
  if (!isObject(root) || !Array.isArray(root.products) || root.products.length === 0) {
    throw new AssociationFault('it has no products: expected an object with a list "products"')
  }
  const level = levelOf(root)
  if (level === 2) return { level, lists: [], passedOver: [] }
  const passedOver: string[] = []
  const lists = root.products.map((product, index) => {
    return readProduct(product, { where: `products[${index}]`, passedOver }, root, source)
  })
  return { level, lists, passedOver }
}

/** A place in a file, and what takes the members that are passed over. */
interface Place {
  readonly where: string
  readonly passedOver: string[]
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const { message } = error as Error
    if (/^\s*$/.test(text)) throw new AssociationFault('it is empty')
    if (/character after JSON/i.test(message)) {
      throw new AssociationFault('something follows its JSON text', `something follows its JSON text: ${message}`)
    }
    if (/unexpected end|unterminated/i.test(message) || isCutShort(text)) {
      throw new AssociationFault('it is cut short: the JSON text ends too early', `it is cut short: ${message}`)
    }
    throw new AssociationFault('it is not JSON', `it is not JSON: ${message}`)
  }
}

/** Whether text that is no JSON begins as an object and lacks its end. */
function isCutShort(text: string): boolean {
  return text.trimStart().startsWith('{') && !text.trimEnd().endsWith('}')
}

/** The level of the products that an association makes, by its type or else by its rule or the product's name. */
function levelOf({ asn_type: type, asn_rule: rule, products }: Json): 2 | 3 {
  const [, byType] = /([23])b?$/.exec(text(type)) ?? []
  const [, byRule] = /(?:lv|level_?)([23])/i.exec(text(rule)) ?? []
  const [first] = products as readonly unknown[]
  const name = isObject(first) ? text(first.name) : ''
  const level = byType ?? byRule ?? (/^jw\d{5}-/i.test(name) ? '3' : /^jw\d{11}_/i.test(name) ? '2' : undefined)
  if (level !== undefined) return level === '2' ? 2 : 3
  throw new AssociationFault('neither asn_type nor asn_rule tells the level')
}

function readProduct(product: unknown, place: Place, root: Json, source: string): MemberList {
  const { where } = place
  if (!isObject(product)) throw new AssociationFault('a product is no object', `${where}: expected an object`)
  const name = nameInFile(text(product.name))
  if (!PRODUCT_NAME.test(name)) {
    const what = `${where}.name is ${shown(product.name)}: expected jw, the five digits of the program, and the rest`
    throw new AssociationFault('a product has no name that could be one', what)
  }
  return {
    product: name,
    candidate: clean(root.asn_id) || (name.split(/[-_]/)[1] ?? ''),
    type: clean(root.asn_type),
    rule: clean(root.asn_rule),
    source: clean(source),
    version: versionIn(clean(root.version_id)) || (TIME_STAMP.exec(source)?.[0] ?? ''),
    members: readMembers(product.members, place, name),
  }
}

/** A version that says something; "null" and its like, in whatever case, are written for none. */
function versionIn(version: string): string {
  return isNothing(version.toUpperCase()) || version.toLowerCase() === 'nan' ? '' : version
}

function readMembers(members: unknown, place: Place, product: string): Member[] {
  const { where } = place
  if (!Array.isArray(members) || members.length === 0) {
    throw new AssociationFault('a product has no members', `${where}: ${product} has no members`)
  }
  const read = members.flatMap((member, index) => {
    return readMember(member, { ...place, where: `${where}.members[${index}]` }, product) ?? []
  })
  if (!read.some(({ role }) => role === SCIENCE)) {
    throw new AssociationFault(
      'a product has no science members',
      `${where}: no member of ${product} has exptype science`,
    )
  }
  return eachOnce(read)
}

/** A member; undefined for one that is no exposure, and not science. */
function readMember(member: unknown, { where, passedOver }: Place, product: string): Member | undefined {
  const { expname, exptype } = isObject(member) ? member : {}
  const name = memberName(text(expname))
  const role = clean(exptype).toLowerCase()
  if (!isExposureName(name)) {
    if (role !== '' && role !== SCIENCE) {
      passedOver.push(`${product}: ${role} ${shown(expname)}`)
      return undefined
    }
    const what = `${where}.expname is ${shown(expname)}: expected the name of an exposure`
    throw new AssociationFault('a science member has no name that could be that of an exposure', what)
  }
  if (programOf(name) !== programOf(product)) {
    const what = `${where}: ${name} is of another program than ${product}`
    throw new AssociationFault('a member is of another program than its product', what)
  }
  if (role === '') {
    throw new AssociationFault('a member has no exptype', `${where}: ${name} has no exptype, such as "science"`)
  }
  return { name, role }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text or a number as text; blank for anything else. */
function text(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' ? String(value) : ''
}

/** Longer texts than this are none that a generator writes. */
const LONGEST = 200

/** A text for a cell of a table: one line, without what no cell should have. */
function clean(value: unknown): string {
  return text(value)
    .slice(0, LONGEST)
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .trim()
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'missing'
  } catch {
    // What is nested without bound can be read, but not be written.
    return 'something nested very deep'
  }
}

/** A value of the file as a message shows it. */
function shown(value: unknown): string {
  const json = jsonOf(value)
  return json.length > 60 ? `${json.slice(0, 60)}…` : json
}
