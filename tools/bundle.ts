/**
 * Makes the bundle that `lib/bundle/load.ts` loads: `npm run build` does it, after the modules are compiled.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { BUNDLE, CODE, loadBundle, runBundle } from '../lib/bundle/load.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ENTRY = fileURLToPath(new URL('../lib/bundle/entry.js', import.meta.url))
/** The licenses of the packages in the bundle. */
const LICENSES = new URL('./licenses.txt', BUNDLE)
/** A function around the script: it takes what `runBundle` gives. */
const BANNER =
  '/* Made by the build; do not edit. */ (function (module, require, moduleUrl) { const exports = module.exports;'

/** Commander loads this module at once for what it never does here, which takes as long as to parse a small day. */
const CHILD_PROCESS_LATER: Plugin = {
  name: 'child process later',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path }) => ({ path, namespace: 'later' }))
    onLoad({ filter: /.*/, namespace: 'later' }, () => ({
      contents: "exports.spawn = (...args) => require('child_process').spawn(...args)",
    }))
  },
}

/** Writes the bundle, and the licenses of what is in it. */
async function bundle(): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [ENTRY],
    outfile: fileURLToPath(BUNDLE),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: BANNER },
    footer: { js: '})' },
    metafile: true,
    logLevel: 'warning',
    plugins: [CHILD_PROCESS_LATER],
  })
  const packages = new Set(
    Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []),
  )
  writeFileSync(LICENSES, [...packages].sort().map(licenseOf).join('\n'))
}

function licenseOf(name: string): string {
  const folder = join(ROOT, 'node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text}\n`
}

interface Manifest {
  readonly version: string
  readonly license: string
}

/** Nothing comes in, and nobody reads what comes out. */
const QUIET = {
  stdin: process.stdin,
  out: () => true,
  err: () => true,
  stdout: process.stdout,
  screen: undefined,
  env: {},
  signal: new AbortController().signal,
}

/** Runs what nearly every call of the program runs, and gives what V8 has compiled by then. */
async function compile(): Promise<Buffer> {
  const script = loadBundle()
  const { runCommand } = runBundle(script)
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-bundle-'))
  const days = join(ROOT, 'fixtures', 'days')
  try {
    const database = join(folder, 'db')
    for (const name of readdirSync(days).sort()) await runCommand(['-o', database, join(days, name)], QUIET)
    for (const command of ['status', 'check']) await runCommand([command, database], QUIET)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return script.createCachedData()
}

// In this order: compiled code of an older bundle must never stand beside a newer one.
rmSync(CODE, { force: true })
await bundle()
writeFileSync(CODE, await compile())
