/** One program: versions of datasets (section 3.5), associations, and what a run takes out and puts back (section 9). */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { CanonicalLine } from '../lib/csv/row.js'
import { cell, type PlacedLine, Row } from '../lib/rules/row.js'
import { associationsOf } from '../lib/settle/groups.js'
import { settleProgram } from '../lib/settle/program.js'
import type { FeatureLine, Settled, TableNumbers } from '../lib/settle/settled.js'
import { readStored } from '../lib/store/read/stored.js'
import { HIDDEN_COLUMNS, TABLES as TABLE_LIST } from '../lib/store/tables.js'
import { type Columns, exposure, LAYOUT, product, stored } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

const TRAINING = 0
const LEVEL1 = 1
const INGEST = 2
const MOSAICS = 3
const HIDDEN = TABLE_LIST.findIndex(({ holds }) => holds === 'hidden')
const EXPIRED = TABLE_LIST.findIndex(({ file }) => file === 'expired.csv')
const TRAIN = 7
const RAW = 8
const REM = 9
const ASSOCIATIONS = TABLE_LIST.findIndex(({ holds }) => holds === 'members')
const TABLES: TableNumbers = {
  training: TRAINING,
  level1: LEVEL1,
  associations: ASSOCIATIONS,
  expired: EXPIRED,
  holdsGroups: (table) => table === REM,
}

const PREFIX = 'jw01001_'
const e = (name: string, columns: Columns = {}) => exposure({ Dataset: `${PREFIX}${name}`, ...columns })
const p = (name: string, columns: Columns = {}) => product({ Dataset: `${PREFIX}${name}`, ...columns })
const short = (row: Row) => row.dname.slice(PREFIX.length)

/** Stored rows: in training, in level1, waiting, hidden (of which a few cells are all that is known). */
const trained = (row: Row, expmode = 'IMAGE') => stored(row, TRAINING, { expmode, pname: row.dname })
const made = (row: Row, pname: string) => stored(row, LEVEL1, { expmode: 'IMAGE', pname: `${PREFIX}${pname}` })
const waiting = (row: Row) => stored(row, INGEST, { expmode: 'IMAGE' })
const hid = (row: Row) =>
  readStored(LAYOUT, HIDDEN, new CanonicalLine(HIDDEN_COLUMNS.map((column) => cell(row, column)).join(',')))

/** A stored line of features of a product, or of a group by its expected name. */
function feature(
  table: number,
  name: string,
  more: { date?: string; size?: number; cells?: readonly string[] } = {},
): FeatureLine {
  const full = table === REM ? `jw01001-o001_${name}` : `${PREFIX}${name}`
  return {
    table,
    name: full,
    offset: 0,
    line: `${table} ${name} ${more.date ?? ''}`,
    cells: [],
    date: '',
    size: Number.NaN,
    ...more,
  }
}

interface Lines {
  readonly fresh?: readonly Row[]
  readonly stored?: readonly Row[]
  readonly features?: readonly FeatureLine[]
  readonly all?: boolean
}

async function settle({
  fresh = [],
  stored: rows = [],
  features = [],
  all = false,
}: Lines): Promise<Settled & { asked: number }> {
  let asked = 0
  const lines = {
    pid: 1001,
    fresh,
    stored: rows,
    features: () => {
      asked++
      return features
    },
  }
  return { ...settleProgram(lines, TABLES, all), asked }
}

/** What became of all associations' rows: product or group, then exposures, with dates where there are several versions. */
function told({ resolutions }: Settled): string[] {
  return resolutions.flatMap(({ matches, groups, products, ungrouped, takenOver }) => [
    ...matches.map((its) => `${short(its.product)}: ${its.exposures.map(short).join(' ')}`),
    ...groups.map((its) => `${its.reason}: ${its.exposures.map(short).join(' ')}`),
    ...products.map((its) => `${its.reason}: ${short(its.product)}`),
    ...ungrouped.map((its) => `ungrouped: ${short(its.exposure)}`),
    ...takenOver.map((its) => `taken over: ${short(its.product)}`),
  ])
}

/** The lines that leave their tables, and those of rows or features. */
const leaving = (settled: Settled) => settled.leaving.map(placed).sort()
const lines = (...stored: readonly (Row | FeatureLine)[]) =>
  stored.map((its) => placed(its instanceof Row ? (its.stored as PlacedLine) : its)).sort()
const placed = ({ table, line }: PlacedLine) => `${table} ${line}`

