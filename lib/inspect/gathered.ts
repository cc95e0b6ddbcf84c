/** Values by their keys, gathered when they are asked for the first time. */
export class Gathered<T> {
  readonly #values: () => readonly T[]
  readonly #keysOf: (value: T) => readonly string[]
  #byKey: ReadonlyMap<string, readonly T[]> | undefined

  constructor(values: () => readonly T[], keysOf: (value: T) => readonly string[]) {
    this.#values = values
    this.#keysOf = keysOf
  }

  /** The values that have any of some keys, each once. */
  of(...keys: readonly string[]): readonly T[] {
    this.#byKey ??= this.#gather()
    const [key = '', ...others] = keys
    if (others.length === 0) return this.#byKey.get(key) ?? []
    const byKey = this.#byKey
    return [...new Set(keys.flatMap((each) => byKey.get(each) ?? []))]
  }

  #gather(): ReadonlyMap<string, readonly T[]> {
    const byKey = new Map<string, T[]>()
    for (const value of this.#values()) {
      for (const key of this.#keysOf(value)) {
        const its = byKey.get(key)
        if (its === undefined) byKey.set(key, [value])
        else its.push(value)
      }
    }
    return byKey
  }
}
