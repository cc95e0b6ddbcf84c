/**
 * One observing program on one day: its observations, its targets, and on which day each of its rows is collected.
 */
import type { Family, Mode, Setup } from './generator-modes.js'
import type { Random } from './generator-random.js'
import { type Group, GroupRows, type Target } from './generator-rows.js'
import { exposureSize, kilobytes, productSize } from './generator-size.js'
import { anywhere, degrees, move, type Position } from './generator-sky.js'

/**
 * What happens to a group: its product comes on the same day (`prompt`) or later (`late`), some of its exposures come
 * later (`scattered`), it has no product (`unmatched`), or the product none of its exposures (`orphan`).
 */
export type Fate = 'prompt' | 'late' | 'scattered' | 'unmatched' | 'orphan'

/** Where a program's day is among all days, and how often products are there and late. */
export interface Setting {
  readonly match: number
  /** Probability that a matched group is late, on a day that has later ones. */
  readonly late: number
  readonly daysLeft: number
  /** Index of the day; keeps observation numbers apart from those of the same program on other days. */
  readonly day: number
}

/** What may be said about a group; the rest has the usual values or is drawn. */
export interface GroupWish {
  readonly mode: Mode
  readonly setup: Setup
  readonly target: Target
  readonly visitType: string
  readonly dithers?: number
  /** Fields of view beside each other, each with all dithers. */
  readonly tiles?: number
  readonly timeSeries?: boolean
  readonly background?: boolean
  readonly imprint?: boolean
  /** Number of the visit in its observation; a second target is seen in a second visit. */
  readonly visit?: number
  readonly missing?: Group['missing']
  readonly fate?: Fate
  /** How many sources have a product of their own, two at most; for source-based modes only. */
  readonly sources?: number
  /** Later versions and copies of rows. */
  readonly repeats?: readonly Repeat[]
  /** True: a Level 2 row and an ESTIMATE_LEVEL_3_MEMORY row in any case. */
  readonly otherLevels?: boolean
  /** The product's size is blank. */
  readonly sizeless?: boolean
  /** Also a c-candidate product. */
  readonly candidate?: boolean
}

/** A row that comes again: a product or exposure processed anew a day later, or a copy on the same day. */
export type Repeat = 'product-again' | 'exposure-again' | 'copy' | 'resized-copy'

/** A row with the number of days after the program's day on which it is collected. */
export interface PlannedRow {
  readonly delay: number
  readonly line: string
}

/** Observation numbers of a program on one day, and the days after which they are used again. */
export const OBSERVATIONS_PER_DAY = 48
export const DAYS_PER_RANGE = 20

const MOVING_NAMES = ['JUPITER', 'SATURN', 'CERES', '67P', 'CHIRON', 'TITAN', 'EUROPA', 'DIDYMOS', 'URANUS', 'MAKEMAKE']
const CATALOGUES = ['NGC-', 'HD-', 'GJ-', 'TYC-', 'ABELL-', 'WASP-', 'BD+65 ', '2MASS-J0024', 'UGC-']

/** Which visit types occur in a family of modes, and how often; wavefront sensing is arranged apart. */
export const VISIT_TYPES: Readonly<Record<Family, readonly { readonly name: string; readonly weight: number }[]>> = {
  image: [
    { name: 'PRIME_TARGETED_FIXED', weight: 60 },
    { name: 'PRIME_TARGETED_MOVING', weight: 9 },
    { name: 'PRIME_UNTARGETED', weight: 8 },
    { name: 'PARALLEL_PURE', weight: 20 },
    { name: 'PARALLEL_SLEW_CALIBRATION', weight: 3 },
  ],
  spec: [
    { name: 'PRIME_TARGETED_FIXED', weight: 72 },
    { name: 'PRIME_TARGETED_MOVING', weight: 8 },
    { name: 'PRIME_UNTARGETED', weight: 6 },
    { name: 'PARALLEL_PURE', weight: 14 },
  ],
  tac: [
    { name: 'PRIME_TARGETED_FIXED', weight: 90 },
    { name: 'PRIME_TARGETED_MOVING', weight: 4 },
    { name: 'PRIME_UNTARGETED', weight: 6 },
  ],
}

