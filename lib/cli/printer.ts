/** Prints a list while it is being made: item by item as text, or as one JSON object. */
export class Printer {
  readonly #out: (text: string) => void
  readonly #json: boolean
  #count = 0

  /**
   * @param head the JSON object's other members
   * @param member its member that is the list
   */
  constructor(out: (text: string) => void, json: boolean, head: Readonly<Record<string, string>>, member: string) {
    this.#out = out
    this.#json = json
    if (json) out(`${JSON.stringify(head).slice(0, -1)},${JSON.stringify(member)}:[`)
  }

  /** Prints an item; as text with a blank line before all but the first. */
  print<T>(item: T, format: (item: T) => string): void {
    if (this.#json) this.#out(`${this.#count === 0 ? '' : ','}\n${JSON.stringify(item)}`)
    else this.#out(`${this.#count === 0 ? '' : '\n'}${format(item)}`)
    this.#count++
  }

  end(): void {
    if (this.#json) this.#out('\n]}\n')
  }
}
