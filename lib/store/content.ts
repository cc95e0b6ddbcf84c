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
    for (const { offset, length, sum } of all) {
      let found = 0
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, length - done), offset + done)
        signal?.throwIfAborted()
        if (bytesRead === 0) return false
        found = checksum(chunk.subarray(0, bytesRead), found)
        done += bytesRead
        meter?.add(bytesRead)
      }
      if (found !== sum) return false
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
