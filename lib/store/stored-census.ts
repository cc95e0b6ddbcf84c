/**
 * What there is in each program, as the index keeps it: so a run can tell what waits in the whole database, and reads
 * only the programs that it touches.
 */
import {
  addModel,
  CENSUS_MODELS,
  type Census,
  type CensusByProgram,
  censusOf,
  type ModelCensus,
  noCensus,
} from '../settle/census.js'
import { sharedWords } from './line-ranges.js'

/** Numbers kept for a model of a program: program, model, and the seven of {@link ModelCensus}. */
const NUMBERS = 9

/** A mission has thousands of programs, and every run reads them all: so these are plain numbers that threads share, programs ascending. */
export class StoredCensus {
  /** The numbers of each model of each program of which there is something, in turn. */
  readonly flat: Uint32Array

  constructor(flat: Uint32Array = new Uint32Array()) {
    this.flat = flat
  }

  /** What there is in some programs, as numbers; those of which there is nothing any more are among them, too. */
  static changeOf(programs: CensusByProgram): Uint32Array {
    const flat = new Uint32Array(programs.size * CENSUS_MODELS.length * NUMBERS)
    let used = 0
    for (const [pid, census] of programs) {
      const end = put(pid, census, flat, used)
      flat[used] = pid
      used = Math.max(end, used + NUMBERS)
    }
    return flat.slice(0, used)
  }

  /** The same with what there is now in some programs. */
  with(programs: CensusByProgram): StoredCensus {
    const old = this.flat
    const flat = sharedWords(old.length + programs.size * CENSUS_MODELS.length * NUMBERS)
    let used = 0
    let next = 0
    const keep = (end: number) => {
      flat.set(old.subarray(next, end), used)
      used += end - next
    }
    for (const [pid, census] of [...programs].sort(([a], [b]) => a - b)) {
      keep(this.#startOf(pid, next))
      used = put(pid, census, flat, used)
      next = this.#startOf(pid + 1, next)
    }
    keep(old.length)
    return new StoredCensus(flat.subarray(0, used))
  }

  /** What there is in all programs. */
  get total(): Census {
    const total = noCensus()
    for (let at = 0; at < this.flat.length; at += NUMBERS) this.#addAt(at, total)
    return total
  }

  /** What there is in a program. */
  of(pid: number): Census {
    const census = noCensus()
    for (let at = this.#startOf(pid, 0); this.flat[at] === pid; at += NUMBERS) this.#addAt(at, census)
    return census
  }

  /** Adds what there is in each program. */
  addTo(programs: CensusByProgram): void {
    for (let at = 0; at < this.flat.length; at += NUMBERS) this.#addAt(at, censusOf(programs, this.flat[at] ?? 0))
  }

  /** Where the numbers of a program begin, or of the next one, from a place on. */
  #startOf(pid: number, from: number): number {
    let low = from / NUMBERS
    let high = this.flat.length / NUMBERS
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.flat[middle * NUMBERS] ?? 0) < pid) low = middle + 1
      else high = middle
    }
    return low * NUMBERS
  }

  #addAt(at: number, census: Census): void {
    const number = (index: number) => this.flat[at + index] ?? 0
    addModel(census[CENSUS_MODELS[number(1)] ?? 'none'], {
      matched: number(2),
      groups: number(3),
      exposures: number(4),
      products: number(5),
      mosaics: number(6),
      first: number(7),
      last: number(8),
    })
  }
}

/** Puts what there is in a program at a place; returns where it ends. */
function put(pid: number, census: Census, flat: Uint32Array, start: number): number {
  let end = start
  for (const [model, name] of CENSUS_MODELS.entries()) {
    const { matched, groups, exposures, products, mosaics, first, last }: ModelCensus = census[name]
    if (matched + groups + exposures + products + mosaics === 0) continue
    flat.set([pid, model, matched, groups, exposures, products, mosaics, first, last], end)
    end += NUMBERS
  }
  return end
}
