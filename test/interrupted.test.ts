/**
 * A run that is interrupted at any point changes all or nothing, and the next one goes on from there (specification,
 * section 9). All of it with the program as it is installed. With SOAK=1 every single operation is disturbed.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, symlinkSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { Random } from '../bench/generator-random.js'
import { seed } from './helpers/arbitrary-rows.js'
import { withFolder } from './helpers/fault-folders.js'
import {
  type FaultMode,
  inParallel,
  type LoggedOperation,
  SOAK,
  sampled,
  seldomReadOnly,
  sortOf,
} from './helpers/faults.js'
import { differing, filesOf, namesOf } from './helpers/interrupt-files.js'
import { assertGoldenRows, inspectWreck, problemsAfter, problemsOfRecovery } from './helpers/interrupt-judge.js'
import {
  command,
  DAYS,
  labelOf,
  runAgain,
  runClean,
  runDisturbed,
  runSignalled,
  type Scene,
  type SceneOptions,
  type Signal,
  withCopyOf,
  withScene,
} from './helpers/interrupt-scene.js'
import { PROGRAM_WITHOUT_RIGHTS } from './helpers/program.js'

const MINUTE = 60_000

/** A run that replaces tables, appends to tables, writes codes and rejects. */
const LATER: SceneOptions = { base: DAYS.slice(0, 2), days: DAYS.slice(2), ordered: true }
/** A run that makes the database. */
const FIRST: SceneOptions = { base: [], days: DAYS, ordered: true }

// --- kills ---

interface Kill {
  readonly operation: LoggedOperation
  readonly mode: FaultMode
}

function killsAt(operations: readonly LoggedOperation[]): Kill[] {
  return operations.flatMap((operation) => {
    const modes: FaultMode[] = operation.kind.startsWith('write') ? ['kill', 'half'] : ['kill']
    return modes.map((mode) => ({ operation, mode }))
  })
}

/** How often a killed run left which state, and at which operations runs were killed. */
interface Tally {
  readonly states: Map<string, number>
  readonly points: Set<string>
}

/** At what runs of the tests so far were killed. */
const met = new Set<string>()

/** What an operation does to which sort of file; the folder of the run is another one each time. */
function pointOf(operation: LoggedOperation): string {
  return sortOf(operation).replace(/ (clean|run)$/, ' folder')
}

/** Kills a run, runs again, and counts what came of it; returns what was wrong. */
async function killed(t: ExecutionContext, scene: Scene, { operation, mode }: Kill, tally: Tally): Promise<string[]> {
  let problems: string[] = []
  await withCopyOf(scene, async (folder) => {
    const { signal, operations } = await runDisturbed(scene, folder, operation.number, mode)
    t.is(signal, 'SIGKILL')
    const last = operations.at(-1) ?? operation
    const point = labelOf(last)
    const wreck = inspectWreck(scene, folder, mode === 'half')
    const recovery = await problemsOfRecovery(scene, folder, wreck)
    const again = await runAgain(scene, folder)
    problems = [...wreck.problems, ...recovery, ...problemsAfter(scene, folder, wreck, again)]
    problems = problems.map((problem) => `${mode} at ${operation.number} (${point}): ${problem}`)
    const state = `${wreck.state}, ${(wreck.recovery ?? 'nothing to recover').replace(/\(\d+/, '(N')}`
    tally.states.set(state, (tally.states.get(state) ?? 0) + 1)
    tally.points.add(pointOf(last))
  })
  return problems
}

/** Kills runs at all chosen operations; each time, the next run has to make the same tables as one never killed. */
async function assertKillsAreHarmless(t: ExecutionContext, options: SceneOptions, only = /./): Promise<void> {
  t.timeout(60 * MINUTE)
  await withScene(options, async (scene) => {
    await assertSame(t, scene)
    const relevant = scene.operations.filter((operation) => SOAK || only.test(operation.path))
    // What a first run does to files is nearly all done by a later run, too: half of that is enough for it.
    const isHalf = !SOAK && options.base.length === 0
    const points = sampled(relevant).filter((point, index) => !isHalf || index % 2 === 0 || !met.has(pointOf(point)))
    const kills = killsAt(points)
    t.true(kills.length > 0)
    const tally: Tally = { states: new Map(), points: new Set() }
    await inParallel(kills, async (kill) => {
      t.deepEqual(await killed(t, scene, kill, tally), [])
    })
    t.log(`${scene.operations.length} operations, ${kills.length} kills`)
    for (const [state, count] of tally.states) t.log(`${count} x ${state}`)
    for (const point of tally.points) met.add(point)
    if (options.ordered) {
      const missed = new Set(relevant.map(pointOf).filter((sort) => !(SOAK ? tally.points : met).has(sort)))
      t.deepEqual([...missed], [], 'operations that no run was killed at')
    }
  })
}

