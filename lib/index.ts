/**
 * jwst-ingest as a library.
 */

export { type CheckReport, checkDatabase } from './check/check.js'
export { type RebuildReport, rebuildDatabase } from './check/rebuild.js'
export { type ErrorCode, EXIT, IngestError } from './errors.js'
export { type IngestOptions, ingest } from './ingest.js'
export { REASONS, type Reason } from './inspect/reasons.js'
export { type ModelStatus, type StatusReport, statusOf } from './inspect/status.js'
export { type Wait, waitsOf } from './inspect/waits.js'
export { MODELS, type Model } from './rules/association.js'
export { type Resolution, resolveAssociation } from './rules/resolve.js'
export { decodeStage, type PipelineContext, runPipeline, scrubStage } from './stream/pipeline.js'
export { tee } from './stream/tee.js'
export type { ModelCounts, Summary } from './summary.js'
