/**
 * Bytes that change by themselves in any file of a database, with its size and time kept: a run makes the same tables, or
 * refuses with one message and nothing changed; never a stack trace. FC_RUNS scales how many are tried, FC_SEED which.
 */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { IngestError } from '../lib/errors.js'
import { pruneDatabase } from '../lib/maintain/prune.js'
import { rebuildDatabase } from '../lib/maintain/rebuild.js'
import { ingest } from '../lib/run/ingest.js'
import { copyOf, newFolder } from './helpers/damage.js'
import { fileBytes, tableSets, writeDayFiles } from './helpers/database.js'
import { BETA, day, exposure, product } from './helpers/database-rows.js'

const SEED = Number(process.env.FC_SEED ?? 20240221)
const RUNS = Number(process.env.FC_RUNS ?? (process.env.SOAK === '1' ? 1000 : 30))

const base = mkdtempSync(join(tmpdir(), 'jwst-ingest-rot-'))
const golden = join(base, 'golden')
const [first = '', next = ''] = writeDayFiles(base, [
  day('2024-02-21', [
    ...[exposure(1), exposure(2), product(1), product(2, BETA), exposure(3, { FILTER: 'F560W' })],
    exposure(5, { EXP_TYPE: 'MIR_TACQ' }),
    product(1, { Dataset: 'jw01001-c1001_t001_miri_f770w' }),
  ]),
  // It touches the only program, so it reads all that is stored.
  day('2024-02-22', [exposure(4), exposure(6, BETA)]),
])
test.before(async () => {
  await ingest({ inputs: [first], out: golden })
})
test.after.always(() => rmSync(base, { recursive: true, force: true }))

/** Whole numbers below a limit, the same ones for a seed. */
function randomBelow(seed: number): (limit: number) => number {
  let state = seed >>> 0
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** Changes a byte, and keeps size and time. Node rounds times, so the look of the last run is kept by hand. */
function flip(folder: string, file: string, at: number, mask: number): void {
  const path = join(folder, file)
  const { atime, mtime } = statSync(path)
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] ?? 0) ^ mask
  writeFileSync(path, bytes)
  utimesSync(path, atime, mtime)
  const seen = join(folder, '.jwst-ingest/seen.json')
  if (file.endsWith('seen.json')) return
  const looks = JSON.parse(readFileSync(seen, 'utf8')) as Record<string, { modified: string }>
  const look = looks[file]
  if (look !== undefined) look.modified = String(statSync(path, { bigint: true }).mtimeNs)
  writeFileSync(seen, JSON.stringify(looks))
}

/** Tables as a run leaves them, or why it refuses. */
async function outcome(folder: string, work: () => Promise<unknown>): Promise<string | undefined> {
  const before = fileBytes(folder)
  try {
    await work()
    return JSON.stringify(tableSets(folder))
  } catch (error) {
    if (!(error instanceof IngestError) || error.exitCode !== 1) throw error
    if (JSON.stringify(fileBytes(folder)) !== JSON.stringify(before))
      throw new Error('refused, but changed', { cause: error })
    return undefined
  }
}

/** Commands that write, each of which reads all that it needs to make its tables. */
const WRITERS: Readonly<Record<string, (out: string) => Promise<unknown>>> = {
  ingest: (out) => ingest({ inputs: [next], out }),
  rebuild: (out) => rebuildDatabase({ out }),
  prune: (out) => pruneDatabase({ out, olderThan: '1d', asOf: '2024-09-01' }),
}

for (const [name, write] of Object.entries(WRITERS)) {
  test(`${name} after one changed byte makes the same tables, or refuses and changes nothing`, async (t) => {
    t.timeout(3_600_000)
    const random = randomBelow(SEED)
    const folder = join(newFolder(t), 'db')
    copyOf(golden, folder)
    await write(folder)
    const wanted = JSON.stringify(tableSets(folder))
    // rejects.csv is a record of what could not be used: nothing is made of it.
    const files = Object.keys(fileBytes(golden))
      .map((path) => path.slice(golden.length + 1))
      .filter((file) => file !== 'rejects.csv')
    const counts = { same: 0, refused: 0 }
    for (let run = 0; run < RUNS; run++) {
      rmSync(folder, { recursive: true })
      copyOf(golden, folder)
      const file = files[run % files.length] ?? ''
      const [at, mask] = [random(statSync(join(folder, file)).size), 2 ** random(8)]
      flip(folder, file, at, mask)
      const tables = await outcome(folder, () => write(folder))
      if (tables !== undefined && tables !== wanted) t.fail(`${file}, byte ${at} ^ ${mask}`)
      counts[tables === undefined ? 'refused' : 'same']++
    }
    t.log(`${RUNS} changed bytes: ${JSON.stringify(counts)}`)
    t.true(counts.same > 0 && counts.refused > 0)
  })
}
