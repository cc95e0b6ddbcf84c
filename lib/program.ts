/**
 * The program: the only file that touches the process.
 */
import type { WriteStream } from 'node:tty'
import { runCommand } from './cli/cli.js'
import { Outputs } from './cli/outputs.js'
import type { Terminal } from './cli/terminal.js'
import { EXIT } from './errors.js'
import type { Signals } from './process/signals.js'
import { superviseBy } from './process/supervisor.js'

/** Runs the command that the arguments name, and tells the shell by the exit code what came of it. */
export async function runProgram(signals: Signals): Promise<void> {
  superviseBy(signals)
  const outputs = new Outputs()
  try {
    signals.signal.throwIfAborted()
    const code = await runCommand(process.argv.slice(2), terminalOf(signals, outputs))
    signals.end(code)
    signals.end(await told(code, outputs, signals))
  } catch (error) {
    signals.exitIfStopped()
    throw error
  }
}

/** The exit code of a command, when what it printed is written; one that was not heard has failed. */
async function told(code: number, outputs: Outputs, { decision }: Signals): Promise<number> {
  const faults = await outputs.settle(code === EXIT.done && decision.isTaken)
  if (faults.length === 0) return code
  outputs.stream('stderr').write(faults.map((fault) => `jwst-ingest: ${fault}\n`).join(''))
  return code === EXIT.done ? EXIT.failed : code
}

/** The streams of this process. */
function terminalOf(signals: Signals, { stream }: Outputs): Terminal {
  const { signal, decision } = signals
  return {
    get stdin() {
      return process.stdin
    },
    out: (text) => stream('stdout').write(text),
    err: (text) => stream('stderr').write(text),
    get stdout() {
      return stream('stdout')
    },
    get screen() {
      const stderr = stream('stderr')
      return stderr.isTTY ? (stderr as WriteStream) : undefined
    },
    env: process.env,
    signal,
    onFirstSignal: (end) => signals.onFirst(end),
    async runApart(args, bar) {
      const { runInThread } = await import('./cli/command-worker.js')
      return runInThread(args, { stream, decision, signal, bar })
    },
  }
}
