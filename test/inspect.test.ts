/** For any rows: what waits and what is explained are one story, and that of the tables. */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { formatExplanation, formatWait } from '../lib/inspect/explain-text.js'
import type { Explanation } from '../lib/inspect/explanation.js'
import { explain } from '../lib/inspect/lookup.js'
import { DatabaseReader } from '../lib/inspect/reader.js'
import { type Wait, waitsOf } from '../lib/inspect/waits.js'
import { propertyOptions, rowsArbitrary, toDayFiles } from './helpers/arbitrary-rows.js'
import { readRows, run, withFolder, writeDayFiles } from './helpers/database.js'

test('waits and explanations agree with the tables', async (t) => {
  await fc.assert(
    fc.asyncProperty(rowsArbitrary, async (rows) => {
      // Without a file a run would read standard input.
      fc.pre(rows.length > 0)
      await withFolder(async (folder) => {
        const out = join(folder, 'db')
        await run(out, writeDayFiles(folder, toDayFiles(rows)))
        const waits = await waitsIn(out)
        const explained = await explainedIn(out)
        checkPlaces(out, waits, explained)
        checkReasons(waits, explained)
      })
    }),
    propertyOptions(t, 10),
  )
  t.pass()

  /** Every dataset of the tables is explained as standing where it stands. */
  function checkPlaces(out: string, waits: readonly Wait[], explained: readonly Explanation[]): void {
    const ended = (outcome: string) =>
      explained.filter((its) => its.outcome === outcome && its.kind !== 'group').map(({ name }) => name)
    const waiting = [...readRows(out, 'ingest'), ...readRows(out, 'mosaics')]
    const matched = [...readRows(out, 'training'), ...readRows(out, 'level1')]
    t.deepEqual(ended('waits').sort(), namesOf(waiting))
    t.deepEqual(ended('matched').sort(), namesOf(matched))
    t.is(
      waits.reduce((sum, { exposures }) => sum + exposures, 0),
      readRows(out, 'ingest').filter(({ dag }) => dag?.includes('1')).length,
    )
    const level1 = new Map(readRows(out, 'level1').map(({ dname, pname }) => [dname, pname]))
    for (const its of explained.filter(({ kind, outcome }) => kind === 'exposure' && outcome === 'matched')) {
      t.is(its.product, level1.get(its.name) ?? '', its.name)
    }
  }

  /** What waits is explained with the same reason, and every text is of full words. */
  function checkReasons(waits: readonly Wait[], explained: readonly Explanation[]): void {
    const told = explained.filter(({ outcome }) => outcome === 'waits')
    for (const wait of waits) {
      t.not(wait.detail, '', wait.name)
      t.false(/undefined|NaN,/.test(formatWait(wait)), formatWait(wait))
      const same = told.filter(({ name, kind, params }) => {
        return name === wait.name && kind === wait.kind && (kind === 'mosaic' || params === wait.params)
      })
      t.deepEqual(
        same.map(({ reason }) => `${reason?.code} ${reason?.detail}`),
        [`${wait.reason} ${wait.detail}`],
        wait.name,
      )
    }
    for (const its of explained) t.false(formatExplanation(its).includes('undefined'), formatExplanation(its))
  }
})

async function waitsIn(folder: string): Promise<Wait[]> {
  const waits: Wait[] = []
  for await (const wait of waitsOf(folder)) waits.push(wait)
  return waits
}

async function explainedIn(folder: string): Promise<Explanation[]> {
  const reader = await DatabaseReader.open(folder)
  const explained: Explanation[] = []
  for await (const its of explain(reader, ['*'], [])) explained.push(its)
  await reader.close()
  return explained
}

const namesOf = (rows: readonly Record<string, string>[]) => rows.map(({ dname = '' }) => dname).sort()
