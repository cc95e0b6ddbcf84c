/**
 * The tables of commands and options in Markdown texts, made of what `--help` is made of.
 *
 *     <!-- commands -->                   <!-- options -->, <!-- options of check -->
 *     | command | what it does |          | option | what it means |
 *     <!-- end -->                        <!-- end -->
 */
import type { CommandDescription } from '../lib/cli/describe.js'
import { describeProgram, readVersion } from './program.js'

/** The text with its tables, and the version in the package's file name, as they are now. */
export function refreshTables(text: string): string {
  const tarball = text.replace(/(?<=jwst-ingest-)\d+\.\d+\.\d+(?=\.tgz)/g, readVersion())
  return tarball.replace(
    /^<!-- (commands|options(?: of ([a-z-]+))?) -->\n[\s\S]*?^<!-- end -->$/gm,
    (_, marker: string, name: string | undefined) => `<!-- ${marker} -->\n\n${tableOf(marker, name)}\n\n<!-- end -->`,
  )
}

function tableOf(marker: string, name: string | undefined): string {
  const program = describeProgram()
  if (marker === 'commands') return table('command', program.commands.map(commandLine))
  const command = name === undefined ? program : program.commands.find((below) => below.name === name)
  if (command === undefined) throw new Error(`<!-- ${marker} -->: no such command`)
  return table(
    'option',
    command.options.map(({ term, description }) => [`\`${term}\``, markdown(description)]),
  )
}

function commandLine({ name, usage, summary }: CommandDescription): readonly [string, string] {
  const words = usage.replace('[options]', '').trim()
  return [`\`jwst-ingest ${[name, words].filter((part) => part !== '').join(' ')}\``, markdown(summary)]
}

/** Names of variables, files and options as code; what Markdown would take for markup as it is. */
function markdown(description: string): string {
  return description
    .replace(/(?<![\w'])(\$[A-Z_]+|\.\/[\w-]+|--[a-z-]+|'[^']+'|[\w-]+-\*|\*(?= )|\?(?= ))/g, '`$1`')
    .replaceAll('|', '\\|')
}

function table(title: string, lines: readonly (readonly [string, string])[]): string {
  const width = (column: 0 | 1) => Math.max(...[[title, ''] as const, ...lines].map((line) => line[column].length))
  const widths = [width(0), width(1)] as const
  const row = (a: string, b: string) => `| ${a.padEnd(widths[0])} | ${b.padEnd(widths[1])} |`
  return [
    row(title, ''),
    `| ${'-'.repeat(widths[0])} | ${'-'.repeat(widths[1])} |`,
    ...lines.map(([a, b]) => row(a, b)),
  ].join('\n')
}
