/**
 * The lines that wait for the end of the input, within a bound of memory.
 *
 * Lines are kept by unit, the smallest set of lines that can be settled on its own. Beyond the bound they go to a spill
 * file, sorted by unit, and memory is free again; at the end the files are read side by side, so that each unit's lines
 * come together in the order in which they were added. What comes out does not depend on whether, when or how often
 * that happened.
 */
import type { Allocate } from '../csv/bytes.js'
import { isWholeProgram, programOfUnit, unitOf, WHOLE_PROGRAM } from '../rules/units.js'
import { endOfRecord, HEAD_BYTES, mostBytesOf, type RecordRun, RecordWriter, unitAt, writeRecord } from './records.js'
import { mergeRuns, SpillFile } from './spill.js'

/** Default bound of the buffered lines, in bytes. */
export const DEFAULT_MEMORY = 128 * 2 ** 20
/** Bytes of a block; a longer line has one of its own. */
const BLOCK_BYTES = 1 << 20
/**
 * Blocks are parts of slabs, as a system gives memory of this size back at once when it is not used any more; that of
 * smaller pieces often stays with the process. Only what is written to counts.
 */
const SLAB_BYTES = 1 << 25
/** Lines in memory at most: a unit and the number of a line make one number. */
const MOST_LINES = 2 ** 26
/** What a line costs beside its record, in bytes: its key and its place. */
const OVERHEAD = 16
/** Lines that there is room for at first. */
const FIRST_LINES = 1 << 12
/** So many spill files are merged into one. */
const MERGED_SPILLS = 32

/** Units are given back in batches of about this size, in bytes. */
const BATCH_BYTES = 1 << 18

/**
 * Collects lines and gives them back unit by unit.
 *
 * All that is kept of a line are bytes and plain numbers outside of the JavaScript heap, as millions of small arrays
 * there would cost more than the lines, and be gone over by every garbage collection.
 */
export class LineBuffer {
  readonly #memory: number
  readonly #spillPath: (number: number) => string
  /** Records of lines, in the order in which they were added. */
  #blocks: Buffer[] = []
  /** Bytes used of the last block. */
  #used = 0
  /** Blocks to use again, or for the first time. */
  #free: Buffer[] = []
  /** For each line its unit and its number in one, so that to sort these sorts lines by unit and age. */
  #keys = new Float64Array(FIRST_LINES)
  /** For each line, by its number, the number of its block and its offset in it. */
  #places = new Uint32Array(2 * FIRST_LINES)
  #count = 0
  #bytes = 0
  #added = 0
  /** Spill files by how often their lines were merged: those merged most are oldest, and of each kind the first. */
  readonly #spills: SpillFile[][] = []
  readonly #open = new Set<SpillFile>()
  #written = 0
  readonly #wholePrograms = new Set<number>()

  /**
   * @param memory bound of the buffered lines, in bytes
   * @param spillPath path of a spill file by its number; the folder's owner removes it
   */
  constructor(memory: number, spillPath: (number: number) => string) {
    this.#memory = memory
    this.#spillPath = spillPath
  }

  /** Bytes of records added so far. */
  get bytesAdded(): number {
    return this.#added
  }

  /** Number of spill files written. */
  get spills(): number {
    return this.#written
  }

  /**
   * Stores a line.
   *
   * @param observation 0-999, WHOLE_PROGRAM or NO_OBSERVATION
   * @throws IngestError WRITE_FAILED or DATABASE_UNUSABLE for a spill file, with its path
   */
  add(pid: number, observation: number, origin: number, text: string): void {
    const unit = unitOf(pid, observation)
    const most = mostBytesOf(text)
    const needed = most <= BLOCK_BYTES ? most : Buffer.byteLength(text) + HEAD_BYTES
    const block = this.#blockFor(most, needed)
    const start = this.#used
    this.#used = writeRecord(block, start, unit, origin, text)
    this.#note(unit, start, this.#used)
    this.#spillBeyondBound()
  }

  /**
   * Stores lines that are records already.
   *
   * @throws IngestError as {@link add}
   */
  addRecords(records: Buffer): void {
    for (let from = 0; from < records.length; ) {
      const first = endOfRecord(records, from) - from
      const block = this.#blockFor(first, first)
      const start = this.#used
      let end = from
      for (let next = from + first; start + next - from <= block.length; next = endOfRecord(records, end)) {
        this.#note(unitAt(records, end), start + end - from, start + next - from)
        end = next
        if (end === records.length) break
      }
      block.set(records.subarray(from, end), start)
      this.#used = start + end - from
      from = end
      this.#spillBeyondBound()
    }
  }

  /** Notes a record of the last block. */
  #note(unit: number, start: number, end: number): void {
    if (isWholeProgram(unit)) this.#wholePrograms.add(programOfUnit(unit))
    if (this.#count === this.#keys.length) this.#grow()
    this.#keys[this.#count] = unit * MOST_LINES + this.#count
    this.#places[2 * this.#count] = this.#blocks.length - 1
    this.#places[2 * this.#count + 1] = start
    this.#count += 1
    this.#bytes += end - start + OVERHEAD
    this.#added += end - start
  }

  #spillBeyondBound(): void {
    if (this.#bytes > this.#memory || this.#count >= MOST_LINES - BLOCK_BYTES / HEAD_BYTES) this.#spill()
  }

