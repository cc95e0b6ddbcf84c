/** A run over association files that is killed changes all or nothing, and the next one goes on from there (section 9). */
import { join } from 'node:path'
import test from 'ava'
import { checkDatabase } from '../lib/maintain/check.js'
import { associate, ingest } from '../lib/run/ingest.js'
import { tableSets } from './helpers/database.js'
import { assertPool, poolAssociations, poolInput } from './helpers/database-fixtures.js'
import { withFolder } from './helpers/fault-folders.js'
import { countOperations, inParallel, runWithFault, sampled } from './helpers/faults.js'
import { copyDatabase, differing, filesOf, roundTimes } from './helpers/interrupt-files.js'
import { PROGRAM } from './helpers/program.js'

const POOL = 'spec_nirspec_lv2bkg'
test('killed at any operation, associate is undone or done, and the next run brings it about', async (t) => {
  t.timeout(20 * 60_000)
  await withFolder(async (folder) => {
    const template = join(folder, 'template')
    await ingest({ inputs: [poolInput(POOL)], out: join(template, 'db') })
    await roundTimes(join(template, 'db'))
    const before = filesOf(join(template, 'db'))
    const command = (of: string) => [PROGRAM, 'associate', join(of, 'db'), '--asn', poolAssociations(POOL)]
    const clean = join(folder, 'clean')
    await copyDatabase(template, clean)
    const { status, operations, stderr } = await countOperations(process.execPath, command(clean), { folder: clean })
    t.is(status, 0, stderr)
    assertPool(POOL, join(clean, 'db'), 4, 4)
    const after = filesOf(join(clean, 'db'))
    const states = new Set<string>()
    const points = sampled(operations)
    t.log(`${points.length} of ${operations.length} operations`)
    await inParallel(points, async ({ number }) => {
      const copy = join(folder, `run-${number}`)
      await copyDatabase(template, copy)
      const options = { folder: copy, at: number, mode: 'kill' } as const
      t.is((await runWithFault(process.execPath, command(copy), options)).signal, 'SIGKILL')
      // The next run first recovers the folder; one without anything to do shows what it found.
      await ingest({ inputs: [poolInput(POOL)], out: join(copy, 'db') })
      const found = filesOf(join(copy, 'db'))
      const isBefore = found.get('associations.csv') === before.get('associations.csv')
      t.deepEqual(differing(found, isBefore ? before : after), [])
      states.add(isBefore ? 'before' : 'after')
      await associate({ out: join(copy, 'db'), asn: [poolAssociations(POOL)] })
      t.deepEqual(tableSets(join(copy, 'db')), tableSets(join(clean, 'db')))
      t.true((await checkDatabase(join(copy, 'db'))).healthy)
    })
    t.deepEqual([...states].sort(), ['after', 'before'])
  })
})