/** Collects the rows of a program's observations. */
export class Program {
  readonly random: Random
  readonly setting: Setting
  readonly #number: string
  #observation: number
  #activity = 0
  #targets = 0
  #candidates = 0
  #rows: PlannedRow[] = []

  /** @param number the five-digit program number */
  constructor(number: number, setting: Setting, random: Random) {
    this.#number = String(number).padStart(5, '0')
    this.setting = setting
    this.random = random
    this.#observation = (setting.day % DAYS_PER_RANGE) * OBSERVATIONS_PER_DAY
  }

  /** The rows since the last call. */
  take(): PlannedRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** The groups that follow belong to a new observation. */
  nextObservation(): void {
    this.#observation += 1
    this.#activity = 0
  }

  /** A new target, named after the visit type; anywhere in the sky unless a position is given. */
  newTarget(visitType: string, position?: Position): Target {
    const { random } = this
    this.#targets += 1
    const { ra, dec } = position ?? anywhere(random)
    return {
      ra: degrees(ra),
      dec: degrees(dec),
      index: this.#targets,
      name: this.#targetName(visitType),
      guideStar: move({ ra, dec }, random.within(-360, 360), random.within(-360, 360)),
      guideStarMagnitude: Math.round(random.within(12, 18) * 1e6) / 1e6,
      crowded: random.chance(0.2),
    }
  }

  #targetName(visitType: string): string {
    const { random } = this
    if (visitType === 'PRIME_TARGETED_MOVING') return MOVING_NAMES[this.#targets % MOVING_NAMES.length] ?? 'CERES'
    const named = visitType.startsWith('PRIME_TARGETED') || visitType.includes('WFSC')
    if (!named) return 'NONE'
    return `${random.pick(CATALOGUES)}${random.integer(10, 999)}${this.#targets}`
  }

  /** Adds the rows of a group: exposures, other levels, products, repeats. */
  observe(wish: GroupWish): void {
    this.#activity += 1
    const group: Group = {
      background: false,
      imprint: false,
      timeSeries: false,
      dithers: 2,
      tiles: 1,
      visit: 1,
      ...wish,
      observation: this.#observation,
      activity: this.#activity,
    }
    const rows = new GroupRows(this.#number, group, this.random)
    const fate = this.#settle(wish.fate)
    const lag = this.setting.daysLeft > 1 && this.random.chance(0.3) ? 2 : 1
    if (fate !== 'orphan') this.#addExposures(rows, wish, fate === 'scattered' ? lag : 0)
    if (fate === 'unmatched') return
    // A single exposure that is late with its product would be a group of the later day.
    const scatteredToo = fate === 'scattered' && rows.exposures > 1 && this.random.chance(0.5)
    this.#addProducts(rows, wish, fate === 'late' || scatteredToo ? lag : 0)
  }

  /** A single row of an exposure type that is dropped; darks have no target. */
  observeDropped(mode: Mode): void {
    const visitType = 'PRIME_TARGETED_FIXED'
    const missing: Group['missing'] = mode.expType.endsWith('DARK') ? 'target' : undefined
    const target = this.newTarget(missing === undefined ? visitType : 'PARALLEL_PURE')
    this.#activity += 1
    const group = {
      observation: this.#observation,
      activity: this.#activity,
      dithers: 1,
      tiles: 1,
      visit: 1,
      target,
      missing,
    }
    const flags = { background: false, imprint: false, timeSeries: false, visitType, mode }
    const rows = new GroupRows(this.#number, { ...group, ...flags, setup: this.random.pick(mode.setups) }, this.random)
    this.#add(0, rows.exposure(0, kilobytes(this.random.within(500, 90_000))))
  }

  /** What the options leave of a wished fate: none are matched at 0, all at 1, and the last day has no later one. */
  #settle(wished?: Fate): Fate {
    const { match, late, daysLeft } = this.setting
    let fate = wished ?? this.#drawFate()
    if (fate !== 'unmatched' && match === 0) return 'unmatched'
    if (fate === 'unmatched' && match === 1) fate = 'prompt'
    if (fate === 'orphan' || fate === 'unmatched') return fate
    if (daysLeft === 0 || late === 0) return 'prompt'
    return fate === 'prompt' && late === 1 ? 'late' : fate
  }

  #drawFate(): Fate {
    const { random, setting } = this
    if (!random.chance(setting.match)) return 'unmatched'
    if (!random.chance(setting.late)) return 'prompt'
    return random.chance(0.5) ? 'late' : 'scattered'
  }

