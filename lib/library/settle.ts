/**
 * The stage that tells which exposures made which product, without a database (specification, sections 4 to 6).
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unquoted } from '../csv/row.js'
import type { Model } from '../rules/keywords.js'
import type { Layout } from '../rules/layout.js'
import type { Row } from '../rules/row.js'
import type { PendingBatch } from '../run/settle-stage.js'
import type { Features } from '../settle/features.js'
import { rawCells, rawColumns } from '../settle/model-columns.js'
import type { Resolution, WaitingGroup, WaitingProduct } from '../settle/resolve.js'
import { DEFAULT_MEMORY, LineBuffer } from '../sort/buffer.js'
import { asBuffer, originOf, RecordWriter } from '../sort/records.js'
import { settlePartitions } from '../workers/tasks.js'
import { type Cells, LineWriter, type RowSource, type ScrubbedRow, toCells, toScrubbed } from './rows.js'

/** A Level 3 product and the exposures that it was made of. */
export interface MatchedProduct {
  readonly product: ScrubbedRow
  readonly model: Model
  /** Name that the product was expected to have (section 4). */
  readonly name: string
  /** In their order within the group: by date, size, name. */
  readonly exposures: readonly ScrubbedRow[]
  /** Features, not encoded: the columns of the model's `raw-*` table up to the target's. */
  readonly features: Cells
}

/** Exposures whose product is not known. */
export interface UnmatchedGroup {
  readonly model: Model
  /** Name that the product is expected to have (section 4). */
  readonly name: string
  readonly reason: WaitingGroup['reason']
  readonly exposures: readonly ScrubbedRow[]
  /** As those of a {@link MatchedProduct}; absent where no exposure has coordinates. */
  readonly features: Cells | undefined
}

/** What became of the rows of one association: each of them is in one place. */
export interface Association {
  /** The key that its rows share, `params` (section 3.7). */
  readonly key: string
  readonly matches: readonly MatchedProduct[]
  readonly groups: readonly UnmatchedGroup[]
  /** Products whose exposures are not known, and why. */
  readonly products: readonly { readonly product: ScrubbedRow; readonly reason: WaitingProduct['reason'] }[]
  /** Exposures that can be in no group, and why. */
  readonly ungrouped: readonly { readonly exposure: ScrubbedRow; readonly reason: string }[]
}

/** How rows wait for the end of the input. */
export interface BufferOptions {
  /** Bytes of rows that are held in memory; what is beyond them waits in spill files. */
  readonly memory?: number | undefined
  /** Folder of the spill files. */
  readonly tmp?: string | undefined
}

/** So that two stages in one process do not make spill files of one name. */
let stages = 0

/** Buffers rows until they end, then yields their associations; programs ascending. */
export async function* settle(
  rows: RowSource,
  layout: Layout,
  { memory = DEFAULT_MEMORY, tmp = tmpdir() }: BufferOptions,
): AsyncGenerator<Association> {
  const stage = stages++
  const buffer = new LineBuffer(memory, (spill) => join(tmp, `jwst-ingest-${process.pid}-${stage}-${spill}.spill`))
  try {
    for await (const { scrubbed } of toBatches(rows, layout)) {
      for (const records of (await scrubbed).records) buffer.addRecords(asBuffer(records))
      if (buffer.canMerge) await buffer.merge()
    }
    for (const batch of buffer.batches(false)) {
      for (const { settled } of settlePartitions(batch, { layout })) yield* settled.resolutions.map(toAssociation)
    }
  } finally {
    buffer.close()
  }
}

/** Rows that go to the next stage together. */
const BATCH_ROWS = 256

/** Rows as the stages within take them. */
export async function* toBatches(rows: RowSource, layout: Layout): AsyncGenerator<PendingBatch> {
  const lines = new LineWriter(layout)
  const records = new RecordWriter()
  const batch = (): PendingBatch => ({
    scrubbed: Promise.resolve({ records: [records.take()], rejects: [], counts: [] }),
  })
  let count = 0
  for await (const row of rows) {
    const { text, partition, kind } = lines.toLine(row)
    records.add(partition, originOf(kind), text)
    count++
    if (count % BATCH_ROWS === 0) yield batch()
  }
  yield batch()
}

function toAssociation({ matches, groups, products, ungrouped }: Resolution): Association {
  const first: Row | undefined =
    matches[0]?.product ?? groups[0]?.exposures[0] ?? products[0]?.product ?? ungrouped[0]?.exposure
  return {
    key: first?.params ?? '',
    matches: matches.map(({ product, model, name, exposures, features }) => ({
      product: toScrubbed(product),
      model,
      name,
      exposures: exposures.map(toScrubbed),
      features: toFeatures(model, features),
    })),
    groups: groups.map(({ model, name, reason, exposures, features }) => ({
      model,
      name,
      reason,
      exposures: exposures.map(toScrubbed),
      features: features && toFeatures(model, features),
    })),
    products: products.map(({ product, reason }) => ({ product: toScrubbed(product), reason })),
    ungrouped: ungrouped.map(({ exposure, reason }) => ({ exposure: toScrubbed(exposure), reason })),
  }
}

function toFeatures(model: Model, features: Features): Cells {
  return toCells(rawColumns(model), rawCells(model, features).map(unquoted))
}
