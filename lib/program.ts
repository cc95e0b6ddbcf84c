/**
 * The program: the only file that touches the process.
 */
import { fstatSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { runCommand } from './cli/cli.js'
import { Outputs } from './cli/outputs.js'
import { CommandRecord } from './cli/record.js'
import type { Terminal } from './cli/terminal.js'
import { EXIT, IngestError } from './errors.js'
import type { Signals } from './process/signals.js'
import { superviseBy } from './process/supervisor.js'
import { STDIN_NAME } from './run/source.js'

/** Runs the command that the arguments name, and tells the shell by the exit code what came of it. */
export async function runProgram(signals: Signals): Promise<void> {
  const args = process.argv.slice(2)
  const outputs = new Outputs()
  const record = new CommandRecord(args, { print: (text) => outputs.stream('stdout').write(text) })
  superviseBy({ decision: signals.decision, waits: record.waits })
  signals.onStop((stop) => record.end(stop))
  try {
    signals.signal.throwIfAborted()
    const code = await runCommand(args, terminalOf(signals, outputs, record))
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

/**
 * Node reads a folder as standard input as if it were empty.
 *
 * @throws IngestError INPUT_UNREADABLE
 */
function refuseFolder(): void {
  if (!fstatSync(0).isDirectory()) return
  const message = 'standard input is a folder: give its name as an argument, without <'
  throw new IngestError('INPUT_UNREADABLE', message, { source: STDIN_NAME })
}

/** The streams of this process. */
function terminalOf(signals: Signals, { stream }: Outputs, record: CommandRecord): Terminal {
  const { signal, decision } = signals
  return {
    get stdin() {
      refuseFolder()
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
    record,
    onFirstSignal: (end) => signals.onFirst(end),
    async runApart(args, bar) {
      const { runInThread } = await import('./cli/command-worker.js')
      return runInThread(args, { stream, decision, signal, bar, record })
    },
  }
}
