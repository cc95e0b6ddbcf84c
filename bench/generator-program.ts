/**
 * One observing program on one day: its observations, its targets, and on which day each of its rows is collected.
 */
import { type Association, isCoronagraphic, type Member, mergeAssociations, ruleOf } from './generator-associations.js'
import type { Mode, Setup } from './generator-modes.js'
import { drawStyle, type NamedProduct, type NameStyle, namesOf, pad, sourceId } from './generator-names.js'
import type { Random } from './generator-random.js'
import { type Group, GroupRows } from './generator-rows.js'
import { exposureSize, kilobytes, productSize } from './generator-size.js'
import type { Position } from './generator-sky.js'
import { drawTarget, type Target } from './generator-target.js'

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
  /** How many sources have a product of their own, fifty at most; where products are named by source. */
  readonly sources?: number
  readonly segments?: number
  /** How products are named; drawn where it is not given. */
  readonly style?: Partial<NameStyle>
  /** Later versions and copies of rows. */
  readonly repeats?: readonly Repeat[]
  /** True: a Level 2 row and an ESTIMATE_LEVEL_3_MEMORY row in any case. */
  readonly otherLevels?: boolean
  /** The product's size is blank. */
  readonly sizeless?: boolean
  /** Also a product across observations: of candidates that begin with this letter. */
  readonly candidate?: Letter
  /** Groups of other observations whose exposures such a product has, too. */
  readonly others?: readonly Observed[]
}

/** What names of candidates begin with: those of observations aside. */
export type Letter = 'c' | 'a' | 'r'

/** A group that was observed: for products that it has a part in. */
export interface Observed {
  readonly members: readonly string[]
  readonly target: Target
}

/** Rows, and the associations of the products among them. */
export interface Planned {
  readonly rows: readonly PlannedRow[]
  readonly associations: readonly Association[]
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

/** Numbers of sources that each visit of an observation has for its own. */
const MOST_SOURCES = 60
const FIRST_CANDIDATE: Readonly<Record<Letter, number>> = { c: 1000, a: 3001, r: 1 }

/** What groups have that is not said. */
const USUAL = {
  background: false,
  imprint: false,
  timeSeries: false,
  dithers: 2,
  tiles: 1,
  segments: 1,
  visit: 1,
} as const
const PLAIN_STYLE: NameStyle = { bySource: false, epoch: 0, isFits: false }

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
  #associations: Association[] = []

  /** @param number the five-digit program number */
  constructor(number: number, setting: Setting, random: Random) {
    this.#number = String(number).padStart(5, '0')
    this.setting = setting
    this.random = random
    this.#observation = (setting.day % DAYS_PER_RANGE) * OBSERVATIONS_PER_DAY
  }

