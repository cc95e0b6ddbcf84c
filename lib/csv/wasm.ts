/** Loads the little WebAssembly of this folder: see `scanner.wat` and `float.wat`. */
import { readFileSync } from 'node:fs'
import { IS_LOWEST_FIRST } from './bytes.js'

/** As much of WebAssembly as is used here: the types of Node do not tell it. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module)
    readonly exports: unknown
  }
}

/** Memory of an instance. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const compiled = new Map<string, WebAssembly.Module>()

/** What a new instance of a module exports, with memory of its own; the module is told by its name in this folder. */
export function instantiate<Exports>(name: string): Exports {
  // WebAssembly does, and what it writes is read as this processor keeps integers.
  if (!IS_LOWEST_FIRST)
    throw new Error('this processor keeps integers with the highest byte first: x64 or arm64 is needed')
  // As deep in the folders as the bundle, which finds it from there.
  const path = new URL(`../csv/${name}.wasm`, import.meta.url)
  const module = compiled.get(name) ?? new WebAssembly.Module(readFileSync(path))
  compiled.set(name, module)
  return new WebAssembly.Instance(module).exports as Exports
}
