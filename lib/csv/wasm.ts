/** Loads the little WebAssembly of this folder: see `scanner.wat` and `float.wat`. */
import { readFileSync } from 'node:fs'
import { IngestError } from '../errors.js'
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

/**
 * What a new instance of a module exports, with memory of its own; the module is told by its name in this folder.
 *
 * @throws IngestError MEMORY_LIMITED
 */
export function instantiate<Exports>(name: string): Exports {
  // WebAssembly does, and what it writes is read as this processor keeps integers.
  if (!IS_LOWEST_FIRST)
    throw new Error('this processor keeps integers with the highest byte first: x64 or arm64 is needed')
  // As deep in the folders as the bundle, which finds it from there.
  const path = new URL(`../csv/${name}.wasm`, import.meta.url)
  try {
    const module = compiled.get(name) ?? new WebAssembly.Module(readFileSync(path))
    compiled.set(name, module)
    return new WebAssembly.Instance(module).exports as Exports
  } catch (error) {
    throw error instanceof RangeError ? noRoom(error) : error
  }
}

/** Of the addresses that are set aside for an instance hardly any are used, but a limit counts them all. */
function noRoom(cause: RangeError): IngestError {
  const message =
    'there are too few addresses for WebAssembly, which sets aside some 10 GB of them for each of its parts and uses ' +
    'hardly any: lift the limit (ulimit -v unlimited); --memory and a container bound what is used'
  return new IngestError('MEMORY_LIMITED', message, {}, cause)
}
