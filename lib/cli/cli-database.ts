/**
 * The commands about a database that is there. What they need is loaded only when one of them runs.
 */
import type { Command } from 'commander'
import { IngestError } from '../errors.js'
import { printReport, printResult } from './printer.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

interface Flags {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly wait?: number
  readonly acceptLoss?: boolean
  readonly dryRun?: boolean
}

const CHECK_EXAMPLES = `
Examples:
  jwst-ingest check db
  jwst-ingest check --json db > report.json

What is wrong goes to standard output, as file:line: what. Nothing is changed, and a run may be going on.
Exit codes: 0 the database is healthy, 1 it is not, or there is none, 2 usage error.
An input file with the name check is given as ./check.
`

const REBUILD_EXAMPLES = `
Examples:
  jwst-ingest rebuild db
  jwst-ingest rebuild --dry-run db
  jwst-ingest rebuild --wait 60 db
  jwst-ingest rebuild --accept-loss db

Tables that hold already what they should stay as they are, byte for byte; codes of categories stay, too.
Where tables have lost rows it refuses and tells which; --accept-loss goes on without them.
Exit codes: 0 done, 1 data or I/O error, 2 usage error, 3 the database is in use by another run.
An input file with the name rebuild is given as ./rebuild.
`

/** Adds `check` and `rebuild` to the program. */
export function addDatabaseCommands(
  program: Command,
  terminal: Terminal,
  parseSeconds: (text: string) => number,
): Command {
  program.enablePositionalOptions().helpCommand(false)
  program
    .command('check')
    .summary('tell what is wrong in a database')
    .description('Checks every rule that the tables of a database keep, and tells what is against one.')
    .argument(...DATABASE)
    .addOption(outOption())
    .addOption(dbOption())
    .option('--json', 'print the report as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', CHECK_EXAMPLES)
    .action((db: string | undefined, _flags: Flags, command: Command) => runCheck(db, command, terminal))
  program
    .command('rebuild')
    .summary('make the train-*, raw-* and rem-* tables anew')
    .description('Makes train-*, raw-* and rem-* anew from training.csv, level1.csv and ingest.csv.')
    .argument(...DATABASE)
    .addOption(outOption())
    .addOption(dbOption())
    .option(
      '--accept-loss',
      'go on without rows that are lost or cannot be read, and take the others for all there are',
    )
    .option('--dry-run', 'tell what would come into each table and go out of it, and change nothing')
    .option('--wait <seconds>', 'wait for another run on the database', parseSeconds)
    .option('--json', 'print the report as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', REBUILD_EXAMPLES)
    .action((db: string | undefined, _flags: Flags, command: Command) => runRebuild(db, command, terminal))
  return program
}

/** Notes which tables of a database are missing, for a command that reads it as far as it is there. */
export async function tellMissing(folder: string, tell: (text: string) => void): Promise<void> {
  const { noteMissing } = await import('../maintain/missing.js')
  const note = await noteMissing(folder)
  if (note !== undefined) tell(`jwst-ingest: ${note}\n`)
}

async function runCheck(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const { checkDatabase, formatOutcome, formatViolations } = await import('../maintain/check.js')
  const flags = command.optsWithGlobals<Flags>()
  const report = await checkDatabase(databaseOf(db, command, terminal), {
    signal: terminal.signal,
    progress: terminal.bar?.show,
  })
  printResult(terminal, flags.json, report, formatViolations)
  if (!report.healthy) throw new IngestError('TABLE_INVALID', formatOutcome(report))
  if (!flags.quiet) terminal.err(`${formatOutcome(report)}\n`)
}

async function runRebuild(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const { rebuildDatabase } = await import('../maintain/rebuild.js')
  const { formatRebuild } = await import('../maintain/rebuild-text.js')
  const flags = command.optsWithGlobals<Flags>()
  const tell = flags.quiet ? () => {} : terminal.err
  const report = await rebuildDatabase({
    out: databaseOf(db, command, terminal),
    wait: flags.wait,
    acceptLoss: flags.acceptLoss,
    dryRun: flags.dryRun,
    warn: (message) => tell(`jwst-ingest: ${message}\n`),
    progress: terminal.bar?.show,
    signal: terminal.signal,
  })
  printReport(terminal, flags, report, formatRebuild)
}
