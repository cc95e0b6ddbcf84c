/**
 * Distributions in little memory, and how far two of them are apart.
 */

/** Values within 1 % of each other share a bin. */
const GROWTH = Math.log(1.01)
/** What is nearer to zero is zero. */
const LEAST = 1e-9
/** Puts the bins of all numbers, negative ones included, into their order. */
const OFFSET = 1e6

/** The quantiles that are told, in percent. */
export const TOLD_QUANTILES = [5, 25, 50, 75, 95] as const

/** Numbers counted in bins that grow with them: quantiles of it are right to 1 %, however many it was given. */
export class Sketch {
  readonly #bins = new Map<number, number>()
  count = 0

  /** @param value NaN does not count */
  add(value: number): void {
    if (Number.isNaN(value)) return
    const bin = binOfValue(value)
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + 1)
    this.count++
  }

  /** The numbers below which these shares of all are, in percent; empty without numbers. */
  quantiles(percents: readonly number[] = TOLD_QUANTILES): number[] {
    const bins = this.#sorted()
    if (bins.length === 0) return []
    return percents.map((percent) => {
      let left = ((this.count - 1) * percent) / 100
      for (const [bin, count] of bins) {
        if (left < count) return valueOfBin(bin)
        left -= count
      }
      return valueOfBin(bins.at(-1)?.[0] ?? OFFSET)
    })
  }

  /** The greatest difference between the shares of both that are below any number (Kolmogorov and Smirnov), 0 to 1. */
  distance(other: Sketch): number {
    if (this.count === 0 || other.count === 0) return 0
    const bins = new Set([...this.#bins.keys(), ...other.#bins.keys()])
    let [own, its, most] = [0, 0, 0]
    for (const bin of [...bins].sort((a, b) => a - b)) {
      own += (this.#bins.get(bin) ?? 0) / this.count
      its += (other.#bins.get(bin) ?? 0) / other.count
      most = Math.max(most, Math.abs(own - its))
    }
    return most
  }

  #sorted(): [number, number][] {
    return [...this.#bins].sort(([a], [b]) => a - b)
  }
}

function binOfValue(value: number): number {
  const size = Math.abs(value)
  if (size < LEAST) return 0
  const bin = Math.round(Math.log(size) / GROWTH) + OFFSET
  return value < 0 ? -bin : bin
}

function valueOfBin(bin: number): number {
  if (bin === 0) return 0
  const size = Math.exp((Math.abs(bin) - OFFSET) * GROWTH)
  return bin < 0 ? -size : size
}

/** Counts of values that have no order. */
export class Shares {
  readonly counts = new Map<string, number>()
  count = 0

  add(value: string): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1)
    this.count++
  }

  share(value: string): number {
    return this.count === 0 ? 0 : (this.counts.get(value) ?? 0) / this.count
  }

  /** The share of all that would have to change its value (total variation), 0 to 1. */
  distance(other: Shares): number {
    if (this.count === 0 || other.count === 0) return 0
    const sum = this.#values(other).reduce((sum, value) => sum + Math.abs(this.share(value) - other.share(value)), 0)
    return sum / 2
  }

  /** The value whose share changed most. */
  mostChanged(other: Shares): string | undefined {
    const change = (value: string) => Math.abs(this.share(value) - other.share(value))
    return this.#values(other).sort((a, b) => change(b) - change(a))[0]
  }

  #values(other: Shares): string[] {
    return [...new Set([...this.counts.keys(), ...other.counts.keys()])]
  }
}
