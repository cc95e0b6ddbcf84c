/** Numbers among the bytes of a line. */

const CODE_MINUS = 45
const CODE_POINT = 46
const CODE_0 = 48
const CODE_9 = 57
/** Longer numbers than this may exceed what a float can hold. */
const MOST_DIGITS = 300
/** So many digits make an integer that a float holds exactly. */
const EXACT_DIGITS = 15
/** The powers of ten that a float holds exactly, by their exponents. */
export const POWERS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))

/**
 * Whether some bytes are a decimal number without exponent, sign of plus or space: a quick yes for what nearly all
 * numbers look like. No means nothing.
 */
export function isPlainDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MOST_DIGITS) return false
  let points = 0
  const first = start < end && bytes[start] === CODE_MINUS ? start + 1 : start
  for (let index = first; index < end; index++) {
    const code = bytes[index] ?? 0
    if (code === CODE_POINT) points++
    else if (code < CODE_0 || code > CODE_9) return false
  }
  return points <= 1 && end - first > points
}

/**
 * The number that some bytes are, as `Number` reads it; NaN where they are none, or have to be read by `Number`.
 *
 * What has few digits is a quotient of two integers that floats hold exactly, so that a single division rounds it as it
 * has to be. It takes a fifth of the time that cutting a text out and reading it takes.
 */
export function decimalAt(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === CODE_MINUS
  const first = isNegative ? start + 1 : start
  let value = 0
  let digits = 0
  let point = -1
  for (let index = first; index < end; index++) {
    const digit = (bytes[index] ?? 0) - CODE_0
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit
      digits++
    } else if (digit === CODE_POINT - CODE_0 && point < 0) point = index
    else return Number.NaN
  }
  if (digits === 0 || digits > EXACT_DIGITS) return Number.NaN
  const size = point < 0 ? value : value / (POWERS[end - point - 1] ?? Number.NaN)
  return isNegative ? -size : size
}
