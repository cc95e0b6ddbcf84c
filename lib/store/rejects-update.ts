/**
 * The new rows of `rejects.csv`: those that are not in it yet, as many as it may have.
 */
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { formatRow } from '../csv/write.js'
import { readLines } from './read/stored-lines.js'
import { Scratch } from './scratch.js'
import type { TableWriter } from './staged-file.js'
import { REJECT_COLUMNS, REJECTS_FILE, type Reject, rejectLine } from './tables.js'
import type { Transaction } from './transaction.js'

/** How many rows `rejects.csv` may have where nothing else is said. */
export const MOST_REJECTS = 100_000
/** Up to this size of the table, rejects are told apart from those that it has. */
const MOST_REJECT_BYTES = 2 ** 26

/** The rejects of a run, and what of them goes into the table. */
export class RejectsUpdate {
  readonly #scratch: Scratch
  readonly #most: number
  /** Where each of them ends in the scratch file. */
  readonly #ends: number[] = []
  #leftOut = 0

  /** @param most rows that the table may have */
  constructor(scratchPath: string, most: number) {
    this.#scratch = new Scratch(scratchPath)
    this.#most = most
  }

  /** How many are counted only, as the table is full. */
  get leftOut(): number {
    return this.#leftOut
  }

  add(rejects: readonly Reject[]): void {
    const kept = rejects.slice(0, this.#most - this.#ends.length)
    this.#leftOut += rejects.length - kept.length
    let end = this.#scratch.bytes
    const lines = kept.map((reject) => Buffer.from(rejectLine(reject)))
    for (const { length } of lines) {
      end += length
      this.#ends.push(end)
    }
    if (lines.length > 0) this.#scratch.write(Buffer.concat(lines))
  }

  /** Puts the new ones behind what the table has; returns whether there are some. */
  async commit(path: string, transaction: Pick<Transaction, 'append'>): Promise<boolean> {
    const writer = await transaction.append(REJECTS_FILE)
    if (writer.start === 0) writer.write(formatRow(REJECT_COLUMNS))
    if (this.#ends.length > 0) await this.#write(writer, path)
    this.close()
    return writer.bytes > 0
  }

  async #write(writer: TableWriter, path: string): Promise<void> {
    if (writer.start > 0 && writer.start + this.#scratch.bytes <= MOST_REJECT_BYTES) return this.#writeNew(writer, path)
    const room = Math.max(0, this.#most - (writer.start === 0 ? 0 : await rowsIn(path)))
    const kept = Math.min(room, this.#ends.length)
    this.#leftOut += this.#ends.length - kept
    if (kept > 0) await writer.copyFrom(this.#scratch.path, [{ offset: 0, length: this.#ends[kept - 1] ?? 0 }])
  }

  /** A file that is read again brings the same rejects again: those are in the table already. */
  async #writeNew(writer: TableWriter, path: string): Promise<void> {
    const known = readLines(await readFile(path))
    const isKnown = new Set(known)
    const found = readLines(this.#scratch.read({ offset: 0, length: this.#scratch.bytes })).filter(
      (line) => !isKnown.has(line),
    )
    const kept = found.slice(0, Math.max(0, this.#most - known.length + 1))
    this.#leftOut += found.length - kept.length
    for (const line of kept) writer.write(`${line}\n`)
  }

  close(): void {
    this.#scratch.close()
  }
}

/** The lines of a table behind its header; a row whose text has line ends counts as several. */
async function rowsIn(path: string): Promise<number> {
  let lines = 0
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>)
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++
  return lines - 1
}
