/**
 * Everything that waits, unpacked from the page: `wait-list.ts` says how it is packed.
 */

/** @typedef {readonly [kind: string, model: string, instrument: string, reason: string]} Kind */
/**
 * @typedef {object} About
 * @property {number} count
 * @property {number} block
 * @property {readonly Texts[]} first
 * @property {readonly Kind[]} kinds
 * @property {Readonly<Record<string, string>>} meanings
 * @property {readonly string[]} remedies
 * @property {readonly number[]} ages
 * @property {number} [lastDay]
 * @property {string} database
 */
/** @typedef {readonly [observation: string, name: string, detail: string]} Texts */
/** @typedef {readonly [observations: string[], names: string[], details: string[]]} TextColumns */

/** @typedef {[Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]} Six */

const DAY_MS = 86_400_000

/**
 * @param {string} text base64 of raw deflate
 * @returns {ReadableStream<BufferSource>}
 */
function inflate(text) {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  // Not the stream of a blob, which comes by way of another process.
  const { body } = new Response(bytes)
  return /** @type {NonNullable<typeof body>} */ (body).pipeThrough(new DecompressionStream('deflate-raw'))
}

/**
 * The places of numbers, smallest first, then as they came. Numbers are sorted natively, without a call for each pair: so
 * each has its place behind it.
 *
 * @param {Int32Array} numbers
 */
function ordered(numbers) {
  const count = numbers.length
  const keys = new Float64Array(count)
  for (let place = 0; place < count; place++) keys[place] = (numbers[place] ?? 0) * count + place
  keys.sort()
  const places = new Int32Array(count)
  for (let at = 0; at < count; at++) {
    const key = keys[at] ?? 0
    places[at] = key - Math.floor(key / count) * count
  }
  return places
}

/**
 * A column in another order.
 *
 * @param {Int32Array} column
 * @param {Int32Array} places
 */
function inOrder(column, places) {
  const sorted = new Int32Array(column.length)
  for (let at = 0; at < sorted.length; at++) sorted[at] = column[places[at] ?? 0] ?? 0
  return sorted
}

/**
 * What waits, by number from 0: oldest first, then as the database has it. Of most of it names and what else is text come
 * later, by {@link Waits.read}; until then they are blank.
 */
export class Waits {
  /** @type {About} */
  about
  /** @type {Int32Array} */
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
  /** @type {Int32Array} */
  #remedies
  /** @type {TextColumns[]} */
  #blocks = []
  /** @type {Map<number, string>} */
  #days = new Map()
  /** Where an item stands in the blocks. */
  /** @type {Int32Array} */
  #places

  /**
   * All numbers, and the texts of the first items.
   *
   * @param {string} numbers base64
   * @throws Error where the browser cannot unpack it
   */
  static async unpack(numbers) {
    return new Waits(await new Response(inflate(numbers)).arrayBuffer())
  }

  /** @param {ArrayBuffer} bytes */
  constructor(bytes) {
    const end = bytes.byteLength - 4
    const start = end - new DataView(bytes).getInt32(end, true)
    this.about = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, start, end - start)))
    const { count, block } = this.about
    const columns = Array.from({ length: 6 }, () => new Int32Array(count))
    let offset = 0
    for (let at = 0; at < count; at += block) {
      const length = Math.min(block, count - at)
      for (const column of columns) {
        column.set(new Int32Array(bytes, offset, length), at)
        offset += 4 * length
      }
    }
    const places = ordered(columns[1] ?? new Int32Array())
    const sorted = columns.map((column) => inOrder(column, places))
    const [kinds, days, programs, members, exposures, remedies] = /** @type {Six} */ (sorted)
    this.#places = places
    this.kinds = kinds
    this.since = days
    this.programs = programs
    this.members = members
    this.exposures = exposures
    this.#remedies = remedies
  }

  /**
   * Reads all texts, a block at a time, so that the page can be used meanwhile.
   *
   * @param {string} texts base64
   */
  async read(texts) {
    const reader = inflate(texts).pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const end = value.lastIndexOf('\n')
      if (end < 0) {
        rest += value
        continue
      }
      for (const line of (rest + value.slice(0, end)).split('\n')) this.#blocks.push(JSON.parse(line))
      rest = value.slice(end + 1)
      await new Promise((resolve) => setTimeout(resolve))
    }
  }

  /** Whether the texts of all items are there. */
  get isWhole() {
    return this.count <= this.about.first.length || this.#blocks.length * this.about.block >= this.count
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
    return this.#long(item, 1)
  }

  /** @param {number} item */
  detail(item) {
    return this.#long(item, 2)
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
    return this.#text(item, 0)
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
   * @param {number} item
   * @param {0 | 1 | 2} column
   */
  #text(item, column) {
    const place = this.#places[item] ?? 0
    const { block, first } = this.about
    const columns = this.#blocks[Math.floor(place / block)]
    return (columns === undefined ? first[item]?.[column] : columns[column][place % block]) ?? ''
  }

  /**
   * A text that may be packed without its beginning.
   *
   * @param {number} item
   * @param {1 | 2} column
   */
  #long(item, column) {
    const short = this.#text(item, column)
    if (!short.includes('~')) return short
    const start = `jw${this.program(item)}-o${this.observation(item)}_`
    // `~1` before `~0`: a tilde that is followed by a 1 is `~01`.
    return short.replaceAll('~1', () => start).replaceAll('~0', '~')
  }
}
