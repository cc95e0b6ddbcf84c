/**
 * Every command, while what it prints cannot be written: a full disk, a stream that was closed, a reader that has gone. It
 * does what it does all the same, says what was not written, and its exit code is that of a command that failed.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ASN, writeInputs } from './helpers/command-inputs.js'
import { tableTexts } from './helpers/database.js'
import { inParallel, SOAK } from './helpers/faults.js'
import { copyDatabase, namesOf, roundTimes } from './helpers/interrupt-files.js'
import { PROGRAM, type Result, Workdir } from './helpers/program.js'
import { tried } from './helpers/tried.js'

/** Command lines, and whether they commit something. */
const COMMANDS: readonly (readonly [commits: boolean, args: string])[] = [
  [true, '-o db ../in/2024-02-22_053.csv'],
  [true, '--json -o db ../in/2024-02-22_053.csv'],
  [true, '--quiet --json -o db ../in/2024-02-22_053.csv'],
  [true, '--emit train-image -o db ../in/2024-02-22_053.csv'],
  [true, `associate db --json --asn ../in/${ASN}`],
  [true, 'rebuild db --json'],
  [true, 'prune db --json --older-than 1d'],
  [false, 'prune db --json --older-than 1d --dry-run'],
  [false, 'status db'],
  [false, 'status --json db'],
  [false, 'explain jw01001* --db db'],
  [false, 'explain --waiting --json db'],
  [false, 'explain jw09999* --db db'],
  [false, 'check db'],
  [false, 'check --json db'],
  [true, 'report db --html page.html'],
  [false, 'report db --html -'],
  [false, 'report db --json'],
  [true, 'export db -o out --json'],
  [false, 'export db -o - --format jsonl --table level1'],
  [false, 'export db -o - --table level1'],
  [false, 'help'],
  [false, 'help explain'],
  [false, '--help'],
  [false, '--version'],
  [false, 'completion bash'],
  [false, 'nosuch'],
  [false, '--nosuch'],
]

/** What the shell does with the streams: which of them take nothing, why, and how the command is called. */
const KINDS: readonly (readonly [lost: readonly ('stdout' | 'stderr')[], why: string, script: string])[] = [
  [['stdout'], 'ENOSPC: no space left on device, write', 'exec "$@" >/dev/full'],
  [['stderr'], 'ENOSPC: no space left on device, write', 'exec "$@" 2>/dev/full'],
  [['stdout', 'stderr'], 'ENOSPC: no space left on device, write', 'exec "$@" >/dev/full 2>&1'],
  [['stdout'], 'its reader has gone', 'mkfifo p && exec 3<>p 4>p 3<&- && exec "$@" >&4 4>&-'],
  [['stderr'], 'its reader has gone', 'mkfifo p && exec 3<>p 4>p 3<&- && exec "$@" 2>&4 4>&-'],
]

/** Node gives a command whose streams are closed `/dev/null` for them, before it begins: nothing is lost that is missed. */
const CLOSED = ['exec "$@" >&-', 'exec "$@" 2>&-', 'exec "$@" <&- >&- 2>&-']

/** What commands find: the folder `given` with a database, and `in` with what they take in. Made once, copied for each. */
const template = mkdtempSync(join(tmpdir(), 'jwst-ingest-outputs-'))
test.after.always(() => rmSync(template, { recursive: true, force: true }))

test.serial('a database for the commands is made', async (t) => {
  const dir = new Workdir(t)
  writeInputs(dir)
  t.like(await dir.run(['-q', '-o', 'given/db', 'in/2024-02-21_052.csv']), { code: 0, stderr: '' })
  // Something for a rebuild to mend.
  dir.write('given/db/raw-image.csv', dir.read('given/db/raw-image.csv').split('\n').toSpliced(1, 1).join('\n'))
  await roundTimes(dir.path('given/db'))
  await copyDatabase(dir.folder, template)
})

/** All of them with SOAK=1; else some, other ones for each command. */
function some<T>(all: readonly T[], count: number, command: number): readonly T[] {
  if (SOAK) return all
  return Array.from({ length: count }, (_, index) => all[(command * count + index) % all.length] as T)
}

let runs = 0

/** Runs a command in a folder of its own. */
async function runBy(script: string, args: string, dir: Workdir): Promise<Result & { readonly db: string }> {
  const folder = `run-${runs++}`
  mkdirSync(dir.path(folder))
  await copyDatabase(dir.path('given/db'), dir.path(`${folder}/db`))
  const command = [process.execPath, PROGRAM, ...args.split(' ')]
  const running = dir.startCommand('sh', ['-c', `cd ${folder} && ${script}`, 'sh', ...command])
  running.child.stdin?.end()
  return { ...(await running.result), db: dir.path(`${folder}/db`) }
}

function assertWhole(t: ExecutionContext, db: string, expected: string, title: string): void {
  t.deepEqual(tableTexts(db), tableTexts(expected), title)
  const left = namesOf(db).filter((name) => /staging|lock-|commit\.json/.test(name))
  t.deepEqual(left, [], title)
}

for (const [number, [commits, args]] of COMMANDS.entries()) {
  test.serial(`jwst-ingest ${args}: nobody takes what it prints`, async (t) => {
    const dir = new Workdir(t)
    await copyDatabase(template, dir.folder)
    const whole = await runBy('exec "$@"', args, dir)
    await inParallel(some(KINDS, 1, number), async ([lost, why, script]) => {
      if (script.includes('/dev/full') && !existsSync('/dev/full')) return
      const { db, ...result } = await runBy(script, args, dir)
      tried('output that is full or closed')
      const title = `${script}: ${result.stderr}`
      const missed = lost.filter((name) => whole[name] !== '')
      t.is(result.code, missed.length > 0 && whole.code === 0 ? 1 : whole.code, title)
      t.notRegex(result.stderr, /\n {4}at /, title)
      assertWhole(t, db, whole.db, title)
      if (missed.length === 0 || lost.includes('stderr')) return
      const kept = commits && whole.code === 0 ? '; the run is committed' : ''
      t.true(result.stderr.endsWith(`jwst-ingest: cannot write all of standard output (${why})${kept}\n`), title)
    })
    await inParallel(some(CLOSED, 1, number), async (script) => {
      const { db, ...result } = await runBy(script, args, dir)
      tried('output that is full or closed')
      t.is(result.code, whole.code, script)
      t.notRegex(result.stderr, /\n {4}at /, script)
      assertWhole(t, db, whole.db, script)
    })
  })
}

test.serial('a disk that takes only some of what is printed is full, too', async (t) => {
  const dir = new Workdir(t)
  const script = 'ulimit -f 1 && exec "$@" >help'
  const { code, stderr } = await dir.startCommand('sh', ['-c', script, 'sh', process.execPath, PROGRAM, '--help'])
    .result
  t.is(code, 1)
  t.is(stderr, 'jwst-ingest: cannot write all of standard output (EFBIG: file too large, write)\n')
  t.true(dir.read('help').length >= 512)
})
