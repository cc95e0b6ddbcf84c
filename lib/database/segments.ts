/**
 * Where the lines of each program stand in a table: the index that lets a run read a few programs of a large database.
 *
 * Each run adds the lines of a program in one piece, so a table holds at most one segment of a program for each run,
 * and the index grows with runs and programs, never with rows.
 */

/** A piece of a table that holds lines of one program only. */
export interface Segment {
  readonly pid: number
  /** Byte offset in the table. */
  readonly offset: number
  /** Length in bytes. */
  readonly length: number
}

/** Numbers kept for a segment: program, offset, length. */
const NUMBERS = 3

/**
 * The segments of a table, in the order in which they stand in it; together with the header they are the table.
 *
 * A mission has thousands of programs and a database years of runs, so they are kept as plain numbers.
 */
export class Segments {
  readonly #flat: number[]
  /** Positions in #flat, ordered by program; made when a program is first asked for. */
  #byProgram: Uint32Array | undefined

  /** @param flat program number, offset and length of each segment in turn, as {@link flat} gives them */
  constructor(flat: readonly number[] = []) {
    this.#flat = [...flat]
  }

  /** Adds the next piece of the table; one that goes on with the same program lengthens the last segment. */
  add({ pid, offset, length }: Segment): void {
    const flat = this.#flat
    const last = flat.length - NUMBERS
    const goesOn = flat[last] === pid && (flat[last + 1] ?? 0) + (flat[last + 2] ?? 0) === offset
    if (goesOn) flat[last + 2] = (flat[last + 2] ?? 0) + length
    else flat.push(pid, offset, length)
    this.#byProgram = undefined
  }

  /** All segments, in the order of the table. */
  get all(): readonly Segment[] {
    return Array.from({ length: this.#flat.length / NUMBERS }, (_, index) => this.#at(index * NUMBERS))
  }

  /** The segments of a program, in the order of the table. */
  of(pid: number): readonly Segment[] {
    this.#byProgram ??= this.#sorted()
    const order = this.#byProgram
    const found: Segment[] = []
    for (let index = this.#firstOf(pid, order); this.#pidAt(order[index]) === pid; index++)
      found.push(this.#at(order[index] ?? 0))
    return found
  }

  /** The programs that have lines in the table. */
  get programs(): Iterable<number> {
    return new Set(this.#flat.filter((_, index) => index % NUMBERS === 0))
  }

  /** Program number, offset and length of each segment in turn. */
  get flat(): readonly number[] {
    return this.#flat
  }

  #at(position: number): Segment {
    const [pid = 0, offset = 0, length = 0] = this.#flat.slice(position, position + NUMBERS)
    return { pid, offset, length }
  }

  #pidAt(position: number | undefined): number | undefined {
    return position === undefined ? undefined : this.#flat[position]
  }

  #sorted(): Uint32Array {
    const positions = Uint32Array.from({ length: this.#flat.length / NUMBERS }, (_, index) => index * NUMBERS)
    return positions.sort((a, b) => (this.#flat[a] ?? 0) - (this.#flat[b] ?? 0) || a - b)
  }

  /** Where in the order the segments of a program begin. */
  #firstOf(pid: number, order: Uint32Array): number {
    let low = 0
    let high = order.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#pidAt(order[middle]) ?? 0) < pid) low = middle + 1
      else high = middle
    }
    return low
  }
}
