/** Regular rows: what is made of a line as it came is what scrubbing makes of it cell by cell. */
import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { ByteWriter } from '../lib/csv/bytes.js'
import { PlainBlock, type PlainRow } from '../lib/csv/plain-row.js'
import { CsvRow } from '../lib/csv/row.js'
import { readFresh } from '../lib/database/stored.js'
import { expectedName, MODELS, modelOf, targetKey, ungroupedReason } from '../lib/rules/association.js'
import { Encoder } from '../lib/rules/encode.js'
import { encodedValues, rawValues, writeEncoded, writeRaw } from '../lib/rules/encoded.js'
import encodings from '../lib/rules/encodings.json' with { type: 'json' }
import { groupFeatures } from '../lib/rules/features.js'
import { KEYWORD_COLUMNS, type Keywords } from '../lib/rules/keywords.js'
import { createLayout, NUMBER_COLUMNS, otherColumns, uniteColumns } from '../lib/rules/layout.js'
import { RegularReader, scrubbedInput } from '../lib/rules/regular.js'
import { numberIn, Row } from '../lib/rules/row.js'
import { type Scrubbed, Scrubber } from '../lib/rules/scrub.js'
import { rankTargets } from '../lib/rules/target-ranks.js'
import { unitOf } from '../lib/rules/units.js'
import { parseDay } from '../lib/stream/source.js'
import { type Columns, fieldsOf, INPUT_COLUMNS } from './helpers/rows.js'

const seed = Number(process.env.FC_SEED ?? 20240221)

/** Rows of a block of lines, in turn. */
function* rowsIn(lines: readonly string[]): Generator<PlainRow> {
  const rows = new PlainBlock(Buffer.from(lines.map((line) => `${line}\n`).join('')))
  let start = 0
  for (const { length } of lines) {
    yield rows.row(start, start + length)
    start += length + 1
  }
}

/** Columns of lines that share much, as those of an association do, and columns that make them irregular. */
const columns = fc.record({
  Dataset: fc.constantFrom(
    'jw01001001001_02101_00001_nrca1_uncal.fits',
    'jw01001-o001_t001_miri_f770w',
    'jw01001-c1000_t001',
  ),
  DagNodeName: fc.constantFrom('LEVEL_1', 'LEVEL_3'),
  ImageSize: fc.constantFrom('', '1000.5', '7'),
  PROGRAM: fc.constantFrom('01001', '01001', '1001', '99999'),
  OBSERVTN: fc.constantFrom('001', '001', '1'),
  VISITYPE: fc.constantFrom('PRIME_TARGETED_FIXED', 'PRIME_WFSC_ROUTINE'),
  TARG_RA: fc.constantFrom('', '10.5', '10.50000001', '10.123456785', '0.00001', '359.9999999999', 'NaN'),
  INSTRUME: fc.constantFrom('MIRI', 'NIRCAM', 'WFI'),
  DETECTOR: fc.constantFrom('MIRIMAGE', 'MIRIFULONG', 'NRCA1', 'MULTIPLE'),
  FILTER: fc.constantFrom('F770W', '', 'NONE', 'False'),
  EXP_TYPE: fc.constantFrom('MIR_IMAGE', 'MIR_MRS', 'MIR_DARK', 'NRC_IMAGE'),
  CHANNEL: fc.constantFrom('NONE', '1', '2', 'LONG'),
  CRVAL1: fc.constantFrom('1.5', '', '-0.25', '1e2'),
  GS_RA: fc.constantFrom('7', ''),
})

/** The input's columns in another order, with others between and behind them. */
const odd = ['EXTRA', ...INPUT_COLUMNS.toReversed().filter((name) => name !== 'GS_RA' && name !== 'CROWDFLD'), 'note']
const HEADERS: readonly (readonly string[])[] = [INPUT_COLUMNS, odd]
const LAYOUT = createLayout(uniteColumns([...HEADERS.map(otherColumns), ['elsewhere']]))
const DAYS = ['2024-02-29', '2024-12-31'].map((day) => parseDay(day, 'test'))
const INPUTS = HEADERS.flatMap((header) => DAYS.map((day) => ({ header, day })))

function lineOf(cells: Columns, header: readonly string[]): string {
  const fields = fieldsOf(cells)
  return header.map((name) => fields[(INPUT_COLUMNS as readonly string[]).indexOf(name)] ?? `its ${name}`).join(',')
}

const keywordsIn = (keywords: Keywords) =>
  [...KEYWORD_COLUMNS, 'targra' as const, 'params' as const].map((name) => [name, keywords[name]])

/** Every neighbourhood of columns. */
const RANGES = LAYOUT.columns.flatMap((_, first) =>
  LAYOUT.columns.flatMap((__, last) => (last < first ? [] : [[first, last] as const])),
)
const NUMBERS = [...NUMBER_COLUMNS, 'targra' as const].map((name) => LAYOUT.at[name])

interface Case {
  readonly cells: Columns
  /** Number of the input. */
  readonly input: number
}

/** Other detectors than that of the kind of row. */
const detectors = fc.constantFrom(undefined, undefined, 'NRCA1', 'NRCB1', 'MIRIFUSHORT')

/** Rows of few associations. */
const cases = fc
  .tuple(
    fc.array(columns, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(2), fc.constantFrom('', '7', '1000.5'), detectors, fc.nat(INPUTS.length - 1)), {
      maxLength: 12,
    }),
  )
  .map(([kinds, rows]) =>
    rows.map(([kind, ImageSize, detector, input]): Case => {
      const cells = { ...kinds[kind % kinds.length], ImageSize }
      return { cells: detector === undefined ? cells : { ...cells, DETECTOR: detector }, input }
    }),
  )

