/** What is left of a table when lines go out of it: the bytes that stay, and where each program's lines stand then. */
import { closeSync, openSync, readSync } from 'node:fs'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { BLOCK_BYTES } from './commit-files.js'
import type { TableIndex } from './index-file.js'
import { type LineRange, LineRanges } from './line-ranges.js'
import type { FileRange } from './staged-file.js'

export interface Remaining {
  /** The bytes that stay, in their order. */
  readonly ranges: readonly FileRange[]
  /** Where lines stand once these are one behind the other. */
  readonly lineRanges: LineRanges
}

/**
 * @param path the table
 * @param leaving offset and length of each line that goes, in turn
 * @throws IngestError DATABASE_UNUSABLE for a table that is shorter than its index says
 */
export async function remainingOf(
  path: string,
  old: TableIndex,
  leaving: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Remaining> {
  const holes = holesOf(leaving)
  const lineRanges = new LineRanges()
  const breathe = breather(signal)
  const fd = openSync(path, 'r')
  try {
    let next = 0
    let gone = 0
    for (const lineRange of old.lineRanges.all) {
      const first = next
      while ((holes[next]?.offset ?? Number.POSITIVE_INFINITY) < lineRange.offset + lineRange.length) next++
      if (next === first) lineRanges.add({ ...lineRange, offset: lineRange.offset - gone })
      else {
        await breathe()
        const own = holes.slice(first, next)
        addPieces({ path, fd }, lineRange, own, lineRanges, lineRange.offset - gone)
        for (const { length } of own) gone += length
      }
    }
  } finally {
    closeSync(fd)
  }
  return { ranges: between(holes, 0, old.bytes), lineRanges }
}

function holesOf(leaving: readonly number[]): FileRange[] {
  const holes: FileRange[] = []
  for (let at = 0; at < leaving.length; at += 2) holes.push({ offset: leaving[at] ?? 0, length: leaving[at + 1] ?? 0 })
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

/** Adds what is left of a line range, from a new offset on; its checksum is made anew. */
function addPieces(
  { path, fd }: { readonly path: string; readonly fd: number },
  { pid, offset: start, length: bytes }: LineRange,
  holes: readonly FileRange[],
  lineRanges: LineRanges,
  offset: number,
): void {
  let at = offset
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes))
  for (const piece of between(holes, start, start + bytes)) {
    for (let done = 0; done < piece.length; ) {
      const count = readSync(fd, block, 0, Math.min(block.length, piece.length - done), piece.offset + done)
      if (count === 0) throw new IngestError('DATABASE_UNUSABLE', 'the table is cut short', { source: path })
      lineRanges.addContent(pid, at, count, block.subarray(0, count))
      done += count
      at += count
    }
  }
}