const OTHER = { FILTER: 'F560W' }
const DARK = { EXP_TYPE: 'MIR_DARK' }

test('an exposure and a product belong to the association of their keywords, others to none', (t) => {
  t.deepEqual(associationsOf(e('e1')), ['1001-001-F770W-FULL-MIR_IMAGE'])
  t.deepEqual(associationsOf(p('p1', OTHER)), ['1001-001-F560W-FULL-MIR_IMAGE'])
  t.deepEqual(associationsOf(e('e1', DARK)), [])
  t.deepEqual(associationsOf(p('p', { Dataset: 'jw01001-c1001_t001' })), [])
})

test('the associations of a program are resolved each by itself, in the order of their keys', async (t) => {
  const settled = await settle({ fresh: [e('e2'), p('p1', OTHER), e('e1', OTHER), p('p2')] })
  t.is(settled.pid, 1001)
  t.deepEqual(told(settled), ['p1: e1', 'p2: e2'])
  t.deepEqual([settled.mosaics, settled.hidden, settled.duplicates], [[], [], 0])
  t.deepEqual([settled.leaving, settled.asked], [[], 0])
})

test('products across observations and useless versions are told by name', async (t) => {
  const mosaic = (name: string) => p(name, { Dataset: `jw01001-c${name}` })
  const settled = await settle({ fresh: [mosaic('2'), e('e2', DARK), mosaic('1'), e('e1', DARK), p('p1')] })
  t.deepEqual(
    settled.mosaics.map(({ dname }) => dname),
    ['jw01001-c1', 'jw01001-c2'],
  )
  t.deepEqual(settled.hidden.map(short), ['e1', 'e2'])
  t.deepEqual(told(settled), ['no exposures: p1'])
})

const early = { date: '2024-02-20' }
const versions: readonly (readonly [
  rule: string,
  fresh: readonly Row[],
  told: readonly string[],
  hidden?: readonly string[],
])[] = [
  ['the later date', [e('e1', { ...early, ...OTHER, ImageSize: '' }), e('e1'), p('p1')], ['p1: e1']],
  [
    'of one day the greater size',
    [e('e1', { ImageSize: '9', ...OTHER }), e('e1', { ImageSize: '10' }), p('p1')],
    ['p1: e1'],
  ],
  ['of one day a blank size', [e('e1', { ImageSize: '9', ...OTHER }), e('e1', { ImageSize: '' }), p('p1')], ['p1: e1']],
  [
    'of a product too',
    [p('p1', { ImageSize: '9' }), p('p1', { ImageSize: '' }), e('e1')],
    ['product without size: e1', 'no size: p1'],
  ],
  ['of ties the one that is kept', [e('e1'), e('e1', DARK), p('p1')], ['p1: e1']],
  [
    'of ties the last by content',
    [e('e1', { FILTER: 'F999W' }), e('e1'), p('p1')],
    ['no product: e1', 'no exposures: p1'].toReversed(),
  ],
  [
    'a useless version that is later: none is left',
    [e('e1', early), e('e1', DARK), p('p1')],
    ['no exposures: p1'],
    ['e1'],
  ],
  [
    'a useless version of one day with the greater size',
    [e('e1'), e('e1', { ...DARK, ImageSize: '' }), p('p1')],
    ['no exposures: p1'],
    ['e1'],
  ],
  ['a useful version that is later than a useless one', [e('e1', { ...DARK, ...early }), e('e1'), p('p1')], ['p1: e1']],
  [
    'MIR_MRS channel 2 hides channel 1',
    [p('p1', { EXP_TYPE: 'MIR_MRS', CHANNEL: '1', ...early }), p('p1', { EXP_TYPE: 'MIR_MRS', CHANNEL: '2' })],
    [],
    ['p1'],
  ],
]
for (const [rule, fresh, expected, hidden = []] of versions) {
  test(`of a dataset the last version counts: ${rule}`, async (t) => {
    for (const rows of [fresh, fresh.toReversed()]) {
      const settled = await settle({ fresh: rows })
      t.deepEqual(told(settled), [...expected])
      t.deepEqual(settled.hidden.map(short), [...hidden])
      t.is(settled.duplicates, 1)
    }
  })
}

test('rows that gave way are counted, and rows that they replaced', async (t) => {
  const fresh = [e('e1'), e('e1'), e('e1', { ImageSize: '5' }), e('e2', { ImageSize: '2000' })]
  t.is((await settle({ fresh })).duplicates, 2)
  // e1 is as it was; e2 replaces what is stored.
  t.is((await settle({ fresh, stored: [waiting(e('e1')), waiting(e('e2'))] })).duplicates, 4)
})

