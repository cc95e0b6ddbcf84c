/** Text for people: columns in line, long lines wrapped. */

/** The width that output for people keeps to, as far as names allow. */
const WIDTH = 100
/** What is told of a value that there is not. */
export const NONE = '–'

/** Words; a command in backquotes is one, so that it can be copied. */
const WORDS = /`[^`]*`[^ ]*|[^ ]+/g

/** Rows of cells in columns: the first `left` ones begin in line, the others end in line. */
export function inColumns(rows: readonly (readonly string[])[], left = 1): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, text] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, text.length)
  }
  const cell = (text: string, index: number) =>
    index < left ? text.padEnd(widths[index] ?? 0) : text.padStart(widths[index] ?? 0)
  return rows.map((row) => `${row.map(cell).join('  ').trimEnd()}\n`).join('')
}

/** A label and its text behind it, wrapped between words, with the further lines below the text. */
export function labelled(label: string, text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.match(WORDS) ?? []) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && label.length + longer.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = longer
  }
  lines.push(line)
  return lines.map((its, index) => `${index === 0 ? label : ' '.repeat(label.length)}${its}`.trimEnd()).join('\n')
}
