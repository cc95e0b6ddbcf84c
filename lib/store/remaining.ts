/** What is left of a table when lines go out of it: the bytes that stay, and where each program's lines stand then. */
import { closeSync, openSync } from 'node:fs'
import { IngestError } from '../errors.js'
import { breather } from '../process/breath.js'
import { BLOCK_BYTES, readFully } from './commit-files.js'
import { between, type Hole, type StayingTable, within } from './holes.js'
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
  for (const hole of [...holes, { offset: start + bytes, length: 0 } as Hole]) {
    while (from < hole.offset) {
      const content = block.subarray(0, Math.min(block.length, hole.offset - from))
      if (readFully(file.fd, content, from) < content.length)
        throw new IngestError('DATABASE_UNUSABLE', 'the table is cut short', { source: file.path })
      add(pid, content)
      from += content.length
    }
    if (hole.filling !== undefined) add(hole.filling.pid, hole.filling.bytes)
    from += hole.length
  }
  return offset + bytes - at
}
