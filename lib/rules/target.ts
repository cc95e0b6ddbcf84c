/** A target's right ascension as the tables show it (specification, section 3.4). */
import { formatFloat } from '../csv/float.js'
import { roundHalfEven } from './values.js'

/** TARG_RA to 8 decimals, and `targra`, to 6 (degrees); blanks for a blank. */
export interface RoundedTarget {
  readonly TARG_RA: string
  readonly targra: string
}

/** @param text a number of degrees, or a blank */
export function roundedTarget(text: string): RoundedTarget {
  if (text === '') return { TARG_RA: '', targra: '' }
  const rounded = roundHalfEven(Number(text), 8)
  return { TARG_RA: formatFloat(rounded), targra: formatFloat(roundHalfEven(rounded, 6)) }
}
