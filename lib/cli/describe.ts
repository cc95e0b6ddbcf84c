/**
 * The commands as plain data, read off the program that parses them: the one source of `--help`, the man page, the
 * completion scripts and the tables of the README.
 */
import type { Argument, Command, Option } from 'commander'
import { REJECTS_FILE, TABLES } from '../store/tables.js'

/** What a shell can suggest for a value. */
export type Suggestion = 'files' | 'folders' | 'nothing' | readonly string[]

/** An option of a command. */
export interface OptionDescription {
  /** As `--help` shows it: `-o, --out <folder>`. */
  readonly term: string
  /** `-o`, where it has one. */
  readonly short: string | undefined
  /** `--out`. */
  readonly long: string | undefined
  /** What its value is called; undefined for an option without one. */
  readonly value: string | undefined
  readonly suggestion: Suggestion
  /** Whether it may be given more than once, as its description says. */
  readonly repeats: boolean
  readonly description: string
}

/** An argument of a command. */
export interface ArgumentDescription {
  readonly name: string
  readonly variadic: boolean
  readonly suggestion: Suggestion
  readonly description: string
}

/** A command. */
export interface CommandDescription {
  readonly name: string
  /** As `--help` shows it: `[options] [db]`. */
  readonly usage: string
  readonly summary: string
  readonly description: string
  readonly arguments: readonly ArgumentDescription[]
  readonly options: readonly OptionDescription[]
  /** What `--help` says behind the options: examples, exit codes. */
  readonly after: string
  readonly commands: readonly CommandDescription[]
}

/** Describes a command and those below it. What is hidden in `--help` is left out. */
export function describeCommand(command: Command): CommandDescription {
  const help = command.createHelp()
  return {
    name: command.name(),
    usage: command.usage(),
    summary: command.summary() || command.description(),
    description: command.description(),
    arguments: help.visibleArguments(command).map((argument) => ({
      name: argument.name(),
      variadic: argument.variadic,
      suggestion: suggest(argument.name(), argument.argChoices),
      description: help.argumentDescription(argument),
    })),
    options: help.visibleOptions(command).map((option) => describeOption(option, help.optionDescription(option))),
    after: textAfter(command),
    commands: help.visibleCommands(command).map(describeCommand),
  }
}

function describeOption(option: Option, description: string): OptionDescription {
  const [, value] = /[<[]([^>\]]+?)(?:\.\.\.)?[>\]]$/.exec(option.flags) ?? []
  return {
    term: option.flags,
    short: option.short,
    long: option.long,
    value,
    suggestion: suggest(value ?? '', option.argChoices),
    repeats: /\bbe repeated\b/.test(description),
    description,
  }
}

const FOLDERS = new Set(['folder', 'db', 'database', 'other'])
const FILES = new Set(['file', 'path', 'inputs'])

/** Tables that people see, by the names that options take. */
const TABLE_NAMES = TABLES.filter(({ holds }) => holds !== 'hidden').map(({ file }) => file.replace(/\.csv$/, ''))
/** Values of which there are only so many. */
const WORDS = new Map<string, readonly string[]>([
  ['table', TABLE_NAMES],
  ['tables', [...TABLE_NAMES, REJECTS_FILE.replace(/\.csv$/, '')]],
])

/** Options and arguments say with the name of their value what it is. */
function suggest(name: string, choices: Argument['argChoices']): Suggestion {
  const words = choices ?? WORDS.get(name)
  if (words !== undefined) return words
  if (FOLDERS.has(name)) return 'folders'
  return FILES.has(name) ? 'files' : 'nothing'
}

function textAfter(command: Command): string {
  const output = command.configureOutput()
  let text = ''
  command.configureOutput({ ...output, writeOut: (part) => (text += part) })
  command.outputHelp()
  command.configureOutput(output)
  return text.slice(command.helpInformation().length).trim()
}
