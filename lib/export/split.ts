/**
 * Products shared out between training and testing. A hash of its name tells the part of a product, so it is in the same
 * one in every table and every format, today and when the database has grown.
 */
import { createHash } from 'node:crypto'
import { IngestError } from '../errors.js'

/** The parts of a split, which the names of the files have. */
export const SPLIT_PARTS = ['train', 'test'] as const
export type SplitPart = (typeof SPLIT_PARTS)[number]

/** How products are shared out. */
export interface Split {
  /** Share of the products that are for training, above 0 and below 1. */
  readonly share: number
  /** Another whole number from 0 on shares them out in another way; 0 by default. */
  readonly seed?: number | undefined
}

/** A split whose seed is told. */
export interface SeededSplit extends Split {
  readonly seed: number
}

/** Bytes of the hash that are looked at, and the number that all of them are below. */
const HASH_BYTES = 6
const HASH_END = 2 ** (8 * HASH_BYTES)

/**
 * The part that a product is in: `train` where the first 6 bytes of the SHA-256 of `SEED:name`, as a number of 0 to 1, are
 * below the share. Names count in small letters, as association files have them.
 */
export function splitPartOf(product: string, { share, seed = 0 }: Split): SplitPart {
  const hash = createHash('sha256').update(`${seed}:${product.toLowerCase()}`).digest()
  return hash.readUIntBE(0, HASH_BYTES) / HASH_END < share ? 'train' : 'test'
}

/** @throws IngestError USAGE for a share or a seed that cannot be */
export function checkSplit({ share, seed = 0 }: Split): void {
  if (!(share > 0 && share < 1))
    throw new IngestError('USAGE', `--split: expected a share above 0 and below 1, such as 0.8, got ${share}`)
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new IngestError('USAGE', `--seed: expected a whole number, 0 or more, got ${seed}`)
}