/** The run that was never killed makes the tables of the golden case, if it has all of its days. */
async function assertSame(t: ExecutionContext, scene: Scene): Promise<void> {
  if (scene.options.days.at(-1) !== DAYS.at(-1)) return
  await withCopyOf(scene, async (folder) => {
    t.is((await runAgain(scene, folder)).status, 0)
    await assertGoldenRows(join(folder, 'db'))
  })
}

test.serial(
  'killed at any operation, a run over a database is undone or done, and the next run brings every row once',
  (t) => assertKillsAreHarmless(t, LATER),
)

test.serial('killed at any operation, a first run is undone or done, and the next run brings every row once', (t) =>
  assertKillsAreHarmless(t, FIRST),
)

const SPILLING = ['--memory', SOAK ? '1k' : '20k']

test.serial(
  'killed at any operation, a run leaves no spill file in the database for longer than to the next run',
  (t) => assertKillsAreHarmless(t, { ...LATER, args: SPILLING }, /spill/),
)

test.serial('killed at any operation, a run leaves no spilled row in the folder of --tmp', (t) =>
  assertKillsAreHarmless(t, { ...LATER, args: [...SPILLING, '--tmp', 'TMP'] }, /spill/),
)

for (const [index, day] of SOAK ? [...DAYS.entries()].slice(2) : []) {
  test.serial(`killed at any operation, day ${index + 1} alone is undone or done (soak)`, (t) =>
    assertKillsAreHarmless(t, { base: DAYS.slice(0, index), days: [day] }),
  )
}

// --- a test that cannot fail is none ---

/** What must never be done, as changes of the compiled program. */
interface Sabotage {
  readonly title: string
  /** The first operation at which it may show. */
  readonly from: RegExp
  readonly file: string
  /** What, and what instead. */
  readonly changes: readonly (readonly [RegExp, string])[]
}

