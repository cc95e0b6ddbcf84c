/**
 * Figures as Markdown.
 */
import { cpus, loadavg, totalmem, type } from 'node:os'
import { duckdb, miller, versionOf } from './bench-jobs.js'
import type { Measured } from './bench-measure.js'

/** A limit that a figure has to keep to. */
export interface Bar {
  readonly what: string
  readonly limit: string
  readonly figure: string
  /** What the figure is of what the limit allows: more than 1 does not keep to it. */
  readonly share: number
}

/** What one part of the benchmark found. */
export interface Section {
  readonly title: string
  /** Markdown: what was measured, and the figures. */
  readonly text: string
  readonly bars: readonly Bar[]
  /** Those of the bars that the page begins with. */
  readonly headlines?: readonly Bar[] | undefined
}

/** Bytes of a megabyte, here. */
export const MB = 1e6

/** A Markdown table. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  // Numbers are read from the right; the first column says what they are of.
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'))
  return [line(columns), line(rule), ...rows.map(line)].join('\n')
}

/** A number with some decimals; a dash where there is none. */
export function fixed(value: number, decimals: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(decimals)
}

/** A count with separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Seconds with three significant digits. */
export function seconds(value: number): string {
  return fixed(value, value < 1 ? 3 : value < 10 ? 2 : 1)
}

/** Seconds of the fastest and the slowest run. */
export function spread({ runs }: Measured): string {
  const walls = runs.map(({ wall }) => wall)
  return `${seconds(Math.min(...walls))}–${seconds(Math.max(...walls))}`
}

/** How often each program of a part ran, as a sentence. */
export function runsOf(rounds: number): string {
  return rounds === 1 ? 'One run of each.' : `Medians of ${rounds} runs of each.`
}

/** A ratio that may not exceed a limit. */
export function ratioBar(what: string, ratio: number, most: number, unit: '%' | '×' = '×'): Bar {
  const show = (value: number) => (unit === '%' ? `${fixed(value * 100, 1)} %` : `${fixed(value, 2)} ×`)
  return { what, limit: `≤ ${show(most)}`, figure: show(ratio), share: ratio / most }
}

/** Memory that may not exceed a limit, in bytes. */
export function memoryBar(what: string, rss: number, most: number): Bar {
  return { what, limit: `≤ ${fixed(most / MB, 0)} MB`, figure: `${fixed(rss / MB, 0)} MB`, share: rss / most }
}

/** The bar that is the least well kept, in a list with that alone; none of none. */
export function worst(bars: readonly Bar[]): readonly Bar[] {
  return bars.toSorted((a, b) => b.share - a.share).slice(0, 1)
}

/** What it all ran on. */
function machine(load: number, minutes: number): string {
  const [cpu] = cpus()
  const packages = ['csv-parse', 'csv-stringify', 'stream-chain', 'highland'].map(
    (name) => `${name} ${versionOf(name) ?? '(version unknown)'}`,
  )
  const lines = [
    `Date: ${new Date().toISOString().slice(0, 10)}`,
    `Processor: ${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores; memory: ${fixed(totalmem() / 2 ** 30, 0)} GiB`,
    `System: ${type()}; load when the benchmark began: ${fixed(load, 2)}; it took ${fixed(minutes, 0)} min`,
    `Node ${process.versions.node} (V8 ${process.versions.v8}); ${packages.join(', ')}`,
    `Miller: ${miller() ?? 'not installed'}; DuckDB: ${duckdb() ?? 'not installed'}`,
  ]
  return lines.map((line) => `- ${line}`).join('\n')
}

/** The load of the last minute, for {@link report}. */
export function currentLoad(): number {
  return loadavg()[0] ?? Number.NaN
}

const SCOPE = `Every program runs in a process of its own, from its start to its end, with its standard output
discarded; programs that are compared run in turn (A B A B …). Figures are medians. Memory is the peak of the resident
set of the measured process alone (\`VmHWM\`); a MB has 10^6 bytes. The rows are synthetic, 31 columns and some 314 bytes
each (\`bench/generate.ts\`). Comparisons only read or copy CSV; the ingest also groups, matches, computes, and writes
all its tables, which are on the disk before it ends.

So that the whole takes three quarters of an hour on two processors, most is measured with few repetitions: each part says how many.
A median of three leaves some hundredths of noise.`

const INTRODUCTION = `What matters first: of each kind of measurement the one that comes nearest to its bar, or is beyond it; all bars are
at the end. Times are those of the whole program, from start to end. *csv-parse alone* is a process that only reads the
same file; *ingesting* is the run that made the database. What is compared ran in turn.`

/**
 * The whole report: what matters first, then every part with its figures, then all bars.
 *
 * @param left the parts that are not measured
 */
export function report(
  sections: readonly Section[],
  load: number,
  minutes: number,
  left: readonly string[] = [],
): string {
  const bars = sections.flatMap((section) => section.bars)
  const headlines = sections.flatMap((section) => section.headlines ?? [])
  const missed = bars.filter((bar) => !isMet(bar)).length
  const verdict = missed === 0 ? `All ${bars.length} bars are met.` : `Bars not met: ${missed} of ${bars.length}.`
  const parts = [
    '# Benchmark results',
    `Made by \`make bench\`; do not edit. **${verdict}**`,
    ...(left.length === 0 ? [] : [`It was ended before these parts were measured: ${left.join(', ')}.`]),
    ...(headlines.length === 0 ? [] : [INTRODUCTION, barTable(headlines)]),
    '## How it was measured',
    machine(load, minutes),
    SCOPE,
    ...sections.flatMap(({ title, text }) => [`## ${title}`, text]),
    '## All bars',
    barTable(bars),
  ]
  return `${parts.join('\n\n')}\n`
}

const isMet = ({ share }: Bar) => share <= 1

function barTable(bars: readonly Bar[]): string {
  const rows = bars.map((bar) => [bar.what, bar.figure, bar.limit, isMet(bar) ? 'yes' : '**no**'])
  return table(['what', 'measured', 'bar', 'met'], rows)
}
