/**
 * A part of the buffer's memory: the records of some lines, and what it takes to sort them by partition.
 *
 * All that is kept of a line are bytes and plain numbers outside of the JavaScript heap: millions of small arrays there
 * would cost more than the lines, and be gone over by every garbage collection. And these can be given to another
 * thread, which then has them alone.
 */
import { isWholeProgram, programOfPartition } from '../rules/partition.js'
import { endOfRecord, partitionAt, type RecordRun } from './records.js'

/** What a line costs beside its record, in bytes: its key and its place. */
const OVERHEAD = 12
/** A partition and the number of a line make one number. */
const MOST_LINES = 2 ** 26
/** A section has fewer lines than {@link MOST_LINES}, as it has no more bytes than this. */
export const MOST_SECTION_BYTES = 2 ** 25
/** Lines that there is room for at first. */
const FIRST_LINES = 1 << 10
/**
 * Bytes that there is room for at first, and how many times as many when these are full. V8 collects garbage for all memory
 * that is asked for, written to or not, and what is outgrown stays until it does.
 */
const FIRST_BYTES = 1 << 18
const GROWTH = 16

/** The lines of a section as plain data. */
export interface SectionData {
  /** Their records, in the order in which they were added. */
  readonly bytes: Uint8Array
  /** How many of the bytes are records. */
  readonly used: number
  /** For each line its partition and its number in one, so that to sort these sorts lines by partition and age. */
  readonly keys: Float64Array
  /** Where each line's record starts, by its number. */
  readonly places: Uint32Array
  readonly count: number
}

/** What a section's data stand in. */
export function memoryOfSection({ bytes, keys, places }: SectionData): ArrayBuffer[] {
  return [bytes, keys, places].map(({ buffer }) => buffer as ArrayBuffer)
}

/** Lines in the order in which they were added. */
export class LineSection {
  /** Bytes that lines may take; a single one may take more. */
  readonly #bound: number
  readonly #wholePrograms: Set<number>
  /** Bytes that its memory grows to at most. */
  #room: number
  #bytes: Buffer
  #used = 0
  #keys = new Float64Array(FIRST_LINES)
  #places = new Uint32Array(FIRST_LINES)
  #count = 0

  /**
   * @param bound bytes that lines may take
   * @param needed bytes of the first line's record
   * @param wholePrograms takes the programs that have to be settled as a whole
   */
  constructor(bound: number, needed: number, wholePrograms: Set<number>) {
    this.#bound = bound
    this.#wholePrograms = wholePrograms
    this.#room = Math.max(bound, needed)
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(this.#room, FIRST_BYTES))
  }

  /** Whether it has more memory than its bound, for one long line. */
  get isLarge(): boolean {
    return this.#room > this.#bound
  }

  /** Whether a record of so many bytes can be added. */
  fits(length: number): boolean {
    if (this.#count === 0) return length <= this.#room
    return this.#used + length + OVERHEAD * (this.#count + 1) <= this.#bound
  }

  /** Adds records of a block from a place on, as many as fit; returns where they end there. */
  addRecords(records: Buffer, from: number): number {
    const first = this.#used - from
    let end = from
    while (end < records.length) {
      const next = endOfRecord(records, end)
      if (!this.fits(next - end)) break
      this.#note(partitionAt(records, end), first + end)
      this.#used = first + next
      end = next
    }
    this.#makeRoom(this.#used)
    this.#bytes.set(records.subarray(from, end), first + from)
    return end
  }

  #makeRoom(needed: number): void {
    const bytes = this.#bytes
    if (needed <= bytes.length) return
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(this.#room, Math.max(needed, GROWTH * bytes.length)))
    this.#bytes.set(bytes)
  }

  #note(partition: number, start: number): void {
    if (isWholeProgram(partition)) this.#wholePrograms.add(programOfPartition(partition))
    if (this.#count === this.#keys.length) this.#grow()
    this.#keys[this.#count] = partition * MOST_LINES + this.#count
    this.#places[this.#count] = start
    this.#count += 1
  }

  #grow(): void {
    const [keys, places] = [this.#keys, this.#places]
    this.#keys = new Float64Array(2 * keys.length)
    this.#places = new Uint32Array(2 * places.length)
    this.#keys.set(keys)
    this.#places.set(places)
  }

  /** The lines: where these are given away, the section has none until it gets memory back. */
  get data(): SectionData {
    return { bytes: this.#bytes, used: this.#used, keys: this.#keys, places: this.#places, count: this.#count }
  }

  /** Begins anew, in the memory of lines that are of no use any more. */
  reuse({ bytes, keys, places }: SectionData): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#keys = keys as Float64Array<ArrayBuffer>
    this.#places = places as Uint32Array<ArrayBuffer>
    this.#used = 0
    this.#count = 0
  }
}

/** The lines of a section, sorted by partition and age; their keys are sorted in place. */
export function* sortedRuns({ bytes, used, keys, places, count }: SectionData): Generator<RecordRun> {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let last = { partition: -1, block, start: 0, end: 0 }
  for (const key of keys.subarray(0, count).sort()) {
    const partition = Math.floor(key / MOST_LINES)
    // `%` of numbers of this size is a call.
    const number = key - partition * MOST_LINES
    const start = places[number] ?? 0
    // The record itself is not looked at, as it is not in the processor's cache.
    const end = number + 1 === count ? used : (places[number + 1] ?? 0)
    // Lines of a partition that came one after the other stand so, too.
    if (partition === last.partition && start === last.end) last.end = end
    else {
      if (last.partition !== -1) yield last
      last = { partition, block, start, end }
    }
  }
  if (last.partition !== -1) yield last
}
