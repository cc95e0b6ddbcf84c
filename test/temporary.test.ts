/** Temporary files outside a database: those of a process that was killed are removed by the next run, and no others. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import test from 'ava'
import { removeAbandoned, temporaryPath } from '../lib/store/temporary.js'
import { pairs, Workdir } from './helpers/program.js'

const MODULE = new URL('../lib/store/temporary.js', import.meta.url).href

/** A path as a process had it that is gone now. */
function pathOfDead(path: string): string {
  const script = `import(${JSON.stringify(MODULE)}).then((its) => console.log(its.temporaryPath(process.argv[1])))`
  return execFileSync(process.execPath, ['-e', script, path], { encoding: 'utf8' }).trim()
}

test('what a dead process left is removed; what may be of a living one stays, and so does all else', async (t) => {
  const dir = new Workdir(t)
  const dead = basename(pathOfDead(dir.path('file')))
  const [machine = '', ...rest] = dead.slice('file.'.length).split('-')
  const kept = [
    basename(temporaryPath(dir.path('file'))),
    `file.${machine === 'a' ? 'b' : 'a'}-${rest.join('-')}`,
    `other.${machine}-${rest.join('-')}`,
    'file.part',
    'file',
  ]
  for (const name of [...kept, dead]) dir.write(name, '')
  await removeAbandoned(dir.path('file'))
  t.deepEqual(readdirSync(dir.folder).sort(), kept.sort())
  await t.notThrowsAsync(removeAbandoned(dir.path('nowhere/file')))
})

const COMMANDS: readonly (readonly [left: string, ...args: readonly string[]])[] = [
  ['out/level1.jsonl', 'export', 'db', '-q', '-o', 'out', '--format', 'jsonl', '--table', 'level1'],
  ['out/page.html', 'report', 'db', '-q', '--html', 'out/page.html'],
  ['out/jwst-ingest-spill', '-q', '-o', 'db', '--tmp', 'out', '--memory', '1k', '2024-02-20_051.csv'],
]
for (const [left, ...args] of COMMANDS) {
  test(`jwst-ingest ${args.join(' ')} removes what one before it left`, async (t) => {
    const dir = new Workdir(t)
    dir.write('2024-02-20_051.csv', pairs(1, 2))
    t.like(await dir.run(['-q', '-o', 'db', '2024-02-20_051.csv']), { code: 0 })
    const path = pathOfDead(left)
    dir.write(path, 'half')
    t.like(await dir.run(args), { code: 0, stderr: '' })
    t.false(readdirSync(dir.path('out')).includes(basename(path)))
    t.true(readdirSync(dir.path('out')).every((name) => !name.endsWith('.part')))
  })
}
