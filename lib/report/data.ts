/**
 * What the report shows, as data: what is counted, in which bins, and what it is called. It is what `--json` prints.
 */
import type { Sizes } from '../inspect/quantiles.js'
import type { Reason } from '../inspect/reasons.js'
import type { Wait } from '../inspect/waits.js'
import type { Category } from '../rules/category-codes.js'
import type { Model } from '../rules/models.js'
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
  readonly models: readonly ModelReport[]
  readonly waiting: WaitingReport
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

/** What happened in a period of time. */
export interface TimeBin {
  /** First day, and the first day after it. */
  readonly from: string
  readonly to: string
  /** Products matched that are dated so. */
  readonly products: number
  /** Exposures that are dated so and are in a group of this model, and how many of them have their product. */
  readonly exposures: number
  readonly matchedExposures: number
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
}

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
export interface AgedWait extends Pick<Wait, 'kind' | 'name' | 'model' | 'since' | 'exposures' | 'reason' | 'detail'> {
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