const SABOTAGE: readonly Sabotage[] = [
  {
    title: 'a table placed before the commit record',
    from: /^rename .*\.csv$/,
    file: 'store/transaction.js',
    changes: [
      [
        /await this\.#passCommitPoint\(\);/,
        `const early = operations.find(({ kind }) => kind === 'replace');
         await rename(join(this.#layout.staging, early.staged), join(this.#layout.folder, early.name));
         $&`,
      ],
    ],
  },
  {
    title: 'a commit record removed before the tables are placed',
    from: /^rename .*\.csv$/,
    file: 'store/commit-record.js',
    changes: [
      [/\(\) => unlink\(layout\.record\)/, '() => {}'],
      [/await allEnded\(operations\.map\(\(operation\) => apply\(/, 'await unlink(layout.record);\n$&'],
    ],
  },
  {
    title: 'rows appended where a table ends',
    from: /^rm .*\.csv$/,
    file: 'store/commit-record.js',
    changes: [[/\{ offset, length, size \}\);/, '{ offset: size, length, size });']],
  },
]

for (const { title, from, file, changes } of SABOTAGE) {
  test.serial(`control: ${title} would be found out`, (t) =>
    withFolder(async (folder) => {
      const program = await sabotaged(folder, file, changes)
      await withScene({ ...LATER, program }, async (scene) => {
        const first = scene.operations.findIndex((operation) => from.test(labelOf(operation)))
        const points = scene.operations.slice(first).filter(({ kind }) => !/^(open|close|sync)$/.test(kind))
        const found: string[] = []
        await inParallel(points, async (operation) => {
          if (found.length > 0) return
          const kill: Kill = { operation, mode: 'kill' }
          found.push(...(await killed(t, scene, kill, { states: new Map(), points: new Set() })))
        })
        t.log(found[0])
        t.true(found.length > 0)
      })
    }),
  )
}

/** A copy of the program with changes; returns the path of what runs its modules. */
async function sabotaged(
  folder: string,
  file: string,
  changes: readonly (readonly [RegExp, string])[],
): Promise<string> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  for (const part of ['lib', 'tools']) cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const path = join(folder, 'dist', 'lib', file)
  let text = await readFile(path, 'utf8')
  for (const [what, instead] of changes) {
    if (text.split(what).length !== 2) throw new Error(`${file} has no longer one ${what}: change the sabotage`)
    text = text.replace(what, instead)
  }
  await writeFile(path, text)
  return join(folder, 'dist', 'tools', 'run-modules.js')
}

// --- errors ---

/** Errors of the disk, each with the operations it strikes at. */
type Errors = readonly (readonly [FaultMode, RegExp])[]

const ERRORS: Errors = [
  ['ENOSPC', /^write/],
  ['EIO', /^(write|writeFile|sync|fsync|close) /],
  // From there on, so that cleaning up fails too.
  ['EROFS+', SOAK ? /./ : /^(?!sync|close)/],
]
const SPILL_ERRORS: Errors = [
  ['ENOSPC', /^write .*spill/],
  ['EIO', /^write .*spill/],
  ['EROFS', /^open .*spill/],
]

interface Fault {
  readonly operation: LoggedOperation
  readonly mode: FaultMode
}

/** Without SOAK=1 one operation for each of what is done to each kind of file. */
function errorsAt(operations: readonly LoggedOperation[], errors: Errors): readonly Fault[] {
  const seen = new Set<string>()
  const faults: Fault[] = errors.flatMap(([mode, where]) =>
    operations.flatMap((operation) => {
      const sort = `${mode} ${sortOf(operation)}`
      if (!where.test(labelOf(operation)) || (!SOAK && seen.has(sort))) return []
      seen.add(sort)
      return [{ operation, mode }]
    }),
  )
  return seldomReadOnly(faults)
}

/** Faults that lose nothing: what failed would only have made the next run faster, or is of no more use. */
const HARMLESS = /seen\.json|^close .*(scratch-|spill)/

async function assertErrorIsSafe(t: ExecutionContext, scene: Scene, { operation, mode }: Fault): Promise<string> {
  let outcome = ''
  await withCopyOf(scene, async (folder) => {
    const { status, stderr, operations } = await runDisturbed(scene, folder, operation.number, mode)
    const point = operations.find(({ number }) => number === operation.number) ?? operation
    const title = `${mode} at ${operation.number} (${labelOf(point)}): ${stderr}`
    // Where nothing can be written any more, half a row cannot be taken back.
    const wreck = inspectWreck(scene, folder, mode === 'EROFS+')
    t.deepEqual(wreck.problems, [], title)
    const safe = stderr.includes('the run is committed and its data is safe')
    if (status === 0) {
      t.regex(labelOf(point), HARMLESS, title)
      t.is(wreck.state, 'after', title)
    } else {
      t.is(status, 1, title)
      assertMessage(t, stderr, folder, title)
      if (safe) t.true(wreck.state === 'after' || wreck.recovery?.startsWith('finished'), title)
      else t.is(wreck.state, 'before', title)
      // What could not be removed, nobody could have.
      if (!safe && mode !== 'EROFS+') t.deepEqual(passing(folder), [], title)
    }
    const again = await runAgain(scene, folder)
    t.deepEqual(problemsAfter(scene, folder, wreck, again), [], `${title}${again.stderr}`)
    outcome = `${mode} ${status === 0 ? 'harmless' : safe ? 'committed' : 'undone'}`
  })
  return outcome
}

/** One line that names a file in the folder and says what to do, and no more. */
function assertMessage(t: ExecutionContext, stderr: string, folder: string, title: string): void {
  const lines = stderr.split('\n').filter((line) => line !== '')
  t.is(lines.length, 1, title)
  t.regex(stderr, /^jwst-ingest: \//, title)
  t.true(stderr.startsWith(`jwst-ingest: ${folder}/`), title)
  t.regex(
    stderr,
    /make room on the disk and run again|check the disk, then run again|the file system is read-only/,
    title,
  )
  t.notRegex(stderr, /^\s+at |node:internal/m, title)
}

/** What only a run that goes on may have in the private folder. */
function passing(folder: string): string[] {
  return namesOf(folder).filter((name) => /\.jwst-ingest\/(lock-|staging|commit)|spill/.test(name))
}

/** Lets runs fail; returns how often that had which outcome. */
async function assertErrorsAreSafe(t: ExecutionContext, options: SceneOptions, errors: Errors): Promise<Set<string>> {
  t.timeout(60 * MINUTE)
  const outcomes = new Map<string, number>()
  await withScene(options, async (scene) => {
    await inParallel(errorsAt(scene.operations, errors), async (fault) => {
      const outcome = await assertErrorIsSafe(t, scene, fault)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    })
  })
  t.log([...outcomes].map(([outcome, count]) => `${count} x ${outcome}`).join(', '))
  return new Set(outcomes.keys())
}

test.serial(
  'an error of the disk at any operation ends a run with what to do, and nothing or all of it is done',
  async (t) => {
    const outcomes = await assertErrorsAreSafe(t, LATER, ERRORS)
    for (const [error] of ERRORS) for (const end of ['undone', 'committed']) t.true(outcomes.has(`${error} ${end}`))
  },
)

test.serial(
  'an error of the disk while rows are spilled ends a run with what to do, and nothing of it is done',
  async (t) => {
    const outcomes = await assertErrorsAreSafe(t, { ...LATER, args: [...SPILLING, '--tmp', 'TMP'] }, SPILL_ERRORS)
    t.deepEqual([...outcomes].sort(), ['EIO undone', 'ENOSPC undone', 'EROFS undone'])
  },
)

/** Runs the program as somebody who may only read the database; its day comes on standard input. */
async function runWithoutRights(scene: Scene, folder: string): Promise<{ status: number | null; stderr: string }> {
  const database = join(folder, 'db')
  const input = await readFile(scene.inputs[0] ?? '')
  const [, ...args] = command(scene.options, folder, ['--date', '2024-02-22', '-']).args
  for (const path of [join(folder, '..'), folder]) chmodSync(path, 0o755)
  const folders = [join(database, '.jwst-ingest'), database]
  for (const path of folders) chmodSync(path, 0o555)
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM_WITHOUT_RIGHTS, ...args], { input, encoding: 'utf8' })
  for (const path of folders) chmodSync(path, 0o755)
  return { status, stderr }
}

