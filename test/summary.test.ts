import test from 'ava'
import { type Summary, Tally } from '../lib/run/summary.js'
import { formatNotes, formatSummary } from '../lib/run/summary-text.js'
import { type CensusByProgram, countProgram } from '../lib/settle/census.js'
import { countSettled, nothingSettled, type SettledCounts } from '../lib/settle/counts.js'
import { resolveAssociation } from '../lib/settle/resolve.js'
import type { Settled } from '../lib/settle/settled.js'
import { StoredCensus } from '../lib/store/stored-census.js'
import type { Reject } from '../lib/store/tables.js'
import { exposure, product } from './helpers/rows.js'
import { summaryOf } from './helpers/summary.js'

const reject = (line: number, source = 'x.csv'): Reject => ({ source, line, reason: `fault ${line}`, text: 'a,b' })

const NOTHING = { groups: 0, exposures: 0, products: 0, mosaics: 0 }

/** The counts of what settling gives. */
function settled(
  resolutions: Settled['resolutions'],
  rest: { mosaics?: number; duplicates?: number; replaced?: number } = {},
): [SettledCounts, Uint32Array] {
  const counts = nothingSettled()
  const dname = 'jw01001-c1001_t001_miri_f770w'
  const mosaics = Array.from({ length: rest.mosaics ?? 0 }, () => product({ Dataset: dname }))
  const parts = {
    pid: 1001,
    hidden: [],
    lists: [],
    standing: [],
    expired: [],
    leaving: [],
  }
  const { duplicates = 0, replaced = 0 } = rest
  const its = { ...parts, resolutions, mosaics, duplicates, replaced }
  countSettled(its, counts)
  const census: CensusByProgram = new Map()
  countProgram(its, census)
  return [counts, new StoredCensus().with(census).flat]
}

/** A summary of a run in which nothing was read, but for what is given. */
function summaryWith(parts: Partial<Summary> = {}): Summary {
  return { ...summaryOf(new Tally()), ...parts }
}

test('rows are counted by level, reason of dropping, and rejects', (t) => {
  const tally = new Tally()
  tally.rows({
    input: 'x.csv',
    levels: { level1: 2, level3: 0, other: 1 },
    dropped: { level: 0, memory: 1, expType: 0, spelling: 0, channel: 1 },
    headers: 1,
  })
  tally.rows({
    input: 'z.csv',
    levels: { level1: 0, level3: 1, other: 0 },
    dropped: { level: 0, memory: 1, expType: 0, spelling: 0, channel: 0 },
    headers: 0,
  })
  tally.reject([reject(7), reject(3)])
  tally.beginInput('y.csv')
  tally.emptyInput('y.csv')
  t.like(summaryOf(tally, 2, [{ category: 'filter', value: 'X', code: 9 }]), {
    database: 'db',
    inputs: 2,
    rows: 6,
    byInput: [
      { input: 'x.csv', level1: 2, level3: 0, other: 1, rejects: 2 },
      { input: 'z.csv', level1: 0, level3: 1, other: 0, rejects: 0 },
      { input: 'y.csv', level1: 0, level3: 0, other: 0, rejects: 0 },
    ],
    levels: { level1: 2, level3: 1, other: 1 },
    dropped: { level: 0, memory: 2, expType: 0, spelling: 0, channel: 1 },
    repeatedHeaders: 1,
    rejects: 2,
    emptyInputs: ['y.csv'],
    newCategories: [{ category: 'filter', value: 'X', code: 9 }],
  })
})

test('the first three rejects are kept as examples, in the order of their lines within a batch', (t) => {
  const tally = new Tally()
  const examples = () => summaryOf(tally).rejectExamples.map(({ line }) => line)
  tally.reject([])
  tally.reject([reject(9), reject(4)])
  t.deepEqual(examples(), [4, 9])
  tally.reject([reject(30), reject(20), reject(40)])
  tally.reject([reject(1)])
  t.deepEqual(examples(), [4, 9, 20])
  t.is(summaryOf(tally).rejects, 6)
})

test('what a run matched is counted, and what there is in the database after it', (t) => {
  const two = [exposure(), exposure({ Dataset: 'jw01001001001_02101_00002_mirimage_uncal.fits' })]
  const other = product({ Dataset: 'jw01001-o001_t001_miri_f770w-b' })
  const matched = resolveAssociation(two, [product(), other])
  const waiting = resolveAssociation(two, [])
  const ungrouped = resolveAssociation([exposure({ EXP_TYPE: 'MIR_LRS-SLITLESS' })], [product()])
  const tally = new Tally()
  tally.settled(...settled([matched, waiting], { mosaics: 2, duplicates: 3, replaced: 1 }))
  tally.settled(...settled([ungrouped], { mosaics: 1, replaced: 1 }))
  const none = { products: 0, exposures: 0, trained: 0, waiting: NOTHING }
  t.like(summaryOf(tally), {
    models: {
      IMAGE: { products: 1, exposures: 2, trained: 1, waiting: { groups: 1, exposures: 2, products: 2, mosaics: 3 } },
      ...{ SPEC: none, TAC: none, FGS: none },
    },
    waiting: { groups: 1, exposures: 3, ungrouped: 1, products: 2, mosaics: 3 },
    multipleMatches: [other.dname],
    duplicates: 3,
    replaced: 2,
  })
})

