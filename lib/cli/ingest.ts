/**
 * What the program does without a command: a run.
 */
import { addAbortSignal } from 'node:stream'
import type { Command } from 'commander'
import { IngestError } from '../errors.js'
import { ingest } from '../run/ingest.js'
import type { IngestOptions } from '../run/options.js'
import type { CommitInterval } from '../run/portions.js'
import { STDIN_NAME } from '../run/source.js'
import type { InputSummary } from '../run/summary.js'
import {
  collectPath,
  parseCount,
  parseInterval,
  parsePath,
  parseSeconds,
  parseSize,
  partAssociations,
  tellCommit,
  tellSummary,
} from './cli-options.js'
import { refuseCommands } from './command-names.js'
import type { Terminal } from './terminal.js'
import { databaseOf, dbOption, outOption } from './which-database.js'

interface CommonFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly wait?: number
}

interface IngestFlags extends CommonFlags {
  readonly date?: string
  readonly prefix?: string
  readonly asn?: readonly string[]
  readonly candidates?: boolean
  readonly replace?: boolean
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly maxRejects?: number
  readonly memory?: number
  readonly tmp?: string
  readonly emit?: string
  readonly commitEvery?: CommitInterval
  readonly follow?: boolean
  readonly share?: boolean
}

const EXAMPLES = `
Examples:
  cat day.csv | jwst-ingest --date 2024-02-21 -o db
  jwst-ingest -o db raw/2024-02-21_052.csv raw/2024-02-22_053.csv.gz
  jwst-ingest -o db --prefix 2024-02 raw
  jwst-ingest --json -o db 'raw/2024-*.csv' > summary.json
  zcat *.gz | jwst-ingest --date 2024-02-21 -o db --emit train-image - | head
  tail -f -n +1 feed.csv | jwst-ingest --date 2024-02-21 -o db --commit-every 10m
  jwst-ingest -o db --follow --share raw
  jwst-ingest -o db --replace raw/2024-02-21_052.csv
  jwst-ingest -o db --dry-run raw
  jwst-ingest -o db --asn asn raw
  jwst-ingest associate db --asn asn
  jwst-ingest check db
  jwst-ingest rebuild db
  jwst-ingest status db
  jwst-ingest explain 'jw01018*' db
  jwst-ingest report db
  jwst-ingest export db --table 'train-*' -o parquet
  jwst-ingest diff backup/db db
  jwst-ingest prune db --older-than 180d
  jwst-ingest help explain

Files are named YYYY-MM-DD_DDD.csv or .csv.gz, which tells their day; other names need --date. Standard input without
--date takes today's UTC date, and says so.
Exit codes: 0 done, 1 data or I/O error, 2 usage error, 3 the database is in use by another run;
130, 143, 129 ended by SIGINT, SIGTERM, SIGHUP.
With --json every command prints one object when it ends; where it failed, the object has the error.
`

/** Adds the options of a run to the program. */
export function addIngest(program: Command, terminal: Terminal): void {
  program
    .argument('[inputs...]', 'files, folders, globs, or - for standard input (default: standard input)', collectPath)
    .addOption(outOption())
    .addOption(dbOption())
    .option('--date <day>', 'day of files whose name tells none, and of standard input (else today), YYYY-MM-DD')
    .option('--prefix <start>', "which files of a folder: the start of their names, with * and ? ('2023-11', '*_3')")
    .option(
      '--asn <path>',
      'association files, which name the exposures of products: a file, folder or glob; may be repeated',
      collectPath,
    )
    .option('--no-candidates', 'leave products across observations (-c1001_) in mosaics.csv, whatever these files say')
    .option('--replace', 'count rows of this run before stored versions of their datasets, whatever the dates')
    .option('--dry-run', 'tell what would come into each table and go out of it, and change nothing')
    .option('--strict', 'end at the first row or association file that cannot be used, with nothing changed')
    .option('--max-rejects <rows>', 'rows that rejects.csv may have (default: 100000); more are counted', parseCount)
    .option(
      '--memory <size>',
      'rows held in memory, in bytes or with k, M, G (default: 64M); more go to files',
      parseSize,
    )
    .option('--tmp <folder>', 'where these files are made (default: inside the database)', parsePath)
    .option('--wait <seconds>', 'wait for another run on the database', parseSeconds)
    .option(
      '--commit-every <interval>',
      'commit what was read whole while reading goes on: after so many rows (100000), or a time (30s, 10m, 1h)',
      parseInterval,
    )
    .option('--follow', 'go on with files that come into the folders, and with those that change, until a signal comes')
    .option('--share', 'give other runs their turn between commits (with --commit-every or --follow)')
    .option('--emit <table>', "print a table's rows of this run as CSV on standard output while the run goes on")
    .option('--json', 'print the summary as one JSON object on standard output')
    .option(
      '-q, --quiet',
      'print nothing but errors, the day that is taken without --date, and inputs without a usable row',
    )
    .addHelpText('after', EXAMPLES)
    .action((inputs: string[], flags: IngestFlags) => runIngest(inputs, flags, terminal, program))
}

