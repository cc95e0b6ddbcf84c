/**
 * The command that prints the help of the program or of a command.
 */
import { Argument, type Command } from 'commander'
import { IngestError } from '../errors.js'
import { advice, commandNames } from './command-names.js'

const EXAMPLES = `
Examples:
  jwst-ingest help
  jwst-ingest help explain

Exit codes: 0 done, 2 usage error.
An input file with the name help is given as ./help.
`

/** Adds `help` to the program, which has all other commands already. */
export function addHelpCommand(program: Command): void {
  program
    .command('help')
    .summary('print the help of a command')
    .description('Prints what a command does, with its options and examples; without a name, the help of the program.')
    // The parser takes any name, so that the nearest one can be told.
    .addArgument(new Argument('[command]', 'the command').choices(commandNames(program)).argParser(String))
    .addHelpText('after', EXAMPLES)
    .action((name: string | undefined) => commandOf(name, program).outputHelp())
}

/** @throws IngestError USAGE where there is none of that name */
function commandOf(name: string | undefined, program: Command): Command {
  if (name === undefined) return program
  const command = program.commands.find((below) => below.name() === name)
  if (command !== undefined) return command
  throw new IngestError('USAGE', `there is no command ${JSON.stringify(name)}; ${advice(name, program)}`)
}
