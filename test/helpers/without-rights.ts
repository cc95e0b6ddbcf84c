/**
 * The program as somebody else. It is loaded before root becomes that user, so that nobody else has to be able to read
 * it, or Node, where they are. Environment: AS_USER, the user, by default nobody; AS_GROUP, another group of that user;
 * AS_UMASK, octal.
 */
import { loadBundle, runBundle } from '../../lib/bundle/load.js'
import { Signals } from '../../lib/process/signals.js'

const NOBODY = 65534

const { AS_USER = NOBODY, AS_GROUP, AS_UMASK } = process.env
const { runProgram } = runBundle(loadBundle())
if (AS_UMASK !== undefined) process.umask(Number.parseInt(AS_UMASK, 8))
if (process.getuid?.() === 0) {
  process.setgroups?.(AS_GROUP === undefined ? [] : [Number(AS_GROUP)])
  process.setgid?.(Number(AS_USER))
  process.setuid?.(Number(AS_USER))
}
await runProgram(new Signals())
