/**
 * The forms in which data often come that are no input as they stand: each with how it is told, and what to do. Only a
 * header that is refused needs them.
 */
import { REQUIRED_COLUMNS } from '../rules/layout.js'
import { formOf } from '../text/file-forms.js'
import { few, inWords } from '../text/words.js'

const SEPARATORS: readonly (readonly [separator: string, name: string])[] = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'vertical bars'],
]

/**
 * Why an input has no header that can be used, where it comes in one of the known forms.
 *
 * @param start bytes from its beginning, the first line among them where there is one
 */
export function causeOf(start: Buffer): string | undefined {
  const form = formOf(start)
  if (form !== undefined) return form
  const line =
    start
      .toString()
      .replace(/^[\uFEFF\r\n]+/, '')
      .split(/[\r\n]/, 1)[0] ?? ''
  if (/^"?sep=.?"?$/i.test(line))
    return `its first line, ${line}, is for Excel alone: take it out, as with \`tail -n +2\``
  const other = SEPARATORS.find(([separator]) => namesIn(line.split(separator)).length > 1)
  if (other !== undefined)
    return `the fields are separated by ${other[1]}; expected commas: export it with these, and with points in numbers`
  return otherNames(line.split(',').map(unquoted))
}

/** The required columns among fields, whatever their quotes, letter case and blanks. */
function namesIn(fields: readonly string[]): readonly string[] {
  const plain = fields.map((field) => plainName(unquoted(field)))
  return REQUIRED_COLUMNS.filter((name) => plain.includes(plainName(name)))
}

const unquoted = (field: string) => field.replace(/^"(.*)"$/, '$1')
const plainName = (name: string) => name.trim().toLowerCase()

/** How the names of columns differ from those that are required. */
function otherNames(header: readonly string[]): string | undefined {
  // A table of a database has other columns of its own.
  if (header.includes('dag')) return undefined
  const missing = REQUIRED_COLUMNS.filter((name) => !header.includes(name))
  const pairs = missing.flatMap((name) => {
    const found = header.find((other) => plainName(other) === plainName(name))
    return found === undefined ? [] : [{ name, found }]
  })
  if (pairs.length === 0) return undefined
  const differences = [
    ...(pairs.some(({ name, found }) => found.trim() !== name) ? ['letter case'] : []),
    ...(pairs.some(({ found }) => found.trim() !== found) ? ['blanks around them'] : []),
  ]
  const expected = few(pairs.map(({ name }) => name))
  const found = few(pairs.map(({ found }) => JSON.stringify(found)))
  return `the names of columns differ only in ${inWords(differences)}: expected ${expected}, found ${found}; correct the first line`
}