test('a new product is matched with exposures that wait, whose lines go', async (t) => {
  const e1 = waiting(e('e1'))
  const e2 = waiting(e('e2', OTHER))
  const p9 = waiting(p('p9', { OBSERVTN: '9' }))
  const [gone, stays] = [feature(REM, 't1_miri_f770w'), feature(REM, 't1_miri_f560w')]
  const train = feature(TRAIN, 'p8')
  const settled = await settle({ fresh: [p('p1')], stored: [e2, e1, p9], features: [gone, stays, train] })
  t.deepEqual(told(settled), ['p1: e1'])
  t.deepEqual(leaving(settled), lines(e1, gone))
})

test('a late exposure is put to those of its product, whose lines go', async (t) => {
  const [p1, e1] = [trained(p('p1')), made(e('e1'), 'p1')]
  const [p2, e2] = [trained(p('p2', OTHER)), made(e('e2', OTHER), 'p2')]
  const e3 = waiting(e('e3', { OBSERVTN: '9' }))
  const features = [
    feature(TRAIN, 'p1'),
    feature(RAW, 'p1'),
    feature(TRAIN, 'p2'),
    feature(RAW, 'p2'),
    feature(REM, 't1'),
  ]
  const settled = await settle({ fresh: [e('e0')], stored: [p1, p2, e1, e2, e3], features })
  t.deepEqual(told(settled), ['p1: e0 e1'])
  t.deepEqual(leaving(settled), lines(p1, e1, ...features.slice(0, 2)))
})

test('a reprocessed product takes the place of its earlier version', async (t) => {
  const stored = [trained(p('p1')), made(e('e1'), 'p1')]
  const features = [feature(TRAIN, 'p1')]
  const settled = await settle({ fresh: [p('p1', { date: '2024-02-22', ImageSize: '7' })], stored, features })
  t.deepEqual(told(settled), ['p1: e1'])
  t.is(settled.resolutions[0]?.matches[0]?.product.size, 7)
  t.deepEqual(leaving(settled), lines(...stored, ...features))
})

test('rows that are there already change nothing, and no features are read', async (t) => {
  const rows = [
    trained(p('p1')),
    made(e('e1'), 'p1'),
    waiting(e('e2', OTHER)),
    stored(p('m', { Dataset: 'jw01001-c1' }), MOSAICS),
  ]
  const settled = await settle({
    fresh: [p('p1'), e('e1'), e('e2', OTHER), p('m', { Dataset: 'jw01001-c1' }), e('e1', { ...early, ...OTHER })],
    stored: rows,
  })
  t.deepEqual([told(settled), settled.leaving, settled.asked], [[], [], 0])
  t.deepEqual([settled.mosaics, settled.hidden], [[], []])
  t.is(settled.duplicates, 5)
})

test('a new association touches no other', async (t) => {
  const settled = await settle({
    fresh: [e('e2', OTHER)],
    stored: [trained(p('p1')), made(e('e1'), 'p1')],
    features: [feature(TRAIN, 'p1')],
  })
  t.deepEqual([told(settled), settled.leaving], [['no product: e2'], []])
})

test('a later version of other keywords leaves its group, which is resolved again', async (t) => {
  const [p1, e1, e2] = [trained(p('p1')), made(e('e1'), 'p1'), made(e('e2'), 'p1')]
  const e3 = waiting(e('e3', OTHER))
  const fresh = [e('e2', { ...OTHER, date: '2024-02-22' })]
  const features = [feature(TRAIN, 'p1'), feature(REM, 't1_miri_f560w')]
  const settled = await settle({ fresh, stored: [p1, e1, e2, e3], features })
  t.deepEqual(told(settled), ['no product: e3 e2', 'p1: e1'])
  t.deepEqual(leaving(settled), lines(p1, e1, e2, e3, ...features))
})

test('a later version that is useless leaves its group too, and hides the earlier one', async (t) => {
  const stored = [trained(p('p1')), made(e('e1'), 'p1'), made(e('e2'), 'p1')]
  const features = [feature(TRAIN, 'p1')]
  const settled = await settle({ fresh: [e('e2', { ...DARK, date: '2024-02-22' })], stored, features })
  t.deepEqual(told(settled), ['p1: e1'])
  t.deepEqual(settled.hidden.map(short), ['e2'])
  t.deepEqual(leaving(settled), lines(...stored, ...features))
})

