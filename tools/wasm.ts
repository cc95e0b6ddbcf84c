/** Compiles the WebAssembly of the program, each piece to a file beside the compiled modules: `npm run build` does it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const LIB = new URL('../../lib/', import.meta.url)
const COMPILED = new URL('../lib/', import.meta.url)

const { parseWat } = await wabt()
for (const path of readdirSync(fileURLToPath(LIB), { encoding: 'utf8', recursive: true })) {
  if (!path.endsWith('.wat')) continue
  const module = parseWat(path, readFileSync(new URL(path, LIB), 'utf8'), { simd: true })
  module.validate()
  writeFileSync(new URL(path.replace(/\.wat$/, '.wasm'), COMPILED), module.toBinary({}).buffer)
}
