/**
 * The command that takes in association files alone. What it needs is loaded only when it runs.
 */
import type { Command } from 'commander'
import { IngestError } from '../errors.js'
import { collectPath, parsePath, parseSeconds, parseSize, partAssociations, tellSummary } from './cli-options.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

interface Flags {
  readonly asn?: readonly string[]
  readonly candidates?: boolean
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly memory?: number
  readonly tmp?: string
  readonly wait?: number
  readonly json?: boolean
  readonly quiet?: boolean
}

const EXAMPLES = `
Examples:
  jwst-ingest associate db --asn asn
  jwst-ingest associate db --asn asn/jw01018-o001_20240221t101530_image3_00001_asn.json
  jwst-ingest associate db --asn asn --dry-run
  jwst-ingest associate db --no-candidates --asn 'asn/2024/**/*_asn.json'

Products that the files name are made of the exposures that the files name, now and in every later run.
Exit codes: 0 done, 1 data or I/O error, 2 usage error, 3 the database is in use by another run.
An input file with the name associate is given as ./associate.
`

/** Adds `associate` to the program. */
export function addAssociateCommand(program: Command, terminal: Terminal): void {
  program
    .command('associate')
    .summary('take in association files for the rows of a database')
    .description("Takes in the observatory's association files, which name the exposures of products.")
    .argument(...DATABASE)
    .argument('[files...]', 'further association files, as a shell makes them of a glob behind --asn')
    .addOption(outOption())
    .addOption(dbOption())
    .option('--asn <path>', 'association files: a file, folder or glob; may be repeated', collectPath)
    .option('--no-candidates', 'leave out products across observations: they stay in mosaics.csv')
    .option('--dry-run', 'tell what would come into each table and go out of it, and change nothing')
    .option('--strict', 'end at the first file that cannot be used, with nothing changed')
    .option('--memory <size>', 'lines held in memory, in bytes or with k, M, G (default: 64M)', parseSize)
    .option('--tmp <folder>', 'where files for the others are made (default: inside the database)', parsePath)
    .option('--wait <seconds>', 'wait for another run on the database', parseSeconds)
    .option('--json', 'print the summary as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors, and that no association file is usable')
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, files: string[], _flags: Flags, command: Command) =>
      runAssociate([...(db === undefined ? [] : [db]), ...files], command, terminal),
    )
}

async function runAssociate(args: readonly string[], command: Command, terminal: Terminal): Promise<void> {
  const { associate } = await import('../run/ingest.js')
  const above = command.parent?.opts<Flags>() ?? {}
  const own = command.opts<Flags>()
  const flags = { ...above, ...own }
  const { files, others } = partAssociations(args)
  const [db, ...surplus] = others
  if (surplus.length > 0) {
    throw new IngestError('USAGE', `expected one database and files named *_asn.json, got ${others.join(', ')}`)
  }
  const tell = (message: string) => terminal.err(`jwst-ingest: ${message}\n`)
  const asn = [...(above.asn ?? []), ...(own.asn ?? []), ...files]
  terminal.record.soFar(() => ({ byInput: asn.map((input) => ({ input })) }))
  const summary = await associate({
    out: databaseOf(db, command, terminal),
    asn,
    candidates: above.candidates !== false && own.candidates !== false,
    dryRun: flags.dryRun,
    strict: flags.strict,
    memory: flags.memory,
    tmp: flags.tmp,
    wait: flags.wait,
    warn: flags.quiet ? undefined : tell,
    alert: tell,
    progress: terminal.bar?.show,
    signal: terminal.signal,
  })
  tellSummary(summary, flags, terminal)
}
