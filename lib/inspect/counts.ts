/** What waits, counted. */
import { MODELS } from '../rules/keywords.js'
import { compareText } from '../rules/values.js'
import { counted } from '../text/words.js'
import { needsFile, REASON_CODES, remedyOf } from './reasons.js'
import { inColumns, labelled } from './text.js'
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
  /** By keyword: what waits for an association file, whatever its keywords, by reason. */
  readonly #byFile: WaitCounter | undefined
  readonly #counts = new Map<string, { value: string; kind: Wait['kind']; models: Record<string, number> }>()

  constructor(by: CountedBy) {
    this.by = by
    this.#byFile = by === 'keyword' ? new WaitCounter('reason') : undefined
  }

  /** Counts a wait; by keyword only one in which keywords differ. */
  add(wait: Wait): void {
    const value = VALUES[this.by](wait)
    if (needsFile(wait.reason)) this.#byFile?.add(wait)
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

  /** By keyword: what waits for an association file, whatever its keywords; its values are reasons. */
  get needFiles(): readonly WaitCount[] {
    return this.#byFile?.counts ?? []
  }

  #order(a: WaitCount, b: WaitCount): number {
    if (this.by === 'keyword') return b.total - a.total
    if (this.by === 'program') return Number(a.value) - Number(b.value)
    const codes: readonly string[] = REASON_CODES
    return codes.indexOf(a.value) - codes.indexOf(b.value)
  }

  /**
   * The counts as a table, and where association files help.
   *
   * @param database as the command in it calls it
   * @param width columns of the terminal, if it goes to one
   */
  format(database?: string, width?: number): string {
    const { counts, needFiles } = this
    if (this.by !== 'keyword') return this.#table(width)
    const table =
      counts.length === 0 ? `${labelled('', 'no keyword keeps anything from matching', width)}\n` : this.#table(width)
    return needFiles.length === 0 ? table : `${table}\n${formatNeedFiles(needFiles, database, width)}`
  }

  #table(width: number | undefined): string {
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
    return inColumns([header, ...rows, all], 2, width)
  }
}

/** What waits for an association file, and the command that takes it in. */
function formatNeedFiles(
  counts: readonly WaitCount[],
  database: string | undefined,
  width: number | undefined,
): string {
  const all = counts.reduce((sum, { total }) => sum + total, 0)
  const which = counts.map(({ value, kind, total }) => `${value}: ${counted(total, kind)}`)
  const lines = [
    `${all} more wait for association files, whatever their keywords; ${which.join(', ')}`,
    remedyOf('ambiguous', { database }),
  ]
  return lines.map((line) => `${labelled('', line, width)}\n`).join('')
}
