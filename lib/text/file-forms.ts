/** Forms in which files often come that are not the text that is expected, told by their first bytes, and what to do. */

/** First bytes, in hexadecimal, and what they say. */
const FORMS: readonly (readonly [start: string, what: string])[] = [
  ['1f8b', 'it is compressed with gzip: unpack it first, as with `gzip -dc`'],
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

/**
 * What a file is, and what to do, where it comes in one of these forms.
 *
 * @param start bytes from its beginning
 */
export function formOf(start: Buffer): string | undefined {
  const form = FORMS.find(([bytes]) => start.toString('hex', 0, bytes.length / 2) === bytes)
  return form !== undefined && isWorkbook(start) ? 'it is a workbook of Excel: export the sheet as CSV' : form?.[1]
}

function isWorkbook(start: Buffer): boolean {
  return (
    start.toString('latin1', 0, 2) === 'PK' && WORKBOOK.test(start.toString('latin1', NAME_IN_ZIP, NAME_IN_ZIP + 20))
  )
}
