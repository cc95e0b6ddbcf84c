/**
 * The command `report`. What it needs, above all what draws its charts, is loaded only when it runs.
 */
import { type Command, InvalidArgumentError } from 'commander'
import { IngestError } from '../errors.js'
import { Meter } from '../process/progress.js'
import { visibleName } from '../text/visible.js'
import { tellMissing } from './cli-database.js'
import { parsePath } from './cli-options.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

interface Flags {
  readonly since?: string
  readonly until?: string
  readonly program?: readonly number[]
  readonly instrument?: readonly string[]
  readonly html?: string
  readonly clobber?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
}

const DEFAULT_FILE = 'report.html'

const EXAMPLES = `
Examples:
  jwst-ingest report db
  jwst-ingest report db --html /var/www/jwst.html
  jwst-ingest report db --html - | gzip > report.html.gz
  jwst-ingest report db --json > report.json
  jwst-ingest report db --since 2024-02-01 --until 2024-02-29
  jwst-ingest report db --since 2024-02-01 --instrument NIRCAM --program 1018,1120

With --since the page compares the period with the one of the same length before it, and the features of its products with
those of all products before. What waits is of a period if its first day is.
The page is one file, which any browser opens from the disk: it loads nothing from the network. The database is not
changed, and a run may be going on. With --json and without --html there is no page. A file that is no page is not replaced,
nor is one of a database.
Exit codes: 0 done, 1 there is no database, or it cannot be read, or the page cannot be written, 2 usage error.
An input file with the name report is given as ./report.
`

/** Adds `report` to the program. */
export function addReportCommand(program: Command, terminal: Terminal): void {
  program
    .command('report')
    .summary('show a database as a page with charts')
    .description('Makes a page of what a database holds: products over time, their sizes, what waits and why, codes.')
    .argument(...DATABASE)
    .addOption(outOption())
    .addOption(dbOption())
    .option('--since <day>', 'only what is dated so or later, YYYY-MM-DD; compared with what is before')
    .option('--until <day>', 'only what is dated so or earlier, YYYY-MM-DD')
    .option('--program <numbers>', 'only these programs, as 1018 or 1018,1120; may be repeated', collectPrograms)
    .option(
      '--instrument <names>',
      'only these instruments, as NIRCAM or MIRI,FGS; may be repeated',
      collectInstruments,
    )
    .option('--html <file>', `where the page is written, - for standard output (default: ${DEFAULT_FILE})`, parsePath)
    .option('--no-clobber', 'refuse a page that is there, which is replaced otherwise')
    .option('--json', 'print what the page shows as one JSON object on standard output')
    .option('-q, --quiet', 'print nothing but errors')
    .addHelpText('after', EXAMPLES)
    .action((db: string | undefined, _flags: Flags, command: Command) => runReport(db, command, terminal))
}

/** The items of a list with commas, behind those that the option was given before. */
function collect(text: string, before: readonly string[]): string[] {
  return [...before, ...text.split(',').map((item) => item.trim())]
}

function collectPrograms(text: string, before: readonly number[] = []): number[] {
  const programs = collect(text, before.map(String))
  if (!programs.every((program) => /^\d{1,5}$/.test(program)))
    throw new InvalidArgumentError('Expected numbers of programs such as 1018,1120.')
  return programs.map(Number)
}

function collectInstruments(text: string, before: readonly string[] = []): string[] {
  return collect(text.toUpperCase(), before)
}

async function runReport(db: string | undefined, command: Command, terminal: Terminal): Promise<void> {
  const flags = command.optsWithGlobals<Flags>()
  const file = flags.html ?? (flags.json ? undefined : DEFAULT_FILE)
  if (flags.json && file === '-')
    throw new IngestError('USAGE', '--json and --html - both go to standard output; give --html a file')
  const { mustBeWritable, writePage } = await import('../report/write.js')
  const { refuseExisting } = await import('../export/output.js')
  if (file !== undefined && file !== '-') {
    await mustBeWritable(file)
    if (flags.clobber === false) await refuseExisting([file])
  }
  const { reportDatabase } = await import('../report/collect.js')
  const folder = databaseOf(db, command, terminal)
  const { Scope } = await import('../report/scope.js')
  const { WaitList } = await import('../report/wait-list.js')
  const list = new WaitList()
  const { since, until, program, instrument } = flags
  const scope = new Scope({ since, until, programs: program, instruments: instrument })
  const { signal, bar } = terminal
  const progress = bar?.show
  const data = await reportDatabase(folder, { scope, signal, progress, list: file === undefined ? undefined : list })
  if (!flags.quiet) await tellMissing(folder, terminal.err)
  if (flags.json) terminal.record.result(data, nullForNothing)
  if (file === undefined) return
  const { formatPage } = await import('../report/page.js')
  new Meter(progress).begin('drawing', undefined)
  const page = await formatPage(data, command.parent?.version() ?? '', list)
  if (file === '-') {
    terminal.stdout.write(page)
    return
  }
  await writePage(file, page)
  if (!flags.quiet) terminal.err(`report      ${visibleName(file)}, ${Math.ceil(page.length / 1000)} kB\n`)
}

/** JSON knows no undefined, and would leave such members out. */
function nullForNothing(_name: string, value: unknown): unknown {
  return value === undefined ? null : value
}
