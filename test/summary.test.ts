import test from 'ava'
import { countSettled, nothingSettled, type SettledCounts } from '../lib/counts.js'
import type { Reject } from '../lib/database/tables.js'
import type { Settled } from '../lib/rules/program.js'
import { resolveAssociation } from '../lib/rules/resolve.js'
import { formatNotes, formatSummary, type Summary, Tally } from '../lib/summary.js'
import { exposure, product } from './helpers/rows.js'

const reject = (line: number, source = 'x.csv'): Reject => ({ source, line, reason: `fault ${line}`, text: 'a,b' })

/** The counts of what settling gives. */
function settled(
  resolutions: Settled['resolutions'],
  rest: { mosaics?: number; duplicates?: number; replaced?: number } = {},
): SettledCounts {
  const counts = nothingSettled()
  const mosaics = Array.from({ length: rest.mosaics ?? 0 }, () => product())
  const parts = {
    pid: 1001,
    hidden: [],
    lists: [],
    expired: [],
    takenOut: new Set<number>(),
    putBack: new Map<number, string>(),
  }
  const { duplicates = 0, replaced = 0 } = rest
  countSettled({ ...parts, resolutions, mosaics, duplicates, replaced }, counts)
  return counts
}

/** A summary of a run in which nothing was read, but for what is given. */
function summaryWith(parts: Partial<Summary> = {}): Summary {
  return { ...new Tally().summary('db', 0, []), ...parts }
}

test('rows are counted by level, reason of dropping, and rejects', (t) => {
  const tally = new Tally()
  tally.rows({ levels: { level1: 2, level3: 0, other: 1 }, dropped: { level: 0, memory: 1, expType: 0, channel: 1 } })
  tally.rows({ levels: { level1: 0, level3: 1, other: 0 }, dropped: { level: 0, memory: 1, expType: 0, channel: 0 } })
  tally.reject([reject(7), reject(3)])
  tally.repeatedHeaders++
  tally.emptyInput('y.csv')
  t.like(tally.summary('db', 2, [{ category: 'filter', value: 'X', code: 9 }]), {
    database: 'db',
    inputs: 2,
    rows: 6,
    levels: { level1: 2, level3: 1, other: 1 },
    dropped: { level: 0, memory: 2, expType: 0, channel: 1 },
    repeatedHeaders: 1,
    rejects: 2,
    emptyInputs: ['y.csv'],
    newCategories: [{ category: 'filter', value: 'X', code: 9 }],
  })
})

test('the first three rejects are kept as examples, in the order of their lines within a batch', (t) => {
  const tally = new Tally()
  const examples = () => tally.summary('db', 1, []).rejectExamples.map(({ line }) => line)
  tally.reject([])
  tally.reject([reject(9), reject(4)])
  t.deepEqual(examples(), [4, 9])
  tally.reject([reject(30), reject(20), reject(40)])
  tally.reject([reject(1)])
  t.deepEqual(examples(), [4, 9, 20])
  t.is(tally.summary('db', 1, []).rejects, 6)
})

test('matches, what waits, mosaics and duplicates are counted over all associations', (t) => {
  const two = [exposure(), exposure({ Dataset: 'jw01001001001_02101_00002_mirimage_uncal.fits' })]
  const other = product({ Dataset: 'jw01001-o001_t001_miri_f770w-b' })
  const matched = resolveAssociation(two, [product(), other])
  const waiting = resolveAssociation(two, [])
  const ungrouped = resolveAssociation([exposure({ EXP_TYPE: 'MIR_LRS-SLITLESS' })], [product()])
  const tally = new Tally()
  tally.settled(settled([matched, waiting], { mosaics: 2, duplicates: 3, replaced: 1 }))
  tally.settled(settled([ungrouped], { mosaics: 1, replaced: 1 }))
  const none = { products: 0, exposures: 0, waitingGroups: 0 }
  t.like(tally.summary('db', 1, []), {
    models: { IMAGE: { products: 1, exposures: 2, waitingGroups: 1 }, SPEC: none, TAC: none, FGS: none },
    waiting: { exposures: 3, products: 2 },
    multipleMatches: [other.dname],
    mosaics: 3,
    duplicates: 3,
    replaced: 2,
  })
})

