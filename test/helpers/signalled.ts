/** The program and a signal that comes to it at some time: what it says and leaves, and how long it takes to end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { PROGRAM } from './program.js'
import { tried } from './tried.js'

/** The signals that end the program, and its exit codes for them. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
export type Signal = keyof typeof EXIT_CODES

export interface SignalledRun {
  readonly args: readonly string[]
  readonly cwd: string
  /** Signals, all at once, so that the system chooses their order; none for a run to its end. */
  readonly signals?: readonly Signal[]
  /** Milliseconds from the moment from which the program takes signals until they come. */
  readonly after?: number
  /** What it has to have told on standard error by then. */
  readonly says?: string
  /** Whether nobody reads what it prints to standard output; signals come when it waits for that, and does nothing else. */
  readonly isStuck?: boolean
}

export interface SignalledResult {
  /** Exit code; null for a process that a signal has killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** From the first signal, or else the start, to the end: by the clock, and of the processor; in ms. */
  readonly took: number
  readonly worked: number
}

/** Runs the program, and sends it signals. Its standard input stays open, and nothing comes. */
export async function runSignalled(run: SignalledRun): Promise<SignalledResult> {
  const { signals = [] } = run
  if (signals.length > 0) tried('signals', signals.length)
  const child = spawn(process.execPath, [PROGRAM, ...run.args], { cwd: run.cwd })
  const output = { stdout: '', stderr: '' }
  if (!run.isStuck) child.stdout.setEncoding('utf8').on('data', (text) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (output.stderr += text))
  child.stdin.on('error', () => {})
  const exited = once(child, 'exit')
  const closed = run.isStuck ? exited : once(child, 'close')
  if (signals.length > 0) {
    await untilItTakesSignals(child)
    while (child.exitCode === null && !output.stderr.includes(run.says ?? '')) await delay(5)
    if (run.isStuck) await untilItRests(child)
    await delay(run.after ?? 0)
  }
  const start = { clock: performance.now(), processor: processorTime(child) }
  let last = start.processor
  const watch = setInterval(() => {
    last = Math.max(last, processorTime(child))
  }, 10)
  for (const signal of signals) child.kill(signal)
  const [code] = (await exited) as [number | null]
  const took = Math.round(performance.now() - start.clock)
  clearInterval(watch)
  child.stdout.destroy()
  await closed
  return { code, ...output, took, worked: last - start.processor }
}

/** The last one that the program takes; others Node itself takes, to be killed by them. */
const SIGHUP_BIT = 1 << 0

/** Waits until the program takes signals: before that, while Node starts, they kill it. */
async function untilItTakesSignals(child: ChildProcess): Promise<void> {
  if (process.platform !== 'linux') return delay(300)
  while (child.exitCode === null && (signalsCaught(child) & SIGHUP_BIT) === 0) await delay(2)
}

/** Waits until the process does nothing for a while. */
async function untilItRests(child: ChildProcess): Promise<void> {
  for (let before = -1; child.exitCode === null && processorTime(child) !== before; await delay(1000))
    before = processorTime(child)
}

function signalsCaught({ pid }: ChildProcess): number {
  return Number.parseInt(/^SigCgt:\s*\w{8}(\w{8})/m.exec(proc(pid, 'status'))?.[1] ?? '0', 16)
}

/** Milliseconds of all processors that a process has had; 0 where the system does not tell, or it is gone. */
function processorTime({ pid }: ChildProcess): number {
  const text = proc(pid, 'stat')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // In ticks, of which Linux tells a hundred a second whatever it counts itself.
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0))
}

function proc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
