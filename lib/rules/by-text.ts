/** Values that are found by a text. */

/** Few are found by going over them: a map would take each text apart to find it. */
const MOST_LISTED = 16

/** Values by a text each, mostly few. */
export class ByText<T> {
  /** The first ones, and their texts. */
  readonly #values: T[] = []
  readonly #texts: string[] = []
  /** All others. */
  #others: Map<string, T> | undefined

  get(text: string): T | undefined {
    const texts = this.#texts
    // The last ones first, as neighbours are often alike.
    for (let index = texts.length - 1; index >= 0; index--) if (texts[index] === text) return this.#values[index]
    return this.#others?.get(text)
  }

  /** Adds a value, by a text that no other one has. */
  add(text: string, value: T): void {
    if (this.#texts.length < MOST_LISTED) {
      this.#texts.push(text)
      this.#values.push(value)
    } else {
      this.#others ??= new Map()
      this.#others.set(text, value)
    }
  }

  /** Among the first ones the last whose text is accepted. */
  findListed(accepts: (text: string) => boolean): T | undefined {
    return this.#values[this.#texts.findLastIndex(accepts)]
  }
}
