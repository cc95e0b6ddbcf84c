/**
 * The programs that are measured: this one, and those that it is compared with.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { DATA_FOLDER, type InputFile } from './bench-data.js'
import type { Job } from './bench-measure.js'

const MAIN = join(import.meta.dirname, '..', 'lib', 'main.js')
const MODULES = join(import.meta.dirname, '..', 'tools', 'run-modules.js')
const WORKER = join(import.meta.dirname, 'bench-worker.js')
/** The day of rows that come by standard input. */
const DATE = '2024-02-21'

/** Folder of what runs leave. */
export const RUN_FOLDER = join(DATA_FOLDER, 'run')

/** The path of a database that does not exist yet. */
export function newDatabase(name: string): string {
  const path = join(RUN_FOLDER, name)
  rmSync(path, { recursive: true, force: true })
  mkdirSync(RUN_FOLDER, { recursive: true })
  return path
}

/** The built program over a file into a database that is new in each run, or into one that is there. */
export function programJob({ path }: InputFile, name = 'jwst-ingest', database?: string): Job {
  const out = database ?? join(RUN_FOLDER, 'db')
  const args = [MAIN, '-q', '-o', out, path]
  const job = { name, command: process.execPath, args }
  return database === undefined ? { ...job, before: () => newDatabase('db') } : job
}

/** The built program with inputs and options of its own, into a new database. */
export function inputJob(name: string, args: readonly string[]): Job {
  const out = join(RUN_FOLDER, 'db')
  return { name, command: process.execPath, args: [MAIN, '-q', '-o', out, ...args], before: () => newDatabase('db') }
}

/** One of the program's commands. */
export function commandJob(name: string, args: readonly string[]): Job {
  return { name, command: process.execPath, args: [MAIN, ...args] }
}

/** The built program over a file from its modules, which a profile tells apart, into a new database. */
export function modulesJob(file: InputFile, name: string): Job {
  const { args, ...job } = programJob(file, name)
  return { ...job, args: args.map((arg) => (arg === MAIN ? MODULES : arg)) }
}

/** The program with the file by a pipe; what writes into the pipe is not measured. */
export function pipeJob({ path }: InputFile, name: string): Job {
  const out = join(RUN_FOLDER, 'db')
  const program = [process.execPath, MAIN, '-q', '-o', out, '--date', DATE]
  const args = ['-c', 'exec "$@" < <(cat "$0")', path, ...program]
  return { name, command: 'bash', args, before: () => newDatabase('db') }
}

/** Node that does nothing. */
export const NODE_JOB: Job = { name: "node -e ''", command: process.execPath, args: ['-e', ''] }

/** What every figure is compared with: csv-parse, reading the file. */
export const PARSE = 'csv-parse'

/** csv-parse alone, reading the file, or the files of a folder one after the other. */
export function parseJob({ path }: Pick<InputFile, 'path'>): Job {
  return { name: PARSE, command: process.execPath, args: [WORKER, 'parse', path] }
}

/** csv-stringify alone, writing as many rows. */
function stringifyJob({ path, rows }: InputFile): Job {
  return { name: 'csv-stringify', command: process.execPath, args: [WORKER, 'stringify', path, String(rows)] }
}

/** Other programs that copy CSV to CSV, where they are installed. */
function installedJobs({ path }: InputFile): Job[] {
  const jobs: Job[] = []
  if (miller() !== undefined) jobs.push({ name: 'Miller cat', command: 'mlr', args: ['--icsv', '--ocsv', 'cat', path] })
  if (duckdb() !== undefined)
    jobs.push({ name: 'DuckDB COPY', command: process.execPath, args: [WORKER, 'duckdb', path] })
  return jobs
}

/** csv-parse, csv-stringify and whatever else is installed. */
export function comparedJobs(file: InputFile): Job[] {
  return [parseJob(file), stringifyJob(file), ...installedJobs(file)]
}

/** The version of Miller on the PATH. */
export function miller(): string | undefined {
  const { status, stdout } = spawnSync('mlr', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim().replace(/^mlr\s+(version\s+)?/, '') : undefined
}

/** The version of DuckDB, where Node finds it. */
export function duckdb(): string | undefined {
  return versionOf('@duckdb/node-api')
}

/** The version of an installed package; its manifest need not be among what it exports. */
export function versionOf(name: string): string | undefined {
  try {
    const inside = createRequire(import.meta.url).resolve(name)
    const folder = inside.slice(0, inside.lastIndexOf(join('node_modules', name)))
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'))
    return (manifest as { readonly version: string }).version
  } catch {
    return undefined
  }
}
