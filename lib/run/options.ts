/** What a run can be told. */
import type { Writable } from 'node:stream'
import type { ProgressListener } from '../process/progress.js'
import type { CommitInterval } from './portions.js'
import type { InputSummary, Summary } from './summary.js'

/** What is ingested, and how. */
export interface RunOptions {
  /** Files, folders, globs, or `-` for standard input; none means `stdin`, which a program then has to give. */
  readonly inputs?: readonly string[] | undefined
  /** Day of inputs whose name tells none, YYYY-MM-DD. */
  readonly date?: string | undefined
  /** Which files of a folder are read: the start of their names, with `*` and `?`. */
  readonly prefix?: string | undefined
  /** Association files, folders with such files, or globs. */
  readonly asn?: readonly string[] | undefined
  /** Whether products across observations are taken in from association files, as they are by default. */
  readonly candidates?: boolean | undefined
  /** Whether rows of this run counted before stored versions of their datasets, whatever the dates. */
  readonly replace?: boolean | undefined
  /**
   * Whether to tell only what the run would change (`changes` of the summary). The database is looked at as it is at one
   * moment, without a lock; nothing in its folder is changed, nor is the folder made.
   */
  readonly dryRun?: boolean | undefined
  /** Whether the first row or association file that cannot be used ends the run, with nothing changed. */
  readonly strict?: boolean | undefined
  /** Rows that `rejects.csv` may have, 100,000 by default; what is beyond them is counted only. */
  readonly maxRejects?: number | undefined
  /** Bytes of rows that are held in memory; what is beyond them waits in spill files. 64 MiB by default. */
  readonly memory?: number | undefined
  /** Folder of the spill files; by default inside the database, and in a dry run that of the system. */
  readonly tmp?: string | undefined
  /** Seconds to wait for another run on the same database. */
  readonly wait?: number | undefined
  /** Stands for standard input; by default that of the process. */
  readonly stdin?: AsyncIterable<Buffer> | undefined
  /** Takes what the user should know while the run goes on; nothing is told by default. */
  readonly warn?: ((message: string) => void) | undefined
  /**
   * Takes what even a quiet run should tell: the day that standard input gets, an input or association files of which nothing
   * could be used. By default `warn` does.
   */
  readonly alert?: ((message: string) => void) | undefined
  /** Takes how far the run has come. */
  readonly progress?: ProgressListener | undefined
  /** A table whose rows of this run are written to a stream as CSV while the run goes on. */
  readonly emit?: { readonly table: string; readonly out: Writable } | undefined
  /** Takes, when the inputs are found, what tells at any time which of them are read, and their rows so far. */
  readonly onInputs?: ((readSoFar: () => readonly InputSummary[]) => void) | undefined
  /** Commits what was read whole while the run goes on reading; without it, once at the end. */
  readonly commitEvery?: CommitInterval | undefined
  /** Goes on with files that come into the inputs, which are folders or globs; commits after each lot of them. */
  readonly follow?: boolean | undefined
  /** Whether other runs get their turn between commits; what is read of a pipe up to one is then held in memory. */
  readonly share?: boolean | undefined
  /** Takes what each of these commits did. */
  readonly onCommit?: ((summary: Summary) => void) | undefined
  /** Ends the reading, not the run: what was read whole until then is committed. */
  readonly stop?: AbortSignal | undefined
  /** Ends the run; what is not committed is not in the database. */
  readonly signal?: AbortSignal | undefined
}

/** Options of `ingest`. */
export interface IngestOptions extends RunOptions {
  /** The database folder; made if it is not there. */
  readonly out: string
}

/** Options of `associate`. */
export type AssociateOptions = Omit<
  IngestOptions,
  | 'inputs'
  | 'date'
  | 'prefix'
  | 'stdin'
  | 'replace'
  | 'maxRejects'
  | 'onInputs'
  | 'commitEvery'
  | 'follow'
  | 'share'
  | 'onCommit'
  | 'stop'
>
