/** What waits, counted. */
import { MODELS } from '../rules/models.js'
import { compareText } from '../rules/values.js'
import { REASON_CODES } from './reasons.js'
import { inColumns } from './text.js'
import type { Wait } from './waits.js'

/** By what waits are counted, and the value of one. */
const VALUES = {
  reason: ({ reason }) => reason,
  keyword: ({ differs }) => differs.join(', '),
  program: ({ pid }) => String(pid),
} as const satisfies Record<string, (wait: Wait) => string>
export type CountedBy = keyof typeof VALUES

/** By what waits can be counted. */
export const COUNTED_BY = Object.keys(VALUES) as readonly CountedBy[]

/** The models, and what stands for none. */
const COLUMNS = [...MODELS, 'none'] as const

/** How many of a kind wait with a value. */
export interface WaitCount {
  /** A reason, the keywords that differ, or a program. */
  readonly value: string
  readonly kind: Wait['kind']
  readonly models: Readonly<Record<(typeof COLUMNS)[number], number>>
  readonly total: number
}

/** Counts waits by a value and their kind; memory grows with the values alone. */
export class WaitCounter {
  readonly by: CountedBy
  readonly #counts = new Map<string, { value: string; kind: Wait['kind']; models: Record<string, number> }>()

  constructor(by: CountedBy) {
    this.by = by
  }

  /** Counts a wait; by keyword only one in which keywords differ. */
  add(wait: Wait): void {
    const value = VALUES[this.by](wait)
    if (value === '') return
    const key = `${wait.kind} ${value}`
    const models = Object.fromEntries(COLUMNS.map((model) => [model, 0]))
    const count = this.#counts.get(key) ?? { value, kind: wait.kind, models }
    const model = wait.model ?? 'none'
    count.models[model] = (count.models[model] ?? 0) + 1
    this.#counts.set(key, count)
  }

  /** Reasons in the order of their catalogue, programs in theirs, keywords with the most frequent ones first. */
  get counts(): readonly WaitCount[] {
    const counts = [...this.#counts.values()].map((count): WaitCount => {
      const models = count.models as WaitCount['models']
      return { ...count, models, total: Object.values(models).reduce((sum, number) => sum + number, 0) }
    })
    return counts.sort((a, b) => this.#order(a, b) || compareText(a.value, b.value) || compareText(a.kind, b.kind))
  }

  #order(a: WaitCount, b: WaitCount): number {
    if (this.by === 'keyword') return b.total - a.total
    if (this.by === 'program') return Number(a.value) - Number(b.value)
    const codes: readonly string[] = REASON_CODES
    return codes.indexOf(a.value) - codes.indexOf(b.value)
  }

  /** The counts as a table. */
  format(): string {
    const { counts } = this
    const heads = { reason: 'reason', keyword: 'keywords that differ', program: 'program' }
    const header = [heads[this.by], 'of', ...COLUMNS, 'all']
    const rows = counts.map(({ value, kind, models, total }) => [
      value,
      kind,
      ...COLUMNS.map((model) => String(models[model])),
      String(total),
    ])
    const sum = (of: (count: WaitCount) => number) => String(counts.reduce((total, count) => total + of(count), 0))
    const all = ['all', '', ...COLUMNS.map((model) => sum(({ models }) => models[model])), sum(({ total }) => total)]
    return inColumns([header, ...rows, all], 2)
  }
}
