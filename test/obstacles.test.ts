/** What keeps a table from taking its place is found before a run counts; tables that are links stay links. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ingest } from '../lib/run/ingest.js'
import { type Need, otherFileSystem } from '../tools/needs.js'
import { build, copyOf, daily, FIXTURES, newFolder } from './helpers/damage.js'
import { assertHealthy } from './helpers/healthy.js'
import { needs } from './helpers/needs.js'
import { PROGRAM_WITHOUT_RIGHTS } from './helpers/program.js'

const [FIRST = [], SECOND = []] = daily(join(FIXTURES, 'days'))
const PRIVATE = '.jwst-ingest'

/** A database of the first day; without its index, so that the next run writes all tables anew, where that is wanted. */
async function firstDay(t: ExecutionContext, isIndexed = false): Promise<string> {
  const folder = join(newFolder(t), 'db')
  await build(folder, [FIRST])
  if (!isIndexed) rmSync(join(folder, PRIVATE, 'index'))
  return folder
}

/** Every file with its content. */
function contents(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort()
  const files = names.filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

/** A folder on another file system that is removed after the test. */
function elsewhere(t: ExecutionContext): string {
  const folder = mkdtempSync(join(otherFileSystem() ?? '', 'jwst-ingest-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function shell(t: ExecutionContext, ...[command = '', ...args]: string[]): void {
  t.is(spawnSync(command, args).status, 0, [command, ...args].join(' '))
}

/** Puts a link in the place of something, which goes into another folder. */
function moveBehindLink(path: string, into: string): void {
  const target = join(into, 'moved')
  cpSync(path, target, { recursive: true })
  rmSync(path, { recursive: true })
  symlinkSync(target, path)
}

interface Obstacle {
  readonly what: string
  readonly need?: Need
  readonly isIndexed?: boolean
  readonly make: (t: ExecutionContext, folder: string) => void
  readonly tells: RegExp
}

const OBSTACLES: readonly Obstacle[] = [
  {
    what: 'a file that is a link to nothing',
    make: (_, folder) => symlinkSync('nowhere', join(folder, PRIVATE, 'index')),
    tells: /index: is a link to nothing: remove it/,
  },
  {
    what: 'a table on another file system behind a link',
    need: 'another file system',
    make: (t, folder) => moveBehindLink(join(folder, 'training.csv'), elsewhere(t)),
    tells: /: is on another file system than .*staging: .*keep both on one/,
  },
  {
    what: 'staged files on another file system behind a link',
    need: 'another file system',
    make: (t, folder) => moveBehindLink(join(folder, PRIVATE), elsewhere(t)),
    tells: /db: is on another file system than .*staging: /,
  },
  {
    what: 'a private folder that is mounted',
    need: 'mounts',
    make: (t, folder) => mount(t, join(folder, PRIVATE)),
    tells: /db: is on another file system than .*staging: /,
  },
  {
    what: 'a table that is a mount point',
    need: 'mounts',
    make: (t, folder) => mount(t, join(folder, 'level1.csv')),
    tells: /level1\.csv: is a mount point: mount the whole folder instead/,
  },
  ...[true, false].map(
    (isIndexed): Obstacle => ({
      what: `an immutable table that is ${isIndexed ? 'appended to' : 'written anew'}`,
      need: 'immutable files',
      isIndexed,
      make: (t, folder) => {
        const table = join(folder, 'ingest.csv')
        shell(t, 'chattr', '+i', table)
        t.teardown(() => spawnSync('chattr', ['-i', table]))
      },
      tells: /ingest\.csv: cannot .* \(EPERM: /,
    }),
  ),
  {
    what: 'a table that can only be appended to',
    need: 'immutable files',
    isIndexed: true,
    make: (t, folder) => {
      const table = join(folder, 'ingest.csv')
      shell(t, 'chattr', '+a', table)
      t.teardown(() => spawnSync('chattr', ['-a', table]))
    },
    tells: /ingest\.csv: cannot .* \(EPERM: /,
  },
]

/** Mounts something over itself until the test ends: its own name can then not be given to anything else. */
function mount(t: ExecutionContext, path: string): void {
  shell(t, 'mount', '--bind', path, path)
  t.teardown(() => spawnSync('umount', [path]))
}

for (const { what, need, isIndexed, make, tells } of OBSTACLES) {
  const its = need === undefined ? test : needs(need, what)
  its(`${what} ends a run before it counts, with nothing changed`, async (t) => {
    const folder = await firstDay(t, isIndexed)
    make(t, folder)
    const before = contents(folder)
    await t.throwsAsync(ingest({ inputs: SECOND, out: folder }), { code: 'DATABASE_UNUSABLE', message: tells })
    t.deepEqual(contents(folder), before)
  })
}

needs('root', 'tables of another user in a sticky folder')(
  'tables of another user in a sticky folder end a run before it counts, with nothing changed',
  async (t) => {
    const folder = await firstDay(t)
    chmodSync(join(folder, '..'), 0o755)
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), name === PRIVATE ? 0o777 : 0o666)
    for (const name of readdirSync(join(folder, PRIVATE))) chmodSync(join(folder, PRIVATE, name), 0o666)
    chmodSync(folder, 0o1777)
    const before = contents(folder)
    const [day = ''] = SECOND
    const args = [PROGRAM_WITHOUT_RIGHTS, '-o', folder, '--date', '2024-02-22', '-']
    const { status, stderr } = spawnSync(process.execPath, args, { input: readFileSync(day), encoding: 'utf8' })
    t.is(status, 1, stderr)
    t.regex(stderr, /\.csv: cannot replace or remove it \(EPERM: /)
    t.deepEqual(contents(folder), before)
  },
)

for (const isIndexed of [true, false]) {
  test(`a table that is a link stays one when it is ${isIndexed ? 'appended to' : 'written anew'}`, async (t) => {
    const folder = await firstDay(t, isIndexed)
    const plain = copyOf(folder, join(newFolder(t), 'plain'))
    const other = newFolder(t)
    renameSync(join(folder, 'training.csv'), join(other, 'training.csv'))
    symlinkSync(join(other, 'training.csv'), join(folder, 'training.csv'))
    for (const out of [folder, plain]) await ingest({ inputs: SECOND, out })
    t.true(lstatSync(join(folder, 'training.csv')).isSymbolicLink())
    const text = (path: string) => readFileSync(join(path, 'training.csv'), 'utf8')
    t.is(text(folder), text(plain))
    t.is(text(other), text(plain))
    await assertHealthy(folder)
  })
}
