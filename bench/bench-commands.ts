/**
 * A part of the benchmark: every command on a large database, beside csv-parse alone on the rows that it is made of.
 */
import { join } from 'node:path'
import type { Extent } from './bench-cases.js'
import { inputFile } from './bench-data.js'
import { commandJob, newDatabase, parseJob, programJob, RUN_FOLDER } from './bench-jobs.js'
import { type Measured, measureInTurn } from './bench-measure.js'
import { type Bar, count, fixed, MB, ratioBar, type Section, seconds, spread, table } from './bench-report.js'

/** How much longer than csv-parse alone a command may take, and the most memory that it may use, in bytes. */
const MOST_COMMAND_TIME = 1
const MOST_COMMAND_MEMORY = 300 * MB

/** Each command with its arguments; none of them changes what the next one finds. */
const COMMANDS: readonly (readonly string[])[] = [
  ['status', 'DB'],
  ['explain', '--waiting', 'DB'],
  ['report', 'DB', '--html', 'OUT.html', '-q'],
  ['check', 'DB', '-q'],
  ['rebuild', 'DB', '-q'],
  ['export', 'DB', '-o', 'OUT', '--force', '-q'],
  ['prune', 'DB', '--older-than', '1d', '--dry-run', '-q'],
]

/** Time and peak memory of every command. */
export async function commands({ reference, rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: reference })
  const database = newDatabase('commands')
  await measureInTurn([programJob(file, 'the database', database)], 1)
  const out = join(RUN_FOLDER, 'out')
  const filled = COMMANDS.map((words) => words.map((word) => word.replace('DB', database).replace('OUT', out)))
  const jobs = filled.map((args, index) =>
    commandJob((COMMANDS[index] ?? []).filter((word) => !/^(DB|OUT|-q|-o)/.test(word)).join(' '), args),
  )
  const [parse, ...measured] = await measureInTurn([parseJob(file), ...jobs], rounds)
  newDatabase('commands')
  const base = parse?.wall ?? Number.NaN
  const rows = measured.map((one) => [
    ...[one.name, seconds(one.wall), spread(one), seconds(one.cpu), fixed(one.wall / base, 2), fixed(one.rss / MB, 0)],
  ])
  const columns = ['command', 's', 'min–max', 'CPU s', 'time ÷ csv-parse', 'peak MB']
  const title = `Commands on a database of ${count(reference)} rows`
  return { title, text: table(columns, rows), bars: [...timeBars(measured, base), ...memoryBars(measured)] }
}

function timeBars(measured: readonly Measured[], base: number): Bar[] {
  const most = Math.max(...measured.map(({ wall }) => wall))
  return measured.map(({ name, wall }) => {
    return { ...ratioBar(`${name} ÷ csv-parse alone`, wall / base, MOST_COMMAND_TIME), isHeadline: wall === most }
  })
}

function memoryBars(measured: readonly Measured[]): Bar[] {
  const most = Math.max(...measured.map(({ rss }) => rss))
  return measured.map(({ name, rss }) => ({
    what: `peak memory of ${name}`,
    limit: `≤ ${fixed(MOST_COMMAND_MEMORY / MB, 0)} MB`,
    figure: `${fixed(rss / MB, 0)} MB`,
    met: rss <= MOST_COMMAND_MEMORY,
    isHeadline: rss === most,
  }))
}
