/**
 * What an association file says of one product: which exposures it is made of, each in which role (specification,
 * section 9). Pure; where files come from is told in `lib/asn`.
 */
import { formatRow } from '../csv/write.js'

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
