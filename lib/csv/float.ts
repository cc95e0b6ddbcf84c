/** Floats as text: as pandas writes them, that is as Python's `repr` (specification, section 8). */
import type { ByteWriter } from './bytes.js'
import { POWERS } from './decimal.js'
import { BYTE } from './quoted.js'
import { instantiate, type WasmMemory } from './wasm.js'

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

/** Integers below this have so few digits that no shorter decimal reads back as the same number as they do. */
const MOST_SCALED = 1e15
/** With so many decimals what is behind the point is a small integer. */
const MOST_DECIMALS = 9

/** The same number, as what V8 knows to be a small integer if it is one. */
function asInteger(value: number): number {
  const integer = value | 0
  return integer === value ? integer : value
}

/** The text of an integer over a power of ten, the number of decimals: what {@link formatFloat} gives for the quotient. */
export function formatScaled(integer: number, decimals: number): string {
  const power = POWERS[decimals] ?? Number.NaN
  const hasNoExponent = integer >= SMALLEST * power && integer < MOST_SCALED
  if (!hasNoExponent || decimals === 0 || decimals > MOST_DECIMALS) return formatFloat(integer / power)
  const whole = Math.floor(integer / power)
  let part = (integer - whole * power) | 0
  let places = decimals
  for (; places > 1 && part % 10 === 0; places--) part = (part / 10) | 0
  // The digit before those behind the point keeps their zeros. As integers both are text in a fraction of the time.
  return `${asInteger(whole)}.${String(asInteger(part + (POWERS[places] ?? 0))).slice(1)}`
}

/** Adds what {@link formatFloat} gives. */
export function addFloat(value: number, out: ByteWriter): void {
  const floats = floatTexts()
  floats.values[0] = value
  floats.write(1)
  out.copy(floats.text, TEXT_AT, floats.ends[1] ?? 0)
}

/** Where `float.wat` has its numbers, where the text of each ends, and the text. */
const VALUES_AT = 2048
const ENDS_AT = 3072
const TEXT_AT = 4096
/** Numbers that can be written at a time, and more bytes than any of them takes with its comma. */
const MOST_FLOATS = 100
export const MOST_FLOAT_BYTES = 32

interface Exports {
  readonly memory: WasmMemory
  /** See `float.wat`. */
  write(first: number, count: number): number
}

/** What splits a float in halves of 26 bits (Dekker). */
const SPLITTER = 2 ** 27 + 1

function highHalf(value: number): number {
  const large = SPLITTER * value
  return large - (large - value)
}

/** The numbers that `float.wat` works with, one list behind the other. */
function tables(): number[] {
  const limits = Array.from({ length: 22 }, (_, index) => Number(`1e${index - 4}`))
  const halfBits = Array.from({ length: 72 }, (_, index) => 2 ** (index - 16 - 53))
  return [...POWERS, ...POWERS.map(highHalf), ...POWERS.map((power) => power - highHalf(power)), ...limits, ...halfBits]
}

/**
 * Writes numbers, some at a time, by a little WebAssembly (`float.wat`): JavaScript takes a quarter of a microsecond for
 * each, and a run writes millions.
 */
export class FloatTexts {
  /** The numbers. */
  readonly values: Float64Array
  /** Their texts: what {@link formatFloat} gives, with a comma behind each. */
  readonly text: Uint8Array
  /** The place before the first text, then where each of them ends. */
  readonly ends: Int32Array
  readonly #exports = instantiate<Exports>('float')

  constructor() {
    const { buffer } = this.#exports.memory
    new Float64Array(buffer).set(tables())
    this.values = new Float64Array(buffer, VALUES_AT, MOST_FLOATS)
    this.text = new Uint8Array(buffer)
    this.ends = new Int32Array(buffer, ENDS_AT - Int32Array.BYTES_PER_ELEMENT, MOST_FLOATS + 1)
    this.ends[0] = TEXT_AT - 1
  }

  /** Writes the first numbers. */
  write(count: number): void {
    for (let next = this.#exports.write(0, count); next < count; next = this.#exports.write(next + 1, count)) {
      let at = (this.ends[next] ?? 0) + 1
      const text = formatFloat(this.values[next] ?? Number.NaN)
      for (let index = 0; index < text.length; index++) this.text[at++] = text.charCodeAt(index)
      this.ends[next + 1] = at
      this.text[at] = BYTE.comma
    }
  }
}

let known: FloatTexts | undefined

/** Those that all share who have done with them before another one writes. */
export function floatTexts(): FloatTexts {
  known ??= new FloatTexts()
  return known
}
