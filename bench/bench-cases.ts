/**
 * Parts of the benchmark: one file, beside other programs, from other sources, and a small one.
 */
import { type Extent, LEAST_SOURCE_SPEED, MOST_DAY_TIME } from './bench-bars.js'
import { gzipped, type InputFile, inputFile } from './bench-data.js'
import { comparedJobs, NODE_JOB, PARSE, parseJob, pipeJob, programJob } from './bench-jobs.js'
import { type Measured, measureInTurn } from './bench-measure.js'
import { count, fixed, MB, ratioBar, runsOf, type Section, seconds, spread, table } from './bench-report.js'

/** Rows of a small day. */
export const DAY_ROWS = 5000
/** Runs that are over soon are repeated more often. */
const SHORT_ROUNDS = 3

/** Rows a second of every program. */
export async function compared({ sizes: [rows], rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows })
  const measured = await measureInTurn([programJob(file), ...comparedJobs(file)], rounds)
  const lines = measured.map((one) => comparedLine(one, file, measured))
  const columns = ['program', 's', 'min–max', 'rows/s', 'MB/s', 'CPU s', 'peak MB', 'time ÷ csv-parse']
  const text = `${table(columns, lines)}\n\n${runsOf(rounds)}`
  return { title: `Other programs (${count(rows)} rows)`, text, bars: [] }
}

function comparedLine(one: Measured, file: InputFile, all: readonly Measured[]): string[] {
  const { name, wall, cpu, rss } = one
  const parse = all.find((other) => other.name === PARSE)?.wall ?? Number.NaN
  return [
    ...[name, seconds(wall), spread(one)],
    ...[count(file.rows / wall), fixed(file.bytes / MB / wall, 1), seconds(cpu), fixed(rss / MB, 0)],
    fixed(wall / parse, 2),
  ]
}

/** Standard input and a compressed file against the plain one. */
export async function sources({ sizes: [size], rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: size })
  const compressed = await gzipped(file)
  const jobs = [programJob(file, 'plain file'), pipeJob(file, 'standard input'), programJob(compressed, '.csv.gz')]
  const measured = await measureInTurn(jobs, rounds)
  const plain = measured[0]?.wall ?? Number.NaN
  const rows = measured.map((one) => [
    ...[one.name, seconds(one.wall), spread(one), count(file.rows / one.wall)],
    ...[fixed((plain / one.wall) * 100, 1), fixed(one.rss / MB, 0)],
  ])
  const bars = measured.slice(1).map(({ name, wall }) => ({
    what: `speed over ${name} ÷ speed over a plain file`,
    limit: `≥ ${fixed(LEAST_SOURCE_SPEED * 100, 0)} %`,
    figure: `${fixed((plain / wall) * 100, 1)} %`,
    share: (LEAST_SOURCE_SPEED * wall) / plain,
  }))
  const columns = ['source', 's', 'min–max', 'rows/s', 'speed, % of plain', 'peak MB']
  const text = `${table(columns, rows)}\n\n${runsOf(rounds)}`
  return { title: `Sources (${count(file.rows)} rows)`, text, bars }
}

/** A daily file into a new database, from the start of the process to its end. */
export async function day({ rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: DAY_ROWS })
  const measured = await measureInTurn([programJob(file), parseJob(file), NODE_JOB], rounds * SHORT_ROUNDS)
  const [own = Number.NaN, parse = Number.NaN, node = Number.NaN] = measured.map(({ wall }) => wall)
  const rows = measured.map((one) => [
    ...[one.name, seconds(one.wall), spread(one), seconds(one.cpu), fixed(one.rss / MB, 0)],
  ])
  const text = `${table(['program', 's', 'min–max', 'CPU s', 'peak MB'], rows)}

${runsOf(rounds * SHORT_ROUNDS)} The bar is taken against one process that starts Node, loads csv-parse and reads the file. Against that process
and \`node -e ''\` one after the other, the day takes ${fixed(own / (parse + node), 2)} times as long.`
  const bars = [ratioBar(`time for a day of ${count(DAY_ROWS)} rows ÷ csv-parse alone`, own / parse, MOST_DAY_TIME)]
  return { title: `A day of ${count(DAY_ROWS)} rows`, text, bars, headlines: bars }
}