test('the summary is a line a matter, with the words of the field', (t) => {
  const summary = summaryWith({
    inputs: 2,
    rows: 12,
    levels: { level1: 6, level3: 4, other: 1 },
    dropped: { level: 1, memory: 0, expType: 2, channel: 0 },
    duplicates: 3,
    models: {
      IMAGE: { products: 1, exposures: 2, waitingGroups: 1 },
      SPEC: { products: 0, exposures: 0, waitingGroups: 0 },
      TAC: { products: 2, exposures: 1, waitingGroups: 0 },
      FGS: { products: 0, exposures: 0, waitingGroups: 2 },
    },
    waiting: { exposures: 5, products: 1 },
    mosaics: 4,
    rejects: 1,
    seconds: 1.5,
    rowsPerSecond: 8,
  })
  const text = `rows read   12 from 2 inputs (Level 1: 6, Level 3: 4, other: 1)
dropped     3 (neither Level 1 nor Level 3: 1, exposure type without Level 3: 2)
duplicates  3
IMAGE       1 product matched from 2 exposures, 1 group waiting
SPEC        0 products matched from 0 exposures, 0 groups waiting
TAC         2 products matched from 1 exposure, 0 groups waiting
FGS         0 products matched from 0 exposures, 2 groups waiting
waiting     5 exposures, 1 product
mosaics     4
rejects     1
time        1.50 s, 8 rows/s
`
  t.is(formatSummary(summary), text)
  const [first = '', ...rest] = text.split('\n')
  const withHeaders = formatSummary({ ...summary, repeatedHeaders: 1 })
  t.is(withHeaders, [first, 'headers     1 repeated header line skipped', ...rest].join('\n'))
})

test('versions that were replaced whatever their date have a line where there are any', (t) => {
  t.notRegex(formatSummary(summaryWith()), /replaced/)
  t.regex(
    formatSummary(summaryWith({ duplicates: 2, replaced: 1 })),
    /^duplicates {2}2\nreplaced {4}1 stored version\n/m,
  )
})

test('a run without rows has a speed that is a number', (t) => {
  const summary = new Tally().summary('db', 0, [])
  t.is(summary.rowsPerSecond, 0)
  t.regex(formatSummary(summary), /^dropped {5}0\n/m)
})

test('there is nothing to note about a run without faults', (t) => {
  t.deepEqual(formatNotes(summaryWith({ rows: 5, duplicates: 2, mosaics: 1 })), [])
})

test('notes name up to three examples and count the rest', (t) => {
  const examples = [reject(4), reject(9), reject(2, '<stdin>')]
  const shown =
    'see db/rejects.csv:\n  fault: 1002 rows\n    x.csv:4: fault 4\n    x.csv:9: fault 9\n    <stdin>:2: fault 2'
  const many = formatNotes(
    summaryWith({
      rejects: 1002,
      rejectReasons: [{ reason: 'fault', rows: 1002, examples }],
      emptyInputs: ['a', 'b', 'c', 'd'],
      multipleMatches: ['p1', 'p2', 'p3', 'p4', 'p5'],
    }),
  )
  t.deepEqual(many, [
    'a: no rows',
    'b: no rows',
    'c: no rows',
    '1 more input without rows',
    `1002 rows could not be used, ${shown}\n    and 999 more`,
    '5 products left waiting, as another fits the same exposures as well:\n  p1\n  p2\n  p3\n  and 2 more',
  ])
})

test('rows that cannot be used are told by what is wrong with them, the commonest first', (t) => {
  const tally = new Tally()
  const bad = (line: number, reason: string): Reject => ({ source: 'x.csv', line, reason, text: '' })
  const names = ['one', 'two', 'three', 'four', 'five', 'six'].map((name, index) => bad(20 + index, `${name} is none`))
  tally.reject([bad(9, 'CRVAL1 is no number: "b"'), bad(3, 'no program in the name "j;x": expected five'), ...names])
  tally.reject([bad(4, 'CRVAL1 is no number: "a:\\"c"'), bad(5, 'no program in the name "y": expected five')])
  tally.reject([bad(6, 'CRVAL1 is no number: "d"'), bad(7, 'CRVAL1 is no number: ""')])
  const [note = ''] = formatNotes(tally.summary('db', 1, []))
  t.is(
    note,
    `12 rows could not be used, see db/rejects.csv:
  CRVAL1 is no number: 4 rows
    x.csv:9: CRVAL1 is no number: "b"
    x.csv:4: CRVAL1 is no number: "a:\\"c"
    x.csv:6: CRVAL1 is no number: "d"
    and 1 more
  no program in the name …: 2 rows
    x.csv:3: no program in the name "j;x": expected five
    x.csv:5: no program in the name "y": expected five
  x.csv:20: one is none
  x.csv:21: two is none
  x.csv:22: three is none
  x.csv:23: four is none
  and 2 rows for 2 other reasons`,
  )
})

test('new category values are noted with category and code, up to ten', (t) => {
  const newCategories = Array.from(
    { length: 11 },
    (_, n) => ({ category: 'pupil', value: `P"${n}`, code: 50 + n }) as const,
  )
  const [note = ''] = formatNotes(summaryWith({ newCategories: newCategories.slice(0, 1) }))
  t.is(note, '1 category value had no code; new ones, kept in db/encodings.json:\n  pupil "P\\"0": 50')
  const [all = ''] = formatNotes(summaryWith({ newCategories }))
  t.is(all.split('\n').length, 12)
  t.true(all.endsWith('\n  pupil "P\\"9": 59\n  and 1 more'))
})
