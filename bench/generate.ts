/**
 * Command line of the generator: writes daily files of synthetic metadata, for fixtures and benchmarks.
 */
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { EXIT } from '../lib/errors.js'
import { DEFAULTS, type GeneratorOptions, generateFiles } from './generator.js'
import { DIALECTS } from './generator-dialect.js'

/** The generator's options, and the folder for the files. */
interface CommandOptions extends GeneratorOptions {
  readonly out: string
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
  for (const { name, rows, chunks } of generateFiles(options)) {
    const path = resolve(options.out, name)
    await mkdir(dirname(path), { recursive: true })
    await pipeline(Readable.from(chunks), createWriteStream(path))
    console.log(`${name}: ${rows} rows`)
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
