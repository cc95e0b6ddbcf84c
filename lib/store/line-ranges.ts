/**
 * Where the lines of each program stand in a table: the index that lets a run read a few programs of a large database.
 *
 * Each run adds the lines of a program in one piece, so a table holds at most one line range of a program for each run,
 * and the index grows with runs and programs, never with rows.
 */

import { checksum, joinChecksums } from './checksum.js'

/** A piece of a table that holds lines of one program only. */
export interface LineRange {
  readonly pid: number
  /** Byte offset in the table. */
  readonly offset: number
  /** Length in bytes. */
  readonly length: number
  /** Checksum of these bytes. */
  readonly sum: number
}

/** Numbers kept for a line range: program, offset, length, checksum. */
const NUMBERS = 4
/** Words of a line range in the index: program, length, checksum; offsets follow from the lengths. */
const WORDS = 3
/** Room for so many numbers at first. */
const FIRST_ROOM = 64

/**
 * The line ranges of a table, in the order in which they stand in it; together with the header they are the table.
 *
 * A mission has thousands of programs and a database years of runs, so they are kept as plain numbers, in memory that
 * threads share.
 */
export class LineRanges {
  /** The numbers, then room for more. */
  #numbers: Float64Array
  #used: number
  /** Whether the numbers are in no other hands. */
  #isOwn = false
  /** Whether the programs stand in their order, as a first run writes them; told when one is first asked for. */
  #isOrdered: boolean | undefined
  /** Positions in the numbers, ordered by program, where they do not; made when a program is first asked for. */
  #byProgram: Uint32Array | undefined

  /**
   * @param flat program number, offset, length and checksum of each line range in turn, as {@link flat} gives them; they are
   *   not changed
   */
  constructor(flat: ArrayLike<number> = []) {
    this.#numbers = flat instanceof Float64Array ? flat : Float64Array.from(flat)
    this.#used = flat.length
  }

  /** @param words as {@link words} gives them, for a table of so many bytes */
  static ofWords(words: Uint32Array, bytes: number): LineRanges {
    const flat = sharedNumbers((words.length / WORDS) * NUMBERS)
    let offset = bytes
    for (let at = flat.length - NUMBERS, from = words.length - WORDS; at >= 0; at -= NUMBERS, from -= WORDS) {
      const length = words[from + 1] ?? 0
      offset -= length
      flat[at] = words[from] ?? 0
      flat[at + 1] = offset
      flat[at + 2] = length
      flat[at + 3] = words[from + 2] ?? 0
    }
    return new LineRanges(flat)
  }

  /** Adds the next piece of the table; one that goes on with the same program lengthens the last line range. */
  add({ pid, offset, length, sum }: LineRange): void {
    this.#makeRoom()
    const numbers = this.#numbers
    const last = this.#used - NUMBERS
    if (this.#goesOn(pid, offset)) {
      numbers[last + 2] = (numbers[last + 2] ?? 0) + length
      numbers[last + 3] = joinChecksums(numbers[last + 3] ?? 0, sum, length)
    } else {
      numbers[last + 4] = pid
      numbers[last + 5] = offset
      numbers[last + 6] = length
      numbers[last + 7] = sum
      this.#used += NUMBERS
    }
    this.#isOrdered = undefined
    this.#byProgram = undefined
  }

  /** The same for a piece of which the content is at hand: its checksum goes on with that of the last one. */
  addContent(pid: number, offset: number, length: number, content: Uint8Array | string): void {
    if (!this.#goesOn(pid, offset)) {
      this.add({ pid, offset, length, sum: checksum(content) })
      return
    }
    this.#makeRoom()
    const numbers = this.#numbers
    const last = this.#used - NUMBERS
    numbers[last + 2] = (numbers[last + 2] ?? 0) + length
    numbers[last + 3] = checksum(content, numbers[last + 3])
  }

