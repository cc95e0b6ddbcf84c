/**
 * Where the lines of each program stand in a table: the index that lets a run read a few programs of a large database.
 *
 * Each run adds the lines of a program in one piece, so a table holds at most one segment of a program for each run,
 * and the index grows with runs and programs, never with rows.
 */

import { checksum, joinChecksums } from './checksum.js'

/** A piece of a table that holds lines of one program only. */
export interface Segment {
  readonly pid: number
  /** Byte offset in the table. */
  readonly offset: number
  /** Length in bytes. */
  readonly length: number
  /** Checksum of these bytes. */
  readonly sum: number
}

/** Numbers kept for a segment: program, offset, length, checksum. */
const NUMBERS = 4

/**
 * The segments of a table, in the order in which they stand in it; together with the header they are the table.
 *
 * A mission has thousands of programs and a database years of runs, so they are kept as plain numbers.
 */
export class Segments {
  readonly #flat: number[]
  /** Whether the programs stand in their order, as a first run writes them; told when one is first asked for. */
  #isOrdered: boolean | undefined
  /** Positions in #flat, ordered by program, where they do not; made when a program is first asked for. */
  #byProgram: Uint32Array | undefined

  /** @param flat program number, offset, length and checksum of each segment in turn, as {@link flat} gives them */
  constructor(flat: readonly number[] = []) {
    this.#flat = flat.slice()
  }

  /** Adds the next piece of the table; one that goes on with the same program lengthens the last segment. */
  add({ pid, offset, length, sum }: Segment): void {
    const flat = this.#flat
    const last = flat.length - NUMBERS
    if (this.#goesOn(pid, offset)) {
      flat[last + 2] = (flat[last + 2] ?? 0) + length
      flat[last + 3] = joinChecksums(flat[last + 3] ?? 0, sum, length)
    } else flat.push(pid, offset, length, sum)
    this.#isOrdered = undefined
    this.#byProgram = undefined
  }

  /** The same for a piece of which the content is at hand: its checksum goes on with that of the last one. */
  addContent(pid: number, offset: number, length: number, content: Uint8Array | string): void {
    const flat = this.#flat
    const last = flat.length - NUMBERS
    if (!this.#goesOn(pid, offset)) this.add({ pid, offset, length, sum: checksum(content) })
    else {
      flat[last + 2] = (flat[last + 2] ?? 0) + length
      flat[last + 3] = checksum(content, flat[last + 3])
    }
  }

  /** All segments, in the order of the table. */
  get all(): readonly Segment[] {
    return Array.from({ length: this.#flat.length / NUMBERS }, (_, index) => this.#at(index * NUMBERS))
  }

  /** The segments of a program, in the order of the table. */
  of(pid: number): readonly Segment[] {
    this.#isOrdered ??= this.#areOrdered()
    if (!this.#isOrdered) this.#byProgram ??= this.#sorted()
    const found: Segment[] = []
    for (let index = this.#firstOf(pid); this.#pidAt(index) === pid; index++)
      found.push(this.#at(this.#positionOf(index)))
    return found
  }

  /** The programs that have lines in the table. */
  get programs(): Iterable<number> {
    return new Set(this.#flat.filter((_, index) => index % NUMBERS === 0))
  }

  /** The programs whose lines are elsewhere, or other bytes, in the same table as it is found. */
  differing(found: Segments): readonly number[] {
    const pids = new Set([...this.programs, ...found.programs])
    const told = (segments: Segments, pid: number) => JSON.stringify(segments.of(pid))
    return [...pids].filter((pid) => told(this, pid) !== told(found, pid)).sort((a, b) => a - b)
  }

  /** Program number, offset, length and checksum of each segment in turn. */
  get flat(): readonly number[] {
    return this.#flat
  }

  /** Whether lines of a program at an offset go on with the last segment. */
  #goesOn(pid: number, offset: number): boolean {
    const [last, start = 0, length = 0] = this.#flat.slice(-NUMBERS)
    return last === pid && start + length === offset
  }

  #at(position: number): Segment {
    const flat = this.#flat
    const [pid = 0, offset = 0, length = 0, sum = 0] = flat.slice(position, position + NUMBERS)
    return { pid, offset, length, sum }
  }

  /** Where the segment of a place in the order by program stands. */
  #positionOf(index: number): number {
    return this.#byProgram?.[index] ?? index * NUMBERS
  }

  #pidAt(index: number): number | undefined {
    return this.#flat[this.#positionOf(index)]
  }

  #areOrdered(): boolean {
    const flat = this.#flat
    for (let at = NUMBERS; at < flat.length; at += NUMBERS)
      if ((flat[at] ?? 0) < (flat[at - NUMBERS] ?? 0)) return false
    return true
  }

  #sorted(): Uint32Array {
    const count = this.#flat.length / NUMBERS
    // One number each, program first: to sort numbers as such takes a tenth of the time that a comparison of ours takes.
    const keys = Float64Array.from({ length: count }, (_, index) => (this.#flat[index * NUMBERS] ?? 0) * count + index)
    return Uint32Array.from(keys.sort(), (key) => (key % count) * NUMBERS)
  }

  /** Where in the order the segments of a program begin. */
  #firstOf(pid: number): number {
    let low = 0
    let high = this.#flat.length / NUMBERS
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#pidAt(middle) ?? 0) < pid) low = middle + 1
      else high = middle
    }
    return low
  }
}
