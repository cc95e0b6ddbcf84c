import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const DAYS = join(ROOT, 'fixtures/days')
/** What npm may not ask anybody, and what it is not asked about. */
const NPM = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']

/** A folder outside of the clone, into which the package was installed from its tarball. */
const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-package-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

interface PackedFile {
  readonly filename: string
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { PATH = '', HOME = '' } = process.env
  try {
    return execFileSync(command, args, { cwd, env: { PATH, HOME }, encoding: 'utf8', stdio: 'pipe', timeout: 120_000 })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/** Packs folders; gives what is in the tarballs. Scripts would build, while other tests use what is built. */
function pack(folders: readonly string[]): PackedFile[] {
  const out = run('npm', ['pack', '--json', '--pack-destination', folder, ...NPM, ...folders], ROOT)
  const packed: unknown = JSON.parse(out)
  // Newer versions of npm give an object with the packages by name.
  return Object.values(packed as Record<string, PackedFile>)
}

/** The packages that a user of the package gets, and nobody else: the folders of its dependencies and theirs. */
function dependencies(): string[] {
  const out = run('npm', ['ls', '--all', '--omit=dev', '--workspaces=false', '--parseable', '--loglevel=error'], ROOT)
  return out.split('\n').filter((path) => path.includes('node_modules'))
}

test.serial('the package has what it should have, and nothing else', (t) => {
  const [packed] = pack([ROOT])
  const paths = packed?.files.map(({ path }) => path) ?? []
  for (const path of [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'package.json',
    'man/jwst-ingest.1',
    'docs/library.md',
    'examples/own-stage.js',
    'dist/lib/main.js',
    'dist/lib/bundle/program.cjs',
    'dist/lib/bundle/charts.cjs',
    'dist/lib/bundle/licenses.txt',
    'dist/lib/index.js',
    'dist/lib/index.d.ts',
    'dist/lib/rules/encodings.json',
  ])
    t.true(paths.includes(path), path)
  const allowed =
    /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|man\/jwst-ingest\.1|docs\/(images\/|api\/)?[\w-]+\.(md|png)|lib\/report\/page\/[\w-]+\.(css|js)|examples\/[\w-]+\.js|dist\/lib\/.*\.(js|d\.ts|json|css|html)|dist\/lib\/bundle\/(program\.(cjs|[\w.-]+\.code)|charts\.cjs|licenses\.txt))$/
  t.deepEqual(
    paths.filter((path) => !allowed.test(path)),
    [],
  )
  const links = [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/\]\(([\w./-]+)[#)]/g)].map(
    ([, path = '']) => path,
  )
  t.true(links.length > 5)
  for (const link of links)
    t.true(
      paths.some((path) => path === link || path.startsWith(`${link}/`)),
      `README: ${link}`,
    )
})

test.serial('it installs into an empty folder without network, with no more than its dependencies', (t) => {
  const needed = dependencies()
  t.true(needed.length >= 6)
  pack([...needed, ROOT])
  const app = join(folder, 'app')
  mkdirSync(app)
  const manifest = { name: 'app', private: true, type: 'module', dependencies: { 'jwst-ingest': tarballOf(ROOT) } }
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest))
  writeFileSync(join(app, 'package-lock.json'), JSON.stringify(lockOf(manifest, needed)))
  run('npm', ['ci', ...NPM, '--omit=dev'], app)
  const dev = Object.keys((JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest).devDependencies)
  for (const name of dev.filter((name) => !needed.some((path) => path.endsWith(`node_modules/${name}`))))
    t.false(existsSync(join(folder, 'app/node_modules', name)), name)
})

/** Where a package's tarball is, as seen from the folder beside it. */
function tarballOf(path: string): string {
  const { name, version } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest
  return `file:../${name.replace('@', '').replace('/', '-')}-${version}.tgz`
}

/**
 * The lock file of a program with this package: without it npm would ask for packages of which there are two versions,
 * as only one of them can be named in the command.
 */
