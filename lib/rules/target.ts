/** A target's right ascension as the tables show it (specification, section 3.4). */
import { formatFloat } from '../csv/float.js'
import { roundHalfEven } from './values.js'

/** TARG_RA to 8 decimals, and `targra`, to 6 (degrees); blanks for a blank. */
export interface RoundedTarget {
  readonly TARG_RA: string
  readonly targra: string
}

/** Decimals of TARG_RA and of `targra`. */
const DECIMALS = 8
const KEY_DECIMALS = 6

const BLANK: RoundedTarget = { TARG_RA: '', targra: '' }
/** The last one: neighbouring rows mostly have the same target, and to write floats is dear. */
let last: { readonly text: string; readonly rounded: RoundedTarget } = { text: '', rounded: BLANK }

/** @param text a number of degrees, or a blank */
export function roundedTarget(text: string): RoundedTarget {
  if (text !== last.text) last = { text, rounded: text === '' ? BLANK : round(Number(text)) }
  return last.rounded
}

function round(degrees: number): RoundedTarget {
  const rounded = roundHalfEven(degrees, DECIMALS)
  // No point of the sky, but what reads tables has to find a number there.
  if (!Number.isFinite(rounded)) return { TARG_RA: formatFloat(degrees), targra: formatFloat(degrees) }
  return { TARG_RA: formatFloat(rounded), targra: formatFloat(roundHalfEven(rounded, KEY_DECIMALS)) }
}
