/**
 * Words that may be meant as a command: what to say of one that is none.
 */
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { IngestError } from '../errors.js'

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
  const far = (name: string) => distance(word, name) / Math.max(word.length, name.length)
  const [first] = names.toSorted((a, b) => far(a) - far(b))
  return first !== undefined && far(first) <= MAX_MISTYPED ? first : undefined
}

/** Letters to insert, remove, replace or swap with their neighbour to make one word of the other. */
function distance(from: string, to: string): number {
  let before: number[] = []
  let above: number[] = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let at = 1; at <= to.length; at++) {
      const replaced = (above[at - 1] ?? 0) + (from[row - 1] === to[at - 1] ? 0 : 1)
      const isSwapped = row > 1 && at > 1 && from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1]
      const swapped = isSwapped ? (before[at - 2] ?? 0) + 1 : replaced
      current.push(Math.min(replaced, swapped, (above[at] ?? 0) + 1, (current[at - 1] ?? 0) + 1))
    }
    before = above
    above = current
  }
  return above[to.length] ?? 0
}
