/** Floats as text: as pandas writes them, that is as Python's `repr` (specification, section 8). */

/** Numbers from here up to the second have no exponent (section 8). */
const SMALLEST = 1e-4
const GREATEST = 1e16

/**
 * The shortest text that reads back as the same number, with `.0` on whole numbers, and with an exponent of at least two
 * digits below 1e-4 and from 1e16 on. NaN is a blank; infinities are `inf` and `-inf`.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return ''
  const size = Math.abs(value)
  if (size === Number.POSITIVE_INFINITY) return value < 0 ? '-inf' : 'inf'
  if (size === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (size < SMALLEST || size >= GREATEST) return value.toExponential().replace(/(?<=e[+-])(?=\d$)/, '0')
  // A template would be half again as slow as this call.
  return Number.isInteger(value) ? `${value}.0` : value.toString()
}

/** Longer numbers than this may exceed what a float can hold. */
const MOST_DIGITS = 300
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57

/**
 * The whole part of a decimal number among some bytes, without its sign; NaN for what has an exponent, a plus or a space,
 * or is no number: then `toNumber` tells.
 */
export function wholePartAt(bytes: Uint8Array, start: number, end: number): number {
  const first = start < end && bytes[start] === MINUS ? start + 1 : start
  if (end - first > MOST_DIGITS) return Number.NaN
  let whole = 0
  let at = first
  for (; at < end && bytes[at] !== POINT; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) return Number.NaN
    whole = whole * 10 + byte - ZERO
  }
  const digits = at < end ? end - first - 1 : end - first
  for (at++; at < end; at++) {
    const byte = bytes[at] as number
    if (byte < ZERO || byte > NINE) return Number.NaN
  }
  return digits > 0 ? whole : Number.NaN
}
