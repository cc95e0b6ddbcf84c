/** A run of the program over a database that is there, to be disturbed: what it finds, what it makes of it, and how. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ingest } from '../../lib/run/ingest.js'
import { goldenInput } from './database-fixtures.js'
import { withFolder } from './fault-folders.js'
import { countOperations, type FaultMode, type LoggedOperation, type RunResult, runWithFault } from './faults.js'
import { copyDatabase, type Files, filesOf, roundTimes } from './interrupt-files.js'
import { daily, exposure, PROGRAM, product } from './program.js'

/** The golden case whose days the runs ingest. */
export const CASE = 'three-days'
/** Its daily files. */
export const DAYS: readonly string[] = readdirSync(goldenInput(CASE))
  .sort()
  .map((name) => join(goldenInput(CASE), name))

/** What tells a row that is not of the golden case. */
export const FOREIGN = 'jw01001'
const NEW_FILTER = 'F9999W'

export interface SceneOptions {
  /** Daily files that the database was made of; none for a folder that is not there. */
  readonly base: readonly string[]
  /** Daily files of the run. */
  readonly days: readonly string[]
  /** Further arguments of the run; `TMP` stands for a folder of its own. */
  readonly args?: readonly string[]
  /** The program, where it is not the one that was built. */
  readonly program?: string
  /** Whether operations of one run always come in one order, so that a number means the same in each. */
  readonly ordered?: boolean
}

/** A folder for one run: `db` in it is the database, `tmp` is for spill files. */
export interface Scene {
  readonly options: SceneOptions
  readonly inputs: readonly string[]
  readonly template: string
  /** The database's files before the run, and after it. */
  readonly before: Files
  readonly after: Files
  readonly operations: readonly LoggedOperation[]
}

/** A day with a value that has no code yet, and a row that cannot be used: the run writes codes and rejects. */
function unusualDay(folder: string): string {
  const path = join(folder, '2024-02-26_057.csv')
  const cells = { FILTER: NEW_FILTER, DETECTOR: 'MIRIMAGE' }
  writeFileSync(path, `${daily(exposure(1, cells), exposure(2, cells), product(1, cells))}one,two\n`)
  return path
}

/** Makes a database, looks at what an undisturbed run does to it, and hands that to `work`. */
export async function withScene(options: SceneOptions, work: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const template = join(folder, 'template')
    await mkdir(join(template, 'tmp'), { recursive: true })
    const inputs = [...options.days, unusualDay(folder)]
    if (options.base.length > 0) {
      const made = await run({ ...options, args: [] }, template, options.base)
      if (made.status !== 0) throw new Error(made.stderr)
      await roundTimes(join(template, 'db'))
    }
    const before = options.base.length > 0 ? filesOf(join(template, 'db')) : new Map()
    const clean = join(folder, 'clean')
    await copyDatabase(template, clean)
    const { status, stderr, operations } = await run(options, clean, inputs)
    if (status !== 0) throw new Error(stderr)
    await work({ options, inputs, template, before, after: filesOf(join(clean, 'db')), operations })
  })
}

/** Hands `work` a copy of the folder as it was before the run. */
export async function withCopyOf({ template }: Scene, work: (folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const copy = join(folder, 'run')
    await copyDatabase(template, copy)
    await work(copy)
  })
}

/** The run, in a folder, undisturbed. */
export function runClean(scene: Scene, folder: string): Promise<RunResult> {
  return run(scene.options, folder, scene.inputs)
}

/** A run over the same inputs in this process, which takes a tenth of the time: it tells what the program would. */
export async function runAgain({ inputs }: Scene, folder: string): Promise<Pick<RunResult, 'status' | 'stderr'>> {
  let stderr = ''
  const tell = (message: string) => {
    stderr += `jwst-ingest: ${message}\n`
  }
  try {
    await ingest({ inputs, out: join(folder, 'db'), warn: tell })
    return { status: 0, stderr }
  } catch (error) {
    tell(String(error))
    return { status: 1, stderr }
  }
}

/** The run, in a folder, with a fault at one of its operations. */
export function runDisturbed(scene: Scene, folder: string, at: number, mode: FaultMode): Promise<RunResult> {
  const { args, env } = command(scene.options, folder, scene.inputs)
  return runWithFault(process.execPath, args, { folder, env, at, mode })
}

/** The signals by which people and systems end a program. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Sends a signal to the run so many ms after it began, or (`working`) after it began to stage files. */
export async function runSignalled(
  scene: Scene,
  folder: string,
  signal: Signal,
  when: { readonly delay: number; readonly working: boolean },
): Promise<{ status: number | null; killedBy: NodeJS.Signals | null; stderr: string }> {
  const { args } = command(scene.options, folder, scene.inputs)
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = Promise.all([once(child, 'close'), child.stderr.toArray()])
  const staging = join(folder, 'db', '.jwst-ingest', 'staging')
  while (when.working && child.exitCode === null && !existsSync(staging)) await delay(1)
  await delay(when.delay)
  child.kill(signal)
  const [[status, killedBy], errors] = await ended
  return { status, killedBy, stderr: Buffer.concat(errors).toString() }
}

function run(options: SceneOptions, folder: string, inputs: readonly string[]): Promise<RunResult> {
  const { args, env } = command(options, folder, inputs)
  return countOperations(process.execPath, args, { folder, env })
}

/** The program's arguments for a run in a folder. */
export function command(options: SceneOptions, folder: string, inputs: readonly string[]) {
  const further = (options.args ?? []).map((arg) => (arg === 'TMP' ? join(folder, 'tmp') : arg))
  const args = [options.program ?? PROGRAM, ...further, '-o', join(folder, 'db'), ...inputs]
  return { args, env: options.ordered === true ? { UV_THREADPOOL_SIZE: '1' } : {} }
}

/** What an operation does to which file, without what differs from run to run. */
export function labelOf({ kind, path }: Pick<LoggedOperation, 'kind' | 'path'>): string {
  const names = path.split(' -> ').map((name) => {
    const inside = name.split(/\/(?:template|clean|run)\//).at(-1) ?? name
    return inside.replace(/lock-.*(\.\w+)$/, 'lock$1').replace(/[0-9a-f-]+\.part$/, 'part')
  })
  return `${kind} ${names.join(' -> ')}`
}
