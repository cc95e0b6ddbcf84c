/** The new content of one table, old and new lines together. */
import { formatRow } from '../csv/write.js'
import { breather } from '../process/breath.js'
import type { Database } from './database.js'
import type { TableText } from './format.js'
import { fillHoles, fillingsOf, holesOf } from './holes.js'
import type { TableIndex } from './index-file.js'
import { type LineRange, LineRanges } from './line-ranges.js'
import { remainingOf } from './remaining.js'
import { Scratch, withCodes } from './scratch.js'
import type { FileRange, TableWriter } from './staged-file.js'
import type { Table, TableContext } from './table.js'
import { tableColumns } from './tables.js'
import type { Transaction } from './transaction.js'

/** Takes what a run changes in a table. */
export interface TableChanges {
  /** Takes what settled programs add to it, and take out of it. */
  add(text: TableText): void
  /** For a rebuild: takes where lines of a program stand that stay as they are, if the table is written anew. */
  keep(lineRanges: readonly LineRange[]): void
}

/**
 * The new content of one table.
 *
 * Lines of a table that is written anew go straight into it. Lines for a table that is there go into a scratch file
 * first, as only the end of the run shows whether the table can be appended to or loses lines; and so do lines with
 * placeholders for codes that only the end of the run can give.
 */
export class TableUpdate implements TableChanges {
  readonly #table: Table
  readonly #context: TableContext
  readonly #direct: TableWriter | undefined
  readonly #scratch: Scratch
  /** What went straight into the table. */
  readonly #written = new LineRanges()
  /** What waits in the scratch file. */
  readonly #waiting = new LineRanges()
  /** What stays of a table that is written anew. */
  readonly #kept: LineRange[] = []
  /** Offset and length of each line that goes, in turn. */
  readonly #takenOut: number[] = []
  /** Whether a line of the scratch file has a placeholder. */
  #hasPlaceholders = false

  constructor(table: Table, context: TableContext, direct: TableWriter | undefined, scratchPath: string) {
    this.#table = table
    this.#context = context
    this.#direct = direct
    this.#scratch = new Scratch(scratchPath)
    direct?.write(formatRow(tableColumns(table, context.layout)))
  }

  /** Takes what settled programs add to the table, and what they take out. */
  add({ bytes, lineRanges, takenOut, hasPlaceholders }: TableText): void {
    for (const number of takenOut) this.#takenOut.push(number)
    if (bytes.length === 0) return
    this.#hasPlaceholders ||= hasPlaceholders
    const held = this.#direct === undefined || this.#hasPlaceholders
    const file = held ? this.#scratch : this.#direct
    let offset = file?.bytes ?? 0
    let from = 0
    file?.write(bytes)
    for (let index = 0; index < lineRanges.length; index += 2) {
      const [pid = 0, length = 0] = [lineRanges[index], lineRanges[index + 1]]
      const places = held ? this.#waiting : this.#written
      places.addContent(pid, offset, length, bytes.subarray(from, from + length))
      offset += length
      from += length
    }
  }

  keep(lineRanges: readonly LineRange[]): void {
    this.#kept.push(...lineRanges)
  }

