/**
 * Where the lines of each program stand in a table: the index that lets a run read a few programs of a large database.
 *
 * Each run adds the lines of a program in one piece, so a table holds at most one line range of a program for each run, and
 * some more where lines have changed: the index grows with runs and programs, hardly with rows.
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

/** Line ranges as plain data, in memory that threads share. */
export interface FlatRanges {
  /** Where the first one begins. */
  readonly start: number
  /** Program, length and checksum of each in turn, one part after the other; none is changed any more. */
  readonly parts: readonly Uint32Array[]
}

export const NO_RANGES: FlatRanges = { start: 0, parts: [] }

/** Words of a line range: program, length, checksum. Its offset follows from the lengths of those before it. */
const WORDS = 3
/** Stands for the program of bytes that are no program's. */
const GAP = -(2 ** 31)
/** The length of a longer gap is that of several. */
const MOST_LENGTH = 2 ** 32 - 1
/** Room for so many line ranges at first. */
const FIRST_ROOM = 16
/** The offset of each of so many line ranges is kept; the others are added up. */
const STEP = 64
/** So many runs of programs that ascend are searched one after the other. */
const MOST_RUNS = 64

/** How programs are found among line ranges. */
interface Order {
  /** The offset of the first line range and of each {@link STEP}th one after it. */
  readonly offsets: Float64Array
  /** Where each run of programs that ascend begins, as one run of the program writes them; at the end, how many there are. */
  readonly runs: readonly number[]
  /** The numbers of the line ranges ordered by program, where there are many such runs. */
  readonly byProgram: Uint32Array | undefined
}

/**
 * The line ranges of a table, in the order in which they stand in it; together with the header they are the table.
 *
 * A mission has thousands of programs and a database years of runs: so they stay words, as the file of the index has
 * them, and what a run adds is kept beside them.
 */
export class LineRanges {
  /** Words that are in other hands, too. */
  #base: Uint32Array
  /** Words that were added, then room for more. */
  #own: Uint32Array
  #used: number
  /** Whether there is nobody else who has them. */
  #isOwn = false
  #start: number
  #end: number
  /** Made when a program is first asked for. */
  #order: Order | undefined

  /** @param flat as {@link flat} gives them */
  constructor({ start, parts: [base = NOTHING, own = NOTHING] }: FlatRanges = NO_RANGES) {
    // What was added grows until it is half as much as the rest: so that it is seldom copied.
    const isMuch = 2 * own.length > base.length
    this.#base = isMuch ? joined(base, own) : base
    this.#own = isMuch ? NOTHING : own
    this.#used = isMuch ? 0 : own.length
    this.#start = start
    this.#end = start
    for (const part of [base, own]) for (let at = 1; at < part.length; at += WORDS) this.#end += part[at] ?? 0
  }

  /** Those that {@link words} has of a table of so many bytes. */
  static ofWords(words: Uint32Array, bytes: number): LineRanges {
    let length = 0
    for (let at = 1; at < words.length; at += WORDS) length += words[at] ?? 0
    return new LineRanges({ start: bytes - length, parts: [words] })
  }

