/** The command `diff`: which products came, went or changed. */
import { type Command, Option } from 'commander'
import { IngestError } from '../errors.js'
import type { ProductChange } from '../inspect/diff.js'
import type { ChangeCounts } from '../inspect/diff-text.js'
import { parsePath } from './cli-options.js'
import { Printer, taken } from './printer.js'
import type { Terminal } from './terminal.js'
import { DATABASE, databaseOf, dbOption, outOption } from './which-database.js'

interface Flags {
  readonly since?: string
  readonly db?: string
  readonly out?: string
  readonly format: 'text' | 'csv'
  readonly json?: boolean
  readonly quiet?: boolean
}

const EXAMPLES = `
Examples:
  jwst-ingest diff backup/db db
  jwst-ingest diff backup/db db --format csv > changes.csv
  jwst-ingest diff db --since 2024-02-22
  jwst-ingest diff --json backup/db db | jq -r '.changes[].product'

The first database is the earlier one. Compared are model, features (raw-*) and exposures of each matched product. With
--since, products dated on that day or later came, and earlier ones changed that have exposures of it or later.
Nothing is changed, and runs may be going on.
Exit codes: 0 no difference, 1 differences, or a database that cannot be read, 2 usage error.
An input file with the name diff is given as ./diff.
`

/** Adds `diff` to the program. */
export function addDiffCommand(program: Command, terminal: Terminal): void {
  program
    .command('diff')
    .summary('tell which products came, went or changed')
    .description(
      'Compares the products of two databases, or of one with those before a day, and tells what is different.',
    )
    .argument(...DATABASE)
    .argument('[other]', 'the later database', parsePath)
    .addOption(outOption())
    .addOption(dbOption('the earlier database'))
    .option('--since <day>', 'in place of a second database: what came on this day or later, YYYY-MM-DD')
    .addOption(new Option('--format <format>', 'the format').choices(['text', 'csv']).default('text', 'text'))
    .option('--json', 'print the changes as one JSON object')
    .option('-q, --quiet', 'print nothing but the changes and errors')
    .addHelpText('after', EXAMPLES)
    .action((first: string | undefined, second: string | undefined, flags: Flags, command: Command) =>
      runDiff(first, second, flags, command, terminal),
    )
}

async function runDiff(
  first: string | undefined,
  second: string | undefined,
  { since, format, db, out }: Flags,
  command: Command,
  terminal: Terminal,
): Promise<void> {
  // Where an option names the earlier database, an argument is the later one.
  const isNamed = (db ?? out) !== undefined && second === undefined
  const folder = databaseOf(isNamed ? undefined : first, command, terminal)
  const other = isNamed ? first : second
  const { diffDatabase } = await import('../inspect/diff.js')
  const { formatCounts } = await import('../inspect/diff-text.js')
  const { json = false, quiet = false } = command.optsWithGlobals<Flags>()
  if (json && format === 'csv')
    throw new IngestError('USAGE', '--json and --format csv both print on standard output: give one of them')
  const warn = quiet ? undefined : (message: string) => terminal.err(`jwst-ingest: ${message}\n`)
  const changes = diffDatabase(folder, { other, since, signal: terminal.signal, progress: terminal.bar?.show, warn })
  const begun = await changes.next()
  const head: Record<string, string> = { database: folder }
  if (other !== undefined) head.other = other
  if (since !== undefined) head.since = since
  const printer = await printerFor(json ? 'json' : format, head, terminal)
  const counts: ChangeCounts = { came: 0, went: 0, changed: 0 }
  for (let next = begun; !next.done; next = await changes.next()) {
    counts[next.value.change]++
    await printer.print(next.value)
  }
  if (!begun.done) throw new IngestError('DIFFERENT', formatCounts(counts))
  if (!quiet) terminal.err('no difference\n')
}

interface ChangePrinter {
  print(change: ProductChange): Promise<void>
}

async function printerFor(
  format: 'text' | 'csv' | 'json',
  head: Readonly<Record<string, string>>,
  terminal: Terminal,
): Promise<ChangePrinter> {
  const { CHANGE_HEADER, changeLines, formatChange } = await import('../inspect/diff-text.js')
  if (format === 'csv') {
    terminal.stdout.write(CHANGE_HEADER)
    return { print: (change) => taken(terminal, () => terminal.stdout.write(changeLines(change))) }
  }
  if (format === 'text') return { print: (change) => taken(terminal, () => terminal.out(formatChange(change))) }
  const printer = new Printer(terminal, true, head, 'changes')
  return { print: (change) => printer.print(change, formatChange) }
}
