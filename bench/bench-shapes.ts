/**
 * Parts of the benchmark: the same rows in other shapes, each beside csv-parse alone on the same files.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Extent } from './bench-cases.js'
import { dayFiles, inputFile, ROOT, withAssociations } from './bench-data.js'
import { inputJob, parseJob, programJob } from './bench-jobs.js'
import { type Job, type Measured, measureInTurn } from './bench-measure.js'
import { type Bar, count, fixed, MB, ratioBar, type Section, seconds, spread, table } from './bench-report.js'
import { DIALECTS } from './generator-dialect.js'

/** How much longer than csv-parse alone a run may take, whatever wrote the file, and with association files. */
const MOST_SHAPE_TIME = 1
const MOST_ASSOCIATION_TIME = 2
/** The share of the rows that a run with association files has: there is a file for every dozen rows. */
const ASSOCIATED = 0.5
/** Days of the rows that come as a file a day. */
const DAYS = 50
/** The lines of Node that are supported, as `.ci/nodes` installs them. */
const NODES = [20, 22, 24]

/** One shape: the program, and csv-parse on the same. */
interface Shape {
  readonly name: string
  readonly own: Job
  readonly parse: Job
  readonly most: number
}

/** Measures shapes, each beside csv-parse; the slowest of them is the part's headline. */
async function measureShapes(shapes: readonly Shape[], rounds: number, rows: number) {
  const lines: string[][] = []
  const bars: Bar[] = []
  const ratios: number[] = []
  for (const { name, own, parse, most } of shapes) {
    const [it, beside] = await measureInTurn([own, parse], rounds)
    if (it === undefined || beside === undefined) continue
    ratios.push(it.wall / beside.wall)
    lines.push(shapeLine(name, it, beside))
    bars.push(ratioBar(`time for ${count(rows)} rows ÷ csv-parse alone, ${name}`, it.wall / beside.wall, most))
  }
  const slowest = ratios.indexOf(Math.max(...ratios))
  const marked = bars.map((bar, index) => ({ ...bar, isHeadline: index === slowest }))
  const columns = ['shape', 's', 'min–max', 'csv-parse, s', 'time ÷ csv-parse', 'peak MB']
  return { text: table(columns, lines), bars: marked }
}

function shapeLine(name: string, own: Measured, parse: Measured): string[] {
  const ratio = fixed(own.wall / parse.wall, 2)
  return [name, seconds(own.wall), spread(own), seconds(parse.wall), ratio, fixed(own.rss / MB, 0)]
}

/** The same rows as different programs write them. */
export async function dialects({ reference, rounds }: Extent): Promise<Section> {
  const shapes: Shape[] = []
  for (const dialect of DIALECTS) {
    const file = await inputFile({ rows: reference, dialect })
    shapes.push({ name: dialect, own: programJob(file, dialect), parse: parseJob(file), most: MOST_SHAPE_TIME })
  }
  return { title: `Dialects (${count(reference)} rows)`, ...(await measureShapes(shapes, rounds, reference)) }
}

/** The same rows in one file, and in a file for each day. */
export async function files({ reference, rounds }: Extent): Promise<Section> {
  const one = await inputFile({ rows: reference })
  const folder = await dayFiles(reference, DAYS)
  const shapes = [
    { name: 'one file', own: programJob(one, 'one file'), parse: parseJob(one), most: MOST_SHAPE_TIME },
    { name: `${DAYS} days`, own: inputJob('days', [folder]), parse: parseJob({ path: folder }), most: MOST_SHAPE_TIME },
  ]
  return { title: `A file a day (${count(reference)} rows)`, ...(await measureShapes(shapes, rounds, reference)) }
}

/** Rows with the association files that belong to them, and without. */
export async function associations({ reference, rounds }: Extent): Promise<Section> {
  const rows = Math.round(reference * ASSOCIATED)
  const { path, asn, members } = await withAssociations(rows)
  const parse = parseJob({ path })
  const shapes = [
    { name: 'without association files', own: inputJob('alone', [path]), parse, most: MOST_SHAPE_TIME },
    {
      name: 'with association files',
      own: inputJob('with files', ['--asn', asn, path]),
      parse,
      most: MOST_ASSOCIATION_TIME,
    },
  ]
  const { text, bars } = await measureShapes(shapes, rounds, rows)
  const title = `Association files (${count(rows)} rows)`
  return { title, text: `${text}\n\nThe files name ${count(members)} members.`, bars }
}

/** The same file on each supported Node that is installed. */
export async function nodes({ reference, rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: reference })
  const shapes = NODES.flatMap((line): Shape[] => {
    const node = join(ROOT, '.ci', 'nodes', 'node_modules', `node-${line}-${process.arch}`, 'bin', 'node')
    if (!existsSync(node)) return []
    const on = (job: Job): Job => ({ ...job, command: node })
    const name = `Node ${line}`
    return [{ name, own: on(programJob(file, name)), parse: on(parseJob(file)), most: MOST_SHAPE_TIME }]
  })
  const title = `Supported Nodes (${count(reference)} rows)`
  if (shapes.length > 0) return { title, ...(await measureShapes(shapes, rounds, reference)) }
  return { title, text: 'None of them is installed: `npm ci --prefix .ci/nodes` does so.', bars: [] }
}
