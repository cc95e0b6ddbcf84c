/** What a terminal shows of what is written to it. */

/** What a bar and lines of text are made of: returns, line ends, columns, lines taken off, places kept in mind. */
const PIECE = /\r|\n|␛\[(\d*)([GK])|␛[78]|[^\r\n␛]+|␛/g

interface Cursor {
  readonly row: number
  readonly column: number
}

/** The lines of a screen that is wide and high enough, without blanks at their ends. */
export function screenOf(written: string): string[] {
  const lines: string[] = ['']
  let at: Cursor = { row: 0, column: 0 }
  let kept = at
  const put = (text: string) => {
    const line = lines[at.row] ?? ''
    lines[at.row] = line.slice(0, at.column).padEnd(at.column) + text + line.slice(at.column + text.length)
    at = { ...at, column: at.column + text.length }
  }
  const clear = (columns: number) => {
    lines[at.row] = (lines[at.row] ?? '').slice(0, columns)
  }
  const moves: Readonly<Record<string, (number: string) => void>> = {
    '\r': () => (at = { ...at, column: 0 }),
    '\n': () => (at = { ...at, row: at.row + 1 }),
    '␛7': () => (kept = at),
    '␛8': () => (at = kept),
    G: (number) => (at = { ...at, column: Number(number || 1) - 1 }),
    K: (number) => clear(number === '2' ? 0 : at.column),
  }
  for (const [piece, number = '', command = piece] of written.replaceAll('\x1b', '␛').matchAll(PIECE)) {
    const move = moves[command]
    if (move === undefined) put(piece)
    else move(number)
  }
  return Array.from(lines, (line = '') => line.trimEnd())
}
