/**
 * A day that comes to a long history: what it takes with and without late rows, beside one plain copy of the database.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Extent, MOST_COPY_TIME, MOST_DAY_MEMORY, MOST_HISTORY_TIME } from './bench-bars.js'
import { DAY_ROWS } from './bench-cases.js'
import { type InputFile, incrementalInputs } from './bench-data.js'
import { newDatabase, programJob, RUN_FOLDER } from './bench-jobs.js'
import { type Job, measure, medians, type Usage } from './bench-measure.js'
import { type Bar, count, fixed, MB, ratioBar, type Section, seconds, spread, table, worst } from './bench-report.js'

const DAYS = 3
/** Rows of a day that belong to associations of the database. */
const LATE_ROWS = 750
/** More rows would leave no program numbers for the days. */
const LARGE_ROWS = 12e6

const KINDS = ['copy', 'empty', 'apart', 'late'] as const
type Kind = (typeof KINDS)[number]
const NAMES: Readonly<Record<Kind, string>> = {
  copy: 'cp -r of the database',
  empty: 'a day into an empty folder',
  apart: 'a day that touches nothing old',
  late: `a day with ${LATE_ROWS} late rows`,
}

/** A run, and the bytes that came into the files of its database; none are told of a copy. */
interface Run extends Usage {
  readonly bytes: number
  readonly cloned: number
}

type Part = Pick<Section, 'text' | 'bars'>

/** Days that come to databases of some sizes, which a run each has made. */
export async function history({ memorySizes }: Extent): Promise<Section> {
  const sizes = process.env.BENCH_LARGE === '1' ? [...memorySizes, LARGE_ROWS] : memorySizes
  const parts: Part[] = []
  for (const size of sizes) parts.push(await historyOf(size))
  const bars = parts.flatMap((part) => part.bars)
  const headlines = [NAMES.late, NAMES.apart].flatMap((name) => worst(bars.filter(({ what }) => what.startsWith(name))))
  const text = parts.map((part) => part.text).join('\n\n')
  return { title: 'A day and the length of the history', text, bars, headlines }
}

async function historyOf(size: number): Promise<Part> {
  const { base, apart, late } = await incrementalInputs(size, DAYS, DAY_ROWS, LATE_ROWS)
  const database = newDatabase('history')
  await measure(programJob(base, 'the database', database))
  const runs: Record<Kind, Run[]> = { copy: [], empty: [], apart: [], late: [] }
  for (const [number, file] of apart.entries()) {
    runs.copy.push({ ...(await measure(copyJob(database))), bytes: Number.NaN, cloned: Number.NaN })
    newDatabase('copy')
    runs.empty.push(await dayOf(file, newDatabase('empty')))
    runs.apart.push(await dayOf(file, database))
    runs.late.push(await dayOf(late[number] as InputFile, database))
  }
  for (const name of ['history', 'empty']) newDatabase(name)
  return { text: `${count(size)} rows:\n\n${historyTable(runs)}`, bars: barsOf(size, runs) }
}

function copyJob(database: string): Job {
  const to = join(RUN_FOLDER, 'copy')
  return { name: NAMES.copy, command: 'cp', args: ['-r', database, to], before: () => newDatabase('copy') }
}

async function dayOf(file: InputFile, database: string): Promise<Run> {
  const { name, command, args } = programJob(file, 'a day', database)
  mkdirSync(RUN_FOLDER, { recursive: true })
  const summary = join(RUN_FOLDER, 'summary.json')
  const shell = ['-c', 'exec "$@" > "$0"', summary, command, ...args, '--json']
  const usage = await measure({ name, command: 'sh', args: shell })
  const { written } = JSON.parse(readFileSync(summary, 'utf8')) as { written: { bytes: number; cloned: number } }
  rmSync(summary)
  return { ...usage, ...written }
}

function historyTable(runs: Readonly<Record<Kind, readonly Run[]>>): string {
  const copy = medians(runs.copy).wall
  const rows = KINDS.map((kind) => {
    const { wall, rss } = medians(runs[kind])
    const bytes = (of: 'bytes' | 'cloned') => (kind === 'copy' ? '-' : fixed((runs[kind][0]?.[of] ?? 0) / MB, 1))
    return [
      ...[NAMES[kind], seconds(wall), spread({ runs: runs[kind], name: kind, ...medians(runs[kind]) })],
      ...[fixed(wall / copy, 2), bytes('bytes'), bytes('cloned'), fixed(rss / MB, 0)],
    ]
  })
  return table(['run', 's', 'min–max', '÷ copy', 'MB written', 'MB of them cloned', 'peak MB'], rows)
}

function barsOf(size: number, runs: Readonly<Record<Kind, readonly Run[]>>): Bar[] {
  const wall = (kind: Kind) => medians(runs[kind]).wall
  const rss = medians(runs.late).rss
  const of = `a database of ${count(size)} rows`
  return [
    ratioBar(`${NAMES.late} ÷ a copy of ${of}`, wall('late') / wall('copy'), MOST_COPY_TIME),
    ratioBar(`${NAMES.apart} of ${of} ÷ ${NAMES.empty}`, wall('apart') / wall('empty'), MOST_HISTORY_TIME),
    {
      what: `peak memory of ${NAMES.late}, ${of}`,
      limit: `≤ ${fixed(MOST_DAY_MEMORY / MB, 0)} MB`,
      figure: `${fixed(rss / MB, 0)} MB`,
      share: rss / MOST_DAY_MEMORY,
    },
  ]
}
