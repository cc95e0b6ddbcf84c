/**
 * What a check finds, collected and told.
 */
import { join } from 'node:path'

/** The kinds of violations, in the order in which they are told, with what each says in general. */
export const VIOLATIONS = {
  table: 'every table is there, with its header',
  line: 'every line can be read',
  cell: 'derived cells of a row are what its other cells give',
  code: 'codes are those of encodings.json',
  repeated: 'a dataset stands in a table once',
  place: 'a dataset is matched, or waits, or neither',
  features: 'a product of training.csv has one line of features in its model',
  target: 'size and date of a product are the same in every table',
  exposures: 'the exposures of a product are in level1.csv',
  groups: 'rem-* has the waiting groups of ingest.csv',
  resolution: 'the tables hold what resolving their rows gives',
  index: 'the index fits the tables',
} as const
export type ViolationKind = keyof typeof VIOLATIONS

/** Something that is wrong. */
export interface Violation {
  readonly kind: ViolationKind
  /** File within the database. */
  readonly file: string
  /** 1-based; absent where no single line is wrong. */
  readonly line?: number
  readonly what: string
}

/** Something worth knowing that is not wrong. */
export interface Note {
  readonly what: string
  readonly count: number
  /** A few of them. */
  readonly examples: readonly string[]
}

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

/** How many violations of a kind are told; the rest is counted. */
const TOLD = 20
/** How many examples of a note are told. */
const EXAMPLES = 5

/** Collects violations and notes; memory does not grow with their number. */
export class Findings {
  readonly counts: Record<ViolationKind, number>
  readonly #violations = new Map<ViolationKind, Violation[]>()
  readonly #notes = new Map<string, { count: number; examples: string[] }>()

  constructor() {
    const kinds = Object.keys(VIOLATIONS) as ViolationKind[]
    this.counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<ViolationKind, number>
    for (const kind of kinds) this.#violations.set(kind, [])
  }

  add(kind: ViolationKind, file: string, line: number | undefined, what: string): void {
    this.counts[kind]++
    const told = this.#violations.get(kind)
    if (told !== undefined && told.length < TOLD)
      told.push({ kind, file, ...(line === undefined ? {} : { line }), what })
  }

  note(what: string, example?: string): void {
    const note = this.#notes.get(what) ?? { count: 0, examples: [] }
    note.count++
    if (example !== undefined && note.examples.length < EXAMPLES) note.examples.push(example)
    this.#notes.set(what, note)
  }

  get violations(): readonly Violation[] {
    return [...this.#violations.values()].flat()
  }

  get notes(): readonly Note[] {
    return [...this.#notes].map(([what, note]) => ({ what, ...note }))
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0)
  }
}

/** Violations and notes as lines of text, each violation as `file:line: what`. */
export function formatViolations({ database, violations, counts, notes }: CheckReport): string {
  const lines: string[] = []
  for (const kind of Object.keys(VIOLATIONS) as ViolationKind[]) {
    const told = violations.filter((violation) => violation.kind === kind)
    for (const { file, line, what } of told) {
      lines.push(`${join(database, file)}${line === undefined ? '' : `:${line}`}: ${what}`)
    }
    const rest = counts[kind] - told.length
    if (rest > 0) lines.push(`${join(database)}: ${rest} more against the rule that ${VIOLATIONS[kind]}`)
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
  const total = Object.values(lines).reduce((sum, count) => sum + count, 0)
  const looked = `${total} lines of ${programs} programs in ${seconds.toFixed(2)} s`
  if (healthy) return `${database} is healthy: ${looked}`
  const violations = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const kinds = Object.entries(counts).filter(([, count]) => count > 0)
  const parts = kinds.map(([kind, count]) => `${kind}: ${count}`).join(', ')
  return `${database} has ${violations} violation${violations === 1 ? '' : 's'} (${parts}): ${looked}`
}
