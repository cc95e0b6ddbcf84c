/** Runs the program from its modules instead of the bundle: for profiles by module, and for programs with changes. */
import { Signals } from '../lib/process/signals.js'
import { runProgram } from '../lib/program.js'

await runProgram(new Signals())
