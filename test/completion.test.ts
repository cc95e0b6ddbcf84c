import { mkdirSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { SHELLS, type Shell } from '../lib/cli/shells.js'
import { commandsIn } from './helpers/help.js'
import { needs } from './helpers/needs.js'
import { Workdir } from './helpers/program.js'

/** Between the suggestions for one line and those for the next one. */
const BREAK = '----'

/** What each shell suggests for lines that end at the cursor; `$1` is the script, the lines come behind it. */
const DRIVERS: Readonly<Record<Shell, string>> = {
  bash: `
    source "$1"
    for line in "\${@:2}"; do
      IFS=' ' read -r -a COMP_WORDS <<< "\${line//=/ = }"
      [[ $line == *[\\ =] ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      COMPREPLY=()
      "$(complete -p jwst-ingest | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
      printf '%s\\n' "\${COMPREPLY[@]}" ${BREAK}
    done`,
  // A shell of its own at a terminal, in which a key puts all suggestions into the line, another one prints it, and a third
  // one takes it away.
  zsh: `
    zmodload zsh/zpty
    zpty -b shell zsh -f -i
    setup='PROMPT=; autoload -Uz compinit; compinit -u -D; source '$1'
      every() { _main_complete; compstate[insert]=all; compstate[list]=; }; zle -C every complete-word every
      show() { print -r -- "BE""GIN\${BUFFER}EN""D"; }; zle -N show
      bindkey -e; bindkey "^I" every; bindkey "^X" show; bindkey "^U" kill-whole-line; print "REA""DY"'
    zpty -w shell \${setup//$'\\n'/;}
    zpty -r shell shown '*READY*'
    for line in "\${@:2}"; do
      zpty -w -n shell "$line"$'\\t\\C-x'
      zpty -r shell shown '*BEGIN*END*'
      shown=\${\${shown##*BEGIN}%%END*}
      print -l -- \${(z)\${shown#\${line% *} }} ${BREAK}
      zpty -w -n shell $'\\C-u'
    done`,
  fish: `source $argv[1]; for line in $argv[2..]; complete -C $line; echo ${BREAK}; end`,
}

/** The suggestions for each line, sorted, folders without a slash. */
async function suggestions(dir: Workdir, shell: Shell, lines: readonly string[]): Promise<string[][]> {
  const args =
    shell === 'fish' ? ['-c', DRIVERS.fish, '--'] : [...(shell === 'zsh' ? ['-f'] : []), '-c', DRIVERS[shell], '-']
  const running = dir.startCommand(shell, [...args, dir.path(`completion.${shell}`), ...lines], { TERM: 'dumb' })
  running.child.stdin?.end()
  const { stdout } = await running.result
  const ofLines = stdout.split(`${BREAK}\n`)
  return lines.map((line, at) =>
    (ofLines[at] ?? '')
      .split('\n')
      .map((found) => found.replace(/\t.*/, '').replace(/\/$/, '').trim())
      .filter((found) => found !== '' && found !== line.split(' ').at(-1)?.replace(/\/$/, ''))
      .sort(),
  )
}

async function prepare(t: ExecutionContext, shell: Shell): Promise<Workdir> {
  const dir = new Workdir(t)
  const { stdout, code } = await dir.run(['completion', shell])
  t.is(code, 0)
  dir.write(`completion.${shell}`, stdout)
  dir.write('files/day.csv', '')
  mkdirSync(dir.path('files/db'))
  return dir
}

const helps = new Map<string, Promise<string>>()

/** The help of a command, or of the program. */
function helpOf(dir: Workdir, command: string): Promise<string> {
  const help =
    helps.get(command) ?? dir.run([...(command === '' ? [] : [command]), '--help']).then(({ stdout }) => stdout)
  helps.set(command, help)
  return help
}

const CASES: readonly (readonly [line: string, expected: readonly string[]])[] = [
  ['jwst-ingest ch', ['check']],
  ['jwst-ingest completion ', ['bash', 'fish', 'zsh']],
  ['jwst-ingest completion z', ['zsh']],
  ['jwst-ingest help ex', ['explain', 'export']],
  ['jwst-ingest files/', ['files/day.csv', 'files/db']],
  ['jwst-ingest check files/', ['files/db']],
  ['jwst-ingest -o files/', ['files/db']],
  ['jwst-ingest --tmp files/', ['files/db']],
  ['jwst-ingest -o files/db files/da', ['files/day.csv']],
  ['jwst-ingest -o check --pre', ['--prefix']],
  ['jwst-ingest rebuild --w', ['--wait']],
  ['jwst-ingest check --w', []],
  ['jwst-ingest --date files/', []],
  ['jwst-ingest explain --format ', ['csv', 'json', 'line', 'text']],
  ['jwst-ingest explain --instrument NIR', ['NIRCAM', 'NIRISS', 'NIRSPEC']],
  ['jwst-ingest explain --reason no-', ['no-coordinates', 'no-exposures', 'no-group', 'no-product']],
  ['jwst-ingest explain --model ', ['FGS', 'IMAGE', 'SPEC', 'TAC']],
  ['jwst-ingest --emit train-s', ['train-spec']],
  ['jwst-ingest --emit rej', []],
  ['jwst-ingest export --table rej', ['rejects']],
  ['jwst-ingest export --table rem-image --table rem-f', ['rem-fgs']],
  ['jwst-ingest export --format ', ['csv', 'jsonl', 'parquet']],
  ['jwst-ingest status --db files/', ['files/db']],
  ['jwst-ingest export -d files/', ['files/db']],
]

const OWN_CASES: Readonly<Record<Shell, typeof CASES>> = {
  // It takes --option=value for three words.
  bash: [
    ['jwst-ingest --out=files/', ['files/db']],
    ['jwst-ingest --out=db rebuild --w', ['--wait']],
  ],
  zsh: [],
  fish: [],
}

for (const shell of SHELLS) {
  const shellTest = needs(shell, `completion in ${shell}`)
  shellTest(`${shell} completes commands, options, files and folders`, async (t) => {
    const dir = await prepare(t, shell)
    const cases = [...CASES, ...OWN_CASES[shell]]
    const lines = cases.map(([line]) => line)
    const found = await suggestions(dir, shell, lines)
    for (const [at, [line, expected]] of cases.entries()) t.deepEqual(found[at], expected, line)
  })

  shellTest(`${shell} completes every option of every command that the help shows`, async (t) => {
    const dir = await prepare(t, shell)
    const help = await helpOf(dir, '')
    const commands = commandsIn(help)
    t.true(commands.includes('check') && commands.includes('completion'))
    const lineOf = (command: string) => `jwst-ingest ${command} --`.replace('  ', ' ')
    const lines = ['jwst-ingest ', ...['', ...commands].map(lineOf)]
    const [first = [], ...ofCommands] = await suggestions(dir, shell, lines)
    t.deepEqual(
      first.filter((found) => !/^(files|completion\.)/.test(found)),
      commands,
    )
    for (const [at, command] of ['', ...commands].entries()) {
      const options = [...(await helpOf(dir, command)).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
        .map(([, long = '']) => long)
        .sort()
      t.true(options.includes('--help'))
      t.deepEqual(
        ofCommands[at]?.filter((option) => option.startsWith('--') && option !== '--'),
        options,
        lineOf(command),
      )
    }
  })
}

test('a shell without a script is a usage error that names those with one', async (t) => {
  const dir = new Workdir(t)
  const unknown = await dir.run(['completion', 'tcsh'])
  t.is(unknown.code, 2)
  t.regex(unknown.stderr, /^jwst-ingest: .*'tcsh'.*bash, zsh, fish/)
  t.is((await dir.run(['completion'])).code, 2)
})
