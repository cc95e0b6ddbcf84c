/**
 * jwst-ingest as a library. What is exported here is what programs may rely on; docs/library.md tells how to use it.
 *
 * @packageDocumentation
 */

export type { Note, Violation, ViolationKind } from './audit/findings.js'
export { type ErrorCode, EXIT, IngestError, type Place } from './errors.js'
export type { Misfit, Value } from './export/cells.js'
export type { ExportedTable, ExportOptions, ExportReport } from './export/export.js'
export type { SelectionOptions } from './export/selection.js'
export type { Format } from './export/sink.js'
export type { SeededSplit, Split, SplitPart } from './export/split.js'
export type { Awaited } from './inspect/awaited.js'
export type { DiffOptions, FeatureChange, ProductChange } from './inspect/diff.js'
export type { Dropped } from './inspect/dropped.js'
export type {
  Comparison,
  ExplainedGroup,
  ExplainedReason,
  Explanation,
  Rejected,
  StandsFor,
  WithheldExposure,
} from './inspect/explanation.js'
export type { ExplainedMember, MemberState, Membership } from './inspect/membership.js'
export type { KeywordDifference } from './inspect/nearest.js'
export type { Compared } from './inspect/parts.js'
export { REASONS, type Reason, type RemedyOptions, remedyOf } from './inspect/reasons.js'
export type { Expired, ModelStatus, StatusReport } from './inspect/status.js'
export type { Wait } from './inspect/waits.js'
export {
  check,
  diff,
  type ExplainOptions,
  explainNames as explain,
  exportTables,
  prune,
  type ReportLookOptions as ReportOptions,
  rebuild,
  report,
  reportPage,
  status,
  waits,
} from './library/commands.js'
export { type OpenDatabase, type OpenTable, openDatabase } from './library/database.js'
export {
  createPipeline,
  type IngestPipeline,
  type PipelineInput,
  type PipelineOptions,
  type WriteOptions,
} from './library/pipeline.js'
export type { Cells, InputRow, RowSource, ScrubbedRow } from './library/rows.js'
export {
  type AssociationRunOptions as AssociateOptions,
  type IngestRun,
  startAssociate as associate,
  startIngest as ingest,
} from './library/run.js'
export type { Association, BufferOptions, MatchedProduct, UnmatchedGroup } from './library/settle.js'
export type { RawRow, RemRow, RowOf, TrainRow, TypedRow } from './library/table-rows.js'
export type { PrunedModel, PruneOptions, PruneReport } from './maintain/prune.js'
export type { RebuildOptions, RebuildReport, RebuiltTable } from './maintain/rebuild.js'
export type { CheckReport } from './maintain/report.js'
export type { LookOptions, Phase, Progress, ProgressListener } from './process/progress.js'
export type {
  AgedWait,
  Bin,
  CategoryReport,
  Cell,
  CodeReport,
  DatedCounts,
  DriftFeature,
  InstrumentReport,
  ModelDrift,
  ModelReport,
  NamedBin,
  ReportData,
  TimeBin,
  WaitingModel,
  WaitingReason,
  WaitingReport,
  Waits,
} from './report/data.js'
export type { Period } from './report/scales.js'
export type { Category, Encodings, NewCategory } from './rules/category-codes.js'
export type { Level } from './rules/dataset.js'
export { MODELS, type Model } from './rules/keywords.js'
export type { DropReason } from './rules/scrub.js'
export type { RunOptions as IngestOptions } from './run/options.js'
export type { CommitInterval } from './run/portions.js'
export type { InputChunk } from './run/read.js'
export type { RejectReason } from './run/reject-tally.js'
export type { InputSummary, LeftOut, ModelSummary, Summary } from './run/summary.js'
export { tee } from './run/tee.js'
export type { ModelWaiting, Totals, Waiting } from './settle/census.js'
export type { ColumnType } from './settle/column-types.js'
export type { ModelCounts } from './settle/counts.js'
export type { AssociationSummary, FaultyFiles, IncompleteProduct, WithheldProduct } from './settle/named-counts.js'
export type { WaitReason } from './settle/resolve.js'
export type { InputPlace } from './store/readings.js'
export type { Written } from './store/staged-file.js'
export type { TableChange } from './store/table-change.js'
export type { Reject } from './store/tables.js'
