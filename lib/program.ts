/**
 * The program: the only file that touches the process.
 */
import type { WriteStream } from 'node:tty'
import { runCommand, type Terminal } from './cli/cli.js'

/** Signals that end a run, and the exit codes that shells expect for them. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Runs the command that the arguments name, and tells the shell by the exit code what came of it. */
export async function runProgram(): Promise<void> {
  const controller = new AbortController()
  let interrupted: number | undefined
  for (const [name, code] of Object.entries(SIGNALS)) {
    process.once(name, () => {
      interrupted = code
      controller.abort()
    })
  }
  try {
    process.exitCode = await runCommand(process.argv.slice(2), terminalOf(controller.signal))
  } catch (error) {
    if (interrupted === undefined) throw error
    // A signal that came too late to undo the run does not get here: its effect is what the exit code tells.
    writable('stderr').write('jwst-ingest: interrupted; nothing was changed\n')
    process.exit(interrupted)
  }
}

/** The streams of this process. Each is made when it is asked for: a quiet run over files needs none of them. */
function terminalOf(signal: AbortSignal): Terminal {
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
  }
}

const watched = new Set<string>()

function writable(name: 'stdout' | 'stderr'): WriteStream {
  const stream: WriteStream = process[name]
  if (watched.has(name)) return stream
  watched.add(name)
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that closes early, such as `head`, has all that it wants.
    if (error.code !== 'EPIPE') throw error
  })
}
