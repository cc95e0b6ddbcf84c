/**
 * The command line: arguments to options, results to text. The only source of the help text.
 */

import { Command, CommanderError } from 'commander'
import { EXIT, IngestError } from '../errors.js'
import { programVersion } from '../process/version.js'
import { visible } from '../text/visible.js'
import { addAssociateCommand } from './associate.js'
import { addDatabaseCommands } from './cli-database.js'
import { parseSeconds } from './cli-options.js'
import { addCompletionCommand } from './completion.js'
import { addDiffCommand } from './diff.js'
import { addExplainCommand } from './explain.js'
import { addExportCommand } from './export.js'
import { addHelpCommand } from './help.js'
import { addIngest } from './ingest.js'
import { barFor } from './progress.js'
import { addPruneCommand } from './prune.js'
import { CommandRecord, failureOf, INTERNAL } from './record.js'
import { addReportCommand } from './report.js'
import { addStatusCommand } from './status.js'
import type { Bar, GivenTerminal, Terminal } from './terminal.js'

/** Runs the command line; returns the exit code. */
export async function runCommand(args: readonly string[], given: GivenTerminal): Promise<number> {
  let { bar } = given
  const terminal = forPeople(given, args, () => bar)
  const program = buildProgram(terminal)
  const { runApart, record, signal } = terminal
  program.hook('preSubcommand', (_, command) => record.called(command.name()))
  program.hook('preAction', (_, command) => {
    mustHaveFolder()
    refuseIgnored(program, command)
    if (!command.optsWithGlobals<{ quiet?: boolean }>().quiet) bar ??= barFor(given)
    if (runApart !== undefined && !ON_MAIN_THREAD.has(command.name())) throw new RunApart()
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    bar?.stop()
    if (!signal.aborted) record.end()
    return EXIT.done
  } catch (error) {
    if (!(error instanceof RunApart) || runApart === undefined) return report(error, terminal)
    return await runApart(args, bar).catch((failure: unknown) => report(failure, terminal))
  } finally {
    bar?.stop()
  }
}

/** A terminal that escapes what people are not to see, beside a bar; its streams are still made when they are asked for. */
function forPeople(terminal: GivenTerminal, args: readonly string[], bar: () => Bar | undefined): Terminal {
  const { record = new CommandRecord(args, { print: (text) => terminal.stdout.write(text) }) } = terminal
  return Object.create(terminal, {
    out: { value: (text: string) => terminal.out(visible(text)) },
    err: {
      value: (text: string) => {
        bar()?.clear()
        terminal.err(visible(text))
      },
    },
    bar: { get: bar },
    record: { value: record },
  })
}

/**
 * Relative paths mean nothing, and no thread can be started, where the folder that the command was called in is gone.
 *
 * @throws IngestError INPUT_UNREADABLE
 */
function mustHaveFolder(): void {
  try {
    process.cwd()
  } catch (error) {
    const message = 'the folder in which the command was called is gone; call it in one that is there'
    throw new IngestError('INPUT_UNREADABLE', message, {}, error)
  }
}

/**
 * An option before a command is one of a run; it counts where the command has it, too.
 *
 * @throws IngestError USAGE for one that the command would ignore
 */
function refuseIgnored(program: Command, command: Command): void {
  // An alias of the command may have a database in it; these ask for none.
  if (['help', 'completion'].includes(command.name())) return
  const known = new Set(command.options.map((option) => option.attributeName()))
  const isIgnored = (name: string) => program.getOptionValueSource(name) === 'cli' && !known.has(name)
  const option = program.options.find((its) => isIgnored(its.attributeName()))
  if (option === undefined) return
  const help = `jwst-ingest ${command.name()} --help shows those that it has`
  throw new IngestError('USAGE', `${command.name()} has no option ${option.long}; ${help}`)
}

/** Ends a command before it begins, as it is to run in a thread of its own. */
class RunApart extends Error {}

/**
 * Commands that run on the main thread, which takes notice of a signal between two pieces of their work. All others have
 * pieces that take seconds, as a program with very many rows is settled in one go; those that take rows in give such a
 * piece to another thread.
 */
const ON_MAIN_THREAD = new Set(['jwst-ingest', 'associate', 'completion', 'help'])

/** The exit code of an error, after telling it. */
function report(error: unknown, { err, record, signal }: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done
  const failure = failureOf(error)
  // What a signal has stopped is told where signals are taken.
  if (!signal.aborted && !isStop(error)) record.end(failure)
  if (failure.code === INTERNAL) throw error
  if (!(error instanceof CommanderError)) err(`jwst-ingest: ${failure.message}\n`)
  return failure.exitCode
}

function isStop(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

const helpAfterError = (command: string) => `(${command} --help shows all options)`

/** The commands with their options and help. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('jwst-ingest')
    .description(
      'Matches Level 1 exposures of the James Webb Space Telescope with the Level 3 products made of them, ' +
        'and adds the features of each product to a database of CSV tables for training.',
    )
    .version(programVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => write(text.replace(/^error: /, 'jwst-ingest: ')),
    })
    .showHelpAfterError(helpAfterError('jwst-ingest'))
  addIngest(program, terminal)
  addAssociateCommand(program, terminal)
  addDatabaseCommands(program, terminal, parseSeconds)
  addStatusCommand(program, terminal)
  addExplainCommand(program, terminal)
  addReportCommand(program, terminal)
  addDiffCommand(program, terminal)
  addExportCommand(program, terminal)
  addPruneCommand(program, terminal, parseSeconds)
  addCompletionCommand(program, terminal)
  addHelpCommand(program)
  for (const command of program.commands) command.showHelpAfterError(helpAfterError(`jwst-ingest ${command.name()}`))
  return program
}
