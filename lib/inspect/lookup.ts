/** Finds what is asked for by name in a database, and explains it. */
import { type Explanation, explanationsIn } from './explain.js'
import { type Wanted, wanted } from './names.js'
import type { DatabaseReader } from './reader.js'

/** What looking up asks of a database. */
export type ProgramReader = Pick<DatabaseReader, 'programs' | 'waitingPrograms' | 'settle'>

/**
 * Explains everything of the given names and patterns, program by program; the names that nothing has are put into
 * `unknown`.
 *
 * Names tell their program, so only those programs are read. Only the expected name of a group may carry another one, if
 * PROGRAM contradicts the names of its exposures: what is not found is looked for in all programs in which something
 * waits.
 */
export async function* explain(
  reader: ProgramReader,
  given: readonly string[],
  unknown: string[],
): AsyncGenerator<Explanation> {
  const asked = given.map(wanted)
  const found = new Set<Wanted>()
  for (const pid of reader.programs) {
    const here = asked.filter((name) => name.pid === undefined || name.pid === pid)
    if (here.length > 0) yield* explainIn(reader, pid, here, found)
  }
  const rest = asked.filter((name) => !found.has(name) && name.pid !== undefined)
  for (const pid of reader.waitingPrograms) {
    const here = rest.filter((name) => !found.has(name) && name.pid !== pid)
    if (here.length > 0) yield* explainIn(reader, pid, here, found)
  }
  unknown.push(...asked.filter((name) => !found.has(name)).map((name) => name.given))
}

async function* explainIn(
  reader: ProgramReader,
  pid: number,
  asked: readonly Wanted[],
  found: Set<Wanted>,
): AsyncGenerator<Explanation> {
  const isWanted = (name: string) => {
    const matching = asked.filter(({ matches }) => matches(name))
    for (const its of matching) found.add(its)
    return matching.length > 0
  }
  yield* explanationsIn(await reader.settle(pid), isWanted)
}
