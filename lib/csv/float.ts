/**
 * Floats as text: as pandas writes them, that is as Python's `repr` (specification, section 8).
 *
 * The shortest text that reads back as the same number takes JavaScript a quarter of a microsecond, and a run writes
 * millions. Here it is found with float arithmetic that loses nothing: the number times a power of ten has 17 digits
 * before the point, and is the exact sum of two floats; so is the distance up to which other numbers read back as it.
 */
import { type ByteWriter, IS_LOWEST_FIRST } from './bytes.js'
import { POWERS } from './decimal.js'

const CODE_POINT = 46
const CODE_MINUS = 45
const CODE_0 = 48
/** Digits that tell any float from its neighbours. */
const DIGITS = 17
/** So many digits are one integer of two. */
const LOW_DIGITS = 8
const LOW_SIZE = 10 ** LOW_DIGITS
/** The first integer that has one digit more than the digits before the lower ones. */
const HIGH_SIZE = 10 ** (DIGITS - LOW_DIGITS)
/** Numbers from here up to the second have no exponent (section 8). */
const SMALLEST = 1e-4
const GREATEST = 1e16
/** More bytes than any number takes that is written here. */
export const MOST_FLOAT_BYTES = 32

/** What splits a float in halves of 26 bits (Dekker), and the powers of ten so split. */
const SPLITTER = 2 ** 27 + 1
const HIGH_HALVES = POWERS.map(highHalf)
const LOW_HALVES = POWERS.map((power) => power - highHalf(power))
/** For each number of digits before the point, from {@link FEWEST_DIGITS} on, the first number that has one more. */
const FEWEST_DIGITS = -4
const LIMITS = Array.from({ length: 22 }, (_, index) => Number(`1e${index + FEWEST_DIGITS}`))
/** Half of what a float's last bit is worth, by its exponent, from {@link LEAST_EXPONENT} on. */
const LEAST_EXPONENT = -16
const HALF_BITS = Array.from({ length: 72 }, (_, index) => 2 ** (index + LEAST_EXPONENT - 53))
/** The digits of 00 to 99. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, index) => CODE_0 + (index % 2 === 0 ? (index / 20) | 0 : (index >> 1) % 10),
)

const FLOAT = new Float64Array(1)
const WORDS = new Uint32Array(FLOAT.buffer)
/** Which of the two words has the exponent: that is a matter of the processor. */
const HIGH_WORD = IS_LOWEST_FIRST ? 1 : 0

function highHalf(value: number): number {
  const large = SPLITTER * value
  return large - (large - value)
}

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

/** Integers below this have so few digits that no shorter decimal reads back as the same number as they do. */
const MOST_SCALED = 1e15
/** With so many decimals what is behind the point is a small integer. */
const MOST_DECIMALS = 9

/** The text of an integer over a power of ten, the number of decimals: what {@link formatFloat} gives for the quotient. */
export function formatScaled(integer: number, decimals: number): string {
  const power = POWERS[decimals] ?? Number.NaN
  const hasNoExponent = integer >= SMALLEST * power && integer < MOST_SCALED
  if (!hasNoExponent || decimals === 0 || decimals > MOST_DECIMALS) return formatFloat(integer / power)
  const whole = Math.floor(integer / power)
  let part = (integer - whole * power) | 0
  let places = decimals
  for (; places > 1 && part % 10 === 0; places--) part = (part / 10) | 0
  // The digit before those behind the point keeps their zeros.
  return `${whole}.${String(part + (POWERS[places] ?? 0)).slice(1)}`
}

/** Adds what {@link formatFloat} gives. */
export function addFloat(value: number, out: ByteWriter): void {
  const start = out.reserve(MOST_FLOAT_BYTES)
  out.giveBack(start + MOST_FLOAT_BYTES - writeFloat(value, out.block, start))
}

/**
 * Writes what {@link formatFloat} gives.
 *
 * @param at where to begin; there have to be {@link MOST_FLOAT_BYTES} from there on
 * @returns where it ends
 */
export function writeFloat(value: number, bytes: Uint8Array, at: number): number {
  if (value >= SMALLEST && value < GREATEST) {
    const end = writeDecimal(value, bytes, at)
    if (end > 0) return end
  } else if (value <= -SMALLEST && value > -GREATEST) {
    const end = writeDecimal(-value, bytes, at + 1)
    bytes[at] = CODE_MINUS
    if (end > 0) return end
  } else if (Object.is(value, 0)) {
    bytes[at] = CODE_0
    bytes[at + 1] = CODE_POINT
    bytes[at + 2] = CODE_0
    return at + 3
  }
  return writeText(formatFloat(value), bytes, at)
}

function writeText(text: string, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  return at + text.length
}