test('a hidden dataset that is stored hides older versions that come late, and gives way to later ones', async (t) => {
  const hidden = hid(e('e1', DARK))
  const other = hid(e('e9', DARK))
  const late = await settle({ fresh: [e('e1', early)], stored: [hidden, other] })
  t.deepEqual([told(late), late.hidden, late.leaving, late.duplicates], [[], [], [], 1])
  const later = await settle({ fresh: [e('e1', { date: '2024-02-22' })], stored: [hidden, other] })
  t.deepEqual([told(later), leaving(later)], [['no product: e1'], lines(hidden)])
})

test('a hidden dataset that comes again changes nothing', async (t) => {
  const settled = await settle({ fresh: [e('e1', DARK)], stored: [hid(e('e1', DARK)), hid(e('e9', DARK))] })
  t.deepEqual([settled.hidden, settled.leaving, settled.duplicates], [[], [], 1])
})

test('of dropped versions that tie only what is kept of them counts, in whichever runs they come', async (t) => {
  // By FILTER, which is not kept, the order would be the other one.
  const [less, more] = [e('e1', { EXP_TYPE: 'MIR_DARK', FILTER: 'F999W' }), e('e1', { EXP_TYPE: 'MIR_TACQ' })]
  const kept = async (...lines: Parameters<typeof settle>) => {
    const { hidden } = await settle(...lines)
    return hidden.map(({ keywords }) => keywords.EXP_TYPE)
  }
  for (const fresh of [
    [less, more],
    [more, less],
  ])
    t.deepEqual(await kept({ fresh }), ['MIR_TACQ'])
  t.deepEqual(await kept({ fresh: [more], stored: [hid(less)] }), ['MIR_TACQ'])
  t.deepEqual(await kept({ fresh: [less], stored: [hid(more)] }), [], 'the stored one stays')
})

test('a hidden dataset of which an earlier version of the program kept no exposure type gains it', async (t) => {
  const old = readStored(LAYOUT, HIDDEN, new CanonicalLine(`${PREFIX}e1,2024-02-21,1000,,`))
  const settled = await settle({ fresh: [e('e1', DARK)], stored: [old] })
  t.deepEqual(
    [settled.hidden.map(({ keywords }) => keywords.EXP_TYPE), leaving(settled)],
    [[DARK.EXP_TYPE], lines(old)],
  )
})

test('a product across observations that is reprocessed takes the place of the earlier one', async (t) => {
  const m = (columns: Columns = {}) => p('m', { Dataset: 'jw01001-c1', ...columns })
  const [old, other] = [m(), p('m', { Dataset: 'jw01001-c2' })].map((row) => stored(row, MOSAICS)) as [Row, Row]
  const settled = await settle({ fresh: [m({ date: '2024-02-22' })], stored: [old, other] })
  t.deepEqual(
    settled.mosaics.map(({ date }) => date),
    ['2024-02-22'],
  )
  t.deepEqual(leaving(settled), lines(old))
})

// Both are expected as jw01001-o001_t1_miri_f770w: GRATING counts in the key of an image, not in its name.
const NAMESAKE = { GRATING: 'G1' }
const SECOND = { GRATING: 'G2' }

test('associations of waiting groups with one name are resolved together, as rem-* knows only the name', async (t) => {
  const [e1, e2, e3] = [waiting(e('e1')), waiting(e('e2', NAMESAKE)), waiting(e('e3', OTHER))]
  const features = [feature(REM, 't1_miri_f770w')]
  const settled = await settle({ fresh: [p('p1')], stored: [e1, e2, e3], features })
  t.deepEqual(told(settled), ['p1: e1', 'no product: e2'])
  t.deepEqual(leaving(settled), lines(e1, e2, ...features))
})

test('so are namesakes of namesakes', async (t) => {
  // The first association has the names t1 and t2, the second t1, the third t2.
  const [A, B] = [
    { TARGNAME: 'A', TARG_RA: '10' },
    { TARGNAME: 'B', TARG_RA: '20' },
  ]
  const first = [waiting(e('e1', A)), waiting(e('e2', B))]
  const second = [waiting(e('e3', { ...A, ...NAMESAKE }))]
  const third = [waiting(e('e4', { ...A, ...SECOND })), waiting(e('e5', { ...B, ...SECOND }))]
  const settled = await settle({ fresh: [p('p1', { ...A, ...NAMESAKE })], stored: [...first, ...second, ...third] })
  t.deepEqual(told(settled), ['no product: e1', 'no product: e2', 'p1: e3', 'no product: e4', 'no product: e5'])
})

