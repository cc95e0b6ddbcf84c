/** Text for people: columns in line, long lines wrapped. */
import { visible } from '../text/visible.js'

/** The width that output for people keeps to where it goes to no terminal, as far as names allow. */
const WIDTH = 100
/** How far text is indented for which there is no room behind its label. */
const INDENT = 4
/** Words; a command in backquotes is one, so that it can be copied. */
const WORDS = /`[^`]*`[^ ]*|[^ ]+/g
/** What is told of a value that there is not. */
export const NONE = '–'

/**
 * Rows of cells in columns: the first `left` ones begin in line, the others end in line.
 *
 * @param width columns of the terminal: where they do not suffice, the first cell of a row has a line of its own
 */
export function inColumns(rows: readonly (readonly string[])[], left = 1, width = Number.POSITIVE_INFINITY): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, text] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, text.length)
  }
  const cell = (text: string, index: number) =>
    index < left ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0)
  const joined = (cells: readonly string[]) => `${cells.join('  ').trimEnd()}\n`
  const isWide = widths.reduce((sum, its) => sum + its + 2, -2) > width
  if (!isWide) return rows.map((row) => joined(row.map(cell))).join('')
  return rows
    .map((row) => {
      const [first = '', ...others] = row.map(cell)
      return `${labelled('', first.trimEnd(), width)}\n${joined(['', ...others])}`
    })
    .join('')
}

/**
 * A label and its text behind it, wrapped between words, with the further lines below the text.
 *
 * @param width columns of the terminal: no line is longer then, so what is too long for any line is cut there
 */
export function labelled(label: string, text: string, width?: number): string {
  const words = visible(text).match(WORDS) ?? ['']
  const longest = Math.max(...words.map((word) => word.length))
  const isBeside = width === undefined || label.length <= INDENT || label.length + longest <= width
  const indent = isBeside ? label.length : INDENT
  const lines = wrapped(words, (width ?? WIDTH) - indent, width !== undefined)
  const before = isBeside || label.trim() === '' ? [] : [label]
  const placed = lines.map((line, index) => `${isBeside && index === 0 ? label : ' '.repeat(indent)}${line}`)
  return [...before, ...placed].map((line) => line.trimEnd()).join('\n')
}

/** Words in lines of a width; a longer word has a line of its own, or several if it may be cut. */
function wrapped(words: readonly string[], width: number, mayCut: boolean): string[] {
  const room = Math.max(1, width)
  const lines: string[] = []
  let line: string | undefined
  for (const word of words.flatMap((its) => (mayCut ? piecesOf(its, room) : its))) {
    const longer: string = line === undefined ? word : `${line} ${word}`
    if (line !== undefined && longer.length > room) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line ?? '']
}

function piecesOf(word: string, length: number): string[] {
  if (word.length <= length) return [word]
  if (word.includes(' ')) return word.split(' ').flatMap((part) => piecesOf(part, length))
  return [word.slice(0, length), ...piecesOf(word.slice(length), length)]
}
