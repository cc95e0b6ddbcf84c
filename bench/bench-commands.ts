/**
 * A part of the benchmark: every command on a large database, beside the run that ingests the rows that it is made of.
 */
import { join } from 'node:path'
import { type Extent, MOST_COMMAND_TIME, MOST_MEMORY } from './bench-bars.js'
import { inputFile } from './bench-data.js'
import { commandJob, newDatabase, programJob, RUN_FOLDER } from './bench-jobs.js'
import { measureInTurn } from './bench-measure.js'
import {
  count,
  fixed,
  MB,
  memoryBar,
  ratioBar,
  runsOf,
  type Section,
  seconds,
  spread,
  table,
  worst,
} from './bench-report.js'

/** Runs of each command. */
const ROUNDS = 2

/** Each command with its arguments; none of them changes what the next one finds. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  status: ['status', 'DB'],
  'explain --waiting': ['explain', '--waiting', 'DB'],
  report: ['report', 'DB', '--html', 'OUT.html', '-q'],
  check: ['check', 'DB', '-q'],
  rebuild: ['rebuild', 'DB', '-q'],
  export: ['export', 'DB', '-o', 'OUT', '-q'],
  'prune --dry-run': ['prune', 'DB', '--older-than', '1d', '--dry-run', '-q'],
}

/** Time and peak memory of every command. */
export async function commands({ memorySizes: [rows], rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows })
  const database = newDatabase('commands')
  const out = join(RUN_FOLDER, 'out')
  const jobs = Object.entries(COMMANDS).map(([name, args]) => {
    const filled = args.map((word) => word.replace('DB', database).replace('OUT', out))
    return commandJob(name, filled)
  })
  const ingesting = { ...programJob(file, 'ingesting', database), before: () => newDatabase('commands') }
  const runs = Math.min(rounds, ROUNDS)
  const measured = await measureInTurn([ingesting, ...jobs], runs)
  newDatabase('commands')
  const base = measured[0]?.wall ?? Number.NaN
  const lines = measured.map((one) => [
    ...[one.name, seconds(one.wall), spread(one), seconds(one.cpu), fixed(one.wall / base, 2), fixed(one.rss / MB, 0)],
  ])
  const times = measured.flatMap(({ name, wall }) => {
    const most = MOST_COMMAND_TIME[name]
    return most === undefined
      ? []
      : [ratioBar(`time for ${name}, ${count(rows)} rows ÷ ingesting them`, wall / base, most)]
  })
  const peaks = measured
    .slice(1)
    .map(({ name, rss }) => memoryBar(`peak memory of ${name}, ${count(rows)} rows`, rss, MOST_MEMORY))
  const columns = ['command', 's', 'min–max', 'CPU s', 'time ÷ ingesting', 'peak MB']
  const text = `${table(columns, lines)}\n\n${runsOf(runs)}`
  const title = `Commands on a database of ${count(rows)} rows`
  return { title, text, bars: [...times, ...peaks], headlines: worst(times) }
}
