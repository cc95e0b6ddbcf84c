/**
 * Makes the bundle that `lib/bundle/load.ts` loads: `npm run build` does it, after the modules are compiled.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { BUNDLE, CODE, loadBundle, runBundle } from '../lib/bundle/load.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
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

/** Packages that a report alone needs, and the bundle that they are in: as large as all else, it would be read each time. */
const CHARTS = ['@observablehq/plot', 'linkedom']
const CHARTS_FILE = './charts.cjs'

/** Has these packages come from their bundle, by their numbers. */
const CHARTS_APART: Plugin = {
  name: 'charts apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(${CHARTS.join('|')})$`) }, ({ path }) => ({ path, namespace: 'charts' }))
    onLoad({ filter: /.*/, namespace: 'charts' }, ({ path }) => ({
      contents: `module.exports = require('${CHARTS_FILE}').package${CHARTS.indexOf(path)}`,
    }))
    onResolve({ filter: /.*/, namespace: 'charts' }, ({ path }) => ({ path, external: true }))
  },
}

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  mainFields: ['module', 'main'],
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** Writes the bundles, and the licenses of what is in them. */
async function bundle(): Promise<void> {
  const program = await build({
    ...COMMON,
    entryPoints: [ENTRY],
    outfile: fileURLToPath(BUNDLE),
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: BANNER },
    footer: { js: '})' },
    plugins: [CHILD_PROCESS_LATER, CHARTS_APART],
  })
  const contents = CHARTS.map((name, number) => `export * as package${number} from '${name}'`).join('\n')
  const charts = await build({
    ...COMMON,
    stdin: { contents, resolveDir: ROOT },
    outfile: fileURLToPath(new URL(CHARTS_FILE, BUNDLE)),
  })
  const inputs = [program, charts].flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const packages = new Set(inputs.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []))
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

/** Removes compiled code, that of other Nodes, too: none of an older bundle may ever stand beside a newer one. */
function removeCode(): void {
  const folder = new URL('.', BUNDLE)
  for (const name of readdirSync(folder)) if (name.endsWith('.code')) rmSync(new URL(name, folder))
}

/** Fails where the program would read another text than the one that was written. */
function checkText(): void {
  const [other] = /[^\0-\x7f].*/.exec(readFileSync(BUNDLE, 'utf8')) ?? []
  if (other !== undefined)
    throw new Error(`${fileURLToPath(BUNDLE)} is not ASCII, as what loads it expects; write an escape here: ${other}`)
}

removeCode()
await bundle()
checkText()
writeFileSync(CODE, await compile())
