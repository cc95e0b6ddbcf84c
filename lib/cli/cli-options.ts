/**
 * What several commands do with their options, and how they tell what a run did.
 */
import { InvalidArgumentError } from 'commander'
import { isAssociationName } from '../rules/member-name.js'
import type { CommitInterval } from '../run/portions.js'
import type { Summary } from '../run/summary.js'
import { formatCommit, formatNotes, formatSummary } from '../run/summary-text.js'
import { formatChanges } from '../store/table-change.js'
import type { Terminal } from './terminal.js'

/** Bytes of a size such as `64M`; the letters stand for powers of 1024. */
export function parseSize(text: string): number {
  const [, digits, letter = ''] = /^(\d+(?:\.\d+)?)([kKmMgG]?)(?:i?[bB])?$/.exec(text) ?? []
  const size = Number(digits) * 1024 ** ['', 'k', 'm', 'g'].indexOf(letter.toLowerCase())
  if (!(size >= 1)) throw new InvalidArgumentError('Expected a size such as 64M, at least one byte.')
  return Math.floor(size)
}

/** Seconds, whole or not. */
export function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError('Expected a number of seconds, 0 or more.')
  return seconds
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** When a run commits: after so many rows, or after a time such as `30s`, `10m`, `1h`. */
export function parseInterval(text: string): CommitInterval {
  const [, digits, unit = ''] = /^(\d{1,15}(?:\.\d+)?)([smh]?)$/.exec(text) ?? []
  const number = Number(digits)
  const isGood = number > 0 && (unit !== '' || Number.isInteger(number))
  if (!isGood)
    throw new InvalidArgumentError('Expected a number of rows such as 100000, or a time such as 30s, 10m, 1h.')
  return unit === '' ? { rows: number } : { seconds: Math.min(MOST_SECONDS, number * SECONDS[unit as 's' | 'm' | 'h']) }
}

/** A timer cannot wait longer. */
const MOST_SECONDS = 2 ** 31 / 1000 - 1

/** A number of rows, 0 or more. */
export function parseCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number, 0 or more.')
  return Number(text)
}

/** A path as it is given: an empty one, as a variable that is not set makes it, is none. */
export function parsePath(path: string): string {
  if (path === '') throw new InvalidArgumentError('Expected a path, got an empty one: is a variable not set?')
  return path
}

/** Adds a path to those that an option was given before. */
export function collectPath(path: string, before: readonly string[] = []): string[] {
  return [...before, parsePath(path)]
}

/** Parts arguments into association files, which a shell makes of a glob behind `--asn`, and all others. */
export function partAssociations(args: readonly string[]): { readonly files: string[]; readonly others: string[] } {
  return { files: args.filter(isAssociationName), others: args.filter((name) => !isAssociationName(name)) }
}

/** Tells what a commit did, while the run goes on: a line on standard error, and with `--json` an object in a line of its own. */
export function tellCommit(
  summary: Summary,
  number: number,
  { json, quiet }: { readonly json?: boolean; readonly quiet?: boolean },
  terminal: Terminal,
): void {
  const time = new Date().toISOString()
  if (!quiet) {
    terminal.err(`jwst-ingest: ${formatCommit(summary, number, time)}\n`)
    // Of a run that goes on the end may be far.
    for (const note of formatNotes(summary)) terminal.err(`jwst-ingest: ${note}\n`)
  }
  if (!json) return
  terminal.record.line({ commit: number, time, ...summary })
  // All that is to be told where the run does not get to its end.
  terminal.record.result({ commits: number })
}

/**
 * Tells what a run did, on standard error, and with `--json` on standard output too. What a dry run would change goes to
 * standard output, unless something else does.
 */
export function tellSummary(
  summary: Summary,
  { json, quiet, emit }: { readonly json?: boolean; readonly quiet?: boolean; readonly emit?: string },
  terminal: Terminal,
): void {
  const { changes } = summary
  if (!quiet) {
    terminal.err(formatSummary(summary))
    for (const note of formatNotes(summary)) terminal.err(`jwst-ingest: ${note}\n`)
    const print = json || emit !== undefined ? terminal.err : terminal.out
    if (changes !== undefined) print(formatChanges(changes))
  }
  if (json) terminal.record.result(summary)
}
