/**
 * jwst-ingest as a library. What is exported here is what programs may rely on; docs/library.md tells how to use it.
 */

export { type ErrorCode, EXIT, IngestError } from './errors.js'
export { type ExportOptions, type ExportReport, exportDatabase } from './export/export.js'
export { REASONS, type Reason, remedyOf } from './inspect/reasons.js'
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
export { type CheckReport, checkDatabase } from './maintain/check.js'
export { type PruneOptions, type PruneReport, pruneDatabase } from './maintain/prune.js'
export { type RebuildOptions, type RebuildReport, rebuildDatabase } from './maintain/rebuild.js'
export type { Category, Encodings } from './rules/category-codes.js'
export { MODELS, type Model } from './rules/models.js'
export { associate, ingest } from './run/ingest.js'
export type { AssociateOptions, IngestOptions } from './run/options.js'
export type { CommitInterval } from './run/portions.js'
export type { InputChunk } from './run/read.js'
export type { Summary } from './run/summary.js'
export { tee } from './run/tee.js'
export type { ModelCounts } from './settle/counts.js'
export type { AssociationSummary } from './settle/named-counts.js'
export type { Written } from './store/staged-file.js'
export type { Reject } from './store/tables.js'
