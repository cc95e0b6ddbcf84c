/**
 * Command line of the generator: writes daily files of synthetic metadata, for fixtures and benchmarks.
 */
import { closeSync, createWriteStream, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXIT } from '../lib/errors.js'
import { DEFAULTS, type GeneratorOptions, generateFiles } from './generator.js'
import { type Association, associationFile, TRUTH_HEADER, truthLines } from './generator-associations.js'
import { DIALECTS } from './generator-dialect.js'

/** The generator's options, and where files go. */
interface CommandOptions extends GeneratorOptions {
  readonly out: string
  readonly asn?: string
  readonly truth?: string
}

/** A parser of integers from `low` to `high`. */
function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= low && value <= high) return value
    throw new InvalidArgumentError(`Expected an integer from ${low} to ${high}.`)
  }
}

function share(text: string): number {
  const value = Number(text)
  if (/^[\d.]+$/.test(text) && value >= 0 && value <= 1) return value
  throw new InvalidArgumentError('Expected a number from 0 to 1.')
}

function date(text: string): string {
  const time = Date.parse(`${text}T00:00:00Z`)
  const valid = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(time || 0).toISOString().startsWith(text)
  if (valid) return text
  throw new InvalidArgumentError('Expected a date, YYYY-MM-DD.')
}

function command(): Command {
  return new Command('generate')
    .description('Writes daily files of synthetic JWST calibration metadata. The same options give the same bytes.')
    .option('--days <n>', 'number of days, a file each', integer(1, 3660), DEFAULTS.days)
    .option('--rows <n>', 'rows of each day', integer(1, 20_000_000), DEFAULTS.rows)
    .option('--seed <n>', 'seed of the random numbers', integer(0, 2 ** 32 - 1), DEFAULTS.seed)
    .option('--start <date>', 'first day, YYYY-MM-DD', date, DEFAULTS.start)
    .option('--out <folder>', 'folder for the files, made if there is none', 'bench/data')
    .option('--one-file <name>', 'all days in one file of this name; days then decide the order only')
    .option('--shuffle', 'rows in random order over each file, instead of by name', DEFAULTS.shuffle)
    .option('--match <share>', 'share of groups whose product is there, 0 to 1', share, DEFAULTS.match)
    .option(
      '--late <share>',
      'share of matched groups of which a part comes on a later day, 0 to 1',
      share,
      DEFAULTS.late,
    )
    .option(
      '--redeliver <share>',
      'share of programs that come again as a whole a year later',
      share,
      DEFAULTS.redeliver,
    )
    .option('--asn <folder>', 'also the association files of the rows, into this folder')
    .option('--truth <file>', 'also which exposures make each product, as fixtures/pools/score.mjs reads it')
    .addOption(
      new Option('--dialect <name>', 'how the rows are written, which are the same in all')
        .choices(DIALECTS)
        .default(DEFAULTS.dialect),
    )
    .exitOverride()
    .action(write)
}

/** Writes the files and prints their names. */
async function write(options: CommandOptions): Promise<void> {
  const associations = new AssociationWriter(options)
  for (const { name, rows, chunks } of generateFiles(options, (association) => associations.add(association))) {
    const path = resolve(options.out, name)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(Readable.from(chunks), createWriteStream(path))
    console.log(`${name}: ${rows} rows`)
  }
  associations.close()
}

/** Writes association files, a folder for each program, and the truth. */
class AssociationWriter {
  readonly #folder: string | undefined
  readonly #truth: number | undefined
  #count = 0
  #members = 0

  constructor({ asn, truth }: CommandOptions) {
    this.#folder = asn
    if (truth === undefined) return
    mkdirSync(dirname(resolve(truth)), { recursive: true })
    this.#truth = openSync(truth, 'w')
    writeSync(this.#truth, `${TRUTH_HEADER}\n`)
  }

  add(association: Association): void {
    this.#count += 1
    this.#members += association.members.length
    const lines = truthLines(association).map((line) => `${line}\n`)
    if (this.#truth !== undefined) writeSync(this.#truth, lines.join(''))
    if (this.#folder === undefined) return
    const { name, text } = associationFile(association, this.#count)
    const folder = resolve(this.#folder, association.program)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
  }

  close(): void {
    if (this.#truth !== undefined) closeSync(this.#truth)
    if (this.#folder !== undefined) console.log(`${this.#count} association files: ${this.#members} members`)
  }
}

try {
  await command().parseAsync()
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
  } else {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = EXIT.failed
  }
}
