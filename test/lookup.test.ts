/** What is asked for by name is found, and no more is read than has to be. */
import test from 'ava'
import { explain } from '../lib/inspect/lookup.js'
import type { ExpectedName } from '../lib/inspect/reader.js'
import { programOf } from '../lib/rules/dataset.js'
import { type ProgramRows, settleRows } from './helpers/settled.js'

/** A database of a few programs that notes which of them are read. */
function reader(
  programs: Readonly<Record<number, ProgramRows>>,
  waitingPrograms: readonly number[],
  expected: readonly ExpectedName[] = [],
) {
  const read: number[] = []
  const settle = async (pid: number) => {
    read.push(pid)
    return settleRows(programs[pid] ?? {})
  }
  async function* expectedNames(pid: number | undefined): AsyncGenerator<ExpectedName> {
    yield* expected.filter(({ product }) => product === undefined || programOf(product) === pid)
  }
  return {
    read,
    folder: 'db',
    programs: Object.keys(programs).map(Number),
    waitingPrograms,
    inTurn: (_phase: unknown, pids: readonly number[]) => pids,
    settle,
    expectedNames,
    opened: () => undefined,
  }
}

const ONE = 'jw01001001001_02101_00001_mirimage'
const TWO = 'jw01002001001_02101_00001_mirimage'
/** Named by another program than its exposure: PROGRAM is not the number in the name. */
const STRAY = 'jw01007-o001_t1_miri_f560w'
/** What the tables of the models expect: that group, and a product that was taken over. */
const EXPECTED = [
  { name: STRAY, product: undefined },
  { name: 'jw01001-o001_t7_miri_f770w', product: 'jw01001-o001_t001_miri_f770w' },
]
const PROGRAMS = {
  1001: { exposures: { [ONE]: {} }, products: { 'jw01001-o001_t001_miri_f770w': {} } },
  1002: { exposures: { [TWO]: { PROGRAM: '1007', FILTER: 'F560W' } } },
  1003: { exposures: { jw01003001001_02101_00001_mirimage: {} } },
}

for (const { asked, names, unknown = [], read } of [
  { asked: [ONE], names: [ONE], read: [1001] },
  { asked: [ONE, TWO, ONE], names: [ONE, TWO], read: [1001, 1002] },
  { asked: ['jw01002*'], names: [TWO], read: [1002] },
  {
    asked: ['*_mirimage'],
    names: [ONE, TWO, 'jw01003001001_02101_00001_mirimage'],
    read: [1001, 1002, 1003],
  },
  // A group of another program than that in its name is looked for where something waits, until it is found.
  { asked: [STRAY, ONE], names: [ONE, STRAY], read: [1001, 1002] },
  // A name that no table has costs no more than its own program, and one without a program nothing.
  { asked: ['jw01001-o009_t1_miri'], names: [], unknown: ['jw01001-o009_t1_miri'], read: [1001] },
  { asked: ['nothing', ONE], names: [ONE], unknown: ['nothing'], read: [1001] },
  { asked: ['jw01001-o001_t7_MIRI_f770w'], names: ['jw01001-o001_t001_miri_f770w'], read: [1001, 1001] },
  // Letter case is of no matter, and of no cost.
  { asked: [`${TWO.toUpperCase()}_UNCAL.FITS`, STRAY.toUpperCase()], names: [TWO, STRAY], read: [1002, 1002] },
  { asked: [`../L1/${ONE}_a3001_crf.fits.gz`], names: [ONE], read: [1001] },
]) {
  test(`${asked.join(' ')}: programs ${read.join(' ')} are read`, async (t) => {
    const database = reader(PROGRAMS, [1002, 1003], EXPECTED)
    const missing: string[] = []
    const found: string[] = []
    for await (const { name } of explain(database, asked, missing)) found.push(name)
    t.deepEqual(found, names)
    t.deepEqual(missing, unknown)
    t.deepEqual(database.read, read)
  })
}
