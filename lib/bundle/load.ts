/**
 * The bundle: the program with the packages that it needs as one script, and what V8 compiled of it when it was built
 * (`tools/bundle.ts`). To start from it takes a third of the time that the modules take.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { constants, Script } from 'node:vm'

/** Where the bundle is: as deep in the folders as the modules in it, which find other files from there. */
export const BUNDLE = new URL('./program.cjs', import.meta.url)
/**
 * Where the code is that V8 compiled of it. Each V8 takes only its own, so the name says which one made it: a Node with
 * another V8, or on another processor, finds no such file and reads none in vain. The build removes all of them before it
 * writes another bundle, as V8 does not see that code belongs to an older text of the same length.
 */
export const CODE = new URL(
  `./program.${process.platform}-${process.arch}-${process.versions.v8}.code`,
  import.meta.url,
)

/** The script of the bundle, with its compiled code where this V8 has some. */
export function loadBundle(): Script {
  // The build makes sure that it is ASCII: V8 takes twice the memory for other text, and a fifth more time to load it.
  return new Script(readFileSync(BUNDLE, 'latin1'), {
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
