/**
 * The lines that wait for the end of the input, within a bound of memory.
 *
 * Lines are kept by partition, the smallest set of lines that can be settled on its own. Beyond the bound they go to a spill
 * file, sorted by partition, and memory is free again; at the end the files are read side by side, so that each partition's lines
 * come together in the order in which they were added. What comes out does not depend on whether, when or how often
 * that happened.
 */
import { breather } from '../process/breath.js'
import { partitionOf, programOfPartition, WHOLE_PROGRAM } from '../rules/partition.js'
import { endOfRecord, type RecordRun, RecordWriter } from './records.js'
import { LineSection, MOST_SECTION_BYTES, type SectionData, sortedRuns } from './run.js'
import { mergeRuns, SpillFile, type SpillTarget, writeInSteps } from './spill.js'

/** Default bound of the buffered lines, in bytes. */
export const DEFAULT_MEMORY = 64 * 2 ** 20
/** Sections that the memory is divided into, at least: as many can be spilled at a time. */
const FEWEST_SECTIONS = 4
/** So many spill files are merged into one. */
const MERGED_SPILLS = 64
/** So many sections are spilled at a time, and files of so many bytes merged, without a turn of the event loop. */
const MOST_SECTIONS_AT_ONCE = 4
const MOST_BYTES_AT_ONCE = 2 ** 26
/** Partitions are given back in batches of about this size, in bytes. */
const BATCH_BYTES = 1 << 18

/** What became of a section that was given away to be spilled: the bytes of its file, and its memory. */
export interface SpilledSection {
  readonly written: number
  readonly section: SectionData
}

/** Has another thread write a section to a file, sorted; undefined where there is none that could. */
export type SpillElsewhere = (section: SectionData, file: SpillTarget) => Promise<SpilledSection> | undefined

/** Collects lines and gives them back partition by partition. */
export class LineBuffer {
  readonly #spillPath: (number: number) => string
  readonly #spillElsewhere: SpillElsewhere
  /** Bytes of a section. */
  readonly #bound: number
  readonly #mostSections: number
  /** Lines in memory: the oldest first, and all but the last full. */
  #sections: LineSection[] = []
  /** To use again. */
  #free: LineSection[] = []
  /** What another thread spills; does not fail, but for what is noted here. */
  readonly #elsewhere = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined
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
  constructor(memory: number, spillPath: (number: number) => string, spillElsewhere: SpillElsewhere = () => undefined) {
    this.#spillPath = spillPath
    this.#spillElsewhere = spillElsewhere
    this.#bound = Math.min(MOST_SECTION_BYTES, Math.ceil(memory / FEWEST_SECTIONS))
    this.#mostSections = Math.max(1, Math.floor(memory / this.#bound))
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
   * Stores lines, as records.
   *
   * @throws IngestError WRITE_FAILED or DATABASE_UNUSABLE for a spill file, with its path
   */
  addRecords(records: Buffer): void {
    for (let from = 0; from < records.length; ) {
      const section = this.#sectionFor(endOfRecord(records, from) - from)
      from = section.addRecords(records, from)
    }
    this.#added += records.length
  }

  /** The last section, or a new one where a record does not fit in it. */
  #sectionFor(length: number): LineSection {
    const last = this.#sections.at(-1)
    if (last?.fits(length)) return last
    if (this.#sections.length + this.#elsewhere.size >= this.#mostSections) this.#spill()
    const free = length <= this.#bound ? this.#free.pop() : undefined
    const section = free ?? new LineSection(this.#bound, length, this.#wholePrograms)
    this.#sections.push(section)
    return section
  }

  /** Spills the oldest sections: half of them elsewhere, if another thread could, and is not at it still. */
  #spill(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    const sections = this.#sections.splice(0, MOST_SECTIONS_AT_ONCE)
    const half = this.#elsewhere.size === 0 ? sections.length >> 1 : 0
    for (const [index, section] of sections.entries()) {
      const spill = this.#newSpill(0)
      const { data } = section
      const elsewhere = index < half ? this.#spillElsewhere(data, spill.file) : undefined
      if (elsewhere === undefined) {
        spill.write(sortedRuns(data))
        this.#reuse(section, data)
      } else this.#await(elsewhere, section, spill)
    }
    for (let merges = 0; this.#canMerge(merges) && this.#bytesOf(merges) <= MOST_BYTES_AT_ONCE; merges++) {
      const steps = this.#mergeSpills(merges)
      while (!steps.next().done);
    }
  }

  #reuse(section: LineSection, data: SectionData): void {
    section.reuse(data)
    if (!section.isLarge) this.#free.push(section)
  }

