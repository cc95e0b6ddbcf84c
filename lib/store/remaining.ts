/** What is left of a table when lines go out of it: the bytes that stay, and where each program's lines stand then. */
import { closeSync, openSync } from 'node:fs'
import { breather } from '../process/breath.js'
import { BLOCK_BYTES } from './commit-files.js'
import { between, type Hole, readPiece, type StayingTable, within } from './holes.js'
import { type LineRange, LineRanges } from './line-ranges.js'
import type { FileRange } from './staged-file.js'

export interface Remaining {
  /** The bytes that stay, in their order: those of holes that are filled among them. */
  readonly ranges: readonly FileRange[]
  /** Where lines stand once these are one behind the other, and the holes filled. */
  readonly lineRanges: LineRanges
}

/**
 * @param holes where lines go, in the order of the table
 * @throws IngestError DATABASE_UNUSABLE for a table that is shorter than its index says
 */
export async function remainingOf(
  { path, bytes, pieces }: StayingTable,
  holes: readonly Hole[],
  signal: AbortSignal | undefined,
): Promise<Remaining> {
  const lineRanges = new LineRanges()
  const breathe = breather(signal)
  const fd = openSync(path, 'r')
  try {
    let gone = 0
    for (const piece of pieces) {
      const own = within(holes, piece)
      if (own.length === 0) lineRanges.add({ ...piece, offset: piece.offset - gone })
      else {
        await breathe()
        gone += addPieces({ path, fd }, piece, own, lineRanges, piece.offset - gone)
      }
    }
  } finally {
    closeSync(fd)
  }
  const open = holes.filter(({ filling }) => filling === undefined)
  return { ranges: between(open, 0, bytes), lineRanges }
}

/**
 * Adds what is left of a line range, from a new offset on, and what fills its holes; checksums are made anew.
 *
 * @returns how many bytes go
 */
function addPieces(
  file: { readonly path: string; readonly fd: number },
  { pid, offset: start, length: bytes }: LineRange,
  holes: readonly Hole[],
  lineRanges: LineRanges,
  offset: number,
): number {
  let at = offset
  const add = (its: number, content: Uint8Array) => {
    lineRanges.addContent(its, at, content.length, content)
    at += content.length
  }
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, bytes))
  let from = start
  const addUpTo = (end: number) => {
    for (; from < end; from += block.length)
      add(pid, readPiece(file, block.subarray(0, Math.min(block.length, end - from)), from))
  }
  for (const { offset: end, length, filling } of holes) {
    addUpTo(end)
    if (filling !== undefined) add(filling.pid, filling.bytes)
    from = end + length
  }
  addUpTo(start + bytes)
  return offset + bytes - at
}