  /** All line ranges, in the order of the table. */
  get all(): readonly LineRange[] {
    return Array.from({ length: this.#used / NUMBERS }, (_, index) => this.#at(index * NUMBERS))
  }

  /** The line ranges of a program, in the order of the table. */
  of(pid: number): readonly LineRange[] {
    this.#isOrdered ??= this.#areOrdered()
    if (!this.#isOrdered) this.#byProgram ??= this.#sorted()
    const found: LineRange[] = []
    for (let index = this.#firstOf(pid); this.#pidAt(index) === pid; index++)
      found.push(this.#at(this.#positionOf(index)))
    return found
  }

  /** The programs that have lines in the table. */
  get programs(): Iterable<number> {
    return new Set(this.flat.filter((_, index) => index % NUMBERS === 0))
  }

  /** The programs whose lines are elsewhere, or other bytes, in the same table as it is found. */
  differing(found: LineRanges): readonly number[] {
    const pids = new Set([...this.programs, ...found.programs])
    const told = (lineRanges: LineRanges, pid: number) => JSON.stringify(lineRanges.of(pid))
    return [...pids].filter((pid) => told(this, pid) !== told(found, pid)).sort((a, b) => a - b)
  }

  /** Program number, offset, length and checksum of each line range in turn: those that are there now, not to be changed. */
  get flat(): Float64Array {
    return this.#numbers.subarray(0, this.#used)
  }

  /**
   * The same of a table that is all of it below its header, in short: no line range has 4 GiB, as its program would have to be
   * settled in memory.
   */
  get words(): Uint32Array {
    const flat = this.flat
    const words = new Uint32Array((flat.length / NUMBERS) * WORDS)
    for (let at = 0, to = 0; at < flat.length; at += NUMBERS, to += WORDS) {
      words[to] = flat[at] ?? 0
      words[to + 1] = flat[at + 2] ?? 0
      words[to + 2] = flat[at + 3] ?? 0
    }
    return words
  }

  /** Makes room for another line range, in memory of its own. */
  #makeRoom(): void {
    if (this.#isOwn && this.#used + NUMBERS <= this.#numbers.length) return
    const room = sharedNumbers(FIRST_ROOM + Math.ceil(1.25 * this.#used))
    room.set(this.flat)
    this.#numbers = room
    this.#isOwn = true
  }

  /** Whether lines of a program at an offset go on with the last line range. */
  #goesOn(pid: number, offset: number): boolean {
    const numbers = this.#numbers
    const last = this.#used - NUMBERS
    return last >= 0 && numbers[last] === pid && (numbers[last + 1] ?? 0) + (numbers[last + 2] ?? 0) === offset
  }

  #at(position: number): LineRange {
    const numbers = this.#numbers
    const [pid = 0, offset = 0] = [numbers[position], numbers[position + 1]]
    return { pid, offset, length: numbers[position + 2] ?? 0, sum: numbers[position + 3] ?? 0 }
  }

  /** Where the line range of a place in the order by program stands. */
  #positionOf(index: number): number {
    return this.#byProgram?.[index] ?? index * NUMBERS
  }

  #pidAt(index: number): number | undefined {
    return index * NUMBERS < this.#used ? this.#numbers[this.#positionOf(index)] : undefined
  }

  #areOrdered(): boolean {
    const flat = this.flat
    for (let at = NUMBERS; at < flat.length; at += NUMBERS)
      if ((flat[at] ?? 0) < (flat[at - NUMBERS] ?? 0)) return false
    return true
  }

  #sorted(): Uint32Array {
    const count = this.#used / NUMBERS
    // One number each, program first: to sort numbers as such takes a tenth of the time that a comparison of ours takes.
    const keys = Float64Array.from(
      { length: count },
      (_, index) => (this.#numbers[index * NUMBERS] ?? 0) * count + index,
    )
    return Uint32Array.from(keys.sort(), (key) => (key % count) * NUMBERS)
  }

  /** Where in the order the line ranges of a program begin. */
  #firstOf(pid: number): number {
    let low = 0
    let high = this.#used / NUMBERS
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#pidAt(middle) ?? 0) < pid) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Room for so many numbers, in memory that threads share. */
function sharedNumbers(count: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(count * Float64Array.BYTES_PER_ELEMENT))
}
