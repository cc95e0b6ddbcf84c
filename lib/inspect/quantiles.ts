/** Quantiles of sizes. */

/** The quantiles that are told, in percent. */
export const QUANTILES = [5, 25, 50, 75, 95] as const

/** Sizes in GB. */
export type Sizes = Readonly<Record<`p${(typeof QUANTILES)[number]}` | 'max', number>>

/** Collects sizes, 8 bytes for each. */
export class SizeSample {
  readonly #values: number[] = []

  /** @param size GB; NaN, for an unknown size, does not count */
  add(size: number): void {
    if (!Number.isNaN(size)) this.#values.push(size)
  }

  /** Quantiles, between two values in proportion (as numpy and DuckDB's `quantile_cont` do); undefined without values. */
  get sizes(): Sizes | undefined {
    if (this.#values.length === 0) return undefined
    const sorted = Float64Array.from(this.#values).sort()
    const entries = QUANTILES.map((percent) => [`p${percent}`, quantile(sorted, percent / 100)])
    return { ...Object.fromEntries(entries), max: sorted.at(-1) } as Sizes
  }
}

/** @param sorted ascending, at least one */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below] ?? 0
  const high = sorted[below + 1] ?? low
  return low + (high - low) * (place - below)
}
