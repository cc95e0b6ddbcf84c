/**
 * A part of the benchmark: peak memory, whatever the rows are and however many.
 */
import { type Extent, MOST_MEMORY, MOST_MEMORY_GROWTH } from './bench-bars.js'
import { dayFiles, type InputSpec, inputFile } from './bench-data.js'
import { inputJob, programJob } from './bench-jobs.js'
import { type Job, measure } from './bench-measure.js'
import { count, fixed, MB, memoryBar, ratioBar, runsOf, type Section, table, worst } from './bench-report.js'
import { DIALECTS } from './generator-dialect.js'

/** Daily files that the rows come in: the mission so far. */
const DAYS = 800
/** What the rows of one file may be, beside their dialect. */
const KINDS: Readonly<Record<string, Omit<InputSpec, 'rows'>>> = {
  shuffled: { shuffle: true },
  'all match': { match: 1 },
  'none match': { match: 0 },
}

/** A kind of input: the job that reads so many rows of it. */
interface Kind {
  readonly name: string
  readonly job: (rows: number) => Promise<Job>
  /** Whether it is measured with the greater number of rows, too, whatever it took with the smaller one. */
  readonly always: boolean
}

const ofFile = (name: string, spec: Omit<InputSpec, 'rows'>, always = false): Kind => {
  return { name, always, job: async (rows) => programJob(await inputFile({ ...spec, rows }), name) }
}

const INPUTS: readonly Kind[] = [
  ...DIALECTS.map((dialect) => ofFile(`one file, ${dialect}`, { dialect }, dialect === 'plain')),
  ...Object.entries(KINDS).map(([name, spec]) => ofFile(`one file, ${name}`, spec)),
  { name: `${DAYS} files`, always: true, job: async (rows) => inputJob('days', [await dayFiles(rows, DAYS)]) },
]

/** Of every kind of input at the smaller size; at the greater one of those that say most. */
export async function memory({ memorySizes: [small, large] }: Extent): Promise<Section> {
  const peaks: { readonly kind: Kind; readonly rss: number }[] = []
  for (const kind of INPUTS) peaks.push({ kind, rss: await peakOf(kind, small) })
  const [hungriest] = peaks.filter(({ kind }) => !kind.always).sort((a, b) => b.rss - a.rss)
  const lines: string[][] = []
  const bars = peaks.map(({ kind, rss }) =>
    memoryBar(`peak memory at ${count(small)} rows, ${kind.name}`, rss, MOST_MEMORY),
  )
  const growth = []
  for (const { kind, rss } of peaks) {
    const more = kind.always || kind === hungriest?.kind ? await peakOf(kind, large) : Number.NaN
    lines.push([kind.name, fixed(rss / MB, 0), fixed(more / MB, 0)])
    if (Number.isNaN(more)) continue
    const what = `peak memory at ${count(large)} ÷ ${count(small)} rows, ${kind.name}`
    growth.push(ratioBar(what, more / rss, MOST_MEMORY_GROWTH))
  }
  const columns = ['peak MB', `${count(small)} rows`, `${count(large)} rows`]
  const text = `${table(columns, lines)}

${runsOf(1)} With ${count(large)} rows: the plain file, a file a day, and of the rest what took most with ${count(small)}.`
  return { title: 'Memory', text, bars: [...bars, ...growth], headlines: [...worst(bars), ...worst(growth)] }
}

async function peakOf({ job }: Kind, rows: number): Promise<number> {
  return (await measure(await job(rows))).rss
}