function lockOf(manifest: object, needed: readonly string[]): object {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock
  const own = { ...packages[''], devDependencies: undefined, workspaces: undefined, resolved: tarballOf(ROOT) }
  const others = needed.map((path) => {
    const place = relative(ROOT, path)
    return [place, { ...packages[place], integrity: undefined, resolved: tarballOf(path) }] as const
  })
  const entries = { '': manifest, 'node_modules/jwst-ingest': own, ...Object.fromEntries(others) }
  return { name: 'app', lockfileVersion: 3, requires: true, packages: entries }
}

interface Lock {
  readonly packages: Readonly<Record<string, object>>
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

test.serial('its command runs, through npx and by its name', (t) => {
  const app = join(folder, 'app')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
  t.is(run('npx', ['--offline', '--no-install', 'jwst-ingest', '--version'], app), `${version}\n`)
  const command = join(app, 'node_modules/.bin/jwst-ingest')
  const summary = JSON.parse(run(command, ['--quiet', '--json', '-o', 'db', DAYS], app)) as {
    models: { IMAGE: object }
  }
  t.like(summary.models.IMAGE, { products: 34 })
  run(command, ['check', '--quiet', 'db'], app)
  t.regex(run(command, ['completion', 'bash'], app), /^complete .* jwst-ingest$/m)
})

test.serial('installed for all, it brings its command and its manual page', (t) => {
  // A copy without dependencies, for which npm would ask a registry.
  const copy = join(folder, 'copy')
  cpSync(join(folder, 'app/node_modules/jwst-ingest'), copy, { recursive: true })
  const { dependencies: _, ...manifest } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8')) as Manifest
  writeFileSync(join(copy, 'package.json'), JSON.stringify(manifest))
  pack([copy])
  const prefix = join(folder, 'prefix')
  run('npm', ['install', '--global', '--prefix', prefix, ...NPM, tarballOf(ROOT).slice('file:../'.length)], folder)
  t.is(run(join(prefix, 'bin/jwst-ingest'), ['--version'], folder), `${manifest.version}\n`)
  const page = (path: string) => readFileSync(path, 'utf8')
  t.is(page(join(prefix, 'share/man/man1/jwst-ingest.1')), page(join(ROOT, 'man/jwst-ingest.1')))
})

test.serial('programs import it, and see nothing that it does not export', (t) => {
  const app = join(folder, 'app')
  const program = `
    import { createPipeline, ingest, openDatabase } from 'jwst-ingest'
    const [, , days] = process.argv
    const { models } = await ingest('own', { inputs: [days] })
    const database = await openDatabase('own')
    let rows = 0
    for await (const row of database.rows('train-image')) rows += row.pname === '' ? 0 : 1
    await database.close()
    const { columns } = await createPipeline({ inputs: [days] })
    const hidden = await import('jwst-ingest/dist/lib/run/ingest.js').catch(({ code }) => code)
    console.log(JSON.stringify([models.IMAGE.products, rows, columns.includes('params'), hidden]))`
  writeFileSync(join(app, 'program.js'), program)
  t.deepEqual(JSON.parse(run(process.execPath, ['program.js', DAYS], app)), [
    34,
    34,
    true,
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  ])
})

test.serial('its types are right for a program that is checked strictly, and for the examples', (t) => {
  const app = join(folder, 'app')
  mkdirSync(join(app, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name))
  cpSync(join(app, 'node_modules/jwst-ingest/examples'), join(app, 'examples'), { recursive: true })
  writeFileSync(join(app, 'typed.ts'), TYPED)
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--lib',
    'es2023',
    '--types',
    'node',
  ]
  const strict = ['--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--allowJs', '--checkJs']
  const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, ...strict]
  t.is(run(process.execPath, [...tsc, 'typed.ts'], app), '')
  // The examples use stream-chain itself, whose types need newer ones of Node.
  t.is(run(process.execPath, [...tsc, '--skipLibCheck', ...EXAMPLES], app), '')
  writeFileSync(join(app, 'wrong.ts'), "import { ingest } from 'jwst-ingest'\nawait ingest('db', { inputs: 'raw' })\n")
  t.throws(() => run(process.execPath, [...tsc, 'wrong.ts'], app), { message: /wrong\.ts\(2,22\): error TS2322/ })
})

