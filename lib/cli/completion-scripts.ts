/**
 * Completion scripts for shells, made of the description of the commands. They hold all that they suggest, so no
 * program is started at the Tab key.
 */

import type { ArgumentDescription, CommandDescription, OptionDescription, Suggestion } from './describe.js'
import type { Shell } from './shells.js'

const SCRIPTS: Readonly<Record<Shell, (program: CommandDescription) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** The script of a shell. */
export function completionScript(shell: Shell, program: CommandDescription): string {
  return SCRIPTS[shell](program)
}

/** A name that shells take for a function's. */
const identifier = (name: string) => name.replaceAll('-', '_')
const flagsOf = ({ short, long }: OptionDescription) => [short, long].filter((flag) => flag !== undefined)
/** Text in single quotes of a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** What the arguments of a command can be, each kind once. */
function suggestionsOf({ arguments: all }: CommandDescription): Suggestion[] {
  return [...new Set(all.map(({ suggestion }) => suggestion))].filter((suggestion) => suggestion !== 'nothing')
}

/** Options behind which a word is their value, of all commands. */
function valuedFlags(program: CommandDescription): string[] {
  const options = [program, ...program.commands].flatMap((command) => command.options)
  return [...new Set(options.filter(({ value }) => value !== undefined).flatMap(flagsOf))]
}

function bashScript(program: CommandDescription): string {
  const name = identifier(program.name)
  const all = [program, ...program.commands]
  const pathOf = (command: CommandDescription) => (command === program ? '' : command.name)
  const values = all.flatMap((command) =>
    command.options.flatMap((option) =>
      option.value === undefined
        ? []
        : [
            bashCase(
              flagsOf(option).map((flag) => `${pathOf(command)}:${flag}`),
              bashSuggest(option.suggestion),
            ),
          ],
    ),
  )
  const words = all.map((command) => {
    const commands = command.commands.map((below) => below.name)
    const suggestions = [...(commands.length > 0 ? [commands] : []), ...suggestionsOf(command)]
    return `    ${quoted(pathOf(command))})
      options=${quoted(command.options.flatMap(flagsOf).join(' '))}
      [[ $current == -* ]] && ${bashWords('$options')} && return
${suggestions.map((suggestion) => `      ${bashSuggest(suggestion)}\n`).join('')}      ;;`
  })
  return `# ${program.name} completion for bash; made by \`${program.name} completion bash\`
_${name}_add() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done
}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= options= i
  COMPREPLY=()
  # Bash takes --option=value for three words.
  [[ $current == = ]] && current=
  [[ $before == = ]] && before=\${COMP_WORDS[COMP_CWORD - 2]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${valuedFlags(program).join(' | ')})
        [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
        ((i++)) ;;
      -*) ;;
      ${program.commands.map((command) => command.name).join(' | ')}) command=\${COMP_WORDS[i]} && break ;;
      *) break ;;
    esac
  done
  case $command:$before in
${values.join('\n')}
  esac
  case $command in
${words.join('\n')}
  esac
}
complete -o filenames -F _${name} ${program.name}
`
    .replaceAll('@add', `_${name}_add`)
    .replace(/[ \t]+$/gm, '')
}

const bashWords = (words: string) => `@add < <(compgen -W "${words}" -- "$current")`

function bashCase(patterns: readonly string[], act: string): string {
  return `    ${patterns.join(' | ')}) ${act}; return ;;`
}

function bashSuggest(suggestion: Suggestion): string {
  if (suggestion === 'files') return '@add < <(compgen -f -- "$current")'
  if (suggestion === 'folders') return '@add < <(compgen -d -- "$current")'
  return suggestion === 'nothing' ? ':' : bashWords(suggestion.join(' '))
}

function zshScript(program: CommandDescription): string {
  const name = identifier(program.name)
  const commands = program.commands.map((command) => quoted(`${command.name}:${command.summary}`))
  const cases = program.commands.map(
    (command) => `    ${command.name})
${zshArguments(command, '      ', command.arguments.map(zshArgument))} ;;`,
  )
  const first = `'1: :_${name}_first'`
  return `#compdef ${program.name}
# ${program.name} completion for zsh; made by \`${program.name} completion zsh\`
_${name}_first() {
  local -a commands=(
    ${commands.join('\n    ')}
  )
  _describe -t commands command commands
  ${suggestionsOf(program).map(zshAction).join('\n  ')}
}
_${name}() {
  local command=
  if ((CURRENT > 2)); then
    case $words[2] in
      ${program.commands.map((command) => command.name).join(' | ')})
        command=$words[2]
        shift words
        ((CURRENT--)) ;;
    esac
  fi
  case $command in
${cases.join('\n')}
    *)
${zshArguments(program, '      ', [first, ...program.arguments.map(zshArgument)])} ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _${name} "$@"
else
  compdef _${name} ${program.name}
fi
`
}

