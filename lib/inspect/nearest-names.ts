/** Names that come near to one that nothing has. */
import { distance } from 'fastest-levenshtein'
import { programOf } from '../rules/dataset.js'
import { memberName } from '../rules/member-name.js'
import { compareText } from '../rules/values.js'
import { mistakes } from '../text/mistakes.js'
import type { DatabaseReader } from './reader.js'

/** What looking for names asks of a database. */
export type NamesReader = Pick<DatabaseReader, 'programs' | 'namesIn' | 'expectedNames'>

/** So many names are told. */
const MOST = 5
/** Programs are read, the nearest first, until so many names are compared: an answer never takes long. */
const MOST_COMPARED = 5_000
/** How much of a name, and how many characters of a program's, may be mistyped. */
const MAX_MISTYPED = 0.25
const MAX_MISTYPED_PROGRAM = 2

/**
 * The names of datasets, groups and what association files name that are nearest to a name, in whatever letter case: by
 * the characters to insert, remove or replace, of equally near ones first those of the program in the name.
 */
export async function nearestNames(reader: NamesReader, given: string): Promise<readonly string[]> {
  const asked = memberName(given)
  const most = Math.max(2, Math.floor(asked.length * MAX_MISTYPED))
  const found = new Map<string, number>()
  const compare = (name: string) => {
    if (Math.abs(name.length - asked.length) > most) return
    const far = distance(asked, name.toLowerCase())
    if (far <= most) found.set(name, far)
  }
  const programs = programsNear(reader.programs, asked)
  let compared = 0
  for (const pid of programs) {
    if (compared >= MOST_COMPARED) break
    const names = reader.namesIn(pid)
    for (const name of names) compare(name)
    compared += names.size
  }
  for await (const { name } of reader.expectedNames(undefined)) {
    if (programs.includes(programOf(name) ?? -1)) compare(name)
  }
  const isOther = (name: string) => Number(programOf(name) !== programOf(asked))
  return [...found]
    .sort(([a, x], [b, y]) => x - y || isOther(a) - isOther(b) || compareText(a, b))
    .slice(0, MOST)
    .map(([name]) => name)
}

/** The start of every name of a program. */
const startOf = (pid: number) => `jw${String(pid).padStart(5, '0')}`

/**
 * A pattern of all names of one of some programs: that of a name or pattern or, where it is none of them, the one whose names
 * begin most as that does; undefined where there are no programs.
 */
export function nearestPattern(programs: readonly number[], given: string): string | undefined {
  const pid = programOf(given)
  const start = pid === undefined ? given.toLowerCase().slice(0, startOf(0).length) : startOf(pid)
  const [nearest] = programs
    .map((program) => ({ program, far: mistakes(start, startOf(program)) }))
    .sort((a, b) => a.far - b.far)
  return nearest && `${startOf(nearest.program)}*`
}

/** The programs whose names begin as the name does, or nearly so, the nearest first. */
function programsNear(programs: readonly number[], asked: string): readonly number[] {
  const start = asked.slice(0, startOf(0).length)
  return programs
    .map((pid) => ({ pid, far: mistakes(start, startOf(pid)) }))
    .filter(({ far }) => far <= MAX_MISTYPED_PROGRAM)
    .sort((a, b) => a.far - b.far)
    .map(({ pid }) => pid)
}
