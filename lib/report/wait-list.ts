/**
 * Everything that waits, as the page holds it: packed while the database is read, and unpacked by `page/waits.js`.
 *
 * Lines of JSON, deflated. Each line but the last has a block of items as columns; the last one is the {@link About}.
 * Names and details that begin with the program and observation of their item, as nearly all do, are told without: `~1`
 * stands for that, `~0` for a tilde.
 */
import { constants, deflateRawSync } from 'node:zlib'
import { REASONS, type Reason } from '../inspect/reasons.js'
import type { Wait } from '../inspect/waits.js'
import { AGE_BINS, dayNumber } from './scales.js'

/** So many items are packed together. */
const BLOCK = 8192

/** What items have in common: there are few of these. */
type Kind = readonly [kind: Wait['kind'], model: string, instrument: string, reason: Reason]

/** The columns of a block. */
interface Block {
  /** Numbers of {@link Kind}s. */
  readonly kinds: number[]
  /** Days since 1970; -1 for a day that is none. */
  readonly since: number[]
  readonly programs: number[]
  readonly observations: string[]
  readonly members: number[]
  readonly exposures: number[]
  readonly names: string[]
  readonly details: string[]
  /** Numbers of remedies. */
  readonly remedies: number[]
}

/** What is said once. */
interface About {
  readonly count: number
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
  readonly #packed: Buffer[] = []
  #block = emptyBlock()
  #count = 0

  add(wait: Wait): void {
    const { pid, observation } = wait
    const short = shortener(pid, observation)
    const block = this.#block
    block.kinds.push(this.#kind([wait.kind, wait.model ?? '', wait.instrument, wait.reason]))
    block.since.push(dayNumber(wait.since) || -1)
    block.programs.push(pid)
    block.observations.push(observation)
    block.members.push(wait.members)
    block.exposures.push(wait.exposures)
    block.names.push(short(wait.name))
    block.details.push(short(wait.detail))
    block.remedies.push(this.#remedy(wait.remedy))
    this.#count++
    if (block.kinds.length === BLOCK) this.#pack()
  }

  /** All of it in base64. */
  packed(database: string, lastDate: string | undefined): string {
    if (this.#block.kinds.length > 0) this.#pack()
    const kinds = [...this.#kinds.values()].map(([, kind]) => kind)
    const used = [...new Set(kinds.map(([, , , reason]) => reason))]
    const about: About = {
      count: this.#count,
      kinds,
      meanings: Object.fromEntries(used.map((reason) => [reason, REASONS[reason]])),
      remedies: [...this.#remedies.keys()],
      ages: AGE_BINS,
      lastDay: lastDate === undefined ? undefined : dayNumber(lastDate),
      database,
    }
    const end = deflateRawSync(JSON.stringify(about))
    return Buffer.concat([...this.#packed, end]).toString('base64')
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
    const line = `${JSON.stringify(Object.values(this.#block))}\n`
    this.#packed.push(deflateRawSync(line, { finishFlush: constants.Z_SYNC_FLUSH }))
    this.#block = emptyBlock()
  }
}

function emptyBlock(): Block {
  return {
    kinds: [],
    since: [],
    programs: [],
    observations: [],
    members: [],
    exposures: [],
    names: [],
    details: [],
    remedies: [],
  }
}

function shortener(pid: number, observation: string): (text: string) => string {
  const start = `jw${String(pid).padStart(5, '0')}-o${observation}_`
  return (text) => text.replaceAll('~', '~0').replaceAll(start, '~1')
}
