/** What is wrong after a run that was disturbed, and after the run that follows it. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { assertGolden } from './database-fixtures.js'
import { withFolder } from './fault-folders.js'
import type { RunResult } from './faults.js'
import {
  copyDatabase,
  differing,
  type Files,
  filesOf,
  isPlaced,
  linesOf,
  namesOf,
  publicFiles,
  tornTables,
} from './interrupt-files.js'
import { CASE, FOREIGN, type Scene } from './interrupt-scene.js'
import { PROGRAM } from './program.js'

const RECORD = 'db/.jwst-ingest/commit.json'
const STAGED = /^db\/\.jwst-ingest\/staging\//
/** What a run may leave in the private folder. */
const KEPT = ['.jwst-ingest/hidden.csv', '.jwst-ingest/index', '.jwst-ingest/seen.json']

/** How a disturbed run left its folder. */
export interface Wreck {
  /** Whether the tables are all as before the run, all as after it, or neither. */
  readonly state: 'before' | 'after' | 'between'
  /** What the next run has to say. */
  readonly recovery: string | undefined
  readonly problems: readonly string[]
}

/** Looks at a folder as the process left it. `torn`: whether the process was killed in the midst of a write. */
export function inspectWreck({ before, after }: Scene, folder: string, torn = false): Wreck {
  const names = namesOf(folder)
  const found = filesIn(folder)
  const state =
    differing(found, before).length === 0 ? 'before' : differing(found, after).length === 0 ? 'after' : 'between'
  const tables = committedTables(folder, names)
  const staged = names.filter((name) => STAGED.test(name)).length
  const problems: string[] = []
  if (tables === undefined && state === 'between') {
    problems.push(`neither before nor after, and no commit record: ${differing(found, before).join(', ')}`)
  }
  for (const name of after.keys()) {
    if (tables !== undefined && !isPlaced(found.get(name), before.get(name), after.get(name)))
      problems.push(`${name} is neither old nor new`)
  }
  // A reader may come at any time; only a write that the kernel itself cut short shows half a line.
  if (!torn) problems.push(...tornTables(found, before, after).map((name) => `${name} is torn`))
  return { state, recovery: recoveryOf(tables, staged), problems }
}

function recoveryOf(tables: number | undefined, staged: number): string | undefined {
  if (tables !== undefined) return `finished the commit of an interrupted run (${tables} tables)`
  if (staged === 0) return undefined
  return `removed what an interrupted run left behind (${staged} file${staged === 1 ? '' : 's'})`
}

/** How many tables the commit record in a folder has; undefined without one. */
function committedTables(folder: string, names: readonly string[]): number | undefined {
  if (!names.includes(RECORD)) return undefined
  const record: { operations: { name: string }[] } = JSON.parse(readFileSync(join(folder, RECORD), 'utf8'))
  return record.operations.filter(({ name }) => !name.startsWith('.jwst-ingest/')).length
}

function filesIn(folder: string): Files {
  return readdirSync(folder).includes('db') ? filesOf(join(folder, 'db')) : new Map()
}

/** What is wrong if the folder is only opened, before a new run can make up for it: in a copy, which the caller never sees. */
export async function problemsOfRecovery(scene: Scene, folder: string, wreck: Wreck): Promise<string[]> {
  if (!namesOf(folder).some((name) => name.startsWith('db/'))) return []
  return withFolder(async (copy) => {
    const database = join(copy, 'db')
    await copyDatabase(join(folder, 'db'), database)
    const module = pathToFileURL(join(dirname(scene.options.program ?? PROGRAM), '..', 'lib', 'store', 'commit.js'))
    const { openFolder }: typeof import('../../lib/store/commit.js') = await import(module.href)
    await (await openFolder(database)).close()
    const found = filesOf(database)
    const expected = wreck.state === 'after' || wreck.recovery?.startsWith('finished') ? scene.after : scene.before
    return differing(found, expected).map((name) => `${name} is not recovered`)
  })
}

/** What is wrong after the same run again: it has to leave every row once, and nothing else. */
export function problemsAfter(
  scene: Scene,
  folder: string,
  wreck: Wreck,
  again: Pick<RunResult, 'status' | 'stderr'>,
): string[] {
  const problems: string[] = []
  if (again.status !== 0) return [`the next run ended with ${again.status}: ${again.stderr}`]
  const said = /^jwst-ingest: ((?:finished|removed) .*)$/m.exec(again.stderr)?.[1]
  if (said !== wreck.recovery) problems.push(`the next run said ${said}, expected ${wreck.recovery}`)
  const found = filesIn(folder)
  problems.push(...differingLines(found, scene.after))
  const known = new Set([...scene.after.keys(), ...KEPT].map((name) => join('db', name)))
  const left = namesOf(folder).filter((name) => !known.has(name) && !isEmptySpill(folder, name))
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`)
  return problems
}

/**
 * A spill file loses its name before it gets a row. Where it is not in the database, nobody can remove one that a killed
 * process has just made: it stays, empty.
 */
function isEmptySpill(folder: string, name: string): boolean {
  return name.startsWith('tmp/') && statSync(join(folder, name)).size === 0
}

function differingLines(found: Files, expected: Files): string[] {
  const [actual, wanted] = [publicFiles(found), publicFiles(expected)]
  return differing(actual, wanted).flatMap((name) => {
    const [lines, wantedLines] = [actual.get(name), wanted.get(name)].map((text) => linesOf(text ?? ''))
    if (lines === undefined || wantedLines === undefined || String(lines) === String(wantedLines)) return []
    return [`${name} has other rows: ${lines.length} lines, expected ${wantedLines.length}`]
  })
}

/** Fails unless a database has the tables of the golden case, besides the rows of the unusual day. */
export async function assertGoldenRows(database: string): Promise<void> {
  await withFolder(async (folder) => {
    for (const [name, text] of publicFiles(filesOf(database))) {
      const lines = text.split('\n').filter((line) => !line.includes(FOREIGN))
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, name), lines.join('\n'), 'latin1')
    }
    assertGolden(CASE, folder)
  })
}
