/**
 * The command that writes tables in other formats. What it needs is loaded only when it runs.
 */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { IngestError } from '../errors.js'
import type { Format } from '../export/sink.js'
import { tellMissing } from './cli-database.js'
import { parseCount, parsePath } from './cli-options.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption } from './which-database.js'

interface Flags {
  readonly format: Format
  readonly table?: readonly string[]
  readonly out: string
  readonly since?: string
  readonly split?: number
  readonly seed?: number
  readonly card?: boolean
  readonly safeForSheets?: boolean
  readonly clobber: boolean
  readonly force?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const STANDARD_OUTPUT = '-'

const EXAMPLES = `
Examples:
  jwst-ingest export db
  jwst-ingest export db --table 'train-*' -o parquet
  jwst-ingest export db --format jsonl --table ingest -o - | jq -r .dname
  jwst-ingest export db --table 'train-*' --split 0.8 --seed 7 --card
  jwst-ingest export db --table 'train-*' --since 2024-02-22 -o new
  jwst-ingest export db --format csv --safe-for-sheets --table level1

The columns have types: whole and floating-point numbers, booleans, dates, text; a blank is null. Tables are read as of
one moment, and a run may be going on. A file gets its name when all of them are complete; one that is there is replaced
then, so that whoever reads it sees one or the other whole. With --split there are two of each, as
train-image.train.parquet and train-image.test.parquet: a product is in the same part in every table, whatever rows come
later.
Exit codes: 0 done, 1 data or I/O error, 2 usage error.
An input file with the name export is given as ./export.
`

/** Adds `export` to the program. */
export function addExportCommand(program: Command, terminal: Terminal): void {
  program
    .command('export')
    .summary('write tables as Parquet, JSON lines or CSV')
    .description('Writes tables of a database as Parquet files, JSON lines or CSV, with the types of their columns.')
    .argument(...DATABASE)
    .addOption(dbOption(DATABASE[1]))
    .addOption(
      new Option('--format <format>', 'the format').choices(['parquet', 'jsonl', 'csv']).default('parquet', 'parquet'),
    )
    .option(
      '--table <tables>',
      "a table, or several with * and ? ('train-*'); can be repeated; default: all but rejects",
      listed,
    )
    .option(
      '-o, --out <folder>',
      'where the files are made, or - for standard output (one table)',
      parsePath,
      'jwst-export',
    )
    .option('--since <day>', 'rows dated on this day or later, YYYY-MM-DD; tables without dates are left out')
    .option(
      '--split <share>',
      'two files a table, with this share of the products in .train, all others in .test',
      parseShare,
    )
    .option('--seed <number>', 'shares the products out in another way (default: 0)', parseCount)
    .option('--card', 'describe the files: datapackage.json for programs, data-card.md for people')
    .option('--safe-for-sheets', 'in CSV, an apostrophe before what a spreadsheet would take for a formula')
    .option('--no-clobber', 'refuse files that are there, which are replaced otherwise')
    .addOption(new Option('--force', 'replace them, whatever --no-clobber says').hideHelp())
    .option('--json', 'print the report as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, _flags: Flags, command: Command) => runExport(db, command, terminal))
}

function parseShare(text: string): number {
  const share = /^[\d.]+$/.test(text) ? Number(text) : Number.NaN
  if (share > 0 && share < 1) return share
  throw new InvalidArgumentError('Expected a share above 0 and below 1, such as 0.8.')
}

function listed(name: string, names: readonly string[] = []): readonly string[] {
  return [...names, name]
}

async function runExport(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const { exportDatabase, formatExport } = await import('../export/export.js')
  const flags = command.opts<Flags>()
  const { out, format, table, since, split, seed, card, safeForSheets, clobber, force = clobber } = flags
  if (seed !== undefined && split === undefined)
    throw new IngestError('USAGE', '--seed is about --split: give both, or leave it out')
  const common = command.parent?.opts<Pick<Flags, 'json' | 'quiet'>>() ?? {}
  const json = flags.json ?? common.json ?? false
  const toTerminal = out === STANDARD_OUTPUT
  if (toTerminal) refuseMixture(format, json, terminal)
  const tell = (flags.quiet ?? common.quiet) ? () => {} : terminal.err
  const database = databaseOf(db, command, terminal)
  const report = await exportDatabase(database, {
    format,
    tables: table,
    out: toTerminal ? terminal.stdout : out,
    since,
    split: split === undefined ? undefined : { share: split, seed },
    card,
    safeForSheets,
    force,
    warn: (message) => tell(`jwst-ingest: ${message}\n`),
    progress: terminal.bar?.show,
    signal: terminal.signal,
  }).catch((error: unknown) => {
    // What standard output does not take, its owner tells.
    if (!toTerminal || error !== terminal.stdout.errored) throw error
  })
  if (report === undefined) return
  await tellMissing(database, tell)
  tell(formatExport(report))
  if (json) terminal.record.result(report)
}

/** @throws IngestError USAGE */
function refuseMixture(format: Flags['format'], json: boolean, { stdout }: Terminal): void {
  if (json) throw new IngestError('USAGE', '--json: standard output has the table already; leave out one of both')
  if (format === 'parquet' && stdout.isTTY)
    throw new IngestError('USAGE', 'Parquet is binary: send it to a file or a program (jwst-ingest export … -o - > …)')
}
