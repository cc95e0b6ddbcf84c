/**
 * Everything that waits, unpacked from the page: `wait-list.ts` says how it is packed.
 */

/** @typedef {readonly [kind: string, model: string, instrument: string, reason: string]} Kind */
/**
 * @typedef {object} About
 * @property {number} count
 * @property {readonly Kind[]} kinds
 * @property {Readonly<Record<string, string>>} meanings
 * @property {readonly string[]} remedies
 * @property {readonly number[]} ages
 * @property {number} [lastDay]
 * @property {string} database
 */
/** @typedef {readonly [number[], number[], number[], string[], number[], number[], string[], string[], number[]]} Block */

/** @typedef {[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]} Six */

const DAY_MS = 86_400_000

/**
 * @param {string} text base64 of raw deflate
 * @returns {Promise<string>}
 */
async function inflate(text) {
  const binary = atob(text.trim())
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Response(stream).text()
}

/**
 * The places of numbers, smallest first. Days are few: they are counted, which takes a tenth of the time of sorting.
 *
 * @param {Int32Array} numbers
 */
function ordered(numbers) {
  /** @type {Map<number, number>} */
  const counts = new Map()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  let start = 0
  for (const number of [...counts.keys()].sort((a, b) => a - b)) {
    const count = counts.get(number) ?? 0
    counts.set(number, start)
    start += count
  }
  const places = new Int32Array(numbers.length)
  for (const [place, number] of numbers.entries()) {
    const at = counts.get(number) ?? 0
    places[at] = place
    counts.set(number, at + 1)
  }
  return places
}

/** What waits, by number from 0: oldest first, then as the database has it. */
export class Waits {
  /** @type {About} */
  about
  /** @type {Uint16Array} */
  kinds
  /** Days since 1970; -1 where there is none. */
  /** @type {Int32Array} */
  since
  /** @type {Int32Array} */
  programs
  /** @type {Int32Array} */
  members
  /** @type {Int32Array} */
  exposures
  /** @type {string[]} */
  #observations = []
  /** @type {string[]} */
  #names = []
  /** @type {string[]} */
  #details = []
  /** @type {Int32Array} */
  #remedies
  /** @type {Map<number, string>} */
  #days = new Map()
  /** Where an item stands in the columns of text. */
  /** @type {Int32Array} */
  #places

  /**
   * @param {string} text base64
   * @throws Error where the browser cannot unpack it
   */
  static async unpack(text) {
    return new Waits(await inflate(text))
  }

  /** @param {string} text */
  constructor(text) {
    const lines = text.split('\n')
    this.about = JSON.parse(lines.pop() ?? '')
    const { count } = this.about
    const columns = Array.from({ length: 6 }, () => new Int32Array(count))
    let at = 0
    for (const line of lines) {
      /** @type {Block} */
      const [kinds, since, programs, observations, members, exposures, names, details, remedies] = JSON.parse(line)
      for (const [number, values] of [kinds, since, programs, members, exposures, remedies].entries())
        columns[number]?.set(values, at)
      for (const its of observations) this.#observations.push(its)
      for (const its of names) this.#names.push(its)
      for (const its of details) this.#details.push(its)
      at += kinds.length
    }
    this.#places = ordered(/** @type {Six} */ (columns)[1])
    const sorted = columns.map((column) => this.#places.map((place) => column[place] ?? 0))
    const [kinds, days, programs, members, exposures, remedies] = /** @type {Six} */ (sorted)
    this.kinds = Uint16Array.from(kinds)
    this.since = days
    this.programs = programs
    this.members = members
    this.exposures = exposures
    this.#remedies = remedies
  }

  get count() {
    return this.about.count
  }

  /**
   * @param {number} item
   * @returns {Kind}
   */
  kind(item) {
    return this.about.kinds[this.kinds[item] ?? 0] ?? ['', '', '', '']
  }

  /** @param {number} item */
  name(item) {
    return this.#text(this.#names, item)
  }

  /** @param {number} item */
  detail(item) {
    return this.#text(this.#details, item)
  }

  /**
   * What the reason for which it waits means.
   *
   * @param {number} item
   */
  meaning(item) {
    return this.about.meanings[this.kind(item)[3]] ?? ''
  }

  /**
   * What helps.
   *
   * @param {number} item
   */
  remedy(item) {
    return this.about.remedies[this.#remedies[item] ?? 0] ?? ''
  }

  /** @param {number} item */
  observation(item) {
    return this.#observations[this.#places[item] ?? 0] ?? ''
  }

  /** @param {number} item */
  program(item) {
    return String(this.programs[item] ?? 0).padStart(5, '0')
  }

  /**
   * The day since which an item waits; blank where it has none.
   *
   * @param {number} item
   */
  day(item) {
    const day = this.since[item] ?? -1
    const known = this.#days.get(day)
    if (known !== undefined) return known
    const text = day < 0 ? '' : new Date(day * DAY_MS).toISOString().slice(0, 10)
    this.#days.set(day, text)
    return text
  }

  /**
   * Days to the last one of the database.
   *
   * @param {number} item
   */
  age(item) {
    const day = this.since[item] ?? -1
    return day < 0 || this.about.lastDay === undefined ? 0 : this.about.lastDay - day
  }

  /**
   * @param {readonly string[]} column
   * @param {number} item
   */
  #text(column, item) {
    const short = column[this.#places[item] ?? 0] ?? ''
    if (!short.includes('~')) return short
    const start = `jw${this.program(item)}-o${this.observation(item)}_`
    // `~1` before `~0`: a tilde that is followed by a 1 is `~01`.
    return short.replaceAll('~1', () => start).replaceAll('~0', '~')
  }
}
