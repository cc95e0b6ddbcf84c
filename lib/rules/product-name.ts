/**
 * Names of products in association files, and which products of the database they mean (specification, section 9).
 *
 * A name in a file may be a template, whose parts the pipeline fills in when it makes the product, and names of MIR_MRS
 * products lack their channel and band.
 */
import type { Row } from './row.js'
import { compareText, isNothing } from './values.js'

/** What stands for a part of a name that only the pipeline knows. */
const PLACEHOLDER = /\{(\w+)\}/
/** What such a part looks like; of any other kind than a source it is one word. */
const WORD = '[a-z0-9]+'
const PARTS: Readonly<Record<string, string>> = { source_id: 's\\d+' }
/** What the pipeline adds to the name of a MIR_MRS product. */
const CHANNEL_AND_BAND = /_ch\d[-a-z]*$/

/** Whether a product of this name in a file belongs to a single observation. */
export function isObservationName(product: string): boolean {
  return product.startsWith('-o', 7)
}

/** Whether a name in a file ends after the instrument, as that of the MIR_MRS products of all channels and bands does. */
export function isWithoutBand(product: string): boolean {
  return product.endsWith('_miri')
}

/** The text before the first `_` of a name: program and candidate, never part of a template. */
function headOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1)
}

/** The expression for the names that a template stands for. */
function patternOf(template: string): RegExp {
  const pieces = template.split(PLACEHOLDER)
  const source = pieces.map((piece, index) => (index % 2 === 0 ? escaped(piece) : (PARTS[piece] ?? WORD)))
  return new RegExp(`^${source.join('')}$`)
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Finds the names in files that mean a product. */
export class ProductNames {
  readonly #plain = new Set<string>()
  /** Templates by their head. */
  readonly #templates = new Map<string, { readonly name: string; readonly pattern: RegExp }[]>()

  /** @param names names of products in files, lower case */
  constructor(names: Iterable<string>) {
    for (const name of names) {
      if (!PLACEHOLDER.test(name)) {
        this.#plain.add(name)
        continue
      }
      const head = headOf(name)
      const template = { name, pattern: patternOf(name) }
      const others = this.#templates.get(head)
      if (others === undefined) this.#templates.set(head, [template])
      else others.push(template)
    }
  }

  /** The names that mean a product: its own first, the others in text order. */
  of(product: Row): string[] {
    const name = product.dname.toLowerCase()
    const names: string[] = []
    for (const template of this.#templates.get(headOf(name)) ?? [])
      if (template.pattern.test(name)) names.push(template.name)
    const short = product.EXP_TYPE === 'MIR_MRS' ? name.replace(CHANNEL_AND_BAND, '') : name
    if (short !== name && isWithoutBand(short) && this.#plain.has(short)) names.push(short)
    names.sort(compareText)
    return this.#plain.has(name) ? [name, ...names] : names
  }
}

/**
 * The name that a product is expected to have, by its name in a file.
 *
 * @param exposure the first of its exposures
 */
export function expectedProduct(product: string, exposure: Row): string {
  const { EXP_TYPE, CHANNEL, BAND, FXD_SLIT } = exposure
  const filled = product
    .replace('{source_id}', 's000000001')
    .replace('{suffix}', 'wfscmb')
    .replace('{slit_name}', isNothing(FXD_SLIT) ? '{slit_name}' : FXD_SLIT.toLowerCase())
  if (EXP_TYPE !== 'MIR_MRS' || !isWithoutBand(product)) return filled
  return `${filled}_ch${CHANNEL.slice(0, 1)}-${BAND}`.toLowerCase()
}
