/**
 * The manual page, made of the description of the commands: section 1, in the man macros that every system has.
 */
import type { ArgumentDescription, CommandDescription, OptionDescription } from './describe.js'

/** The page's source. */
export function manualPage(program: CommandDescription, version: string): string {
  const { name, description } = program
  const parts = [
    `.\\" Made of the program's --help.`,
    `.TH ${quoted(name.toUpperCase())} 1 "" ${quoted(`${name} ${version}`)} "User Commands"`,
    '.SH NAME',
    `${text(name)} \\- ${text(firstClause(description))}`,
    '.SH SYNOPSIS',
    [program, ...program.commands].map((command) => synopsis(command, program)).join('\n.br\n'),
    '.SH DESCRIPTION',
    paragraph(description),
    '.SH OPTIONS',
    ...definitions(program),
    ...afterText(program.after, '.SH'),
    '.SH COMMANDS',
    ...program.commands.flatMap((command) => commandPart(command)),
  ]
  return `${parts.join('\n')}\n`
}

/** Text as troff prints it: backslashes, dashes, and lines that would be taken for a request. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('…', '\\&...')
    .replace(/^(?=\.)/gm, '\\&')
}

function quoted(argument: string): string {
  return `"${text(argument).replaceAll('"', '\\(dq')}"`
}

function paragraph(plain: string): string {
  return text(plain.replace(/\s+/g, ' ').trim())
}

/** What a program is, for the list that whatis(1) prints: no sentence. */
function firstClause(description: string): string {
  const clause = description.split(/[,.] /)[0] ?? description
  return clause.charAt(0).toLowerCase() + clause.slice(1)
}

function synopsis(command: CommandDescription, program: CommandDescription): string {
  const words = command === program ? program.name : `${program.name} ${command.name}`
  const usage = command === program ? command.usage.replace(' [command]', '') : command.usage
  return `.B ${text(words)}\n${text(usage)}`
}

function definitions({ arguments: all, options }: CommandDescription): string[] {
  return [...all.map(argumentPart), ...options.map(optionPart)]
}

function argumentPart({ name, description }: ArgumentDescription): string {
  return `.TP\n.I ${text(name)}\n${paragraph(description)}`
}

function optionPart({ term, description }: OptionDescription): string {
  const flags = term.replace(/[<[].*$/, '').trim()
  const value = term.slice(flags.length).trim()
  return `.TP\n\\fB${text(flags)}\\fR${value === '' ? '' : ` \\fI${text(value)}\\fR`}\n${paragraph(description)}`
}

function commandPart(command: CommandDescription): string[] {
  const { name, usage, description, after } = command
  return [`.SS ${quoted(`${name} ${usage}`)}`, paragraph(description), ...definitions(command), ...afterText(after)]
}

/** What follows the options in the help: paragraphs, and lists under a title, such as examples. */
function afterText(after: string, heading?: '.SH'): string[] {
  const blocks = after.split(/\n{2,}/).filter((block) => block !== '')
  return blocks.flatMap((block) => {
    const [title = '', ...lines] = block.split('\n')
    if (lines.length === 0 || !lines.every((line) => line.startsWith('  '))) return paragraphs(block, heading)
    const shown = lines.map((line) => text(line.slice(2)))
    const start = heading ? [`${heading} ${text(title.replace(/:$/, '').toUpperCase())}`] : ['.PP', text(title), '.PP']
    return [...start, '.nf', ...shown.map((line) => `    ${line}`), '.fi']
  })
}

/** A paragraph about exit codes has its own section in every manual. */
function paragraphs(block: string, heading?: '.SH'): string[] {
  const at = block.indexOf('Exit codes: ')
  if (heading === undefined || at < 0) return ['.PP', paragraph(block)]
  const before = block.slice(0, at).trim()
  return [
    ...(before === '' ? [] : [`${heading} FILES`, paragraph(before)]),
    `${heading} EXIT STATUS`,
    paragraph(block.slice(at + 'Exit codes: '.length)),
  ]
}
