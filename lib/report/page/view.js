/**
 * Which of what waits is in view, and in which order: a view is written in the address behind `#waiting?`, so that it can
 * be sent.
 */

/** @typedef {import('./waits.js').Waits} Waits */

/** What a view is narrowed by; blank means by nothing. */
export const FILTERS = /** @type {const} */ (['q', 'model', 'instrument', 'program', 'reason', 'kind', 'age'])
/** Filters that the kinds of items decide, with their place in a kind. */
const OF_KIND = /** @type {const} */ ({ kind: 0, model: 1, instrument: 2, reason: 3 })
/** @typedef {typeof FILTERS[number]} Filter */
/** @typedef {keyof typeof OF_KIND} KindFilter */
/**
 * `sort` is a column, with a minus before it for the other way round; `row` the name of what is opened.
 *
 * @typedef {Readonly<Record<Filter | 'sort' | 'row', string>>} View
 */

/** @type {View} */
export const NO_VIEW = {
  q: '',
  model: '',
  instrument: '',
  program: '',
  reason: '',
  kind: '',
  age: '',
  sort: '',
  row: '',
}
const PLACE = 'waiting'
/** How many items are made ready for the search at a time. */
const PIECE = 5000
/** What stands for items of no model, as exposures in no group are. */
export const NO_VALUE = 'none'

/**
 * The view of an address; undefined for one that has none.
 *
 * @param {string} hash
 * @returns {View | undefined}
 */
export function readView(hash) {
  const [, query] = /^#waiting\?(.*)$/.exec(hash) ?? []
  if (query === undefined) return undefined
  const given = new URLSearchParams(query)
  const names = /** @type {(keyof View)[]} */ (Object.keys(NO_VIEW))
  return /** @type {View} */ (Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])))
}

/** @param {View} view */
export function writeView(view) {
  const query = new URLSearchParams(Object.entries(view).filter(([, value]) => value !== ''))
  return query.size === 0 ? `#${PLACE}` : `#${PLACE}?${query}`
}

/**
 * First and last day of an age such as `31-60`, `366-`; of all for another text.
 *
 * @param {string} age
 * @returns {readonly [number, number]}
 */
function agesOf(age) {
  const [, from, to] = /^(\d+)-(\d*)$/.exec(age) ?? []
  return from === undefined
    ? [-Infinity, Infinity]
    : [Number(from), to === '' || to === undefined ? Infinity : Number(to)]
}

/**
 * How many there are with each value of a filter, if this filter alone were taken away.
 *
 * @typedef {Readonly<Record<KindFilter | 'age', ReadonlyMap<string, number>>>} Facets
 */

/** Finds what is in view. What it makes once for all views is made when it is first needed. */
export class Finder {
  /** @type {Waits} */
  #waits
  /** Lower-case text of each item. */
  /** @type {string[]} */
  #texts = []
  /** Items in the order of a column. */
  /** @type {Map<string, Int32Array>} */
  #orders = new Map()

  /** @param {Waits} waits */
  constructor(waits) {
    this.#waits = waits
  }

