/**
 * Settled programs as the text that they add to each table: plain bytes and numbers, which can go from thread to thread.
 */
import { ByteWriter } from '../csv/bytes.js'
import { BYTE } from '../csv/split.js'
import type { Row } from '../rules/row.js'
import type { Settled } from '../settle/settled.js'
import type { Table, TableContext, TableSink } from './table.js'
import { TABLES } from './tables.js'

/** What settled programs add to one table, and take out of it. */
export interface TableText {
  /** The lines, program by program. */
  readonly bytes: Uint8Array
  /** Number of each program that has lines here and their length in bytes, in turn. */
  readonly segments: readonly number[]
  /** How many bytes at the start of each segment are lines that were there before. */
  readonly putBack: readonly number[]
  /** Programs whose stored lines go. */
  readonly takenOut: readonly number[]
  /** Whether a category value has no code yet. */
  readonly hasPlaceholders: boolean
}

/** The text of one table, which grows. */
class TableWriter implements TableSink {
  readonly #table: Table
  readonly bytes = new ByteWriter()
  #segments: number[] = []
  #putBack: number[] = []
  #takenOut: number[] = []
  #hasPlaceholders = false

  constructor(table: Table) {
    this.#table = table
  }

  add(settled: Settled, context: TableContext): void {
    const { number } = this.#table
    const { pid, takenOut, putBack } = settled
    if (takenOut.size > 0 && takenOut.has(number)) this.#takenOut.push(pid)
    const { placeholders } = context.encoder
    const before = this.bytes.length
    const back = putBack.size === 0 ? undefined : putBack.get(number)
    if (back !== undefined) this.text(back)
    const afterBack = this.bytes.length
    this.#table.write(settled, context, this)
    if (this.bytes.length === before) return
    this.#segments.push(pid, this.bytes.length - before)
    this.#putBack.push(afterBack - before)
    this.#hasPlaceholders ||= context.encoder.placeholders > placeholders
  }

  text(lines: string): void {
    this.bytes.text(lines)
  }

  row(row: Row, rest: string): void {
    this.bytes.text(row.text)
    this.bytes.text(rest)
    this.bytes.byte(BYTE.lineFeed)
  }

  line(cells: readonly string[]): void {
    this.bytes.text(cells.join(','))
    this.bytes.byte(BYTE.lineFeed)
  }

  /** The text; it goes on with none. */
  take(): TableText {
    const text: TableText = {
      bytes: this.bytes.take(),
      segments: this.#segments,
      putBack: this.#putBack,
      takenOut: this.#takenOut,
      hasPlaceholders: this.#hasPlaceholders,
    }
    this.#segments = []
    this.#putBack = []
    this.#takenOut = []
    this.#hasPlaceholders = false
    return text
  }
}

/** What a program adds to a table, as one text. */
export function linesOf(table: Table, settled: Settled, context: TableContext): string {
  const writer = new TableWriter(table)
  writer.add({ ...settled, putBack: new Map() }, context)
  return Buffer.from(writer.take().bytes).toString()
}

/** Writes the text of every table of {@link TABLES}, settled programs one after the other. */
export class TableTexts {
  readonly #context: TableContext
  readonly #writers = TABLES.map((table) => new TableWriter(table))

  constructor(context: TableContext) {
    this.#context = context
  }

  /** Adds a settled program. */
  add(settled: Settled): void {
    for (const writer of this.#writers) writer.add(settled, this.#context)
  }

  /** The text of each table, in their order; it goes on with none. */
  take(): readonly TableText[] {
    return this.#writers.map((writer) => writer.take())
  }
}
