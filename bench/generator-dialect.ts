/**
 * How programs write the same rows: padding, quotes, line ends, whole numbers, an index.
 */
import { parse } from 'csv-parse/sync'
import { Random } from './generator-random.js'
import { HEADER } from './generator-rows.js'

/**
 * The dialects of CSV that the generator writes. All have the same rows; but in `comma` every fifth target's name has a
 * comma in it. `mixed` writes each row in one of them, and every other file with CRLF.
 */
export const DIALECTS = ['plain', 'unpadded', 'comma', 'quoted', 'crlf', 'pandas', 'mixed'] as const
export type Dialect = (typeof DIALECTS)[number]

/** How a file is written. */
export interface Writing {
  readonly header: string
  readonly lineEnd: '\n' | '\r\n'
  /** Turns a line of the plain dialect into one of this; lines are to be given in their order. */
  readonly write: (line: string) => string
}

const COLUMNS = HEADER.split(',')
const PADDED = [COLUMNS.indexOf('PROGRAM'), COLUMNS.indexOf('OBSERVTN')]
const NUMDTHPT = COLUMNS.indexOf('NUMDTHPT')
const TARGNAME = COLUMNS.indexOf('TARGNAME')
const NAMELESS = ['NONE', 'BLANK']
/** What a name with a comma ends in: sorts before any longer name that begins with the same letters. */
export const COMMA = ', NUCLEUS'

/** @param seed decides which row of a mixed file has which dialect */
export function writingOf(dialect: Dialect, file: number, seed: number): Writing {
  const plain = { header: HEADER, lineEnd: '\n', write: (line: string) => line } as const
  switch (dialect) {
    case 'plain':
      return plain
    case 'crlf':
      return { ...plain, lineEnd: '\r\n' }
    case 'pandas':
      return pandasWriting()
    case 'mixed':
      return { ...plain, lineEnd: file % 2 === 0 ? '\n' : '\r\n', write: mixedWriter(file, seed) }
    case 'quoted':
      return { ...plain, header: quoteAll(COLUMNS), write: FORMS.quoted }
    default:
      return { ...plain, write: FORMS[dialect] }
  }
}

/** Rows in forms that one file can have side by side. */
const FORMS = {
  unpadded: (line: string) => quoteSome(unpadded(cellsOf(line))),
  comma: (line: string) => quoteSome(withComma(cellsOf(line))),
  quoted: (line: string) => quoteAll(cellsOf(line)),
} as const

function mixedWriter(file: number, seed: number): Writing['write'] {
  const random = new Random(seed ^ Math.imul(file + 1, 0x85ebca6b))
  const writers = [
    (line: string) => line,
    FORMS.unpadded,
    FORMS.quoted,
    (line: string) => quoteSome(floats(cellsOf(line))),
  ]
  return (line) => random.pick(writers)(line)
}

/** `DataFrame.to_csv`: with an index, and whole numbers as floats where a column has blanks. */
function pandasWriting(): Writing {
  let index = -1
  const write = (line: string) => {
    index += 1
    return `${index},${quoteSome(floats(unpadded(cellsOf(line))))}`
  }
  return { header: `,${HEADER}`, lineEnd: '\n', write }
}

/** The cells of a line of the plain dialect. */
export function cellsOf(line: string): string[] {
  return line.includes('"') ? ((parse(line) as string[][])[0] ?? []) : line.split(',')
}

function quoteAll(cells: readonly string[]): string {
  return cells.map(quote).join(',')
}

function quoteSome(cells: readonly string[]): string {
  return cells.map((cell) => (/[",]/.test(cell) ? quote(cell) : cell)).join(',')
}

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`
}

function unpadded(cells: readonly string[]): string[] {
  return cells.map((cell, index) => (PADDED.includes(index) ? cell.replace(/^0+(?=\d)/, '') : cell))
}

/** The number of dithers, a column that may be blank, as a float. */
function floats(cells: readonly string[]): string[] {
  const count = cells[NUMDTHPT] ?? ''
  return cells.with(NUMDTHPT, count === '' ? '' : `${count}.0`)
}

/** All rows of a target have the same name: what it is decides whether it has a comma. */
function withComma(cells: readonly string[]): string[] {
  const name = cells[TARGNAME] ?? ''
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return sum % 5 > 0 || NAMELESS.includes(name) ? [...cells] : cells.with(TARGNAME, `${name}${COMMA}`)
}
