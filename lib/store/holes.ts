/**
 * The holes that lines leave which go out of a table, and the lines that fill them: where one of the same length takes the
 * place of each, all that stands behind can stay, and be shared with the table as it was.
 */
import { closeSync, openSync } from 'node:fs'
import { BYTE } from '../csv/split.js'
import { IngestError } from '../errors.js'
import { checksum } from './checksum.js'
import { readFully } from './commit-files.js'
import type { LineRange } from './line-ranges.js'
import { readLines } from './read/stored-lines.js'
import type { Scratch } from './scratch.js'
import type { FileRange, Patch } from './staged-file.js'

/** Where a line goes, and what takes its place, if anything does. */
export interface Hole extends FileRange {
  readonly filling?: { readonly pid: number; readonly bytes: Buffer }
}

/** A table up to some byte. */
export interface StayingTable {
  readonly path: string
  readonly bytes: number
  readonly pieces: Iterable<LineRange>
}

/** What stays of a table, and what comes behind it. */
export interface Replacement {
  readonly table: StayingTable
  /** Where lines go, in the order of the table. */
  readonly holes: readonly Hole[]
  /** Where the lines that come stand in the scratch file. */
  readonly coming: readonly LineRange[]
}

/** So many bytes at the end of a table are lines for holes before it: some thousand, of most lengths that there are. */
export const END_BYTES = 1 << 20
/** Lines for holes are looked for in so many bytes. */
const MOST_BYTES = 4 * END_BYTES

/** @param takenOut offset and length of each line that goes, in turn */
export function holesOf(takenOut: readonly number[]): FileRange[] {
  const holes: FileRange[] = []
  for (let at = 0; at < takenOut.length; at += 2)
    holes.push({ offset: takenOut[at] ?? 0, length: takenOut[at + 1] ?? 0 })
  return holes.sort((a, b) => a.offset - b.offset)
}

/** What lies between holes, from one byte up to another. */
export function between(holes: readonly FileRange[], from: number, to: number): FileRange[] {
  const ranges: FileRange[] = []
  let start = from
  for (const { offset, length } of [...holes, { offset: to, length: 0 }]) {
    if (offset > start) ranges.push({ offset: start, length: offset - start })
    start = offset + length
  }
  return ranges
}

/** Those of some ranges, which ascend, that begin within another one. */
export function within<T extends FileRange>(ranges: readonly T[], { offset, length }: FileRange): readonly T[] {
  const first = firstFrom(ranges, offset)
  return ranges.slice(first, firstFrom(ranges, offset + length))
}

/** The number of the first of ascending ranges that begins at an offset or behind it. */
function firstFrom(ranges: readonly FileRange[], offset: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.offset ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Fills the holes of a table, from the first one on, as long as there is a line of the same length among those that come
 * and those of the table's end, which is then written anew.
 *
 * @param scratch takes the table's end, too
 * @param endBytes least length of that end; between it and the first hole there have to be more bytes to make up for it
 * @throws IngestError DATABASE_UNUSABLE for a table that is shorter than its index says
 */
export function fillHoles(replacement: Replacement, scratch: Scratch, endBytes = END_BYTES): Replacement {
  const { table, holes, coming } = replacement
  const all = [...table.pieces]
  const end = all.findLastIndex(({ offset }) => offset <= table.bytes - endBytes)
  const { offset: bytes = 0 } = all[end] ?? {}
  if (bytes - (holes[0]?.offset ?? bytes) <= endBytes) return replacement
  const pieces = all.slice(0, end)
  const own = within(holes, { offset: 0, length: bytes })
  const loose = [...copyEnd(table.path, all.slice(end), holes, scratch), ...coming]
  const { filled, used } = fill(own, loose, scratch)
  return { table: { ...table, bytes, pieces }, holes: filled, coming: without(used, loose, scratch) }
}

/** What is to be written into holes that are filled. */
export function fillingsOf(holes: readonly Hole[]): Patch[] {
  return holes.flatMap(({ offset, filling }) => (filling === undefined ? [] : { offset, bytes: filling.bytes }))
}

/**
 * Fills a buffer with a piece of a table.
 *
 * @throws IngestError DATABASE_UNUSABLE for a table that ends before
 */
export function readPiece(
  table: { readonly path: string; readonly fd: number },
  bytes: Buffer,
  offset: number,
): Buffer {
  if (readFully(table.fd, bytes, offset) === bytes.length) return bytes
  throw new IngestError('DATABASE_UNUSABLE', 'the table is cut short', { source: table.path })
}

/** Copies the last pieces of a table into the scratch file, without its holes; returns where its lines stand there. */
function copyEnd(path: string, end: readonly LineRange[], holes: readonly FileRange[], scratch: Scratch): LineRange[] {
  const copied: LineRange[] = []
  const fd = openSync(path, 'r')
  try {
    for (const range of end)
      for (const { offset, length } of between(within(holes, range), range.offset, range.offset + range.length)) {
        const bytes = readPiece({ path, fd }, Buffer.allocUnsafe(length), offset)
        copied.push({ pid: range.pid, offset: scratch.bytes, length, sum: checksum(bytes) })
        scratch.write(bytes)
      }
  } finally {
    closeSync(fd)
  }
  return copied
}

/** Fills holes as long as there are lines that fit. */
function fill(
  holes: readonly FileRange[],
  loose: readonly LineRange[],
  scratch: Scratch,
): { readonly filled: readonly Hole[]; readonly used: readonly FileRange[] } {
  const lines = linesByLength(loose, scratch)
  const filled: Hole[] = []
  const used: FileRange[] = []
  for (const hole of holes) {
    const line = lines.get(hole.length)?.pop()
    if (line === undefined) break
    used.push(line)
    filled.push({ ...hole, filling: { pid: line.pid, bytes: scratch.read(line) } })
  }
  return { filled: [...filled, ...holes.slice(filled.length)], used }
}

/** Where single lines stand in the scratch file, by their length with its line end. */
function linesByLength(loose: readonly LineRange[], scratch: Scratch) {
  const lines = new Map<number, (FileRange & { readonly pid: number })[]>()
  let seen = 0
  for (const range of loose) {
    seen += range.length
    if (seen > MOST_BYTES) break
    let { offset } = range
    for (const length of lineLengths(scratch.read(range))) {
      const same = lines.get(length) ?? []
      if (same.length === 0) lines.set(length, same)
      same.push({ pid: range.pid, offset, length })
      offset += length
    }
  }
  return lines
}

/** How long lines are, with their ends; without text being made of them where no line end can be within quotes. */
function* lineLengths(bytes: Buffer): Generator<number> {
  if (bytes.includes(BYTE.quote)) {
    for (const text of readLines(bytes)) yield Buffer.byteLength(text) + 1
    return
  }
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(BYTE.lineFeed, start) + 1
    yield end - start
    start = end
  }
}

/** What is left of line ranges in the scratch file. */
function without(used: readonly FileRange[], loose: readonly LineRange[], scratch: Scratch): LineRange[] {
  const holes = [...used].sort((a, b) => a.offset - b.offset)
  return loose.flatMap((range) => {
    const own = within(holes, range)
    if (own.length === 0) return range
    const pieces = between(own, range.offset, range.offset + range.length)
    return pieces.map((piece) => ({ ...piece, pid: range.pid, sum: checksum(scratch.read(piece)) }))
  })
}
