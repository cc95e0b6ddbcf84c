/**
 * The program as somebody who may not change what others made. It is loaded before root becomes nobody, so that nobody
 * else has to be able to read it, or Node, where they are.
 */
import { loadBundle, runBundle } from '../../lib/bundle/load.js'
import { Signals } from '../../lib/process/signals.js'

const NOBODY = 65534

const { runProgram } = runBundle(loadBundle())
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
}
await runProgram(new Signals())
