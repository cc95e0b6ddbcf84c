/**
 * A run that commits while it reads, killed at any point: the database is as one of its commits left it, and the same run
 * again makes what it would have made (specification, section 9). With SOAK=1 at every single operation.
 */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { ingest } from '../lib/run/ingest.js'
import { Database } from '../lib/store/database.js'
import { tableSets } from './helpers/database.js'
import { withFolder } from './helpers/fault-folders.js'
import { inParallel, type LoggedOperation, SOAK, sampled, sortOf } from './helpers/faults.js'
import { DAYS, runAgain, runDisturbed, type Scene, withCopyOf, withScene } from './helpers/interrupt-scene.js'
import { tried } from './helpers/tried.js'

const ROWS = 150

const stateOf = (folder: string) => JSON.stringify(tableSets(join(folder, 'db')))

/** The tables before the run, and after each of its commits. */
async function statesOf({ template, inputs }: Scene): Promise<string[]> {
  const states = [stateOf(template)]
  await withFolder(async (folder) => {
    await cp(template, folder, { recursive: true })
    const onCommit = () => states.push(stateOf(folder))
    await ingest({ inputs, out: join(folder, 'db'), commitEvery: { rows: ROWS }, onCommit })
  })
  return states
}

/** What runs were killed at. */
const met = new Set<string>()

/** Every sort of operation is met once, half of them by the run alone; all of them twice, and everywhere, with SOAK=1. */
function pointsOf(operations: readonly LoggedOperation[], share: boolean): readonly LoggedOperation[] {
  const all = sampled(operations)
  const points = SOAK ? all : all.filter((point, index) => (share ? !met.has(sortOf(point)) : index % 2 === 0))
  for (const point of points) met.add(sortOf(point))
  return points
}

for (const share of [false, true]) {
  test.serial(`killed anywhere, ${share ? 'shared' : 'alone'}, it leaves what one of its commits left`, async (t) => {
    t.timeout(120_000)
    const args = ['--commit-every', String(ROWS), ...(share ? ['--share'] : [])]
    await withScene({ base: DAYS.slice(0, 2), days: DAYS.slice(2), args, ordered: true }, async (scene) => {
      const states = await statesOf(scene)
      t.true(states.length > 3, `${states.length} states`)
      const found = new Set<number>()
      const points = pointsOf(scene.operations, share)
      await inParallel(points, ({ number, kind }) =>
        withCopyOf(scene, async (folder) => {
          const title = `kill at ${number} (${kind})`
          tried('kills', 1)
          const { signal } = await runDisturbed(scene, folder, number, 'kill')
          t.is(signal, 'SIGKILL', title)
          const database = await Database.open(join(folder, 'db'), {})
          await database.close()
          const state = states.indexOf(stateOf(folder))
          t.true(state >= 0, `${title}: a state of no commit`)
          found.add(state)
          t.is((await runAgain(scene, folder)).status, 0, title)
          t.is(stateOf(folder), states.at(-1) ?? '', title)
        }),
      )
      t.log(`${points.length} of ${scene.operations.length} operations`)
      t.true(found.size > states.length / 2, `${found.size} of ${states.length} states are met`)
    })
  })
}
