/**
 * Everything that waits, unpacked from the page: `wait-list.ts` says how it is packed.
 */

/** @typedef {readonly [kind: string, model: string, instrument: string, reason: string]} Kind */
/**
 * @typedef {object} About
 * @property {number} count
 * @property {number} block
 * @property {readonly (readonly [item: number, texts: Texts])[]} first
 * @property {readonly Kind[]} kinds
 * @property {Readonly<Record<string, string>>} meanings
 * @property {readonly string[]} remedies
 * @property {readonly number[]} ages
 * @property {number} [lastDay]
 * @property {string} database
 */
/** @typedef {readonly [observation: string, name: string, detail: string]} Texts */
/** @typedef {readonly [observations: string[], names: string[], details: string[]]} TextColumns */

const DAY_MS = 86_400_000

/**
 * @param {string} base64
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytesOf(base64) {
  // Younger browsers have one, which is faster.
  if ('fromBase64' in Uint8Array) return /** @type {any} */ (Uint8Array).fromBase64(base64)
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/**
 * @param {string} text base64 of raw deflate
 * @returns {ReadableStream<BufferSource>}
 */
function inflate(text) {
  // Not the stream of a blob, which comes by way of another process.
  const { body } = new Response(bytesOf(text))
  return /** @type {NonNullable<typeof body>} */ (body).pipeThrough(new DecompressionStream('deflate-raw'))
}

/** The columns of numbers, in the order in which they are packed. */
const NUMBER_COLUMNS = 6

/**
 * Numbers of one, two or four bytes each.
 *
 * @param {ArrayBuffer} bytes
 * @param {number} width
 */
function numbersIn(bytes, width) {
  if (width === 1) return new Uint8Array(bytes)
  return width === 2 ? new Uint16Array(bytes) : new Int32Array(bytes)
}

/**
 * What waits, by number from 0 in the order of the database. Of most of it names and what else is text come
 * later, by {@link Waits.read}; until then they are blank.
 */
export class Waits {
  /** @type {About} */
  about
  /** @type {Int32Array} */
  kinds
  /** Days since 1970; 0 where there is none. */
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
  /** Texts of the oldest items. */
  /** @type {ReadonlyMap<number, Texts>} */
  #first

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
    const { count, block, first } = this.about
    const columns = Array.from({ length: NUMBER_COLUMNS }, () => new Int32Array(count))
    let offset = 0
    for (let at = 0; at < count; at += block) {
      const length = Math.min(block, count - at)
      const widths = new Uint8Array(bytes, offset, NUMBER_COLUMNS)
      offset += NUMBER_COLUMNS
      for (const [number, column] of columns.entries()) {
        const width = widths[number] ?? 0
        column.set(numbersIn(bytes.slice(offset, offset + width * length), width), at)
        offset += width * length
      }
    }
    const none = new Int32Array()
    const [kinds = none, since = none, programs = none, members = none, exposures = none, remedies = none] = columns
    this.#first = new Map(first)
    this.kinds = kinds
    this.since = since
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
    return this.count <= this.#first.size || this.#blocks.length * this.about.block >= this.count
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
    const day = this.since[item] ?? 0
    const known = this.#days.get(day)
    if (known !== undefined) return known
    const text = day === 0 ? '' : new Date(day * DAY_MS).toISOString().slice(0, 10)
    this.#days.set(day, text)
    return text
  }

  /**
   * Days to the last one of the database.
   *
   * @param {number} item
   */
  age(item) {
    const day = this.since[item] ?? 0
    return day === 0 || this.about.lastDay === undefined ? 0 : this.about.lastDay - day
  }

  /**
   * @param {number} item
   * @param {0 | 1 | 2} column
   */
  #text(item, column) {
    const { block } = this.about
    const columns = this.#blocks[Math.floor(item / block)]
    return (columns === undefined ? this.#first.get(item)?.[column] : columns[column][item % block]) ?? ''
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
