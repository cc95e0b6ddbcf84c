/**
 * The command that prints a completion script for a shell.
 */

import { Argument, type Command } from 'commander'
import { SHELLS, type Shell } from './shells.js'
import type { Terminal } from './terminal.js'

const EXAMPLES = `
Examples:
  jwst-ingest completion bash > ~/.local/share/bash-completion/completions/jwst-ingest
  jwst-ingest completion zsh > ~/.zfunc/_jwst-ingest
  jwst-ingest completion fish > ~/.config/fish/completions/jwst-ingest.fish

zsh finds it where ~/.zfunc is in fpath before compinit is called. New shells use it; run it again after an update.
Exit codes: 0 done, 2 usage error.
`

/** Adds `completion` to the program. */
export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .summary('print a completion script for bash, zsh or fish')
    .description('Prints a script with which a shell completes commands, options, files and folders at the Tab key.')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const { describeCommand } = await import('./describe.js')
      const { completionScript } = await import('./completion-scripts.js')
      terminal.out(completionScript(shell, describeCommand(program)))
    })
}
