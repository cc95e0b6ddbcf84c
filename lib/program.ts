/**
 * The program: the only file that touches the process.
 */
import type { WriteStream } from 'node:tty'
import { runCommand, type Terminal } from './cli/cli.js'
import type { Signals } from './process/signals.js'
import { superviseBy } from './process/supervisor.js'
import type { StreamName } from './process/thread-messages.js'

/** Runs the command that the arguments name, and tells the shell by the exit code what came of it. */
export async function runProgram(signals: Signals): Promise<void> {
  superviseBy(signals)
  try {
    signals.signal.throwIfAborted()
    signals.end(await runCommand(process.argv.slice(2), terminalOf(signals)))
  } catch (error) {
    signals.exitIfStopped()
    throw error
  }
}

/** The streams of this process. Each is made when it is asked for: a quiet run over files needs none of them. */
function terminalOf({ signal, decision }: Signals): Terminal {
  return {
    get stdin() {
      return process.stdin
    },
    out: (text) => writable('stdout').write(text),
    err: (text) => writable('stderr').write(text),
    get stdout() {
      return writable('stdout')
    },
    get screen() {
      const stderr = writable('stderr')
      return stderr.isTTY ? stderr : undefined
    },
    env: process.env,
    signal,
    async runApart(args) {
      const { runInThread } = await import('./process/command-worker.js')
      return runInThread(args, { stream: writable, decision, signal })
    },
  }
}

const watched = new Set<string>()

function writable(name: StreamName): WriteStream {
  const stream: WriteStream = process[name]
  if (watched.has(name)) return stream
  watched.add(name)
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes early, such as `head`, has all that it wants.
    if (error.code !== 'EPIPE') throw error
  })
}
