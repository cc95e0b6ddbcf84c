import type { Terminal } from './terminal.js'

/** Prints a list while it is being made: item by item as text, or as one JSON object. */
export class Printer {
  readonly #terminal: Terminal
  readonly #json: boolean
  #count = 0

  /**
   * @param head the JSON object's other members
   * @param member its member that is the list
   */
  constructor(terminal: Terminal, json: boolean, head: Readonly<Record<string, string>>, member: string) {
    this.#terminal = terminal
    this.#json = json
    if (json) terminal.stdout.write(`${JSON.stringify(head).slice(0, -1)},${JSON.stringify(member)}:[`)
  }

  /** Prints an item; as text with a blank line before all but the first. */
  print<T>(item: T, format: (item: T) => string): void {
    if (this.#json) this.#terminal.stdout.write(`${this.#count === 0 ? '' : ','}\n${JSON.stringify(item)}`)
    else this.#terminal.out(`${this.#count === 0 ? '' : '\n'}${format(item)}`)
    this.#count++
  }

  end(): void {
    if (this.#json) this.#terminal.stdout.write('\n]}\n')
  }
}

/** Prints a result: for programs as one JSON object, as it is; or for people. */
export function printResult<T>(
  terminal: Terminal,
  json: boolean | undefined,
  result: T,
  format: (result: T) => string,
): void {
  if (json) terminal.stdout.write(`${JSON.stringify(result)}\n`)
  else terminal.out(format(result))
}
