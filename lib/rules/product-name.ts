/**
 * Names of products in association files, and which products of the database they mean (specification, section 9).
 *
 * The pipeline makes the names of products of them: it fills in the parts of a template, adds channel and band to the
 * names of MIR_MRS, and the filter to those of the NIRSpec IFU.
 */

import { character, either, literal, matches, type PatternPart, repeated, run, sequence } from '../text/wildcards.js'
import { bandsJoined } from './instrument.js'
import { detectorsOf } from './keywords.js'
import { fileNameIn } from './member-name.js'
import type { Row } from './row.js'
import { compareText, isNothing } from './values.js'

/** What stands for a part of a name that only the pipeline knows. */
const PLACEHOLDER = /\{(\w+)\}/
/** What such a part looks like; one of another kind is one word. */
const WORD = run((character) => /[a-z0-9]/.test(character))
const NUMBER = run((character) => /\d/.test(character))
const SLIT = sequence(
  literal('s'),
  NUMBER,
  character((its) => /[a-z]/.test(its)),
  NUMBER,
)
const PARTS = new Map<string, PatternPart>([
  // A source, the background beside one, or a virtual slit.
  [
    'source_id',
    sequence(
      character((its) => /[sbv]/.test(its)),
      NUMBER,
    ),
  ],
  // One slit or several: only of the names of slits it is known that the dash between them is none of the template's.
  ['slit_name', either(sequence(SLIT, repeated(sequence(literal('-'), SLIT))), WORD)],
  ['suffix', literal('wfscmb')],
])
/** What the pipeline adds to the name of a MIR_MRS product, and to that of one of the NIRSpec IFU. */
const CHANNEL_AND_BAND = /_ch(\d+)-?([-a-z]*)$/
const FILTER_BEHIND = /(?<=_nirspec_[a-z0-9]+)-([a-z0-9]+)$/

/** The suffixes of Level 3 products; that of wavefront sensing, which has a number behind it, is part of a name. */
const SUFFIXES = (
  'ami-oi amiavg amilg amimulti-oi aminorm aminorm-oi bsub bsubints c1d cal calints cat crf crfints i2d median phot ' +
  'psf-ami-oi psf-amiavg psfalign psfstack psfsub s2d s3d segm whtlt x1d x1dints'
).split(' ')
const SUFFIX = new RegExp(`_(?:${SUFFIXES.join('|')})$`)

/** A product's name as a file has it, without what is no part of it: letter case, folders, `.fits`, a product suffix. */
export function nameInFile(name: string): string {
  return fileNameIn(name)
    .replace(/\.fits(?:\.gz)?$/, '')
    .replace(SUFFIX, '')
}

/** Whether a product of this name in a file belongs to a single observation. */
export function isObservationName(product: string): boolean {
  return product.startsWith('-o', 7)
}

/** Whether a name in a file ends after the instrument, as that of the MIR_MRS products of all channels and bands does. */
export function isWithoutBand(product: string): boolean {
  return product.endsWith('_miri')
}

/** Whether a name in a file ends after the grating or prism, as that of the IFU products of all filters does. */
export function isWithoutFilter(product: string): boolean {
  return /_nirspec_[a-z0-9]+$/.test(product)
}

/**
 * The detectors and bands that the name of a MIR_MRS product tells, several joined by `|`; blank where it tells none.
 *
 * @param name in lower case, as `…_ch1-short`, `…_ch3-short-long` (two dichroics) or `…_ch1-shortmediumlong`
 */
export function channelAndBand(name: string): { readonly detector: string; readonly band: string } {
  const [, channels = '', bands = ''] = CHANNEL_AND_BAND.exec(name) ?? []
  return { detector: detectorsOf(channels).join('|'), band: bandsJoined(bands) }
}

/** The filter that the name of an IFU product tells, behind its grating or prism; blank where it tells none. */
export function filterBehind(name: string): string {
  return FILTER_BEHIND.exec(name)?.[1]?.toUpperCase() ?? ''
}

/** The text before the first `_` of a name: program and candidate, never part of a template. */
function headOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1)
}

/** The pattern of the names that a template stands for. */
function patternOf(template: string): PatternPart {
  const pieces = template.split(PLACEHOLDER)
  return sequence(...pieces.map((piece, index) => (index % 2 === 0 ? literal(piece) : (PARTS.get(piece) ?? WORD))))
}

/** Finds the names in files that mean a product. */
export class ProductNames {
  readonly #plain = new Set<string>()
  /** Templates by their head. */
  readonly #templates = new Map<string, { readonly name: string; readonly pattern: PatternPart }[]>()

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
      if (matches(template.pattern, name)) names.push(template.name)
    const short = shortName(name, product.keywords.EXP_TYPE)
    if (short !== name && this.#plain.has(short)) names.push(short)
    names.sort(compareText)
    return this.#plain.has(name) ? [name, ...names] : names
  }
}

/** The name that a file has for a product of an exposure type whose names the pipeline makes longer. */
function shortName(name: string, expType: string): string {
  if (expType === 'MIR_MRS') {
    const short = name.replace(CHANNEL_AND_BAND, '')
    return isWithoutBand(short) ? short : name
  }
  return expType === 'NRS_IFU' ? name.replace(FILTER_BEHIND, '') : name
}

/**
 * The name that a product is expected to have, by its name in a file.
 *
 * @param exposure the first of its exposures
 */
export function expectedProduct(product: string, exposure: Row): string {
  const { EXP_TYPE, CHANNEL, BAND, FILTER, FXD_SLIT } = exposure.keywords
  const filled = product
    .replace('{source_id}', 's000000001')
    .replace('{suffix}', 'wfscmb')
    .replace('{slit_name}', isNothing(FXD_SLIT) ? '{slit_name}' : FXD_SLIT.toLowerCase())
  if (EXP_TYPE === 'NRS_IFU' && isWithoutFilter(product) && !isNothing(FILTER))
    return `${filled}-${FILTER}`.toLowerCase()
  if (EXP_TYPE !== 'MIR_MRS' || !isWithoutBand(product)) return filled
  return `${filled}_ch${isNothing(CHANNEL) ? '' : CHANNEL.slice(0, 1)}-${BAND}`.toLowerCase()
}
