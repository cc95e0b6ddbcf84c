/** Prints what programs and people read, no faster than they take it. */
import { once } from 'node:events'
import type { Terminal } from './terminal.js'

/** Prints a list while it is being made: item by item as text, or as one JSON object, which the record ends. */
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
    if (json) terminal.record.list(head, member)
  }

  /** Prints an item; as text with a blank line before all but the first. */
  print<T>(item: T, format: (item: T) => string): Promise<void> {
    const isFirst = this.#count++ === 0
    return taken(this.#terminal, () => {
      if (this.#json) this.#terminal.stdout.write(`${isFirst ? '' : ','}\n${JSON.stringify(item)}`)
      else this.#terminal.out(`${isFirst ? '' : '\n'}${format(item)}`)
    })
  }
}

/** Whether nobody reads standard output any more. */
export function isGone({ stdout }: Terminal): boolean {
  return stdout.destroyed || stdout.errored !== null
}

/** Prints, and waits where the reader is slower, so that what it has not taken does not pile up in memory. */
export async function taken(terminal: Terminal, print: () => void): Promise<void> {
  print()
  const { stdout } = terminal
  if (!stdout.writableNeedDrain || isGone(terminal)) return
  // A stream that fails is never drained; whoever prints next sees that it is gone.
  const ended = new AbortController()
  const events = ['drain', 'close'].map((event) => once(stdout, event, ended))
  await Promise.race(events).catch(() => {})
  ended.abort()
  await Promise.allSettled(events)
}

/** Prints a result for people; or keeps it for the record of the command, which is printed at its end. */
export function printResult<T extends object>(
  terminal: Terminal,
  json: boolean | undefined,
  result: T,
  format: (result: T) => string,
): void {
  if (json) terminal.record.result(result)
  else terminal.out(format(result))
}

/** Prints what a command did: on standard output, where with `--json` the object goes, and the text to standard error. */
export function printReport<T extends object>(
  terminal: Terminal,
  { json, quiet }: { readonly json?: boolean | undefined; readonly quiet?: boolean | undefined },
  report: T,
  format: (report: T) => string,
): void {
  if (!quiet) (json ? terminal.err : terminal.out)(format(report))
  if (json) printResult(terminal, json, report, format)
}