  /** The rows since the last call, and their associations. */
  take(): Planned {
    const planned = { rows: this.#rows, associations: mergeAssociations(this.#associations) }
    this.#rows = []
    this.#associations = []
    return planned
  }

  /** The groups that follow belong to a new observation. */
  nextObservation(): void {
    this.#observation += 1
    this.#activity = 0
  }

  /** A new target, named after the visit type; anywhere in the sky unless a position is given. */
  newTarget(visitType: string, position?: Position): Target {
    this.#targets += 1
    return drawTarget(this.random, visitType, this.#targets, position)
  }

  /** Adds the rows of a group: exposures, other levels, products, repeats. */
  observe(wish: GroupWish): Observed {
    this.#activity += 1
    const style = { ...drawStyle(wish.mode, wish.visitType, this.random), ...wish.style }
    const group: Group = { ...USUAL, ...wish, style, observation: this.#observation, activity: this.#activity }
    const rows = new GroupRows(this.#number, group, this.random)
    const fate = this.#settle(wish.fate)
    const lag = this.setting.daysLeft > 1 && this.random.chance(0.3) ? 2 : 1
    if (fate !== 'orphan') this.#addExposures(rows, wish, fate === 'scattered' ? lag : 0)
    // A single exposure that is late with its product would be a group of the later day.
    const scatteredToo = fate === 'scattered' && rows.exposures > 1 && this.random.chance(0.5)
    this.#addProducts(rows, wish, group, fate, fate === 'late' || scatteredToo ? lag : 0)
    return { members: rows.members(), target: wish.target }
  }

  /** A single row of an exposure type that is dropped; darks have no target. */
  observeDropped(mode: Mode): void {
    const visitType = 'PRIME_TARGETED_FIXED'
    const missing: Group['missing'] = mode.expType.endsWith('DARK') ? 'target' : undefined
    const target = this.newTarget(missing === undefined ? visitType : 'PARALLEL_PURE')
    this.#activity += 1
    const place = { observation: this.#observation, activity: this.#activity, dithers: 1, style: PLAIN_STYLE }
    const group = { ...USUAL, ...place, target, missing, visitType, mode, setup: this.random.pick(mode.setups) }
    const rows = new GroupRows(this.#number, group, this.random)
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

  #addProducts(rows: GroupRows, wish: GroupWish, group: Group, fate: Fate, delay: number): void {
    const first = (group.visit - 1) * MOST_SOURCES + this.random.integer(1, 10)
    const sources = group.style.bySource ? (wish.sources ?? 1) : 1
    for (let number = 0; number < sources; number += 1) {
      const source = group.style.bySource ? sourceId(wish.mode, first + number, this.random) : ''
      for (const channel of rows.channels()) {
        if (fate !== 'unmatched') this.#addProduct(rows, wish, delay, { channel, source })
        if (fate !== 'orphan') this.#associate(rows, wish, group, { channel, source }, fate !== 'unmatched')
      }
    }
    if (fate !== 'unmatched' && fate !== 'orphan') this.#addCandidate(rows, wish, group, delay)
  }

  /** A product across observations. Ten numbers are a day's own: no later day uses the same name for another one. */
  #addCandidate(rows: GroupRows, wish: GroupWish, group: Group, delay: number): void {
    if (!wish.candidate || this.#candidates >= 10) return
    const number = FIRST_CANDIDATE[wish.candidate] + (this.setting.day % DAYS_PER_RANGE) * 10 + this.#candidates
    this.#candidates += 1
    const [channel = ''] = rows.channels()
    const source = group.style.bySource ? sourceId(wish.mode, number, this.random) : ''
    const named = { channel, source, candidate: `${wish.candidate}${pad(number, wish.candidate === 'r' ? 4 : 0)}` }
    const exposures = rows.exposures + (wish.others ?? []).reduce((sum, { members }) => sum + members.length, 0)
    this.#add(delay, rows.product(kilobytes(this.#productSize(wish, exposures)), named))
    this.#associate(rows, wish, group, named, true)
  }

  #addProduct(rows: GroupRows, wish: GroupWish, delay: number, named: NamedProduct): void {
    const size = () => this.#productSize(wish, rows.exposures)
    const row = (sizeKb: string, dag = 'LEVEL_3') => rows.product(sizeKb, named, dag)
    this.#add(delay, row(wish.sizeless ? '' : kilobytes(size())))
    if (wish.repeats?.includes('product-again')) this.#add(delay + 1, row(kilobytes(size())))
    const estimated = wish.otherLevels ?? this.random.chance(0.35)
    if (estimated) this.#add(delay, row(size().toFixed(1), 'ESTIMATE_LEVEL_3_MEMORY'))
  }

  /** What an association file says of a product; and whether the program can make it. */
  #associate(rows: GroupRows, wish: GroupWish, group: Group, named: NamedProduct, isThere: boolean): void {
    // Exposures of wavefront sensing in a subarray are combined by nobody.
    if (group.visitType.includes('WFSC') && group.setup.subarray !== 'FULL') return
    const { product, association } = namesOf(this.#number, group, named)
    const others = named.candidate === undefined ? [] : (wish.others ?? [])
    const role = isCoronagraphic(wish.mode) || wish.mode.expType === 'NIS_AMI' ? 'psf' : 'science'
    const members: Member[] = [
      ...rows.members().map((name) => ({ name, role: 'science' }) as const),
      ...others.flatMap((other) => other.members.map((name) => ({ name, role }) as const)),
    ]
    const [type, rule] = ruleOf(group, named.candidate !== undefined)
    const isMade = isThere && rows.isComputable && !wish.sizeless && !['2', '4'].includes(named.channel ?? '')
    this.#associations.push({
      name: association,
      program: this.#number,
      candidate: named.candidate ?? `o${pad(this.#observation, 3)}`,
      type,
      rule,
      members,
      truth: isMade ? [{ product: product.replace(/\.fits$/, ''), members }] : [],
    })
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
