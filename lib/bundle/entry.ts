/** What the bundle gives to those who run it: everything else of the program is reached from here. */
export { runCommand } from '../cli/cli.js'
export { runProgram } from '../program.js'

/** Makes this thread the other one of a run. */
export async function runThread(): Promise<void> {
  await import('../workers/worker.js')
}

/** Makes this thread that of a command. */
export async function runCommandThread(): Promise<void> {
  await import('../cli/command-thread.js')
}
