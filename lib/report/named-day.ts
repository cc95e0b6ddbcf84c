/**
 * What association files of a database tell of themselves: the day on which one was made, and the model it concerns.
 *
 * A database does not keep when a file came in, and must not: it is a function of what came, in whatever runs. The
 * observatory makes a file when it processes the data, and says when in the file's version or name; so that day is of the
 * same calendar as the days of products, which the day of a run, perhaps years later, is not.
 */
import type { Model } from '../rules/keywords.js'
import { isDay } from './scales.js'

/** A time stamp, as `jw01018-o001_20240221t101530_image3_00001_asn.json` has it. */
const STAMP = /(\d{4})(\d{2})(\d{2})t\d{6}/i

/**
 * The day on which an association file was made, YYYY-MM-DD; blank where neither its version nor its name tells.
 *
 * @param version its `version_id`, or what stands for it in the database
 * @param source its name
 */
export function dayMade(version: string, source: string): string {
  for (const text of [version, source]) {
    const [, year, month, day] = STAMP.exec(text) ?? []
    const made = `${year}-${month}-${day}`
    if (isDay(made)) return made
  }
  return ''
}

const INSTRUMENT = /_(nircam|miri|nirspec|niriss|fgs)(?:_|$)/i

/** The instrument, in capitals, in the name that an association file gives a product; blank where there is none. */
export function instrumentNamed(product: string): string {
  return (INSTRUMENT.exec(product)?.[1] ?? '').toUpperCase()
}

/**
 * The model of a product by the type of its association file, as `tso3`, and its name, which are all that there is of a
 * product that has not come; undefined where they tell none.
 */
export function modelNamed(type: string, product: string): Model | undefined {
  if (instrumentNamed(product) === 'FGS') return 'FGS'
  // Masks of coronagraphs and NIRISS' aperture mask are in images of their own, too.
  if (/(tso|coron|ami)-?3/i.test(type) || /-(mask|nrm)/i.test(product)) return 'TAC'
  if (/image-?3/i.test(type)) return 'IMAGE'
  return /spec-?3/i.test(type) ? 'SPEC' : undefined
}