/** Writes a number that has no exponent; returns where it ends, or -1 for one that has to be looked at more closely. */
function writeDecimal(value: number, bytes: Uint8Array, at: number): number {
  FLOAT[0] = value
  const high = WORDS[HIGH_WORD] ?? 0
  const low = WORDS[1 - HIGH_WORD] ?? 0
  // Below a power of two the numbers are denser than above it.
  if (low === 0 && (high & 0xfffff) === 0) return -1
  const exponent = (high >>> 20) - 1023
  const least = ((exponent * 1233) >> 12) + 1
  const whole = value >= (LIMITS[least - FEWEST_DIGITS] ?? 0) ? least + 1 : least
  const power = DIGITS - whole
  // Numbers up to here read back as the same: of two that are as near, the one whose last bit is 0 is taken.
  const reach = (HALF_BITS[exponent - LEAST_EXPONENT] ?? 0) * (POWERS[power] ?? 0)
  split(value, power)
  if (!shorten(reach, (low & 1) === 0)) return -1
  return whole > 0 ? writeLarge(whole, bytes, at) : writeSmall(whole, bytes, at)
}

/** The 17 digits as two integers, and what comes behind them: an object, as floats that are variables are made anew. */
const digits = { upper: 0, lower: 0, fraction: 0.5 }

/** Finds the digits of a number times a power of ten. Nothing here is rounded. */
function split(value: number, power: number): void {
  const scale = POWERS[power] ?? 0
  const product = value * scale
  const valueHigh = highHalf(value)
  const valueLow = value - valueHigh
  const scaleHigh = HIGH_HALVES[power] ?? 0
  const scaleLow = LOW_HALVES[power] ?? 0
  const rest = valueHigh * scaleHigh - product + valueHigh * scaleLow + valueLow * scaleHigh + valueLow * scaleLow
  const wholeRest = Math.floor(rest)
  const upper = Math.floor(product / LOW_SIZE)
  const lower = product - upper * LOW_SIZE + wholeRest
  const carry = lower < 0 ? -1 : lower >= LOW_SIZE ? 1 : 0
  digits.upper = (upper + carry) | 0
  digits.lower = (lower - carry * LOW_SIZE) | 0
  digits.fraction = rest - wholeRest
}

/**
 * Makes the digits those of the shortest number within reach, and of several the nearest one; there are zeros at their
 * end then. The reach is at least half of the last digit and less than twelve of it, so that there is always one of 17
 * digits, and only one that ends with two zeros or more.
 *
 * @param isClosed whether numbers that are just at the reach are within it
 * @returns false where two are as near
 */
function shorten(reach: number, isClosed: boolean): boolean {
  const { lower, fraction } = digits
  const hundreds = ((lower / 100) | 0) * 100
  const aboveHundreds = lower - hundreds + fraction
  const tens = ((lower / 10) | 0) * 10
  const aboveTens = lower - tens + fraction
  let rounded = lower
  if (isWithin(aboveHundreds, reach, isClosed)) rounded = hundreds
  else if (isWithin(100 - aboveHundreds, reach, isClosed)) rounded = hundreds + 100
  else if (isWithin(Math.min(aboveTens, 10 - aboveTens), reach, isClosed)) {
    if (aboveTens === 5) return false
    rounded = aboveTens < 5 ? tens : tens + 10
  } else if (fraction === 0.5) return false
  else if (fraction > 0.5) rounded++
  const carries = rounded === LOW_SIZE
  digits.lower = carries ? 0 : rounded
  if (carries) digits.upper++
  return digits.upper < HIGH_SIZE
}

function isWithin(distance: number, reach: number, isClosed: boolean): boolean {
  return distance < reach || (isClosed && distance === reach)
}

/** Writes the digits with the point behind the first `whole` of them. */
function writeLarge(whole: number, bytes: Uint8Array, at: number): number {
  writeDigits(bytes, at + 1)
  const point = at + whole
  for (let index = at; index < point; index++) bytes[index] = bytes[index + 1] ?? 0
  bytes[point] = CODE_POINT
  return endOf(bytes, point, at + 1 + DIGITS)
}

/** Writes the digits behind a zero, the point, and `-whole` zeros. */
function writeSmall(whole: number, bytes: Uint8Array, at: number): number {
  const start = at + 2 - whole
  // `fill` of a buffer takes longer than the few zeros.
  for (let index = at; index < start; index++) bytes[index] = CODE_0
  bytes[at + 1] = CODE_POINT
  writeDigits(bytes, start)
  return endOf(bytes, at + 1, start + DIGITS)
}

/** Where a number ends without zeros at its end, but for the first digit behind the point. */
function endOf(bytes: Uint8Array, point: number, end: number): number {
  let last = end
  while (last > point + 2 && bytes[last - 1] === CODE_0) last--
  return last
}

function writeDigits(bytes: Uint8Array, at: number): void {
  const { upper, lower } = digits
  const first = (upper / LOW_SIZE) | 0
  bytes[at] = CODE_0 + first
  writeEight(upper - first * LOW_SIZE, bytes, at + 1)
  writeEight(lower, bytes, at + 1 + LOW_DIGITS)
}

function writeEight(value: number, bytes: Uint8Array, at: number): void {
  const high = (value / 10000) | 0
  const low = value - high * 10000
  const first = (high / 100) | 0
  const third = (low / 100) | 0
  writePair(first, bytes, at)
  writePair(high - first * 100, bytes, at + 2)
  writePair(third, bytes, at + 4)
  writePair(low - third * 100, bytes, at + 6)
}

function writePair(value: number, bytes: Uint8Array, at: number): void {
  bytes[at] = PAIRS[2 * value] ?? 0
  bytes[at + 1] = PAIRS[2 * value + 1] ?? 0
}
