/**
 * The command line: arguments to options, results to text. The only source of the help text.
 */

import { readFileSync } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { Command, CommanderError } from 'commander'
import { EXIT, IngestError } from '../errors.js'
import { type IngestOptions, ingest } from '../run/ingest.js'
import { addAssociateCommand } from './associate.js'
import { addDatabaseCommands } from './cli-database.js'
import {
  collectPath,
  parseCount,
  parsePath,
  parseSeconds,
  parseSize,
  partAssociations,
  tellSummary,
} from './cli-options.js'
import { refuseCommands } from './command-names.js'
import { addCompletionCommand } from './completion.js'
import { addExplainCommand } from './explain.js'
import { addExportCommand } from './export.js'
import { addHelpCommand } from './help.js'
import type { ProgressBar } from './progress.js'
import { addPruneCommand } from './prune.js'
import { addReportCommand } from './report.js'
import { addStatusCommand } from './status.js'
import type { Terminal } from './terminal.js'
import { visible } from './visible.js'

interface CommonFlags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly wait?: number
}

interface IngestFlags extends CommonFlags {
  readonly out?: string
  readonly date?: string
  readonly prefix?: string
  readonly asn?: readonly string[]
  readonly candidates?: boolean
  readonly replace?: boolean
  readonly strict?: boolean
  readonly maxRejects?: number
  readonly memory?: number
  readonly tmp?: string
  readonly emit?: string
}

const EXAMPLES = `
Examples:
  cat day.csv | jwst-ingest --date 2024-02-21 -o db
  jwst-ingest -o db raw/2024-02-21_052.csv raw/2024-02-22_053.csv.gz
  jwst-ingest -o db --prefix 2024-02 raw
  jwst-ingest --json -o db 'raw/2024-*.csv' > summary.json
  zcat *.gz | jwst-ingest --date 2024-02-21 -o db --emit train-image - | head
  jwst-ingest -o db --replace raw/2024-02-21_052.csv
  jwst-ingest -o db --asn asn raw
  jwst-ingest associate db --asn asn
  jwst-ingest check db
  jwst-ingest rebuild db
  jwst-ingest status db
  jwst-ingest explain 'jw01018*' db
  jwst-ingest report db
  jwst-ingest export db --table 'train-*' -o parquet
  jwst-ingest prune db --older-than 180d
  jwst-ingest help explain

Files are named YYYY-MM-DD_DDD.csv or .csv.gz, which tells their day; other names need --date. Standard input without
--date takes today's UTC date, and says so.
Exit codes: 0 done, 1 data or I/O error, 2 usage error, 3 the database is in use by another run;
130, 143, 129 ended by SIGINT, SIGTERM, SIGHUP.
`

/** Runs the command line; returns the exit code. */
export async function runCommand(args: readonly string[], given: Terminal): Promise<number> {
  const terminal = forPeople(given)
  const program = buildProgram(terminal)
  const { runApart } = terminal
  program.hook('preAction', (_, command) => {
    mustHaveFolder()
    if (runApart !== undefined && !ON_MAIN_THREAD.has(command.name())) throw new RunApart()
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT.done
  } catch (error) {
    if (error instanceof RunApart && runApart !== undefined) return runApart(args)
    return report(error, terminal)
  }
}

/** A terminal that escapes what people are not to see; its streams are still made when they are asked for. */
function forPeople(terminal: Terminal): Terminal {
  return Object.create(terminal, {
    out: { value: (text: string) => terminal.out(visible(text)) },
    err: { value: (text: string) => terminal.err(visible(text)) },
  })
}

/**
 * Relative paths mean nothing, and no thread can be started, where the folder that the command was called in is gone.
 *
 * @throws IngestError INPUT_UNREADABLE
 */
function mustHaveFolder(): void {
  try {
    process.cwd()
  } catch (error) {
    const message = 'the folder in which the command was called is gone; call it in one that is there'
    throw new IngestError('INPUT_UNREADABLE', message, {}, error)
  }
}

/** Ends a command before it begins, as it is to run in a thread of its own. */
class RunApart extends Error {}

/**
 * Commands that run on the main thread, which takes notice of a signal between two pieces of their work. All others have
 * pieces that take seconds, as a program with very many rows is settled in one go; those that take rows in give such a
 * piece to another thread.
 */
const ON_MAIN_THREAD = new Set(['jwst-ingest', 'associate', 'completion', 'help'])

/** The exit code of an error, after telling it. */
function report(error: unknown, { err }: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof IngestError) {
    err(`jwst-ingest: ${error.message}\n`)
    return error.exitCode
  }
  if (isSystemError(error)) {
    err(`jwst-ingest: ${error.message}\n`)
    return EXIT.failed
  }
  throw error
}

