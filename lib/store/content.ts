/** Whether a table holds just the bytes that its index tells of, whatever its time says: a copy keeps bytes, not times. */
import { open } from 'node:fs/promises'
import type { Watch } from '../process/progress.js'
import { checksum } from './checksum.js'
import type { TableIndex } from './index-file.js'
import type { LineRange } from './line-ranges.js'

const CHUNK_BYTES = 1 << 20

/**
 * Compares the checksums of all lines of a table with those in its index.
 *
 * @param headerBytes length of the header, which has been compared
 * @throws the reason of the signal
 */
export async function hasContent(
  path: string,
  { bytes, lineRanges }: TableIndex,
  headerBytes: number,
  { signal, meter }: Watch,
): Promise<boolean> {
  const all = lineRanges.all
  if (!areWhole(all, headerBytes, bytes)) return false
  const handle = await open(path, 'r')
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes))
  try {
    let next = 0
    let done = 0
    let found = 0
    for (let position = headerBytes; position < bytes; ) {
      // Many line ranges at a time: they are short, and stand one behind the other.
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, bytes - position), position)
      signal?.throwIfAborted()
      if (bytesRead === 0) return false
      for (let at = 0; at < bytesRead; ) {
        const { length, sum } = all[next] as LineRange
        const end = Math.min(bytesRead, at + length - done)
        found = checksum(chunk.subarray(at, end), found)
        done += end - at
        at = end
        if (done < length) continue
        if (found !== sum) return false
        next++
        done = 0
        found = 0
      }
      position += bytesRead
      meter?.add(bytesRead)
    }
    return true
  } finally {
    await handle.close()
  }
}

/** Whether pieces of a table are all of it below its header, one behind the other. */
function areWhole(lineRanges: readonly LineRange[], headerBytes: number, bytes: number): boolean {
  let end = headerBytes
  for (const { offset, length } of lineRanges) {
    if (offset !== end) return false
    end += length
  }
  return end === bytes
}
