/**
 * A command in a thread of its own. The main thread then has nothing to do but to take signals and to pass on what the
 * command prints, so a signal ends it at once, whatever it is at: a program with very many rows is settled in one go that
 * takes seconds, and so is a page drawn.
 */
import { rmSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Decision } from '../process/decision.js'
import type { CommandSetup, Said, StreamName, Taken } from '../process/thread-messages.js'
import type { CommandRecord } from './record.js'
import type { Bar, StandardOutput } from './terminal.js'

/** What the thread needs of the process. */
export interface CommandProcess {
  /** Gives a stream of the process; each is made when it is asked for. */
  readonly stream: (name: StreamName) => StandardOutput
  readonly decision: Decision
  /** Ends the thread; the decision is stopped then. */
  readonly signal: AbortSignal
  /** Shows how far the command has come. */
  readonly bar?: Bar | undefined
  readonly record: CommandRecord
}

/**
 * Runs a command line in a thread of its own; returns its exit code.
 *
 * @throws the reason of the signal, when nothing is left of what the command was at
 */
export async function runInThread(
  args: readonly string[],
  { stream, decision, signal, bar, record }: CommandProcess,
): Promise<number> {
  signal.throwIfAborted()
  const { isTTY = false, columns } = stream('stdout')
  const { began } = record
  const workerData: CommandSetup = { args, decision: decision.memory, isTTY, columns, hasBar: bar !== undefined, began }
  const worker = new Worker(new URL('./command-thread.js', import.meta.url), { workerData })
  const leftovers = new Set<string>()
  try {
    return await new Promise<number>((resolve, reject) => {
      worker.on('message', (said: Said) => {
        if (said.kind === 'exit') return resolve(said.code)
        if (said.kind === 'progress') return bar?.show(said.progress)
        if (said.kind === 'known') return record.note(said.known)
        if (said.kind === 'write') return pass(said, { stream, record, bar }, worker)
        return said.isThere ? leftovers.add(said.path) : leftovers.delete(said.path)
      })
      worker.once('error', reject)
      worker.once('exit', () => reject(new Error('the thread of the command has ended')))
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  } finally {
    // What the thread has said until it ends is heard before this goes on.
    await worker.terminate()
    // What was made first goes last, as the lock is made before what is done under it.
    if (signal.aborted) for (const path of [...leftovers].reverse()) rmSync(path, { recursive: true, force: true })
  }
}

/** Takes the bar off where what is written might be seen beside it: who reads a pipe may write to the terminal, too. */
function makeRoom(name: StreamName, { isFile }: StandardOutput, bar: Bar | undefined): void {
  if (name === 'stderr') bar?.clear()
  // Not every piece of a list ends with its line, so the bar does not come back.
  else if (!isFile) bar?.stop()
}

/** Writes what the thread prints. */
function pass(
  { stream: name, bytes }: Extract<Said, { kind: 'write' }>,
  { stream, record, bar }: Pick<CommandProcess, 'stream' | 'record' | 'bar'>,
  worker: Worker,
): void {
  const to = stream(name)
  makeRoom(name, to, bar)
  if (name === 'stdout') record.passed(bytes)
  to.write(bytes, (error) => worker.postMessage({ stream: name, error: told(error) } satisfies Taken))
}

function told(error: NodeJS.ErrnoException | null | undefined): Taken['error'] {
  if (error == null) return undefined
  const { message, code = '', syscall = '' } = error
  return { message, code, syscall }
}