  /** The last block, or a new one where a record does not fit in it: of `most` bytes, and `needed` as far as known. */
  #blockFor(most: number, needed: number): Buffer {
    const last = this.#blocks.at(-1)
    if (last !== undefined && this.#used + most <= last.length) return last
    if (last !== undefined && this.#used + needed <= last.length) return last
    if (last !== undefined) this.#bytes += last.length - this.#used
    // A line that is longer than a block has one of its own.
    const block = needed <= BLOCK_BYTES ? this.#freeBlock() : Buffer.allocUnsafeSlow(needed)
    this.#blocks.push(block)
    this.#used = 0
    return block
  }

  #freeBlock(): Buffer {
    if (this.#free.length === 0) {
      const most = Math.ceil(this.#memory / BLOCK_BYTES) + 1
      const slab = Buffer.allocUnsafeSlow(Math.min(SLAB_BYTES, most * BLOCK_BYTES))
      for (let end = slab.length; end > 0; end -= BLOCK_BYTES) this.#free.push(slab.subarray(end - BLOCK_BYTES, end))
    }
    return this.#free.pop() as Buffer
  }

  #grow(): void {
    const [keys, places] = [this.#keys, this.#places]
    this.#keys = new Float64Array(2 * keys.length)
    this.#places = new Uint32Array(2 * places.length)
    this.#keys.set(keys)
    this.#places.set(places)
  }

  #spill(): void {
    this.#writeSpill(this.#inMemory(), 0)
    this.#free.push(...this.#blocks.filter(({ length }) => length === BLOCK_BYTES))
    this.#blocks = []
    this.#count = this.#bytes = 0
    for (let merges = 0; this.#spills[merges]?.length === MERGED_SPILLS; merges++) this.#mergeSpills(merges)
  }

  #writeSpill(runs: Iterable<RecordRun>, merges: number): void {
    const file = new SpillFile(this.#spillPath(this.#written++))
    this.#open.add(file)
    file.write(runs)
    this.#spills[merges] = [...(this.#spills[merges] ?? []), file]
  }

  /** Makes one spill file of several, so that a process never holds many files open. */
  #mergeSpills(merges: number): void {
    const spills = this.#spills[merges] ?? []
    this.#spills[merges] = []
    this.#writeSpill(mergeRuns(spills.map((spill) => spill.runs())), merges + 1)
    for (const spill of spills) this.#closeSpill(spill)
  }

  #closeSpill(spill: SpillFile): void {
    this.#open.delete(spill)
    spill.close()
  }

  /** The lines in memory, sorted by unit and age. */
  *#inMemory(): Generator<RecordRun> {
    const places = this.#places
    let last = { unit: -1, block: Buffer.alloc(0) as Buffer, start: 0, end: 0 }
    for (const key of this.#keys.subarray(0, this.#count).sort()) {
      const unit = Math.floor(key / MOST_LINES)
      // `%` of numbers of this size is a call.
      const number = key - unit * MOST_LINES
      const blockNumber = places[2 * number] ?? 0
      const block = this.#blocks[blockNumber] as Buffer
      const start = places[2 * number + 1] ?? 0
      // The record itself is not looked at where it can be helped: it is not in the processor's cache.
      const isLast = number + 1 === this.#count || places[2 * number + 2] !== blockNumber
      const end = isLast ? endOfRecord(block, start) : (places[2 * number + 3] ?? 0)
      // Lines of a unit that came one after the other stand so, too.
      if (unit === last.unit && block === last.block && start === last.end) last.end = end
      else {
        if (last.unit !== -1) yield last
        last = { unit, block, start, end }
      }
    }
    if (last.unit !== -1) yield last
  }

  /**
   * Yields the lines as records by unit, programs and then observations ascending, in batches of whole units; to be
   * asked for once, after the last line. A program that is settled as a whole is one unit.
   *
   * @param wholePrograms whether all programs are to be settled as a whole
   * @param allocate gives the memory of each batch, which is then the batch's alone
   */
  *batches(wholePrograms: boolean, allocate?: Allocate): Generator<Buffer> {
    const batch = new RecordWriter()
    let last = Number.NaN
    for (const run of this.#allRuns()) {
      const unit = wholePrograms || this.#wholePrograms.size > 0 ? this.#unitOf(run, wholePrograms) : run.unit
      if (unit !== last && batch.length >= BATCH_BYTES) yield batch.take(allocate)
      batch.copy(run, unit)
      last = unit
    }
    if (batch.length > 0) yield batch.take(allocate)
  }

  #unitOf({ unit }: RecordRun, wholePrograms: boolean): number {
    const pid = programOfUnit(unit)
    return wholePrograms || this.#wholePrograms.has(pid) ? unitOf(pid, WHOLE_PROGRAM) : unit
  }

  #allRuns(): Iterable<RecordRun> {
    const spills = this.#spills.toReversed().flat()
    if (spills.length === 0) return this.#inMemory()
    // What is left in memory goes to a file too: settling needs room of its own.
    if (this.#count > 0) this.#writeSpill(this.#inMemory(), 0)
    this.#forget()
    return mergeRuns(
      this.#spills
        .toReversed()
        .flat()
        .map((spill) => spill.runs()),
    )
  }

  #forget(): void {
    this.#blocks = []
    this.#free = []
    this.#keys = new Float64Array(FIRST_LINES)
    this.#places = new Uint32Array(2 * FIRST_LINES)
    this.#count = this.#bytes = 0
  }

  /** Closes the spill files. */
  close(): void {
    for (const spill of this.#open) this.#closeSpill(spill)
  }
}
