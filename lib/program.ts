/**
 * The program: the only file that touches the process.
 */
import { runCommand } from './cli/cli.js'

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
  // A reader that closes early, such as `head`, has all that it wants.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  try {
    process.exitCode = await runCommand(process.argv.slice(2), {
      stdin: process.stdin,
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
      stdout: process.stdout,
      screen: process.stderr.isTTY ? process.stderr : undefined,
      env: process.env,
      signal: controller.signal,
    })
  } catch (error) {
    if (interrupted === undefined) throw error
    // A signal that came too late to undo the run does not get here: its effect is what the exit code tells.
    process.stderr.write('jwst-ingest: interrupted; nothing was changed\n')
    process.exit(interrupted)
  }
}
