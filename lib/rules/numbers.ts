/** What the numbers of a row can be (specification, sections 3.4 and 9). */
import type { Fields } from '../csv/row.js'
import { DEC_COLUMNS, NUMBER_COLUMNS, type Positions, RA_COLUMNS } from './layout.js'
import { isNothing, toNumber } from './values.js'

/** A number that a row cannot have. */
export interface WrongNumber {
  readonly message: string
  /** Whether it is no number at all, not only one that cannot be. */
  readonly isNoNumber: boolean
}

/** A column of numbers, and below what its whole part is surely right. */
export interface NumberField {
  readonly field: number
  readonly limit: number
  readonly canBeNegative: boolean
}

/** Surely a number that a float holds. */
const ANY_NUMBER = 1e15

/** The columns of numbers that an input has. */
export function numberFields(at: Positions): NumberField[] {
  const limitOf = (name: keyof Positions) => {
    if ((DEC_COLUMNS as readonly string[]).includes(name)) return MOST_DEC
    return (RA_COLUMNS as readonly string[]).includes(name) ? MOST_RA : ANY_NUMBER
  }
  return NUMBER_COLUMNS.filter((name) => at[name] >= 0).map((name) => {
    return { field: at[name], limit: limitOf(name), canBeNegative: name !== 'imagesize' }
  })
}

/** Degrees. */
const MOST_RA = 360
const MOST_DEC = 90

/**
 * What is wrong with the numbers of a row: one that is none, a size below 0, a point off the sky (section 9).
 *
 * @param blank takes fields in which there is "nothing" in other words (section 3.4)
 */
export function wrongNumber(row: Fields, at: Positions, blank: (field: number) => void): WrongNumber | undefined {
  const numberAt = (name: keyof Positions) => {
    const text = row.field(at[name])
    return isNothing(text) ? Number.NaN : toNumber(text)
  }
  for (const name of NUMBER_COLUMNS) {
    const text = row.field(at[name])
    if (text === '') continue
    if (isNothing(text)) blank(at[name])
    else if (Number.isNaN(toNumber(text)))
      return { message: `${name} is no number: ${JSON.stringify(text)}`, isNoNumber: true }
  }
  const impossible = (name: keyof Positions, what: string) => {
    return { message: `${what}: ${JSON.stringify(row.field(at[name]))}`, isNoNumber: false }
  }
  if (numberAt('imagesize') < 0) return impossible('imagesize', 'ImageSize is below 0')
  const isBeyond = (degrees: number) => (name: keyof Positions) => Math.abs(numberAt(name)) > degrees
  const dec = DEC_COLUMNS.find(isBeyond(MOST_DEC))
  if (dec !== undefined) return impossible(dec, `${dec} is no declination within ±90 degrees`)
  const ra = RA_COLUMNS.find(isBeyond(MOST_RA))
  return ra && impossible(ra, `${ra} is no right ascension within ±360 degrees`)
}
