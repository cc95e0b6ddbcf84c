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
  readonly met: boolean
  /** Whether it is among the dozen that matter first. */
  readonly isHeadline?: boolean
}

/** What one part of the benchmark found. */
export interface Section {
  readonly title: string
  /** Markdown: what was measured, and the figures. */
  readonly text: string
  readonly bars: readonly Bar[]
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

/** A ratio that may not exceed a limit. */
export function ratioBar(what: string, ratio: number, most: number, unit: '%' | '×' = '×'): Bar {
  const show = (value: number) => (unit === '%' ? `${fixed(value * 100, 1)} %` : `${fixed(value, 2)} ×`)
  return { what, limit: `≤ ${show(most)}`, figure: show(ratio), met: ratio <= most }
}

/** What it all ran on. */
function machine(load: number): string {
  const [cpu] = cpus()
  const packages = ['csv-parse', 'csv-stringify', 'stream-chain', 'highland'].map(
    (name) => `${name} ${versionOf(name) ?? '(version unknown)'}`,
  )
  const lines = [
    `Date: ${new Date().toISOString().slice(0, 10)}`,
    `Processor: ${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores; memory: ${fixed(totalmem() / 2 ** 30, 0)} GiB`,
    `System: ${type()}; load when the benchmark began: ${fixed(load, 2)}`,
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
all its tables, which are on the disk before it ends.`

const INTRODUCTION = `Made by \`make bench\`; do not edit. What matters first: of each part of the benchmark the figure that is
the worst, or that says most, with its bar. *csv-parse alone* is a process that only reads the same file.`

/** The whole report: what matters first, then every part with its figures, then all bars. */
export function report(sections: readonly Section[], load: number): string {
  const bars = sections.flatMap((section) => section.bars)
  const parts = [
    '# Benchmark results',
    INTRODUCTION,
    barTable(bars.filter(({ isHeadline }) => isHeadline)),
    '## How it was measured',
    machine(load),
    SCOPE,
    ...sections.flatMap(({ title, text }) => [`## ${title}`, text]),
    '## All bars',
    barTable(bars),
  ]
  return `${parts.join('\n\n')}\n`
}

function barTable(bars: readonly Bar[]): string {
  const rows = bars.map(({ what, limit, figure, met }) => [what, limit, figure, met ? 'yes' : '**no**'])
  return table(['bar', 'limit', 'measured', 'met'], rows)
}
