/**
 * The bundle: the program with the packages that it needs as one script, and what V8 compiled of it when it was built
 * (`tools/bundle.ts`). To start from it takes a third of the time that the modules take.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { constants, Script } from 'node:vm'

/** Where the bundle is: as deep in the folders as the modules in it, which find other files from there. */
export const BUNDLE = new URL('./program.cjs', import.meta.url)
/** Where the compiled code is; the build removes it before it writes another bundle, so that the two belong together. */
export const CODE = new URL('./program.code', import.meta.url)

/**
 * Flags of V8, which count for the whole process.
 *
 * V8 compiles a function for speed once so many bytes of it have run, by default 132 KiB. A day of some thousand rows is
 * over before most of that pays, and much of it is thrown away as it came too soon: later it takes a sixth less time, and
 * a million rows the same. To compile the first turn of each loop apart takes longer than it saves: without it, a thread's
 * first second takes a tenth less. Functions that are not called for some collections of garbage keep what V8 knows of
 * them: those that settle rows are not called while rows are read, and would begin anew. Young objects are few here, and
 * both threads are at work: helpers that collect them beside each thread take 3 % of a large run.
 */
const FLAGS = '--interrupt-budget=300000 --no-turbo-loop-peeling --no-flush-bytecode --no-parallel-scavenge'

/** The script of the bundle. Compiled code of another V8 is of no use, and left alone. */
export function loadBundle(): Script {
  // Before the script, as V8 takes compiled code only with the flags that it was compiled with.
  setFlagsFromString(FLAGS)
  // All of it is ASCII, which is read fastest as what it is.
  const source = readFileSync(BUNDLE, 'latin1')
  return new Script(source, {
    filename: fileURLToPath(BUNDLE),
    cachedData: compiledCode(),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
}

function compiledCode(): Buffer | undefined {
  try {
    return readFileSync(CODE)
  } catch {
    return undefined
  }
}

type Bundle = typeof import('./entry.js')

/** Runs the script; gives what it exports. */
export function runBundle(script: Script): Bundle {
  const module = { exports: {} }
  script.runInThisContext()(module, createRequire(BUNDLE), BUNDLE.href)
  return module.exports as Bundle
}