  #await(elsewhere: Promise<SpilledSection>, section: LineSection, spill: SpillFile): void {
    const spilled = elsewhere.then(
      (done) => {
        spill.wrote(done.written)
        this.#reuse(section, done.section)
      },
      (error: unknown) => {
        this.#failure ??= { error }
      },
    )
    this.#elsewhere.add(spilled)
    void spilled.then(() => this.#elsewhere.delete(spilled))
  }

  #newSpill(merges: number): SpillFile {
    const file = new SpillFile(this.#spillPath(this.#written++))
    this.#open.add(file)
    this.#spills[merges] = [...(this.#spills[merges] ?? []), file]
    return file
  }

  #canMerge(merges: number): boolean {
    return this.#elsewhere.size === 0 && (this.#spills[merges]?.length ?? 0) >= MERGED_SPILLS
  }

  #bytesOf(merges: number): number {
    return (this.#spills[merges] ?? []).reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Whether there are spill files for {@link merge}. */
  get canMerge(): boolean {
    return this.#spills.some((_, merges) => this.#canMerge(merges))
  }

  /**
   * Merges spill files that would take long, in steps; to be called now and then while lines are added.
   *
   * @throws the reason of the signal, or IngestError as {@link addRecords}
   */
  async merge(signal?: AbortSignal): Promise<void> {
    const breathe = breather(signal)
    for (let merges = 0; merges < this.#spills.length; merges++) {
      if (!this.#canMerge(merges)) continue
      const steps = this.#mergeSpills(merges)
      while (!steps.next().done) await breathe()
    }
  }

  /** Makes one spill file of several, so that a process never holds many files open. */
  *#mergeSpills(merges: number): Generator<void> {
    const spills = this.#spills[merges] ?? []
    this.#spills[merges] = []
    const merged = this.#newSpill(merges + 1)
    merged.wrote(yield* writeInSteps(merged.file, mergeRuns(spills.map((spill) => spill.runs()))))
    for (const spill of spills) this.#closeSpill(spill)
  }

  #closeSpill(spill: SpillFile): void {
    this.#open.delete(spill)
    spill.close()
  }

  /**
   * Where some lines are in spill files, brings all others there, too: settling needs room of its own. To be called after
   * the last line; what it leaves, {@link batches} does on this thread alone.
   *
   * @throws the reason of the signal, or IngestError as {@link addRecords}
   */
  async spillRest(signal?: AbortSignal): Promise<void> {
    if (this.#written === 0) return
    const breathe = breather(signal)
    while (this.#sections.length > 0) {
      this.#spill()
      await breathe()
    }
    await Promise.all(this.#elsewhere)
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /**
   * Yields the lines as records by partition, programs and then observations ascending, in batches of whole partitions; to be
   * asked for once, after the last line. A program that is settled as a whole is one partition.
   *
   * @param wholePrograms whether all programs are to be settled as a whole
   * @param besides bytes that have to be read to settle a partition, beside its lines here
   */
  *batches(wholePrograms: boolean, besides: (partition: number) => number = () => 0): Generator<Buffer> {
    const batch = new RecordWriter()
    let last = Number.NaN
    let read = 0
    for (const run of this.#allRuns()) {
      const partition =
        wholePrograms || this.#wholePrograms.size > 0 ? this.#partitionOf(run, wholePrograms) : run.partition
      if (partition !== last) {
        const its = besides(partition)
        if (batch.length > 0 && batch.length + read + its >= BATCH_BYTES) {
          yield batch.take()
          read = 0
        }
        read += its
      }
      batch.copy(run, partition)
      last = partition
    }
    if (batch.length > 0) yield batch.take()
  }

  #partitionOf({ partition }: RecordRun, wholePrograms: boolean): number {
    const pid = programOfPartition(partition)
    return wholePrograms || this.#wholePrograms.has(pid) ? partitionOf(pid, WHOLE_PROGRAM) : partition
  }

  #allRuns(): Iterable<RecordRun> {
    if (this.#written === 0) return mergeRuns(this.#sections.map(({ data }) => sortedRuns(data)))
    while (this.#sections.length > 0) this.#spill()
    this.#free = []
    const spills = this.#spills.toReversed().flat()
    return mergeRuns(spills.map((spill) => spill.runs()))
  }

  /** Closes the spill files. */
  close(): void {
    for (const spill of this.#open) this.#closeSpill(spill)
  }
}
