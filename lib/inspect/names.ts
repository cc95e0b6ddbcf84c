/** Which names are asked for: whole ones, or patterns with `*` and `?`, in whatever letter case. */
import { datasetName, programOf } from '../rules/dataset.js'
import { memberName } from '../rules/member-name.js'
import { nameInFile } from '../rules/product-name.js'
import { matches, wildcards } from '../text/wildcards.js'

/** A name or pattern as it was given. */
export interface Wanted {
  readonly given: string
  readonly isPattern: boolean
  readonly matches: (name: string) => boolean
  /** The program that all names it can match are of, by the digits in it; undefined where they may be of any, or of none. */
  readonly pid: number | undefined
}

/** Reads a pattern, or a name with or without a folder and what pipeline steps and FITS files put behind it. */
export function wanted(given: string): Wanted {
  const text = given.toLowerCase()
  const isPattern = /[*?]/.test(text)
  if (!isPattern) {
    const name = memberName(text)
    const names = new Set([text, datasetName(text), name, nameInFile(text)])
    return { given, isPattern, matches: (its) => names.has(its.toLowerCase()), pid: programOf(name) ?? programOf(text) }
  }
  const start = text.slice(0, text.search(/[*?]/))
  const pattern = wildcards(text)
  return { given, isPattern, matches: (its) => matches(pattern, its.toLowerCase()), pid: programOf(start) }
}
