/**
 * The rows that a run adds to one table, given to somebody while the run goes on.
 *
 * Rows with a category value that has no code yet wait in a file until the run knows all of its new values. A row that was
 * settled anew is a row of the run, even where it came out as it was.
 */
import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { formatRow } from '../csv/write.js'
import { IngestError } from '../errors.js'
import { untilAborted } from '../process/until-aborted.js'
import type { Layout } from '../rules/layout.js'
import type { TableText } from '../store/format.js'
import { Scratch, withCodes } from '../store/scratch.js'
import type { Table, TableContext } from '../store/table.js'
import { TABLES, tableColumns } from '../store/tables.js'
import type { IngestOptions } from './options.js'

/** The tables whose rows can be asked for, by the names of their files. */
function emittedTable(name: string): Table {
  const tables = TABLES.filter(({ file }) => !file.includes('/'))
  const table = tables.find(({ file }) => file === name || file === `${name}.csv`)
  if (table !== undefined) return table
  const names = tables.map(({ file }) => file.replace(/\.csv$/, '')).join(', ')
  throw new IngestError('USAGE', `--emit: no table ${JSON.stringify(name)}; the tables are ${names}`)
}

/**
 * What gives the rows of a table to a stream.
 *
 * @throws IngestError USAGE for a name that is no table's
 */
export function emitterOf({ table, out }: NonNullable<IngestOptions['emit']>): Emitter {
  return new Emitter(emittedTable(table), out)
}

/** Writes rows of a table to a stream; one that is closed by its reader takes no more, which is no fault. */
export class Emitter {
  readonly #table: Table
  readonly #out: Writable
  #header = ''
  #isOpen = true

  constructor(table: Table, out: Writable) {
    this.#table = table
    this.#out = out
    // A reader that has all that it wants closes the pipe; the stream's owner is told of other errors.
    finished(out, { readable: false }).then(
      () => this.#shut(),
      () => this.#shut(),
    )
    out.on('error', () => this.#shut())
  }

  /** Number of its table. */
  get emits(): number {
    return this.#table.number
  }

  #shut(): void {
    this.#isOpen = false
  }

  /**
   * Begins a step of the run.
   *
   * @param scratchPath where rows without a code can wait
   */
  begin(context: TableContext, scratchPath: string): EmitterStep {
    return new EmitterStep(this, this.#table, context, scratchPath)
  }

  /** Writes the header, where it is not that of the rows before. */
  async header(layout: Layout): Promise<void> {
    const header = formatRow(tableColumns(this.#table, layout))
    if (header === this.#header) return
    this.#header = header
    await this.write(Buffer.from(header))
  }

  /** Writes; waits until the reader has taken what was written before, or is gone. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen || this.#out.destroyed) return
    await new Promise<void>((done) => {
      this.#out.once('close', done)
      this.#out.write(bytes, () => {
        this.#out.off('close', done)
        done()
      })
    })
  }
}

/** The rows of one step. */
export class EmitterStep {
  readonly #emitter: Emitter
  readonly #table: Table
  readonly #context: TableContext
  readonly #waiting: Scratch

  constructor(emitter: Emitter, table: Table, context: TableContext, scratchPath: string) {
    this.#emitter = emitter
    this.#table = table
    this.#context = context
    this.#waiting = new Scratch(scratchPath)
  }

  /** A sink for the results of a step: the header first, then rows as they come. */
  sink<T extends { readonly tables: readonly TableText[] }>(): Writable {
    return new Writable({
      objectMode: true,
      highWaterMark: 1,
      construct: (done) => {
        this.#emitter.header(this.#context.layout).then(() => done(), done)
      },
      write: (results: T, _encoding, done) => {
        const text = results.tables[this.#table.number]
        const taken = text === undefined ? Promise.resolve() : this.#take(text)
        taken.then(() => done(), done)
      },
    })
  }

  async #take(text: TableText): Promise<void> {
    const rows = Buffer.concat([text.bytes, text.unmoved])
    if (rows.length === 0) return
    if (text.hasPlaceholders) this.#waiting.write(rows)
    else await this.#emitter.write(rows)
  }

  /**
   * Writes the rows that waited for their codes; these are settled now.
   *
   * @param signal ends the waiting for who reads them
   */
  async finish(signal?: AbortSignal): Promise<void> {
    const { encoder } = this.#context
    if (this.#waiting.bytes > 0) {
      const rows = withCodes(this.#table, encoder, this.#waiting.read({ offset: 0, length: this.#waiting.bytes }))
      await untilAborted(this.#emitter.write(Buffer.from(rows)), signal)
    }
    this.close()
  }

  /** Closes the file of rows that waited. */
  close(): void {
    this.#waiting.close()
  }
}