function zshArguments(command: CommandDescription, indent: string, rest: readonly string[]): string {
  const lines = [...command.options.map(zshOption), ...rest]
  return [`${indent}_arguments -s -S`, ...lines.map((line) => `${indent}  ${line}`)].join(' \\\n')
}

function zshOption(option: OptionDescription): string {
  const flags = flagsOf(option)
  const all = flags.length > 1 ? `{${flags.join(',')}}` : (flags[0] ?? '')
  // Any of its names rules out all of them, unless it may be repeated.
  const names = option.repeats ? `'*'${all}` : flags.length > 1 ? `'(${flags.join(' ')})'${all}` : all
  const description = option.description.replace(/[[\]:\\]/g, '\\$&')
  const value = option.value === undefined ? '' : `:${option.value}:${zshAction(option.suggestion)}`
  return names + quoted(`[${description}]${value}`)
}

function zshArgument({ name, variadic, suggestion }: ArgumentDescription): string {
  return quoted(`${variadic ? '*' : ''}:${name}:${zshAction(suggestion)}`)
}

function zshAction(suggestion: Suggestion): string {
  if (suggestion === 'files') return '_files'
  if (suggestion === 'folders') return '_files -/'
  return suggestion === 'nothing' ? ' ' : `(${suggestion.join(' ')})`
}

function fishScript(program: CommandDescription): string {
  const { name, commands } = program
  const within = `__${identifier(name)}_in`
  const pathOf = (command: CommandDescription) => (command === program ? '' : command.name)
  const inCommand = (command: CommandDescription) => `${within} "${pathOf(command)}"`
  const complete = (command: CommandDescription, parts: readonly string[]) =>
    ['complete', '-c', name, '-n', fishQuoted(inCommand(command)), ...parts].join(' ')
  const lines = [program, ...commands].flatMap((command) => [
    ...command.commands.map((below) => complete(command, ['-a', below.name, '-d', fishQuoted(below.summary)])),
    ...fishArguments(command).map((parts) => complete(command, parts)),
    ...command.options.map((option) => complete(command, fishOption(option))),
  ])
  return `# ${name} completion for fish; made by \`${name} completion fish\`
function ${within} -d 'Whether the line so far is of this command'
  set -l command ''
  set -l skip no
  for word in (commandline -opc)[2..-1]
    if test $skip = yes
      set skip no
      continue
    end
    switch $word
      case ${valuedFlags(program).join(' ')}
        set skip yes
      case '-*'
      case ${commands.map((command) => command.name).join(' ')}
        set command $word
        break
      case '*'
        break
    end
  end
  test "$command" = "$argv[1]"
end
complete -c ${name} -e
${lines.join('\n')}
`
}

const fishQuoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`

/** Files are suggested unless a line says otherwise. */
function fishArguments(command: CommandDescription): string[][] {
  const suggestions = suggestionsOf(command)
  return suggestions.length === 0 ? [['-f']] : suggestions.map((suggestion) => fishValue(suggestion, []))
}

function fishOption({ short, long, value, suggestion, description }: OptionDescription): string[] {
  const flags = [
    ...(short === undefined ? [] : ['-s', short.slice(1)]),
    ...(long === undefined ? [] : ['-l', long.slice(2)]),
  ]
  const rest = value === undefined ? [] : fishValue(suggestion, ['-r'])
  return [...flags, ...rest, '-d', fishQuoted(description)]
}

function fishValue(suggestion: Suggestion, required: readonly string[]): string[] {
  if (suggestion === 'files') return [...required, '-F']
  if (suggestion === 'folders')
    return [...required, '-f', '-a', fishQuoted('(__fish_complete_directories (commandline -ct))')]
  return suggestion === 'nothing' ? [...required, '-f'] : [...required, '-f', '-a', fishQuoted(suggestion.join(' '))]
}
