/** Runs the program from its modules instead of the bundle: for profiles by module, and for programs with changes. */
import { runProgram } from '../lib/program.js'

await runProgram()
