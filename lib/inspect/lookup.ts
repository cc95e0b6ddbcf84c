/** Finds what is asked for by name in a database, and explains it. */
import { REJECTS_FILE } from '../store/tables.js'
import { explanationsIn } from './explain.js'
import type { Explanation } from './explanation.js'
import { type Wanted, wanted } from './names.js'
import type { DatabaseReader } from './reader.js'
import { explainRejected } from './rejected.js'

/** What looking up asks of a database. */
export type LookupReader = Pick<
  DatabaseReader,
  'folder' | 'programs' | 'inTurn' | 'waitingPrograms' | 'settle' | 'expectedNames' | 'opened'
>

/**
 * Explains everything of the given names and patterns, program by program; the names that nothing has are put into
 * `unknown`.
 *
 * Names tell their program, so only those programs are read. What their rows do not have is looked for among the names
 * that products are expected to have, and then among the rows that could not be used.
 */
export async function* explain(
  reader: LookupReader,
  given: readonly string[],
  unknown: string[],
): AsyncGenerator<Explanation> {
  const asked = given.map(wanted)
  const found = new Set<Wanted>()
  // Every dataset has its program in its name, so a whole name without one is that of none.
  const askedIn = (pid: number) =>
    asked.filter((name) => name.pid === pid || (name.pid === undefined && name.isPattern))
  const programs = new Map<number, readonly Wanted[]>()
  for (const pid of reader.programs) {
    const its = askedIn(pid)
    if (its.length > 0) programs.set(pid, its)
  }
  for (const pid of reader.inTurn('explaining', [...programs.keys()]))
    yield* explainIn(reader, pid, programs.get(pid) ?? [], found)
  for (const name of asked) if (!found.has(name)) yield* explainExpected(reader, name, found)
  const rest = asked.filter((name) => !found.has(name))
  const rejects = reader.opened(REJECTS_FILE)
  if (rest.length > 0 && rejects !== undefined) yield* await explainRejected(rejects, matcher(rest, found))
  unknown.push(...asked.filter((name) => !found.has(name)).map((name) => name.given))
}

async function* explainIn(
  reader: LookupReader,
  pid: number,
  asked: readonly Wanted[],
  found: Set<Wanted>,
): AsyncGenerator<Explanation> {
  yield* explanationsIn(await reader.settle(pid), matcher(asked, found), reader.folder)
}

/** Tells whether any of some names matches, and notes which do. */
function matcher(asked: readonly Wanted[], found: Set<Wanted>): (name: string) => boolean {
  return (name) => {
    const matching = asked.filter(({ matches }) => matches(name))
    for (const its of matching) found.add(its)
    return matching.length > 0
  }
}

/**
 * Explains what the tables of the models expect to be called so: a group of a program that is not the one in its name, as
 * PROGRAM contradicts the names of its exposures, or a product that was taken over without its exposures.
 */
async function* explainExpected(reader: LookupReader, name: Wanted, found: Set<Wanted>): AsyncGenerator<Explanation> {
  const { pid } = name
  const { products, isGroup } = await findExpected(reader, name)
  if (pid !== undefined && products.size > 0) {
    found.add(name)
    yield* explanationsIn(await reader.settle(pid), (its) => products.has(its), reader.folder)
  }
  for (const other of isGroup ? reader.waitingPrograms : []) {
    if (other !== pid && !found.has(name)) yield* explainIn(reader, other, [name], found)
  }
}

/** The products that were expected to be called so, and whether a group waits for one. */
async function findExpected(reader: LookupReader, { pid, isPattern, matches }: Wanted) {
  const products = new Set<string>()
  let isGroup = false
  // For a pattern of any program all of them were read.
  if (pid === undefined && isPattern) return { products, isGroup }
  for await (const { name, product } of reader.expectedNames(pid)) {
    if (!matches(name)) continue
    if (product === undefined) isGroup = true
    else products.add(product)
  }
  return { products, isGroup }
}
