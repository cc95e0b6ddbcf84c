/** Reads what `--help` prints. */

/** The names of the commands below, without `help`. */
export function commandsIn(help: string): string[] {
  const [section = ''] = help.split('\nCommands:\n')[1]?.split('\n\n') ?? []
  const names = [...section.matchAll(/^ {2}([a-z][a-z-]*) /gm)].map(([, name = '']) => name)
  return names.filter((name) => name !== 'help').sort()
}
