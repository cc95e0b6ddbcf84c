/**
 * Files of one run alone, and lines in them that wait for their codes.
 */
import { closeSync, openSync } from 'node:fs'
import { CanonicalLine } from '../csv/row.js'
import { formatRow } from '../csv/write.js'
import { fileError } from '../errors.js'
import { CATEGORIES, type Encoder } from '../rules/category-codes.js'
import { readFully, writeFully } from './commit-files.js'
import { readLines } from './read/stored-lines.js'
import type { FileRange } from './staged-file.js'
import type { Table } from './table.js'

/** A file of this run alone, written at its end and read back. */
export class Scratch {
  readonly #path: string
  #fd: number | undefined
  #bytes = 0

  constructor(path: string) {
    this.#path = path
  }

  get path(): string {
    return this.#path
  }

  get bytes(): number {
    return this.#bytes
  }

  /** @throws IngestError WRITE_FAILED, DATABASE_UNUSABLE */
  write(bytes: Uint8Array): void {
    try {
      this.#fd ??= openSync(this.#path, 'w+')
      writeFully(this.#fd, bytes, null)
    } catch (error) {
      throw fileError(error, this.#path, 'cannot write')
    }
    this.#bytes += bytes.length
  }

  read({ offset, length }: FileRange): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, readFully(this.#fd ?? -1, bytes, offset))
  }

  /** Closes the file, which nobody needs any more: that it cannot be closed well is no loss. */
  close(): void {
    const fd = this.#fd
    this.#fd = undefined
    try {
      if (fd !== undefined) closeSync(fd)
    } catch {}
  }
}

/** Lines of a table with codes in place of the placeholders, after the codes are settled. */
export function withCodes(table: Table, encoder: Encoder, bytes: Buffer): string {
  const categories = table.tail.map((column) => CATEGORIES.find((category) => category === column))
  const lines = readLines(bytes).map((line) => {
    const cells = new CanonicalLine(line).fields.map((cell, index) => {
      const category = categories[index]
      return category === undefined ? cell : encoder.resolve(category, cell)
    })
    return formatRow(cells)
  })
  return lines.join('')
}
