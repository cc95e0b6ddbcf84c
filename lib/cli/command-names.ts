/**
 * Words that may be meant as a command: what to say of one that is none.
 */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { IngestError } from '../errors.js'
import { mistakes } from '../text/mistakes.js'

/** The names of the commands, without those for developers. */
export function commandNames(program: Command): string[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name())
}

/** What a word is taken for that names no input: file names nearly always have a dot or a digit in them. */
const LOOKS_LIKE_COMMAND = /^[a-z]+(?:-[a-z]+)*$/i

/**
 * Checks that no input is a command with a spelling mistake, or in the wrong place.
 *
 * @throws IngestError USAGE
 */
export function refuseCommands(inputs: readonly string[], program: Command): void {
  const word = inputs.find((input) => LOOKS_LIKE_COMMAND.test(input) && !existsSync(input))
  if (word === undefined) return
  if (commandNames(program).includes(word)) {
    throw new IngestError('USAGE', `there is no input "${word}"; a command comes first: jwst-ingest ${word} …`)
  }
  throw new IngestError('USAGE', `there is no command or input "${word}"; ${advice(word, program)}`)
}

/** What to do about a word that is no command. */
export function advice(word: string, program: Command): string {
  const near = nearest(word.toLowerCase(), commandNames(program))
  return near === undefined ? 'jwst-ingest help shows all commands' : `did you mean "${near}"?`
}

/** How much of a word may be mistyped. */
const MAX_MISTYPED = 0.4

function nearest(word: string, names: readonly string[]): string | undefined {
  const far = (name: string) => mistakes(word, name) / Math.max(word.length, name.length)
  const [first] = names.toSorted((a, b) => far(a) - far(b))
  return first !== undefined && far(first) <= MAX_MISTYPED ? first : undefined
}