  /**
   * @param {View} view
   * @returns {{ readonly items: Int32Array, readonly facets: Facets }}
   */
  find(view) {
    const waits = this.#waits
    const { kinds } = waits.about
    const failing = kinds.map((kind) => this.#failing(kind, view))
    const byKind = new Int32Array(kinds.length)
    const byAge = new Int32Array(waits.about.ages.length)
    const isAsked = this.#others(view)
    const [youngest, oldest] = agesOf(view.age)
    // Everything once as it lies in memory, where its texts do, too; then what was found in the order that is asked for.
    const isFound = new Uint8Array(waits.count)
    for (let item = 0; item < waits.count; item++) {
      const kind = waits.kinds[item] ?? 0
      const fails = failing[kind] ?? 0
      // What two filters keep out counts for none of them.
      if ((fails & (fails - 1)) !== 0 || !isAsked(item)) continue
      const age = waits.age(item)
      if (fails === 0) add(byAge, this.#ageBin(age))
      if (age < youngest || age > oldest) continue
      add(byKind, kind)
      if (fails === 0) isFound[item] = 1
    }
    const items = chosen(this.#order(view.sort.replace(/^-/, '')), isFound)
    if (view.sort.startsWith('-')) items.reverse()
    return { items, facets: this.#facets(failing, byKind, byAge) }
  }

  /**
   * @param {import('./waits.js').Kind} kind
   * @param {View} view
   */
  #failing(kind, view) {
    let fails = 0
    for (const [name, place] of Object.entries(OF_KIND)) {
      const wanted = view[/** @type {KindFilter} */ (name)]
      if (wanted !== '' && (kind[place] || NO_VALUE) !== wanted) fails |= 1 << place
    }
    return fails
  }

  /**
   * Whether an item is of a program that is asked for, and has every word.
   *
   * @param {View} view
   * @returns {(item: number) => boolean}
   */
  #others({ q, program }) {
    const words = q
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    const programs = new Set(program.split(/[\s,]+/).flatMap((text) => (text === '' ? [] : [Number(text)])))
    if (words.length === 0 && programs.size === 0) return () => true
    const texts = words.length === 0 ? [] : this.#allTexts()
    return (item) => {
      if (programs.size > 0 && !programs.has(this.#waits.programs[item] ?? 0)) return false
      const text = texts[item] ?? ''
      return words.every((word) => text.includes(word))
    }
  }

  /** Makes what search needs, piece by piece while the browser has nothing else to do. */
  prepare() {
    if (this.#makeTexts(PIECE)) setTimeout(() => this.prepare())
  }

  #allTexts() {
    this.#makeTexts(this.#waits.count)
    return this.#texts
  }

  /**
   * Makes the texts of some more items.
   *
   * @param {number} most
   * @returns whether there are more
   */
  #makeTexts(most) {
    const waits = this.#waits
    const end = Math.min(waits.count, this.#texts.length + most)
    const kinds = waits.about.kinds.map((kind) => kind.map((value) => value || NO_VALUE).join(' '))
    for (let item = this.#texts.length; item < end; item++) {
      const kind = kinds[waits.kinds[item] ?? 0] ?? ''
      this.#texts.push(`${waits.name(item)} ${kind} ${waits.day(item)} ${waits.detail(item)}`.toLowerCase())
    }
    return end < waits.count
  }

  /** @param {number} age */
  #ageBin(age) {
    const { ages } = this.#waits.about
    let bin = 0
    while (bin + 1 < ages.length && age >= (ages[bin + 1] ?? 0)) bin++
    return bin
  }

  /**
   * @param {readonly number[]} failing
   * @param {Int32Array} byKind
   * @param {Int32Array} byAge
   * @returns {Facets}
   */
  #facets(failing, byKind, byAge) {
    const { kinds, ages } = this.#waits.about
    const facets = Object.entries(OF_KIND).map(([name, place]) => {
      /** @type {Map<string, number>} */
      const counts = new Map()
      for (const [number, kind] of kinds.entries()) {
        const value = kind[place] || NO_VALUE
        const isFound = ((failing[number] ?? 0) & ~(1 << place)) === 0
        counts.set(value, (counts.get(value) ?? 0) + (isFound ? (byKind[number] ?? 0) : 0))
      }
      return [name, counts]
    })
    const age = new Map(ages.map((from, bin) => [ageValue(from, ages[bin + 1]), byAge[bin] ?? 0]))
    return /** @type {Facets} */ ({ ...Object.fromEntries(facets), age })
  }

  /**
   * @param {string} column
   * @returns {Int32Array}
   */
  #order(column) {
    const known = this.#orders.get(column)
    if (known !== undefined) return known
    const order = this.#sorted(column)
    this.#orders.set(column, order)
    return order
  }

  /**
   * Items that are alike in the column stay in the order of age.
   *
   * @param {string} column blank for the order of age
   * @returns {Int32Array}
   */
  #sorted(column) {
    const waits = this.#waits
    if (column === '') return oldestFirst(waits.since)
    const order = this.#order('').slice()
    if (column === 'exposures') {
      const { exposures } = waits
      return order.sort((a, b) => (exposures[a] ?? 0) - (exposures[b] ?? 0))
    }
    // The youngest first: days are counted back.
    if (column === 'days') return order.sort((a, b) => waits.age(a) - waits.age(b))
    const texts = this.#columnTexts(column)
    return texts === undefined ? order : order.sort((a, b) => compare(texts[a] ?? '', texts[b] ?? ''))
  }

  /**
   * @param {string} column
   * @returns {string[] | undefined}
   */
  #columnTexts(column) {
    const waits = this.#waits
    if (column === 'name') return Array.from(waits.since, (_, item) => waits.name(item))
    if (column === 'detail') return Array.from(waits.since, (_, item) => waits.detail(item))
    if (!Object.hasOwn(OF_KIND, column)) return undefined
    const place = OF_KIND[/** @type {KindFilter} */ (column)]
    return Array.from(waits.since, (_, item) => waits.kind(item)[place])
  }
}

/**
 * Those items of an order that are found.
 *
 * @param {Int32Array} order
 * @param {Uint8Array} isFound by item
 */
function chosen(order, isFound) {
  const items = new Int32Array(order.length)
  let count = 0
  for (let at = 0; at < order.length; at++) {
    const item = order[at] ?? 0
    if (isFound[item] === 1) items[count++] = item
  }
  return items.subarray(0, count)
}

/**
 * Items by day, then as the database has them.
 *
 * @param {Int32Array} days
 */
function oldestFirst(days) {
  const last = days.reduce((one, other) => Math.max(one, other), 0)
  /** How many items come before those of a day; then, before the next one of a day. */
  const places = new Int32Array(last + 2)
  for (let item = 0; item < days.length; item++) add(places, (days[item] ?? 0) + 1)
  for (let day = 0; day < last; day++) places[day + 1] = (places[day] ?? 0) + (places[day + 1] ?? 0)
  const order = new Int32Array(days.length)
  for (let item = 0; item < days.length; item++) {
    const day = days[item] ?? 0
    order[places[day] ?? 0] = item
    add(places, day)
  }
  return order
}

/**
 * @param {Int32Array} counts
 * @param {number} at
 */
function add(counts, at) {
  counts[at] = (counts[at] ?? 0) + 1
}

/**
 * @param {string} a
 * @param {string} b
 */
function compare(a, b) {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/**
 * The value of the filter for a bin of ages.
 *
 * @param {number} from
 * @param {number | undefined} next where the next bin begins
 */
export function ageValue(from, next) {
  return `${from}-${next === undefined ? '' : next - 1}`
}
