/**
 * The benchmark: measures the built program beside csv-parse, csv-stringify and, where they are installed, Miller and
 * DuckDB, and writes bench/RESULTS.md.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { day, type Extent, incremental, memory, sources, speed } from './bench-cases.js'
import { commands } from './bench-commands.js'
import { RUN_FOLDER } from './bench-jobs.js'
import { profile } from './bench-profile.js'
import { currentLoad, report, type Section } from './bench-report.js'
import { associations, dialects, files, nodes } from './bench-shapes.js'

const CASES: Readonly<Record<string, (extent: Extent) => Promise<Section>>> = {
  day,
  sources,
  dialects,
  files,
  associations,
  incremental,
  commands,
  nodes,
  speed,
  memory,
  profile,
}

const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'RESULTS.md')

const FULL: Extent = { sizes: [1e4, 1e5, 1e6], reference: 1e6, memorySizes: [1e6], rounds: 5 }
const LARGE: Extent = { ...FULL, sizes: [...FULL.sizes, 4e6], memorySizes: [...FULL.memorySizes, 4e6] }
const QUICK: Extent = { sizes: [1e4, 1e5], reference: 1e5, memorySizes: [1e5], rounds: 2 }

interface Flags {
  readonly quick: boolean
  readonly only?: string
  readonly profile: boolean
}

function command(): Command {
  return new Command('bench')
    .description('Measures the program. A complete benchmark writes bench/RESULTS.md; a part of it is only printed.')
    .option('--quick', 'fewer rows and runs: to see that it works', false)
    .addOption(new Option('--only <name>', 'one part').choices(Object.keys(CASES)))
    .option('--profile', 'the same as --only profile', false)
    .addHelpText(
      'after',
      '\nBENCH_LARGE=1 in the environment adds 4,000,000 rows (speed, memory, and days that come to them).',
    )
    .exitOverride()
    .action(run)
}

async function run({ quick, only, profile }: Flags): Promise<void> {
  const name = profile ? 'profile' : only
  const work = Object.entries(CASES).flatMap(([title, part]) => (name === undefined || name === title ? part : []))
  const extent = quick ? QUICK : process.env.BENCH_LARGE === '1' ? LARGE : FULL
  const load = currentLoad()
  const sections: Section[] = []
  for (const part of work) {
    sections.push(await part(extent))
    // It takes long: what is known by now is kept.
    if (!quick && name === undefined) writeFileSync(RESULTS, report(sections, load))
  }
  rmSync(RUN_FOLDER, { recursive: true, force: true })
  console.log(report(sections, load))
}

try {
  await command().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
