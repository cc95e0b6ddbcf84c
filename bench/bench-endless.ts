/**
 * A part of the benchmark: a run that does not end. Many rows go through one process, which commits again and again: what a
 * commit takes, and how much memory, in the beginning and in the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Extent, MOST_HISTORY_TIME, MOST_MEMORY, MOST_MEMORY_GROWTH } from './bench-bars.js'
import { type InputFile, rowsInBlocks } from './bench-data.js'
import { inputJob, newDatabase, RUN_FOLDER } from './bench-jobs.js'
import { medians, startPeak, type Usage, usageOf } from './bench-measure.js'
import { count, fixed, MB, memoryBar, ratioBar, type Section, seconds, table, worst } from './bench-report.js'

/** Commits of the whole run. */
const COMMITS = 200
/** So many of them are its beginning, and its end. */
const TENTH = COMMITS / 10

/** What a commit took: the usage since the one before it, and bytes. */
interface Commit extends Usage {
  readonly written: number
  /** Of the index. */
  readonly index: number
}

/** A run over rows of which none touches an old association, as those that do take what `history` tells. */
export async function endless({ endlessRows }: Extent): Promise<Section> {
  const every = endlessRows / COMMITS
  const commits = await commitsOf(await rowsInBlocks(endlessRows, every), every)
  // The first one compiles what all others run.
  const [early, late] = [commits.slice(1, TENTH + 1), commits.slice(-TENTH)]
  const [first, last] = [medians(early), medians(late)]
  const most = (part: readonly Commit[]) => Math.max(...part.map(({ rss }) => rss))
  const line = (name: string, part: readonly Commit[]) => {
    const { wall, cpu } = medians(part)
    const { written, index } = part.at(-1) ?? { written: Number.NaN, index: Number.NaN }
    const bytes = [most(part), written, index].map((value) => fixed(value / MB, 1))
    return [name, seconds(wall), seconds(cpu), ...bytes]
  }
  const columns = ['commits', 's', 'processor, s', 'peak MB', 'MB written', 'MB of them index']
  const rows = [line(`2 to ${TENTH + 1}`, early), line(`the last ${TENTH} of ${commits.length}`, late)]
  const of = `of ${count(endlessRows)} rows in one process`
  const bars = [
    ratioBar(`processor time of a commit, end ÷ beginning ${of}`, last.cpu / first.cpu, MOST_HISTORY_TIME),
    ratioBar(`peak memory, end ÷ beginning ${of}`, most(late) / most(early), MOST_MEMORY_GROWTH),
    memoryBar(`peak memory ${of}`, most(commits), MOST_MEMORY),
  ]
  const text = `${count(endlessRows)} rows, a commit every ${count(every)}; medians, and the most memory.\n\n${table(columns, rows)}`
  return { title: 'A run that does not end', text, bars, headlines: worst(bars) }
}

/** Runs over a file, and looks at the process whenever it has committed. */
async function commitsOf({ path }: InputFile, every: number): Promise<Commit[]> {
  const { command, args, before } = inputJob('endless', ['--json', '--commit-every', String(every), path])
  before?.()
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const commits: Commit[] = []
  let last: Usage = { wall: performance.now() / 1000, cpu: 0, rss: 0 }
  for await (const line of createInterface({ input: child.stdout })) {
    const { commit, written } = JSON.parse(line) as { commit?: number; written: { bytes: number } }
    // The last line is of the run.
    if (commit === undefined || child.pid === undefined) continue
    const { cpu, rss } = usageOf(child.pid)
    startPeak(child.pid)
    const wall = performance.now() / 1000
    const index = statSync(join(RUN_FOLDER, 'db', '.jwst-ingest', 'index')).size
    commits.push({ wall: wall - last.wall, cpu: cpu - last.cpu, rss, written: written.bytes, index })
    last = { wall, cpu, rss }
  }
  const [status] = await ended
  newDatabase('db')
  if (status !== 0 || commits.length < COMMITS)
    throw new Error(`endless ended with ${status}, ${commits.length} commits`)
  return commits
}
