/**
 * Parts of the benchmark: the same rows in other shapes, each beside csv-parse alone on the same file.
 */
import type { Extent } from './bench-cases.js'
import { inputFile } from './bench-data.js'
import { parseJob, programJob } from './bench-jobs.js'
import { measureInTurn } from './bench-measure.js'
import { type Bar, count, fixed, MB, ratioBar, type Section, seconds, spread, table } from './bench-report.js'
import { DIALECTS } from './generator-dialect.js'

/** How much longer than csv-parse alone a run may take, whatever wrote the file. */
const MOST_DIALECT_TIME = 1

/** The same rows as different programs write them. */
export async function dialects({ reference, rounds }: Extent): Promise<Section> {
  const rows: string[][] = []
  const bars: Bar[] = []
  for (const dialect of DIALECTS) {
    const file = await inputFile({ rows: reference, dialect })
    const measured = await measureInTurn([programJob(file, dialect), parseJob(file)], rounds)
    const [own, parse] = measured
    if (own === undefined || parse === undefined) continue
    const ratio = own.wall / parse.wall
    rows.push([dialect, seconds(own.wall), spread(own), seconds(parse.wall), fixed(ratio, 2), fixed(own.rss / MB, 0)])
    bars.push(ratioBar(`time for ${count(reference)} rows ÷ csv-parse alone, ${dialect}`, ratio, MOST_DIALECT_TIME))
  }
  const columns = ['dialect', 's', 'min–max', 'csv-parse, s', 'time ÷ csv-parse', 'peak MB']
  return { title: `Dialects (${count(reference)} rows)`, text: table(columns, rows), bars }
}
