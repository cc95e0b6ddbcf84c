/** What a run would change in a database, table by table: it is sent the same as an update, counts it, and keeps nothing. */
import { read } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { formatRow } from '../csv/write.js'
import { breather } from '../process/breath.js'
import { leftover, noLeftover } from '../process/supervisor.js'
import type { CensusByProgram } from '../settle/census.js'
import type { OpenedTable } from './commit.js'
import { attempt, BLOCK_BYTES } from './commit-files.js'
import type { Database } from './database.js'
import type { TableText } from './format.js'
import { between } from './holes.js'
import type { TableIndex } from './index-file.js'
import { LineDigests } from './line-digests.js'
import type { LineRange } from './line-ranges.js'
import type { Reading } from './readings.js'
import { MOST_REJECTS, RejectsUpdate } from './rejects-update.js'
import { Scratch, withCodes } from './scratch.js'
import type { FileRange, TableWriter } from './staged-file.js'
import { StoredCensus } from './stored-census.js'
import type { Table, TableContext } from './table.js'
import { isChange, type TableChange } from './table-change.js'
import type { TableChanges } from './table-update.js'
import { REJECTS_FILE, type Reject, TABLES, tableColumns } from './tables.js'
import { removeAbandoned, temporaryPath } from './temporary.js'
import type { Committed, TablesUpdate } from './update.js'

const readFrom = promisify(read)

/** What the name of the folder for what a dry run alone needs begins with. */
const SCRATCH_FOLDER = 'jwst-ingest-dry-run'

/** How a dry run counts. */
interface DryOptions {
  /** Whether every table would be written anew: then its lines are compared with those that it has. */
  readonly whole: boolean
  /** Rows that the table of rejects may have. */
  readonly maxRejects?: number | undefined
  /** Folder of what the run alone needs; that of the system by default. */
  readonly tmp?: string | undefined
}

/** Counts what would come into a table, and go out of it. */
class DryTable implements TableChanges {
  readonly #table: Table
  readonly #context: TableContext
  readonly #opened: OpenedTable | undefined
  readonly #whole: boolean
  readonly #added: LineDigests
  /** Lines that wait for their codes, and the lengths of the pieces that they came in. */
  readonly #waiting: Scratch
  readonly #lengths: number[] = []
  /** What stays of a table that would be written anew. */
  readonly #kept: FileRange[] = []
  #removed = 0
  #bytesRemoved = 0

  constructor(
    table: Table,
    context: TableContext,
    opened: OpenedTable | undefined,
    whole: boolean,
    scratchPath: string,
  ) {
    this.#table = table
    this.#context = context
    this.#opened = opened
    this.#whole = whole
    this.#added = new LineDigests({ counts: !whole || opened === undefined })
    this.#waiting = new Scratch(scratchPath)
  }

  add({ bytes, takenOut, hasPlaceholders }: TableText): void {
    this.#removed += takenOut.length / 2
    for (let at = 1; at < takenOut.length; at += 2) this.#bytesRemoved += takenOut[at] ?? 0
    if (!hasPlaceholders) this.#added.add(bytes)
    else {
      this.#waiting.write(bytes)
      this.#lengths.push(bytes.length)
    }
  }

  keep(lineRanges: readonly LineRange[]): void {
    this.#kept.push(...lineRanges)
  }