test.serial('a folder that may not be written to is an error that says so, and stays as it is', (t) =>
  withScene({ base: DAYS.slice(0, 1), days: DAYS.slice(1, 2) }, (scene) =>
    withCopyOf(scene, async (folder) => {
      const { status, stderr } = await runWithoutRights(scene, folder)
      t.is(status, 1, stderr)
      t.true(stderr.startsWith(`jwst-ingest: ${join(folder, 'db')}`), stderr)
      t.regex(stderr, /EACCES.*: check the permissions of the folder and its files$/m)
      t.deepEqual(differing(filesOf(join(folder, 'db')), scene.before), [])
      t.deepEqual(passing(folder), [])
    }),
  ),
)

// --- signals ---

const SIGNALS: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

test.serial('a signal at any time ends a run with its exit code and nothing done, or comes too late', async (t) => {
  t.timeout(10 * MINUTE)
  const random = new Random(seed)
  t.log(`FC_SEED=${seed}`)
  await withScene(LATER, async (scene) => {
    const started = Date.now()
    await withCopyOf(scene, async (folder) => void (await runClean(scene, folder)))
    const duration = Date.now() - started
    const cases = Object.entries(SIGNALS).flatMap(([signal, code]) =>
      Array.from({ length: SOAK ? 60 : 2 }, (_, index) => {
        // Half of them when the program is at work for sure, since it takes most of its time to start.
        const working = index % 2 === 0
        return { signal: signal as Signal, code, working, delay: random.next() * duration * (working ? 0.4 : 1.2) }
      }),
    )
    const outcomes = new Map<string, number>()
    await inParallel(cases, async ({ signal, code, working, delay }) => {
      await withCopyOf(scene, async (folder) => {
        const result = await runSignalled(scene, folder, signal, { working, delay })
        const title = `${signal} after ${delay} ms${working ? ' of work' : ''}: ${result.stderr}`
        const outcome = assertSignalled(t, scene, folder, { ...result, signal, code }, title)
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      })
    })
    t.log([...outcomes].map(([outcome, count]) => `${count} x ${outcome}`).join(', '))
  })
})

interface Signalled {
  readonly status: number | null
  readonly killedBy: NodeJS.Signals | null
  readonly stderr: string
  readonly signal: Signal
  readonly code: number
}

function assertSignalled(
  t: ExecutionContext,
  scene: Scene,
  folder: string,
  { status, killedBy, stderr, signal, code }: Signalled,
  title: string,
): string {
  t.deepEqual(passing(folder), [], title)
  const { state, problems } = inspectWreck(scene, folder)
  t.deepEqual(problems, [], title)
  if (status === 0) {
    t.is(state, 'after', title)
    return 'too late'
  }
  // Before the program is loaded and after its end, while Node starts and ends, it cannot choose what a signal does.
  const isOver = /^rows read /m.test(stderr)
  t.is(state, isOver ? 'after' : 'before', title)
  if (status === null || isOver) {
    t.is(killedBy, signal, title)
    return isOver ? 'after its end' : 'before its start'
  }
  t.is(status, code, title)
  t.regex(stderr, /^jwst-ingest: interrupted; nothing was changed$/m, title)
  return 'ended'
}
