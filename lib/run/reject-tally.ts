/** Rows of a run that could not be used, counted by what is wrong with them: in all inputs, and in each. */
import type { Reject } from '../store/tables.js'

/** Rows that could not be used for one reason. */
export interface RejectReason {
  /** What is wrong, without the value that is. */
  readonly reason: string
  readonly rows: number
  /** The first few of them. */
  readonly examples: readonly Reject[]
}

/** A row that was rejected, without its text, which may be long. */
export type RejectExample = Pick<Reject, 'line' | 'reason'>

/** The commonest reason in an input: the first of its rows, and how many they are. */
export interface CommonReject {
  readonly example: RejectExample
  readonly alike: number
}

/** How many examples of a kind are told; the rest is counted. */
const EXAMPLES = 3

/** Counts rejects. */
export class RejectTally {
  readonly #examples: Reject[] = []
  readonly #reasons = new Map<string, { rows: number; readonly examples: Reject[] }>()
  /** By input, then by what is wrong. */
  readonly #inputs = new Map<string, Map<string, { rows: number; readonly example: RejectExample }>>()

  /** Counts rows of one input. */
  add(rejects: readonly Reject[]): void {
    for (const reject of rejects.toSorted((a, b) => a.line - b.line)) {
      const { source, line, reason } = reject
      const kind = kindOfReason(reason)
      this.#add(kind, 1, [reject])
      this.#addExamples([reject])
      this.#addOf(source, kind, 1, { line, reason })
    }
  }

  /** Counts what was counted elsewhere, too. */
  addAll(other: RejectTally): void {
    for (const [reason, { rows, examples }] of other.#reasons) this.#add(reason, rows, examples)
    this.#addExamples(other.#examples)
    for (const [source, kinds] of other.#inputs)
      for (const [kind, { rows, example }] of kinds) this.#addOf(source, kind, rows, example)
  }

  #add(kind: string, rows: number, examples: readonly Reject[]): void {
    const known = this.#reasons.get(kind) ?? { rows: 0, examples: [] }
    this.#reasons.set(kind, known)
    known.rows += rows
    known.examples.push(...examples.slice(0, EXAMPLES - known.examples.length))
  }

  #addExamples(examples: readonly Reject[]): void {
    this.#examples.push(...examples.slice(0, EXAMPLES - this.#examples.length))
  }

  #addOf(source: string, kind: string, rows: number, example: RejectExample): void {
    const kinds = this.#inputs.get(source) ?? new Map()
    this.#inputs.set(source, kinds)
    const known = kinds.get(kind) ?? { rows: 0, example }
    kinds.set(kind, known)
    known.rows += rows
  }

  get rows(): number {
    return this.reasons.reduce((sum, { rows }) => sum + rows, 0)
  }

  /** The first few of them. */
  get examples(): readonly Reject[] {
    return this.#examples
  }

  /** The commonest reason first. */
  get reasons(): readonly RejectReason[] {
    const reasons = [...this.#reasons].map(([reason, { rows, examples }]) => ({ reason, rows, examples }))
    return reasons.sort((a, b) => b.rows - a.rows)
  }

  /** How many rows of an input were rejected. */
  rowsOf(source: string): number {
    return [...(this.#inputs.get(source)?.values() ?? [])].reduce((sum, { rows }) => sum + rows, 0)
  }

  /** The commonest reason in an input; undefined where no row of it was rejected. */
  commonest(source: string): CommonReject | undefined {
    const [first, ...others] = this.#inputs.get(source)?.values() ?? []
    if (first === undefined) return undefined
    const { example, rows } = others.reduce((most, other) => (other.rows > most.rows ? other : most), first)
    return { example, alike: rows }
  }
}

/** What is wrong with a row, without the value that is: rows of one kind are told together. */
function kindOfReason(reason: string): string {
  const [start = ''] = reason.replace(/"(?:[^"\\]|\\.)*"/g, '…').split(/[:;]/)
  return start
}
