/** What is in the files of a database, and which of two states they show: the one before a run or the one after it. */
import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Database } from '../../lib/store/database.js'

const PRIVATE = '.jwst-ingest/'
/** What is there only while a run goes on, or tells of the last run but is no part of its result. */
const PASSING = /^\.jwst-ingest\/(lock-.*|staging\/.*|commit\.json|seen\.json(\.new)?)$/

/** The bytes of files by name, one character for each. */
export type Files = ReadonlyMap<string, string>

/** Names of all files below a folder, relative to it. */
export function namesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort()
}

/** The files that a run changes as one: tables, codes and index. */
export function filesOf(database: string): Files {
  const names = namesOf(database).filter((name) => !PASSING.test(name))
  return new Map(names.map((name) => [name, readFileSync(join(database, name), 'latin1')]))
}

/** The tables that everyone may read. */
export function publicFiles(files: Files): Files {
  return new Map([...files].filter(([name]) => !name.startsWith(PRIVATE)))
}

/** Copies a database with the times of its files, by which the next run knows that nobody changed them. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, preserveTimestamps: true })
}

/** Gives all files of a database times in whole seconds, since a copy keeps no more than microseconds. */
export async function roundTimes(folder: string): Promise<void> {
  for (const name of namesOf(folder)) {
    const path = join(folder, name)
    const seconds = Math.floor(statSync(path).mtimeMs / 1000)
    utimesSync(path, seconds, seconds)
  }
  const database = await Database.open(folder, {})
  await database.remember()
  await database.close()
}

/** Whether two sets of files are the same, byte for byte; `name` says which differ. */
export function differing(a: Files, b: Files): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name))
}

/** The lines of a text in text order: equal for two tables with the same rows, each as often. */
export function linesOf(text: string): string[] {
  return text.split('\n').sort()
}

/** What a file of a database may hold while a committed run is put in place: what it held, what it will, or whole rows between. */
export function isPlaced(found: string | undefined, before: string | undefined, after: string | undefined): boolean {
  if (found === before || found === after) return true
  if (found === undefined || before === undefined || after === undefined) return false
  return found.startsWith(before) && after.startsWith(found)
}

/** What somebody would find wrong who reads the tables as they are: a torn line, or less than a table held. */
export function tornTables(found: Files, before: Files, after: Files): string[] {
  return [...publicFiles(after).keys()].filter((name) => {
    const text = found.get(name)
    if (text === before.get(name) || text === after.get(name)) return false
    return !isPlaced(text, before.get(name), after.get(name)) || !(text?.endsWith('\n') ?? false)
  })
}
