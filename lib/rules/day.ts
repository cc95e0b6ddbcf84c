/** Days, as files and tables name them (specification, sections 1 and 8). */
import { IngestError } from '../errors.js'

/** A day as the tables show it. */
export interface Day {
  /** YYYY-MM-DD. */
  readonly date: string
  readonly year: string
  /** Day of the year, 1-366, without leading zeros. */
  readonly doy: string
}

/**
 * The day that a text YYYY-MM-DD names.
 *
 * @throws IngestError USAGE where it names none
 */
export function parseDay(text: string, where: string): Day {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new IngestError('USAGE', `${where}: ${JSON.stringify(text)} is no day; expected YYYY-MM-DD`)
  }
  const year = text.slice(0, 4)
  const doy = (time - Date.parse(`${year}-01-01T00:00:00Z`)) / 86_400_000 + 1
  return { date: text, year, doy: String(doy) }
}
