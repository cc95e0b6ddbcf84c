/** What people see on a terminal keeps to its width, and says what it says elsewhere. */
import { join } from 'node:path'
import test from 'ava'
import { labelled } from '../lib/inspect/text.js'
import { FIXTURES } from './helpers/damage.js'
import { needs } from './helpers/needs.js'
import { PROGRAM, type Result, Workdir } from './helpers/program.js'

const COMMANDS: readonly (readonly string[])[] = [
  ['status', 'days'],
  ['status', 'files'],
  ['explain', 'jw*', 'days'],
  ['explain', 'jw10005-*', 'files'],
  ['explain', 'JW10005001001_02001_00002_nrca2_uncal.fits', 'jw10005-o999_t001_nircam_f210m-maskrnd', 'files'],
  ['explain', '--waiting', 'days'],
  ['explain', '--waiting', 'alone'],
  ['explain', '--waiting', '--format', 'line', 'days'],
  ['explain', '--waiting', '--by', 'reason', 'days'],
  ['explain', '--waiting', '--by', 'keyword', 'days'],
  ['explain', '--waiting', '--by', 'keyword', 'alone'],
  ['explain', '--waiting', '--by', 'program', 'alone'],
]

/** `days`: three days; `files` and `alone`: coronagraphy with and without its association files. */
async function makeScene(work: Workdir): Promise<void> {
  const pool = join(FIXTURES, 'pools', 'coron_nircam')
  await work.run(['-q', '-o', 'days', join(FIXTURES, 'days')])
  await work.run(['-q', '-o', 'alone', join(pool, 'raw')])
  await work.run(['-q', '-o', 'files', '--asn', join(pool, 'asn'), join(pool, 'raw')])
}

/** Runs the program on a terminal of so many columns. */
function onTerminal(work: Workdir, columns: number, args: readonly string[]): Promise<Result> {
  const words = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ')
  return work.startCommand('script', ['-qec', `stty cols ${columns} -echo; exec ${words}`, '/dev/null']).result
}

const terminalTest = needs('script of util-linux', 'the width of a terminal')

for (const columns of [60, 80]) {
  terminalTest(`on ${columns} columns no line is longer, and nothing is left out`, async (t) => {
    const work = new Workdir(t)
    await makeScene(work)
    for (const args of COMMANDS) {
      const name = args.join(' ')
      const shown = await onTerminal(work, columns, args)
      const piped = await work.run(args)
      const lines = shown.stdout.split(/\r?\n/)
      t.true(lines.length > 2, name)
      t.deepEqual(
        lines.filter((line) => line.length > columns),
        [],
        name,
      )
      // Both streams of the program are on the terminal.
      t.is(squeezed(shown.stdout), squeezed(piped.stdout + piped.stderr), name)
      if (name.includes('*')) t.true(piped.stdout.split('\n').some((line) => line.length > 80))
    }
  })
}

const squeezed = (text: string) => text.replace(/\s+/g, '')

for (const { rule, label = '  is  ', text, width, lines } of [
  { rule: 'what fits stays', text: 'a b c', width: 11, lines: ['  is  a b c'] },
  { rule: 'words go on below the text', text: 'aaa bbb ccc', width: 13, lines: ['  is  aaa bbb', '      ccc'] },
  {
    rule: 'a label has a line of its own where a word has no room',
    text: 'aaa bbbbbbbb',
    width: 12,
    lines: ['  is', '    aaa', '    bbbbbbbb'],
  },
  {
    rule: 'without a label, no line of its own',
    label: '      ',
    text: 'aaa bbbbbbbb',
    width: 12,
    lines: ['    aaa', '    bbbbbbbb'],
  },
  {
    rule: 'what is longer than any line is cut',
    label: '',
    text: 'a bbbbbbbbbbbbc',
    width: 12,
    lines: ['a', 'bbbbbbbbbbbb', 'c'],
  },
  {
    rule: 'what is not shown but escaped counts as it is seen',
    label: '',
    text: 'aaa \u202e',
    width: 9,
    lines: ['aaa', '\\u202e'],
  },
  {
    rule: 'elsewhere names are never cut',
    text: 'n'.repeat(120),
    width: undefined,
    lines: [`  is  ${'n'.repeat(120)}`],
  },
]) {
  test(rule, (t) => t.deepEqual(labelled(label, text, width).split('\n'), lines))
}
