/** Checksums of pieces of files (CRC-32), by which one changed byte shows. */
import { crc32 } from 'node:zlib'

export { crc32 as checksum }

/** The polynomial of CRC-32, lowest bit first. */
const POLYNOMIAL = 0xed_b8_83_20

/**
 * The checksum of a piece followed by another one, from theirs: each zero byte that stands for a byte of the second
 * piece is a linear map of the bits of the first checksum, and many of them are its powers.
 *
 * @param length bytes of the second piece
 */
export function joinChecksums(first: number, second: number, length: number): number {
  let power = squared(squared(squared(ONE_BIT)))
  let sum = first
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) sum = applied(power, sum)
    power = squared(power)
  }
  return (sum ^ second) >>> 0
}

/** What a zero bit makes of each bit of a checksum. */
const ONE_BIT = Array.from({ length: 32 }, (_, bit) => (bit === 0 ? POLYNOMIAL : 2 ** (bit - 1)))

function applied(map: readonly number[], bits: number): number {
  let sum = 0
  for (let at = 0, left = bits; left !== 0; at++, left >>>= 1) if (left & 1) sum ^= map[at] ?? 0
  return sum >>> 0
}

function squared(map: readonly number[]): number[] {
  return map.map((bits) => applied(map, bits))
}