const DONE: Partial<Summary> = {
  inputs: 2,
  rows: 12,
  levels: { level1: 6, level3: 4, other: 1 },
  dropped: { level: 1, memory: 0, expType: 2, spelling: 0, channel: 0 },
  duplicates: 3,
  models: {
    IMAGE: { products: 1, exposures: 2, trained: 1001, waiting: NOTHING },
    SPEC: { products: 0, exposures: 0, trained: 0, waiting: NOTHING },
    TAC: { products: 2, exposures: 1, trained: 2, waiting: NOTHING },
    FGS: { products: 0, exposures: 0, trained: 0, waiting: NOTHING },
  },
  waiting: { groups: 1, exposures: 5, ungrouped: 0, products: 1, mosaics: 4 },
  rejects: 1,
  seconds: 1.5,
  rowsPerSecond: 8,
}

test('the summary is a line a matter, with the words of the field: what the run did, then what there is', (t) => {
  const summary = summaryWith(DONE)
  const text = `rows read   12 from 2 inputs (Level 1: 6, Level 3: 4, other: 1)
dropped     3 (neither Level 1 nor Level 3: 1, exposure type without Level 3: 2)
duplicates  3
rejects     1
IMAGE       1 product matched from 2 exposures
SPEC        0 products matched from 0 exposures
TAC         2 products matched from 1 exposure
FGS         0 products matched from 0 exposures
time        1.50 s, 8 rows/s
database    db: 1003 products matched (IMAGE: 1001, TAC: 2)
waiting     1 group, 5 exposures, 1 product, 4 mosaics
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

test('a run that changed nothing says so', (t) => {
  const waiting = { groups: 0, exposures: 2, ungrouped: 2, products: 0, mosaics: 1 }
  const text = formatSummary(summaryWith({ ...DONE, changed: false, waiting }))
  t.regex(
    text,
    /^time .*\nchanged {5}nothing\ndatabase {4}db: .*\nwaiting {5}0 groups, 2 exposures \(2 in no group\), /m,
  )
})

test('a run without inputs tells nothing of rows', (t) => {
  const text = formatSummary(summaryWith({ ...DONE, inputs: 0, rows: 0 }))
  t.is(
    text,
    `IMAGE       1 product matched from 2 exposures
SPEC        0 products matched from 0 exposures
TAC         2 products matched from 1 exposure
FGS         0 products matched from 0 exposures
time        1.50 s
database    db: 1003 products matched (IMAGE: 1001, TAC: 2)
waiting     1 group, 5 exposures, 1 product, 4 mosaics
`,
  )
})

test('a run without rows has a speed that is a number', (t) => {
  const summary = summaryOf(new Tally())
  t.is(summary.rowsPerSecond, 0)
  t.regex(formatSummary(summary), /^dropped {5}0\n/m)
})

test('there is nothing to note about a run without faults', (t) => {
  t.deepEqual(formatNotes(summaryWith({ rows: 5, duplicates: 2 })), [])
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
  const [note = ''] = formatNotes(summaryOf(tally))
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

test('what new category values look like is told, with what to do', (t) => {
  const newCategories = [
    { category: 'filter', value: 'f770w', code: 50, looksLike: 'F770W' },
    { category: 'pupil', value: '\\N', code: 51, looksLike: 'NONE' },
    { category: 'pupil', value: 'X', code: 52 },
  ] as const
  const [note, remedy, ...others] = formatNotes(summaryWith({ newCategories }))
  t.is(
    note,
    `3 category values had no code; new ones, kept in db/encodings.json:
  filter "f770w": 50, looks like "F770W"
  pupil "\\\\N": 51, looks like a missing value
  pupil "X": 52`,
  )
  t.regex(
    remedy ?? '',
    /^a value that looks like another.* an empty field\) and ingest that again with --replace; the code/,
  )
  t.deepEqual(others, [])
  const dry = formatNotes(summaryWith({ newCategories, dryRun: true, changes: [] }))
  t.regex(dry[1] ?? '', /is a mistake in most cases: correct it in the file \(a missing one is an empty field\)$/)
})

test('exposure types in other letters are counted for themselves, and told once with what to do', (t) => {
  const dropped = { level: 0, memory: 0, expType: 2, spelling: 12, channel: 0 }
  const summary = summaryWith({ inputs: 1, dropped })
  const line =
    'dropped     14 (exposure type without Level 3: 2, exposure type of Level 3 but for letter case or blanks: 12)'
  t.is(formatSummary(summary).split('\n')[1], line)
  t.deepEqual(formatNotes(summary), [
    '12 rows dropped, as EXP_TYPE is one that reaches Level 3 but for letter case or blanks around it: ' +
      'write it as in FGS_IMAGE, MIR_IMAGE, NRC_IMAGE, … and ingest the file again',
  ])
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
