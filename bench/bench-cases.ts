/**
 * The parts of the benchmark: what is measured, and the bars for it.
 */
import { gzipped, type InputFile, type InputSpec, incrementalInputs, inputFile } from './bench-data.js'
import { comparedJobs, NODE_JOB, newDatabase, PARSE, parseJob, pipeJob, programJob } from './bench-jobs.js'
import { type Measured, measure, measureInTurn, medians, type Usage } from './bench-measure.js'
import { type Bar, count, fixed, MB, ratioBar, type Section, seconds, spread, table } from './bench-report.js'

/** How much is measured. */
export interface Extent {
  /** Numbers of rows, ascending. */
  readonly sizes: readonly number[]
  /** The number of rows that everything but speed and memory is measured with. */
  readonly reference: number
  /** Numbers of rows at which memory is measured. */
  readonly memorySizes: readonly number[]
  /** Runs of each program. */
  readonly rounds: number
}

/** The most memory that a run may use, bytes, and by which factor more rows may raise it. */
const MOST_MEMORY = 300 * MB
const MOST_MEMORY_GROWTH = 1.15
/** The share of the time of csv-parse alone that a run may take, at a million rows. */
const MOST_PARSE_TIME = 0.5
const PARSE_ROWS = 1e6
/** By which factor ten times as many rows may raise the time. */
const MOST_TIME_GROWTH = 11
/** The share of the speed over a plain file that a pipe or a compressed file has to reach. */
const LEAST_SOURCE_SPEED = 0.8
/** By which factor a small day may take longer than starting Node and parsing it. */
const MOST_DAY_TIME = 1.5
/** Shares of the time for a database that a day that comes to it may take. */
const MOST_APART_TIME = 0.05
const MOST_LATE_TIME = 0.25

const DAY_ROWS = 5000
/** Runs that are over soon are repeated more often. */
const SHORT_ROUNDS = 3
/** Rows of a day that belong to associations of the database: the generator's share of late ones. */
const LATE_ROWS = 750

// --- speed ---

/** The program's runs over each file, by its path: what speed has measured, memory need not measure again. */
const measuredFiles = new Map<string, Measured>()

/** Rows a second of every program, by name and shuffled, and how the time grows. */
export async function speed({ sizes, rounds }: Extent): Promise<Section> {
  const rows: string[][] = []
  const bars: Bar[] = []
  for (const shuffle of [false, true]) {
    let before: { readonly size: number; readonly wall: number } | undefined
    for (const size of sizes) {
      const file = await inputFile({ rows: size, shuffle })
      const others = shuffle ? [parseJob(file)] : comparedJobs(file)
      const measured = await measureInTurn([programJob(file), ...others], rounds)
      rows.push(...measured.map((one) => speedRow(one, file, shuffle, measured)))
      const [own] = measured
      if (own !== undefined) measuredFiles.set(file.path, own)
      const wall = own?.wall ?? Number.NaN
      bars.push(...parseBars(size, measured, shuffle))
      if (before !== undefined) bars.push(growthBar(before.size, size, wall / before.wall, shuffle))
      before = { size, wall }
    }
  }
  const columns = ['rows', 'order', 'program', 's', 'min–max', 'rows/s', 'MB/s', 'CPU s', 'peak MB', 'time ÷ csv-parse']
  return { title: 'Speed', text: table(columns, rows), bars }
}

function speedRow(one: Measured, file: InputFile, shuffle: boolean, all: readonly Measured[]): string[] {
  const { name, wall, cpu, rss } = one
  const parse = all.find((other) => other.name === PARSE)?.wall ?? Number.NaN
  return [
    ...[count(file.rows), orderName(shuffle), name, seconds(wall), spread(one)],
    ...[count(file.rows / wall), fixed(file.bytes / MB / wall, 1), seconds(cpu), fixed(rss / MB, 0)],
    fixed(wall / parse, 2),
  ]
}

