/**
 * jwst-ingest as a library.
 */
export { MODELS, type Model } from './association.js'
export { type CheckReport, checkDatabase } from './check.js'
export { type ErrorCode, EXIT, IngestError } from './errors.js'
export { type IngestOptions, ingest } from './ingest.js'
export { decodeStage, type PipelineContext, runPipeline, scrubStage } from './pipeline.js'
export { type RebuildReport, rebuildDatabase } from './rebuild.js'
export { type Resolution, resolveAssociation } from './resolve.js'
export type { ModelCounts, Summary } from './summary.js'
export { tee } from './tee.js'
