/** Reads what `--help` prints. */

/** The names of the commands below, sorted. */
export function commandsIn(help: string): string[] {
  const [section = ''] = help.split('\nCommands:\n')[1]?.split('\n\n') ?? []
  return [...section.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = '']) => name).sort()
}
