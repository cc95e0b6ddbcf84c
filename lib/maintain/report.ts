/**
 * What a check has found, and how that is told.
 */
import { join } from 'node:path'
import { type Note, VIOLATIONS, type Violation, type ViolationKind } from '../audit/findings.js'
import { visibleName } from '../text/visible.js'
import { counted } from '../text/words.js'

/** What a check found; the JSON of `check --json`. */
export interface CheckReport {
  readonly database: string
  readonly healthy: boolean
  readonly programs: number
  /** Lines that can be read, by file. */
  readonly lines: Readonly<Record<string, number>>
  /** Number of violations of each kind. */
  readonly counts: Readonly<Record<ViolationKind, number>>
  /** The first ones of each kind. */
  readonly violations: readonly Violation[]
  readonly notes: readonly Note[]
  readonly seconds: number
}

/** Violations and notes as lines of text, each violation as `file:line: what`. */
export function formatViolations({ database, violations, counts, notes }: CheckReport): string {
  const lines: string[] = []
  for (const kind of Object.keys(VIOLATIONS) as ViolationKind[]) {
    const told = violations.filter((violation) => violation.kind === kind)
    for (const { file, line, what } of told) {
      lines.push(`${visibleName(join(database, file))}${line === undefined ? '' : `:${line}`}: ${what}`)
    }
    const rest = counts[kind] - told.length
    if (rest > 0) lines.push(`${visibleName(join(database))}: ${rest} more against the rule that ${VIOLATIONS[kind]}`)
  }
  for (const { what, count, examples } of notes) lines.push(`note: ${formatNote(what, count, examples)}`)
  return lines.map((line) => `${line}\n`).join('')
}

function formatNote(what: string, count: number, examples: readonly string[]): string {
  if (examples.length === 0) return what
  const more = count > examples.length ? `, … (${count} in all)` : ''
  return `${what}: ${examples.join(', ')}${more}`
}

/** The outcome in one line, without its end. */
export function formatOutcome({ database, programs, lines, counts, healthy, seconds }: CheckReport): string {
  const name = visibleName(database)
  const total = Object.values(lines).reduce((sum, count) => sum + count, 0)
  const looked = `${counted(total, 'line')} of ${counted(programs, 'program')} in ${seconds.toFixed(2)} s`
  if (healthy) return `${name} is healthy: ${looked}`
  const violations = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const kinds = Object.entries(counts).filter(([, count]) => count > 0)
  const parts = kinds.map(([kind, count]) => `${kind}: ${count}`).join(', ')
  return `${name} has ${counted(violations, 'violation')} (${parts}): ${looked}`
}