test('an association whose group of that name is matched is left alone', async (t) => {
  const e1 = waiting(e('e1'))
  const settled = await settle({
    fresh: [p('p1')],
    stored: [e1, trained(p('p2', NAMESAKE)), made(e('e2', NAMESAKE), 'p2')],
    features: [feature(TRAIN, 'p2')],
  })
  t.deepEqual([told(settled), leaving(settled)], [['p1: e1'], lines(e1)])
})

test('names of waiting groups are those by the ranks of all targets of the association, matched ones too', async (t) => {
  const [A, B] = [
    { TARGNAME: 'A', TARG_RA: '10' },
    { TARGNAME: 'B', TARG_RA: '20' },
  ]
  const stays = [trained(p('p9', OTHER)), made(e('e9', OTHER), 'p9')]
  const goes = [trained(p('p1', A)), made(e('e1', A), 'p1'), waiting(e('e2', B))]
  const features = [feature(REM, 't2_miri_f770w'), feature(TRAIN, 'p1')]
  const settled = await settle({
    fresh: [p('p2', B)],
    stored: [...goes, ...stays],
    // A line of that name of no touched association stays.
    features: [...features, feature(REM, 't1_miri_f770w')],
  })
  t.deepEqual(told(settled), ['p1: e1', 'p2: e2'])
  t.deepEqual(leaving(settled), lines(...goes, ...features))
})

test('taking over resolves every association and takes nothing out', async (t) => {
  const rows = [trained(p('p1')), made(e('e1'), 'p1'), waiting(e('e2', OTHER)), hid(e('e3', DARK))]
  const mosaic = stored(p('m', { Dataset: 'jw01001-c1' }), MOSAICS)
  const settled = await settle({ stored: [...rows, mosaic], all: true })
  t.deepEqual(told(settled), ['no product: e2', 'p1: e1'])
  t.deepEqual(
    settled.mosaics.map(({ dname }) => dname),
    ['jw01001-c1'],
  )
  t.deepEqual(settled.hidden.map(short), ['e3'])
  t.deepEqual(settled.leaving, [])
})

/** A training row without exposures: they are unknown. */
const FROZEN = [trained(p('p1'), 'SPEC'), trained(p('p2', OTHER))] as const
const FEATURES = [
  feature(TRAIN, 'p1', { date: '2024-02-21', size: 5, cells: ['five'] }),
  feature(RAW, 'p1', { date: '2024-02-21', size: 5, cells: ['raw'] }),
  feature(TRAIN, 'p2', { cells: ['other'] }),
]

test('an exposure that comes late for a product of unknown exposures waits; the product keeps its features and model', async (t) => {
  const settled = await settle({ fresh: [e('e1')], stored: FROZEN, features: FEATURES })
  t.deepEqual(told(settled), ['product of unknown exposures: e1', 'taken over: p1'])
  const [takenOver] = settled.resolutions.flatMap((its) => its.takenOver)
  t.is(takenOver?.expmode, 'SPEC')
  t.deepEqual(
    [...(takenOver?.features ?? [])],
    [
      [TRAIN, ['five']],
      [RAW, ['raw']],
    ],
  )
  t.deepEqual(leaving(settled), lines(FROZEN[0], ...FEATURES.slice(0, 2)))
})

test('a reprocessed product of unknown exposures is the new version with the old features', async (t) => {
  const fresh = [p('p1', { date: '2024-02-22', ImageSize: '7' })]
  const settled = await settle({ fresh, stored: FROZEN, features: FEATURES })
  const [takenOver] = settled.resolutions.flatMap((its) => its.takenOver)
  t.deepEqual([takenOver?.product.size, takenOver?.product.date, takenOver?.expmode], [7, '2024-02-22', 'SPEC'])
  t.deepEqual(
    [...(takenOver?.features ?? [])],
    [
      [TRAIN, ['five']],
      [RAW, ['raw']],
    ],
  )
})

test('a version without size does not take the place of a product of unknown exposures', async (t) => {
  const fresh = [p('p1', { date: '2024-02-22', ImageSize: '' })]
  const settled = await settle({ fresh, stored: FROZEN, features: FEATURES })
  t.deepEqual([told(settled), settled.leaving, settled.duplicates], [[], [], 1])
  // Of a product whose exposures are known it does.
  const known = await settle({ fresh, stored: [trained(p('p1')), made(e('e1'), 'p1')] })
  t.deepEqual(told(known), ['product without size: e1', 'no size: p1'])
})

