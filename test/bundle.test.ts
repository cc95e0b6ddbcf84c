import { cpSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { CODE, loadBundle } from '../lib/bundle/load.js'
import { Workdir } from './helpers/program.js'

const root = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
const VERSION = (JSON.parse(readFileSync(root('package.json'), 'utf8')) as { readonly version: string }).version

test('the compiled code is that of this bundle: the V8 that made it takes it, another one does not read it', (t) => {
  const [name = '', ...others] = readdirSync(root('dist/lib/bundle')).filter((file) => file.endsWith('.code'))
  t.deepEqual(others, [])
  t.true(readFileSync(root(`dist/lib/bundle/${name}`)).length > 100_000)
  const { arch, platform, versions } = process
  const isOurs = name === `program.${platform}-${arch}-${versions.v8}.code`
  t.is(loadBundle().cachedDataRejected, isOurs ? false : undefined, name)
})

for (const [what, code] of [
  ['that this V8 does not take', Buffer.alloc(1000, 1)],
  ['that is missing', undefined],
] as const) {
  test(`the program runs with compiled code ${what}`, async (t) => {
    const dir = new Workdir(t)
    for (const name of ['dist/lib', 'package.json']) cpSync(root(name), dir.path(name), { recursive: true })
    const file = dir.path(`dist/lib/bundle/${basename(fileURLToPath(CODE))}`)
    rmSync(file, { force: true })
    if (code !== undefined) writeFileSync(file, code)
    const { child, result } = dir.startCommand(process.execPath, ['dist/lib/main.js', '--version'])
    child.stdin?.end()
    t.deepEqual(await result, { code: 0, stdout: `${VERSION}\n`, stderr: '' })
  })
}

test('the build fails on a bundle that the program would misread', async (t) => {
  const dir = new Workdir(t)
  for (const name of ['dist/lib', 'dist/tools', 'package.json']) cpSync(root(name), dir.path(name), { recursive: true })
  for (const name of ['node_modules', 'fixtures']) symlinkSync(root(name), dir.path(name))
  const page = dir.read('dist/lib/report/page.js')
  dir.write('dist/lib/report/page.js', page.replace('&ndash;', '\u2013'))
  const { child, result } = dir.startCommand(process.execPath, ['dist/tools/bundle.js'])
  child.stdin?.end()
  const { code, stderr } = await result
  t.is(code, 1)
  t.regex(stderr, /program\.cjs is not ASCII, .*: \u2013 jwst-ingest report/)
  t.false(readdirSync(dir.path('dist/lib/bundle')).some((name) => name.endsWith('.code')))
})

test('the bundle needs no packages, and says whose they are', async (t) => {
  const dir = new Workdir(t)
  for (const name of ['dist/lib', 'package.json', 'lib/report/page', 'fixtures/days'])
    cpSync(root(name), dir.path(name), { recursive: true })
  const run = async (...args: string[]) => {
    const { child, result } = dir.startCommand(process.execPath, ['dist/lib/main.js', ...args])
    child.stdin?.end()
    const { code, stderr } = await result
    t.is(code, 0, stderr)
  }
  await run('-q', '-o', 'db', 'fixtures/days')
  await run('report', 'db', '--html', 'report.html')
  await run('export', 'db', '-o', 'out')
  const licenses = readFileSync(root('dist/lib/bundle/licenses.txt'), 'utf8')
  for (const name of ['commander', 'csv-parse', 'd3-array', 'highland', 'stream-chain'])
    t.regex(
      licenses,
      new RegExp(
        `^${name} [\\d.]+ \\((MIT|ISC|BSD-3-Clause|Apache-2.0)\\)\\n\\n.*(Permission|Redistribution|Licensed)`,
        'ms',
      ),
    )
})
