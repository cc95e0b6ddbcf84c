/**
 * Parts of the benchmark: the same rows in other shapes, each beside csv-parse alone on the same files.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Extent, MOST_ASSOCIATION_TIME, MOST_DAYS_TIME, MOST_PARSE_TIME } from './bench-bars.js'
import { dayFiles, inputFile, ROOT, withAssociations } from './bench-data.js'
import { inputJob, parseJob, programJob } from './bench-jobs.js'
import { type Job, type Measured, measureInTurn } from './bench-measure.js'
import {
  type Bar,
  count,
  fixed,
  MB,
  ratioBar,
  runsOf,
  type Section,
  seconds,
  spread,
  table,
  worst,
} from './bench-report.js'
import { DIALECTS, type Dialect } from './generator-dialect.js'

/** The share of the rows that a run with association files has: there is a file for every dozen rows. */
const ASSOCIATED = 0.5
/** Days of the rows that come as a file a day. */
const DAYS = 50
/** The lines of Node that are supported, as `.ci/nodes` installs them. */
const NODES = [20, 22, 24]
/** Runs of each program over the greater number of rows. */
const LARGE_ROUNDS = 2

/** One shape: the program, and csv-parse on the same. */
interface Shape {
  readonly name: string
  readonly own: Job
  readonly parse: Job
  readonly most: number
}

/** Measures shapes, each beside csv-parse. */
async function measureShapes(shapes: readonly Shape[], rounds: number, rows: number) {
  const lines: string[][] = []
  const bars: Bar[] = []
  for (const { name, own, parse, most } of shapes) {
    const [it, beside] = await measureInTurn([own, parse], rounds)
    if (it === undefined || beside === undefined) continue
    lines.push(shapeLine(name, it, beside))
    bars.push(ratioBar(`time for ${count(rows)} rows, ${name} ÷ csv-parse alone`, it.wall / beside.wall, most))
  }
  const columns = ['shape', 's', 'min–max', 'csv-parse, s', 'time ÷ csv-parse', 'peak MB']
  return { text: `${table(columns, lines)}\n\n${runsOf(rounds)}`, bars }
}

function shapeLine(name: string, own: Measured, parse: Measured): string[] {
  const ratio = fixed(own.wall / parse.wall, 2)
  return [name, seconds(own.wall), spread(own), seconds(parse.wall), ratio, fixed(own.rss / MB, 0)]
}

/** The same rows as different programs write them, fewer and more of them. */
export async function dialects({ sizes, rounds }: Extent): Promise<Section> {
  const [small, large] = sizes
  const parts = [await dialectsOf(small, 0, rounds), await dialectsOf(large, 1, Math.min(rounds, LARGE_ROUNDS))]
  return {
    title: 'Dialects',
    text: parts.map(({ text }) => text).join('\n\n'),
    bars: parts.flatMap(({ bars }) => bars),
    headlines: parts.flatMap(({ headlines }) => headlines),
  }
}

async function dialectsOf(rows: number, size: 0 | 1, rounds: number) {
  const shapes: Shape[] = []
  for (const dialect of DIALECTS) {
    const file = await inputFile({ rows, dialect })
    const most = MOST_PARSE_TIME[dialect][size]
    shapes.push({ name: dialect, own: programJob(file, dialect), parse: parseJob(file), most })
  }
  const { text, bars } = await measureShapes(shapes, rounds, rows)
  const limits = [...new Set(bars.map(({ limit }) => limit))]
  const headlines = limits.flatMap((limit) => worst(bars.filter((bar) => bar.limit === limit)))
  return { text: `${count(rows)} rows in one file:\n\n${text}`, bars, headlines }
}

/** The same rows in a file for each day, and shuffled. */
export async function files({ sizes: [rows], rounds }: Extent): Promise<Section> {
  const folder = await dayFiles(rows, DAYS)
  const shuffled = await inputFile({ rows, shuffle: true })
  const shapes = [
    {
      name: `in ${DAYS} files`,
      own: inputJob('days', [folder]),
      parse: parseJob({ path: folder }),
      most: MOST_DAYS_TIME,
    },
    { name: 'shuffled', own: programJob(shuffled), parse: parseJob(shuffled), most: MOST_DAYS_TIME },
  ]
  return {
    title: `A file a day, and rows in any order (${count(rows)} rows)`,
    ...(await measureShapes(shapes, rounds, rows)),
  }
}

/** Rows with the association files that belong to them, and without. */
export async function associations({ sizes: [all], rounds }: Extent): Promise<Section> {
  const rows = Math.round(all * ASSOCIATED)
  const { path, asn, members } = await withAssociations(rows)
  const own = inputJob('with files', ['--asn', asn, path])
  const shapes = [{ name: 'with association files', own, parse: parseJob({ path }), most: MOST_ASSOCIATION_TIME }]
  const { text, bars } = await measureShapes(shapes, rounds, rows)
  return {
    title: `Association files (${count(rows)} rows)`,
    text: `${text} The files name ${count(members)} members.`,
    bars,
  }
}

/** The same file on each supported Node that is installed. */
export async function nodes({ sizes: [rows], rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows })
  const plain: Dialect = 'plain'
  const shapes = NODES.flatMap((line): Shape[] => {
    const node = join(ROOT, '.ci', 'nodes', 'node_modules', `node-${line}-${process.arch}`, 'bin', 'node')
    if (!existsSync(node)) return []
    const on = (job: Job): Job => ({ ...job, command: node })
    const name = `on Node ${line}`
    return [{ name, own: on(programJob(file, name)), parse: on(parseJob(file)), most: MOST_PARSE_TIME[plain][0] }]
  })
  const title = `Supported Nodes (${count(rows)} rows)`
  if (shapes.length > 0) return { title, ...(await measureShapes(shapes, rounds, rows)) }
  return { title, text: 'None of them is installed: `npm ci --prefix .ci/nodes` does so.', bars: [] }
}
