/** The command `status`: what a database holds and what waits in it. */
import type { Command } from 'commander'
import { tellMissing } from './cli-database.js'
import { printResult } from './printer.js'
import { type Terminal, widthOf } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

const EXAMPLES = `
Examples:
  jwst-ingest status db
  jwst-ingest status --json db | jq .models.TAC.waiting

For each model: matched products, what waits for its counterpart, and quantiles of the sizes of the matched products;
of all: what association files name that has not come, what was pruned, and what was rejected.
Nothing is changed, and a run may be going on. What waits, and why: jwst-ingest explain --waiting.
Exit codes: 0 done, 1 there is no database, or it cannot be read, 2 usage error.
An input file with the name status is given as ./status.
`

/** Adds `status` to the program. */
export function addStatusCommand(program: Command, terminal: Terminal): void {
  program
    .command('status')
    .summary('tell what a database holds and what waits')
    .description('Counts trained products and what waits, with the sizes of products, for each model.')
    .argument(...DATABASE)
    .addOption(outOption())
    .addOption(dbOption())
    .option('--json', 'print the status as one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, _flags: unknown, command: Command) => runStatus(db, command, terminal))
}

async function runStatus(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const { statusOf } = await import('../inspect/status.js')
  const { formatStatus } = await import('../inspect/status-text.js')
  const folder = databaseOf(db, command, terminal)
  const report = await statusOf(folder, { signal: terminal.signal, progress: terminal.bar?.show })
  await tellMissing(folder, terminal.err)
  const { json } = command.optsWithGlobals<{ json?: boolean }>()
  printResult(terminal, json, report, (its) => formatStatus(its, widthOf(terminal)))
}
