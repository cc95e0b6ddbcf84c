/** The command `explain`: what became of an exposure, a group or a product, and why something waits. */
import type { Command } from 'commander'
import { IngestError } from '../errors.js'
import { isDatabase } from '../store/database.js'
import { tellMissing } from './cli-database.js'
import { canBeName, unknownNames, warner } from './explain-names.js'
import { addWaitingOptions, NARROWING, tellWaiting, type WaitingFlags } from './explain-waiting.js'
import { isGone, Printer } from './printer.js'
import { type Terminal, widthOf } from './terminal.js'
import { databaseOf, dbOption, outOption } from './which-database.js'

const EXAMPLES = `
Examples:
  jwst-ingest explain jw01018001001_02101_00001_nrca3 db
  jwst-ingest explain 'jw01018-o003*' db
  jwst-ingest explain --waiting --by reason db
  jwst-ingest explain --waiting --model TAC --reason keywords-differ db
  jwst-ingest explain --waiting --by keyword --model TAC db
  jwst-ingest explain --waiting --format line --since 2024-02-01 db | sort -k 3
  jwst-ingest explain --waiting --format csv --instrument NIRCAM --limit 100 db > oldest.csv

A name is that of an exposure or product, in any letter case, with or without _uncal.fits and such, or the name that a
group's product is expected to have; in a pattern * stands for any text and ? for any character. Every table is looked
up, and what association files name; of rows that are neither Level 1 nor Level 3 nothing is kept. The last argument is
the database if it is a folder with tables and --db names none: with --db all arguments are names.
Nothing is changed, and a run may be going on.
Exit codes: 0 done, 1 nothing has a name that was given, or there is no database, 2 usage error.
An input file with the name explain is given as ./explain.
`

interface Flags extends WaitingFlags {
  readonly db?: string
  readonly waiting?: boolean
}

/** Adds `explain` to the program. */
export function addExplainCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('explain')
    .summary('tell why an exposure or product is matched or waits')
    .description(
      'Tells to which association and group an exposure or product belongs, what it was compared with, how it ended ' +
        'and, for what waits, why and what helps.',
    )
    .argument('[names...]', 'names or patterns, then the database')
    .addOption(outOption())
    .addOption(dbOption())
    .option('--waiting', 'tell all that waits, in short, the oldest first; names narrow it')
  addWaitingOptions(command)
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((args: string[], _flags: Flags, its: Command) => runExplain(args, its, terminal))
}

async function runExplain(args: readonly string[], command: Command, terminal: Terminal): Promise<void> {
  const flags = command.optsWithGlobals<Flags>()
  const { names, db } = await sortOut(args, flags)
  const folder = databaseOf(db, command, terminal)
  await tellMissing(folder, terminal.err)
  if (flags.waiting) return tellWaiting(folder, names, flags, terminal)
  for (const flag of NARROWING) {
    if (flags[flag] !== undefined) throw new IngestError('USAGE', `--${flag} is about what waits: give --waiting too`)
  }
  if (names.length === 0) {
    throw new IngestError(
      'USAGE',
      'expected the name of an exposure or product, a pattern such as jw01018*, or --waiting',
    )
  }
  return tellNamed(folder, names, flags, terminal)
}

/** Tells the names from the database: their last one is the database where it is one, or can be no name. */
async function sortOut(
  args: readonly string[],
  { db, waiting }: Flags,
): Promise<{ readonly names: readonly string[]; readonly db?: string }> {
  const last = args.at(-1)
  if (db !== undefined || last === undefined) return { names: args }
  // A folder that was meant and is not there is told as such, not as an unknown name.
  const isMeant = !canBeName(last) && (waiting === true || args.length > 1)
  return isMeant || (await isDatabase(last)) ? { names: args.slice(0, -1), db: last } : { names: args }
}

async function tellNamed(folder: string, names: readonly string[], { json }: Flags, terminal: Terminal): Promise<void> {
  const { DatabaseReader, explain, formatExplanation, nearestNames, nearestPattern } = await import(
    '../inspect/index.js'
  )
  const options = {
    signal: terminal.signal,
    progress: terminal.bar?.show,
    warn: warner(terminal),
    expectedNames: true,
  }
  const reader = await DatabaseReader.open(folder, options)
  const unknown: string[] = []
  const near = new Set<string>()
  try {
    const list = new Printer(terminal, json === true, { database: folder }, 'explanations')
    const width = widthOf(terminal)
    for await (const its of explain(reader, names, unknown)) {
      await list.print(its, (explanation) => formatExplanation(explanation, width))
      if (isGone(terminal)) return
    }
    for (const name of unknown.filter((its) => !/[*?]/.test(its))) {
      for (const nearest of await nearestNames(reader, name)) near.add(nearest)
    }
  } finally {
    await reader.close()
  }
  if (unknown.length === 0) return
  const pattern = nearestPattern(reader.programs, unknown[0] ?? '')
  const hints = { pattern, near: [...near], why: DROPPED_HINT }
  throw unknownNames(unknown, 'nothing in the database is called', terminal, hints)
}

/** Why a dataset may be unknown that came; its whole name is given. */
const DROPPED_HINT = 'of rows that are neither Level 1 nor Level 3 nothing is kept'
