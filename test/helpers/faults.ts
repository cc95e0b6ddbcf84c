/**
 * Faults at any operation on files: runs a program with fault-preload.js in it. First {@link countOperations} of a
 * clean run, then {@link runWithFault} at each of them.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Tried, tried } from './tried.js'

const KINDS: Readonly<Partial<Record<FaultMode, Tried>>> = {
  kill: 'kills',
  half: 'kills',
  short: 'writes cut short',
  ENOSPC: 'full disks',
}

const PRELOAD = new URL('./fault-preload.js', import.meta.url).href

/** `kill`, `half`, `short`, a code of the operating system (`ENOSPC`), or a code and a plus: see fault-preload.ts. */
export type FaultMode = 'kill' | 'half' | 'short' | `E${string}`

export interface RunOptions {
  /** Only operations below this folder count. */
  readonly folder: string
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
  /** Text for the standard input. */
  readonly input?: string
}

export interface FaultOptions extends RunOptions {
  /** The number of the operation, from 1. */
  readonly at: number
  readonly mode: FaultMode
}

/** One operation on files. Start and end are points in the order of all starts and ends; no end if it did not succeed. */
export interface LoggedOperation {
  readonly number: number
  /** Its name in node:fs without `Sync`, or that of the FileHandle's method. */
  readonly kind: string
  /** Its path, or `from -> to`. */
  readonly path: string
  readonly start: number
  readonly end: number | undefined
}

export interface RunResult {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly operations: LoggedOperation[]
}

/** Runs a program (any that is Node inside, or a script with it in its first line) and lists what it did to files. */
export async function countOperations(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult & { readonly count: number }> {
  const result = await run(command, args, options, {})
  return { ...result, count: result.operations.length }
}

/** Runs a program with a fault at one of its operations on files. */
export async function runWithFault(
  command: string,
  args: readonly string[],
  options: FaultOptions,
): Promise<RunResult> {
  tried(KINDS[options.mode] ?? 'other errors of the file system')
  return run(command, args, options, { FAULT_AT: String(options.at), FAULT_MODE: options.mode })
}

async function run(
  command: string,
  args: readonly string[],
  { folder, env = {}, cwd, input }: RunOptions,
  fault: NodeJS.ProcessEnv,
): Promise<RunResult> {
  const log = join(tmpdir(), `fault-log-${randomUUID()}`)
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --import ${PRELOAD}`
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, ...fault, NODE_OPTIONS: nodeOptions, FAULT_FOLDER: folder, FAULT_LOG: log },
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  const texts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.stderr += text
  })
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
    child.on('error', fail)
    child.on('close', (code, name) => done([code, name]))
  })
  const operations = parseLog(await readFile(log, 'utf8').catch(() => ''))
  await rm(log, { force: true })
  return { status, signal, ...texts, operations }
}

function parseLog(text: string): LoggedOperation[] {
  const lines = text.split('\n').slice(0, -1)
  const ends = new Map(
    lines.flatMap((line, point) => (line.startsWith('end ') ? [[Number(line.slice(4)), point]] : [])),
  )
  return lines.flatMap((line, start) => {
    const [, number, kind, path] = /^start (\d+) (\S+) (.*)$/.exec(line) ?? []
    if (number === undefined || kind === undefined || path === undefined) return []
    return [{ number: Number(number), kind, path, start, end: ends.get(Number(number)) }]
  })
}

/** Whether faults strike at every operation, and rare things are tried often: `SOAK=1`. */
export const SOAK = process.env.SOAK === '1'

/** What an operation does to which sort of file: one table, staged or in its place, is as good as another. */
export function sortOf({ kind, path }: Pick<LoggedOperation, 'kind' | 'path'>): string {
  const names = path.split(' -> ').map((name) => {
    const [folder = '', file = ''] = name.split('/').slice(-2)
    const sort = file
      .replace(/^lock-.*(\.\w+)$/, 'lock$1')
      .replace(/\.[0-9a-f-]+\.part$/, '.part')
      .replace(/^[\w-]+(\.(?:csv|parquet|jsonl)\.part|\.(?:parquet|jsonl))$/, '*$1')
      .replace(/^(\d+-|scratch-).*|^\d+\.spill$|^[\w-]+\.csv$|^(index|encodings)\.json$/, '*')
    return /^(staging|\.jwst-ingest)$/.test(folder) ? `${folder}/${sort}` : sort
  })
  return `${kind} ${names.join(' -> ')}`
}

/**
 * One operation of each sort; every one with SOAK=1. Of a sort that comes often it is now an early one, now a late one, so
 * that they are spread over the whole run.
 */
export function sampled(operations: readonly LoggedOperation[]): readonly LoggedOperation[] {
  if (SOAK) return operations
  const sorts = new Map<string, LoggedOperation[]>()
  for (const operation of operations) {
    const alike = sorts.get(sortOf(operation))
    if (alike === undefined) sorts.set(sortOf(operation), [operation])
    else alike.push(operation)
  }
  const chosen = new Set(
    [...sorts.values()].map((alike, index) => alike[Math.round(((index * GOLDEN) % 1) * (alike.length - 1))]),
  )
  return operations.filter((operation) => chosen.has(operation))
}

/**
 * For programs that do much of the same to files: of the operations that are {@link sampled} those of a sort that is not in
 * `met`, which gets them; every operation with SOAK=1.
 */
export function sampledAnew(operations: readonly LoggedOperation[], met: Set<string>): readonly LoggedOperation[] {
  if (SOAK) return operations
  const points = sampled(operations).filter((point) => !met.has(sortOf(point)))
  for (const point of points) met.add(sortOf(point))
  return points
}

/** A disk that can only be read from some operation on fails all later ones, too: with every other of them; all with SOAK=1. */
export function seldomReadOnly<Fault extends { readonly mode: FaultMode }>(faults: readonly Fault[]): readonly Fault[] {
  return SOAK ? faults : faults.filter(({ mode }, index) => mode !== 'EROFS+' || index % 2 === 0)
}

/** The multiples of this, less their whole parts, are spread evenly, however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** Does `work` for every item, `width` at a time (two for the two cores that tests may count on). */
export async function inParallel<T>(items: Iterable<T>, work: (item: T) => Promise<void>, width = 2): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