  #addExposures(rows: GroupRows, wish: GroupWish, lag: number): void {
    const { random } = this
    const count = rows.exposures
    const onTime = lag === 0 ? count : count - random.integer(1, Math.max(1, count - 1))
    const level2 = wish.otherLevels ?? random.chance(0.6)
    for (let index = 0; index < count; index += 1) {
      const delay = index < onTime ? 0 : lag
      const line = rows.exposure(index, this.#exposureSize(wish))
      this.#add(delay, line)
      if (level2 && index % 3 === 0) this.#add(delay, rows.exposure(index, this.#exposureSize(wish), 2))
      if (index === 0) this.#repeatExposure(rows, wish, delay, line)
    }
  }

  #repeatExposure(rows: GroupRows, { repeats = [], ...wish }: GroupWish, delay: number, line: string): void {
    if (repeats.includes('exposure-again')) this.#add(delay + 1, rows.exposure(0, this.#exposureSize(wish)))
    if (repeats.includes('copy')) this.#add(delay, line)
    if (repeats.includes('resized-copy')) this.#add(delay, rows.exposure(0, this.#exposureSize(wish)))
  }

  #addProducts(rows: GroupRows, wish: GroupWish, delay: number): void {
    const firstSource = ((wish.visit ?? 1) - 1) * 2 + 1
    for (let source = 0; source < (wish.sources ?? 1); source += 1) {
      for (const channel of rows.channels()) this.#addProduct(rows, wish, delay, channel, firstSource + source)
    }
    // Ten numbers are a day's own, so that no later day uses the same name for another candidate.
    if (!wish.candidate || this.#candidates >= 10) return
    const number = 1000 + (this.setting.day % DAYS_PER_RANGE) * 10 + this.#candidates
    this.#candidates += 1
    const size = kilobytes(this.#productSize(wish, 20))
    this.#add(delay, rows.product(rows.channels()[0] ?? '', size, 'LEVEL_3', `c${number}`))
  }

  #addProduct(rows: GroupRows, wish: GroupWish, delay: number, channel: string, source: number): void {
    const size = () => this.#productSize(wish, rows.exposures)
    const row = (sizeKb: string, dag = 'LEVEL_3') => rows.product(channel, sizeKb, dag, undefined, source)
    this.#add(delay, row(wish.sizeless ? '' : kilobytes(size())))
    if (wish.repeats?.includes('product-again')) this.#add(delay + 1, row(kilobytes(size())))
    const estimated = wish.otherLevels ?? this.random.chance(0.35)
    if (estimated) this.#add(delay, row(size().toFixed(1), 'ESTIMATE_LEVEL_3_MEMORY'))
  }

  #exposureSize({ mode, setup }: GroupWish): string {
    return kilobytes(exposureSize(mode, setup, this.random))
  }

  /** In kB. */
  #productSize({ mode, setup, tiles = 1 }: GroupWish, exposures: number): number {
    return productSize(mode, setup, exposures, tiles, this.random)
  }

  #add(delay: number, line: string): void {
    this.#rows.push({ delay: Math.min(delay, this.setting.daysLeft), line })
  }
}
