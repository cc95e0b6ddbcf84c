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

/** Numbers kept for a model of a program: program, model, and the seven of {@link ModelCensus}. */
const NUMBERS = 9

/** A mission has thousands of programs, and every run reads them all: so these are plain numbers, programs ascending. */
export class StoredCensus {
  /** The numbers of each model of each program of which there is something, in turn. */
  readonly flat: readonly number[]

  constructor(flat: readonly number[] = []) {
    this.flat = flat
  }

  /** The same with what there is now in some programs. */
  with(programs: CensusByProgram): StoredCensus {
    const flat: number[] = []
    const changed = [...programs].sort(([a], [b]) => a - b)
    let next = 0
    const putUpTo = (last: number) => {
      for (; next < changed.length; next++) {
        const [pid, census] = changed[next] as (typeof changed)[number]
        if (pid > last) return
        put(pid, census, flat)
      }
    }
    for (let at = 0; at < this.flat.length; at += NUMBERS) {
      const pid = this.flat[at] ?? 0
      putUpTo(pid)
      if (programs.has(pid)) continue
      for (let index = at; index < at + NUMBERS; index++) flat.push(this.flat[index] ?? 0)
    }
    putUpTo(Number.POSITIVE_INFINITY)
    return new StoredCensus(flat)
  }

  /** What there is in all programs. */
  get total(): Census {
    const total = noCensus()
    for (let at = 0; at < this.flat.length; at += NUMBERS) this.#addAt(at, total)
    return total
  }

  /** Adds what there is in each program. */
  addTo(programs: CensusByProgram): void {
    for (let at = 0; at < this.flat.length; at += NUMBERS) this.#addAt(at, censusOf(programs, this.flat[at] ?? 0))
  }

  #addAt(at: number, census: Census): void {
    const [model = 0, matched = 0, groups = 0, exposures = 0, products = 0, mosaics = 0, first = 0, last = 0] =
      this.flat.slice(at + 1, at + NUMBERS)
    addModel(census[CENSUS_MODELS[model] ?? 'none'], { matched, groups, exposures, products, mosaics, first, last })
  }
}

function put(pid: number, census: Census, flat: number[]): void {
  for (const [model, name] of CENSUS_MODELS.entries()) {
    const { matched, groups, exposures, products, mosaics, first, last }: ModelCensus = census[name]
    if (matched + groups + exposures + products + mosaics > 0)
      flat.push(pid, model, matched, groups, exposures, products, mosaics, first, last)
  }
}
