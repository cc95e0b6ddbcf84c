/**
 * Runs programs one after the other and measures each: wall time, processor time and peak memory of that process alone.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'

/** A program to measure. */
export interface Job {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Done before each run, and not measured. */
  readonly before?: () => void
}

/** What a run took, or the medians of several. */
export interface Usage {
  /** Seconds from the start to the end of the process. */
  readonly wall: number
  /** Seconds of processor time, user and system; NaN where the system does not tell. */
  readonly cpu: number
  /** Peak resident memory, bytes; NaN where the system does not tell. */
  readonly rss: number
}

/** The medians of a job's runs. */
export interface Measured extends Usage {
  readonly name: string
  readonly runs: readonly Usage[]
}

/**
 * How often the process is looked at, in milliseconds: often at first, as short ones are over soon. To look every 5 ms
 * takes 4 % of a processor, which only a program that needs all of them misses.
 */
const EARLY_INTERVAL = 1
const LATE_INTERVAL = 20
const EARLY_SECONDS = 1
/** Clock ticks of a second in /proc, on all systems that have it. */
const TICKS = 100

/** Measures jobs in turn (A B A B …), so that what else the machine does falls on all of them alike. */
export async function measureInTurn(jobs: readonly Job[], rounds: number): Promise<Measured[]> {
  const runs = jobs.map((): Usage[] => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, job] of jobs.entries()) {
      tell(`${job.name} ${round + 1}/${rounds}`)
      runs[index]?.push(await measure(job))
    }
  }
  tell('')
  return jobs.map(({ name }, index) => ({ name, runs: runs[index] ?? [], ...medians(runs[index] ?? []) }))
}

/** Shows what is going on, in place of what it showed before. */
function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

/** The median of each number. */
export function medians(runs: readonly Usage[]): Usage {
  const of = (key: keyof Usage) => median(runs.map((run) => run[key]))
  return { wall: of('wall'), cpu: of('cpu'), rss: of('rss') }
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]]
  return (low + high) / 2
}

/**
 * Runs a program with its output discarded.
 *
 * @throws where it ends with another exit code than 0
 */
export async function measure({ name, command, args, before }: Job): Promise<Usage> {
  before?.()
  const nothing = openSync('/dev/null', 'r+')
  const start = performance.now()
  const child = spawn(command, args, { stdio: [nothing, nothing, 'inherit'] })
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail)
    child.on('exit', done)
  })
  const usage = child.pid === undefined ? undefined : watch(child.pid, start)
  const status = await ended
  closeSync(nothing)
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${command} ${args.join(' ')}`)
  return usage ?? { wall: (performance.now() - start) / 1000, cpu: Number.NaN, rss: Number.NaN }
}

/**
 * Looks at a child until it ends; undefined where the system has no /proc.
 *
 * This blocks on purpose: a process that has ended keeps its times in /proc until its parent takes notice. The peak of
 * its memory is gone by then, so the last one seen counts. (The peak that `getrusage` tells would be the parent's where
 * that is the larger.)
 */
function watch(pid: number, start: number): Usage | undefined {
  const clock = new Int32Array(new SharedArrayBuffer(4))
  for (let rss = 0; ; ) {
    const state = readState(pid)
    if (state === undefined) return undefined
    const wall = (performance.now() - start) / 1000
    if (state.ended) return { wall, cpu: state.cpu, rss }
    rss = Math.max(rss, readPeak(pid))
    Atomics.wait(clock, 0, 0, wall < EARLY_SECONDS ? EARLY_INTERVAL : LATE_INTERVAL)
  }
}

/** What a process that goes on has used; its wall time is not told. */
export function usageOf(pid: number): Usage {
  return { wall: Number.NaN, cpu: readState(pid)?.cpu ?? Number.NaN, rss: readPeak(pid) }
}

/** Lets the peak of a process's memory begin anew. */
export function startPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

function readState(pid: number): { readonly ended: boolean; readonly cpu: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program, in brackets, may hold anything; the state is the first field behind it.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { ended: fields[0] === 'Z', cpu: (Number(fields[11]) + Number(fields[12])) / TICKS }
  } catch {
    return undefined
  }
}

function readPeak(pid: number): number {
  const [, kilobytes = '0'] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