function parseBars(size: number, measured: readonly Measured[], shuffle: boolean): Bar[] {
  if (size !== PARSE_ROWS) return []
  const wall = (name: string | undefined) => measured.find((one) => one.name === name)?.wall ?? Number.NaN
  const ratio = wall(measured[0]?.name) / wall(PARSE)
  const what = `time for ${count(size)} rows ÷ csv-parse alone, ${orderName(shuffle)}`
  return [{ ...ratioBar(what, ratio, MOST_PARSE_TIME), isHeadline: !shuffle }]
}

const orderName = (shuffle: boolean) => (shuffle ? 'shuffled' : 'by name')

function growthBar(from: number, to: number, ratio: number, shuffle: boolean): Bar {
  const what = `time for ${count(to)} rows ÷ ${count(from)} rows, ${orderName(shuffle)}`
  return ratioBar(what, ratio, (MOST_TIME_GROWTH * to) / from / 10)
}

// --- memory ---

const KINDS: readonly { readonly name: string; readonly spec: Omit<InputSpec, 'rows'> }[] = [
  { name: 'all match', spec: { match: 1 } },
  { name: 'none match', spec: { match: 0 } },
  { name: 'shuffled', spec: { shuffle: true } },
]

/** Peak memory, whatever the rows are and however many. */
export async function memory({ memorySizes, rounds }: Extent): Promise<Section> {
  const peaks = KINDS.map((): number[] => [])
  for (const rows of memorySizes) {
    for (const [index, { name, spec }] of KINDS.entries()) {
      const file = await inputFile({ ...spec, rows })
      const known = measuredFiles.get(file.path)
      const [measured] =
        known === undefined ? await measureInTurn([programJob(file, `${count(rows)} rows, ${name}`)], rounds) : [known]
      peaks[index]?.push(measured?.rss ?? Number.NaN)
    }
  }
  const rows = KINDS.map(({ name }, index) => [name, ...(peaks[index] ?? []).map((rss) => fixed(rss / MB, 0))])
  const columns = ['peak MB', ...memorySizes.map((size) => `${count(size)} rows`)]
  return { title: 'Memory', text: table(columns, rows), bars: memoryBars(memorySizes, peaks) }
}

function memoryBars(sizes: readonly number[], peaks: readonly (readonly number[])[]): Bar[] {
  const of = (kind: number, size: number) => peaks[kind]?.[sizes.indexOf(size)] ?? Number.NaN
  const [reference = 0, large] = sizes.filter((size) => size >= 1e6)
  return KINDS.flatMap(({ name }, kind) => {
    if (reference === 0) return []
    const rss = of(kind, reference)
    const what = `peak memory at ${count(reference)} rows, ${name}`
    const limit = `≤ ${fixed(MOST_MEMORY / MB, 0)} MB`
    const isHeadline = kind === 0
    const bar = { what, limit, figure: `${fixed(rss / MB, 0)} MB`, met: rss <= MOST_MEMORY, isHeadline }
    if (large === undefined) return [bar]
    const grown = `peak memory at ${count(large)} rows ÷ ${count(reference)} rows, ${name}`
    return [bar, ratioBar(grown, of(kind, large) / rss, MOST_MEMORY_GROWTH)]
  })
}

// --- sources ---

/** Standard input and a compressed file against the plain one. */
export async function sources({ reference, rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: reference })
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
    met: plain / wall >= LEAST_SOURCE_SPEED,
  }))
  const columns = ['source', 's', 'min–max', 'rows/s', 'speed, % of plain', 'peak MB']
  return { title: `Sources (${count(file.rows)} rows)`, text: table(columns, rows), bars }
}

// --- a small day ---

