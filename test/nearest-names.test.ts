/** Names that come near to one that nothing has. */
import test from 'ava'
import { type NamesReader, nearestNames, nearestPattern } from '../lib/inspect/nearest-names.js'
import { programOf } from '../lib/rules/dataset.js'

/** A database of names; those of groups are expected ones. */
function reader(names: readonly string[], groups: readonly string[] = []): NamesReader & { readonly read: number[] } {
  const read: number[] = []
  return {
    read,
    programs: [...new Set(names.flatMap((name) => programOf(name) ?? []))].sort((a, b) => a - b),
    namesIn: (pid) => {
      read.push(pid)
      return new Set(names.filter((name) => programOf(name) === pid))
    },
    expectedNames: async function* () {
      for (const name of groups) yield { name, product: undefined }
    },
  }
}

const E = (pid: number, number: number) =>
  `jw${String(pid).padStart(5, '0')}001001_02101_${String(number).padStart(5, '0')}_mirimage`
const P = (pid: number, end: string) => `jw${String(pid).padStart(5, '0')}-o001_t001_miri_${end}`
const NAMES = [
  E(1018, 1),
  E(1018, 2),
  E(1081, 1),
  E(2018, 1),
  E(4321, 7),
  P(1018, 'f770w'),
  P(1018, 'f1000w'),
  P(2018, 'f770w'),
]

for (const [asked, expected] of [
  [E(1018, 9), [E(1018, 1), E(1018, 2), E(2018, 1), E(1081, 1)]],
  [`${E(1018, 9).toUpperCase()}_UNCAL.FITS`, [E(1018, 1), E(1018, 2), E(2018, 1), E(1081, 1)]],
  [`jw1018001001_02101_00002_mirimage`, [E(1018, 2), E(1018, 1)]],
  [P(1018, 'f77w'), [P(1018, 'f770w'), P(2018, 'f770w'), P(1018, 'f1000w')]],
  [P(1081, 'f770w'), [P(1018, 'f770w'), P(1018, 'f1000w')]],
  [P(1018, 't2-x'), [P(1018, 'f770w'), P(1018, 'f1000w')]],
  // Another program, and nothing like it.
  [E(9999, 1), []],
  ['nothing', []],
  ['', []],
] as const) {
  test(`near ${asked} are ${expected.join(' ') || 'none'}`, async (t) => {
    const found = await nearestNames(reader(NAMES), asked)
    t.deepEqual(found.slice(0, expected.length), expected)
    t.true(expected.length > 0 || found.length === 0)
    t.true(found.length <= 5)
  })
}

for (const [programs, asked, expected] of [
  [[1018, 1081, 4321], 'jw01081*', 'jw01081*'],
  [[1018, 1081, 4321], 'JW1081-o001*', 'jw01081*'],
  // Programs that are not there, and names of none.
  [[1018, 4321], 'jw01081*', 'jw01018*'],
  [[1018, 4321], 'jw0432?*', 'jw04321*'],
  [[1018, 4321], E(4322, 1), 'jw04321*'],
  [[1018, 4321], 'nothing', 'jw01018*'],
  [[1018, 4321], '', 'jw01018*'],
  [[], 'jw01018*', undefined],
] as const) {
  test(`of programs ${programs.join(', ') || 'none'} the one nearest to "${asked}" is that of ${expected}`, (t) => {
    t.is(nearestPattern(programs, asked), expected)
  })
}

test('groups are called by the names that their products are expected to have', async (t) => {
  const group = 'jw01018-o001_t1_miri_f560w'
  t.deepEqual(
    await nearestNames(reader([E(1018, 1)], [group, 'jw09999-o001_t1_miri_f560w']), 'jw01018-o001_t1_miri_f56w'),
    [group],
  )
})

test('of many programs the nearest are read, until there is enough to choose from', async (t) => {
  const many = Array.from({ length: 3_000 }, (_, number) => E(1018, number))
  const others = Array.from({ length: 3_000 }, (_, number) => E(1019, number))
  const database = reader([...many, ...others, E(1118, 1), E(7777, 1)])
  const [first] = await nearestNames(database, 'jw01018001001_02101_00005_mirimagf')
  t.is(first, E(1018, 5))
  t.deepEqual(database.read, [1018, 1019])
})
