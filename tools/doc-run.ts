/**
 * Runs the blocks of a Markdown text and writes into it what they printed.
 */
import type { Block } from './doc-blocks.js'
import { blocksOf } from './doc-blocks.js'
import type { DocFolder, Outcome } from './doc-folder.js'
import { refreshTables } from './doc-tables.js'
import { type Missing, missing, PYTHON } from './needs.js'

/** Longer lines of output are cut. */
const WIDTH = 120
const CUT = '…'

/** A text as it should be, and what was left out in finding out. */
export interface Refreshed {
  readonly text: string
  readonly left: readonly Left[]
}

/** A block that was not run, as something is missing. */
export interface Left extends Missing {
  readonly place: string
}

/**
 * The text with the output of its blocks, and its tables of commands and options, as they are now.
 *
 * @throws Error for a block that fails, with what it printed
 */
export async function refresh(text: string, name: string, folder: DocFolder): Promise<Refreshed> {
  const lines = refreshTables(text).split('\n')
  const left: Left[] = []
  let shift = 0
  for (const block of blocksOf(lines.join('\n'), name)) {
    const place = `${name}:${block.start}`
    if (block.notRun !== undefined) continue
    const lack = block.needs && missing(block.needs)
    if (lack !== undefined) {
      left.push({ place, ...lack })
      continue
    }
    const shown = await run(block, place, folder)
    lines.splice(block.start + shift, block.lines.length, ...shown)
    shift += shown.length - block.lines.length
  }
  return { text: lines.join('\n'), left }
}

/** Runs a block; gives its lines as they should be. */
async function run(block: Block, place: string, folder: DocFolder): Promise<readonly string[]> {
  const { language, lines } = block
  if (language === 'console') return runConsole(block, place, folder)
  if (language === 'js') return runModule(block, place, folder)
  const program = PROGRAMS[language]
  if (program === undefined)
    throw new Error(`${place}: nothing runs ${language}; mark the block with <!-- not run: REASON -->`)
  const [command = '', ...args] = program
  succeeded(await folder.run(command, [...args, folder.here(lines.join('\n'))]), block, place)
  return lines
}

const QUERY = `
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const connection = await (await DuckDBInstance.create()).connect()
  const reader = await connection.runAndReadAll(process.argv[1])
  if (reader.currentRowCount === 0) throw new Error('the query gives no row')`

/** A shell; only bash always takes the failure of any command of a pipe for that of the pipe. */
const SHELL = missing('bash') === undefined ? (['bash', '-o', 'pipefail'] as const) : (['sh'] as const)

/** What runs a block of a language, which is its last argument. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  sh: [...SHELL, '-eu', '-c'],
  sql: ['node', '--input-type=module', '-e', QUERY, '--'],
  python: [PYTHON, '-c'],
  r: ['Rscript', '-e'],
}

function succeeded(outcome: Outcome, { exits }: Pick<Block, 'exits'>, place: string): Outcome {
  if (outcome.code !== exits)
    throw new Error(`${place}: ended with ${outcome.code}, expected ${exits}\n${outcome.output}`)
  return outcome
}

/** A terminal: each line that begins with a dollar is a command, the others are what it printed. */
async function runConsole(block: Block, place: string, folder: DocFolder): Promise<readonly string[]> {
  const [shell, ...options] = SHELL
  const shown: string[] = []
  const commands = block.lines.flatMap((line, index) => (line.startsWith('$ ') ? [index] : []))
  if (commands[0] !== 0) throw new Error(`${place}: a console block begins with a command: $ …`)
  for (const [number, index] of commands.entries()) {
    const command = block.lines[index] ?? ''
    const before = block.lines.slice(index + 1, commands[number + 1] ?? block.lines.length)
    const outcome = await folder.run(shell, [...options, '-c', folder.here(command.slice(2))])
    succeeded(outcome, number === commands.length - 1 ? block : { exits: 0 }, place)
    shown.push(command, ...printed(outcome.output, before))
  }
  return shown
}

/** Lines of output as the documentation shows them; those that tell of other times only stay as they are. */
function printed(output: string, before: readonly string[]): string[] {
  const lines = output.split('\n').map((line) => (line.length > WIDTH ? line.slice(0, WIDTH - 1) + CUT : line))
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line, index) => (timeless(line) === timeless(before[index] ?? '') ? (before[index] ?? '') : line))
}

/** A line of output without what differs from run to run and from version to version. */
function timeless(line: string): string {
  return line
    .replace(/\d+\.\d\d s, \d+ rows?\/s/g, '# s, # rows/s')
    .replace(/\d+\.\d\d s\b/g, '# s')
    .replace(/"(seconds\w*|rowsPerSecond)":[\d.]+/g, '"$1":#')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"#"')
    .replace(/\b\d+\.\d+\.\d+\b/g, '#.#.#')
}

/** A module: a comment behind a statement that prints is what it prints; `…` stands for any number of lines. */
async function runModule(block: Block, place: string, folder: DocFolder): Promise<readonly string[]> {
  const path = folder.write(`block-${block.start}.js`, block.lines.join('\n'))
  const { output } = succeeded(await folder.run('node', [path]), block, place)
  const found = output === '' ? [] : output.replace(/\n$/, '').split('\n')
  const statements = block.lines.flatMap((line, index) => (/console\.\w+\(.*\/\/ /.test(line) ? [index] : []))
  const isOpen = (index: number) => block.lines[index]?.endsWith(`// ${CUT}`) ?? false
  if (!statements.some(isOpen) && statements.length !== found.length)
    throw new Error(`${place}: ${statements.length} lines announced, ${found.length} printed\n${output}`)
  const open = statements.findIndex(isOpen)
  const lines = [...block.lines]
  for (const [number, index] of statements.entries()) {
    if (number === open) continue
    const line = found.at(open >= 0 && number > open ? number - statements.length : number) ?? ''
    lines[index] = (lines[index] ?? '').replace(/\/\/ .*$/, `// ${line}`)
  }
  return lines
}
