/**
 * Where the time goes: a processor profile of the program, by stage.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Extent } from './bench-bars.js'
import { inputFile } from './bench-data.js'
import { modulesJob } from './bench-jobs.js'
import { measure } from './bench-measure.js'
import { count, fixed, type Section, seconds, table } from './bench-report.js'

/** As much of a processor profile as is used here: a tree of functions, and which of them ran at each sample. */
interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** Identifiers of nodes. */
  readonly samples: readonly number[]
  /** Microseconds that each sample stands for. */
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: readonly number[]
}

/**
 * The stages by the modules that only they enter. What several stages use (values, rows, CSV) belongs to the one that
 * called it.
 */
const STAGES: readonly { readonly name: string; readonly modules: readonly string[] }[] = [
  { name: 'read', modules: ['run/read', 'run/source'] },
  { name: 'decode', modules: ['run/decode', 'csv/read', 'csv/quoted'] },
  { name: 'scrub', modules: ['workers/row-scrubber', 'rules/scrub', 'rules/derived', 'csv/block'] },
  { name: 'buffer', modules: ['sort/buffer', 'sort/run', 'sort/spill'] },
  {
    name: 'settle',
    modules: ['settle/program', 'settle/versions', 'store/read/stored', 'settle/resolve', 'settle/features'],
  },
  { name: 'format', modules: ['store/format', 'store/tables', 'store/model-tables'] },
  {
    name: 'write and commit',
    modules: ['store/update', 'store/staged-file', 'store/commit', 'store/commit-record', 'store/lock'],
  },
]
const STAGE_OF = new Map(STAGES.flatMap(({ name, modules }) => modules.map((module) => [module, name])))

/** What is no stage: names of V8, and what runs before and between the stages. */
const OUTSIDE: ReadonlyMap<string, string> = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(idle)', 'waiting for files and disk'],
  ['(program)', 'native code outside of functions'],
])
const STREAMS = 'streams and event loop'
const START = 'loading modules'

/** A profile of one run by name and of one shuffled, of both threads. */
export async function profile({ sizes: [reference] }: Extent): Promise<Section> {
  const orders = ['by name', 'shuffled']
  const shares: Map<string, number>[] = []
  for (const order of orders) shares.push(...(await profileRun(reference, order === 'shuffled')))
  const names = [...STAGES.map(({ name }) => name), 'garbage collection', STREAMS, START]
  const rest = [...new Set(shares.flatMap((share) => [...share.keys()]))].filter((name) => !names.includes(name))
  const rows = [...names, ...rest.sort()].map((name) => [name, ...shares.flatMap((share) => cells(share, name))])
  const threads = orders.flatMap((order) => [`${order}, main thread`, `${order}, other thread`])
  const columns = ['stage', ...threads.flatMap((thread) => [`s, ${thread}`, '%'])]
  const text = `${table(columns, rows)}

By samples of the processor profiler (1 ms), which slows the program down; each sample counts for the stage that called
the function it found. A thread that waits for a processor counts as if it ran. Parts of the garbage collection, the
compilation of hot functions and the reading of files run on threads of the system, which are not seen here. It is the
program from its modules: as the bundle that it is installed as, it spends less time on loading.`
  return { title: `Profile (${count(reference)} rows)`, text, bars: [] }
}

function cells(share: ReadonlyMap<string, number>, name: string): string[] {
  const total = [...share.values()].reduce((a, b) => a + b, 0)
  const own = share.get(name) ?? 0
  return [seconds(own), fixed((own / total) * 100, 1)]
}

/** Main thread and other thread. */
async function profileRun(rows: number, shuffle: boolean): Promise<Map<string, number>[]> {
  const folder = mkdtempSync(join(tmpdir(), 'jwst-ingest-profile-'))
  try {
    const job = modulesJob(await inputFile({ rows, shuffle }), 'profile')
    await measure({ ...job, args: ['--cpu-prof', `--cpu-prof-dir=${folder}`, ...job.args] })
    // The number of the thread is in the name, that of the main one is the smallest.
    const files = readdirSync(folder).sort()
    return files.map((file) => byStage(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Seconds of each stage. */
function byStage({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const stages = stagesOfNodes(nodes)
  const found = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const stage = stages.get(id) ?? STREAMS
    found.set(stage, (found.get(stage) ?? 0) + (timeDeltas[index] ?? 0) / 1e6)
  }
  return found
}

/** The stage of each node: its own, or that of the function that called it. Callers come before what they call. */
function stagesOfNodes(nodes: readonly ProfileNode[]): Map<number, string> {
  const stages = new Map<number, string>()
  for (const { id, callFrame, children = [] } of nodes) {
    const own = ownStage(callFrame)
    const stage = own ?? stages.get(id)
    if (stage !== undefined) for (const child of [id, ...children]) stages.set(child, stage)
  }
  return stages
}

function ownStage({ functionName, url }: ProfileNode['callFrame']): string | undefined {
  const outside = OUTSIDE.get(functionName)
  if (outside !== undefined) return outside
  if (url.startsWith('node:internal/modules') || functionName === 'compileFunction') return START
  const [, module = ''] = /\/dist\/lib\/([\w/-]+)\.js$/.exec(url) ?? []
  // The tasks of all stages are in one module.
  if (module === 'workers/tasks') return /scrub|lines$|record|keep/.test(functionName) ? 'scrub' : 'settle'
  return STAGE_OF.get(module)
}