  /**
   * What would become of the table, after the codes are settled.
   *
   * @param stays whether it is right as it is
   */
  async finish(stays: boolean, signal: AbortSignal | undefined): Promise<TableChange> {
    const { file } = this.#table
    const bytesBefore = this.#opened?.bytes ?? 0
    if (stays) return { file, added: 0, removed: 0, bytesBefore, bytesAfter: bytesBefore }
    await this.#addWaiting(signal)
    const { count: added, bytes } = this.#added
    if (!this.#whole) {
      const bytesAfter = bytesBefore - this.#bytesRemoved + bytes
      return { file, added, removed: this.#removed, bytesBefore, bytesAfter }
    }
    const header = Buffer.byteLength(formatRow(tableColumns(this.#table, this.#context.layout)))
    const bytesAfter = header + this.#kept.reduce((sum, { length }) => sum + length, bytes)
    if (this.#opened === undefined) return { file, added, removed: 0, bytesBefore, bytesAfter }
    const stored = new LineDigests({ skip: 1 })
    const kept = this.#kept.sort((a, b) => a.offset - b.offset)
    await addFile(stored, this.#opened, signal, between(kept, 0, bytesBefore))
    return { file, ...stored.changesTo(this.#added), bytesBefore, bytesAfter }
  }

  async #addWaiting(signal: AbortSignal | undefined): Promise<void> {
    const breathe = breather(signal)
    let offset = 0
    for (const length of this.#lengths) {
      await breathe()
      const text = withCodes(this.#table, this.#context.encoder, this.#waiting.read({ offset, length }))
      this.#added.add(Buffer.from(text))
      offset += length
    }
  }

  close(): void {
    this.#waiting.close()
  }
}

/** Takes the lines of a file as it was opened. */
async function addFile(
  lines: LineDigests,
  { fd, bytes }: OpenedTable,
  signal: AbortSignal | undefined,
  ranges: readonly FileRange[] = [{ offset: 0, length: bytes }],
): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  for (const { offset, length } of ranges) {
    for (let done = 0; done < length; ) {
      signal?.throwIfAborted()
      const { bytesRead } = await readFrom(fd, block, 0, Math.min(block.length, length - done), offset + done)
      if (bytesRead === 0) break
      lines.add(block.subarray(0, bytesRead))
      done += bytesRead
    }
  }
}

/** Counts what would be written behind the rejects. */
class CountingWriter implements TableWriter {
  readonly start: number
  readonly lines: LineDigests

  /** @param start size of the table */
  constructor(start: number) {
    this.start = start
    this.lines = new LineDigests({ skip: start === 0 ? 1 : 0, counts: true })
  }

  get bytes(): number {
    return this.lines.bytes
  }

  write(piece: string | Uint8Array): void {
    this.lines.add(Buffer.from(piece))
  }

  async copyFrom(source: string, ranges: readonly FileRange[]): Promise<void> {
    const handle = await open(source, 'r')
    try {
      await addFile(this.lines, { fd: handle.fd, bytes: 0 }, undefined, ranges)
    } finally {
      await handle.close()
    }
  }

  close(): void {}
}

/** Takes what an update takes, and tells what would change. */
export class DryUpdate implements TablesUpdate {
  readonly tables: readonly DryTable[]
  readings: readonly Reading[]
  readonly #database: Database
  readonly #whole: boolean
  readonly #folder: string
  readonly #rejects: RejectsUpdate

  private constructor(
    database: Database,
    context: TableContext,
    folder: string,
    { whole, maxRejects = MOST_REJECTS }: DryOptions,
  ) {
    this.#database = database
    this.#whole = whole
    this.#folder = folder
    this.readings = database.readings
    this.tables = TABLES.map((table) => {
      const opened = database.folder.opened?.get(table.file)
      return new DryTable(table, context, opened, whole, this.scratchPath(`lines-${table.number}`))
    })
    this.#rejects = new RejectsUpdate(this.scratchPath('rejects'), maxRejects)
  }

  /** @param database one that is looked at */
  static async begin(database: Database, context: TableContext, options: DryOptions): Promise<DryUpdate> {
    const start = join(options.tmp ?? tmpdir(), SCRATCH_FOLDER)
    await removeAbandoned(start)
    const folder = temporaryPath(start)
    leftover(folder)
    await attempt(folder, 'cannot make a folder for what the dry run needs (--tmp, TMPDIR)', () => mkdir(folder, 0o700))
    return new DryUpdate(database, context, folder, options)
  }

  scratchPath(name: string): string {
    return join(this.#folder, name)
  }

  reject(rejects: readonly Reject[]): void {
    this.#rejects.add(rejects)
  }

  async commit(newCodes: boolean, census: CensusByProgram, same?: ReadonlyMap<string, TableIndex>): Promise<Committed> {
    const { index, signal } = this.#database
    const changes: TableChange[] = []
    for (const [number, table] of this.tables.entries()) {
      const stays = same?.has(TABLES[number]?.file ?? '') ?? false
      changes.push(await table.finish(stays, signal))
    }
    changes.push(await this.#rejectsChange())
    const isWhole = this.#whole || index === undefined
    const all = (isWhole ? new StoredCensus() : index.census).with(census)
    await this.abort()
    return {
      changed: isWhole || newCodes || changes.some(isChange),
      written: { bytes: 0, cloned: 0 },
      total: all.total,
      rejectsLeftOut: this.#rejects.leftOut,
      changes,
    }
  }

  async #rejectsChange(): Promise<TableChange> {
    const bytesBefore = this.#database.folder.opened?.get(REJECTS_FILE)?.bytes ?? 0
    const writer = new CountingWriter(bytesBefore)
    await this.#rejects.commit(this.#database.path(REJECTS_FILE), { append: async () => writer })
    const { count: added, bytes } = writer.lines
    return { file: REJECTS_FILE, added, removed: 0, bytesBefore, bytesAfter: bytesBefore + bytes }
  }

  async abort(): Promise<void> {
    this.#rejects.close()
    for (const table of this.tables) table.close()
    await rm(this.#folder, { recursive: true, force: true })
    noLeftover(this.#folder)
  }
}
