/**
 * Writes a table in a format: each row that is asked for, to the file of its part.
 */
import { join } from 'node:path'
import type { Meter } from '../process/progress.js'
import type { Encodings } from '../rules/category-codes.js'
import { itemsIn, type OpenFile } from '../store/read/files.js'
import type { Item } from '../store/read/items.js'
import { damaged } from '../store/read/table-reader.js'
import type { Table } from '../store/table.js'
import { TABLES } from '../store/tables.js'
import { type Column, columnsOf, type Misfit, RowReader } from './cells.js'
import { type FileFacts, RowFacts } from './facts.js'
import type { Output } from './output.js'
import type { RowSink } from './row-sink.js'
import { type FilePart, RowSelection, type SelectionOptions } from './selection.js'
import { createSink, type Format } from './sink.js'

/** How tables are written. */
export interface TableWriting extends SelectionOptions {
  readonly database: string
  readonly format: Format
  readonly safeForSheets?: boolean | undefined
  readonly encodings: Encodings
  /** Takes how many bytes of tables are read. */
  readonly meter?: Meter | undefined
}

/** What was written of a table to the file of one part. */
export interface WrittenPart extends FileFacts {
  readonly part: FilePart
  readonly columns: readonly Column[]
  readonly misfits: readonly Misfit[]
}

/**
 * Writes a table.
 *
 * @param outputs where the rows of each part go
 * @throws IngestError TABLE_INVALID at a line that cannot be read
 */
export async function writeTable(
  source: OpenFile,
  outputs: ReadonlyMap<FilePart, Output>,
  writing: TableWriting,
): Promise<readonly WrittenPart[]> {
  const path = join(writing.database, source.file)
  const table = TABLES.find(({ file }) => file === source.file)
  let begun: { readonly writer: PartWriters; readonly width: number } | undefined
  for await (const items of itemsIn(source, { meter: writing.meter })) {
    for (const item of items) {
      const fields = fieldsOf(item, path, begun?.width)
      if (begun === undefined) {
        const writer = await PartWriters.begin(headerOf(fields, path), table, outputs, writing)
        begun = { writer, width: fields.length }
        continue
      }
      const full = begun.writer.add(fields, item.line)
      if (full !== undefined) await full
    }
  }
  if (begun === undefined) throw damaged(path, 1, 'the table is empty: not even its header is there')
  return begun.writer.end()
}

/** What writes the rows of one part. */
interface PartWriter {
  readonly sink: RowSink
  readonly reader: RowReader
  readonly facts: RowFacts
}

/** Writes rows, each to its part. */
class PartWriters {
  readonly #selection: RowSelection
  readonly #writers: ReadonlyMap<FilePart, PartWriter>
  readonly #columns: readonly Column[]

  private constructor(selection: RowSelection, writers: ReadonlyMap<FilePart, PartWriter>, columns: readonly Column[]) {
    this.#selection = selection
    this.#writers = writers
    this.#columns = columns
  }

  static async begin(
    header: readonly string[],
    table: Table | undefined,
    outputs: ReadonlyMap<FilePart, Output>,
    { format, safeForSheets, encodings, ...selection }: TableWriting,
  ): Promise<PartWriters> {
    const columns: readonly Column[] = columnsOf(table, header)
    const codes = table?.encoded ? encodings : undefined
    const writers = new Map<FilePart, PartWriter>()
    for (const [part, output] of outputs) {
      const sink = await createSink(columns, output, { format, encodings: codes, safeForSheets })
      writers.set(part, { sink, reader: new RowReader(columns), facts: new RowFacts(columns) })
    }
    return new PartWriters(new RowSelection(header, selection), writers, columns)
  }

  add(fields: readonly string[], line: number): Promise<void> | undefined {
    const part = this.#selection.partOf(fields)
    const writer = part === undefined ? undefined : this.#writers.get(part)
    if (writer === undefined) return undefined
    const values = writer.reader.read(fields, line)
    writer.facts.add(values)
    return writer.sink.add(values)
  }

  async end(): Promise<readonly WrittenPart[]> {
    const written: WrittenPart[] = []
    for (const [part, { sink, reader, facts }] of this.#writers) {
      await sink.end()
      written.push({ part, columns: this.#columns, misfits: reader.misfits, ...facts.facts })
    }
    return written
  }
}

function fieldsOf({ record, error, line }: Item, path: string, width: number | undefined): readonly string[] {
  if (record === undefined) throw damaged(path, line, error ?? 'the line cannot be read')
  const { fields } = record
  if (width !== undefined && fields.length !== width)
    throw damaged(path, line, `expected ${width} fields, got ${fields.length}`)
  return fields
}

function headerOf(fields: readonly string[], path: string): readonly string[] {
  const repeated = fields.find((name, index) => fields.indexOf(name) !== index)
  if (repeated !== undefined) throw damaged(path, 1, `the column ${JSON.stringify(repeated)} stands there twice`)
  return fields
}
