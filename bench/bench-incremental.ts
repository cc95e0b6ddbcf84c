/**
 * A part of the benchmark: days that come to large databases.
 */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Extent, MOST_DAY_ONTO } from './bench-bars.js'
import { DAY_ROWS } from './bench-cases.js'
import { type IncrementalInputs, incrementalInputs } from './bench-data.js'
import { newDatabase, programJob } from './bench-jobs.js'
import { type Measured, measure, medians, type Usage } from './bench-measure.js'
import { count, fixed, MB, ratioBar, type Section, seconds, spread, table } from './bench-report.js'

/** Days of each kind: all different, as a day that came before has other work. */
const DAYS = 3
/** Rows of a day that belong to associations of the database: the generator's share of late ones. */
const LATE_ROWS = 750
/** Runs that build the database, and runs onto copies of it. */
const BUILDS = 2

type Kind = keyof typeof MOST_DAY_ONTO
const KINDS: Readonly<Record<Kind, string>> = {
  apart: 'time for a day that touches nothing old',
  late: `time for a day with ${count(LATE_ROWS)} rows of old associations`,
  unindexed: 'time for such a day onto a copy without index, so that all is read',
}

/** Days that come to a large database and to a larger one. */
export async function incremental({ memorySizes, rounds }: Extent): Promise<Section> {
  const [small, large] = memorySizes
  // All of the larger one is only read once: it takes minutes.
  const parts = [await daysOnto(small, Math.min(rounds, BUILDS)), await daysOnto(large, 1)]
  const bars = parts.flatMap((part) => part.bars)
  const title = `A day of ${count(DAY_ROWS)} rows that comes to a database`
  return { title, text: parts.map(({ text }) => text).join('\n\n'), bars }
}

async function daysOnto(rows: number, builds: number) {
  const inputs = await incrementalInputs(rows, DAYS, DAY_ROWS, LATE_ROWS)
  const database = newDatabase('large')
  const built: Usage[] = []
  for (let number = 0; number < builds; number += 1) {
    newDatabase('large')
    built.push(await measure(programJob(inputs.base, 'the database', database)))
  }
  const whole = medians(built)
  const unindexed = await ontoCopies(database, inputs, builds)
  const days = { ...(await ontoDatabase(database, inputs)), unindexed }
  newDatabase('large')
  const kinds = (Object.keys(KINDS) as Kind[]).map((kind) => ({
    kind,
    name: KINDS[kind],
    runs: days[kind],
    ...medians(days[kind]),
  }))
  const lines = [{ name: `the database of ${count(rows)} rows`, runs: built, ...whole }, ...kinds].map((one) =>
    lineOf(one, whole.wall),
  )
  const bars = kinds.map(({ kind, name, wall }) =>
    ratioBar(
      `${name} ÷ ingesting its ${count(rows)} rows`,
      wall / whole.wall,
      MOST_DAY_ONTO[kind],
      kind === 'unindexed' ? '×' : '%',
    ),
  )
  const text = `${table(['run', 's', 'min–max', '% of the first', 'peak MB'], lines)}

Medians of ${DAYS} days; of ${builds} for the database, and for the copies.`
  return { text, bars }
}

function lineOf(one: Measured, whole: number): string[] {
  return [one.name, seconds(one.wall), spread(one), fixed((one.wall / whole) * 100, 1), fixed(one.rss / MB, 0)]
}

/** Onto the database itself, which grows by each of them. */
async function ontoDatabase(database: string, { apart, late }: IncrementalInputs) {
  const days: Record<'apart' | 'late', Usage[]> = { apart: [], late: [] }
  for (const number of apart.keys()) {
    for (const [kind, file] of [['apart', apart[number]] as const, ['late', late[number]] as const]) {
      if (file !== undefined) days[kind].push(await measure(programJob(file, KINDS[kind], database)))
    }
  }
  return days
}

/** Onto copies of the database without an index. */
async function ontoCopies(database: string, { late }: IncrementalInputs, count: number): Promise<Usage[]> {
  const runs: Usage[] = []
  for (const file of late.slice(0, count)) {
    const copy = newDatabase('copy')
    cpSync(database, copy, { recursive: true })
    rmSync(join(copy, '.jwst-ingest', 'index'))
    runs.push(await measure(programJob(file, KINDS.unindexed, copy)))
  }
  newDatabase('copy')
  return runs
}
