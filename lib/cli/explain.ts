/** The command `explain`: what became of an exposure, a group or a product, and why something waits. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { IngestError } from '../errors.js'
import type { CountedBy } from '../inspect/counts.js'
import { programOf } from '../rules/dataset.js'
import { MODELS, type Model } from '../rules/models.js'
import { isDatabase } from '../store/database.js'
import { databaseOf, tellMissing } from './cli-database.js'
import { parsePath } from './cli-options.js'
import { Printer, printResult } from './printer.js'
import type { Terminal } from './terminal.js'

const EXAMPLES = `
Examples:
  jwst-ingest explain jw01018001001_02101_00001_nrca3 db
  jwst-ingest explain 'jw01018-o003*' db
  jwst-ingest explain --waiting --by reason db
  jwst-ingest explain --waiting --model TAC --reason keywords-differ db
  jwst-ingest explain --waiting --by keyword --model TAC db
  jwst-ingest explain --waiting --json db > waits.json

A name is that of an exposure or product, in any letter case, with or without _uncal.fits and such, or the name that a
group's product is expected to have; in a pattern * stands for any text and ? for any character. Every table is looked
up, and what association files name; of rows that are neither Level 1 nor Level 3 nothing is kept. The last argument is
the database if it is a folder with tables; else it is that of --db, $JWST_INGEST_DB or ./jwst-db.
Nothing is changed, and a run may be going on.
Exit codes: 0 done, 1 nothing has a name that was given, or there is no database, 2 usage error.
An input file with the name explain is given as ./explain.
`

interface Flags {
  readonly db?: string
  readonly waiting?: boolean
  readonly by?: CountedBy
  readonly model?: Model
  readonly reason?: string
  readonly json?: boolean
}

/** Adds `explain` to the program. */
export function addExplainCommand(program: Command, terminal: Terminal): void {
  program
    .command('explain')
    .summary('tell why an exposure or product is matched or waits')
    .description(
      'Tells to which association and group an exposure or product belongs, what it was compared with, how it ended ' +
        'and, for what waits, why.',
    )
    .argument('[names...]', 'names or patterns, then the database')
    .option('-d, --db <folder>', 'the database; all arguments are names then', parsePath)
    .option('--waiting', 'tell all that waits, in short; names narrow it')
    .addOption(new Option('--by <what>', 'count what waits').choices(['reason', 'keyword', 'program']))
    .option('--model <model>', 'only what waits for this model', parseModel)
    .option('--reason <reason>', 'only what waits for this reason, by its code')
    .option('--json', 'print one JSON object')
    .addHelpText('after', EXAMPLES)
    .action((args: string[], _flags: Flags, command: Command) => runExplain(args, command, terminal))
}

function parseModel(text: string): Model {
  const model = MODELS.find((its) => its === text.toUpperCase())
  if (model === undefined) throw new InvalidArgumentError(`Expected one of ${MODELS.join(', ')}.`)
  return model
}

async function runExplain(args: readonly string[], command: Command, terminal: Terminal): Promise<void> {
  const flags = command.optsWithGlobals<Flags>()
  const { names, folder } = await sortOut(args, flags, databaseOf(flags.db, command, terminal))
  await tellMissing(folder, terminal.err)
  if (flags.waiting) return tellWaiting(folder, names, flags, terminal)
  for (const flag of ['by', 'model', 'reason'] as const) {
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
  folder: string,
): Promise<{ readonly names: readonly string[]; readonly folder: string }> {
  const last = args.at(-1)
  if (db || last === undefined) return { names: args, folder }
  // A folder that was meant and is not there is told as such, not as an unknown name.
  const isMeant = !canBeName(last) && (waiting === true || args.length > 1)
  return isMeant || (await isDatabase(last)) ? { names: args.slice(0, -1), folder: last } : { names: args, folder }
}

function canBeName(text: string): boolean {
  return programOf(text) !== undefined || /[*?]/.test(text)
}

async function tellNamed(folder: string, names: readonly string[], { json }: Flags, terminal: Terminal): Promise<void> {
  const { DatabaseReader, explain, formatExplanation } = await import('../inspect/index.js')
  const options = { signal: terminal.signal, warn: warner(terminal), expectedNames: true }
  const reader = await DatabaseReader.open(folder, options)
  const unknown: string[] = []
  try {
    const list = new Printer(terminal, json === true, { database: folder }, 'explanations')
    for await (const its of explain(reader, names, unknown)) list.print(its, formatExplanation)
    list.end()
  } finally {
    await reader.close()
  }
  if (unknown.length > 0) throw unknownNames(unknown, 'nothing in the database is called', DROPPED_HINT)
}

async function tellWaiting(folder: string, names: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  const { formatWait, REASON_CODES, waitsOf, WaitCounter, wanted } = await import('../inspect/index.js')
  const { by, json, model, reason } = flags
  if (reason !== undefined && !REASON_CODES.some((code) => code === reason)) {
    throw new IngestError(
      'USAGE',
      `there is no reason ${JSON.stringify(reason)}: expected one of ${REASON_CODES.join(', ')}`,
    )
  }
  const asked = names.map(wanted)
  const seen = new Set<string>()
  const isAsked = (name: string) => {
    const matching = asked.filter(({ matches }) => matches(name))
    for (const { given } of matching) seen.add(given)
    return asked.length === 0 || matching.length > 0
  }
  const list = by === undefined ? new Printer(terminal, json === true, { database: folder }, 'waits') : undefined
  const counter = new WaitCounter(by ?? 'reason')
  for await (const wait of waitsOf(folder, { signal: terminal.signal, warn: warner(terminal) })) {
    if (!isAsked(wait.name) || (model ?? wait.model) !== wait.model || (reason ?? wait.reason) !== wait.reason) continue
    list?.print(wait, formatWait)
    counter.add(wait)
  }
  list?.end()
  if (by !== undefined)
    printResult(terminal, json, { database: folder, by, counts: counter.counts }, () => counter.format())
  const unknown = names.filter((name) => !seen.has(name))
  if (unknown.length > 0) throw unknownNames(unknown, 'nothing that waits is called')
}

const warner =
  ({ err }: Terminal) =>
  (message: string) =>
    err(`jwst-ingest: ${message}\n`)

/** Why a dataset may be unknown that came; its whole name is given. */
const DROPPED_HINT = 'of rows that are neither Level 1 nor Level 3 nothing is kept'

function unknownNames(names: readonly string[], what: string, why?: string): IngestError {
  const pid = programOf(names[0] ?? '')
  const pattern = pid === undefined ? 'jw01018*' : `jw${String(pid).padStart(5, '0')}*`
  const listed = names.map((name) => JSON.stringify(name)).join(', ')
  const hint = `a pattern such as '${pattern}' shows what there is`
  const isDataset = names.some((name) => canBeName(name) && /^[^*?]*_[^*?]*$/.test(name))
  const hints = why !== undefined && isDataset ? `${hint}; ${why}` : hint
  return new IngestError('NAME_UNKNOWN', `${what} ${listed}; ${hints}`)
}
