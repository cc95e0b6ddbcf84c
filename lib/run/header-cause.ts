/**
 * The forms in which data often come that are no input as they stand: each with how it is told, and what to do. Only a
 * header that is refused needs them.
 */
import { REQUIRED_COLUMNS } from '../rules/layout.js'
import { few, inWords } from '../text/words.js'

/** First bytes, in hexadecimal, and what they say. */
const BINARY_FORMS: readonly (readonly [bytes: string, cause: string])[] = [
  ['fffe', 'it is UTF-16 text, as Excel writes "Unicode text": convert it first, as with `iconv -f UTF-16 -t UTF-8`'],
  ['feff', 'it is UTF-16 text: convert it first, as with `iconv -f UTF-16 -t UTF-8`'],
  ['efbbbfefbbbf', 'it begins with two byte-order marks: take one out, as with `tail -c +4`'],
  ['fd377a585a00', 'it is compressed with xz: unpack it first, as with `xz -dc`'],
  ['425a68', 'it is compressed with bzip2: unpack it first, as with `bzip2 -dc`'],
  ['28b52ffd', 'it is compressed with zstd: unpack it first, as with `zstd -dc`'],
  ['d0cf11e0a1b11ae1', 'it is a workbook of an old Excel: export the sheet as CSV'],
  ['504b0304', 'it is a zip archive: unpack it first, as with `unzip -p`'],
]

/** What the name of the first file begins with in a zip archive that is a workbook of Excel; and where it stands. */
const WORKBOOK = /^(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/
const NAME_IN_ZIP = 30

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
  const binary = BINARY_FORMS.find(([bytes]) => start.toString('hex', 0, bytes.length / 2) === bytes)
  if (binary !== undefined) return isWorkbook(start) ? 'it is a workbook of Excel: export the sheet as CSV' : binary[1]
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

function isWorkbook(start: Buffer): boolean {
  return (
    start.toString('latin1', 0, 2) === 'PK' && WORKBOOK.test(start.toString('latin1', NAME_IN_ZIP, NAME_IN_ZIP + 20))
  )
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