/** A daily file into a new database, from the start of the process to its end. */
export async function day({ rounds }: Extent): Promise<Section> {
  const file = await inputFile({ rows: DAY_ROWS })
  const measured = await measureInTurn([programJob(file), parseJob(file), NODE_JOB], rounds * SHORT_ROUNDS)
  const [own, parse, node] = measured.map(({ wall }) => wall)
  const rows = measured.map((one) => [
    one.name,
    seconds(one.wall),
    spread(one),
    seconds(one.cpu),
    fixed(one.rss / MB, 0),
  ])
  const what = `a day of ${count(DAY_ROWS)} rows ÷ starting Node and parsing it with csv-parse`
  const ratio = (own ?? Number.NaN) / (parse ?? Number.NaN)
  const sum = (own ?? Number.NaN) / ((parse ?? Number.NaN) + (node ?? Number.NaN))
  const text = `${table(['program', 's', 'min–max', 'CPU s', 'peak MB'], rows)}

The bar is taken against one process that starts Node, loads csv-parse and reads the file. Against that process and
\`node -e ''\` one after the other, the day takes ${fixed(sum, 2)} times as long.`
  return {
    title: `A day of ${count(DAY_ROWS)} rows`,
    text,
    bars: [{ ...ratioBar(what, ratio, MOST_DAY_TIME), isHeadline: true }],
  }
}

// --- a day more ---

/** Runs that build the database. */
const BUILDS = 3
/** There are no program numbers for more days. */
const MOST_DAYS = 5
type Kind = 'apart' | 'late'

/** Days that come to large databases. */
export async function incremental({ memorySizes, rounds }: Extent): Promise<Section> {
  const parts: Omit<Section, 'title'>[] = []
  for (const size of memorySizes) parts.push(await incrementalTo(size, rounds))
  return {
    title: 'A day that comes to a large database',
    text: parts.map(({ text }) => text).join('\n\n'),
    bars: parts.flatMap(({ bars }) => bars),
  }
}

async function incrementalTo(size: number, rounds: number): Promise<Omit<Section, 'title'>> {
  const { base, apart, late } = await incrementalInputs(size, Math.min(rounds, MOST_DAYS), DAY_ROWS, LATE_ROWS)
  const database = newDatabase('large')
  const build = { ...programJob(base, 'the database', database), before: () => newDatabase('large') }
  const built = await measureInTurn([build], Math.min(rounds, BUILDS))
  const days: Record<Kind, Usage[]> = { apart: [], late: [] }
  for (const number of apart.keys()) {
    for (const [kind, file] of [['apart', apart[number]] as const, ['late', late[number]] as const]) {
      if (file !== undefined) days[kind].push(await measure(programJob(file, `a day, ${kind}`, database)))
    }
  }
  newDatabase('large')
  return incrementalPart(base, built, days)
}

function incrementalPart(
  base: InputFile,
  built: readonly Measured[],
  days: Readonly<Record<Kind, readonly Usage[]>>,
): Omit<Section, 'title'> {
  const whole = built[0]?.wall ?? Number.NaN
  const names = {
    apart: `a day of ${count(DAY_ROWS)} rows that touch nothing old`,
    late: `a day of ${count(DAY_ROWS)} rows, ${count(LATE_ROWS)} of which belong to old associations`,
  }
  const measured = (['apart', 'late'] as const).map((kind) => {
    return { name: names[kind], runs: days[kind], ...medians(days[kind]) }
  })
  const first = built.map((one) => ({ ...one, name: `the database of ${count(base.rows)} rows` }))
  const rows = [...first, ...measured].map((one) => [
    ...[one.name, seconds(one.wall), spread(one), fixed((one.wall / whole) * 100, 1), fixed(one.rss / MB, 0)],
  ])
  const limits = [MOST_APART_TIME, MOST_LATE_TIME]
  const bars = measured.map(({ name, wall }, index) => ({
    ...ratioBar(`${name} ÷ a database of ${count(base.rows)}`, wall / whole, limits[index] ?? 0, '%'),
    isHeadline: true,
  }))
  const columns = ['run', 's', 'min–max', '% of the first', 'peak MB']
  return { text: table(columns, rows), bars }
}
