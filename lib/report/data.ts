/**
 * What the report shows, as data: what is counted, in which bins, and what it is called. It is what `--json` prints.
 */
import type { Sizes } from '../inspect/quantiles.js'
import type { Reason } from '../inspect/reasons.js'
import type { Wait } from '../inspect/waits.js'
import type { Category } from '../rules/category-codes.js'
import type { Model } from '../rules/keywords.js'
import type { ModelWaiting, Waiting } from '../settle/census.js'
import type { Period } from './scales.js'

/** Everything that the report of a database says. */
export interface ReportData {
  /** The folder, as it was given. */
  readonly database: string
  /** When the report was made, ISO 8601. */
  readonly made: string
  /** First and last day of anything that is matched or waits; ages are counted to the last one. */
  readonly firstDate: string | undefined
  readonly lastDate: string | undefined
  /** What the report is narrowed to; dates, models, instruments and what waits are of this alone. */
  readonly scope: {
    readonly since: string | undefined
    readonly until: string | undefined
    readonly programs: readonly number[]
    readonly instruments: readonly string[]
  }
  /** First and last day of the period of the same length before `scope.since`. */
  readonly before: readonly [first: string, last: string] | undefined
  readonly models: readonly ModelReport[]
  /** Those that anything is of, by name. */
  readonly instruments: readonly InstrumentReport[]
  readonly waiting: WaitingReport
  /** How features changed since all that is before `scope.since`; none without it. */
  readonly drift: readonly ModelDrift[]
  readonly encodings: readonly CategoryReport[]
  /** Input rows that could not be used. */
  readonly rejects: number
  /** Lines of the tables that cannot be read, and are missing in this report. */
  readonly damaged: number
}

/** A number of products in a bin of some quantity; `to` is absent for a bin without end. */
export interface Bin {
  readonly from: number
  readonly to: number | undefined
  readonly products: number
}

/** Products by number of exposures and size. */
export interface Cell {
  readonly exposures: { readonly from: number; readonly to: number }
  /** GB. */
  readonly size: { readonly from: number; readonly to: number }
  readonly products: number
}

/** Numbers of what is dated so. */
export interface DatedCounts {
  /** Products matched. */
  readonly products: number
  /** Products and mosaics that wait. */
  readonly waitingProducts: number
  /** Groups that wait, by their first day. */
  readonly waitingGroups: number
  /** Exposures in a group of this model, and how many of them have their product. */
  readonly exposures: number
  readonly matchedExposures: number
}

/** What happened in a period of time. */
export interface TimeBin extends DatedCounts {
  /** First day, and the first day after it. */
  readonly from: string
  readonly to: string
}

/** Products that association files name which were made in a period of time. */
export interface NamedBin {
  /** First day, and the first day after it. */
  readonly from: string
  readonly to: string
  readonly products: number
}

/** What there is of one model. */
export interface ModelReport {
  readonly model: Model
  /** Products matched: rows of `train-*`. */
  readonly products: number
  readonly exposures: number
  readonly matchedExposures: number
  readonly lastProductDate: string | undefined
  /** Quantiles of the size, GB. */
  readonly sizes: Sizes | undefined
  /** Products without a positive size: in no bin. */
  readonly unsized: number
  /** The memory bins of the models, GB. */
  readonly memoryBins: readonly Bin[]
  /** A finer, logarithmic histogram of the size, GB; bins without products are left out. */
  readonly sizeHistogram: readonly Bin[]
  readonly sizesByExposures: readonly Cell[]
  readonly period: Period
  readonly time: readonly TimeBin[]
  /** Products that association files name, by the day on which the files were made. */
  readonly named: readonly NamedBin[]
  /** Those of them whose files do not tell when they were made. */
  readonly namedUndated: number
  /** The same counts of the period before, if there is one. */
  readonly before: DatedCounts | undefined
}

/** What there is of one instrument. */
export interface InstrumentReport {
  readonly instrument: string
  readonly products: number
  readonly exposures: number
  readonly matchedExposures: number
  /** What waits. */
  readonly groups: number
  readonly waitingProducts: number
  readonly mosaics: number
  readonly oldestWaiting: string | undefined
  readonly lastProductDate: string | undefined
  /** Quantiles of the size, GB. */
  readonly sizes: Sizes | undefined
}

/** How the features of a model changed. */
export interface ModelDrift {
  readonly model: Model
  /** Products of the period, and all before it. */
  readonly products: number
  readonly productsBefore: number
  /** Largest shift first. */
  readonly features: readonly DriftFeature[]
}

/** How a feature changed: a number by its quantiles, a category by the value whose share changed most. */
export type DriftFeature = {
  readonly feature: string
  /** 0 for the same distribution, 1 for two that have nothing in common. */
  readonly shift: number
} & (
  | {
      /** 5, 25, 50, 75 and 95 %, right to 1 %; empty without products. */
      readonly quantiles: readonly number[]
      readonly quantilesBefore: readonly number[]
    }
  | { readonly value: string; readonly share: number; readonly shareBefore: number }
)

/** Numbers of what waits. */
export interface Waits {
  readonly groups: number
  /** Products, mosaics and exposures in no group. */
  readonly others: number
}

/** What waits for its counterpart. */
export interface WaitingReport extends Waiting {
  /** Of each model, and of none. */
  readonly models: readonly WaitingModel[]
  /** Most frequent first. */
  readonly reasons: readonly WaitingReason[]
  /** At most 1000 of them, oldest first. */
  readonly oldest: readonly AgedWait[]
}

/** What waits of one model. */
export interface WaitingModel extends Waits, Readonly<ModelWaiting> {
  /** Absent for exposures of no group. */
  readonly model: Model | undefined
  readonly oldestWaiting: string | undefined
  /** By age in days; `to` is absent for the last, open bin. */
  readonly ages: readonly (Waits & { readonly from: number; readonly to: number | undefined })[]
}

/** How many wait for one reason. */
export interface WaitingReason {
  readonly reason: Reason
  readonly meaning: string
  readonly models: readonly (Waits & { readonly model: Model | undefined })[]
}

/** Something that waits. */
export interface AgedWait
  extends Pick<Wait, 'kind' | 'name' | 'model' | 'instrument' | 'since' | 'exposures' | 'reason' | 'detail'> {
  /** Days from `since` to the last day of the database. */
  readonly age: number
}

/** The codes of a category. */
export interface CategoryReport {
  readonly category: Category
  readonly codes: readonly CodeReport[]
}

/** A code of a category; several values can share one. */
export interface CodeReport {
  readonly code: number
  readonly values: readonly {
    readonly value: string
    /** Whether this database gave it its code, as the program brings none. */
    readonly isNew: boolean
  }[]
  /** Rows of `train-*` and of `rem-*` that have it. */
  readonly products: number
  readonly waitingGroups: number
}