test('a product that is taken over both from training and as waiting has the model of the former', async (t) => {
  const both = [waiting(p('p1', { date: '2024-02-20' })), trained(p('p1'), 'SPEC')]
  for (const rows of [both, both.toReversed()]) {
    const settled = await settle({ stored: rows, features: FEATURES, all: true })
    t.deepEqual(told(settled), ['taken over: p1'])
    t.is(settled.resolutions[0]?.takenOver[0]?.expmode, 'SPEC')
  }
})

test('of several rows of one product that are taken over the last by date and size counts, and so of its features', async (t) => {
  const rows = [
    trained(p('p1', { date: '2024-02-20', ImageSize: '9' })),
    trained(p('p1', { date: '2024-02-21', ImageSize: '5' })),
    trained(p('p1', { date: '2024-02-21', ImageSize: '4' })),
  ]
  const features = [
    feature(TRAIN, 'p1', { date: '2024-02-21', size: 5, cells: ['last'] }),
    feature(TRAIN, 'p1', { date: '2024-02-20', size: 9, cells: ['earlier'] }),
    feature(TRAIN, 'p1', { date: '2024-02-21', size: 4, cells: ['smaller'] }),
  ]
  for (const [stored, lines] of [
    [rows, features],
    [rows.toReversed(), features.toReversed()],
  ] as const) {
    const settled = await settle({ stored, features: lines, all: true })
    const [takenOver] = settled.resolutions.flatMap((its) => its.takenOver)
    t.is(takenOver?.product.size, 5)
    t.deepEqual([...(takenOver?.features ?? [])], [[TRAIN, ['last']]])
    t.deepEqual(told(settled), ['taken over: p1'])
  }
})

const anyRow = fc.record({
  name: fc.constantFrom('e1', 'e2', 'e3', 'p1', 'p2'),
  date: fc.constantFrom('2024-02-20', '2024-02-21'),
  ImageSize: fc.constantFrom('1', '2', '2.0', ''),
  FILTER: fc.constantFrom('F770W', 'F560W'),
  TARGNAME: fc.constantFrom('A', 'B'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_IMAGE', 'MIR_DARK'),
})
type AnyRow = typeof anyRow extends fc.Arbitrary<infer T> ? T : never
const rowsOf = (list: readonly AnyRow[]) =>
  list.map(({ name, ...columns }) => (name.startsWith('e') ? e(name, columns) : p(name, columns)))
const shuffled = fc
  .array(anyRow, { maxLength: 12 })
  .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })))

test('what becomes of a program does not depend on the order of its rows', async (t) => {
  await fc.assert(
    fc.asyncProperty(shuffled, async ([rows, others]) => {
      // Of a hidden dataset that counts which is kept of it.
      const settled = async (fresh: readonly AnyRow[]) => {
        const { hidden, ...its } = await settle({ fresh: rowsOf(fresh) })
        return { ...its, hidden: hidden.map((row) => hid(row).stored?.line) }
      }
      assert.deepEqual(await settled(others), await settled(rows))
    }),
    { seed, numRuns: 300 },
  )
  t.pass()
})

/** The stored rows that a settled program leaves. */
function storedRows({ resolutions, mosaics, hidden }: Settled): Row[] {
  return [
    ...resolutions.flatMap(({ matches, groups, products, ungrouped }) => [
      ...matches.flatMap((its) => [trained(its.product), ...its.exposures.map((of) => made(of, short(its.product)))]),
      ...[
        ...groups.flatMap((its) => its.exposures),
        ...products.map((its) => its.product),
        ...ungrouped.map((its) => its.exposure),
      ].map(waiting),
    ]),
    ...mosaics.map((its) => stored(its, MOSAICS)),
    ...hidden.map((its) => hid(its)),
  ]
}

test('rows that come in a second run are settled as if all had come in the first, and every line is there once', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyRow, { maxLength: 8 }), fc.array(anyRow, { maxLength: 8 }), async (earlier, later) => {
      const first = storedRows(await settle({ fresh: rowsOf(earlier) }))
      const second = await settle({ fresh: rowsOf(later), stored: first })
      const leaves = new Set(leaving(second))
      const staying = first.filter((its) => !leaves.has(lines(its).join('')))
      const whole = storedRows(await settle({ fresh: rowsOf([...earlier, ...later]) }))
      assert.deepEqual(lines(...staying, ...storedRows(second)), lines(...whole))
    }),
    { seed, numRuns: 500 },
  )
  t.pass()
})
