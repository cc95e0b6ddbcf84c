/**
 * Settled programs as the text that they add to each table: plain bytes and numbers, which can go from thread to thread.
 */
import { ByteWriter } from '../csv/bytes.js'
import { BYTE } from '../csv/split.js'
import type { PlacedLine, Row } from '../rules/row.js'
import type { Settled } from '../settle/settled.js'
import { splitLines } from './read/stored-lines.js'
import type { Table, TableContext, TableSink } from './table.js'
import { TABLES } from './tables.js'

/** What settled programs add to one table, and take out of it. */
export interface TableText {
  /** The lines, program by program. */
  readonly bytes: Uint8Array
  /** Number of each program that has lines here and their length in bytes, in turn. */
  readonly lineRanges: readonly number[]
  /** Lines that were settled anew and came out as they are stored: they stay where they are. Only if asked for. */
  readonly unmoved: Uint8Array
  /** Offset and length of each stored line that goes, in turn. */
  readonly takenOut: readonly number[]
  /** Whether a category value has no code yet. */
  readonly hasPlaceholders: boolean
}

/** The text of one table, which grows. */
class TableWriter implements TableSink {
  readonly #table: Table
  readonly bytes = new ByteWriter()
  readonly #unmoved: ByteWriter | undefined
  /** The stored lines of the program that go unless they are written again, by their text. */
  readonly #leaving = new Map<string, number[]>()
  #lineRanges: number[] = []
  #takenOut: number[] = []
  #hasPlaceholders = false
  /** Where the text of the last program begins. */
  #last = 0

  constructor(table: Table, isEmitted: boolean) {
    this.#table = table
    if (isEmitted) this.#unmoved = new ByteWriter()
  }

  add(settled: Settled, context: TableContext): void {
    const { placeholders } = context.encoder
    const before = this.bytes.length
    this.#last = before
    for (const line of settled.leaving) if (line.table === this.#table.number) this.#leave(line)
    this.#table.write(settled, context, this)
    if (this.#leaving.size > 0) this.#takeOut()
    if (this.bytes.length === before) return
    this.#lineRanges.push(settled.pid, this.bytes.length - before)
    this.#hasPlaceholders ||= context.encoder.placeholders > placeholders
  }

  #leave({ line, offset }: PlacedLine): void {
    const offsets = this.#leaving.get(line)
    if (offsets === undefined) this.#leaving.set(line, [offset])
    else offsets.push(offset)
  }

  /** Takes out what was not written again. */
  #takeOut(): void {
    for (const [line, offsets] of this.#leaving)
      for (const offset of offsets) this.#takenOut.push(offset, Buffer.byteLength(line) + 1)
    this.#leaving.clear()
  }

  /** Writes a line, or leaves it where it stands. */
  #put(line: string): void {
    const offset = this.#leaving.size === 0 ? undefined : this.#leaving.get(line)?.pop()
    const to = offset === undefined ? this.bytes : this.#unmoved
    to?.text(line)
    to?.byte(BYTE.lineFeed)
  }

  /** Takes back what the last program added. */
  dropLast(): void {
    if (this.bytes.length === this.#last) return
    this.bytes.cut(this.#last)
    this.#lineRanges.length -= 2
  }

  /** What the last program added, until more is added. */
  get last(): Buffer {
    return this.bytes.block.subarray(this.#last, this.bytes.length)
  }

  /** Gives up what is written, and goes on with nothing. */
  clear(): void {
    this.bytes.cut(0)
    this.#forget()
  }

  text(lines: string): void {
    if (this.#leaving.size === 0) this.bytes.text(lines)
    else for (const line of splitLines(lines)) this.#put(line)
  }

  row(row: Row, rest: string): void {
    if (this.#leaving.size > 0) this.#put(row.text + rest)
    else {
      this.bytes.text(row.text)
      this.bytes.text(rest)
      this.bytes.byte(BYTE.lineFeed)
    }
  }

  line(cells: readonly string[]): void {
    this.#put(cells.join(','))
  }

  /** The text; it goes on with none. */
  take(): TableText {
    const text: TableText = {
      bytes: this.bytes.take(),
      lineRanges: this.#lineRanges,
      unmoved: this.#unmoved?.take() ?? new Uint8Array(),
      takenOut: this.#takenOut,
      hasPlaceholders: this.#hasPlaceholders,
    }
    this.#forget()
    return text
  }

  #forget(): void {
    this.#last = 0
    this.#lineRanges = []
    this.#takenOut = []
    this.#hasPlaceholders = false
  }
}

/** Writes the text of every table of {@link TABLES}, settled programs one after the other. */
export class TableTexts {
  readonly #context: TableContext
  readonly #writers: readonly TableWriter[]

  /** @param emitted the table whose lines are asked for, those that stay among them */
  constructor(context: TableContext, emitted?: number) {
    this.#context = context
    this.#writers = TABLES.map((table) => new TableWriter(table, table.number === emitted))
  }

  /** Adds a settled program. */
  add(settled: Settled): void {
    for (const writer of this.#writers) writer.add(settled, this.#context)
  }

  /** The lines that the program added last has in a table, until another one is added. */
  lastOf({ number }: Pick<Table, 'number'>): Buffer {
    return this.#writers[number]?.last ?? Buffer.alloc(0)
  }

  /** Takes back what the program added last has in a table: lines with codes, no placeholders. */
  dropLast(number: number): void {
    this.#writers[number]?.dropLast()
  }

  /** Gives up what was added. */
  clear(): void {
    for (const writer of this.#writers) writer.clear()
  }

  /** The text of each table, in their order; it goes on with none. */
  take(): readonly TableText[] {
    return this.#writers.map((writer) => writer.take())
  }
}
