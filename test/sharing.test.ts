/** Databases that several users share: mode and group of what a run writes, whatever its umask. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openFolder } from '../lib/store/commit.js'
import { layoutOf, stageRecord } from '../lib/store/commit-record.js'
import { acquireLock } from '../lib/store/lock.js'
import { build, daily, FIXTURES, newFolder } from './helpers/damage.js'
import { assertHealthy } from './helpers/healthy.js'
import { needs } from './helpers/needs.js'
import { PROGRAM_WITHOUT_RIGHTS } from './helpers/program.js'

const UMASKS = ['002', '022', '077']
const SHARED = 0o2770

/** Does something with another umask; tests that do so run one after the other. */
async function withUmask<T>(umask: string, work: () => Promise<T>): Promise<T> {
  const before = process.umask(Number.parseInt(umask, 8))
  try {
    return await work()
  } finally {
    process.umask(before)
  }
}

function newDatabase(t: ExecutionContext, mode: number): string {
  const folder = join(newFolder(t), 'db')
  mkdirSync(folder)
  chmodSync(folder, mode)
  return folder
}

/** Permissions by file, relative to the folder. */
function modes(folder: string): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).sort()
  return Object.fromEntries(names.map((name) => [name, modeOf(join(folder, name))]))
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8)
}

async function writeTables(folder: string, ...names: readonly string[]): Promise<void> {
  const database = await openFolder(folder)
  const transaction = await database.begin()
  for (const name of names) (await transaction.replace(name)).write('a\n')
  await transaction.commit()
  await database.close()
}

for (const umask of UMASKS) {
  test.serial(`with umask ${umask}, what is new in a shared folder is for its group, a replaced table as it was`, (t) =>
    withUmask(umask, async () => {
      const folder = newDatabase(t, SHARED)
      writeFileSync(join(folder, 'level1.csv'), 'old\n')
      chmodSync(join(folder, 'level1.csv'), 0o664)
      writeFileSync(join(folder, 'training.csv'), 'old\n')
      chmodSync(join(folder, 'training.csv'), 0o640)
      await writeTables(folder, 'level1.csv', 'training.csv', 'new.csv', '.jwst-ingest/index')
      t.deepEqual(modes(folder), {
        '.jwst-ingest': '2770',
        '.jwst-ingest/index': '660',
        'level1.csv': '664',
        'new.csv': '660',
        'training.csv': '640',
      })
    }),
  )

  test.serial(`with umask ${umask}, lock, staged files and commit record are for the group of a shared folder`, (t) =>
    withUmask(umask, async () => {
      const folder = newDatabase(t, SHARED)
      const database = await openFolder(folder)
      const transaction = await database.begin()
      ;(await transaction.append('new.csv')).write('a\n')
      await stageRecord(layoutOf(folder), [])
      const found = Object.entries(modes(folder)).map(([name, mode]) => `${name.replace(/lock-.*/, 'lock')} ${mode}`)
      t.deepEqual(found, [
        '.jwst-ingest 2770',
        '.jwst-ingest/lock 660',
        '.jwst-ingest/staging 2770',
        '.jwst-ingest/staging/0-new.csv 660',
        '.jwst-ingest/staging/commit.json 660',
      ])
      await database.close()
    }),
  )

  test.serial(`with umask ${umask}, what is new in a folder that is not shared has the umask's mode`, (t) =>
    withUmask(umask, async () => {
      const folder = newDatabase(t, 0o777)
      await writeTables(folder, 'new.csv')
      t.is(modeOf(join(folder, 'new.csv')), (0o666 & ~Number.parseInt(umask, 8)).toString(8))
      t.is(modeOf(join(folder, '.jwst-ingest')), (0o777 & ~Number.parseInt(umask, 8)).toString(8))
    }),
  )
}

test.serial('a database in a shared folder is made for its group, too', (t) =>
  withUmask('077', async () => {
    const folder = join(newDatabase(t, SHARED), 'new', 'db')
    await writeTables(folder, 'new.csv')
    t.deepEqual([modeOf(folder), modeOf(join(folder, 'new.csv'))], ['2770', '660'])
  }),
)

// --- two users ---

const DAYS = daily(join(FIXTURES, 'days')).flat()
const GROUP = 60_000
const USERS = [60_001, 60_002]

/** Every file with its content, lines in text order. */
function tables(folder: string): Record<string, string[]> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.csv') && name !== 'rejects.csv')
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8').split('\n').sort()]))
}

function runAs(user: number, umask: string, folder: string, day: string): { status: number | null; stderr: string } {
  const date = /\d{4}-\d\d-\d\d/.exec(day)?.[0] ?? ''
  const env = { ...process.env, AS_USER: String(user), AS_GROUP: String(GROUP), AS_UMASK: umask }
  const args = [PROGRAM_WITHOUT_RIGHTS, '-o', folder, '--date', date, '-']
  return spawnSync(process.execPath, args, { input: readFileSync(day), env, encoding: 'utf8' })
}

const byRoot = needs('root', 'two users of one group')

for (const [turn] of UMASKS.entries()) {
  const umasks = [...UMASKS.slice(turn), ...UMASKS.slice(0, turn)]
  byRoot.serial(`two users of one group with umasks ${umasks.join(', ')} in turn share a database`, async (t) => {
    const folder = newDatabase(t, 0o770)
    chmodSync(join(folder, '..'), 0o755)
    chownSync(folder, 0, GROUP)
    chmodSync(folder, SHARED)
    for (const [index, umask] of umasks.entries()) {
      const { status, stderr } = runAs(USERS[index % 2] ?? 0, umask, folder, DAYS[index] ?? '')
      t.is(status, 0, stderr)
      for (const [name, mode] of Object.entries(modes(folder))) {
        t.is(mode, statSync(join(folder, name)).isDirectory() ? '2770' : '660', `${name} after umask ${umask}`)
        t.is(statSync(join(folder, name)).gid, GROUP, name)
      }
    }
    await assertHealthy(folder)
    const alone = await build(join(newFolder(t), 'alone'), [DAYS])
    t.deepEqual(tables(folder), tables(alone))
  })
}

byRoot.serial('root leaves tables to their owners', async (t) => {
  const folder = newDatabase(t, 0o770)
  await writeTables(folder, 'level1.csv')
  chownSync(join(folder, 'level1.csv'), USERS[0] ?? 0, GROUP)
  await writeTables(folder, 'level1.csv')
  const { uid, gid } = statSync(join(folder, 'level1.csv'))
  t.deepEqual([uid, gid], [USERS[0], GROUP])
})

byRoot.serial('a claim that a killed run of another user left does not lock a shared database', async (t) => {
  const folder = newDatabase(t, 0o770)
  chmodSync(join(folder, '..'), 0o755)
  chownSync(folder, 0, GROUP)
  chmodSync(folder, SHARED)
  const lock = await withUmask('077', () => acquireLock(folder))
  const [claim = ''] = readdirSync(folder)
  t.deepEqual([modeOf(join(folder, claim)), statSync(join(folder, claim)).gid], ['660', GROUP])
  await lock.release()
})
