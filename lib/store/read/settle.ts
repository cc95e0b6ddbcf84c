/**
 * Settles the stored lines of a program anew, and compares what comes out with what is stored.
 */

import { CanonicalLine } from '../../csv/row.js'
import { KeywordFinder } from '../../rules/keywords.js'
import type { Layout } from '../../rules/layout.js'
import { settleProgram } from '../../settle/program.js'
import type { Settled } from '../../settle/settled.js'
import { TABLE_NUMBERS, TABLES } from '../tables.js'
import { readFeatures, readStored } from './stored.js'
import { readLines } from './stored-lines.js'
import { readLists } from './stored-lists.js'
import type { TableLine, TablePart } from './survey.js'

/** Resolves all associations of a program from its stored lines alone. */
export function settleAnew(pid: number, lines: readonly TableLine[], layout: Layout): Settled {
  const holds = ({ table }: TableLine) => TABLES[table]?.holds
  const finder = new KeywordFinder(layout.at)
  const rows = lines.filter((line) => holds(line) === 'rows' || holds(line) === 'hidden')
  const products = lines.filter((line) => holds(line) === 'products')
  const members = lines.filter((line) => holds(line) === 'members')
  const lists =
    members.length === 0 ? undefined : readLists(members.map(({ table, text }) => ({ origin: table, text })))
  return settleProgram(
    {
      pid,
      fresh: [],
      stored: rows.map(({ table, cells }) => readStored(layout, table, cells, finder)),
      lists,
      features: () => products.map(({ table, text }) => readFeatures(table, text)),
    },
    TABLE_NUMBERS,
    true,
  )
}

/** A line that resolving gives. */
export interface GivenLine {
  readonly text: string
  readonly cells: CanonicalLine
}

/** How the lines of a program in a table differ from those that resolving gives: as a multiset. */
export interface Difference {
  /** Stored lines that resolving does not give. */
  readonly extra: readonly TableLine[]
  /** Lines that resolving gives and that are not stored. */
  readonly missing: readonly GivenLine[]
}

/**
 * Compares the stored lines of a program in a table with those that resolving gives.
 *
 * @param given each line with its end, in UTF-8
 */
export function compareLines({ lines, bytes }: TablePart, given: Buffer): Difference {
  // Most are the same, and bytes are compared much faster than texts.
  if (bytes.equals(given)) return SAME
  const missing = new Map<string, number>()
  for (const text of readLines(given)) missing.set(text, (missing.get(text) ?? 0) + 1)
  const extra: TableLine[] = []
  for (const line of lines) {
    const count = missing.get(line.text)
    if (count === undefined) extra.push(line)
    else if (count === 1) missing.delete(line.text)
    else missing.set(line.text, count - 1)
  }
  const rest = [...missing].flatMap(([text, count]) => new Array<string>(count).fill(text))
  return { extra, missing: rest.map((text) => ({ text, cells: new CanonicalLine(text) })) }
}

const SAME: Difference = { extra: [], missing: [] }

/** Lines of waiting groups that a program has too much or too little, as plain data. */
export interface GroupLines {
  readonly extra: readonly StoredText[]
  readonly missing: readonly { readonly table: number; readonly text: string }[]
}

/** A stored line, as plain data. */
export type StoredText = Pick<TableLine, 'table' | 'line' | 'text'>

/**
 * Lines of waiting groups that are not with the program that they are of.
 *
 * A group is named by the PROGRAM of its exposures, which need not be the number in their names, so its line in `rem-*`
 * can be taken for another program's. What a program has too much or too little is kept here until all are seen.
 */
export class GroupLedger {
  readonly #extra = new Map<string, StoredText[]>()
  readonly #missing = new Map<string, { readonly table: number; readonly text: string; count: number }>()
  /** Tables in which a line was not with its program. */
  readonly strayed = new Set<number>()

  /** A stored line that resolving its program does not give. */
  extra(line: StoredText): void {
    this.strayed.add(line.table)
    const key = `${line.table} ${line.text}`
    const lines = this.#extra.get(key)
    if (lines === undefined) this.#extra.set(key, [line])
    else lines.push(line)
  }

  /** A line that resolving a program gives, and that is not stored with it. */
  missing(table: number, text: string): void {
    this.strayed.add(table)
    const key = `${table} ${text}`
    const known = this.#missing.get(key)
    if (known === undefined) this.#missing.set(key, { table, text, count: 1 })
    else known.count++
  }

  /** All of it, as plain data. */
  get data(): GroupLines {
    const extra = [...this.#extra.values()].flat().map(({ table, line, text }) => ({ table, line, text }))
    const missing = [...this.#missing.values()].flatMap(({ table, text, count }) =>
      new Array<GroupLines['missing'][number]>(count).fill({ table, text }),
    )
    return { extra, missing }
  }

  /** Adds what other programs have too much or too little. */
  addAll({ extra, missing }: GroupLines): void {
    for (const line of extra) this.extra(line)
    for (const { table, text } of missing) this.missing(table, text)
  }

  /** What is too much and too little over all programs. */
  get rest(): GroupLines {
    const extra: StoredText[] = []
    for (const [key, lines] of this.#extra) extra.push(...lines.slice(this.#missing.get(key)?.count ?? 0))
    const missing = [...this.#missing].flatMap(([key, { table, text, count }]) => {
      const left = Math.max(0, count - (this.#extra.get(key)?.length ?? 0))
      return new Array<{ table: number; text: string }>(left).fill({ table, text })
    })
    return { extra, missing }
  }
}
