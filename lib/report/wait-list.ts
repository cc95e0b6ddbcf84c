/**
 * Everything that waits, as the page holds it: packed while the database is read, and unpacked by `page/waits.js`.
 *
 * It is in two parts, both deflated and in base64, so that a browser has a table to show before it has read all names.
 * _Numbers_ are blocks of columns. A block begins with a byte for each column, that says how many bytes its numbers have,
 * least byte first. Behind the blocks stands the {@link About} as JSON, and its length in bytes in four bytes. _Texts_ are
 * lines of JSON, one for each block, also columns.
 *
 * Names and details that begin with the program and observation of their item, as nearly all do, are told without: `~1`
 * stands for that, `~0` for a tilde.
 */
import { constants, deflateRawSync } from 'node:zlib'
import { REASONS, type Reason } from '../inspect/reasons.js'
import type { Wait } from '../inspect/waits.js'
import { AGE_BINS, dayNumber } from './scales.js'

/** So many items are packed together. */
const BLOCK = 8192
/** So many of the oldest have their texts among the numbers: more than a screen shows. */
const FIRST = 100

/** What items have in common: there are few of these. */
type Kind = readonly [kind: Wait['kind'], model: string, instrument: string, reason: Reason]

/** The columns of a block that are numbers. */
interface Numbers {
  /** Numbers of {@link Kind}s. */
  readonly kinds: number[]
  /** Days since 1970; 0 for a day that is none. */
  readonly since: number[]
  readonly programs: number[]
  readonly members: number[]
  readonly exposures: number[]
  /** Numbers of remedies. */
  readonly remedies: number[]
}

/** What is told of an item in words. */
type Texts = readonly [observation: string, name: string, detail: string]

/** The columns of a block that are texts. */
type TextColumns = readonly [observations: string[], names: string[], details: string[]]

/** What is said once. */
interface About {
  readonly count: number
  /** How many items a block has, but for the last one. */
  readonly block: number
  /** Texts of the oldest items, by their numbers; of one day in the order of the database. */
  readonly first: readonly (readonly [item: number, texts: Texts])[]
  readonly kinds: readonly Kind[]
  /** What each reason means. */
  readonly meanings: Readonly<Record<string, string>>
  readonly remedies: readonly string[]
  /** First days of the bins of age. */
  readonly ages: readonly number[]
  /** Day number that ages are counted to, if there is any. */
  readonly lastDay: number | undefined
  /** The database, as it was given. */
  readonly database: string
}

/** Packs what waits; what it keeps is some 20 bytes for each. */
export class WaitList {
  readonly #kinds = new Map<string, readonly [number, Kind]>()
  /** There are few: they depend on reason, model and keywords. */
  readonly #remedies = new Map<string, number>()
  readonly #first: (readonly [since: number, item: number, texts: Texts])[] = []
  readonly #numbers: Buffer[] = []
  readonly #texts: Buffer[] = []
  #block = emptyNumbers()
  #columns: TextColumns = [[], [], []]
  #count = 0

  add(wait: Wait): void {
    const { pid, observation } = wait
    const short = shortener(pid, observation)
    const block = this.#block
    block.kinds.push(this.#kind([wait.kind, wait.model ?? '', wait.instrument, wait.reason]))
    const since = Math.max(0, dayNumber(wait.since) || 0)
    block.since.push(since)
    block.programs.push(pid)
    block.members.push(wait.members)
    block.exposures.push(wait.exposures)
    block.remedies.push(this.#remedy(wait.remedy))
    const texts: Texts = [observation, short(wait.name), short(wait.detail)]
    for (const [column, text] of texts.entries()) this.#columns[column]?.push(text)
    this.#addFirst(since, texts)
    this.#count++
    if (block.kinds.length === BLOCK) this.#pack()
  }

  /** All of it in base64; once. */
  packed(database: string, lastDate: string | undefined): { readonly numbers: string; readonly texts: string } {
    if (this.#block.kinds.length > 0) this.#pack()
    const kinds = [...this.#kinds.values()].map(([, kind]) => kind)
    const used = [...new Set(kinds.map(([, , , reason]) => reason))]
    const about: About = {
      count: this.#count,
      block: BLOCK,
      first: this.#first.map(([, item, texts]) => [item, texts]),
      kinds,
      meanings: Object.fromEntries(used.map((reason) => [reason, REASONS[reason]])),
      remedies: [...this.#remedies.keys()],
      ages: AGE_BINS,
      lastDay: lastDate === undefined ? undefined : dayNumber(lastDate),
      database,
    }
    const json = Buffer.from(JSON.stringify(about))
    const end = deflateRawSync(Buffer.concat([json, bytesOf([json.length], 4)]))
    return {
      numbers: Buffer.concat([...this.#numbers, end]).toString('base64'),
      texts: Buffer.concat([...this.#texts, deflateRawSync('')]).toString('base64'),
    }
  }

  /** Keeps an item that is one of the oldest so far. */
  #addFirst(since: number, texts: Texts): void {
    const first = this.#first
    if (first.length === FIRST && since >= (first.at(-1)?.[0] ?? 0)) return
    first.splice(first.findLastIndex(([other]) => other <= since) + 1, 0, [since, this.#count, texts])
    if (first.length > FIRST) first.pop()
  }

  #kind(kind: Kind): number {
    const key = JSON.stringify(kind)
    const [number] = this.#kinds.get(key) ?? [this.#kinds.size]
    if (number === this.#kinds.size) this.#kinds.set(key, [number, kind])
    return number
  }

  #remedy(remedy: string): number {
    const number = this.#remedies.get(remedy) ?? this.#remedies.size
    this.#remedies.set(remedy, number)
    return number
  }

  /** Deflates the block so that what comes later can follow it. */
  #pack(): void {
    const flush = { finishFlush: constants.Z_SYNC_FLUSH }
    const columns: readonly number[][] = Object.values(this.#block)
    const widths = columns.map(widthOf)
    const numbers = columns.map((column, at) => bytesOf(column, widths[at] ?? 4))
    this.#numbers.push(deflateRawSync(Buffer.concat([Buffer.from(widths), ...numbers]), flush))
    this.#texts.push(deflateRawSync(`${JSON.stringify(this.#columns)}\n`, flush))
    this.#block = emptyNumbers()
    this.#columns = [[], [], []]
  }
}

function emptyNumbers(): Numbers {
  return { kinds: [], since: [], programs: [], members: [], exposures: [], remedies: [] }
}

/** How many bytes the largest of the numbers needs: 1, 2 or 4. */
function widthOf(numbers: readonly number[]): number {
  const most = numbers.reduce((one, other) => Math.max(one, other), 0)
  if (most < 1 << 8) return 1
  return most < 1 << 16 ? 2 : 4
}

/** Numbers of so many bytes each, least byte first. */
function bytesOf(numbers: readonly number[], width: number): Buffer {
  const bytes = Buffer.alloc(width * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUIntLE(number, width * index, width)
  return bytes
}

function shortener(pid: number, observation: string): (text: string) => string {
  const start = `jw${String(pid).padStart(5, '0')}-o${observation}_`
  return (text) => text.replaceAll('~', '~0').replaceAll(start, '~1')
}
