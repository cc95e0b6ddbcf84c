/**
 * Codes of category values (specification, section 7).
 */
import { isNothing } from './values.js'

/** The columns that are encoded. */
export const CATEGORIES = [
  'instr',
  'detector',
  'filter',
  'pupil',
  'grating',
  'exp_type',
  'channel',
  'band',
  'subarray',
  'visitype',
] as const
export type Category = (typeof CATEGORIES)[number]

/** For each category its values and their codes: the content of `encodings.json`. */
export type Encodings = Readonly<Record<Category, Readonly<Record<string, number>>>>

/** A category value that the encodings did not have. */
export interface NewCategory {
  readonly category: Category
  readonly value: string
  readonly code: number
}

const SUBARRAY_FAMILIES = ['MASK', 'SUB', 'WFSS']

/** The value that is encoded for a cell: families of detectors and subarrays in place of their members. */
function familyOf(category: Category, value: string): string {
  if (isNothing(value)) return 'NONE'
  if (category === 'detector') return detectorFamily(value)
  if (category === 'subarray') return SUBARRAY_FAMILIES.find((family) => value.startsWith(family)) ?? value
  return value
}

/** NIRCam's detectors: `NRC-S` a single one, `NRCA-M`/`NRCB-M` several of one module, `NRC-M` of both. */
function detectorFamily(value: string): string {
  const detectors = value.split('|')
  if (!detectors.every((detector) => detector.startsWith('NRC'))) return value
  if (detectors.length === 1) return 'NRC-S'
  const modules = new Set(detectors.map((detector) => detector[3]))
  if (modules.size > 1) return 'NRC-M'
  return modules.has('A') ? 'NRCA-M' : 'NRCB-M'
}

/**
 * Encodes category values and remembers those that have no code yet.
 *
 * A run learns a new value's code only when it has seen all values, since several get theirs in text order. Until
 * then such a cell holds a placeholder, which {@link Encoder.settle} replaces.
 */
export class Encoder {
  readonly #codes: ReadonlyMap<Category, Map<string, number>>
  /** The text that stands for each value met so far. */
  readonly #texts: ReadonlyMap<Category, Map<string, string>> = new Map(
    CATEGORIES.map((category) => [category, new Map()]),
  )
  readonly #unknown: { readonly category: Category; readonly value: string }[] = []
  readonly #placeholders = new Map<string, string>()
  #settled: ReadonlyMap<string, string> = new Map()

  constructor(encodings: Encodings) {
    this.#codes = new Map(CATEGORIES.map((category) => [category, new Map(Object.entries(encodings[category]))]))
  }

  /** The code of a value as text, or a placeholder for a value without one. */
  encode(category: Category, value: string): string {
    const texts = this.#texts.get(category)
    const known = texts?.get(value)
    if (known !== undefined) return known
    const text = this.#textOf(category, value)
    texts?.set(value, text)
    return text
  }

  #textOf(category: Category, value: string): string {
    const family = familyOf(category, value)
    const code = this.#codes.get(category)?.get(family)
    return code === undefined ? this.#placeholder(category, family) : String(code)
  }

  #placeholder(category: Category, value: string): string {
    const key = `${category}:${value}`
    const known = this.#placeholders.get(key)
    if (known !== undefined) return known
    const placeholder = `?${this.#unknown.length}`
    this.#unknown.push({ category, value })
    this.#placeholders.set(key, placeholder)
    return placeholder
  }

  /** Whether any cell holds a placeholder. */
  get hasPlaceholders(): boolean {
    return this.#unknown.length > 0
  }

  /** Gives the values seen without a code the next free ones of their category, in text order. */
  settle(): readonly NewCategory[] {
    const settled = new Map<string, string>()
    const added: NewCategory[] = []
    const ordered = this.#unknown.map((entry, index) => ({ ...entry, placeholder: `?${index}` }))
    ordered.sort((a, b) => (a.value < b.value ? -1 : 1))
    for (const { category, value, placeholder } of ordered) {
      const codes = this.#codes.get(category) as Map<string, number>
      const code = Math.max(-1, ...codes.values()) + 1
      codes.set(value, code)
      settled.set(placeholder, String(code))
      added.push({ category, value, code })
    }
    this.#settled = settled
    return added
  }

  /** The code behind a cell that {@link encode} gave, after {@link settle}. */
  resolve(cell: string): string {
    return cell.startsWith('?') ? (this.#settled.get(cell) ?? cell) : cell
  }

  /** All values and codes, with those that this run added. */
  get encodings(): Encodings {
    const entries = CATEGORIES.map((category) => [category, Object.fromEntries(this.#codes.get(category) ?? [])])
    return Object.fromEntries(entries) as Encodings
  }
}