type ScrubbedText = Extract<Scrubbed, { readonly text: string }>

interface Made {
  readonly row: Row
  /** What scrubbing makes of the same line, cell by cell. */
  readonly text: string
}

/** The regular rows among some; of all of them what becomes of them is checked. */
function regularRows(rows: readonly Case[]): Made[] {
  const lines = rowsIn(rows.map(({ cells, input }) => lineOf(cells, INPUTS[input]?.header ?? [])))
  const reader = new RegularReader(LAYOUT, INPUTS)
  return rows.flatMap(({ cells, input }) => {
    const { header, day } = INPUTS[input] as (typeof INPUTS)[number]
    const scrubber = new Scrubber(LAYOUT, header, day)
    const line = lines.next().value as PlainRow
    const judged = scrubber.judge(line)
    const scrubbed = scrubber.scrub(new CsvRow(lineOf(cells, header)))
    if ('text' in scrubbed && scrubbed.line !== undefined) assertSame(readAgain(scrubbed.line, input, scrubbed))
    if (judged === undefined) return []
    if (!('text' in scrubbed)) {
      assert.deepEqual(judged, scrubbed)
      return []
    }
    const { text, line: _, ...same } = scrubbed
    assert.deepEqual(judged, same)
    const read = reader.read(line, input, unitOf(same.pid, same.observation))
    return { row: new Row(LAYOUT, { cells: read, regular: read, kind: same.kind }), text }
  })
}

/** The row of a line that another one was scrubbed to. */
function readAgain(line: string, input: number, { kind, pid, observation, text }: ScrubbedText): Made {
  const [again] = rowsIn([line])
  const reader = new RegularReader(LAYOUT, INPUTS)
  const read = reader.read(again as PlainRow, scrubbedInput(input, INPUTS.length), unitOf(pid, observation))
  return { row: new Row(LAYOUT, { cells: read, regular: read, kind }), text }
}

function assertSame({ row, text }: Made): void {
  const plain = readFresh(LAYOUT, text)
  assert.equal(row.text, text)
  assert.deepEqual(row.cells.fields, plain.cells.fields)
  assert.equal(row.cells.width, plain.cells.width)
  assert.deepEqual(keywordsIn(row.keywords), keywordsIn(plain.keywords))
  for (const name of ['kind', 'dname', 'date', 'size', 'params'] as const) assert.equal(row[name], plain[name], name)
  // What rows may share, though they are of different detectors.
  const nameOf = (exposure: Row) => expectedName(exposure, rankTargets([exposure]))
  for (const rule of [modelOf, ungroupedReason, nameOf, targetKey]) assert.deepEqual(rule(row), rule(plain), rule.name)
  for (const [first, last] of RANGES) {
    const cells = new ByteWriter()
    row.regular?.writeCells(first, last, cells)
    assert.equal(cells.take().toString(), plain.cells.fields.slice(first, last + 1).join(','))
  }
  for (const index of NUMBERS) assert.ok(Object.is(numberIn(row, index), numberIn(plain, index)), LAYOUT.columns[index])
  const out = new ByteWriter()
  row.regular?.write(row.dname, ',tail\n', out)
  assert.equal(out.take().toString(), `${text},tail\n`)
}

test('a regular row has the cells, keywords and text that scrubbing makes of its fields', (t) => {
  const seen = { regular: 0, others: 0, shared: 0 }
  fc.assert(
    fc.property(cases, (rows) => {
      const made = regularRows(rows)
      // Now, as the cells of a row must not depend on what is read after it.
      for (const one of made) assertSame(one)
      seen.regular += made.length
      seen.others += rows.length - made.length
      seen.shared += made.length - new Set(made.map(({ row }) => row.keywords)).size
    }),
    { seed, numRuns: 500 },
  )
  t.log(`FC_SEED=${seed}`)
  for (const [what, count] of Object.entries(seen)) t.true(count > 100, `${what}: ${count}`)
})

test('what is written of the features of regular rows is what their values are', (t) => {
  let seen = 0
  const encoder = new Encoder(encodings)
  fc.assert(
    fc.property(cases, (rows) => {
      const exposures = regularRows(rows).flatMap(({ row }) => (row.kind === 'exposure' ? row : []))
      for (const model of MODELS) {
        const features = groupFeatures(model, exposures)
        if (features === undefined) continue
        seen++
        const [raw, encoded] = [new ByteWriter(), new ByteWriter()]
        writeRaw(model, features, raw)
        writeEncoded(model, features, encoder, encoded)
        assert.equal(raw.take().toString(), `${rawValues(model, features).join(',')},`)
        assert.equal(encoded.take().toString(), `${encodedValues(model, features, encoder).join(',')},`)
      }
    }),
    { seed, numRuns: 300 },
  )
  t.log(`FC_SEED=${seed}`)
  t.true(seen > 100, `${seen} groups`)
})

const irregular: readonly (readonly [rule: string, cells: Columns])[] = [
  ['a program to be padded', { PROGRAM: '1001' }],
  ['an observation to be padded', { OBSERVTN: '1' }],
  ['a word for nothing among the numbers', { GS_MAG: 'NaN' }],
  ['what is no number', { CRVAL2: 'east' }],
]
for (const [rule, cells] of irregular) {
  test(`not regular: ${rule}`, (t) => {
    const scrubber = new Scrubber(LAYOUT, INPUT_COLUMNS, parseDay('2024-02-29', 'test'))
    const [irregular, regular] = rowsIn([fieldsOf(cells).join(','), fieldsOf({}).join(',')])
    t.is(scrubber.judge(irregular as PlainRow), undefined)
    t.is(scrubber.judge(regular as PlainRow)?.outcome, 'kept')
  })
}