async function runIngest(
  inputs: readonly string[],
  flags: IngestFlags,
  terminal: Terminal,
  program: Command,
): Promise<void> {
  // A shell makes many arguments of a glob, of which the option takes the first.
  const { files, others } = flags.asn === undefined ? { files: [], others: inputs } : partAssociations(inputs)
  if (others.length === 0 && terminal.stdin.isTTY) {
    program.outputHelp()
    return
  }
  // What is followed may come later.
  if (!flags.follow) refuseCommands(others, program)
  if (flags.emit !== undefined && flags.json)
    throw new IngestError('USAGE', '--emit and --json both print on standard output: give one of them')
  const tell = (message: string) => terminal.err(`jwst-ingest: ${message}\n`)
  // Between rows on a terminal nothing else is to be seen, and who reads a pipe may write to it.
  const hasBar = flags.emit === undefined || terminal.stdout.isFile
  let commits = 0
  const options: IngestOptions = {
    inputs: others,
    out: databaseOf(undefined, program, terminal),
    date: flags.date,
    prefix: flags.prefix,
    asn: [...(flags.asn ?? []), ...files],
    candidates: flags.candidates,
    replace: flags.replace,
    dryRun: flags.dryRun,
    strict: flags.strict,
    maxRejects: flags.maxRejects,
    memory: flags.memory,
    tmp: flags.tmp,
    wait: flags.wait,
    stdin: interruptible(terminal),
    warn: flags.quiet ? undefined : tell,
    // A day's rows may hang on it, so not even --quiet keeps it back.
    alert: tell,
    progress: hasBar ? terminal.bar?.show : undefined,
    emit: flags.emit === undefined ? undefined : { table: flags.emit, out: terminal.stdout },
    commitEvery: flags.commitEvery,
    follow: flags.follow,
    share: flags.share,
    onInputs: keepInputs(others, terminal),
    onCommit: (done) => tellCommit(done, ++commits, flags, terminal),
    stop: endOnSignal(flags, terminal),
    signal: terminal.signal,
  }
  try {
    const summary = await ingest(options)
    tellSummary(summary, flags, terminal)
  } finally {
    // After an error, whoever writes to it may go on for long: the process must not wait for that.
    if (others.length === 0 || others.includes('-')) terminal.stdin.destroy()
  }
}

/** What keeps, for the record of a run that fails, what of its inputs was read; before that, which ones it was given. */
function keepInputs(given: readonly string[], { record }: Terminal): IngestOptions['onInputs'] {
  const names = (given.length === 0 ? ['-'] : given).map((name) => ({ input: name === '-' ? STDIN_NAME : name }))
  let readSoFar = (): readonly InputSummary[] => []
  record.soFar(() => {
    const byInput = readSoFar()
    return { byInput: byInput.length > 0 ? byInput : names }
  })
  return (tell) => {
    readSoFar = tell
  }
}

/** What the first signal ends of a run that commits while it reads: reading, not the run, which commits what it has. */
function endOnSignal(
  { commitEvery, follow, quiet }: IngestFlags,
  { onFirstSignal, err }: Terminal,
): AbortSignal | undefined {
  if (commitEvery === undefined && !follow) return undefined
  const reading = new AbortController()
  onFirstSignal?.(() => {
    if (!quiet) err('jwst-ingest: ending: what was read is committed (another signal ends at once)\n')
    reading.abort()
  })
  return reading.signal
}

/** Standard input that a signal ends, even while nothing comes. Until it is read, nobody would take that error. */
function interruptible(terminal: Terminal): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => addAbortSignal(terminal.signal, terminal.stdin)[Symbol.asyncIterator]() }
}
