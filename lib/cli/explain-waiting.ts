/** `explain --waiting`: all that waits, narrowed, as a list in several forms or counted. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { IngestError } from '../errors.js'
import { COUNTED_BY, type CountedBy } from '../inspect/counts.js'
import { REASON_CODES, type Reason } from '../inspect/reasons.js'
import type { WaitFilter } from '../inspect/sorted-waits.js'
import type { Wait } from '../inspect/waits.js'
import { parseDay } from '../rules/day.js'
import { INSTRUMENTS, type Instrument } from '../rules/instrument.js'
import { MODELS, type Model } from '../rules/keywords.js'
import { parseCount } from './cli-options.js'
import { unknownNames, warner } from './explain-names.js'
import { isGone, Printer, printResult, taken } from './printer.js'
import { type Terminal, widthOf } from './terminal.js'

const FORMATS = ['text', 'line', 'csv', 'json'] as const
type Format = (typeof FORMATS)[number]

/** What `--waiting` may be given. */
export interface WaitingFlags {
  readonly by?: CountedBy
  readonly format?: Format
  readonly model?: Model
  readonly instrument?: Instrument
  readonly program?: number
  readonly reason?: Reason
  readonly since?: string
  readonly limit?: number
  readonly json?: boolean
}

/** The options that say nothing without `--waiting`. */
export const NARROWING = ['by', 'format', 'model', 'instrument', 'program', 'reason', 'since', 'limit'] as const

/** Adds the options of `--waiting` to the command. */
export function addWaitingOptions(command: Command): Command {
  return command
    .addOption(new Option('--by <what>', 'count what waits').choices(COUNTED_BY))
    .addOption(new Option('--format <format>', 'how what waits is listed').choices(FORMATS))
    .addOption(choice('--model <model>', 'only what waits for this model', MODELS))
    .addOption(choice('--instrument <name>', 'only what waits of this instrument', INSTRUMENTS))
    .option('--program <number>', 'only what waits in this program', parseProgram)
    .addOption(choice('--reason <reason>', 'only what waits for this reason', REASON_CODES))
    .option('--since <day>', 'only what waits since this day or a later one, YYYY-MM-DD', parseSince)
    .option('--limit <count>', 'only so many, the oldest ones', parseCount)
}

/** An option with one of some values, in whatever letter case. */
function choice<T extends string>(flags: string, description: string, values: readonly T[]): Option {
  return new Option(flags, description).choices(values).argParser((text) => {
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase())
    if (found === undefined) throw new InvalidArgumentError(`Expected one of ${values.join(', ')}.`)
    return found
  })
}

function parseProgram(text: string): number {
  const [, digits] = /^(?:jw)?(\d{1,5})$/i.exec(text) ?? []
  if (digits === undefined) throw new InvalidArgumentError('Expected the number of a program, as 1018 or jw01018.')
  return Number(digits)
}

function parseSince(text: string): string {
  return parseDay(text, '--since').date
}

/** Lists or counts what waits. */
export async function tellWaiting(
  folder: string,
  names: readonly string[],
  flags: WaitingFlags,
  terminal: Terminal,
): Promise<void> {
  const format = formatOf(flags)
  const { DatabaseReader, nearestPattern, wanted } = await import('../inspect/index.js')
  const asked = names.map(wanted)
  const seen = new Set<string>()
  const isNamed = (name: string) => {
    const matching = asked.filter(({ matches }) => matches(name))
    for (const { given } of matching) seen.add(given)
    return asked.length === 0 || matching.length > 0
  }
  const reader = await DatabaseReader.open(folder, {
    signal: terminal.signal,
    progress: terminal.bar?.show,
    warn: warner(terminal),
  })
  try {
    const { by, limit } = flags
    if (by === undefined) await list(reader, { ...flags, isNamed }, limit, format, terminal)
    else await count(reader, { ...flags, isNamed }, by, format, terminal)
  } finally {
    await reader.close()
  }
  const unknown = names.filter((name) => !seen.has(name))
  if (unknown.length === 0 || isGone(terminal)) return
  const pattern = nearestPattern(reader.waitingPrograms, unknown[0] ?? '')
  throw unknownNames(unknown, 'nothing that waits is called', terminal, { pattern })
}

/** @throws IngestError USAGE where options contradict each other */
function formatOf({ by, format, json, limit }: WaitingFlags): Format {
  if (json && format !== undefined && format !== 'json') {
    throw new IngestError('USAGE', `--json and --format ${format} contradict each other: give one of them`)
  }
  const chosen = json ? 'json' : (format ?? 'text')
  if (by !== undefined && limit !== undefined) throw new IngestError('USAGE', '--by counts all: leave out --limit')
  if (by !== undefined && chosen !== 'text' && chosen !== 'json') {
    throw new IngestError('USAGE', `--by makes a table: give --format text or json, not ${chosen}`)
  }
  return chosen
}

type Reader = Awaited<ReturnType<typeof import('../inspect/index.js').DatabaseReader.open>>

async function list(
  reader: Reader,
  filter: WaitFilter,
  limit: number | undefined,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const { formatWait, sortedWaits, WAIT_HEADER, waitLine, waitRow } = await import('../inspect/index.js')
  const width = widthOf(terminal)
  const printer = new Printer(terminal, format === 'json', { database: reader.folder }, 'waits')
  const print: Readonly<Record<Format, (wait: Wait) => Promise<void>>> = {
    text: (wait) => printer.print(wait, (its) => formatWait(its, width)),
    json: (wait) => printer.print(wait, String),
    line: (wait) => taken(terminal, () => terminal.out(waitLine(wait, width))),
    csv: (wait) => taken(terminal, () => terminal.stdout.write(waitRow(wait))),
  }
  if (format === 'csv') terminal.stdout.write(WAIT_HEADER)
  for await (const wait of sortedWaits(reader, filter, limit)) {
    await print[format](wait)
    if (isGone(terminal)) return
  }
}

async function count(
  reader: Reader,
  filter: WaitFilter,
  by: CountedBy,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  const { isAsked, WaitCounter, waitsFrom } = await import('../inspect/index.js')
  const counter = new WaitCounter(by)
  for await (const wait of waitsFrom(reader, filter.program)) if (isAsked(wait, filter)) counter.add(wait)
  const { counts, needFiles } = counter
  const result = { database: reader.folder, by, counts, ...(by === 'keyword' ? { needFiles } : {}) }
  printResult(terminal, format === 'json', result, () => counter.format(reader.folder, widthOf(terminal)))
}