  /**
   * Adds the next piece of the table, which may begin behind the end of the last one; one that goes on with the same program
   * lengthens the last line range.
   */
  add({ pid, offset, length, sum }: LineRange): void {
    if (!this.#goesOn(pid, offset)) this.#push(pid, offset, length, sum)
    else this.#lengthen(length, joinChecksums(this.#lastSum, sum, length))
  }

  /** The same for a piece of which the content is at hand: its checksum goes on with that of the last one. */
  addContent(pid: number, offset: number, length: number, content: Uint8Array | string): void {
    if (!this.#goesOn(pid, offset)) this.#push(pid, offset, length, checksum(content))
    else this.#lengthen(length, checksum(content, this.#lastSum))
  }

  /** All line ranges, in the order of the table: one after the other, as there can be many. */
  *[Symbol.iterator](): Generator<LineRange> {
    let offset = this.#start
    for (let index = 0; index < this.#count; index++) {
      const pid = this.#pidAt(index)
      const length = this.#wordAt(index, 1)
      if (pid !== GAP) yield { pid, offset, length, sum: this.#wordAt(index, 2) }
      offset += length
    }
  }

  /** The same, all at once. */
  get all(): readonly LineRange[] {
    return [...this]
  }

  /** The line ranges of a program, in the order of the table. */
  of(pid: number): readonly LineRange[] {
    this.#order ??= this.#makeOrder()
    const { offsets, runs, byProgram } = this.#order
    const found: LineRange[] = []
    const ends = byProgram === undefined ? runs : [0, this.#count]
    for (let run = 1; run < ends.length; run++) {
      const end = ends[run] ?? 0
      for (let at = this.#firstOf(pid, ends[run - 1] ?? 0, end, byProgram); at < end; at++) {
        const index = byProgram?.[at] ?? at
        if (this.#pidAt(index) !== pid) break
        const offset = this.#offsetOf(index, offsets)
        found.push({ pid, offset, length: this.#wordAt(index, 1), sum: this.#wordAt(index, 2) })
      }
    }
    return found
  }

  /** The programs that have lines in the table. */
  get programs(): Iterable<number> {
    const pids = new Set<number>()
    for (let index = 0; index < this.#count; index++) pids.add(this.#pidAt(index))
    pids.delete(GAP)
    return pids
  }

  /** The programs whose lines are elsewhere, or other bytes, in the same table as it is found. */
  differing(found: LineRanges): readonly number[] {
    const pids = new Set([...this.programs, ...found.programs])
    const told = (lineRanges: LineRanges, pid: number) => JSON.stringify(lineRanges.of(pid))
    return [...pids].filter((pid) => told(this, pid) !== told(found, pid)).sort((a, b) => a - b)
  }

  /** Those that are there now, as plain data; what is added later is not among them. */
  get flat(): FlatRanges {
    return { start: this.#start, parts: this.words }
  }

  /** Program, length and checksum of each, one part after the other: no line range has 4 GiB, as it has to be settled in memory. */
  get words(): readonly Uint32Array[] {
    return [this.#base, this.#own.subarray(0, this.#used)]
  }

  get #count(): number {
    return (this.#base.length + this.#used) / WORDS
  }

  #wordAt(index: number, word: number): number {
    const at = index * WORDS + word
    const base = this.#base
    return (at < base.length ? base[at] : this.#own[at - base.length]) ?? 0
  }

  /** The program of a line range; some are negative, as they stand for none. */
  #pidAt(index: number): number {
    return this.#wordAt(index, 0) | 0
  }

  get #lastSum(): number {
    return this.#wordAt(this.#count - 1, 2)
  }

  /** Whether lines of a program at an offset go on with the last line range. */
  #goesOn(pid: number, offset: number): boolean {
    const count = this.#count
    return count > 0 && this.#end === offset && this.#pidAt(count - 1) === pid
  }

  #push(pid: number, offset: number, length: number, sum: number): void {
    if (this.#count === 0) {
      this.#start = offset
      this.#end = offset
    }
    if (offset < this.#end) throw new Error(`line ranges out of order: ${offset} after ${this.#end}`)
    while (this.#end < offset) this.#put(GAP, Math.min(offset - this.#end, MOST_LENGTH), 0)
    this.#put(pid, length, sum)
  }

  #put(pid: number, length: number, sum: number): void {
    this.#makeRoom()
    this.#own.set([pid, length, sum], this.#used)
    this.#used += WORDS
    this.#end += length
    this.#order = undefined
  }

  /** Makes the last line range longer. */
  #lengthen(more: number, sum: number): void {
    const last = this.#count - 1
    const [pid, length] = [this.#pidAt(last), this.#wordAt(last, 1)]
    if (this.#used > 0) this.#used -= WORDS
    else this.#base = this.#base.subarray(0, -WORDS)
    this.#end -= length
    this.#put(pid, length + more, sum)
  }

  /** Makes room for another line range, in memory of its own: what was given out before stays as it is. */
  #makeRoom(): void {
    if (this.#isOwn && this.#used + WORDS <= this.#own.length) return
    const room = sharedWords(WORDS * FIRST_ROOM + 2 * this.#used)
    room.set(this.#own.subarray(0, this.#used))
    this.#own = room
    this.#isOwn = true
  }

  #makeOrder(): Order {
    const count = this.#count
    const offsets = new Float64Array(Math.ceil(count / STEP))
    const runs = [0]
    let offset = this.#start
    let last = GAP
    for (let index = 0; index < count; index++) {
      const pid = this.#pidAt(index)
      if (index % STEP === 0) offsets[index / STEP] = offset
      if (pid < last) runs.push(index)
      offset += this.#wordAt(index, 1)
      last = pid
    }
    runs.push(count)
    return { offsets, runs, byProgram: runs.length > MOST_RUNS ? this.#sorted() : undefined }
  }

  #sorted(): Uint32Array {
    const count = this.#count
    // One number each, program first: to sort numbers as such takes a tenth of the time that a comparison of ours takes.
    const keys = Float64Array.from({ length: count }, (_, index) => (this.#pidAt(index) - GAP) * count + index)
    return Uint32Array.from(keys.sort(), (key) => key % count)
  }

  /** Where, among line ranges that ascend, those of a program begin. */
  #firstOf(pid: number, start: number, end: number, byProgram: Uint32Array | undefined): number {
    let low = start
    let high = end
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#pidAt(byProgram?.[middle] ?? middle) < pid) low = middle + 1
      else high = middle
    }
    return low
  }

  #offsetOf(index: number, offsets: Float64Array): number {
    const step = Math.floor(index / STEP)
    let offset = offsets[step] ?? 0
    for (let before = step * STEP; before < index; before++) offset += this.#wordAt(before, 1)
    return offset
  }
}

const NOTHING = sharedWords(0)

/** Room for so many words, in memory that threads share. */
export function sharedWords(count: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(count * Uint32Array.BYTES_PER_ELEMENT))
}

function joined(first: Uint32Array, second: Uint32Array): Uint32Array {
  if (first.length === 0) return second
  const all = sharedWords(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}
