/** Counts what there is of each instrument. */
import { SizeSample } from '../inspect/quantiles.js'
import type { Wait } from '../inspect/waits.js'
import { compareText } from '../rules/values.js'
import type { InstrumentReport } from './data.js'

interface Counts {
  readonly sample: SizeSample
  products: number
  exposures: number
  matchedExposures: number
  groups: number
  waitingProducts: number
  mosaics: number
  oldestWaiting: string | undefined
  lastProductDate: string | undefined
}

/** Counts of every instrument that something is of. */
export class InstrumentTally {
  readonly #instruments = new Map<string, Counts>()

  product(instrument: string, day: string, gigabytes: number): void {
    const counts = this.#of(instrument)
    counts.products++
    counts.sample.add(gigabytes)
    if (counts.lastProductDate === undefined || day > counts.lastProductDate) counts.lastProductDate = day
  }

  exposure(instrument: string, isMatched: boolean): void {
    const counts = this.#of(instrument)
    counts.exposures++
    if (isMatched) counts.matchedExposures++
  }

  wait({ instrument, kind, since }: Pick<Wait, 'instrument' | 'kind' | 'since'>): void {
    const counts = this.#of(instrument)
    if (kind === 'group') counts.groups++
    if (kind === 'product') counts.waitingProducts++
    if (kind === 'mosaic') counts.mosaics++
    if (counts.oldestWaiting === undefined || since < counts.oldestWaiting) counts.oldestWaiting = since
  }

  get report(): InstrumentReport[] {
    const named = [...this.#instruments].sort(([a], [b]) => compareText(a, b))
    return named.map(([instrument, { sample, ...counts }]) => ({ instrument, ...counts, sizes: sample.sizes }))
  }

  #of(instrument: string): Counts {
    const known = this.#instruments.get(instrument)
    if (known !== undefined) return known
    const none = { products: 0, exposures: 0, matchedExposures: 0, groups: 0, waitingProducts: 0, mosaics: 0 }
    const counts = { sample: new SizeSample(), ...none, oldestWaiting: undefined, lastProductDate: undefined }
    this.#instruments.set(instrument, counts)
    return counts
  }
}
