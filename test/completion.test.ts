import { mkdirSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { SHELLS, type Shell } from '../lib/cli/shells.js'
import { commandsIn } from './helpers/help.js'
import { needs } from './helpers/needs.js'
import { Workdir } from './helpers/program.js'

/** What each shell suggests for a line that ends at the cursor; `$1` is the line, `$2` the script. */
const DRIVERS: Readonly<Record<Shell, string>> = {
  bash: `
    source "$2"
    IFS=' ' read -r -a COMP_WORDS <<< "\${1//=/ = }"
    [[ $1 == *[\\ =] ]] && COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    "$(complete -p jwst-ingest | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  // A shell of its own at a terminal, in which a key puts all suggestions into the line and another one prints it.
  zsh: `
    zmodload zsh/zpty
    zpty -b shell zsh -f -i
    setup='PROMPT=; autoload -Uz compinit; compinit -u -D; source '$2'
      every() { _main_complete; compstate[insert]=all; compstate[list]=; }; zle -C every complete-word every
      show() { print -r -- "BE""GIN\${BUFFER}EN""D"; }; zle -N show
      bindkey "^I" every; bindkey "^X" show; print "REA""DY"'
    zpty -w shell \${setup//$'\\n'/;}
    zpty -r shell line '*READY*'
    zpty -w -n shell "$1"$'\\t\\C-x'
    zpty -r shell line '*BEGIN*END*'
    line=\${\${line##*BEGIN}%%END*}
    print -l -- \${(z)\${line#\${1% *} }}`,
  fish: `source $argv[2]; complete -C $argv[1]`,
}

/** The suggestions, sorted, folders without a slash. */
async function suggestions(dir: Workdir, shell: Shell, line: string): Promise<string[]> {
  const args =
    shell === 'fish' ? ['-c', DRIVERS.fish, '--'] : [...(shell === 'zsh' ? ['-f'] : []), '-c', DRIVERS[shell], '-']
  const running = dir.startCommand(shell, [...args, line, dir.path(`completion.${shell}`)], { TERM: 'dumb' })
  running.child.stdin?.end()
  const { stdout } = await running.result
  return stdout
    .split('\n')
    .map((found) => found.replace(/\t.*/, '').replace(/\/$/, '').trim())
    .filter((found) => found !== '' && found !== line.split(' ').at(-1)?.replace(/\/$/, ''))
    .sort()
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
    for (const [line, expected] of [...CASES, ...OWN_CASES[shell]])
      t.deepEqual(await suggestions(dir, shell, line), expected, line)
  })

  shellTest(`${shell} completes every option of every command that the help shows`, async (t) => {
    const dir = await prepare(t, shell)
    const help = await helpOf(dir, '')
    const commands = commandsIn(help)
    t.true(commands.includes('check') && commands.includes('completion'))
    const first = await suggestions(dir, shell, 'jwst-ingest ')
    t.deepEqual(
      first.filter((found) => !/^(files|completion\.)/.test(found)),
      commands,
    )
    for (const command of ['', ...commands]) {
      const options = [...(await helpOf(dir, command)).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)]
        .map(([, long = '']) => long)
        .sort()
      t.true(options.includes('--help'))
      const line = `jwst-ingest ${command} --`.replace('  ', ' ')
      const found = await suggestions(dir, shell, line)
      t.deepEqual(
        found.filter((option) => option.startsWith('--') && option !== '--'),
        options,
        line,
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
