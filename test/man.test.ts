import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { manualPage } from '../lib/cli/man.js'
import { describeProgram } from '../tools/program.js'
import { commandsIn } from './helpers/help.js'
import { needs } from './helpers/needs.js'
import { Workdir } from './helpers/program.js'

const ROOT = new URL('../..', import.meta.url)
const page = () => readFileSync(new URL('man/jwst-ingest.1', ROOT), 'utf8')

/** What a page says, without the markup: enough of troff for the few requests that the page has. */
function plain(source: string): string {
  const unescaped: Readonly<Record<string, string>> = { '-': '-', '&': '', e: '\\', '(aq': "'", '(dq': '"' }
  return source
    .replace(/\\f[BIR]/g, '')
    .replace(/\\(-|&|e|\(aq|\(dq)/g, (_, name: string) => unescaped[name] ?? '')
    .replace(/^\.(TH|SH|SS|B|I) /gm, '')
}

const spaces = (text: string) => text.replace(/\s+/g, ' ').trim()

test('the page is built, and is that of this program', (t) => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string }
  t.is(page(), manualPage(describeProgram(), version))
  t.true(page().includes(`"jwst\\-ingest ${version}"`))
})

test('everything that --help says is in the page, for every command', async (t) => {
  const dir = new Workdir(t)
  const text = spaces(plain(page()))
  const { stdout } = await dir.run(['--help'])
  const commands = commandsIn(stdout)
  t.true(commands.length > 2)
  for (const command of ['', ...commands]) {
    const { stdout: help } = await dir.run([...(command === '' ? [] : [command]), '--help'])
    for (const [, term = '', described = ''] of help.matchAll(/^ {2}(-.*?|inputs|db) {2,}(.*(?:\n {10,}.*)*)/gm)) {
      t.true(text.includes(`${term} ${spaces(described)}`), `${command}: ${term} ${described}`)
    }
    for (const [, line = ''] of help.matchAll(/^ {2}((?:.* )?jwst-ingest .*)$/gm))
      t.true(text.includes(spaces(line)), line)
    for (const [, codes = ''] of help.matchAll(/^Exit codes: (.*)$/gm)) t.true(text.includes(spaces(codes)), codes)
  }
})

test('what --json prints is told with the exit codes, not with the names of files', (t) => {
  const [, files = '', codes = ''] = /^FILES\n(.*)\nEXIT STATUS\n(.*)\nCOMMANDS\n/ms.exec(plain(page())) ?? []
  t.regex(files, /^Files are named/)
  t.notRegex(files, /--json/)
  t.regex(codes, /With --json every command prints one object/)
})

const CHECKERS: readonly (readonly [command: 'mandoc' | 'groff', args: readonly string[], allowed: RegExp])[] = [
  // The page is the same whenever it is made, so it has no date.
  ['mandoc', ['-T', 'lint', '-W', 'warning'], /missing date/],
  ['groff', ['-man', '-Tutf8', '-ww', '-z'], /^$/],
]
for (const [command, args, allowed] of CHECKERS) {
  const checkerTest = needs(command, `the manual page as ${command} sees it`)
  checkerTest(`${command} finds nothing wrong with the page`, (t) => {
    const { stdout, stderr } = spawnSync(command, [...args], { input: page(), encoding: 'utf8' })
    t.deepEqual(
      `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !allowed.test(line)),
      [],
    )
  })
}

test('what troff would take for markup is told as it is', (t) => {
  const description = `.TH is 'no' request, C:\\n is no line end - and "quotes" stay…`
  const command = {
    name: 'x-y',
    usage: '[options]',
    summary: '',
    description,
    arguments: [],
    options: [],
    after: '',
    commands: [],
  }
  const source = manualPage(command, '1.0.0')
  t.true(source.includes(`\n\\&.TH is \\(aqno\\(aq request, C:\\en is no line end \\- and "quotes" stay\\&...\n`))
})
