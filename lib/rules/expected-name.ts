/** The name of the product that an exposure's group is expected to make (specification, section 4). */
import { isSourceBased, traitsOf } from './association.js'
import type { Row } from './row.js'
import type { TargetRanks } from './target-ranks.js'

/**
 * The name of the product that an exposure's group is expected to make (section 4), lower case.
 *
 * @param ranks those of its association's targets
 */
export function expectedName(exposure: Row, ranks: TargetRanks): string {
  const { nameStart, nameEnd } = traitsOf(exposure)
  return nameStart + targetId(exposure, ranks) + nameEnd
}

/** The target part of an expected name: `s000000001`, `t0` or `tN` (section 4). */
function targetId(exposure: Row, ranks: TargetRanks): string {
  if (!isSourceBased(exposure)) return `t${ranks.of(exposure)}`
  return exposure.keywords.VISITYPE === 'PARALLEL_PURE' ? 't0' : 's000000001'
}
