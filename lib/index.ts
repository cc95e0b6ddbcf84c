/**
 * jwst-ingest as a library. What is exported here is what programs may rely on; docs/library.md tells how to use it.
 */

export type { AssociationSummary } from './asn/tally.js'
export { type CheckReport, checkDatabase } from './check/check.js'
export { type PruneOptions, type PruneReport, pruneDatabase } from './check/prune.js'
export { type RebuildOptions, type RebuildReport, rebuildDatabase } from './check/rebuild.js'
export type { ModelCounts } from './counts.js'
export type { Reject } from './database/tables.js'
export { type ErrorCode, EXIT, IngestError } from './errors.js'
export { type ExportOptions, type ExportReport, exportDatabase } from './export/export.js'
export { type AssociateOptions, associate, type IngestOptions, ingest } from './ingest.js'
export { REASONS, type Reason } from './inspect/reasons.js'
export { type ModelStatus, type StatusReport, statusOf } from './inspect/status.js'
export { type Wait, waitsOf } from './inspect/waits.js'
export { type OpenDatabase, type OpenTable, openDatabase } from './library/database.js'
export {
  createPipeline,
  type IngestPipeline,
  type PipelineInput,
  type PipelineOptions,
  type WriteOptions,
} from './library/pipeline.js'
export type { Cells, InputRow, RowSource, ScrubbedRow } from './library/rows.js'
export type { Association, BufferOptions, MatchedProduct, UnmatchedGroup } from './library/settle.js'
export { MODELS, type Model } from './rules/association.js'
export type { Category, Encodings } from './rules/encode.js'
export type { InputChunk } from './stream/read.js'
export { tee } from './stream/tee.js'
export type { Summary } from './summary.js'
