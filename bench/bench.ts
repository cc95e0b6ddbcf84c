/**
 * The benchmark: measures the built program beside csv-parse, csv-stringify and, where they are installed, Miller and
 * DuckDB, and writes bench/RESULTS.md.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { type Extent, FULL, QUICK } from './bench-bars.js'
import { compared, day, sources } from './bench-cases.js'
import { commands } from './bench-commands.js'
import { endless } from './bench-endless.js'
import { history } from './bench-history.js'
import { incremental } from './bench-incremental.js'
import { RUN_FOLDER } from './bench-jobs.js'
import { memory } from './bench-memory.js'
import { page } from './bench-page.js'
import { profile } from './bench-profile.js'
import { currentLoad, report, type Section } from './bench-report.js'
import { associations, dialects, files, nodes } from './bench-shapes.js'

const CASES: Readonly<Record<string, (extent: Extent) => Promise<Section>>> = {
  dialects,
  memory,
  files,
  nodes,
  commands,
  incremental,
  history,
  endless,
  day,
  sources,
  associations,
  page,
  compared,
  profile,
}

const RESULTS = join(import.meta.dirname, '..', '..', 'bench', 'RESULTS.md')

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
      '\nThe whole takes three quarters of an hour on two processors, and 20 GB in bench/data. BENCH_LARGE=1 adds a database of 12,000,000 rows.',
    )
    .exitOverride()
    .action(run)
}

async function run({ quick, only, profile }: Flags): Promise<void> {
  const name = profile ? 'profile' : only
  const work = Object.entries(CASES).filter(([title]) => name === undefined || name === title)
  const extent = quick ? QUICK : FULL
  const load = currentLoad()
  const start = performance.now()
  const sections: Section[] = []
  const page = () => {
    const left = work.slice(sections.length).map(([title]) => title)
    return report(sections, load, (performance.now() - start) / 60_000, left)
  }
  for (const [, part] of work) {
    sections.push(await part(extent))
    // It takes long: what is known by now is kept.
    if (!quick && name === undefined) writeFileSync(RESULTS, page())
  }
  rmSync(RUN_FOLDER, { recursive: true, force: true })
  console.log(page())
}

try {
  await command().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
