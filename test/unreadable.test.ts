/** A database, a table or a folder of association files that may not be read is reported as that, by every command. */
import { chmodSync, mkdirSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { ingest } from '../lib/run/ingest.js'
import { PROGRAM_WITHOUT_RIGHTS, pairs, type Result, Workdir } from './helpers/program.js'

const DB = 'above/db'
const RUN = ['-o', DB, '--date', '2024-02-22', '-']

/** Every command about a database. */
const COMMANDS: readonly (readonly string[])[] = [
  ['status', DB],
  ['check', DB],
  ['explain', 'jw01001*', DB],
  ['explain', '--waiting', DB],
  ['report', DB],
  ['export', '--out', 'exported', DB],
  ['diff', 'other', DB],
  ['diff', DB, 'other'],
  ['rebuild', DB],
  ['rebuild', '--dry-run', DB],
  ['prune', '--older-than', '1y', DB],
  RUN,
]

/** A folder with two databases, `above/db` and `other`, that anybody may change. */
async function withDatabases(t: ExecutionContext): Promise<Workdir> {
  const dir = new Workdir(t)
  dir.write('2024-02-21_052.csv', pairs(1))
  for (const db of [DB, 'other']) await ingest({ inputs: [dir.path('2024-02-21_052.csv')], out: dir.path(db) })
  for (const path of ['', DB, `${DB}/.jwst-ingest`]) chmodSync(dir.path(path), 0o777)
  return dir
}

/** Takes every right to a path, until the test is over. */
function forbid(t: ExecutionContext, path: string): void {
  chmodSync(path, 0)
  t.teardown(() => chmodSync(path, 0o755))
}

function runWithoutRights(dir: Workdir, args: readonly string[]): Promise<Result> {
  const { child, result } = dir.startCommand(process.execPath, [PROGRAM_WITHOUT_RIGHTS, ...args])
  child.stdin?.end(pairs(2))
  return result
}

const FEW = [['status', DB], ['rebuild', DB], RUN]
const FORBIDDEN: Readonly<Record<string, readonly [path: string, commands: readonly (readonly string[])[]]>> = {
  'a database': [DB, COMMANDS],
  'the folder above a database': ['above', FEW],
  'a table': [`${DB}/train-image.csv`, COMMANDS],
  // Codes are read by those who need them.
  'the codes': [`${DB}/encodings.json`, [['check', DB], ['rebuild', DB], RUN]],
}

for (const [what, [path, commands]] of Object.entries(FORBIDDEN)) {
  test(`${what} that may not be read: every command says so, names it, and tells what to do`, async (t) => {
    const dir = await withDatabases(t)
    forbid(t, dir.path(path))
    for (const args of commands) {
      const { code, stderr } = await runWithoutRights(dir, args)
      t.is(code, 1, args.join(' '))
      t.regex(stderr, /above\/db: cannot .* \(EACCES: .* '.*above\/db.*'\): check the permissions of the folder/)
    }
  })
}

test('a folder of association files that may not be searched is named', async (t) => {
  const dir = await withDatabases(t)
  mkdirSync(dir.path('asn/secret'), { recursive: true })
  forbid(t, dir.path('asn/secret'))
  for (const asn of ['asn', 'asn/secret', 'asn/secret/*.json']) {
    const { code, stderr } = await runWithoutRights(dir, ['--asn', asn, ...RUN])
    t.is(code, 1)
    t.regex(stderr, /^jwst-ingest: asn\/secret.*: cannot be read: EACCES/m, asn)
  }
})
