/** Which names are asked for: whole ones, or patterns with `*` and `?`. */
import { datasetName, programOf } from '../rules/dataset.js'

/** A name or pattern as it was given. */
export interface Wanted {
  readonly given: string
  readonly isPattern: boolean
  readonly matches: (name: string) => boolean
  /** The program that all names it can match are of, by the digits in it; undefined where they may be of any. */
  readonly pid: number | undefined
}

/** Reads a name, with or without the suffix and extension of a FITS file, or a pattern. */
export function wanted(given: string): Wanted {
  const isPattern = /[*?]/.test(given)
  if (!isPattern) {
    const names = new Set([given, datasetName(given)])
    return { given, isPattern, matches: (name) => names.has(name), pid: programOf(given) }
  }
  const start = given.slice(0, given.search(/[*?]/))
  const escaped = given.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const pattern = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  return { given, isPattern, matches: (name) => pattern.test(name), pid: programOf(start) }
}
