/**
 * Codes of category values (specification, section 7).
 */
import { ownText } from '../csv/bytes.js'
import { compareText, isNothing } from './values.js'

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

/** No value has a code: each gets a placeholder. */
export const NO_CODES = Object.fromEntries(CATEGORIES.map((category) => [category, {}])) as Encodings

/** A category value that the encodings did not have. */
export interface NewCategory {
  readonly category: Category
  readonly value: string
  readonly code: number
  /** What the value looks like: `NONE` for a mark of missing values, a value without its blanks, one that had a code in capitals. */
  readonly looksLike?: string
}

/** Category values without a code. */
export type UnknownValues = readonly Omit<NewCategory, 'code' | 'looksLike'>[]

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

/** What a category value without a code is written as until the run's end: this, and the value. */
const PLACEHOLDER = '?'

/** Whether a cell of a category column holds a value that has no code yet. */
export function isPlaceholder(cell: string): boolean {
  return cell[0] === PLACEHOLDER
}

/** The value that a placeholder stands for. */
export function valueOfPlaceholder(cell: string): string {
  return cell.slice(PLACEHOLDER.length)
}

/**
 * Encodes category values and remembers those that have no code yet.
 *
 * A run learns a new value's code only when it has seen all values, since several get theirs in text order. Until
 * then such a cell holds a placeholder, which {@link Encoder.resolve} replaces.
 */
export class Encoder {
  readonly #columns: ReadonlyMap<Category, CategoryColumn>
  #placeholders = 0

  constructor(encodings: Encodings) {
    this.#columns = new Map(CATEGORIES.map((name) => [name, new CategoryColumn(name, encodings[name])]))
  }

  /** The code of a value as text, or a placeholder for a value without one. */
  encode(category: Category, value: string): string {
    const text = this.#columnOf(category).encode(value)
    if (isPlaceholder(text)) this.#placeholders++
    return text
  }

  /** How many cells with a placeholder were given. */
  get placeholders(): number {
    return this.#placeholders
  }

  /** The values met so far that have no code. */
  get unknown(): UnknownValues {
    return [...this.#columns.values()].flatMap(({ category, unknown }) =>
      [...unknown].map((value) => ({ category, value })),
    )
  }

  /** Takes values without a code that another encoder met. */
  learn(values: UnknownValues): void {
    for (const { category, value } of values) this.#columnOf(category).unknown.add(value)
  }

  /** Gives the values seen without a code the next free ones of their category, in text order. */
  assignCodes(): readonly NewCategory[] {
    const ordered = this.unknown.toSorted((a, b) => compareText(a.value, b.value))
    return ordered.map(({ category, value }) => {
      const { codes } = this.#columnOf(category)
      const code = Math.max(-1, ...codes.values()) + 1
      const looksLike = meantBy(category, value, codes)
      codes.set(value, code)
      return { category, value, code, ...(looksLike === undefined ? {} : { looksLike }) }
    })
  }

  /** The code behind a cell that {@link encode} gave, after {@link assignCodes}. */
  resolve(category: Category, cell: string): string {
    if (!isPlaceholder(cell)) return cell
    return String(this.#columnOf(category).codes.get(valueOfPlaceholder(cell)) ?? cell)
  }

  /** All values and codes, with those that this run added. */
  get encodings(): Encodings {
    const entries = [...this.#columns.values()].map(({ category, codes }) => [category, Object.fromEntries(codes)])
    return Object.fromEntries(entries) as Encodings
  }

  #columnOf(category: Category): CategoryColumn {
    return this.#columns.get(category) as CategoryColumn
  }
}

/** What stands for missing values in other programs; in this one it is a value. */
const MISSING: ReadonlySet<string> = new Set(['\\N', 'NA', '<NA>', '#N/A', '(NULL)', '-', '?'])

/** What a new value is likely to be a mistake for. */
function meantBy(category: Category, value: string, codes: ReadonlyMap<string, number>): string | undefined {
  const plain = value.trim()
  const capitals = plain.toUpperCase()
  if (MISSING.has(capitals)) return 'NONE'
  const known = [plain, capitals].map((text) => familyOf(category, text)).find((text) => codes.has(text))
  return known ?? (plain === value ? undefined : plain)
}

/** The values of one category. */
class CategoryColumn {
  readonly category: Category
  readonly codes: Map<string, number>
  /** Values met so far that have no code. */
  readonly unknown = new Set<string>()
  /** The text that stands for each value met so far. */
  readonly #texts = new Map<string, string>()

  constructor(category: Category, codes: Readonly<Record<string, number>>) {
    this.category = category
    this.codes = new Map(Object.entries(codes))
  }

  encode(value: string): string {
    return this.#texts.get(value) ?? this.#textOf(value)
  }

  #textOf(value: string): string {
    const known = ownText(value)
    const family = familyOf(this.category, known)
    const code = this.codes.get(family)
    if (code === undefined) this.unknown.add(family)
    const text = code === undefined ? PLACEHOLDER + family : String(code)
    this.#texts.set(known, text)
    return text
  }
}