  /** Brings old and new lines together, after the codes are settled; returns the table's new index. */
  async finish(database: Database, transaction: Transaction): Promise<TableIndex | undefined> {
    try {
      if (this.#direct !== undefined) return await this.#copyWaiting(this.#direct, this.#written, 0, database)
      const old = database.index?.tables.get(this.#table.file)
      if (old === undefined || (this.#scratch.bytes === 0 && this.#takenOut.length === 0)) return old
      if (this.#takenOut.length > 0) return await this.#replace(old, database, transaction)
      const writer = await transaction.append(this.#table.file)
      return await this.#copyWaiting(writer, new LineRanges(old.lineRanges.flat), old.bytes, database)
    } finally {
      this.#scratch.close()
    }
  }

  /**
   * Writes the table anew, or leaves it as it is where it holds the same lines already.
   *
   * @param same the index of a table that stays
   */
  async finishRebuilt(same: TableIndex | undefined, database: Database, transaction: Transaction): Promise<TableIndex> {
    try {
      if (same !== undefined) return same
      const writer = await transaction.replace(this.#table.file)
      writer.write(formatRow(tableColumns(this.#table, this.#context.layout)))
      const lineRanges = new LineRanges()
      for (const { isKept, run } of runsOf(this.#kept, this.#waiting.all)) {
        if (isKept) await this.#copyKept(writer, lineRanges, database, run)
        else await this.#copyWaiting(writer, lineRanges, 0, database, run)
      }
      return { bytes: writer.bytes, lineRanges }
    } finally {
      this.close()
    }
  }

  /** Closes what the run alone needs. */
  close(): void {
    this.#scratch.close()
  }

  /**
   * The table without the lines that go, and the new lines: at its end or, where that spares most of the writing, in the place of
   * lines that go.
   */
  async #replace(
    { bytes, lineRanges: pieces }: TableIndex,
    database: Database,
    transaction: Transaction,
  ): Promise<TableIndex> {
    const table = { path: database.path(this.#table.file), bytes, pieces }
    const moving = { table, holes: holesOf(this.#takenOut), coming: this.#waiting.all }
    const isFilled = !this.#hasPlaceholders && (await transaction.clones(this.#table.file))
    const replacement = isFilled ? fillHoles(moving, this.#scratch) : moving
    const { holes, coming } = replacement
    const { ranges, lineRanges } = await remainingOf(replacement.table, holes, database.signal)
    const writer = await transaction.cut(this.#table.file, ranges, fillingsOf(holes))
    return this.#copyWaiting(writer, lineRanges, 0, database, coming)
  }

  /** Writes pieces of the table as it is behind what the writer has. */
  async #copyKept(
    writer: TableWriter,
    lineRanges: LineRanges,
    database: Database,
    kept: readonly LineRange[],
  ): Promise<void> {
    let offset = writer.bytes
    await writer.copyFrom(database.path(this.#table.file), kept)
    for (const piece of kept) {
      lineRanges.add({ ...piece, offset })
      offset += piece.length
    }
  }

  /** Writes lines of the scratch file, with their codes, behind what the writer has. */
  async #copyWaiting(
    writer: TableWriter,
    lineRanges: LineRanges,
    start: number,
    { signal }: Database,
    waiting = this.#waiting.all,
  ): Promise<TableIndex> {
    const breathe = breather(signal)
    const encoded = this.#hasPlaceholders
    let offset = start + writer.bytes
    if (!encoded && waiting.length > 0) await writer.copyFrom(this.#scratch.path, joined(waiting))
    for (const piece of waiting) {
      if (!encoded) {
        lineRanges.add({ ...piece, offset })
        offset += piece.length
        continue
      }
      await breathe()
      const place = start + writer.bytes
      const text = withCodes(this.#table, this.#context.encoder, this.#scratch.read(piece))
      writer.write(text)
      lineRanges.addContent(piece.pid, place, start + writer.bytes - place, text)
    }
    return { bytes: start + writer.bytes, lineRanges }
  }
}

/** Neighbouring pieces of a table that all stay, or all come. */
interface Run {
  readonly isKept: boolean
  readonly run: LineRange[]
}

/** Pieces that stay and pieces that come, in the order of their programs. */
function runsOf(kept: readonly LineRange[], coming: readonly LineRange[]): readonly Run[] {
  const piecesOf = (pieces: readonly LineRange[], isKept: boolean) => pieces.map((piece) => ({ isKept, piece }))
  const runs: Run[] = []
  const all = [...piecesOf(kept, true), ...piecesOf(coming, false)].sort((a, b) => a.piece.pid - b.piece.pid)
  for (const { isKept, piece } of all) {
    const last = runs.at(-1)
    if (last?.isKept === isKept) last.run.push(piece)
    else runs.push({ isKept, run: [piece] })
  }
  return runs
}

/** Pieces of a file, those that stand one behind the other as one. */
function joined(pieces: readonly LineRange[]): readonly FileRange[] {
  const ranges: FileRange[] = []
  for (const { offset, length } of pieces) {
    const last = ranges.at(-1)
    if (last !== undefined && last.offset + last.length === offset)
      ranges[ranges.length - 1] = { offset: last.offset, length: last.length + length }
    else ranges.push({ offset, length })
  }
  return ranges
}
