/** What the runs of the driver do to a folder, and telling how one ended that was disturbed. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openFolder } from '../../lib/store/commit.js'
import { DRIVER, rows, writeTables } from './commit-driver.js'
import { snapshot, withCopy, withFolder } from './fault-folders.js'
import { countOperations, type FaultMode, type LoggedOperation, type RunResult, runWithFault } from './faults.js'

/** A folder as the run finds it, what it makes of it, and the operations that takes. */
export interface Scene {
  readonly template: string
  readonly before: string
  readonly after: string
  readonly operations: LoggedOperation[]
}

export async function withScene(act: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  await withFolder(async (template) => {
    await writeTables(template)
    const before = await snapshot(template)
    const [after, operations] = await withCopy(template, async (folder) => {
      const { status, stderr, operations } = await countOperations(process.execPath, [DRIVER, act, folder], { folder })
      if (status !== 0) throw new Error(stderr)
      return [await snapshot(folder), operations] as const
    })
    await work({ template, before, after, operations })
  })
}

export function driveWithFault(act: string, folder: string, at: number, mode: FaultMode): Promise<RunResult> {
  return runWithFault(process.execPath, [DRIVER, act, folder], { folder, at, mode })
}

export type State = 'before' | 'after' | 'between'

/** What the folder is, as it is. */
export async function stateOf(folder: string, { before, after }: Scene): Promise<State> {
  const found = await snapshot(folder)
  if (found === before) return 'before'
  return found === after ? 'after' : 'between'
}

/** What the folder is after the next run has opened it. */
export async function recoveredState(
  folder: string,
  scene: Scene,
): Promise<{ state: State; recovered: string | undefined }> {
  const database = await openFolder(folder)
  await database.close()
  return { state: await stateOf(folder, scene), recovered: database.recovered }
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Whether somebody who reads the tables of the run as they are finds one replaced whole, one with all it held. */
export async function isReadable(folder: string, { template }: Scene): Promise<boolean> {
  const read = (from: string, name: string) => readFile(join(from, name), 'utf8')
  const [training, old] = await Promise.all([read(folder, 'training.csv'), read(template, 'training.csv')])
  const [level1, shorter] = await Promise.all([read(folder, 'level1.csv'), read(template, 'level1.csv')])
  const whole = training === old || training.length === 100_000 + 150_000 + rows('new', 100).length
  return whole && level1.startsWith(shorter)
}