/** Whether it is the system that failed, such as a full disk, and no line of this program is to blame. */
function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

/** The commands with their options and help. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('jwst-ingest')
    .description(
      'Matches Level 1 exposures of the James Webb Space Telescope with the Level 3 products made of them, ' +
        'and adds the features of each product to a database of CSV tables for training.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'jwst-ingest: ')),
    })
    .showHelpAfterError('(jwst-ingest --help shows all options)')
  addIngest(program, terminal)
  addAssociateCommand(program, terminal)
  addDatabaseCommands(program, terminal, parseSeconds)
  addStatusCommand(program, terminal)
  addExplainCommand(program, terminal)
  addReportCommand(program, terminal)
  addExportCommand(program, terminal)
  addPruneCommand(program, terminal, parseSeconds)
  addCompletionCommand(program, terminal)
  return addHelpCommand(program)
}

/** What the program does without a command: a run. */
function addIngest(program: Command, terminal: Terminal): void {
  program
    .argument('[inputs...]', 'files, folders, globs, or - for standard input (default: standard input)')
    .option('-o, --out <folder>', 'the database (default: $JWST_INGEST_DB, else ./jwst-db)', parsePath)
    .option('--date <day>', 'day of files whose name tells none, and of standard input (else today), YYYY-MM-DD')
    .option('--prefix <start>', "which files of a folder: the start of their names, with * and ? ('2023-11', '*_3')")
    .option(
      '--asn <path>',
      'association files, which name the exposures of products: a file, folder or glob; may be repeated',
      collectPath,
    )
    .option('--no-candidates', 'leave products across observations (-c1001_) in mosaics.csv, whatever these files say')
    .option('--replace', 'count rows of this run before stored versions of their datasets, whatever the dates')
    .option('--strict', 'end at the first row or association file that cannot be used, with nothing changed')
    .option('--max-rejects <rows>', 'rows that rejects.csv may have (default: 100000); more are counted', parseCount)
    .option(
      '--memory <size>',
      'rows held in memory, in bytes or with k, M, G (default: 128M); more go to files',
      parseSize,
    )
    .option('--tmp <folder>', 'where these files are made (default: inside the database)', parsePath)
    .option('--wait <seconds>', 'wait for another run on the database', parseSeconds)
    .option('--emit <table>', "print a table's rows of this run as CSV on standard output while the run goes on")
    .option('--json', 'print the summary as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors, and the day that is taken without --date')
    .addHelpText('after', EXAMPLES)
    .action((inputs: string[], flags: IngestFlags) => runIngest(inputs, flags, terminal, program))
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return (manifest as { readonly version: string }).version
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
  refuseCommands(others, program)
  if (flags.emit !== undefined && flags.json)
    throw new IngestError('USAGE', '--emit and --json both print on standard output: give one of them')
  const bar = flags.quiet || terminal.screen === undefined ? undefined : await barOn(terminal.screen, terminal.env)
  const tell = (message: string) => {
    bar?.clear()
    terminal.err(`jwst-ingest: ${message}\n`)
  }
  const options: IngestOptions = {
    inputs: others,
    out: flags.out || terminal.env.JWST_INGEST_DB || 'jwst-db',
    date: flags.date,
    prefix: flags.prefix,
    asn: [...(flags.asn ?? []), ...files],
    candidates: flags.candidates,
    replace: flags.replace,
    strict: flags.strict,
    maxRejects: flags.maxRejects,
    memory: flags.memory,
    tmp: flags.tmp,
    wait: flags.wait,
    stdin: interruptible(terminal),
    warn: flags.quiet ? undefined : tell,
    // Days of many rows may hang on it, so not even --quiet keeps it back.
    assume: tell,
    progress: bar?.show,
    emit: flags.emit === undefined ? undefined : { table: flags.emit, out: terminal.stdout },
    signal: terminal.signal,
  }
  try {
    const summary = await ingest(options)
    bar?.stop()
    tellSummary(summary, flags, terminal)
  } finally {
    bar?.stop()
    // After an error, whoever writes to it may go on for long: the process must not wait for that.
    if (others.length === 0 || others.includes('-')) terminal.stdin.destroy()
  }
}

async function barOn(screen: WriteStream, env: Terminal['env']): Promise<ProgressBar> {
  const { progressBar } = await import('./progress.js')
  return progressBar(screen, env)
}

/** Standard input that a signal ends, even while nothing comes. Until it is read, nobody would take that error. */
function interruptible(terminal: Terminal): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => addAbortSignal(terminal.signal, terminal.stdin)[Symbol.asyncIterator]() }
}