const EXAMPLES = readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}`)

/** A program that uses everything that is exported; what is wrong in it is expected. */
const TYPED = `
import { pipeline } from 'node:stream/promises'
import {
  associate, type Association, type Cells, check, createPipeline, diff, EXIT, type ErrorCode, explain, exportTables,
  IngestError, ingest, type InputRow, type Model, MODELS, type OpenDatabase, openDatabase, prune, rebuild, report,
  reportPage, type ScrubbedRow, status, type Summary, tee, waits,
} from 'jwst-ingest'

const run = ingest('db', { inputs: ['raw'], signal: AbortSignal.timeout(1000) })
for await (const { phase, done, total } of run.progress()) console.log(phase === 'reading', done, total ?? 0)
const summary: Summary = await run
const models: readonly Model[] = MODELS
export const products: number[] = models.map((model) => summary.models[model].products)
// @ts-expect-error: the database is needed
await ingest({ inputs: ['raw'] })
// @ts-expect-error: no such option
await ingest('db', { input: 'raw' })

const database: OpenDatabase = await openDatabase('db')
const rows: AsyncIterable<Cells> = database.rows('train-image', { typed: false })
for await (const row of rows) {
  const size: string | undefined = row.imgsize_gb
  // @ts-expect-error: cells are text
  const number: number | undefined = row.imgsize_gb
  console.log(size, number, database.encodings.filter.F770W)
}
for await (const { imgsize_gb, date } of database.rows('train-image')) {
  const size: number | null = imgsize_gb
  // @ts-expect-error: a date is text
  const day: number | null = date
  console.log(size, day)
}
for await (const { TSOVISIT, max_offset } of database.rows('raw-spec')) console.log(TSOVISIT === true, (max_offset ?? 0) + 1)
for await (const { PROGRAM } of database.rows('level1')) console.log(typeof PROGRAM === 'string')
await database[Symbol.asyncDispose]()

const { bytes, decode, scrub, settle, write, close, rows: all } = await createPipeline({ columns: ['own'] })
const own = (row: InputRow): InputRow | undefined => (row.line > 1 ? { ...row, cells: { ...row.cells, own: '1' } } : undefined)
export const chunks = bytes()
for await (const chunk of chunks) console.log(decode(chunk), chunk.input.day.date)
export const scrubbed = [scrub({ source: 'x', line: 1, cells: {} })].filter((row) => typeof row !== 'symbol')
export const written: Summary = await pipeline(all(own), write('db', { wait: 60 })).finally(close)
const kinds = async (found: AsyncIterable<ScrubbedRow>) => {
  // @ts-expect-error: no such kind
  for await (const { kind } of found) if (kind === 'planet') return kind
  return undefined
}
await kinds(all())
for await (const { matches } of settle()(all()) satisfies AsyncIterable<Association>) {
  for (const { features, model } of matches) console.log(features.NEXPOSUR, model === 'IMAGE')
}
export const sink = tee<number>([])
try {
  export_((await check('db')).healthy, (await rebuild('db')).tables, (await status('db')).models.TAC.trained)
  export_((await prune('db', { olderThan: '180d', dryRun: true })).rows, await reportPage('db'))
  export_((await report('db', { since: '2024-02-21' })).models, 0)
  export_((await associate('db', { asn: ['asn'] })).waiting)
  export_((await exportTables('db', { out: 'parquet', split: { share: 0.8, seed: 7 }, card: true })).tables)
  for await (const { change, features } of diff('db', { other: 'later' })) console.log(change === 'came', features[0]?.before)
  for await (const { name } of explain('db', ['jw01018*'])) console.log(name)
  for await (const { reason } of waits('db')) console.log(reason)
} catch (error) {
  const code: ErrorCode | undefined = error instanceof IngestError ? error.code : undefined
  console.log(code === 'DATABASE_LOCKED', EXIT.locked)
}
function export_(...values: readonly unknown[]): void {
  console.log(values)
}
`
