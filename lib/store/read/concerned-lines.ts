/**
 * Which stored lines of a program its new rows can concern. Most of a program are matched exposures of associations that
 * gain and lose nothing: they stay as they are, and to make rows of them would be most of the work of a late day.
 */
import { CanonicalLine } from '../../csv/row.js'
import type { Row } from '../../rules/row.js'
import type { Entry } from '../../sort/records.js'
import { TABLE_NUMBERS, TABLES } from '../tables.js'

/** Where a line of a table of rows has its association and its dataset's name, counted from its end. */
const PLACES = TABLES.map(({ tail }) => ({ params: tail.length, name: tail.length - 1 - tail.indexOf('Dataset') }))
/** What waits or is set aside can be in another association's way, by a name that both expect or as it comes back. */
const OPEN_TABLES = TABLES.filter(({ file }) => file === 'ingest.csv' || file === 'expired.csv').map(
  ({ number }) => number,
)

/**
 * The lines without matched exposures of associations that stay as they are: those to which no new row belongs, of whose
 * datasets none comes anew, and in which nothing waits.
 *
 * @param lines stored lines of a program without association files
 * @param fresh its rows of this run
 */
export function concernedLines(lines: readonly Entry[], fresh: readonly Row[]): readonly Entry[] {
  const names = new Set(fresh.map(({ dname }) => dname))
  const associations = new Set(fresh.map(({ params }) => params))
  for (const { origin, text } of lines) {
    if (TABLES[origin]?.holds !== 'rows') continue
    const { params = 0, name = 0 } = PLACES[origin] ?? {}
    const line = new CanonicalLine(text)
    if (OPEN_TABLES.includes(origin) || names.has(line.fieldFromEnd(name))) associations.add(line.fieldFromEnd(params))
  }
  const { params = 0 } = PLACES[TABLE_NUMBERS.level1] ?? {}
  return lines.filter(
    ({ origin, text }) =>
      origin !== TABLE_NUMBERS.level1 || associations.has(new CanonicalLine(text).fieldFromEnd(params)),
  )
}
