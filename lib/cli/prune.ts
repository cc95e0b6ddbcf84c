/**
 * The command that sets aside what has waited too long. What it needs is loaded only when it runs.
 */
import type { Command } from 'commander'
import { printReport } from './printer.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

interface Flags {
  readonly olderThan: string
  readonly asOf?: string
  readonly dryRun?: boolean
  readonly wait?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

const EXAMPLES = `
Examples:
  jwst-ingest prune db --older-than 180d --dry-run
  jwst-ingest prune db --older-than 1y
  jwst-ingest prune db --older-than 26w --as-of 2024-12-31

Exposures and products move from ingest.csv to expired.csv, and their groups leave rem-*. A group is as old as its
newest exposure. A dataset that is ingested again comes back.
Exit codes: 0 done, 1 data or I/O error, 2 usage error, 3 the database is in use by another run.
An input file with the name prune is given as ./prune.
`

/** Adds `prune` to the program. */
export function addPruneCommand(program: Command, terminal: Terminal, parseSeconds: (text: string) => number): void {
  program
    .command('prune')
    .summary('set aside what has waited too long')
    .description('Moves exposures and products that have waited longer than an age to expired.csv.')
    .argument(...DATABASE)
    .addOption(outOption())
    .addOption(dbOption())
    .requiredOption('--older-than <age>', 'what has waited longer goes: days, weeks or years, as 180d, 26w, 1y')
    .option('--as-of <day>', 'the day from which ages count back, YYYY-MM-DD (default: today, UTC)')
    .option('--dry-run', 'tell what would go, and change nothing')
    .option('--wait <seconds>', 'wait for another run on the database', parseSeconds)
    .option('--json', 'print the report as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, _flags: Flags, command: Command) => runPrune(db, command, terminal))
}

async function runPrune(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const { formatPrune, pruneDatabase } = await import('../maintain/prune.js')
  const { olderThan, asOf, dryRun, wait, json, quiet } = command.optsWithGlobals<Flags>()
  const tell = quiet ? () => {} : terminal.err
  const report = await pruneDatabase({
    out: databaseOf(db, command, terminal),
    olderThan,
    asOf,
    dryRun,
    wait,
    warn: (message) => tell(`jwst-ingest: ${message}\n`),
    progress: terminal.bar?.show,
    signal: terminal.signal,
  })
  printReport(terminal, { json, quiet }, report, formatPrune)
}
