/** The optical elements in the name of an expected product (specification, section 4). */

import type { Keywords } from './keywords.js'
import type { Model } from './models.js'
import { isNothing } from './values.js'

const PUPIL_FIRST = new Set(['CLEAR', 'CLEARP', 'F405N'])
const FILTER_FIRST_TYPES = new Set(['NRC_WFSS', 'NIS_SOSS', 'NRC_TSGRISM'])

/** Names follow section 4 to the letter: a part brings its dash along, even where nothing stands before it. */
export function imageOptics({ FILTER, PUPIL, SUBARRAY, VISITYPE, DETECTOR }: Keywords): string {
  const optics = PUPIL_FIRST.has(PUPIL) ? joined(PUPIL, FILTER) : joined(FILTER, PUPIL)
  return optics + withDash(subarrayPart(SUBARRAY)) + (VISITYPE.includes('WFSC') ? withDash(DETECTOR) : '')
}

/** @param model the one that the group trains */
export function spectralOptics(keywords: Keywords, model: Model): string {
  const { FILTER, GRATING, FXD_SLIT, SUBARRAY, BAND, CHANNEL } = keywords
  const withoutSlit = model === 'TAC' && FILTER === 'CLEAR' && GRATING === 'PRISM'
  const slit = withoutSlit ? '' : withDash(FXD_SLIT)
  const band = isNothing(BAND) ? '' : `ch${CHANNEL.slice(0, 1)}-${BAND}`
  return spectralElements(keywords) + slit + withDash(subarrayPart(SUBARRAY)) + band
}

/** The two optical elements of a spectrum, in the order that its exposure type has them. */
function spectralElements({ EXP_TYPE, FILTER, PUPIL, GRATING }: Keywords): string {
  if (!isNothing(PUPIL)) return FILTER_FIRST_TYPES.has(EXP_TYPE) ? joined(FILTER, PUPIL) : joined(PUPIL, FILTER)
  return EXP_TYPE === 'NRS_IFU' ? joined(GRATING, FILTER) : joined(FILTER, GRATING)
}

function subarrayPart(subarray: string): string {
  return subarray === 'FULL' ? '' : subarray
}

function withDash(part: string): string {
  return isNothing(part) ? '' : `-${part}`
}

function joined(first: string, second: string): string {
  if (isNothing(first)) return isNothing(second) ? '' : second
  return isNothing(second) ? first : `${first}-${second}`
}
